//! A desk for tests: one call a line, no network.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{SEND, TOKEN, Youmi};
use crate::sandbox::{Answer, Clock, Request, Seed, Vendor as _};

pub(super) const WORLD: &str = "
youmi:
  clients:
    c1:
      secret: s +1
      tokens: [t]
      accounts:
        - {wechat: wx1, friends: [f1, f2], former: [f8], unreachable: [f9]}
      takeovers: [{key: k1, wechat: wx1, friend: f2}]
";

pub(super) struct Desk {
    pub(super) vendor: Youmi,
    /// The time of the next call; it stands still unless a test moves it.
    pub(super) now: i64,
}

impl Desk {
    pub(super) fn new(world: &str) -> Self {
        Self::of(&Seed::yaml(world))
    }

    pub(super) fn of(seed: &Seed) -> Self {
        Self { vendor: Youmi::new(seed).expect("a world"), now: Clock::default().now() }
    }

    pub(super) fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.vendor.settle(self.now);
        self.vendor.answer(&Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: String::new(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: Bytes::from(body.to_owned()),
            base: "http://sandbox".to_owned(),
            now: self.now,
            by_hand: false,
        })
    }

    pub(super) fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.ask("POST", path, headers, body)
    }

    /// Asks for a token.
    pub(super) fn form(&mut self, form: &str) -> (u16, Value) {
        let answer = self.post(TOKEN, &[("content-type", "application/x-www-form-urlencoded")], form);
        (answer.status, answer.value())
    }

    pub(super) fn send_as(&mut self, authorization: &str, body: &Value) -> Answer {
        let headers = [("authorization", authorization), ("content-type", "application/json")];
        self.post(SEND, &headers, &body.to_string())
    }

    pub(super) fn send(&mut self, body: &Value) -> Answer {
        self.send_as("Bearer t", body)
    }

    pub(super) fn code(&mut self, body: &Value) -> i64 {
        self.send(body).code.expect("a code")
    }

    pub(super) fn text(friend: &str) -> Value {
        json!({"WechatId": "wx1", "ToUserName": friend, "RelationType": 0, "MsgType": "text", "Text": "早"})
    }

    pub(super) fn client(&mut self) -> Value {
        self.vendor.settle(self.now);
        self.vendor.dump()["clients"]["c1"].take()
    }

    pub(super) fn messages(&mut self, wechat: &str, friend: &str) -> Vec<Value> {
        let list = self.client()["accounts"][wechat]["recipients"][friend].take();
        list.as_array().cloned().unwrap_or_default()
    }
}
