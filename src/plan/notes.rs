//! What one should know about a change, in a line.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::FieldChange;
use crate::desired::{DesiredAccount, Wanted};
use crate::live::{By, Claim};
use crate::model::kinds::{Scheduled, ScheduledStep};
use crate::model::schedule::instant;
use crate::model::{Address, field_of};
use crate::order::map;
use crate::problem::{Code, Problem};
use crate::state::State;
use crate::text;
use crate::words::Text;

/// A live object that nobody has managed before is about to be changed.
pub(super) fn adoption(claim: &Claim) -> Option<Text> {
    (claim.by == By::NaturalKey).then(|| text!("adopted: it is there already, and was found by its name"))
}

/// A new object stands in its place, and something went wrong before it could go.
pub(super) fn left_from(address: &Address) -> Text {
    text!("left from an unfinished replacement of {address}", address)
}

/// Says what of a change is news to us.
pub(super) fn outside(drift: &[FieldChange]) -> Option<Text> {
    let paths: Vec<_> = drift.iter().map(|change| change.path.as_str()).collect();
    (!paths.is_empty())
        .then(|| text!("changed outside mpform since the last apply: {paths}", paths = paths.join(", ")))
}

/// Who has joined the audience of a plan, and who has left it, since its run before this one.
pub(super) fn since_the_last_run(address: &Address, body: &Value, state: &State) -> Option<Text> {
    let plan = address.of_run()?;
    let mut runs = state.resources.iter().filter(|(run, _)| run.of_run().as_ref() == Some(&plan));
    let (before, record) = runs.rfind(|(run, _)| *run < address)?;
    let (was, is) = (groups(&record.applied.tree()), groups(body));
    let missing = |these: &BTreeMap<String, String>, those: &BTreeMap<String, String>| {
        let names = these.iter().filter(|(chat, _)| !those.contains_key(*chat)).map(|(_, name)| name.clone());
        names.collect::<Vec<_>>()
    };
    let (joined, left) = (missing(&is, &was), missing(&was, &is));
    let (_, date) = before.as_str().rsplit_once('@')?;
    let of = |names: &[String]| (names.len(), names.join(", "));
    let ((come, joined), (gone, left)) = (of(&joined), of(&left));
    match (come, gone) {
        (0, 0) => None,
        (_, 0) => Some(text!("since the run of {date} {come} joined: {joined}", date, come, joined)),
        (0, _) => Some(text!("since the run of {date} {gone} left: {left}", date, gone, left)),
        _ => Some(text!(
            "since the run of {date} {come} joined: {joined}; {gone} left: {left}",
            date,
            come,
            joined,
            gone,
            left
        )),
    }
}

/// The groups of a run, by chat.
fn groups(body: &Value) -> BTreeMap<String, String> {
    let groups = body["audience"]["groups"].as_array().into_iter().flatten();
    let word =
        |group: &Value, key: &str| group[key].as_str().filter(|word| !word.is_empty()).map(str::to_owned);
    map(groups.filter_map(|group| {
        let chat = word(group, "chat")?;
        Some((chat.clone(), word(group, "name").unwrap_or(chat)))
    }))
}

/// A run that the vendor has already is declared otherwise meanwhile.
pub(super) fn too_late(wanted: &Wanted, applied: &Value, edited: &[FieldChange]) -> Option<Problem> {
    // What was found by its title says nothing of its messages.
    let known = applied["steps"].as_array().is_some_and(|steps| !steps.is_empty());
    // Who is selected changes without an edit.
    let selected = applied["audience"].get("select").is_some();
    let mut fields: Vec<_> = edited
        .iter()
        .filter(|change| !(selected && change.path.starts_with("audience.groups")))
        .map(|change| field_of(&change.path))
        .collect();
    fields.dedup();
    (known && !fields.is_empty()).then(|| {
        let message = match &fields[..] {
            [field] => text!("it was created before {field} was edited, and goes out as it was then", field),
            _ => text!(
                "it was created before {fields} were edited, and goes out as it was then",
                fields = fields.join(", ")
            ),
        };
        Problem::warning(Code::Settled, message).about(&wanted.address).at(wanted.origin.clone()).help(
            text!("the vendor has no call to change or delete it; do that in its console, or let the edit reach later runs only"),
        )
    })
}

/// A run that the vendor has already is declared no more.
pub(super) fn still_goes_out(desired: &DesiredAccount, address: &Address, body: &Value) -> Option<Problem> {
    let made = Scheduled::deserialize(body).ok()?;
    let at = |step: &ScheduledStep| Some(instant(desired.zone, step.date?.0, step.at.0));
    let last = made.steps.iter().filter_map(at).max()?;
    (last > desired.now && !desired.later.contains(address)).then(|| {
        Problem::warning(
            Code::Settled,
            text!("it is declared no more, but was created already: it still goes out"),
        )
        .about(address)
        .help(text!(
            "the vendor has no call to delete it; delete it in its console if it is not meant any more"
        ))
    })
}

/// A run was asked for a moment ago, and nobody knows what came of it.
pub(super) fn too_early(wanted: &Wanted, begun: DateTime<Utc>) -> Problem {
    let message = text!(
        "it was asked for at {begun} UTC, and nobody knows what came of it: it is not asked for again so soon",
        begun = begun.format("%H:%M:%S")
    );
    let about = &wanted.address;
    let help = text!(
        "run the command again in two minutes: it looks again; or look into the vendor's console and run \
         `mpform sop resolve {about}` with --sent or --not-sent",
        about
    );
    Problem::warning(Code::UncertainSend, message).about(about).at(wanted.origin.clone()).help(help)
}

/// A run that nobody made in time.
pub(super) fn missed(wanted: &Wanted) -> Problem {
    Problem::warning(Code::NotSent, text!("it is missed: its first message was due before it was created"))
        .about(&wanted.address)
        .at(wanted.origin.clone())
        .help(text!("send it by hand if it still matters; later runs are not affected"))
}

/// A run that was asked for once, and that no list shows.
pub(super) fn uncertain(address: &Address) -> Problem {
    Problem::warning(Code::UncertainSend, text!("nobody knows whether it was created")).about(address).help(text!("look into the vendor's console, then run `mpform sop resolve {address}` with --sent or --not-sent", address))
}
