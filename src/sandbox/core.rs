//! What the server's connections and the handle share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use super::clock::Clock;
use super::fault::Fault;
use super::faults::{Faults, Rule};
use super::harm::{Reply, hit};
use super::journal::{Entry, Journal, body_text};
use super::vendor::Vendor;
use super::wire::{Answer, Request};

pub(super) struct Core {
    world: Mutex<World>,
    journal: Mutex<Journal>,
    faults: Mutex<Faults>,
    base: String,
}

struct World {
    vendors: Vec<Box<dyn Vendor>>,
    clock: Clock,
}

/// What to send back.
pub(super) struct Outcome {
    pub(super) delay_ms: u64,
    pub(super) reply: Reply,
}

/// A panic in one request must not take the others with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    fn vendor(&mut self, path: &str) -> Option<&mut Box<dyn Vendor>> {
        self.vendors.iter_mut().find(|vendor| vendor.claims(path))
    }

    fn by_hand(&mut self, mut request: Request) -> Answer {
        request.now = self.clock.now();
        self.vendor(&request.path).map_or_else(nowhere, |vendor| {
            vendor.settle(request.now);
            vendor.answer(&request)
        })
    }
}

impl Core {
    pub(super) fn new(vendors: Vec<Box<dyn Vendor>>, clock: Clock, base: String) -> Self {
        let world = World { vendors, clock };
        Self { world: Mutex::new(world), journal: Mutex::default(), faults: Mutex::default(), base }
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// A request from outside: faults apply, the journal keeps it.
    pub(super) fn take(&self, mut request: Request) -> Outcome {
        let target = request.target();
        let verdict = lock(&self.faults).judge(&request.method, &request.path, &target);
        // Held till the entry is written: the journal's order is the order in which things happened.
        let mut world = lock(&self.world);
        request.now = world.clock.step();
        for call in &verdict.meanwhile {
            world.by_hand(Request::json_by_hand(&call.method, &call.path, &call.body, &self.base));
        }
        let mut vendor = world.vendor(&request.path);
        if let Some(vendor) = &mut vendor {
            vendor.settle(request.now);
        }
        let name = vendor.as_ref().map_or("", |vendor| vendor.name());
        let write = vendor.as_ref().is_some_and(|vendor| vendor.is_write(&request.method, &request.path));
        let reached = verdict.fault.as_ref().is_none_or(Fault::lets_work);
        let reply = match vendor {
            Some(vendor) => hit(vendor.as_mut(), &request, verdict.fault.as_ref()),
            None => Reply::Whole(nowhere()),
        };
        let answer = reply.answer();
        lock(&self.journal).push(Entry {
            seq: 0,
            method: request.method,
            path: target,
            body: body_text(&request.body),
            vendor: name,
            status: answer.map(|answer| answer.status),
            code: answer.and_then(|answer| answer.code),
            fault: verdict.name(),
            write,
            reached,
            at: request.now,
        });
        Outcome { delay_ms: verdict.delay_ms, reply }
    }

    /// A request behind everybody's back: neither faults nor journal.
    pub(super) fn whisper(&self, request: Request) -> Answer {
        let mut world = lock(&self.world);
        world.clock.step();
        world.by_hand(request)
    }

    pub(super) fn entries(&self, writes_only: bool) -> Vec<Entry> {
        lock(&self.journal).entries(writes_only)
    }

    pub(super) fn clear_journal(&self) {
        lock(&self.journal).clear();
    }

    pub(super) fn add_fault(&self, rule: Rule) {
        lock(&self.faults).add(rule);
    }

    pub(super) fn clear_faults(&self) {
        lock(&self.faults).clear();
    }

    pub(super) fn faults(&self) -> Vec<Rule> {
        lock(&self.faults).rules()
    }

    /// Back to the seed: vendors, clock, faults and journal.
    pub(super) fn reset(&self) {
        let mut world = lock(&self.world);
        world.clock.reset();
        let now = world.clock.now();
        world.vendors.iter_mut().for_each(|vendor| vendor.reset(now));
        self.clear_faults();
        self.clear_journal();
    }

    pub(super) fn advance(&self, ms: i64) -> i64 {
        let mut world = lock(&self.world);
        world.clock.advance(ms);
        world.clock.now()
    }

    /// What all vendors hold, by vendor.
    pub(super) fn dump(&self) -> Value {
        let mut world = lock(&self.world);
        let now = world.clock.now();
        world.vendors.iter_mut().for_each(|vendor| vendor.settle(now));
        let parts: Map<String, Value> =
            world.vendors.iter().map(|vendor| (vendor.name().to_owned(), vendor.dump())).collect();
        Value::Object(parts)
    }
}

fn nowhere() -> Answer {
    Answer::html(404, "404 Not Found")
}
