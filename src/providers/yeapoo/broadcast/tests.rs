//! What goes out, what becomes of it, and what is known of it when the answer is lost.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::from_value;

use super::*;
use crate::clock::Clock;
use crate::model::sop::Own;
use crate::providers::yeapoo::testing::writable;
use crate::providers::{Happened, Links};
use crate::sandbox::{Fault, Rule, Running};

const WORLD: &str = "
accounts:
  a:
    app_id: wxa
    app_secret: secret
    followers:
      - {openid: o1, gender: 1}
      - {openid: o2, gender: 2}
      - {openid: o3, gender: 2}
    groups: [{id: aa000000000000000000000000000000, name: vip, members: [o1, o2, o3]}]
    images: [{id: i1, name: a.jpg}]
    voices: [{id: v1, name: a.mp3}]
    videos: [{id: f1, name: a.mp4}]
    news: [{id: n1, items: [{title: 春}]}]
";
const LIST: &str = "GET /v1/a/masssend?index=1&size=100 ";
const SEND: &str = "POST /v1/a/masssend/send";

struct Desk {
    sandbox: Running,
    clock: Clock,
    sender: Broadcast,
    links: Links,
}

/// A message as a plan says it.
struct Message {
    audience: Own,
    item: Own,
}

fn message(audience: Value, item: Value) -> Message {
    let own = |value| from_value(value).expect("fields");
    Message { audience: own(audience), item: own(item) }
}

fn to_all(item: Value) -> Message {
    message(json!({"group": "all"}), item)
}

impl Desk {
    /// Both clocks begin at the same moment.
    async fn new() -> Self {
        let clock = Clock::by_hand("2026-01-05T01:00:00Z".parse().expect("a time"));
        let (sandbox, api) = writable(WORLD, "a", clock.clone()).await;
        let mut links = Links::default();
        links.insert("group", "vip", "aa000000000000000000000000000000".into());
        for id in ["image/i1", "voice/v1", "video/f1", "news/n1"] {
            links.insert("material", id.split('/').next().expect("a word"), id.into());
        }
        Self { sandbox, clock, sender: Broadcast { api }, links }
    }

    fn outgoing<'a>(&'a self, message: &'a Message) -> Outgoing<'a> {
        Outgoing { audience: &message.audience, to: "", message: &message.item, links: &self.links }
    }

    async fn prepare(&self, message: &Message) -> String {
        self.sender.prepare(&self.outgoing(message)).await.expect("prepares").expect("a mark")
    }

    async fn send(&self, message: &Message, mark: &str) -> Result<Option<String>, VendorError> {
        self.sender.send(&self.outgoing(message), Some(mark)).await
    }

    async fn settle(
        &self,
        message: &Message,
        mark: &str,
        begun: DateTime<Utc>,
    ) -> Result<Settled, VendorError> {
        self.settle_beside(&[], message, mark, begun).await
    }

    /// Settles while other messages are known to have these ids.
    async fn settle_beside(
        &self,
        taken: &[&str],
        message: &Message,
        mark: &str,
        begun: DateTime<Utc>,
    ) -> Result<Settled, VendorError> {
        let message = self.outgoing(message);
        let taken = taken.iter().map(|id| (*id).to_owned()).collect();
        self.sender.settle(&Lost { message, mark: Some(mark), begun, taken: &taken }).await
    }

    /// Both clocks go on.
    fn wait(&self, seconds: u64) {
        let by = Duration::from_secs(seconds);
        self.sandbox.advance(by);
        self.clock.set(self.clock.now() + by);
    }

    fn fault(&self, fault: Fault) {
        self.sandbox.fault(Rule::new("POST", "/masssend/send", fault));
    }

    /// The calls since the last time.
    fn calls(&self) -> Vec<String> {
        let calls = self.sandbox.journal().into_iter();
        let calls = calls.map(|call| format!("{} {} {}", call.method, call.path, call.body)).collect();
        self.sandbox.clear_journal();
        calls
    }

