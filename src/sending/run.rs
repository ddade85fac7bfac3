//! Sends what is due in some accounts. What an earlier run left open comes first: only what is known not to have gone
//! out may be tried again.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use chrono::TimeDelta;
use futures::future::join_all;

use super::Account;
use super::event::{Event, Tally, Told};
use super::send::Sender;
use crate::clock::Clock;
use crate::model::Address;
use crate::problem::Problem;
use crate::providers::Sends;
use crate::state::Identity;
use crate::state::store::Open;
use crate::words::Text;

/// One account's share of the work.
pub struct Work<'a> {
    /// The account, with its plans as they are declared.
    pub account: Account<'a>,
    /// Sends its messages.
    pub sends: Arc<dyn Sends>,
    /// Its state, locked.
    pub state: Open,
    /// Recipients who are sent something at once, at least 1. No more than the account lets through: what is begun and
    /// waits for its turn is uncertain if the program dies.
    pub parallelism: usize,
    /// Which runs are meant.
    pub wants: &'a Wants<'a>,
    /// Messages of which nobody will ever know more: they are not asked about again, nor told of.
    pub given_up: HashSet<Identity>,
}

/// Which runs are meant.
pub type Wants<'a> = dyn Fn(&Address) -> bool + Sync + 'a;

/// How it is gone about.
#[derive(Clone, Debug)]
pub struct Options {
    /// What time it is.
    pub clock: Clock,
    /// Why no new message goes out any more, said from outside.
    pub stop: Arc<OnceLock<Text>>,
    /// So long after a message was begun nobody's word counts that it did not go out: the call may still be on its way.
    pub patience: TimeDelta,
}

impl Options {
    /// [`Options::patience`] if nobody says otherwise: as long as a call may wait for its answer, and then some.
    pub const PATIENCE: TimeDelta = TimeDelta::seconds(90);
}

/// How it ended.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How each message ended.
    pub told: Vec<Told>,
    /// What could not be saved.
    pub problems: Vec<Problem>,
    /// States that could not be saved, as text by account, so that they can be saved by hand.
    pub unsaved: Vec<(String, String)>,
    /// [`Work::given_up`], and what is added to it.
    pub given_up: HashSet<Identity>,
    /// How many ended how.
    pub tally: Tally,
}

/// Whoever listens to the events.
pub type Tell<'a> = dyn Fn(&Event) + Sync + 'a;

/// Sends what is due in some accounts, side by side.
pub async fn run(work: Vec<Work<'_>>, options: &Options, tell: &Tell<'_>) -> Outcome {
    let accounts = join_all(work.into_iter().map(|work| account(work, options, tell))).await;
    let mut outcome = Outcome::default();
    for account in accounts {
        outcome.told.extend(account.told);
        outcome.problems.extend(account.problems);
        outcome.unsaved.extend(account.unsaved);
        outcome.given_up.extend(account.given_up);
    }
    outcome.tally = Tally::of(&outcome.told);
    tell(&Event::Summary(outcome.tally));
    outcome
}

async fn account(work: Work<'_>, options: &Options, tell: &Tell<'_>) -> Outcome {
    let Work { account, sends, state, parallelism, wants, given_up } = work;
    let sender = Sender::new(sends.as_ref(), state, parallelism, options, tell);
    let mut outcome = Outcome { given_up, ..Outcome::default() };
    let left = sender.settle(wants, &mut outcome.given_up).await;
    let mut due = sender.due(&account);
    due.retain(|message| wants(&message.run));
    sender.too_late(left, &due);
    sender.send(&due).await;
    let (state, told) = sender.into_parts();
    tell(&Event::Over { account: account.name.to_owned() });
    outcome.told = told;
    if let Err((problem, text)) = state.close().await {
        outcome.problems.push(problem.about(account.name));
        outcome.unsaved.push((account.name.to_owned(), text));
    }
    outcome
}
