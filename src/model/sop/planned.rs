//! A plan with all that its runs depend on, and its runs.

use chrono::{DateTime, Days as DaysLong, NaiveDate};

use super::{Sop, SopStep};
use crate::model::schedule::{Days, Start, instant};
use crate::model::{Address, Zone};
use crate::order::sort_by_key;

/// A plan, with what it skips and the zone of its times.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Its identity.
    pub address: Address,
    /// What it says.
    pub sop: Sop,
    /// What it skips, and what it takes for a workday.
    pub days: Days,
    /// Where its days begin.
    pub zone: Zone,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// What it is a run of.
    pub of: &'a Planned,
    /// Its identity: the plan's, and its own date behind an `@`.
    pub address: Address,
    /// Its date, and what became of it.
    pub start: Start,
    /// Its messages, by time; none if it is dropped.
    pub dues: Vec<Due<'a>>,
}

/// One step of a run, with the moment at which it is due.
#[derive(Clone, Debug)]
pub struct Due<'a> {
    /// Which step, from 0.
    pub nth: usize,
    /// The step.
    pub step: &'a SopStep,
    /// When it is due.
    pub at: DateTime<Zone>,
}

impl Planned {
    /// What staff call it, without a run's date.
    pub fn title(&self) -> String {
        self.sop.title.clone().unwrap_or_else(|| self.address.last().into_owned())
    }

    /// The runs that stand under a day from one date to another, both included.
    pub fn runs(&self, from: NaiveDate, to: NaiveDate) -> Vec<Run<'_>> {
        self.sop.schedule.runs(&self.days, from, to).into_iter().map(|start| self.run(start)).collect()
    }

    /// The runs of which something is due, or that would have started, from one date to another, both included.
    pub fn runs_touching(&self, from: NaiveDate, to: NaiveDate) -> Vec<Run<'_>> {
        let longest = self.sop.steps.iter().map(|step| u64::from(step.day.0)).max().unwrap_or(1);
        let earliest = from.checked_sub_days(DaysLong::new(longest)).unwrap_or(from);
        let within = |day: NaiveDate| (from..=to).contains(&day);
        let mut runs = self.runs(earliest, to);
        runs.retain(|run| within(run.start.day()) || run.dues.iter().any(|due| within(due.at.date_naive())));
        runs
    }

    fn run(&self, start: Start) -> Run<'_> {
        let steps = self.sop.steps.iter().enumerate();
        let mut dues: Vec<_> = steps
            .filter_map(|(nth, step)| {
                let at = instant(self.zone, start.day_of(step.day.0)?, step.at.0);
                Some(Due { nth, step, at })
            })
            .collect();
        sort_by_key(&mut dues, |due| (due.at, due.nth));
        Run { of: self, address: self.address.at_date(start.date), start, dues }
    }
}

impl Run<'_> {
    /// What staff call it.
    pub fn title(&self) -> String {
        format!("{} {}", self.of.title(), self.start.date)
    }
}
