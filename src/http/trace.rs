//! Every call as it went over the wire, for whoever has to find out why a vendor says no: a line of JSON each in a file, or
//! a line of talk each on the terminal.
//!
//! What is secret by its type never gets into a line: see `redact`. What people wrote to each other and who they are does,
//! since that is what a vendor's answer is made of.

use std::fmt;
use std::fs::File;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Request, Response};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::tally::{Sum, Tally};
use super::{Failure, Secrets, Streamed, Upload};
use crate::clock::Clock;
use timings::Timings;

mod file;
mod redact;
mod timings;

pub use file::{Refused, open, open_timings};
pub use timings::Step;

/// Where calls are told; nowhere unless somebody asked.
#[derive(Clone, Default)]
pub struct Trace {
    inner: Arc<Inner>,
    timings: Option<Arc<Timings>>,
}

#[derive(Default)]
struct Inner {
    file: Option<Mutex<File>>,
    /// Why the file ceased to grow.
    broken: Mutex<Option<io::Error>>,
    talk: Option<(Detail, Talk)>,
    tally: Tally,
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
        let inner = Inner { file: file.map(Mutex::new), talk, ..Inner::default() };
        Self { inner: Arc::new(inner), timings: None }
    }

    /// The same, and what takes how long goes to this file.
    #[must_use]
    pub fn timed(self, file: Option<File>) -> Self {
        let timings = file.map(|file| Arc::new(Timings::new(file)));
        Self { timings, ..self }
    }

    /// A step of the work begins; it is over when this is dropped. One of no single account has no name of one.
    pub fn step(&self, account: &str, name: impl fmt::Display) -> Step {
        Step::begin(self.timings.as_ref(), account, name)
    }

    /// Everything is over: what took how long is written down, if anybody wants to know.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn finish(&self) -> io::Result<()> {
        self.timings.as_ref().map_or(Ok(()), |timings| timings.write())
    }

    /// What the calls came to that were told here so far.
    pub fn sum(&self) -> Sum {
        self.inner.tally.sum()
    }

    /// Why the file does not hold all that it should.
    pub fn broken(&self) -> Option<io::Error> {
        self.inner.broken.lock().unwrap_or_else(PoisonError::into_inner).take()
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
        let begun = Instant::now();
        self.inner.tally.began(begun);
        self.inner.tally.sent(match sent {
            Sent::File { size, .. } => *size,
            Sent::Body | Sent::Confidential => {
                request.body().and_then(reqwest::Body::as_bytes).map_or(0, |body| body.len() as u64)
            }
        });
        let confidential = matches!(sent, Sent::Confidential);
        let line = (self.inner.file.is_some() || self.inner.talk.is_some()).then(|| {
            let body = match sent {
                Sent::Confidential => json!(redact::HIDDEN),
                Sent::File { name, sha256, size } => json!({"file": name, "size": size, "sha256": sha256}),
                Sent::Body => {
                    let bytes = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
                    redact::body(bytes, &secrets)
                }
            };
            Box::new(json!({
                "at": clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
                "account": account,
                "request": {
                    "method": request.method().as_str(),
                    "url": redact::url(request.url(), &secrets),
                    "headers": redact::headers(request.headers(), &secrets),
                    "body": body,
                },
            }))
        });
        let step = Step::call(self.timings.as_ref(), account, request, &secrets);
        Called { trace: self.clone(), step, line, secrets, confidential, begun }
    }

    fn tell(&self, line: &Value) {
        if let Some(file) = &self.inner.file {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            // In one piece: whoever reads along, or ends the program, finds whole lines.
            if let Err(error) = file.write_all(format!("{line}\n").as_bytes()) {
                *self.inner.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            }
        }
        if let Some((detail, talk)) = &self.inner.talk {
            talk(&spoken(line, *detail));
        }
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} calls", self.sum().calls)
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
    step: Step,
    line: Option<Box<Value>>,
    secrets: Secrets,
    confidential: bool,
    begun: Instant,
}

impl Called {
    /// The head of the answer is there.
    pub(super) fn head(&mut self, response: &Response) {
        self.step.note("status", response.status().as_u16().into());
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

    /// How long it has taken so far.
    pub(super) fn took(&self) -> Duration {
        self.begun.elapsed()
    }

    /// The whole body is there.
    pub(super) fn body(&mut self, bytes: &[u8]) {
        self.received(bytes.len() as u64);
        let Some(line) = &mut self.line else { return };
        line["answer"]["body"] =
            if self.confidential { json!(redact::HIDDEN) } else { redact::body(bytes, &self.secrets) };
    }

    fn received(&mut self, bytes: u64) {
        self.trace.inner.tally.received(bytes);
        self.step.note("bytes", bytes);
    }

    /// The whole file went by.
    pub(super) fn file(&mut self, streamed: &Streamed) {
        self.received(streamed.size);
        if let Some(line) = &mut self.line {
            line["answer"]["body"] = json!({"size": streamed.size, "sha256": streamed.sha256});
        }
    }
}

impl Drop for Called {
    fn drop(&mut self) {
        self.trace.inner.tally.ended(Instant::now());
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
