//! The groups that an audience comes to, as they stand in the body of a run.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::groups::Group;
use super::words::Audience;
use crate::model::sop::Own;
use crate::model::{Finding, Step};
use crate::problem::Code;
use crate::providers::VendorError;
use crate::text;

/// The field of an audience that holds them.
const GROUPS: &str = "groups";

/// A group that a run goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chosen {
    /// What it is called, where a list shows it. That comes first: a person knows groups by their names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    /// What its owner is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) owner_name: Option<String>,
    pub(super) chat: String,
    /// The id of its owner, as it is declared, or else as the list has it.
    pub(super) owner: String,
}

impl Chosen {
    pub(super) fn of(group: &Group) -> Self {
        Self { owner: group.owner.clone(), ..Self::declared(&group.chat, "", Some(group)) }
    }

    fn declared(chat: &str, owner: &str, group: Option<&Group>) -> Self {
        let named = |name: fn(&Group) -> &String| group.map(name).filter(|name| !name.is_empty()).cloned();
        Self {
            chat: chat.to_owned(),
            owner: owner.to_owned(),
            name: named(|group| &group.name),
            owner_name: named(|group| &group.owner_name),
        }
    }
}

/// An audience as its words say it.
pub(super) fn words_of(audience: &Own) -> Result<Audience, VendorError> {
    audience
        .typed()
        .map_err(|error| VendorError::refused(VendorError::NO_CALL, text!("not an audience: {error}", error)))
}

/// The groups that stand in an audience, none twice.
pub(super) fn standing(audience: &Own) -> Result<Vec<Chosen>, VendorError> {
    let Some(groups) = audience.0.get(GROUPS) else { return Ok(vec![]) };
    let chosen = Vec::<Chosen>::deserialize(groups).map_err(|error| {
        VendorError::refused(VendorError::NO_CALL, text!("not a list of groups: {error}", error))
    })?;
    Ok(by_chat(chosen))
}

/// Puts the groups into an audience.
pub(super) fn put(audience: &mut Own, chosen: &[Chosen]) {
    audience.0.insert(GROUPS.to_owned(), serde_json::to_value(chosen).unwrap_or_default());
}

/// The groups that an audience comes to by now, by chat: those that stand in it (with the names that the list has,
/// where they have none yet) and those that it selects.
pub(super) fn resolved(audience: &Own, live: &[Group]) -> Result<Vec<Chosen>, VendorError> {
    let known: HashMap<&str, &Group> = live.iter().map(|group| (group.chat.as_str(), group)).collect();
    let named = standing(audience)?.into_iter().map(|one| {
        let shown = Chosen::declared(&one.chat, &one.owner, known.get(one.chat.as_str()).copied());
        Chosen { name: one.name.or(shown.name), owner_name: one.owner_name.or(shown.owner_name), ..shown }
    });
    let select = words_of(audience)?.select;
    let selected = live.iter().filter(|group| select.as_ref().is_some_and(|select| select.fits(group)));
    Ok(by_chat(named.chain(selected.map(Chosen::of))))
}

/// In the order of their chats; of two with one chat the first.
fn by_chat(chosen: impl IntoIterator<Item = Chosen>) -> Vec<Chosen> {
    let mut all = BTreeMap::new();
    for one in chosen {
        all.entry(one.chat.clone()).or_insert(one);
    }
    all.into_values().collect()
}

/// What is wrong with the groups that an audience names.
pub(super) fn check(audience: &Own, live: &[Group]) -> Result<Vec<Finding>, VendorError> {
    let mut found = vec![];
    for (nth, named) in words_of(audience)?.groups.iter().flatten().enumerate() {
        let path =
            |field: &str| -> [Step; 4] { ["audience".into(), GROUPS.into(), nth.into(), field.into()] };
        match live.iter().find(|group| group.chat == named.chat) {
            None => found.push(Finding::error(
                Code::DanglingReference,
                path("chat"),
                text!("the vendor's list shows no group {chat}", chat = named.chat),
                text!("take the id (chatId) from the vendor's group list; the app may see only some groups"),
            )),
            // The owner of a create is most likely the `salesId` of the list; the documents don't say so.
            Some(group) if group.owner != named.owner => found.push(Finding::warning(
                Code::DanglingReference,
                path("owner"),
                text!(
                    "the group {chat} ({name}) belongs to {owner} ({owner_name}), not to {owner2}",
                    chat = group.chat,
                    name = group.name,
                    owner = group.owner,
                    owner_name = group.owner_name,
                    owner2 = named.owner
                ),
                text!("correct the owner's id; the vendor may refuse the whole run for it"),
            )),
            Some(_) => {}
        }
    }
    Ok(found)
}

/// Groups that an audience comes to by now and that a run which is created already does not go to: they joined since, or
/// the vendor made it in some of its groups only.
pub(super) fn missed(audience: &Own, goes_to: &Value, live: &[Group]) -> Result<Vec<Finding>, VendorError> {
    let goes_to: Vec<_> = goes_to.as_array().into_iter().flatten().map(|one| &one["chat"]).collect();
    let missed: Vec<_> = resolved(audience, live)?
        .into_iter()
        .filter(|one| !goes_to.iter().any(|chat| **chat == one.chat))
        .map(|one| one.name.map_or(one.chat.clone(), |name| format!("{name} ({})", one.chat)))
        .collect();
    if missed.is_empty() {
        return Ok(vec![]);
    }
    Ok(vec![Finding::warning(
        Code::Settled,
        ["audience".into()],
        text!("the run is created already, and does not go to {missed}", missed = missed.join(", ")),
        text!(
            "the vendor has no call to add a group; make a SOP for it in its console, or let later runs reach it"
        ),
    )])
}

#[cfg(test)]
mod tests;
