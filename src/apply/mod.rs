//! Carries a plan out. The only room that writes to a vendor.
//!
//! Accounts go side by side and don't know of each other. Within one, what is needed comes first, and a failure
//! stops what depends on it and nothing else. A write whose answer was lost is looked at before anything else
//! happens to it. At the end, what was written is read back.

use std::sync::{Arc, OnceLock};

use futures::{StreamExt as _, stream};
use indexmap::IndexMap;

use crate::clock::Clock;
use crate::desired::DesiredAccount;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::providers::{Provider, Reads, Writes};
use crate::state::store::Open;
use crate::words::Text;

use self::event::{Done, Ending, Event, Tally};

pub use graph::remember;

pub mod event;
mod graph;
mod settle;
mod shared;
mod step;
mod verify;

/// One account's share of an apply.
pub struct Work<'a> {
    /// What is desired of the account.
    pub desired: &'a DesiredAccount,
    /// Its share of the plan.
    pub plan: Plan,
    /// Its vendor.
    pub provider: &'static Provider,
    /// Opens a fresh view of it.
    pub reads: Box<View<'a>>,
    /// Writes to it.
    pub writes: Arc<dyn Writes>,
    /// Its state, locked.
    pub state: Open,
    /// What the state is to remember it by.
    pub identity: IndexMap<String, String>,
}

/// Opens a fresh view of an account.
pub type View<'a> = dyn Fn() -> Arc<dyn Reads> + Send + Sync + 'a;

/// How an apply goes about it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Accounts under way at once, at least 1.
    pub accounts: usize,
    /// Changes under way at once in one account, at least 1.
    pub parallelism: usize,
    /// What time it is.
    pub clock: Clock,
    /// Why no new step starts any more, said from outside.
    pub stop: Arc<OnceLock<Text>>,
}

/// How an apply ended.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How each change ended.
    pub done: Vec<Done>,
    /// What reading back showed, and what could not be saved.
    pub problems: Vec<Problem>,
    /// States that could not be saved, as text by account, so that they can be saved by hand.
    pub unsaved: Vec<(String, String)>,
    /// How many ended how.
    pub tally: Tally,
}

/// Whoever listens to the events of an apply.
pub type Tell<'a> = dyn Fn(&Event) + Sync + 'a;

/// Carries out what was planned for some accounts.
pub async fn run(work: Vec<Work<'_>>, options: &Options, tell: &Tell<'_>) -> Outcome {
    let changes = work.iter().map(|work| work.plan.changes.len()).sum();
    tell(&Event::Begin { changes, accounts: work.iter().map(|work| work.desired.name.clone()).collect() });
    let accounts = stream::iter(work).map(|work| graph::account(work, options, tell));
    let accounts: Vec<_> = accounts.buffered(options.accounts.max(1)).collect().await;
    let mut outcome = Outcome::default();
    for account in accounts {
        outcome.done.extend(account.done);
        outcome.problems.extend(account.problems);
        outcome.unsaved.extend(account.unsaved);
        outcome.tally.left_over += account.tally.left_over;
    }
    let count = |ending| outcome.done.iter().filter(|done| done.ending == ending).count();
    outcome.tally = Tally {
        done: count(Ending::Done),
        failed: count(Ending::Failed),
        skipped: count(Ending::Skipped),
        verified: outcome.problems.is_empty() && count(Ending::Failed) == 0,
        left_over: outcome.tally.left_over,
    };
    tell(&Event::Summary(outcome.tally));
    outcome
}
