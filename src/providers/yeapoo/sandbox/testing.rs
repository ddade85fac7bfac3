//! A desk for tests: one call a line, no network.

use bytes::Bytes;
use serde_json::Value;

use super::Yeapoo;
use crate::sandbox::{Answer, Clock, Request, Seed, Vendor as _};

/// Two filled-in accounts; `a` has followers o1 to o3, o3 blocked, and two groups.
pub(super) const WORLD: &str = "
accounts:
  a:
    app_id: wxa
    app_secret: secret
    followers:
      - {openid: o1, nickname: 一}
      - {openid: o2, nickname: 二, gender: 2}
      - {openid: o3, nickname: 三, blocked: true}
    groups:
      - {id: '100', name: 微信组}
      - {id: aa000000000000000000000000000000, name: vip, members: [o1]}
  b:
    app_id: wxb
    app_secret: secret
    groups:
      - {id: '100', name: 另一组}
";

pub(super) struct Desk {
    pub(super) vendor: Yeapoo,
    /// The time of the next call; it stands still unless a test moves it.
    pub(super) now: i64,
}

impl Desk {
    pub(super) fn new(world: &str) -> Self {
        let now = Clock::default().now();
        Self { vendor: Yeapoo::new(&Seed::yaml(world), now).expect("a world"), now }
    }

    pub(super) fn empty() -> Self {
        Self::new("{}")
    }

    pub(super) fn demo() -> Self {
        let now = Clock::default().now();
        Self { vendor: Yeapoo::new(&Seed::Demo, now).expect("the demo"), now }
    }

    pub(super) fn send(&mut self, method: &str, path: &str, content_type: &str, body: Bytes) -> Answer {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut headers = Vec::new();
        if !content_type.is_empty() {
            headers.push(("content-type".to_owned(), content_type.to_owned()));
        }
        self.ask(Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body,
            base: "http://sandbox".to_owned(),
            now: self.now,
            by_hand: false,
        })
    }

    pub(super) fn ask(&mut self, request: Request) -> Answer {
        self.vendor.answer(&request)
    }

    pub(super) fn call(&mut self, method: &str, path: &str, body: Value) -> Value {
        let answer = match body {
            Value::Null => self.send(method, path, "", Bytes::new()),
            body => self.send(method, path, "application/json", Bytes::from(body.to_string())),
        };
        assert_eq!(answer.status, 200, "{method} {path}");
        answer.value()
    }

    pub(super) fn code(&mut self, method: &str, path: &str, body: Value) -> i64 {
        self.call(method, path, body)["code"].as_i64().expect("a code")
    }

    pub(super) fn message(&mut self, method: &str, path: &str, body: Value) -> String {
        self.call(method, path, body)["message"].as_str().unwrap_or("null").to_owned()
    }

    /// The data of a call that succeeds.
    pub(super) fn data(&mut self, method: &str, path: &str, body: Value) -> Value {
        let mut answer = self.call(method, path, body);
        assert_eq!(answer["code"], 200, "{method} {path}: {answer}");
        answer["data"].take()
    }

    /// The id that a create gives.
    pub(super) fn id(&mut self, method: &str, path: &str, body: Value) -> String {
        self.data(method, path, body).as_str().expect("an id").to_owned()
    }

    pub(super) fn get(&mut self, path: &str) -> Value {
        self.data("GET", path, Value::Null)
    }

    /// Uploads a file and gives the whole answer.
    pub(super) fn upload(&mut self, path: &str, name: &str, content: &[u8]) -> Value {
        let mut body =
            format!("--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n")
                .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--B--\r\n");
        self.send("POST", path, "multipart/form-data; boundary=B", Bytes::from(body)).value()
    }
}
