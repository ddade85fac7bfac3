//! What vendors answer. The bytes are the answers, one behind the other: a 0x1e stands between two of them, and a digit at
//! the beginning of one chooses its status.

use std::cell::OnceCell;
use std::sync::Arc;

use bytes::Bytes;
use chrono::DateTime;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::clock::Clock;
use crate::config;
use crate::http::canned::Canned;
use crate::http::{Client, Limits, Reader, TIMEOUT, Throttle, Writer};
use crate::model::sop::Own;
use crate::problem::Source;
use crate::providers::{Connect, Links, Outgoing, Provider, provider_named};
use crate::words::Lang;

pub(super) fn yeapoo(bytes: &[u8]) {
    ask("yeapoo", "{base_url: \"http://v.test\", info_id: demo}", bytes);
}

pub(super) fn tanmarket(bytes: &[u8]) {
    let settings = "{base_url: \"http://v.test\", app_id: a, app_key: geheim-key}";
    ask("tanmarket", settings, bytes);
}

pub(super) fn youmi(bytes: &[u8]) {
    let settings = "{base_url: \"http://v.test\", token_url: \"http://v.test/connect/token\", \
                    client_id: c, client_secret: geheim-key}";
    ask("youmi", settings, bytes);
}

/// What asking takes, made once for each thread: time passes by itself as soon as nothing else is left to do.
struct Desk {
    runtime: Runtime,
    client: Arc<Client>,
}

thread_local! {
    static DESK: OnceCell<Desk> = const { OnceCell::new() };
}

impl Desk {
    fn new() -> Self {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_time().start_paused(true).build().expect("a runtime");
        let throttle = Throttle::new(Limits { concurrency: 16, requests_per_second: None, timeout: TIMEOUT });
        let now = DateTime::from_timestamp(1_795_000_000, 0).expect("a time");
        let client = Client::new([], throttle, Clock::by_hand(now)).expect("a client");
        Self { runtime, client }
    }
}

fn ask(name: &str, settings: &str, bytes: &[u8]) {
    let provider = provider_named(name).expect("a provider");
    let source = Arc::new(Source::new("a.yaml", settings));
    let parsed = config::parse(&source, &mut vec![]);
    let connect = (provider.settings)(&parsed.documents[0], &mut vec![]).expect("settings");
    let answers: Vec<_> = bytes.split(|byte| *byte == 0x1e).map(canned).collect();
    DESK.with(|desk| {
        let Desk { runtime, client } = desk.get_or_init(Desk::new);
        runtime.block_on(all(provider, connect.as_ref(), client, &answers));
    });
}

fn canned(bytes: &[u8]) -> Canned {
    let (status, content_type, body) = match bytes.first() {
        Some(b'1') => (500, "text/html", &bytes[1..]),
        Some(b'2') => (204, "application/json", &bytes[1..]),
        Some(b'3') => (302, "text/html", &bytes[1..]),
        Some(b'4') => (404, "application/json", &bytes[1..]),
        Some(b'5') => (429, "text/plain", &bytes[1..]),
        Some(b'6') => (200, "text/html", &bytes[1..]),
        _ => (200, "application/json", bytes),
    };
    Canned { status, content_type, body: Bytes::copy_from_slice(body) }
}

/// Everything that can be asked of an account, each with the answers from the first on.
async fn all(provider: &Provider, connect: &dyn Connect, client: &Arc<Client>, answers: &[Canned]) {
    let served = || client.answer_with(answers.iter().cloned());
    for kind in provider.kinds {
        served();
        let reads = connect.reads(Reader::new(client));
        let Some(reader) = reads.reader(kind) else { continue };
        match reader.list().await {
            // Nobody is asked for what only the state knows.
            Ok(_) if reader.remembered() => {}
            Ok(found) if found.iter().all(|found| found.built_in) => {
                assert!(says_nothing(kind, answers), "{kind}: a broken list is taken for an empty one");
            }
            Ok(found) => {
                for found in found.iter().take(3) {
                    served();
                    let _ = reader.read(&found.id, None, None).await;
                    let _ = reader.read(&found.id, found.body.as_ref(), found.body.as_ref()).await;
                }
            }
            Err(error) => told(error.problem("shop")),
        }
    }
    served();
    let _ = connect.reads(Reader::new(client)).known().await;
    if let Some(messages) = connect.messages(Reader::new(client)) {
        served();
        let _ = messages.received(DateTime::UNIX_EPOCH).await;
        served();
        let _ = messages.sent().await;
        served();
        let _ = messages.status("5").await;
    }
    if let Some(sends) = connect.sends(Writer::new(client)) {
        served();
        if let Err(error) = sends.admitted().await {
            told(error.problem("shop"));
        }
        served();
        let own = |text: &str| Own(serde_json::from_str(text).expect("JSON"));
        let audience = own(r#"{"from": "wx", "friends": ["f"], "group": "all"}"#);
        let (message, links) = (own(r#"{"text": "hi"}"#), Links::default());
        let outgoing = Outgoing { audience: &audience, to: "f", message: &message, links: &links };
        if let Err(error) = sends.send(&outgoing, None).await {
            told(error.problem("shop"));
        }
    }
}

/// What is said does nothing to who shows it, and holds no secret.
fn told(problem: crate::problem::Problem) {
    let shown = problem.render(false, Lang::En);
    assert!(!shown.chars().any(|c| c != '\n' && c.is_control()), "{shown:?}");
    assert!(!shown.contains("geheim-key"), "{shown}");
}

/// Kinds of which null says that there is none.
const NULL_IS_NONE: [&str; 2] = ["menu", "reply"];

/// True if an answer that went well says that there is nothing: it holds an empty list, one of what is built in, or null
/// where that says so.
fn says_nothing(kind: &str, answers: &[Canned]) -> bool {
    fn has_list(value: &Value) -> bool {
        match value {
            Value::Array(_) => true,
            Value::Object(fields) => fields.values().any(has_list),
            _ => false,
        }
    }
    answers.iter().any(|answer| {
        let value = serde_json::from_slice::<Value>(&answer.body);
        let is_none = |value: &Value| NULL_IS_NONE.contains(&kind) && value["data"].is_null();
        let says = |value: Value| value.is_object() && (has_list(&value) || is_none(&value));
        answer.status / 100 == 2 && value.is_ok_and(says)
    })
}
