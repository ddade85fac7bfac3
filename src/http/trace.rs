//! Every call as it went over the wire, for whoever has to find out why a vendor says no: a line of JSON each in a file, or
//! a line of talk each on the terminal.
//!
//! What is secret by its type never gets into a line: see `redact`. What people wrote to each other and who they are does,
//! since that is what a vendor's answer is made of.

use std::fmt;
use std::fs::File;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::HeaderMap;
use reqwest::{Request, Response};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Failure, Secrets, Streamed, Upload};
use crate::clock::Clock;

mod file;
mod redact;

pub use file::{Refused, open};

/// Where calls are told; nowhere unless somebody asked.
#[derive(Clone, Default)]
pub struct Trace(Arc<Inner>);

#[derive(Default)]
struct Inner {
    file: Option<Mutex<File>>,
    /// Why the file ceased to grow.
    broken: Mutex<Option<io::Error>>,
    talk: Option<(Detail, Talk)>,
    calls: AtomicUsize,
}

/// How much of a call is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What was called, how it went and how long it took.
    Calls,
    /// The names of headers as well.
    Headers,
}

/// Says a line to whoever sits there.
pub type Talk = Box<dyn Fn(&str) + Send + Sync>;

/// What goes out with a request.
pub(super) enum Sent {
    /// The bytes that are in it.
    Body,
    /// What nobody may see, and neither what comes back.
    Confidential,
    /// A file, of which the fingerprint is told.
    File { name: String, sha256: String, size: u64 },
}

impl Sent {
    pub(super) fn file(upload: &Upload) -> Self {
        Self::File { name: upload.name.clone(), sha256: upload.sha256.clone(), size: upload.size }
    }
}

impl Trace {
    /// Tells a file, or a listener, or both.
    pub fn new(file: Option<File>, talk: Option<(Detail, Talk)>) -> Self {
        Self(Arc::new(Inner { file: file.map(Mutex::new), talk, ..Inner::default() }))
    }

    /// Calls made so far by all who tell them here.
    pub fn calls(&self) -> usize {
        self.0.calls.load(Ordering::Relaxed)
    }

    /// Why the file does not hold all that it should.
    pub fn broken(&self) -> Option<io::Error> {
        self.0.broken.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// A call begins.
    pub(super) fn begin(
        &self,
        account: &str,
        request: &Request,
        sent: &Sent,
        secrets: Secrets,
        clock: &Clock,
    ) -> Called {
        self.0.calls.fetch_add(1, Ordering::Relaxed);
        let confidential = matches!(sent, Sent::Confidential);
        let line = (self.0.file.is_some() || self.0.talk.is_some()).then(|| {
            let body = match sent {
                Sent::Confidential => json!(redact::HIDDEN),
                Sent::File { name, sha256, size } => json!({"file": name, "size": size, "sha256": sha256}),
                Sent::Body => {
                    let bytes = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
                    redact::body(bytes, &secrets)
                }
            };
            json!({
                "at": clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
                "account": account,
                "request": {
                    "method": request.method().as_str(),
                    "url": redact::url(request.url(), &secrets),
                    "headers": redact::headers(request.headers(), &secrets),
                    "body": body,
                },
            })
        });
        Called { trace: self.clone(), line, secrets, confidential, begun: Instant::now() }
    }

    fn tell(&self, line: &Value) {
        if let Some(file) = &self.0.file {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            // In one piece: whoever reads along, or ends the program, finds whole lines.
            if let Err(error) = file.write_all(format!("{line}\n").as_bytes()) {
                *self.0.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            }
        }
        if let Some((detail, talk)) = &self.0.talk {
            talk(&spoken(line, *detail));
        }
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} calls", self.calls())
    }
}

/// A call as people read it: who, what, how it went and how long it took.
fn spoken(line: &Value, detail: Detail) -> String {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (request, answer) = (&line["request"], &line["answer"]);
    let end = match answer["status"].as_u64() {
        Some(status) => status.to_string(),
        None => word(&line["failure"]),
    };
    let (account, method, url) = (word(&line["account"]), word(&request["method"]), word(&request["url"]));
    let mut said = format!("{account}: {method} {url} → {end} ({} ms)", line["ms"]);
    if detail == Detail::Headers {
        for (mark, headers) in [(">", &request["headers"]), ("<", &answer["headers"])] {
            let names = headers.as_object().into_iter().flatten().map(|(name, value)| match value.as_str() {
                Some(redact::HIDDEN) => format!("{name} {}", redact::HIDDEN),
                _ => name.clone(),
            });
            let names: Vec<_> = names.collect();
            if !names.is_empty() {
                said += &format!("\n    {mark} {}", names.join(", "));
            }
        }
    }
    said
}

/// A call that is under way. It is told when it is over, however that comes about.
pub(super) struct Called {
    trace: Trace,
    line: Option<Value>,
    secrets: Secrets,
    confidential: bool,
    begun: Instant,
}

impl Called {
    /// The head of the answer is there.
    pub(super) fn head(&mut self, response: &Response) {
        if let Some(line) = &mut self.line {
            let headers: &HeaderMap = response.headers();
            line["answer"] = json!({
                "status": response.status().as_u16(),
                "headers": redact::headers(headers, &self.secrets),
            });
        }
    }

    /// There will be no (more of an) answer.
    pub(super) fn failed(&mut self, failure: &Failure) {
        if let Some(line) = &mut self.line {
            line["failure"] = self.secrets.out_of(&failure.message().en()).into();
        }
    }

    /// The whole body is there.
    pub(super) fn body(&mut self, bytes: &[u8]) {
        let Some(line) = &mut self.line else { return };
        line["answer"]["body"] =
            if self.confidential { json!(redact::HIDDEN) } else { redact::body(bytes, &self.secrets) };
    }

    /// The whole file went by.
    pub(super) fn file(&mut self, streamed: &Streamed) {
        if let Some(line) = &mut self.line {
            line["answer"]["body"] = json!({"size": streamed.size, "sha256": streamed.sha256});
        }
    }
}

impl Drop for Called {
    fn drop(&mut self) {
        let Some(mut line) = self.line.take() else { return };
        let ended = line["answer"].get("body").is_some() || line.get("failure").is_some();
        if !ended {
            line["failure"] = "given up before its end".into();
        }
        line["ms"] = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX).into();
        self.trace.tell(&line);
    }
}

#[cfg(test)]
mod tests;
