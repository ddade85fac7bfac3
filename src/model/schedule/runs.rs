//! A schedule to the dates on which its runs start.

use chrono::{Datelike, Days as DaysLong, NaiveDate};

use super::{Days, Schedule, WhenSkipped, YEARS};
use crate::order::sort_by_key;

/// How far a run is moved at most. No calendar has as many days off in a row.
const LONGEST_MOVE: u64 = 366;

/// A run's date, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The date that the schedule gives it. It names the run, whatever becomes of it.
    pub date: NaiveDate,
    /// The date on which it starts; nothing if it is dropped.
    pub starts: Option<NaiveDate>,
    /// Why it does not start on its own date.
    pub why: Option<String>,
}

impl Start {
    /// The day of the calendar that it stands under: where it starts, or would have.
    pub fn day(&self) -> NaiveDate {
        self.starts.unwrap_or(self.date)
    }

    /// The date of one of its days; nothing if it is dropped.
    pub fn day_of(&self, day: u16) -> Option<NaiveDate> {
        self.starts?.checked_add_days(DaysLong::new(u64::from(day).checked_sub(1)?))
    }
}

impl Schedule {
    /// The runs that stand under a day from one date to another, both included, by that day and then by their own
    /// dates. Which they are depends on nothing but the schedule and the days, so a run is the same in every window.
    pub fn runs(&self, days: &Days, from: NaiveDate, to: NaiveDate) -> Vec<Start> {
        let earliest = match self.when_skipped {
            WhenSkipped::Drop => from,
            WhenSkipped::NextWorkday => from.checked_sub_days(DaysLong::new(LONGEST_MOVE)).unwrap_or(from),
        };
        let mut runs: Vec<_> = self
            .dates(to)
            .filter(|date| *date >= earliest)
            .map(|date| self.start(days, date))
            .filter(|run| (from..=to).contains(&run.day()))
            .collect();
        sort_by_key(&mut runs, |run| (run.day(), run.date));
        runs
    }

    /// True if any run ever starts.
    pub fn ever(&self, days: &Days) -> bool {
        self.dates(NaiveDate::MAX).any(|date| self.start(days, date).starts.is_some())
    }

    /// The dates of the schedule up to another.
    fn dates(&self, to: NaiveDate) -> Box<dyn Iterator<Item = NaiveDate> + '_> {
        let start = self.start.0;
        let end = NaiveDate::from_ymd_opt(YEARS.1, 12, 31).unwrap_or(to);
        let last = self.until.map_or(end, |until| until.0.min(end)).min(to);
        match &self.repeat {
            Some(rule) => Box::new(rule.dates(start, last)),
            None => Box::new(std::iter::once(start).filter(move |date| *date <= last)),
        }
    }

    fn start(&self, days: &Days, date: NaiveDate) -> Start {
        let Some(why) = days.off(date) else { return Start { date, starts: Some(date), why: None } };
        let starts = match self.when_skipped {
            WhenSkipped::Drop => None,
            WhenSkipped::NextWorkday => {
                let moved = date.iter_days().skip(1).take(LONGEST_MOVE as usize);
                moved.take_while(|day| day.year() <= YEARS.1 + 1).find(|day| days.is_workday(*day))
            }
        };
        Start { date, starts, why: Some(why.to_owned()) }
    }
}
