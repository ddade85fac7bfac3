//! What the vendor refuses in a whole plan: messages that its channel does not carry. Source: the examples of the
//! vendor's document, which has one for each type and channel that go together.

use crate::words::Text;
use serde::Deserialize as _;
use serde_json::Value;

use super::words::Channel;
use crate::model::sop::Own;
use crate::model::{Finding, Step};
use crate::problem::Code;
use crate::text;

const EVERY: &[Channel] = &[Channel::Wechat, Channel::Mp, Channel::Mini, Channel::Wecom];

/// The channels that carry a form. What is written in the vendor's own words is the writer's to know.
fn channels(form: &str) -> &'static [Channel] {
    match form {
        "contact" | "wecom_contact" | "mini_program" | "official_account" | "collect" | "refund" => {
            &[Channel::Wechat]
        }
        "forward" | "batch" => &[Channel::Wechat, Channel::Wecom],
        _ => EVERY,
    }
}

/// What is wrong with a plan.
pub(super) fn limits(kind: &str, body: &Value) -> Vec<Finding> {
    if kind != "sop" {
        return vec![];
    }
    let Ok(channel) = Channel::deserialize(&body["audience"]["channel"]) else { return vec![] };
    let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
    let mut found = vec![];
    for (step, body) in list(&body["steps"]).iter().enumerate() {
        for (nth, message) in list(&body["send"]).iter().enumerate() {
            let Ok(message) = Own::deserialize(message) else { continue };
            let mut forms = message.forms();
            let Some(form) = forms.next().filter(|form| !channels(form).contains(&channel)) else {
                continue;
            };
            let path: [Step; 5] = ["steps".into(), step.into(), "send".into(), nth.into(), form.into()];
            let carried: Vec<_> =
                channels(form).iter().map(|channel| format!("`{}`", channel.word())).collect();
            found.push(Finding::error(
                Code::NotOffered,
                path,
                text!("the channel `{word}` does not carry `{form}`", word = channel.word(), form),
                text!("it goes through {carried} only (source: the examples of the vendor's document); send something else, \
                     or write a plan for those people", carried = Text::joined(carried.into_iter().map(Text::verbatim), " and ")),
            ));
        }
    }
    found
}
