//! The messages that followers sent.

use chrono::{NaiveDate, NaiveTime};
use serde_json::{Map, Value, json};

use super::page::Page;
use super::route::{Ask, Refusal, Reply, Route, Takes, data};
use super::store::{Message, Store, Time};
use super::users::avatar;
use crate::order::sort_by_key;

pub(super) const ROUTES: &[Route] = &[Route::new("GET", "*/msg", Takes::Nothing, list)];

/// Beijing's offset: the server's dates are local ones.
const BEIJING: i64 = 8 * 3_600_000;

fn list(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let after = ask.filled("start_date").map(date).transpose()?;
    let before = ask.filled("end_date").map(date).transpose()?;
    let hide_matched = ask.param("filterivrmsg") == Some("1");
    let filter = ask.filled("filter");
    if filter.is_some_and(|filter| filter.contains('\'')) {
        // Pasted into the statement as it is.
        return Err(Refusal::thrown("bad SQL grammar: You have an error in your SQL syntax"));
    }
    let mut found: Vec<&Message> = store
        .messages
        .iter()
        .filter(|message| message.account == ask.account())
        .filter(|message| after.is_none_or(|after| message.created > after))
        .filter(|message| before.is_none_or(|before| message.created < before))
        .filter(|message| !(hide_matched && message.matched))
        .filter(|message| {
            let content = message.content.as_deref().unwrap_or_default();
            filter.is_none_or(|filter| message.kind == "text" && content.contains(filter))
        })
        .collect();
    sort_by_key(&mut found, |message| std::cmp::Reverse((message.created, &message.id)));
    let count = found.len();
    // Counted with unknown senders, listed without.
    found.retain(|message| store.followers.contains_key(&message.sender));
    let items: Vec<Value> = page.cut(found).into_iter().map(|message| shown(store, message)).collect();
    data(json!({ "message": items, "pagination": page.json(count) }))
}

fn date(text: &str) -> Result<Time, Refusal> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map(|date| date.and_time(NaiveTime::MIN).and_utc().timestamp_millis() - BEIJING)
        .map_err(|_| {
            Refusal::thrown(format!("Failed to convert value to required type 'java.util.Date': '{text}'"))
        })
}

fn shown(store: &Store, message: &Message) -> Value {
    let media = match message.kind.as_str() {
        "image" => &["media_id", "pic_url", "url"][..],
        "voice" => &["media_id", "url", "format", "recognition"],
        "video" => &["media_id", "url", "thumb_media_id", "thumb_url", "title", "description"],
        "location" => &["latitude", "longitude", "scale", "label"],
        "link" => &["url", "title", "description"],
        _ => &[],
    };
    let mut item = Map::new();
    item.insert("id".into(), json!(message.id));
    item.insert("type".into(), json!(message.kind));
    item.insert("content".into(), json!(message.content));
    for key in media {
        item.insert((*key).into(), json!(""));
    }
    let sender = store.followers.get(&message.sender);
    item.insert("sender_id".into(), json!(message.sender));
    item.insert("nickname".into(), json!(sender.map(|sender| &sender.nickname)));
    item.insert("avatar".into(), json!(sender.map(avatar)));
    item.insert("create_time".into(), json!(message.created));
    Value::Object(item)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::Desk;

    const TALK: &str = "
accounts:
  a:
    followers: [{openid: o1, nickname: 一}]
    messages:
      - {from: o1, content: 旧的, minutes_ago: 1440}
      - {from: o1, content: 营业时间, matched: true, minutes_ago: 30}
      - {from: o1, type: image, minutes_ago: 20}
      - {from: stranger, content: 谁, minutes_ago: 10}
";

    fn contents(data: &Value) -> Vec<Value> {
        data["message"].as_array().expect("messages").iter().map(|item| item["content"].clone()).collect()
    }

    #[test]
    fn newest_first_and_strangers_only_counted() {
        let mut desk = Desk::new(TALK);
        let data = desk.get("/v1/a/msg");
        assert_eq!(contents(&data), [json!(null), json!("营业时间"), json!("旧的")]);
        assert_eq!(data["pagination"]["count"], 4);
        assert_eq!(data["message"][0]["media_id"], "");
    }

    #[test]
    fn filters() {
        let mut desk = Desk::new(TALK);
        assert_eq!(contents(&desk.get("/v1/a/msg?filterivrmsg=1")).len(), 2);
        assert_eq!(contents(&desk.get("/v1/a/msg?filter=%E6%97%B6%E9%97%B4")), [json!("营业时间")]);
        assert_eq!(contents(&desk.get("/v1/a/msg?start_date=2026-01-05")).len(), 2);
        assert_eq!(
            contents(&desk.get("/v1/a/msg?start_date=2026-01-04&end_date=2026-01-05")),
            [json!("旧的")]
        );
        assert_eq!(desk.code("GET", "/v1/a/msg?filter=it's", json!(null)), 500);
        assert_eq!(desk.code("GET", "/v1/a/msg?start_date=today", json!(null)), 500);
    }
}
