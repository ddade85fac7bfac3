//! What took how long, in the form that browsers' profilers read (Chrome's `about:tracing`, Perfetto): a track for each
//! account, in it as many lanes as there were steps and calls at once. It is written when everything is over.
//!
//! A call is told by its method and path: ids are left out, and so is what addresses ask for.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use reqwest::{Request, Url};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Secrets;
use crate::order::sort_by_key;

/// How the file begins; what follows are lines of a list.
pub(super) const MARK: &str = "{\"timings\":\"mpform\"";

/// The track of what is no single account's.
const ALL: &str = "mpform";

/// Everything that was timed, and where it goes.
pub(super) struct Timings {
    file: Mutex<File>,
    origin: Instant,
    spans: Mutex<Vec<Span>>,
}

/// From when to when something was under way, in microseconds.
struct Span {
    account: String,
    name: String,
    /// What came back, of a call.
    call: Option<Value>,
    begun: u64,
    ended: u64,
}

/// Something that is under way. It is told when this is dropped.
#[derive(Default)]
pub struct Step(Option<Box<Running>>);

struct Running {
    timings: Arc<Timings>,
    account: String,
    name: String,
    call: Option<Value>,
    begun: Instant,
}

impl Step {
    pub(super) fn begin(timings: Option<&Arc<Timings>>, account: &str, name: impl Display) -> Self {
        Self::new(timings, account, || name.to_string(), None)
    }

    pub(super) fn call(
        timings: Option<&Arc<Timings>>,
        account: &str,
        request: &Request,
        secrets: &Secrets,
    ) -> Self {
        let name = || format!("{} {}", request.method(), template(request.url(), secrets));
        Self::new(timings, account, name, Some(json!({})))
    }

    fn new(
        timings: Option<&Arc<Timings>>,
        account: &str,
        name: impl FnOnce() -> String,
        call: Option<Value>,
    ) -> Self {
        Self(timings.map(|timings| {
            Box::new(Running {
                timings: Arc::clone(timings),
                account: if account.is_empty() { ALL.to_owned() } else { account.to_owned() },
                name: name(),
                call,
                begun: Instant::now(),
            })
        }))
    }

    /// Says something of the answer to a call.
    pub(super) fn note(&mut self, key: &str, value: u64) {
        if let Some(call) = self.0.as_mut().and_then(|running| running.call.as_mut()) {
            call[key] = value.into();
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        let Some(running) = self.0.take() else { return };
        let Running { timings, account, name, call, begun } = *running;
        let at = |at: Instant| u64::try_from((at - timings.origin).as_micros()).unwrap_or(u64::MAX);
        let span = Span { account, name, call, begun: at(begun), ended: at(Instant::now()) };
        timings.spans.lock().unwrap_or_else(PoisonError::into_inner).push(span);
    }
}

impl Timings {
    /// Into this file, which holds a head and no more.
    pub(super) fn new(file: File) -> Self {
        Self { file: Mutex::new(file), origin: Instant::now(), spans: Mutex::default() }
    }

