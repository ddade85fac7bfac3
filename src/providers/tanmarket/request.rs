//! The bodies of the two creates, and what is refused before they are sent: the vendor takes a time that has passed
//! without a word, and counts days from the day of the create.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Timelike as _, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::chosen::Chosen;
use super::items::Item;
use crate::model::Zone;
use crate::model::kinds::{Scheduled, ScheduledStep};
use crate::model::schedule::instant;
use crate::model::sop::Delivery;
use crate::providers::VendorError;
use crate::text;

/// So many seconds before and after midnight the vendor's day may be another than ours.
const NEAR_MIDNIGHT: u32 = 60;
const DAY: u32 = 24 * 60 * 60;

/// addGroupCorporate: by days from the create.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Corporate<'a> {
    group_infos: Vec<GroupInfo<'a>>,
    title: &'a str,
    mode: i64,
    sop_contents: Vec<OnDay>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupInfo<'a> {
    chat_id: &'a str,
    chat_owner: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OnDay {
    show_date: i64,
    show_time: String,
    sop_datas: Vec<Map<String, Value>>,
}

/// addGroupAssistant: by absolute times in China.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Assistant<'a> {
    title: &'a str,
    chat_ids: Vec<&'a str>,
    owners: BTreeSet<&'a str>,
    /// What staff are told; there is nothing to tell them but which plan it is.
    instruction: &'a str,
    sop_contents: Vec<AtTime>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AtTime {
    send_time: String,
    sop_datas: Vec<Map<String, Value>>,
}

/// The body of a create.
#[derive(Debug)]
pub(super) enum Body<'a> {
    Corporate(Corporate<'a>),
    Assistant(Assistant<'a>),
}

/// What an account says of days and modes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counting {
    /// What `showDate` calls the day of the create.
    pub(super) first_day: u8,
    pub(super) mode: i64,
}

impl Counting {
    /// What a reader of a plan is told: the dates that it shows are right only if this is. A create by absolute times
    /// needs no counting.
    pub(super) fn said(self, delivery: Option<Delivery>) -> Option<String> {
        let counts = delivery != Some(Delivery::Assistant);
        counts.then(|| format!("first_day: {} (what `showDate` calls the day of the create)", self.first_day))
    }
}

/// The body that makes a run in some groups, created at this moment.
///
/// # Errors
/// Where nothing may be sent: a step that is due already, or a day of which nobody can be sure.
pub(super) fn body<'a>(
    run: &'a Scheduled,
    groups: &[&'a Chosen],
    counting: Counting,
    now: DateTime<Utc>,
) -> Result<Body<'a>, VendorError> {
    let title = run.title.as_str();
    if run.delivery == Some(Delivery::Assistant) {
        let content = |step: &ScheduledStep| {
            let date = date_of(step, now)?;
            let send_time = format!("{date} {}", step.at.0.format("%H:%M"));
            Ok(AtTime { send_time, sop_datas: datas(step)? })
        };
        return Ok(Body::Assistant(Assistant {
            title,
            chat_ids: groups.iter().map(|group| group.chat.as_str()).collect(),
            owners: groups.iter().map(|group| group.owner.as_str()).collect(),
            instruction: title,
            sop_contents: run.steps.iter().map(content).collect::<Result<_, _>>()?,
        }));
    }
    let here = now.with_timezone(&Zone::CHINA);
    let second = here.num_seconds_from_midnight();
    if !(NEAR_MIDNIGHT..DAY - NEAR_MIDNIGHT).contains(&second) {
        let message = text!(
            "it is within a minute of midnight in China, and the vendor counts the days from the create"
        );
        return Err(VendorError::not_sent(message).hint(text!("run the command again in two minutes")));
    }
    let content = |step: &ScheduledStep| {
        let days = (date_of(step, now)? - here.date_naive()).num_days();
        Ok(OnDay {
            show_date: days + i64::from(counting.first_day),
            show_time: step.at.0.format("%H:%M").to_string(),
            sop_datas: datas(step)?,
        })
    };
    Ok(Body::Corporate(Corporate {
        group_infos: groups
            .iter()
            .map(|group| GroupInfo { chat_id: &group.chat, chat_owner: &group.owner })
            .collect(),
        title,
        mode: counting.mode,
        sop_contents: run.steps.iter().map(content).collect::<Result<_, _>>()?,
    }))
}

/// The date of a step that is still to come.
fn date_of(step: &ScheduledStep, now: DateTime<Utc>) -> Result<NaiveDate, VendorError> {
    let Some(date) = step.date else { return Err(VendorError::not_sent(text!("a step without a date"))) };
    if instant(Zone::CHINA, date.0, step.at.0) <= now {
        let message = text!(
            "the step of {date} {at} is due already, and the vendor would take it all the same",
            date,
            at = step.at
        );
        let hint = text!("it is too late for this run; run `mpform plan` to see what is left");
        return Err(VendorError::not_sent(message).hint(hint));
    }
    Ok(date.0)
}

fn datas(step: &ScheduledStep) -> Result<Vec<Map<String, Value>>, VendorError> {
    let data = |item: &crate::model::sop::Own| {
        let item = item
            .typed::<Item>()
            .map_err(|error| VendorError::not_sent(text!("not a message: {error}", error)))?;
        Ok(item.data())
    };
    step.send.iter().map(data).collect()
}

#[cfg(test)]
mod tests;