    fn by_hand(&self, kind: &str, id: &str) {
        let body = json!({"group_id": "-1", "msg_type": kind, "msg_id": id});
        self.sandbox.call("POST", "/v1/a/masssend/send", body);
    }
}

#[tokio::test]
async fn a_text_is_made_for_its_message_and_sent_once() {
    let desk = Desk::new().await;
    let message = to_all(json!({"text": "早上好"}));
    let mark = desk.prepare(&message).await;
    assert_eq!(desk.calls(), [r#"POST /v1/a/text {"content":"早上好"}"#]);
    let id = desk.send(&message, &mark).await.expect("goes out").expect("an id");
    let body = json!({"group_id": "-1", "msg_type": "text", "msg_id": mark});
    assert_eq!(desk.calls(), [format!("{SEND} {body}"), LIST.to_owned()]);

    let word = async || {
        masssend::status(&desk.sender.api.read, &id)
            .await
            .expect("reads")
            .map(|status| (status.word, status.sent))
    };
    assert_eq!(word().await, Some(("sending".to_owned(), None)));
    desk.wait(3);
    assert_eq!(word().await, Some(("send success".to_owned(), Some(3))));
    assert_eq!(masssend::status(&desk.sender.api.read, "unknown").await, Ok(None));
}

#[tokio::test]
async fn each_material_is_sent_in_the_vendors_word() {
    let desk = Desk::new().await;
    for (key, kind, id) in [("image", "image", "i1"), ("voice", "voice", "v1"), ("news", "mpnews", "n1")] {
        let message = message(json!({"group": "vip", "gender": "female"}), json!({"material": key}));
        let mark = desk.prepare(&message).await;
        assert_eq!(mark, format!("{key}/{id}"));
        assert!(desk.send(&message, &mark).await.expect("goes out").is_some());
        let group = "aa000000000000000000000000000000";
        let body = json!({"group_id": group, "msg_type": kind, "msg_id": id, "gender": "2"});
        assert_eq!(desk.calls(), [format!("{SEND} {body}"), LIST.to_owned()]);
    }
    let men = message(json!({"group": "all", "gender": "male"}), json!({"text": "好"}));
    let mark = desk.prepare(&men).await;
    desk.send(&men, &mark).await.expect("goes out");
    assert!(desk.calls()[1].contains(r#""gender":"1""#));
}

#[tokio::test]
async fn fields_of_the_users_own_change_neither_message_nor_audience() {
    let desk = Desk::new().await;
    let extra = json!({"send_ignore_reprint": "1", "group_id": "-1", "msg_id": "other"});
    let message = message(json!({"group": "vip"}), json!({"material": "image", "extra": extra}));
    desk.send(&message, "image/i1").await.expect("goes out");
    let body = json!({"send_ignore_reprint": "1", "group_id": "aa000000000000000000000000000000",
        "msg_id": "i1", "msg_type": "image"});
    assert_eq!(desk.calls()[0], format!("{SEND} {body}"));
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_without_a_call() {
    let desk = Desk::new().await;
    for item in [json!({"material": "video"}), json!({"material": "unknown"}), json!({"link": {}}), json!({})]
    {
        let message = to_all(item);
        let error = desk.sender.prepare(&desk.outgoing(&message)).await.expect_err("can't be");
        assert_eq!((error.call.as_str(), error.happened), ("nothing sent", Happened::No));
    }
    let text = to_all(json!({"text": "好"}));
    let error = desk.sender.send(&desk.outgoing(&text), None).await.expect_err("not prepared");
    assert_eq!(error.happened, Happened::No);
    let elsewhere = message(json!({"from": "wx1"}), json!({"text": "好"}));
    assert_eq!(desk.send(&elsewhere, "5f").await.expect_err("no audience").happened, Happened::No);
    let unknown = message(json!({"group": "gone"}), json!({"text": "好"}));
    assert_eq!(desk.send(&unknown, "5f").await.expect_err("no such group").happened, Happened::No);
    assert_eq!(desk.calls(), [""; 0]);
    let taken = std::collections::HashSet::new();
    let lost = Lost { message: desk.outgoing(&text), mark: None, begun: desk.clock.now(), taken: &taken };
    assert_eq!(desk.sender.settle(&lost).await, Ok(Settled::NotSent), "nothing goes out without a mark");
}

#[tokio::test]
async fn nobody_is_an_error_unless_that_is_fine() {
    let mut desk = Desk::new().await;
    desk.links.insert("group", "nobody", "bb000000000000000000000000000000".into());
    let message =
        |allow: bool| message(json!({"group": "nobody", "allow_empty": allow}), json!({"material": "image"}));
    let error = desk.send(&message(false), "image/i1").await.expect_err("nobody");
    assert_eq!((error.happened, error.hint.is_some()), (Happened::No, true));
    assert_eq!(desk.send(&message(true), "image/i1").await, Ok(None));
    assert_eq!(desk.calls().len(), 2);
}

#[tokio::test]
async fn only_a_clear_no_is_one() {
    let desk = Desk::new().await;
    let message = to_all(json!({"text": "好"}));
    let mark = desk.prepare(&message).await;
    let maybe = [
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Cut,
        Fault::Html,
        Fault::Status { status: 502 },
        Fault::Status { status: 408 },
        // So it says also after WeChat was asked, up to three times.
        Fault::Code { code: 500, message: "[Assertion failed] - this argument is required".into() },
        Fault::Code { code: 500, message: "Incorrect result size: expected 1, actual 0".into() },
        Fault::Code { code: 403, message: String::new() },
    ];
    let no = [
        Fault::RetryAfter { seconds: 9 },
        Fault::Status { status: 401 },
        Fault::Status { status: 404 },
        Fault::Code { code: 400, message: String::new() },
    ];
    let all = maybe.map(|fault| (fault, Happened::Maybe)).into_iter();
    for (fault, happened) in all.chain(no.map(|fault| (fault, Happened::No))) {
        desk.calls();
        desk.fault(fault.clone());
        let error = desk.send(&message, &mark).await.expect_err("fails");
        assert_eq!(error.happened, happened, "{fault:?}");
        assert_eq!(desk.calls().len(), 1, "sent once: {fault:?}");
    }
}

#[tokio::test]
async fn a_text_that_comes_too_early_is_made_when_it_is_time() {
    let desk = Desk::new().await;
    desk.sandbox.fault(Rule::new("POST", "/text", Fault::RetryAfter { seconds: 0 }));
    desk.prepare(&to_all(json!({"text": "好"}))).await;
    assert_eq!(desk.calls().len(), 2);
    let always = Rule::new("POST", "/text", Fault::RetryAfter { seconds: 0 }).always();
    desk.sandbox.fault(always);
    let message = to_all(json!({"text": "好"}));
    let error = desk.sender.prepare(&desk.outgoing(&message)).await.expect_err("never");
    assert_eq!((error.happened, desk.calls().len()), (Happened::No, 4));
}

#[tokio::test]
async fn an_unreachable_server_has_sent_nothing() {
    let Desk { sandbox, sender, links, .. } = Desk::new().await;
    sandbox.stop().await;
    let Message { audience, item } = to_all(json!({"text": "好"}));
    let message = Outgoing { audience: &audience, to: "", message: &item, links: &links };
    let error = sender.send(&message, Some("5f")).await.expect_err("fails");
    assert_eq!(error.happened, Happened::No);
}

#[tokio::test]
async fn a_text_that_went_out_is_found_by_its_mark() {
    let desk = Desk::new().await;
    let message = to_all(json!({"text": "好"}));
    let begun = desk.clock.now();
    // The same words, by hand.
    let other = desk.prepare(&message).await;
    desk.by_hand("text", &other);
    let mark = desk.prepare(&message).await;
    assert_ne!(mark, other, "each message has a text of its own");
    desk.fault(Fault::ResetAfter);
    desk.send(&message, &mark).await.expect_err("lost");
    let listed = masssend::list(&desk.sender.api.read).await.expect("reads");
    let ours = listed.iter().find(|sent| sent.material == mark).expect("listed");
    assert_eq!(desk.settle(&message, &mark, begun).await, Ok(Settled::Sent(Some(ours.id.clone()))));
}

#[tokio::test]
async fn a_text_that_is_not_listed_may_have_gone_out_all_the_same() {
    let desk = Desk::new().await;
    let message = to_all(json!({"text": "好"}));
    let mark = desk.prepare(&message).await;
    let begun = desk.clock.now();
    desk.fault(Fault::ResetBefore);
    desk.send(&message, &mark).await.expect_err("lost");
    desk.wait(3600);
    assert_eq!(desk.settle(&message, &mark, begun).await, Ok(Settled::Unknown));
    let second = desk.prepare(&message).await;
    desk.send(&message, &second).await.expect("goes out");
    assert_eq!(desk.settle(&message, &mark, begun).await, Ok(Settled::Unknown), "the second is another");
}

#[tokio::test]
async fn a_material_is_ours_if_it_was_sent_since() {
    let desk = Desk::new().await;
    let message = to_all(json!({"material": "news"}));
    desk.by_hand("mpnews", "n1");
    desk.wait(60);
    let begun = desk.clock.now() + TimeDelta::milliseconds(900);
    desk.by_hand("image", "i1");
    desk.fault(Fault::ResetBefore);
    desk.send(&message, "news/n1").await.expect_err("lost");
    desk.wait(600);
    assert_eq!(desk.settle(&message, "news/n1", begun).await, Ok(Settled::Unknown), "sent before, by hand");

    let begun = desk.clock.now();
    desk.fault(Fault::ResetAfter);
    desk.send(&message, "news/n1").await.expect_err("lost");
    let first = masssend::list(&desk.sender.api.read).await.expect("reads")[0].id.clone();
    desk.wait(60);
    let sent = Ok(Settled::Sent(Some(first.clone())));
    assert_eq!(desk.settle(&message, "news/n1", begun).await, sent);
    let others = desk.settle_beside(&[&first], &message, "news/n1", begun).await;
    assert_eq!(others, Ok(Settled::Unknown), "it is known to be another message");
    desk.by_hand("mpnews", "n1");
    assert_eq!(desk.settle(&message, "news/n1", begun).await, Ok(Settled::Unknown), "either may be ours");
    desk.wait(600);
    desk.by_hand("mpnews", "n1");
    let second = masssend::list(&desk.sender.api.read).await.expect("reads")[1].id.clone();
    assert_eq!(
        desk.settle_beside(&[&second], &message, "news/n1", begun).await,
        sent,
        "the last is too late"
    );
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_no_no() {
    let desk = Desk::new().await;
    let message = to_all(json!({"text": "好"}));
    let mark = desk.prepare(&message).await;
    let begun = desk.clock.now() - TimeDelta::hours(1);
    let failing = Rule::new("GET", "/masssend", Fault::Code { code: 500, message: "no row".into() });
    desk.sandbox.fault(failing.always());
    desk.settle(&message, &mark, begun).await.expect_err("not known");
    // What went out went out, whether its id can be read or not.
    assert_eq!(desk.send(&message, &mark).await, Ok(None));
    desk.sandbox.clear_faults();
    assert!(matches!(desk.settle(&message, &mark, begun).await, Ok(Settled::Sent(Some(_)))));
}

#[tokio::test]
async fn of_two_that_may_be_ours_none_gives_its_id() {
    let desk = Desk::new().await;
    let message = to_all(json!({"material": "image"}));
    desk.by_hand("image", "i1");
    assert_eq!(desk.send(&message, "image/i1").await, Ok(None), "within a second of each other");
    desk.wait(5);
    assert!(desk.send(&message, "image/i1").await.expect("goes out").is_some());
}