    /// Writes everything down that came to an end.
    pub(super) fn write(&self) -> io::Result<()> {
        let spans = std::mem::take(&mut *self.spans.lock().unwrap_or_else(PoisonError::into_inner));
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = BufWriter::new(&*file);
        for (nth, event) in events(spans).into_iter().enumerate() {
            write!(out, "{}{event}", if nth == 0 { "" } else { ",\n" })?;
        }
        out.write_all(b"\n]}\n")?;
        out.flush()
    }
}

/// The events of a profile, each account's together.
fn events(mut spans: Vec<Span>) -> Vec<Value> {
    sort_by_key(&mut spans, |span| (span.begun, span.ended));
    let mut tracks: IndexMap<String, [Vec<Span>; 2]> = IndexMap::new();
    for span in spans {
        let track = tracks.entry(span.account.clone()).or_default();
        track[usize::from(span.call.is_some())].push(span);
    }
    let mut events = vec![];
    for (pid, (account, groups)) in tracks.into_iter().enumerate() {
        let mut lanes = 0;
        events.push(json!({"ph": "M", "pid": pid, "name": "process_name", "args": {"name": account}}));
        for (group, spans) in ["steps", "calls"].into_iter().zip(groups) {
            let first = lanes;
            let mut ends: Vec<u64> = vec![];
            for Span { name, call, begun, ended, .. } in spans {
                let free = ends.iter().position(|end| *end <= begun).unwrap_or(ends.len());
                if free == ends.len() {
                    ends.push(ended);
                    let name = json!({"name": format!("{group} {}", free + 1)});
                    events.push(json!({"ph": "M", "pid": pid, "tid": first + free, "name": "thread_name", "args": name}));
                }
                ends[free] = ended;
                events.push(json!({
                    "ph": "X", "pid": pid, "tid": first + free, "cat": group, "name": name,
                    "ts": begun, "dur": ended - begun, "args": call.unwrap_or(json!({})),
                }));
            }
            lanes += ends.len();
        }
    }
    events
}

/// A path without what tells one object from another.
fn template(url: &Url, secrets: &Secrets) -> String {
    let path = secrets.out_of(url.path());
    let part = |part: &str| if is_id(part) { "{id}".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn is_id(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let is_number = digits > 0 && digits == part.len();
    is_number || (digits > 0 && part.len() >= 8) || part.len() >= 24 || part.contains('%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_way_at_once_lies_in_lanes_of_its_own() {
        let span = |account: &str, name: &str, is_call: bool, begun, ended| Span {
            account: account.to_owned(),
            name: name.to_owned(),
            call: is_call.then(|| json!({"status": 200})),
            begun,
            ended,
        };
        let all = vec![
            span("shop", "GET b", true, 5, 9),
            span("shop", "GET a", true, 0, 7),
            span("shop", "GET c", true, 7, 8),
            span("shop", "plan", false, 9, 10),
            span("care", "plan", false, 20, 30),
        ];
        let shown: Vec<_> = events(all)
            .iter()
            .map(|event| match event["ph"].as_str() {
                Some("X") => format!(
                    "{}/{} {} {}+{}",
                    event["pid"], event["tid"], event["name"], event["ts"], event["dur"]
                ),
                _ => format!("{}/{} {}", event["pid"], event["tid"], event["args"]["name"]),
            })
            .collect();
        assert_eq!(
            shown,
            [
                "0/null \"shop\"",
                "0/0 \"steps 1\"",
                "0/0 \"plan\" 9+1",
                "0/1 \"calls 1\"",
                "0/1 \"GET a\" 0+7",
                "0/2 \"calls 2\"",
                "0/2 \"GET b\" 5+4",
                "0/1 \"GET c\" 7+1",
                "1/null \"care\"",
                "1/0 \"steps 1\"",
                "1/0 \"plan\" 20+10",
            ]
        );
    }

    #[test]
    fn ids_and_secrets_are_in_no_name() {
        let mut secrets = Secrets::default();
        secrets.add(&secrecy::SecretString::from("s3cr3t"));
        for (url, name) in [
            ("https://u:p@x.test/v1/shop/keyword?index=1&sign=abc", "/v1/shop/keyword"),
            ("https://x.test/v1/5f31c0de5f31c0de/text/17", "/v1/{id}/text/{id}"),
            ("https://x.test/api/v3/groupSop/addGroupCorporate", "/api/v3/groupSop/addGroupCorporate"),
            ("https://x.test/v1/shop/user/oAbcdefghijklmnopqrstuvwxyz", "/v1/shop/user/{id}"),
            ("https://x.test/u/海报.jpg", "/u/{id}"),
            ("https://x.test/s3cr3t/a", "/•••/a"),
        ] {
            assert_eq!(template(&Url::parse(url).expect("an address"), &secrets), name);
        }
    }
}
