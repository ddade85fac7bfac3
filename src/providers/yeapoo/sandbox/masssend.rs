//! Mass-sends: not idempotent, without an id, and 200 even when WeChat refused.

use serde_json::{Map, Value, json};

use super::check::{LONGTEXT, required, text};
use super::news;
use super::page::Page;
use super::route::{Ask, Refusal, Reply, Route, Takes, data, void};
use super::store::{Send, Store, url};
use crate::order::sort_by_key;

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "*/masssend/send", Takes::Strings, send),
    Route::new("POST", "*/masssend/preview", Takes::Strings, preview),
    Route::new("GET", "*/masssend", Takes::Nothing, list),
    Route::new("GET", "*/masssend/*", Takes::Nothing, read),
];

/// How long WeChat takes to report the result.
const REPORT_MS: i64 = 2000;
/// WeChat takes no smaller and no larger lists.
const RECIPIENTS: std::ops::RangeInclusive<usize> = 2..=10_000;

fn send(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let group = required(&ask.body, "group_id", LONGTEXT)?;
    let recipients = recipients(store, ask.account(), &group, text(&ask.body, "gender")?);
    if recipients == 0 {
        return Err(Refusal::new(400, "invalid openid list under selection condition"));
    }
    let msg_type = text(&ask.body, "msg_type")?.ok_or_else(Refusal::null)?.to_owned();
    let msg_id = required(&ask.body, "msg_id", LONGTEXT)?;
    store.token(ask.account())?;
    let accepted = wechat_takes(store, &msg_type, &msg_id)? && RECIPIENTS.contains(&recipients);
    let id = store.ids.id();
    let sent = accepted.then_some(recipients);
    let account = ask.account().to_owned();
    store.sends.insert(id, Send { account, msg_type, msg_id, created: ask.now, sent });
    void()
}

/// Chosen from the local rows: "-1" is everybody, blocked ones too.
fn recipients(store: &Store, account: &str, group: &str, gender: Option<&str>) -> usize {
    store
        .followers
        .values()
        .filter(|follower| follower.account == account && follower.subscribed)
        .filter(|follower| match group {
            "-1" => true,
            "0" => follower.ungrouped,
            _ => store.members.keys().any(|member| {
                member.account == account && member.group == group && member.openid == follower.openid
            }),
        })
        .filter(|follower| gender.is_none_or(|gender| follower.gender.to_string() == gender))
        .count()
}

/// Whether WeChat accepts the message, if the server gets as far as asking.
fn wechat_takes(store: &Store, msg_type: &str, id: &str) -> Result<bool, Refusal> {
    match msg_type {
        "text" => store.texts.get(id).map(|text| !breaks(text, true)).ok_or_else(Refusal::no_row),
        "image" | "voice" => store.files.get(id).map(|_| true).ok_or_else(Refusal::no_row),
        "mpnews" => {
            let items = news::shown(store, id, "");
            Ok(!items.is_empty() && items.iter().all(is_json))
        }
        // WeChat knows no such kind for mass-sends.
        "video" => store.videos.get(id).map(|_| false).ok_or_else(Refusal::no_row),
        "mpvideo" => Err(Refusal::thrown("failed to upload video")),
        "news" | "music" => Err(Refusal::thrown("[Assertion failed] - this argument is required")),
        other => Err(Refusal::thrown(format!("invalid msgType {other}"))),
    }
}

/// What makes malformed JSON on the way, as it goes there unescaped.
fn breaks(text: &str, quotes: bool) -> bool {
    text.contains(|c: char| c == '\\' || c.is_ascii_control() || (quotes && c == '"'))
}

/// Only the quotes of the content are escaped.
fn is_json(article: &Value) -> bool {
    let fields = ["title", "digest", "author", "content_source_url", "content"];
    !fields.iter().any(|field| breaks(article[field].as_str().unwrap_or_default(), *field != "content"))
}

/// Sends malformed JSON to WeChat and calls that a success.
fn preview(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    required(&ask.body, "openid", LONGTEXT)?;
    store.token(ask.account())?;
    void()
}

/// Null, not an empty list, when nothing was ever sent.
fn list(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let mut found: Vec<(&String, &Send)> =
        store.sends.iter().filter(|(_, send)| send.account == ask.account()).collect();
    sort_by_key(&mut found, |(id, send)| (std::cmp::Reverse(send.created), *id));
    let count = found.len();
    let items: Vec<Value> = page
        .cut(found)
        .into_iter()
        .map(|(id, send)| shown(store, id, send, ask.base))
        .collect::<Result<_, _>>()?;
    let items = if count == 0 { Value::Null } else { Value::Array(items) };
    data(json!({ "message": items, "pagination": page.json(count) }))
}

fn shown(store: &Store, id: &str, send: &Send, base: &str) -> Result<Value, Refusal> {
    let mut item = Map::new();
    let mut set = |key: &str, value: Value| drop(item.insert(key.to_owned(), value));
    set("id", json!(id));
    set("msg_type", json!(send.msg_type));
    set("msg_id", json!(send.msg_id));
    set("create_time", json!(send.created));
    match send.msg_type.as_str() {
        "text" => set("content", json!(store.texts.get(&send.msg_id).ok_or_else(Refusal::no_row)?)),
        "image" | "voice" => {
            let file = store.files.get(&send.msg_id).ok_or_else(Refusal::no_row)?;
            set("name", json!(file.name));
            set("url", json!(url(base, &file.path)));
        }
        "video" => {
            let video = store.videos.get(&send.msg_id).ok_or_else(Refusal::no_row)?;
            set("title", json!(video.title));
            set("description", json!(video.description));
            set("url", json!(url(base, &video.path)));
        }
        // The articles as they are now, not as they were sent.
        _ => set("news", Value::Array(news::shown(store, &send.msg_id, base))),
    }
    Ok(Value::Object(item))
}

