//! Plans to be sent, and a vendor that does with messages whatever a test wants.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use indexmap::IndexMap;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{Account, Plan};
use crate::desired::definition;
use crate::http::Failure;
use crate::model::schedule::Days;
use crate::model::sop::{Own, Planned};
use crate::model::{Address, Body, Zone};
use crate::providers::{Lost, Outgoing, Sends, SentBy, Settled, VendorError};
use crate::state::{Entry, Record, State};

pub(super) fn moment(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("{text}:00+08:00")).expect("a time").to_utc()
}

pub(super) fn own(value: Value) -> Own {
    serde_json::from_value(value).expect("fields")
}

fn friends(audience: &Own) -> Option<Vec<String>> {
    serde_json::from_value(audience.0.get("friends")?.clone()).ok()
}

/// Plans, and what is armed of them.
pub(super) struct Shop {
    pub(super) planned: Vec<Planned>,
    bodies: Vec<Body>,
}

impl Shop {
    /// One plan, `care/sop/a`, from 2026-11-23 on.
    pub(super) fn new(friends: &[&str], steps: Value) -> Self {
        Self::with(
            json!({"schedule": {"start": "2026-11-23"}, "audience": {"friends": friends}, "steps": steps}),
        )
    }

    pub(super) fn with(sop: Value) -> Self {
        let planned = Planned {
            address: Address::new("care", "sop", ["a"]),
            sop: serde_json::from_value(sop).expect("a plan"),
            days: Days::default(),
            zone: Zone::CHINA,
        };
        let body = Body::of(&definition(&planned, &IndexMap::new())).expect("a body");
        Self { planned: vec![planned], bodies: vec![body] }
    }

    pub(super) fn account(&self) -> Account<'_> {
        let plans = self.planned.iter().zip(&self.bodies);
        let plan = |(planned, body)| Plan { planned, body: Some(body) };
        Account { name: "care", sent_by: SentBy::Us, recipients: friends, plans: plans.map(plan).collect() }
    }

    pub(super) fn arm(&self, state: &mut State, at: DateTime<Utc>) {
        for entry in self.arming(at) {
            state.take(entry);
        }
    }

    pub(super) fn arming(&self, at: DateTime<Utc>) -> Vec<Entry> {
        let plans = self.planned.iter().zip(&self.bodies);
        let entry = |(planned, body): (&Planned, &Body)| Entry::Keep {
            address: planned.address.clone(),
            record: Record::new("armed".into(), body.clone(), false).since(Some(at)),
        };
        plans.map(entry).collect()
    }
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Ok,
    Refused,
    /// The vendor answers with an error, and nobody knows what it did before.
    Broke,
    /// It goes out, and its answer is lost.
    LostAfter,
    /// It does not go out, and its answer is lost.
    LostBefore,
    PrepareFails,
}

/// What becomes of a message to somebody.
type Script = dyn Fn(&str, &str) -> Act + Send + Sync;

/// A vendor.
pub(super) struct Vendor {
    /// What becomes of each message.
    pub(super) act: Box<Script>,
    /// It does not show what was sent.
    pub(super) blind: bool,
    /// All messages have one mark, as have those of one material.
    pub(super) alike: bool,
    /// The call in which the program dies, from 1, and whether the call has done its work by then.
    pub(super) dies: Option<(usize, bool)>,
    pub(super) died: Notify,
    pub(super) calls: AtomicUsize,
    /// Who got what, with its mark.
    pub(super) got: Mutex<Vec<(String, String, String)>>,
}

impl Vendor {
    pub(super) fn new(act: impl Fn(&str, &str) -> Act + Send + Sync + 'static) -> Self {
        Self {
            act: Box::new(act),
            blind: false,
            alike: false,
            dies: None,
            died: Notify::new(),
            calls: AtomicUsize::new(0),
            got: Mutex::default(),
        }
    }

    /// `to: what`, in order.
    pub(super) fn got(&self) -> Vec<String> {
        self.got.lock().expect("whole").iter().map(|(to, what, _)| format!("{to}: {what}")).collect()
    }

    /// Dies before or after the work of a call, if it is the one.
    async fn call<T>(&self, work: impl FnOnce() -> T) -> T {
        let nth = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let dead = self.dies.is_some_and(|(at, _)| nth >= at);
        if !dead {
            return work();
        }
        if self.dies == Some((nth, true)) {
            work();
        }
        self.died.notify_one();
        std::future::pending().await
    }

    fn of(&self, message: &Outgoing<'_>) -> Act {
        (self.act)(message.to, message.message.text("text").unwrap_or_default())
    }

    fn deliver(&self, message: &Outgoing<'_>, mark: Option<&str>) -> String {
        let mut got = self.got.lock().expect("whole");
        let what = message.message.text("text").unwrap_or_default();
        got.push((message.to.to_owned(), what.to_owned(), mark.unwrap_or_default().to_owned()));
        format!("id-{}", got.len())
    }
}

impl Sends for Vendor {
    fn prepare<'a>(
        &'a self,
        message: &'a Outgoing<'a>,
    ) -> BoxFuture<'a, Result<Option<String>, VendorError>> {
        Box::pin(self.call(|| match self.of(message) {
            Act::PrepareFails => Err(VendorError::refused("POST material", "no room")),
            _ if self.alike => Ok(Some("mark".to_owned())),
            _ => Ok(Some(format!("mark-{}", self.calls.load(Ordering::SeqCst)))),
        }))
    }

    fn send<'a>(
        &'a self,
        message: &'a Outgoing<'a>,
        mark: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<String>, VendorError>> {
        let lost = || Err(VendorError::unanswered("POST send", &Failure::Lost("reset".into())));
        Box::pin(self.call(move || match self.of(message) {
            Act::Refused => Err(VendorError::refused("POST send", "no such friend").code(40003)),
            Act::Broke => {
                let broke = VendorError::refused("POST send", "assertion failed").code(500);
                Err(broke.maybe_happened().hint("ask the vendor with the request's number".into()))
            }
            Act::LostBefore => lost(),
            Act::LostAfter => {
                self.deliver(message, mark);
                lost()
            }
            Act::Ok | Act::PrepareFails => Ok(Some(self.deliver(message, mark))),
        }))
    }

    fn settle<'a>(&'a self, lost: &'a Lost<'a>) -> BoxFuture<'a, Result<Settled, VendorError>> {
        Box::pin(self.call(|| {
            let got = self.got.lock().expect("whole");
            let sent = got.iter().position(|(.., mark)| Some(mark.as_str()) == lost.mark);
            Ok(match sent {
                _ if self.blind => Settled::Unknown,
                Some(nth) => Settled::Sent(Some(format!("id-{}", nth + 1))),
                None => Settled::NotSent,
            })
        }))
    }
}
