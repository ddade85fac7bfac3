//! What the server's connections and the handle share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use super::clock::Clock;
use super::faults::{Fault, Faults, Rule};
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
    /// None drops the connection.
    pub(super) answer: Option<Answer>,
}

/// A panic in one request must not take the others with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    fn vendor(&mut self, path: &str) -> Option<&mut Box<dyn Vendor>> {
        self.vendors.iter_mut().find(|vendor| vendor.claims(path))
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
        let mut vendor = world.vendor(&request.path);
        if let Some(vendor) = &mut vendor {
            vendor.settle(request.now);
        }
        let name = vendor.as_ref().map_or("", |vendor| vendor.name());
        let write = vendor.as_ref().is_some_and(|vendor| vendor.is_write(&request.method, &request.path));
        let reached = verdict.fault.as_ref().is_none_or(Fault::lets_work);
        let answer = match vendor {
            Some(vendor) => hit(vendor.as_mut(), &request, verdict.fault.as_ref()),
            None => Some(nowhere()),
        };
        lock(&self.journal).push(Entry {
            seq: 0,
            method: request.method,
            path: target,
            body: body_text(&request.body),
            vendor: name,
            status: answer.as_ref().map(|answer| answer.status),
            code: answer.as_ref().and_then(|answer| answer.code),
            fault: verdict.name(),
            write,
            reached,
            at: request.now,
        });
        Outcome { delay_ms: verdict.delay_ms, answer }
    }

    /// A request behind everybody's back: neither faults nor journal.
    pub(super) fn whisper(&self, mut request: Request) -> Answer {
        let mut world = lock(&self.world);
        request.now = world.clock.step();
        world.vendor(&request.path).map_or_else(nowhere, |vendor| {
            vendor.settle(request.now);
            vendor.answer(&request)
        })
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

/// What the vendor answers under a fault; none drops the connection.
fn hit(vendor: &mut dyn Vendor, request: &Request, fault: Option<&Fault>) -> Option<Answer> {
    match fault {
        None | Some(Fault::Delay { .. }) => Some(vendor.answer(request)),
        Some(Fault::ResetBefore) => None,
        Some(Fault::ResetAfter) => {
            vendor.answer(request);
            None
        }
        Some(Fault::Code { code, message }) => Some(vendor.refuse(*code, message)),
        Some(Fault::Status { status }) => Some(Answer::html(*status, &format!("{status} from the gateway"))),
        Some(Fault::RetryAfter { seconds }) => {
            let mut answer = Answer::html(429, "429 Too Many Requests");
            answer.headers.push(("retry-after", seconds.to_string()));
            Some(answer)
        }
        Some(Fault::Cut) => {
            let mut answer = vendor.answer(request);
            answer.body.truncate(answer.body.len() / 2);
            Some(answer)
        }
        Some(Fault::Html) => Some(Answer::html(200, "Please log in")),
    }
}

fn nowhere() -> Answer {
    Answer::html(404, "404 Not Found")
}
