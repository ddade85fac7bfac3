//! Youmi's token endpoint and its call that sends a message, for tests and demonstrations.
//!
//! A message that is taken is queued and its result comes later; the real server tells it by an event, here it shows in
//! the sandbox's state once the clock has moved on. Nothing is remembered of what was asked: a call that is repeated
//! sends a second message. Where nothing is published the choice is ours and marked so.

mod dump;
mod kinds;
mod seed;
mod send;
mod store;
#[cfg(test)]
mod testing;
mod token;

use anyhow::Result;
use bytes::Bytes;
use serde_json::{Value, json};

use self::seed::World;
use self::store::Store;
use crate::sandbox::{Answer, Request, Seed, Vendor, china};

const TOKEN: &str = "/connect/token";
const SEND: &str = "/v2/ChatMess/doSendPublicMes";

/// The vendor's sandbox.
pub struct Youmi {
    world: World,
    store: Store,
}

/// Why a call is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Refusal {
    /// By the gateway in front of the API: HTTP 401.
    Unauthorized,
    /// In the envelope.
    Code(i64, String),
}

impl Refusal {
    fn code(code: i64, text: impl Into<String>) -> Self {
        Self::Code(code, text.into())
    }

    /// A parameter that is missing or wrong.
    fn field(name: &str) -> Self {
        Self::code(200_012, format!("参数错误: {name}"))
    }
}

impl Youmi {
    /// A server that holds the clients of the seed.
    ///
    /// # Errors
    /// If the seed's YAML can't be read.
    pub fn new(seed: &Seed) -> Result<Self> {
        let world = World::read(seed)?;
        let store = Store::of(&world);
        Ok(Self { world, store })
    }

    fn send(&mut self, request: &Request) -> Answer {
        let id = self.store.ids.next();
        let sent = token::admit(&self.store, request)
            .and_then(|client| send::send(&mut self.store, &client, request));
        match sent {
            Ok(task) => envelope(&id, 20_000, request.now, &json!({ "taskId": task }), "操作成功"),
            Err(Refusal::Code(code, text)) => envelope(&id, code, request.now, &Value::Null, &text),
            Err(Refusal::Unauthorized) => {
                let headers = vec![("www-authenticate", "Bearer".to_owned())];
                Answer { status: 401, code: None, headers, body: Bytes::new() }
            }
        }
    }
}

impl Vendor for Youmi {
    fn name(&self) -> &'static str {
        "youmi"
    }

    fn claims(&self, path: &str) -> bool {
        path == TOKEN || path.starts_with("/v2/")
    }

    fn is_write(&self, method: &str, path: &str) -> bool {
        method == "POST" && path == SEND
    }

    fn settle(&mut self, now: i64) {
        self.store.settle(now);
    }

    fn answer(&mut self, request: &Request) -> Answer {
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", TOKEN) => token::grant(&mut self.store, request),
            ("POST", SEND) => self.send(request),
            (_, TOKEN | SEND) => Answer::html(405, "405 Method Not Allowed"),
            _ => Answer::html(404, "404 Not Found"),
        }
    }

    fn refuse(&self, code: i64, message: &str) -> Answer {
        envelope("fault", code, 0, &Value::Null, message)
    }

    fn reset(&mut self, _: i64) {
        self.store = Store::of(&self.world);
    }

    fn dump(&self) -> Value {
        dump::dump(&self.store)
    }
}

fn envelope(id: &str, code: i64, now: i64, values: &Value, text: &str) -> Answer {
    let body = json!({
        "requestId": id,
        "errmsg": code,
        "succeed": matches!(code, 20_000 | 10_004),
        "msgTime": china(now).format("%Y-%m-%d %H:%M:%S").to_string(),
        "values": values,
        "errdesc": text,
    });
    Answer::json(Some(code), &body)
}

#[cfg(test)]
mod tests;
