//! `calendars:`, days that are special.

use crate::problem::Flaw;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::schedule::DateRange;

/// Days on which nothing happens, and days that are worked in spite of the weekday.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Calendar {
    /// Holidays: a date or a range of dates each. 假期
    pub dates: Vec<DateRange>,
    /// Days that are worked although the weekday says otherwise. 调休上班日
    pub workdays: Vec<DateRange>,
    /// More days from a file: a date or range a line, `workday` before those that are worked, `#` comments. 假期文件
    pub file: Option<String>,
}

impl Calendar {
    /// As the lines of a calendar's file.
    pub fn lines(&self) -> Vec<String> {
        let worked = self.workdays.iter().map(|range| format!("{WORKDAY}{range}"));
        self.dates.iter().map(ToString::to_string).chain(worked).collect()
    }
}

/// A line of a calendar's file that tells of workdays begins with it.
const WORKDAY: &str = "workday ";

/// Reads the lines of a calendar's file.
pub(crate) fn fill(calendar: &mut Calendar, text: &str) -> Result<(), Flaw> {
    for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
        if let Some(workdays) = line.strip_prefix(WORKDAY) {
            calendar.workdays.push(DateRange::try_from(workdays.trim().to_owned())?);
        } else if !line.is_empty() {
            calendar.dates.push(DateRange::try_from(line.to_owned())?);
        }
    }
    Ok(())
}