/// Sending for ever if WeChat refused: its code stays in the database.
fn read(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let send = store.sends.get(ask.id()).ok_or_else(Refusal::no_row)?;
    let reported = send.sent.filter(|_| ask.now >= send.created + REPORT_MS);
    data(json!({
        "status": if reported.is_some() { "send success" } else { "sending" },
        "total_count": reported,
        "filter_count": reported,
        "sent_count": reported,
        "error_count": reported.map(|_| 0),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{Desk, WORLD};

    const VIP: &str = "aa000000000000000000000000000000";

    fn desk() -> (Desk, String) {
        let mut desk = Desk::new(WORLD);
        let id = desk.id("POST", "/v1/a/text", json!({"content": "大家好"}));
        (desk, id)
    }

    fn send(desk: &mut Desk, group: &str, kind: &str, id: &str) -> Value {
        let body = json!({"group_id": group, "msg_type": kind, "msg_id": id});
        desk.call("POST", "/v1/a/masssend/send", body)
    }

    fn status(desk: &mut Desk) -> Value {
        let id = desk.get("/v1/a/masssend")["message"][0]["id"].as_str().expect("an id").to_owned();
        desk.get(&format!("/v1/a/masssend/{id}"))
    }

    #[test]
    fn the_list_is_null_before_the_first() {
        let (mut desk, id) = desk();
        assert_eq!(desk.get("/v1/a/masssend")["message"], json!(null));
        assert_eq!(send(&mut desk, "-1", "text", &id), json!({"code": 200, "message": "OK", "data": null}));
        assert_eq!(desk.get("/v1/a/masssend")["message"][0]["content"], "大家好");
    }

    #[test]
    fn each_call_sends_again() {
        let (mut desk, id) = desk();
        send(&mut desk, "-1", "text", &id);
        send(&mut desk, "-1", "text", &id);
        assert_eq!(desk.get("/v1/a/masssend")["pagination"]["count"], 2);
    }

    #[test]
    fn results_come_later() {
        let (mut desk, id) = desk();
        send(&mut desk, "-1", "text", &id);
        assert_eq!(status(&mut desk)["status"], "sending");
        desk.now += 3000;
        assert_eq!(status(&mut desk)["sent_count"], 3, "blocked ones too");
        assert_eq!(desk.code("GET", "/v1/a/masssend/unknown", json!(null)), 500);
    }

    #[test]
    fn a_refusal_by_wechat_is_a_success() {
        let (mut desk, id) = desk();
        assert_eq!(send(&mut desk, VIP, "text", &id)["code"], 200, "one recipient is too few for WeChat");
        desk.now += 3000;
        assert_eq!(status(&mut desk)["status"], "sending");
        let quoted = desk.id("POST", "/v1/a/text", json!({"content": "\""}));
        assert_eq!(send(&mut desk, "-1", "text", &quoted)["code"], 200);
    }

    #[test]
    fn only_quotes_in_the_content_of_news_are_escaped() {
        let (mut desk, _) = desk();
        let cover = desk.upload("/v1/a/news/image", "a.jpg", b"x")["data"]["id"].clone();
        let mut arrives = |title: &str, content: &str| {
            let news = json!({"title": title, "image_id": cover, "show_cover_pic": "1", "digest": "", "content": content});
            let id = desk.id("POST", "/v1/a/news/single", news);
            desk.now += 1000;
            assert_eq!(send(&mut desk, "-1", "mpnews", &id)["code"], 200);
            desk.now += 3000;
            status(&mut desk)["status"] == "send success"
        };
        assert!(arrives("春", "<p class=\"a\">"));
        assert!(!arrives("\"春\"", "<p>"));
        assert!(!arrives("春", "<p>\n</p>"));
    }

    #[test]
    fn nobody_to_send_to() {
        let (mut desk, id) = desk();
        assert_eq!(send(&mut desk, "1", "text", &id)["code"], 400, "the blacklist has no rows");
        assert_eq!(send(&mut desk, "unknown", "text", &id)["code"], 400);
        let body = json!({"group_id": "-1", "gender": "1", "msg_type": "text", "msg_id": id});
        assert_eq!(desk.code("POST", "/v1/a/masssend/send", body), 400);
    }

    #[test]
    fn kinds() {
        let (mut desk, id) = desk();
        for kind in ["mpvideo", "news", "music", "nonsense"] {
            assert_eq!(send(&mut desk, "-1", kind, &id)["code"], 500, "{kind}");
        }
        assert_eq!(send(&mut desk, "-1", "text", "unknown")["code"], 500);
        assert_eq!(desk.code("POST", "/v1/a/masssend/preview", json!({"openid": "o1"})), 200);
        assert_eq!(desk.code("POST", "/v1/a/masssend/preview", json!({})), 500);
    }
}
