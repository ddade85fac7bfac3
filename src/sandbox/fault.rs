//! What can happen to a request, as its rule says it.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The work is done at once, the answer comes late. Goes together with another fault.
    Delay {
        /// How late, in milliseconds.
        ms: u64,
    },
    /// Somebody else does something just before. Goes together with another fault.
    Meanwhile(Call),
    /// The connection is dropped, nothing is done, and then nobody listens: connections are refused, and those that
    /// there are break off. It ends by itself, or when the rules are removed in a test.
    Refuse {
        /// For how long, in milliseconds.
        ms: u64,
        /// The work is done and answered before that, so that the next request is the first to be refused.
        #[serde(default)]
        answered: bool,
    },
    /// The connection is dropped and nothing is done.
    ResetBefore,
    /// The work is done and the connection is dropped without an answer.
    ResetAfter,
    /// No answer ever comes, and the connection stays open.
    Hang {
        /// Whether the work is done.
        #[serde(default)]
        done: bool,
    },
    /// The work is done; the answer's body comes a byte at a time.
    Drip {
        /// The pause before each byte, in milliseconds.
        ms: u64,
    },
    /// The vendor's own envelope with this code; nothing is done.
    Code {
        /// The code in the envelope.
        code: i64,
        /// The message in the envelope.
        #[serde(default)]
        message: String,
    },
    /// This HTTP status with an HTML page, as from a gateway; nothing is done.
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// HTTP 429 with a `Retry-After` header; nothing is done. `status` makes one without.
    RetryAfter {
        /// The header's value.
        seconds: u32,
    },
    /// A redirect; nothing is done.
    Redirect {
        /// The HTTP status.
        #[serde(default = "found")]
        status: u16,
        /// The `Location` header.
        to: String,
    },
    /// The work is done; the answer's body ends half way, though its length is announced as such.
    Cut,
    /// The work is done; a comma stands in the answer where JSON has none.
    Malformed,
    /// The work is done; a part of the JSON that answers is another one.
    Alter {
        /// Which part, as a JSON pointer, in which `*` stands for the first entry: empty for all, `/data/keyword/0`,
        /// `/data/news/*`.
        #[serde(default)]
        at: String,
        /// What stands in its place; absent leaves it out.
        #[serde(default, deserialize_with = "even_null", skip_serializing_if = "Option::is_none")]
        to: Option<Value>,
    },
    /// The work is done; the answer says that it is something else.
    ContentType {
        /// The `Content-Type` header; empty for none.
        value: String,
    },
    /// The work is done; the answer is filled up with blanks.
    Large {
        /// Its size in bytes.
        bytes: u64,
        /// Whether the size is announced.
        #[serde(default = "yes")]
        length: bool,
    },
    /// HTTP 200 with an HTML page (a login page, a captive portal); nothing is done.
    Html,
}

/// A request that somebody else makes, by hand: without credentials, and not in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The JSON body; absent sends none.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
}

fn found() -> u16 {
    302
}

fn yes() -> bool {
    true
}

/// `null` is a value like any other.
fn even_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Fault {
    /// Its name in the journal and in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Delay { .. } => "delay",
            Self::Meanwhile(_) => "meanwhile",
            Self::Refuse { .. } => "refuse",
            Self::ResetBefore => "reset_before",
            Self::ResetAfter => "reset_after",
            Self::Hang { .. } => "hang",
            Self::Drip { .. } => "drip",
            Self::Code { .. } => "code",
            Self::Status { .. } => "status",
            Self::RetryAfter { .. } => "retry_after",
            Self::Redirect { .. } => "redirect",
            Self::Cut => "cut",
            Self::Malformed => "malformed",
            Self::Alter { .. } => "alter",
            Self::ContentType { .. } => "content_type",
            Self::Large { .. } => "large",
            Self::Html => "html",
        }
    }

    /// Whether the vendor still does the work.
    pub(super) fn lets_work(&self) -> bool {
        match self {
            Self::Delay { .. }
            | Self::Meanwhile(_)
            | Self::ResetAfter
            | Self::Drip { .. }
            | Self::Cut
            | Self::Malformed
            | Self::Alter { .. }
            | Self::ContentType { .. }
            | Self::Large { .. } => true,
            Self::Refuse { answered: done, .. } | Self::Hang { done } => *done,
            Self::ResetBefore
            | Self::Code { .. }
            | Self::Status { .. }
            | Self::RetryAfter { .. }
            | Self::Redirect { .. }
            | Self::Html => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn read(rule: Value) -> Fault {
        serde_json::from_value(rule).expect("a fault")
    }

    #[test]
    fn null_and_nothing_are_two_things() {
        let alter = |to| Fault::Alter { at: "/data".into(), to };
        assert_eq!(read(json!({"kind": "alter", "at": "/data", "to": null})), alter(Some(Value::Null)));
        assert_eq!(read(json!({"kind": "alter", "at": "/data"})), alter(None));
    }

    #[test]
    fn what_is_left_out_is_the_usual() {
        let redirect = read(json!({"kind": "redirect", "to": "http://a/"}));
        assert_eq!(redirect, Fault::Redirect { status: 302, to: "http://a/".into() });
        assert_eq!(read(json!({"kind": "hang"})), Fault::Hang { done: false });
        assert_eq!(read(json!({"kind": "large", "bytes": 9})), Fault::Large { bytes: 9, length: true });
        assert!(serde_json::from_value::<Fault>(json!({"kind": "hang", "ms": 1})).is_err());
    }

    #[test]
    fn somebody_else_may_send_a_body() {
        let call = Call { method: "POST".into(), path: "/v1/a/text".into(), body: json!({"content": "a"}) };
        let written =
            json!({"kind": "meanwhile", "method": "POST", "path": "/v1/a/text", "body": {"content": "a"}});
        assert_eq!(read(written.clone()), Fault::Meanwhile(call.clone()));
        assert_eq!(serde_json::to_value(Fault::Meanwhile(call)).ok(), Some(written));
    }
}
