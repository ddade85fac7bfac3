//! A desk for tests: one call a line, no network.

use bytes::Bytes;
use serde_json::Value;

use super::Tanmarket;
use super::auth::sign;
use crate::sandbox::{Answer, Clock, Request, Seed, Vendor as _};

pub(super) const APP: &str = "wwDEMO0000000001_abc123";
pub(super) const KEY: &str = "demo-key-not-real";

/// One owner with two groups; a question for user 9 finds the second too.
pub(super) const WORLD: &str = r#"
tanmarket:
  apps:
    wwDEMO0000000001_abc123:
      app_key: demo-key-not-real
      creator: 4545
      sales: [{id: "4516", name: 甲, department: 一部}]
      groups:
        - {chat: wr1, name: 一群, owner: "4516", created: "2026-01-02 03:04:05"}
        - {chat: wr2, name: 二群, owner: "4516", created: "2026-01-01 03:04:05", found_by: ["9"]}
"#;

pub(super) struct Desk {
    pub(super) vendor: Tanmarket,
    /// The time of the next call; it stands still unless a test moves it.
    pub(super) now: i64,
}

impl Desk {
    pub(super) fn new(world: &str) -> Self {
        Self::of(&Seed::yaml(world))
    }

    pub(super) fn demo() -> Self {
        Self::of(&Seed::Demo)
    }

    fn of(seed: &Seed) -> Self {
        Self { vendor: Tanmarket::new(seed).expect("a world"), now: Clock::default().now() }
    }

    pub(super) fn raw(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Bytes) -> Answer {
        let mut headers: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        self.ask(method, path, headers, body, false)
    }

    fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: Vec<(String, String)>,
        body: Bytes,
        by_hand: bool,
    ) -> Answer {
        self.vendor.answer(&Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: String::new(),
            headers,
            body,
            base: "http://sandbox".to_owned(),
            now: self.now,
            by_hand,
        })
    }

    pub(super) fn by_hand(&mut self, endpoint: &str, body: &Value) -> Answer {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        self.ask("POST", &format!("/api/v3/{endpoint}"), headers, Bytes::from(body.to_string()), true)
    }

    pub(super) fn signed_at(&mut self, timestamp: &str, endpoint: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let signature = sign(APP, timestamp, body.as_bytes(), KEY);
        let headers = [("appid", APP), ("timestamp", timestamp), ("sign", signature.as_str())];
        self.raw("POST", &format!("/apiServer/api/v3/{endpoint}"), &headers, Bytes::from(body))
    }

    pub(super) fn signed(&mut self, endpoint: &str, body: &Value) -> Answer {
        let now = self.now.to_string();
        self.signed_at(&now, endpoint, body)
    }

    pub(super) fn code(&mut self, endpoint: &str, body: &Value) -> i64 {
        self.signed(endpoint, body).code.expect("a code")
    }

    /// The data of a call that succeeds.
    pub(super) fn data(&mut self, endpoint: &str, body: &Value) -> Value {
        let answer = self.signed(endpoint, body);
        assert_eq!(answer.code, Some(0), "{endpoint} {body}: {}", answer.value());
        answer.data()
    }

    pub(super) fn vendor_dump(&self) -> Value {
        self.vendor.dump()
    }

    pub(super) fn app(&self) -> Value {
        self.vendor_dump()["apps"][APP].take()
    }
}
