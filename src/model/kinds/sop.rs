//! A recurring plan as it is carried out: armed as a whole where mpform sends its messages, or one run of it where
//! the vendor does (群发计划).

use crate::problem::Flaw;
use crate::text;
use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use super::{Kind, Shape};
use crate::model::schedule::{Date, Day, Schedule, Span, Time};
use crate::model::sop::{Delivery, Own};
use crate::model::{Rule, Rules};

/// A plan that is armed, or one run of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scheduled {
    /// What staff see; of a run, with its date.
    pub title: String,
    /// How the vendor sends it, where that can be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// Of a plan: when its runs start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// Of a plan: where its days begin, an IANA name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Of a plan: what the calendars hold that it names, each day or range as a calendar's file has it.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub calendars: IndexMap<String, Vec<String>>,
    /// Of a run: the account's setting that the vendor's days rest on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_on: Option<String>,
    /// Who gets it.
    pub audience: Own,
    /// The messages.
    pub steps: Vec<ScheduledStep>,
    /// Of a plan: how late a message may still be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Span>,
}

/// One step of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StepText", into = "StepText")]
pub struct ScheduledStep {
    /// The day of the run; 1 is its start date.
    pub day: Day,
    /// Of a run: the date that this is.
    pub date: Option<Date>,
    /// The time of that day.
    pub at: Time,
    /// What is sent.
    pub send: Vec<Own>,
}

/// A step as it is read in a plan: its time on one line.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct StepText {
    /// `day 1, 10:00`, or of a run `day 1, 2026-11-23 10:00`.
    when: String,
    send: Vec<Own>,
}

impl From<ScheduledStep> for StepText {
    fn from(step: ScheduledStep) -> Self {
        let date = step.date.map(|date| format!("{date} ")).unwrap_or_default();
        Self { when: format!("day {}, {date}{}", step.day.0, step.at), send: step.send }
    }
}

impl TryFrom<StepText> for ScheduledStep {
    type Error = Flaw;

    fn try_from(text: StepText) -> Result<Self, Flaw> {
        let wrong = || {
            Flaw::new(
                text!("`{when}` is no time of a step", when = text.when),
                text!("write it as a plan shows it, e.g. day 1, 10:00"),
            )
        };
        let (day, rest) =
            text.when.strip_prefix("day ").and_then(|rest| rest.split_once(", ")).ok_or_else(wrong)?;
        let (date, at) = rest.split_once(' ').map_or((None, rest), |(date, at)| (Some(date), at));
        Ok(Self {
            day: Day::try_from(day.to_owned())?,
            date: date.map(|date| Date::try_from(date.to_owned())).transpose()?,
            at: Time::try_from(at.to_owned())?,
            send: text.send,
        })
    }
}

impl JsonSchema for ScheduledStep {
    fn schema_name() -> Cow<'static, str> {
        StepText::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        StepText::json_schema(generator)
    }
}

impl Kind for Scheduled {
    const NAME: &'static str = "sop";
    const SECTION: &'static str = "sops";
    const SHAPE: Shape = Shape::Plans;
    const RULES: Rules = Rules(&[("", Rule::Exact), ("audience.groups", Rule::Set)]);

    fn natural(&self, _: &str) -> String {
        self.title.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_time_of_a_step_stands_on_one_line() {
        for when in ["day 1, 10:00", "day 12, 2026-11-23 09:30"] {
            let text = json!({"when": when, "send": [{"text": "早"}]});
            let step = ScheduledStep::deserialize(&text).expect("a step");
            assert_eq!(serde_json::to_value(step).expect("writes"), text);
        }
        for wrong in ["10:00", "day x, 10:00", "day 0, 10:00", "day 1, soon", "day 1, 9:5", "day 1"] {
            assert!(ScheduledStep::deserialize(json!({"when": wrong, "send": []})).is_err(), "{wrong}");
        }
    }
}
