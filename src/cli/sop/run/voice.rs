//! What `sop run` says while it works: each thing once, however often it comes up in a watch.

use crate::words::Text;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cli::Context;
use crate::model::Zone;
use crate::problem::{Level, Problem};
use crate::report::sending::{sum, sum_json, told, told_json};
use crate::report::turns::Turns;
use crate::sending::event::{Ending, Event, Tally, Told};
use crate::state::Identity;

/// Says it.
pub(super) struct Voice<'a> {
    json: bool,
    zone: Zone,
    context: &'a Context,
    heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
    /// Problems and notes, as they were said.
    said: HashSet<String>,
    /// Uncertain messages.
    uncertain: HashSet<(String, String, usize, usize)>,
    tally: Tally,
    /// Errors of which nobody else has heard yet.
    errors: Vec<Problem>,
    /// Messages of which nobody will ever know more.
    given_up: HashSet<Identity>,
    turns: Turns<Told>,
}

impl<'a> Voice<'a> {
    pub(super) fn new(json: bool, zone: Zone, context: &'a Context) -> Self {
        Self { json, zone, context, heard: Mutex::default() }
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The accounts whose messages go out next, in the order in which they are told of.
    pub(super) fn begin(&self, accounts: Vec<String>) {
        self.heard().turns = Turns::new(accounts);
    }

    pub(super) fn tell(&self, event: &Event) {
        let told = match event {
            Event::Message(one) => self.heard().turns.take(one.run.account(), (**one).clone()),
            Event::Over { account } => self.heard().turns.over(account),
            Event::Start(_) | Event::End { .. } | Event::Summary(_) => return,
        };
        told.iter().for_each(|one| self.in_turn(one));
    }

    /// What was kept back, since it was not its account's turn.
    pub(super) fn rest(&self) {
        let rest = self.heard().turns.rest();
        rest.iter().for_each(|one| self.in_turn(one));
    }

    fn in_turn(&self, one: &Told) {
        if !self.counts(one) {
            return;
        }
        if self.json {
            return self.context.print_json(&told_json(one, self.zone).to_string());
        }
        self.context.print(&(told(one, self.zone, self.context.style) + "\n"));
    }

    /// Counts a message, and says whether it is news.
    fn counts(&self, one: &Told) -> bool {
        let mut heard = self.heard();
        let known_by = (one.run.to_string(), one.to.clone(), one.step, one.item);
        let tally = &mut heard.tally;
        match one.ending {
            Ending::Sent => tally.sent += 1,
            Ending::Failed => tally.failed += 1,
            Ending::Skipped => tally.skipped += 1,
            Ending::Uncertain if heard.uncertain.insert(known_by) => heard.tally.uncertain += 1,
            Ending::Uncertain => return false,
            Ending::Due => {}
        }
        true
    }

    /// What is said at the end.
    pub(super) fn sum(&self) {
        let tally = self.heard().tally;
        if self.json {
            return self.context.print_json(&sum_json(tally).to_string());
        }
        self.context.print(&(sum(tally, self.context.style) + "\n"));
    }

    pub(super) fn complain<'b>(&self, problems: impl IntoIterator<Item = &'b Problem>) {
        for problem in problems {
            let mut heard = self.heard();
            if heard.said.insert(problem.render(false, self.context.talk_style.lang)) {
                if problem.level == Level::Error {
                    heard.errors.push(problem.clone());
                }
                self.context.complain([problem]);
            }
        }
    }

    /// The errors that were said since the last look.
    pub(super) fn errors(&self) -> Vec<Problem> {
        std::mem::take(&mut self.heard().errors)
    }

    pub(super) fn note(&self, text: &Text) {
        if !self.context.quiet && self.heard().said.insert(text.en()) {
            self.context.note(text);
        }
    }

    pub(super) fn given_up(&self) -> HashSet<Identity> {
        self.heard().given_up.clone()
    }

    pub(super) fn give_up(&self, more: HashSet<Identity>) {
        self.heard().given_up.extend(more);
    }
}
