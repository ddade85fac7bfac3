//! A recurring plan as it is carried out: armed as a whole where mpform sends its messages, or one run of it where
//! the vendor does (群发计划).

use indexmap::IndexMap;
use schemars::JsonSchema;
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
    /// Who gets it.
    pub audience: Own,
    /// The messages.
    pub steps: Vec<ScheduledStep>,
    /// Of a plan: how late a message may still be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Span>,
}

/// One step of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduledStep {
    /// The day of the run; 1 is its start date.
    pub day: Day,
    /// Of a run: the date that this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// The time of that day.
    pub at: Time,
    /// What is sent.
    pub send: Vec<Own>,
}

impl Kind for Scheduled {
    const NAME: &'static str = "sop";
    const SECTION: &'static str = "sops";
    const SHAPE: Shape = Shape::Plans;
    const RULES: Rules = Rules(&[("", Rule::Exact)]);

    fn natural(&self, _: &str) -> String {
        self.title.clone()
    }
}
