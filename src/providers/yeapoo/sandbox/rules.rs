//! Keyword rules and the two special ones.

use serde_json::{Value, json};

use super::check::{KEYWORD, NAME, REPLY, cast, optional, required, text};
use super::page::Page;
use super::route::{Ask, Refusal, Reply, Route, Takes, data, void};
use super::store::{Keyword, Rule, Store};
use crate::order::{sort_by, sort_by_key};

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "*/keyword", Takes::Objects, create),
    Route::new("GET", "*/keyword", Takes::Nothing, list),
    Route::new("GET", "*/keyword/subscribe", Takes::Nothing, |store, ask| special(store, ask, SUBSCRIBE)),
    Route::new("GET", "*/keyword/default", Takes::Nothing, |store, ask| special(store, ask, DEFAULT)),
    Route::new("GET", "*/keyword/*", Takes::Nothing, read),
    Route::new("PUT", "*/keyword/*", Takes::Objects, update),
    Route::new("DELETE", "*/keyword/*", Takes::Nothing, delete),
];

pub(super) const SUBSCRIBE: &str = "__subscribe";
pub(super) const DEFAULT: &str = "__default";

/// What a rule or button may answer with. "voice" is not in the document, and "music" can never be answered.
const REPLIES: [&str; 6] = ["text", "image", "voice", "video", "music", "news"];

/// MySQL's limit for joined strings.
const JOINED: usize = 1024;

struct Wanted {
    name: String,
    reply_id: Option<String>,
    reply_type: Option<String>,
    /// None if the body says nothing about keywords.
    keywords: Option<Vec<(String, i64)>>,
}

fn wanted(body: &Value) -> Result<Wanted, Refusal> {
    let keywords = match body.get("keyword") {
        None | Some(Value::Null) => None,
        Some(Value::Array(items)) => Some(items.iter().map(keyword).collect::<Result<_, _>>()?),
        Some(other) => return Err(cast(other, "util.List")),
    };
    let reply_type = text(body, "reply_type")?.map(reply_type).transpose()?;
    Ok(Wanted {
        name: required(body, "rule_name", NAME)?,
        reply_id: optional(body, "reply_id", REPLY)?,
        reply_type,
        keywords,
    })
}

/// Any case in, lower case out.
pub(super) fn reply_type(text: &str) -> Result<String, Refusal> {
    let lower = text.to_lowercase();
    if REPLIES.contains(&lower.as_str()) {
        return Ok(lower);
    }
    Err(Refusal::thrown(format!("No enum constant MessageType.{}", text.to_uppercase())))
}

fn keyword(item: &Value) -> Result<(String, i64), Refusal> {
    if !item.is_object() {
        return Err(cast(item, "util.Map"));
    }
    let content = required(item, "content", KEYWORD)?;
    let fuzzy = text(item, "fuzzy")?.ok_or_else(|| Refusal::thrown("Column 'fuzzy' cannot be null"))?;
    let fuzzy = fuzzy.parse::<i64>().map_err(|_| {
        Refusal::thrown(format!("Incorrect integer value: '{fuzzy}' for column 'fuzzy' at row 1"))
    })?;
    Ok((content, fuzzy))
}

/// New ids, and an order that follows from them: not the one that was sent.
fn with_ids(store: &mut Store, keywords: Vec<(String, i64)>) -> Vec<Keyword> {
    let mut made: Vec<Keyword> =
        keywords.into_iter().map(|(content, fuzzy)| Keyword { id: store.ids.id(), content, fuzzy }).collect();
    sort_by(&mut made, |one, two| one.id.cmp(&two.id));
    made
}

fn create(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let Wanted { name, reply_id, reply_type, keywords } = wanted(&ask.body)?;
    let keywords = with_ids(store, keywords.unwrap_or_default());
    let id = store.ids.id();
    let rule = Rule {
        account: ask.account().to_owned(),
        name,
        reply_id,
        reply_type,
        keywords,
        created: ask.now,
        updated: ask.now,
        deleted: false,
    };
    store.rules.insert(id.clone(), rule);
    data(id)
}

fn is_special(name: &str) -> bool {
    [SUBSCRIBE, DEFAULT].iter().any(|special| name.eq_ignore_ascii_case(special))
}

/// Rules without keywords are counted and not listed.
fn list(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let mut found: Vec<(&String, &Rule)> = store
        .rules
        .iter()
        .filter(|(_, rule)| rule.account == ask.account() && !rule.deleted && !is_special(&rule.name))
        .collect();
    let count = found.len();
    found.retain(|(_, rule)| !rule.keywords.is_empty());
    sort_by_key(&mut found, |(id, rule)| (rule.created, *id));
    let items: Vec<Value> = page
        .cut(found)
        .into_iter()
        .map(|(id, rule)| json!({ "id": id, "name": rule.name, "keywords": joined(&rule.keywords) }))
        .collect();
    data(json!({ "keyword": items, "pagination": page.json(count) }))
}

/// In yet another order than by id, unescaped, and cut.
fn joined(keywords: &[Keyword]) -> String {
    let contents: Vec<&str> = keywords.iter().rev().map(|keyword| keyword.content.as_str()).collect();
    let mut text = contents.join(",");
    if text.len() > JOINED {
        let end = (0..=JOINED).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

/// Null if there is none. Of several the one that was changed last, though followers get the one made last.
fn special(store: &mut Store, ask: &Ask<'_>, name: &str) -> Result<Reply, Refusal> {
    let found = store
        .rules
        .iter()
        .filter(|(_, rule)| {
            rule.account == ask.account() && !rule.deleted && rule.name.eq_ignore_ascii_case(name)
        })
        .max_by_key(|(_, rule)| rule.updated);
    data(found.map_or(
        Value::Null,
        |(id, rule)| json!({ "id": id, "reply_id": rule.reply_id, "reply_type": rule.reply_type }),
    ))
}

fn read(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let Some(rule) = store.rules.get(ask.id()).filter(|rule| !rule.deleted) else { return void() };
    let keywords: Vec<Value> = rule
        .keywords
        .iter()
        .map(|keyword| json!({ "id": keyword.id, "content": keyword.content, "fuzzy": keyword.fuzzy != 0 }))
        .collect();
    data(json!({
        "name": rule.name,
        "reply_id": rule.reply_id,
        "reply_type": rule.reply_type,
        "keyword": keywords,
    }))
}

/// Name and reply are always overwritten, the keywords only if the body has them.
fn update(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let Wanted { name, reply_id, reply_type, keywords } = wanted(&ask.body)?;
    let keywords = keywords.map(|keywords| with_ids(store, keywords));
    if let Some(rule) = store.rules.get_mut(ask.id()) {
        let before = (&rule.name, &rule.reply_id, &rule.reply_type);
        if before != (&name, &reply_id, &reply_type) {
            // MySQL leaves the time alone when a row stays as it is.
            rule.updated = ask.now;
        }
        rule.name = name;
        rule.reply_id = reply_id;
        rule.reply_type = reply_type;
        if let Some(keywords) = keywords {
            rule.keywords = keywords;
        }
    }
    void()
}

fn delete(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    if let Some(rule) = store.rules.get_mut(ask.id()) {
        rule.deleted = true;
    }
    void()
}

#[cfg(test)]
mod tests;
