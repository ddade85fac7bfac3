//! A recurrence rule of RFC 5545, by whole days.
//!
//! Plans repeat by dates; the times stand in their steps. So this knows the rules whose result is a set of dates,
//! from DAILY to YEARLY, and refuses the finer ones. It goes through a rule period by period and looks at each day in
//! it: slower than a library that jumps, but it ends at the date it is told, also for a rule that never comes true
//! (`BYMONTHDAY=30;BYMONTH=2`), and it reads no zone and no clock. The tests hold it against the `rrule` crate.

use std::borrow::Cow;
use std::fmt;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};

mod parse;

/// How often something recurs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Rule {
    text: String,
    freq: Freq,
    interval: u32,
    ends: Ends,
    months: Vec<i32>,
    month_days: Vec<i32>,
    year_days: Vec<i32>,
    days: Vec<(Option<i32>, Weekday)>,
    positions: Vec<i32>,
    week_start: Weekday,
}

/// The length of a rule's periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freq {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// When a rule ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Never,
    After(u32),
    /// With this date, itself included.
    On(NaiveDate),
}

impl Rule {
    /// The dates of the rule from its start to another date, both included, in order. The start itself is one of them
    /// only if the rule says so.
    pub fn dates(&self, start: NaiveDate, to: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let (most, last) = match self.ends {
            Ends::Never => (usize::MAX, to),
            Ends::After(count) => (count as usize, to),
            Ends::On(until) => (usize::MAX, until.min(to)),
        };
        let first = self.period(start);
        let periods = std::iter::successors(Some(first), move |at| self.next(*at));
        periods
            .take_while(move |at| *at <= last)
            .flat_map(move |at| self.of_period(at, start))
            .filter(move |date| *date >= start)
            .take(most)
            .take_while(move |date| *date <= last)
    }

    /// The first day of the period that a date lies in.
    fn period(&self, date: NaiveDate) -> NaiveDate {
        match self.freq {
            Freq::Daily => date,
            Freq::Weekly => date.week(self.week_start).checked_first_day().unwrap_or(date),
            Freq::Monthly => date.with_day(1).unwrap_or(date),
            Freq::Yearly => date.with_ordinal(1).unwrap_or(date),
        }
    }

    /// The first day of the next period that counts.
    fn next(&self, at: NaiveDate) -> Option<NaiveDate> {
        match self.freq {
            Freq::Daily => at.checked_add_days(Days::new(self.interval.into())),
            Freq::Weekly => at.checked_add_days(Days::new(u64::from(self.interval) * 7)),
            Freq::Monthly => at.checked_add_months(chrono::Months::new(self.interval)),
            Freq::Yearly => at.checked_add_months(chrono::Months::new(self.interval.checked_mul(12)?)),
        }
    }

    /// The rule's days in one period.
    fn of_period(&self, at: NaiveDate, start: NaiveDate) -> Vec<NaiveDate> {
        let length = match self.freq {
            Freq::Daily => 1,
            Freq::Weekly => 7,
            Freq::Monthly => 31,
            Freq::Yearly => 366,
        };
        let found: Vec<_> = at
            .iter_days()
            .take(length)
            .take_while(|day| match self.freq {
                Freq::Daily | Freq::Weekly => true,
                Freq::Monthly => day.month() == at.month(),
                Freq::Yearly => day.year() == at.year(),
            })
            .filter(|day| self.has(*day, start))
            .collect();
        if self.positions.is_empty() {
            return found;
        }
        let count = i32::try_from(found.len()).unwrap_or(i32::MAX);
        let at_position = |(nth, _): &(usize, NaiveDate)| {
            let nth = i32::try_from(*nth).unwrap_or(i32::MAX);
            self.positions.iter().any(|position| *position == nth + 1 || *position == nth - count)
        };
        found.into_iter().enumerate().filter(at_position).map(|(_, day)| day).collect()
    }

    /// True if a day of a period is one of the rule's, before positions are counted.
    fn has(&self, day: NaiveDate, start: NaiveDate) -> bool {
        let in_month = self.months.is_empty() || self.months.contains(&month(day));
        let by_day = !(self.days.is_empty() && self.month_days.is_empty() && self.year_days.is_empty());
        let as_start = by_day
            || match self.freq {
                Freq::Daily => true,
                Freq::Weekly => day.weekday() == start.weekday(),
                Freq::Monthly => day.day() == start.day(),
                Freq::Yearly if self.months.is_empty() => {
                    (day.month(), day.day()) == (start.month(), start.day())
                }
                Freq::Yearly => day.day() == start.day(),
            };
        in_month
            && as_start
            && counts(&self.month_days, day_of_month(day), days_of_month(day))
            && counts(&self.year_days, day_of_year(day), days_of_year(day))
            && self.has_weekday(day)
    }

    fn has_weekday(&self, day: NaiveDate) -> bool {
        // A number counts within the month, unless the period is a year and the rule names no month.
        let within_year = self.freq == Freq::Yearly && self.months.is_empty();
        let (nth, of) = if within_year {
            (day_of_year(day), days_of_year(day))
        } else {
            (day_of_month(day), days_of_month(day))
        };
        let (from_front, from_back) = ((nth - 1) / 7 + 1, -((of - nth) / 7 + 1));
        self.days.is_empty()
            || self.days.iter().any(|(number, weekday)| {
                *weekday == day.weekday()
                    && number.is_none_or(|number| number == from_front || number == from_back)
            })
    }
}

/// True if a day is one of those that are counted from the front, or with a minus from the back; none means any.
fn counts(wanted: &[i32], nth: i32, of: i32) -> bool {
    wanted.is_empty() || wanted.iter().any(|wanted| *wanted == nth || *wanted == nth - of - 1)
}

// A calendar's numbers are small; chrono counts them without a sign.
#[expect(clippy::cast_possible_wrap, reason = "months, days of a month and days of a year are at most 366")]
fn signed(number: u32) -> i32 {
    number as i32
}

fn month(day: NaiveDate) -> i32 {
    signed(day.month())
}

fn day_of_month(day: NaiveDate) -> i32 {
    signed(day.day())
}

fn day_of_year(day: NaiveDate) -> i32 {
    signed(day.ordinal())
}

fn days_of_month(day: NaiveDate) -> i32 {
    day.num_days_in_month().into()
}

fn days_of_year(day: NaiveDate) -> i32 {
    if day.leap_year() { 366 } else { 365 }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Rule {
    fn schema_name() -> Cow<'static, str> {
        "Rule".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1})
    }
}
