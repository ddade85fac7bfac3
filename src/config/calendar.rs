//! `calendars:`, days that are special.

use std::borrow::Cow;

use chrono::NaiveDate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// Days on which nothing happens, and days that are worked in spite of the weekday.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Calendar {
    /// Holidays: a date or a range of dates each. 假期
    pub dates: Vec<DateRange>,
    /// Days that are worked although the weekday says otherwise. 调休上班日
    pub workdays: Vec<DateRange>,
    /// More holidays from a file, one date or range a line, `#` comments. 假期文件
    pub file: Option<String>,
}

/// Days in a row, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DateRange {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl TryFrom<String> for DateRange {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let date = |text: &str| NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok();
        let (from, to) = text.split_once("..").unwrap_or((&text, &text));
        match (date(from), date(to)) {
            (Some(from), Some(to)) if from <= to => Ok(Self { from, to }),
            (Some(_), Some(_)) => {
                Err(format!("`{text}` ends before it begins\nhelp: put the earlier date in front"))
            }
            _ => Err(format!("`{text}` is not a date\nhelp: write 2026-10-01 or 2026-10-01..2026-10-07")),
        }
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

/// The days of a calendar's file.
pub(super) fn days(text: &str) -> Result<Vec<DateRange>, String> {
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty())
        .map(|line| DateRange::try_from(line.to_owned()))
        .collect()
}
