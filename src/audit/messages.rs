//! The messages that go out, as they are begun and as they end.

use serde_json::Value;

use super::{End, Log, Write};
use crate::model::Body;
use crate::problem::Problem;
use crate::sending::event::{Ending, Event, Told};
use crate::state::fingerprint;

/// Listens to the sending of messages and writes it down.
#[derive(Debug)]
pub struct Messages {
    log: Log,
}

impl Messages {
    /// One that has heard nothing yet.
    pub fn new(log: Log) -> Self {
        Self { log }
    }

    /// Why not all could be written down, if so.
    pub fn broken(&self) -> Option<Problem> {
        self.log.broken()
    }

    /// Takes an event in.
    ///
    /// # Errors
    /// It could not be written down, so that nothing more may go out.
    pub fn hear(&self, event: &Event) -> Result<(), Problem> {
        match event {
            Event::Start(told) => return self.log.begun(&write(told)),
            Event::End { told, request } => self.ended(told, request.as_deref()),
            // What came of it was looked up now, and it was begun in an earlier run.
            Event::Message(told) if told.earlier => self.ended(told, None),
            _ => {}
        }
        self.log.broken().map_or(Ok(()), Err)
    }

    fn ended(&self, told: &Told, request: Option<&str>) {
        let outcome = match told.ending {
            Ending::Sent => "done",
            Ending::Failed => "failed",
            Ending::Uncertain => "uncertain",
            Ending::Skipped => "not_sent",
            Ending::Due => return,
        };
        let request = request.or(told.id.as_deref());
        self.log.ended(&write(told), &End { outcome, problem: told.problem.as_ref(), request });
    }
}

fn write(told: &Told) -> Write {
    Write {
        after: Some(told.fingerprint.clone()),
        step: Some(told.step),
        item: Some(told.item),
        recipient: Some(recipient(&told.to)),
        ..Write::of(&told.run, "send")
    }
}

/// Whom a message goes to, so that one who knows the id can tell that it is this one, and nobody else can.
fn recipient(to: &str) -> String {
    fingerprint(&Body::new(&Value::from(to)))
}
