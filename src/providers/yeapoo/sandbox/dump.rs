//! The live rows, in a form that tests can read.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::groups::count;
use super::ids::hash_bytes;
use super::menu::tree;
use super::rules::{DEFAULT, SUBSCRIBE};
use super::store::{Article, FileKind, News, Rule, Store};

/// `{accounts: {ID: {groups, followers, rules, subscribe, default, menu, published, …}}}`.
pub(super) fn dump(store: &Store) -> Value {
    let accounts: Map<String, Value> =
        store.accounts.keys().map(|id| (id.clone(), account(store, id))).collect();
    json!({ "accounts": accounts })
}

fn account(store: &Store, id: &str) -> Value {
    let rules: Vec<Value> = live(store, id)
        .filter(|(_, rule)| !rule.name.starts_with("__"))
        .map(|(id, rule)| self::rule(store, id, rule))
        .collect();
    json!({
        "filled_in": store.accounts.get(id).is_some_and(|account| account.app.is_some()),
        "followers": store.followers.values().filter(|follower| follower.account == id).count(),
        "groups": groups(store, id),
        "rules": rules,
        "subscribe": special(store, id, SUBSCRIBE),
        "default": special(store, id, DEFAULT),
        "menu": menu(store, id),
        "published": store.accounts.get(id).and_then(|account| account.wechat.menu.clone()),
        "images": files(store, id, FileKind::Image),
        "voices": files(store, id, FileKind::Voice),
        "videos": store.videos.iter()
            .filter(|(_, video)| video.account == id && !video.deleted)
            .map(|(id, video)| json!({
                "id": id,
                "file": content(store, &video.path),
                "title": video.title,
                "description": video.description,
            }))
            .collect::<Vec<_>>(),
        "news": store.news.iter()
            .filter(|(_, news)| news.account == id && !news.deleted)
            .map(|(id, news)| json!({ "id": id, "items": articles(store, news) }))
            .collect::<Vec<_>>(),
        "sends": store.sends.iter()
            .filter(|(_, send)| send.account == id)
            .map(|(id, send)| json!({ "id": id, "type": send.msg_type, "msg_id": send.msg_id, "recipients": send.sent }))
            .collect::<Vec<_>>(),
    })
}

fn groups(store: &Store, account: &str) -> Vec<Value> {
    let live = store.groups.iter().filter(|group| group.account == account && group.deleted.is_none());
    live.map(|group| {
        let mut members: Vec<&str> = store
            .members
            .keys()
            .filter(|member| member.account == account && member.group == group.id)
            .map(|member| member.openid.as_str())
            .collect();
        members.sort_unstable();
        json!({
            "id": group.id,
            "name": group.name,
            "num": count(store, account, &group.id),
            "members": members,
        })
    })
    .collect()
}

fn live<'a>(store: &'a Store, account: &str) -> impl Iterator<Item = (&'a String, &'a Rule)> {
    store.rules.iter().filter(move |(_, rule)| rule.account == account && !rule.deleted)
}

fn special(store: &Store, account: &str, name: &str) -> Value {
    let found = live(store, account).filter(|(_, rule)| rule.name.eq_ignore_ascii_case(name));
    let found = found.max_by_key(|(_, rule)| rule.updated);
    found.map_or(Value::Null, |(id, found)| rule(store, id, found))
}

fn rule(store: &Store, id: &str, rule: &Rule) -> Value {
    let mut keywords: Vec<_> =
        rule.keywords.iter().map(|keyword| (keyword.content.as_str(), keyword.fuzzy)).collect();
    keywords.sort_unstable();
    let keywords: Vec<Value> =
        keywords.iter().map(|(content, fuzzy)| json!({ "content": content, "fuzzy": *fuzzy != 0 })).collect();
    json!({
        "id": id,
        "name": rule.name,
        "keywords": keywords,
        "reply": reply(store, rule.reply_type.as_deref(), rule.reply_id.as_deref()),
    })
}

/// A reply with its text or material, so that tests need no second look-up.
fn reply(store: &Store, kind: Option<&str>, id: Option<&str>) -> Value {
    match (kind, id) {
        (None, None) => Value::Null,
        _ => json!({
            "type": kind,
            "id": id,
            "text": id.and_then(|id| store.texts.get(id)),
            "shows": id.map(|id| shows(store, kind.unwrap_or_default(), id)),
        }),
    }
}

/// What a follower gets to see of a material, deleted or not; nothing where there is none.
fn shows(store: &Store, kind: &str, id: &str) -> Value {
    let (deleted, shown) = match kind {
        "image" | "voice" => match store.files.get(id) {
            Some(file) => (file.deleted, content(store, &file.path)),
            None => return Value::Null,
        },
        "video" => match store.videos.get(id) {
            Some(video) => (video.deleted, json!([content(store, &video.path), video.title])),
            None => return Value::Null,
        },
        "news" => match store.news.get(id) {
            Some(news) => (news.deleted, articles(store, news)),
            None => return Value::Null,
        },
        _ => return Value::Null,
    };
    if deleted { json!({ "deleted": shown }) } else { shown }
}

/// The name that a file was uploaded under, and a fingerprint of what is in it.
fn content(store: &Store, path: &str) -> Value {
    let last = path.rsplit('/').next().unwrap_or_default();
    let name = last.split_once('_').map_or(last, |(_, name)| name);
    let bytes = store.statics.get(path).map(Bytes::as_ref).unwrap_or_default();
    format!("{name} {}", &hash_bytes(bytes)[..8]).into()
}

fn articles(store: &Store, news: &News) -> Value {
    let article = |item: &Article| {
        json!({
            "title": item.title,
            "author": item.author,
            "cover": store.covers.get(&item.image_id).map(|path| content(store, path)),
            "show_cover": item.show_cover_pic,
            "digest": item.digest,
            "content": item.content,
            "source_url": item.content_source_url,
        })
    };
    news.items.iter().map(article).collect()
}

fn menu(store: &Store, account: &str) -> Value {
    let mut tops = tree(store, account);
    for top in &mut tops {
        for button in top.get_mut("sub_button").and_then(Value::as_array_mut).into_iter().flatten() {
            resolve(store, button);
        }
        resolve(store, top);
    }
    Value::Array(tops)
}

fn resolve(store: &Store, button: &mut Value) {
    let text = button["reply_id"].as_str().and_then(|id| store.texts.get(id)).cloned();
    button["text"] = json!(text);
    let shown = match (button["reply_type"].as_str(), button["reply_id"].as_str()) {
        (Some(kind), Some(id)) => shows(store, kind, id),
        _ => Value::Null,
    };
    button["shows"] = shown;
}

fn files(store: &Store, account: &str, kind: FileKind) -> Vec<Value> {
    let live =
        store.files.iter().filter(|(_, file)| file.account == account && !file.deleted && file.kind == kind);
    live.map(|(id, file)| json!({ "id": id, "name": file.name, "file": content(store, &file.path) }))
        .collect()
}
