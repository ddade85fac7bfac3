//! How far each run of a plan has come, in a word.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::armed::{Arming, arming};
use super::due::{Standing, by_recipient, grace, items, standings};
use super::{Account, Plan};
use crate::model::Address;
use crate::model::sop::Run;
use crate::providers::SentBy;
use crate::state::State;

/// How far a run has come. Of a run whose messages stand differently, the first of these counts: uncertain, due,
/// missed, then what lies ahead (armed, scheduled), then sent. So `sent` means every one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RunState {
    /// There is a message of which nobody knows whether it went out, or of a run whether it was made.
    Uncertain,
    /// There is a message that `sop run` would send now.
    Due,
    /// A message fell due and was neither sent within its grace nor armed in time; or the run could no longer be made.
    Missed,
    /// What lies ahead of it is armed as it is declared.
    Armed,
    /// It lies ahead, and is not armed or made yet.
    Scheduled,
    /// The vendor has it, and sends it by itself.
    Created,
    /// Every message went out.
    Sent,
    /// It does not take place, or there is nobody whom it would go to.
    Skipped,
}

impl RunState {
    /// As a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uncertain => "uncertain",
            Self::Due => "due",
            Self::Missed => "missed",
            Self::Armed => "armed",
            Self::Scheduled => "scheduled",
            Self::Created => "created",
            Self::Sent => "sent",
            Self::Skipped => "skipped",
        }
    }
}

/// Tells of one account's runs how far they have come.
pub struct States<'a> {
    account: &'a Account<'a>,
    state: &'a State,
    now: DateTime<Utc>,
    armed: HashMap<&'a Address, DateTime<Utc>>,
}

impl<'a> States<'a> {
    /// By what is remembered, at a time.
    pub fn new(account: &'a Account<'a>, state: &'a State, now: DateTime<Utc>) -> Self {
        let since = |plan: &'a Plan<'_>| match arming(plan, state) {
            Arming::As(_, since) => Some((&plan.planned.address, since)),
            Arming::Otherwise(..) | Arming::Not => None,
        };
        Self { account, state, now, armed: account.plans.iter().filter_map(since).collect() }
    }

    /// How far a run has come.
    pub fn of(&self, run: &Run<'_>) -> RunState {
        let sendings = self.state.sends.get(&run.address).into_iter().flatten();
        let begun = self.state.intents.contains_key(&run.address);
        if begun || sendings.into_iter().any(crate::state::Sending::is_uncertain) {
            return RunState::Uncertain;
        }
        match self.account.sent_by {
            _ if run.start.starts.is_none() => RunState::Skipped,
            SentBy::Us => self.of_messages(run),
            SentBy::Vendor if self.state.resources.contains_key(&run.address) => RunState::Created,
            // Once its first message should have gone out it is too late to make it.
            SentBy::Vendor if run.dues.iter().any(|due| due.at <= self.now) => RunState::Missed,
            SentBy::Vendor => RunState::Scheduled,
        }
    }

    fn of_messages(&self, run: &Run<'_>) -> RunState {
        let items = items(run);
        let known = by_recipient(self.state, &run.address);
        let recipients = self.account.recipients(&run.of.sop.audience);
        let states = recipients.iter().flat_map(|to| {
            let known = known.get(to.as_str()).map(Vec::as_slice).unwrap_or_default();
            let standings = standings(&items, known);
            items.iter().zip(standings).map(|(item, standing)| self.of_message(run, item.at, standing))
        });
        states.min().unwrap_or(RunState::Skipped)
    }

    fn of_message(&self, run: &Run<'_>, at: DateTime<Utc>, standing: Standing<'_>) -> RunState {
        let since = self.armed.get(&run.of.address).filter(|since| **since < at);
        match standing {
            Standing::Out(sending) if sending.is_uncertain() => RunState::Uncertain,
            Standing::Out(_) => RunState::Sent,
            Standing::Open { .. } if at > self.now && since.is_some() => RunState::Armed,
            Standing::Open { .. } if at > self.now => RunState::Scheduled,
            Standing::Open { .. } if since.is_some() && self.now <= at + grace(run.of) => RunState::Due,
            Standing::Open { .. } => RunState::Missed,
        }
    }
}
