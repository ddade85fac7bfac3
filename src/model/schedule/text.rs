//! Dates, days of a run, and times of the day, as somebody writes them.

use crate::problem::Flaw;
use crate::text;
use std::borrow::Cow;
use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveTime};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};

use super::{DateRange, Skip, YEARS};

/// The last day of a run on which a step may be due.
const LAST_DAY: u16 = 3660;

/// A date of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Date(pub NaiveDate);

/// A day of a run, counted from 1, its start date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Day(pub u16);

/// A time of the day, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Time(pub NaiveTime);

/// A date as ISO 8601 has it, all digits there.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| shape)
}

/// The date, if its year is one that a schedule may have.
fn within_years(date: NaiveDate) -> Result<NaiveDate, Flaw> {
    let (first, last) = YEARS;
    if (first..=last).contains(&date.year()) {
        return Ok(date);
    }
    Err(Flaw::new(
        text!("{date} lies outside the years {first} to {last}", date, first, last),
        text!("is the year mistyped?"),
    ))
}

impl TryFrom<String> for Date {
    type Error = Flaw;

    fn try_from(text: String) -> Result<Self, Flaw> {
        let date = date(&text).ok_or_else(|| {
            Flaw::new(
                text!("`{text}` is not a date", text),
                text!("write it as 2026-11-23 (year, month, day)"),
            )
        })?;
        within_years(date).map(Self)
    }
}

impl TryFrom<String> for Day {
    type Error = Flaw;

    fn try_from(text: String) -> Result<Self, Flaw> {
        text.parse().ok().filter(|day| (1..=LAST_DAY).contains(day)).map(Self).ok_or_else(|| {
            Flaw::new(
                text!("`{text}` is no day of a run", text),
                text!("days are counted from 1, the date on which the run starts, to {LAST_DAY}", LAST_DAY),
            )
        })
    }
}

/// A time as it is written in a plan: `9:05`, `18:30`.
pub(crate) fn time(text: &str) -> Option<NaiveTime> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let shape = digits(hours) && digits(minutes) && (1..=2).contains(&hours.len()) && minutes.len() == 2;
    NaiveTime::from_hms_opt(hours.parse().ok()?, minutes.parse().ok()?, 0).filter(|_| shape)
}

impl TryFrom<String> for Time {
    type Error = Flaw;

    fn try_from(text: String) -> Result<Self, Flaw> {
        time(&text).map(Self).ok_or_else(|| {
            Flaw::new(
                text!("`{text}` is not a time of the day", text),
                text!("write hours and minutes, from \"00:00\" to \"23:59\""),
            )
        })
    }
}

impl TryFrom<String> for Skip {
    type Error = Flaw;

    fn try_from(text: String) -> Result<Self, Flaw> {
        let is_date = text.len() > 4 && text.bytes().take(4).all(|byte| byte.is_ascii_digit());
        match DateRange::try_from(text.clone()) {
            Ok(range) => Ok(Self::Dates(range)),
            Err(words) if is_date => Err(words),
            Err(_) => Ok(Self::Calendar(text)),
        }
    }
}

impl<'de> Deserialize<'de> for Skip {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%H:%M").fmt(f)
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dates(range) => range.fmt(f),
            Self::Calendar(name) => name.fmt(f),
        }
    }
}

macro_rules! written {
    ($($of:ty),+) => {$(
        impl Serialize for $of {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )+};
}
written!(Date, Time, Skip);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.0)
    }
}

macro_rules! schema {
    ($of:ty, $name:literal, $schema:tt) => {
        impl JsonSchema for $of {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}
schema!(Date, "Date", {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$|\\$\\{"});
schema!(Day, "Day", {"type": "integer", "minimum": 1, "maximum": LAST_DAY});
schema!(Time, "Time", {"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}$|\\$\\{"});
schema!(Skip, "Skip", {"type": "string", "minLength": 1});
