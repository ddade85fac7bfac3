//! The local menu: buttons, their order and what they are bound to.

use serde_json::{Map, Value, json};

use super::check::{NAME, REPLY, URL, integer, optional, required};
use super::route::{Ask, Refusal, Reply, Route, Takes, data, void};
use super::rules::reply_type;
use super::store::{Button, Store};
use crate::order::sort_by_key;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "*/menu", Takes::Nothing, read),
    Route::new("POST", "*/menu", Takes::Objects, create),
    Route::new("PUT", "*/menu/*", Takes::Objects, update),
    Route::new("DELETE", "*/menu/*", Takes::Nothing, delete),
    Route::new("POST", "*/menu/bind", Takes::Strings, bind),
    Route::new("POST", "*/menu/unbind", Takes::Strings, unbind),
];

/// The parent of top buttons.
pub(super) const TOP: &str = "0";

/// The buttons under a parent in the order they are shown.
pub(super) fn children<'a>(store: &'a Store, account: &str, parent: &str) -> Vec<(&'a String, &'a Button)> {
    let mut found: Vec<_> = store
        .buttons
        .iter()
        .filter(|(_, button)| button.account == account && button.parent == parent)
        .collect();
    sort_by_key(&mut found, |(id, button)| (button.sequence, *id));
    found
}

fn read(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    data(tree(store, ask.account()))
}

/// Two levels; orphans and a third level are stored and never shown.
pub(super) fn tree(store: &Store, account: &str) -> Vec<Value> {
    children(store, account, TOP)
        .into_iter()
        .map(|(id, button)| {
            let mut shown = shown(id, button);
            let below: Vec<Value> = children(store, account, id)
                .into_iter()
                .map(|(id, button)| Value::Object(self::shown(id, button)))
                .collect();
            if !below.is_empty() {
                shown.insert("sub_button".to_owned(), Value::Array(below));
            }
            Value::Object(shown)
        })
        .collect()
}

fn shown(id: &str, button: &Button) -> Map<String, Value> {
    let fields = [
        ("id", json!(id)),
        ("name", json!(button.name)),
        ("type", json!(button.kind)),
        ("keycode", json!(button.keycode)),
        ("url", json!(button.url)),
        ("reply_id", json!(button.reply_id)),
        ("reply_type", json!(button.reply_type)),
        ("sequence", json!(button.sequence)),
    ];
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Neither WeChat's limits nor the parent are checked.
fn create(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let parent = required(&ask.body, "parent_id", REPLY)?;
    let name = required(&ask.body, "name", NAME)?;
    let sequence = integer(&ask.body, "sequence")?;
    let id = store.ids.id();
    let account = ask.account().to_owned();
    store.buttons.insert(id.clone(), Button { account, parent, name, sequence, ..Button::default() });
    data(id)
}

/// A new sequence is swapped with whichever siblings hold it.
fn update(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let button = store.buttons.get(ask.id()).cloned().ok_or_else(Refusal::no_row)?;
    let name = required(&ask.body, "name", NAME)?;
    let sequence = integer(&ask.body, "sequence")?;
    if sequence != button.sequence {
        store
            .buttons
            .values_mut()
            .filter(|other| {
                other.account == button.account && other.parent == button.parent && other.sequence == sequence
            })
            .for_each(|other| other.sequence = button.sequence);
    }
    if let Some(button) = store.buttons.get_mut(ask.id()) {
        button.name = name;
        button.sequence = sequence;
    }
    void()
}

/// Hard, with the direct children; the siblings are numbered anew.
fn delete(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let id = ask.id();
    let button = store.buttons.shift_remove(id).ok_or_else(Refusal::no_row)?;
    store.buttons.retain(|_, other| other.parent != id);
    let left: Vec<String> =
        children(store, &button.account, &button.parent).into_iter().map(|(id, _)| id.clone()).collect();
    for (sequence, id) in (1..).zip(left) {
        if let Some(sibling) = store.buttons.get_mut(&id) {
            sibling.sequence = sequence;
        }
    }
    void()
}

/// Each click binding gets a fresh key, also when it says what is there already.
fn bind(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let kind = optional(&ask.body, "reply_type", REPLY)?.ok_or_else(Refusal::null)?;
    let link = kind.eq_ignore_ascii_case("link");
    let kind = if link { None } else { Some(reply_type(&kind)?) };
    let limit = if link { URL } else { REPLY };
    let target = optional(&ask.body, "reply_id", limit)?;
    let id = optional(&ask.body, "menu_id", REPLY)?.unwrap_or_default();
    let keycode = store.ids.uuid();
    let Some(button) = store.buttons.get_mut(&id) else { return void() };
    if link {
        button.kind = Some("view");
        button.url = target;
        button.keycode = None;
        button.reply_id = None;
    } else {
        button.kind = Some("click");
        button.url = None;
        button.keycode = Some(keycode);
        button.reply_id = target;
    }
    button.reply_type = kind;
    void()
}

fn unbind(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let id = optional(&ask.body, "menu_id", REPLY)?.unwrap_or_default();
    if let Some(button) = store.buttons.get_mut(&id) {
        *button = Button {
            account: std::mem::take(&mut button.account),
            parent: std::mem::take(&mut button.parent),
            name: std::mem::take(&mut button.name),
            sequence: button.sequence,
            ..Button::default()
        };
    }
    void()
}

#[cfg(test)]
mod tests;
