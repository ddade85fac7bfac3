//! Sends what is armed and due. No message goes out twice, and none that was not planned.
//!
//! What is due is worked out from what was armed, what is declared, what is remembered of messages, and the time; that
//! is pure. Then each message is written down before it goes out, so that whatever happens to the process, the
//! network or the disk, the next run knows of it: it looks what came of it, and never sends it again on a guess.

use crate::desired::{DesiredAccount, Sops};
use crate::model::sop::{Own, Planned};
use crate::model::{Address, Body};
use crate::providers::SentBy;

mod armed;
mod due;
pub mod event;
mod run;
mod send;
mod states;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use due::{Due, Held, Message, Missed, due, open};
pub use run::{Options, Outcome, Tell, Wants, Work, run};
pub use states::{RunState, States};

/// The plans of one account, as they are declared.
pub struct Account<'a> {
    /// Its name.
    pub name: &'a str,
    /// Who sends their messages.
    pub sent_by: SentBy,
    /// Whom a message to an audience goes to: one sending each.
    pub recipients: fn(&Own) -> Option<Vec<String>>,
    /// The plans.
    pub plans: Vec<Plan<'a>>,
}

/// One plan, as it is declared.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    /// The plan.
    pub planned: &'a Planned,
    /// What was to be armed of it; none where a run is made at the vendor instead.
    pub body: Option<&'a Body>,
}

impl<'a> Account<'a> {
    /// The plans that an account declares.
    pub fn of(sops: &'a Sops, desired: &'a DesiredAccount) -> Self {
        let plan = |(address, declared): (&Address, &'a crate::desired::Declared)| Plan {
            planned: &declared.planned,
            body: desired.resources.get(address).and_then(|wanted| wanted.body.as_ref()),
        };
        Self {
            name: &desired.name,
            sent_by: sops.sent_by,
            recipients: sops.plans.recipients,
            plans: sops.declared.iter().map(plan).collect(),
        }
    }

    /// Whom a message to an audience goes to, nobody twice.
    fn recipients(&self, audience: &Own) -> Vec<String> {
        let mut to = (self.recipients)(audience).unwrap_or_default();
        let mut seen = std::collections::HashSet::new();
        to.retain(|one| seen.insert(one.clone()));
        to
    }
}
