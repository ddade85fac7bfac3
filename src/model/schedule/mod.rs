//! When something happens again and again: the dates on which runs start, and the moments at which their steps are
//! due. Nothing here reads a clock: who asks says for which dates, and that bounds the work, whatever the rule.

mod days;
mod instant;
mod rule;
mod runs;
mod span;
mod text;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use days::{DateRange, Days};
pub use instant::instant;
pub use rule::Rule;
pub use runs::Start;
pub use span::Span;
pub(crate) use text::time;
pub use text::{Date, Day, Time};

/// The first and the last year of a schedule. A date outside them is a slip of the pen.
pub const YEARS: (i32, i32) = (2000, 2100);

/// When runs start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "When runs start. 日程")]
pub struct Schedule {
    /// The date from which on runs start; without `repeat` the only one. 开始日期
    #[schemars(example = &"2026-11-23")]
    pub start: Date,
    /// A recurrence rule of RFC 5545; absent = once. 重复规则
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Rule", example = &"FREQ=WEEKLY;BYDAY=MO")]
    pub repeat: Option<Rule>,
    /// The last date on which a run may start. 截止日期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Date", example = &"2027-06-30")]
    pub until: Option<Date>,
    /// Days on which no run starts: calendars of the project, dates, ranges of dates. 跳过的日期或日历
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(example = &["cn-holidays", "2026-12-07", "2026-12-24..2026-12-26"])]
    pub skip: Vec<Skip>,
    /// What becomes of a run on such a day; default: drop. 遇跳过日期的处理
    #[serde(default, skip_serializing_if = "WhenSkipped::is_default")]
    pub when_skipped: WhenSkipped,
    /// How long before its start a run is created at a vendor that sends it by itself; default 14d. 提前创建
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Span", example = &"14d")]
    pub ahead: Option<Span>,
}

impl Schedule {
    /// How long before its start a run is created, if nobody says otherwise.
    pub const AHEAD: Span = Span::days(14);
}

/// What becomes of a run that would start on a day that is skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenSkipped {
    /// There is no such run. 取消
    #[default]
    Drop,
    /// It starts on the next workday, under its own date's name. 顺延到下一个工作日
    NextWorkday,
}

impl WhenSkipped {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Days on which no run starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skip {
    /// A date, or several in a row.
    Dates(DateRange),
    /// The days off of one of the project's calendars.
    Calendar(String),
}
