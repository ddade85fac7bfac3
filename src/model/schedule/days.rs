//! Days off and days that are worked.

use crate::problem::Flaw;
use crate::text;
use std::borrow::Cow;
use std::fmt;

use chrono::{Datelike, NaiveDate, Weekday};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::text::date;

/// Days in a row, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DateRange {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl DateRange {
    /// True for a day of it.
    pub fn contains(&self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

impl TryFrom<String> for DateRange {
    type Error = Flaw;

    fn try_from(text: String) -> Result<Self, Flaw> {
        let date = |text: &str| date(text.trim());
        let (from, to) = text.split_once("..").unwrap_or((&text, &text));
        match (date(from), date(to)) {
            (Some(from), Some(to)) if from <= to => Ok(Self { from, to }),
            (Some(_), Some(_)) => Err(Flaw::new(
                text!("`{text}` ends before it begins", text),
                text!("put the earlier date in front"),
            )),
            _ => Err(Flaw::new(
                text!("`{text}` is not a date", text),
                text!("write 2026-10-01 or 2026-10-01..2026-10-07"),
            )),
        }
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        if from == to { from.fmt(f) } else { write!(f, "{from}..{to}") }
    }
}

impl JsonSchema for DateRange {
    fn schema_name() -> Cow<'static, str> {
        "DateRange".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(\\.\\.[0-9]{4}-[0-9]{2}-[0-9]{2})?$",
            "examples": ["2026-10-01..2026-10-07", "2026-10-10"]
        })
    }
}

/// What a schedule skips, and what it takes for a workday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// Days off, each with the word by which a reader knows why.
    off: Vec<(DateRange, String)>,
    worked: Vec<DateRange>,
}

impl Days {
    /// Takes these days off, for a reason.
    pub fn skip(&mut self, days: impl IntoIterator<Item = DateRange>, why: &str) {
        self.off.extend(days.into_iter().map(|range| (range, why.to_owned())));
    }

    /// Takes these days for workdays, whatever day of the week they are.
    pub fn work(&mut self, days: impl IntoIterator<Item = DateRange>) {
        self.worked.extend(days);
    }

    /// Why a day is off, if it is.
    pub fn off(&self, day: NaiveDate) -> Option<&str> {
        self.off.iter().find(|(range, _)| range.contains(day)).map(|(_, why)| why.as_str())
    }

    /// True for Monday to Friday and for days that are worked in spite of the weekend, unless they are off.
    pub fn is_workday(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        self.off(day).is_none() && (!weekend || self.worked.iter().any(|range| range.contains(day)))
    }
}
