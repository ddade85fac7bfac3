//! The changes of an apply, as they are begun and as they end.

use std::collections::HashMap;

use super::{End, Log, Write, print};
use crate::apply::event::{Ending, Event};
use crate::model::{Action, Address};
use crate::plan::{Change, Plan, is_commit};
use crate::problem::Problem;

/// Listens to an apply and writes down what it does.
#[derive(Debug)]
pub struct Changes {
    log: Log,
    writes: HashMap<Address, Write>,
}

impl Changes {
    /// Of what a plan may change.
    pub fn new(log: Log, plan: &Plan) -> Self {
        Self { log, writes: plan.changes.iter().flat_map(writes).collect() }
    }

    /// Why not all could be written down, if so.
    pub fn broken(&self) -> Option<Problem> {
        self.log.broken()
    }

    /// Takes an event in.
    ///
    /// # Errors
    /// It could not be written down, so that nothing more may be begun.
    pub fn hear(&self, event: &Event) -> Result<(), Problem> {
        match event {
            Event::Start { address, .. } => match self.writes.get(address) {
                Some(write) => self.log.begun(write),
                None => Ok(()),
            },
            Event::End { done, request } if done.ending != Ending::Skipped => {
                if let Some(write) = self.writes.get(&done.address) {
                    self.log
                        .ended(write, &End { request: request.as_deref(), ..End::of(done.problem.as_ref()) });
                }
                self.log.broken().map_or(Ok(()), Err)
            }
            _ => Ok(()),
        }
    }
}

/// A change, and where it puts a new object into the place of another also that one's deletion.
fn writes(change: &Change) -> Vec<(Address, Write)> {
    let action = match change.action {
        _ if is_commit(&change.address) => "publish",
        Action::Update if change.replace => "replace",
        Action::Create => "create",
        Action::Update => "update",
        Action::Delete => "delete",
    };
    let write = |address: &Address, action, before, after| {
        let write = Write { before, after, ..Write::of(address, action) };
        (address.clone(), write)
    };
    let (before, after) = (print(change.have.as_ref()), print(change.want.as_ref()));
    let mut writes = vec![];
    if let Some(id) = change.id.as_ref().filter(|_| change.replace) {
        writes.push(write(&change.address.beside(id), "delete", before.clone(), None));
    }
    writes.push(write(&change.address, action, before, after));
    writes
}
