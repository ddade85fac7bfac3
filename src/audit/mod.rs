//! A line for every write, for whoever has to answer later for what was done: who, when, by which plan, what, and what
//! came of it. A line says that something was begun before the vendor hears of it, and another how it ended, so that
//! not even `kill -9` leaves a write of which nothing is said.
//!
//! It holds fingerprints and no contents: neither texts nor whom they go to can be read from it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::SecondsFormat;
use serde::Serialize;

use crate::clock::Clock;
use crate::model::Body;
use crate::private;
use crate::problem::{Code, Problem};
use crate::state::fingerprint;
use crate::text;

mod changes;
mod messages;

pub use changes::Changes;
pub use messages::Messages;

/// The version of a line.
const VERSION: u32 = 1;

/// What all lines of a run have in common.
#[derive(Clone, Debug)]
pub struct Run {
    /// What time it is.
    pub clock: Clock,
    /// What is being done, e.g. `apply`.
    pub command: &'static str,
    /// Who does it.
    pub who: String,
    /// Where the run in CI can be looked at.
    pub link: Option<String>,
    /// The commit that the project's files were taken from.
    pub commit: Option<String>,
    /// The environment.
    pub environment: String,
    /// The fingerprint of the plan that was shown.
    pub plan: Option<String>,
}

/// One write.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Write {
    /// What is written: a resource, a run of a plan, or an account.
    pub address: String,
    /// What is done to it.
    pub action: &'static str,
    /// Where it goes on, if it moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The fingerprint of what was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The fingerprint of what is to be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Of a message: the step, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// Of a message: which of the step's, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<usize>,
    /// Of a message: the fingerprint of whom it goes to, who is a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
}

impl Write {
    /// A write of an action that has neither before nor after.
    pub fn of(address: impl ToString, action: &'static str) -> Self {
        Self { address: address.to_string(), action, ..Self::default() }
    }
}

/// What came of a write.
#[derive(Clone, Debug)]
pub struct End<'a> {
    /// As a word: `done`, `failed`, `uncertain` and the like.
    pub outcome: &'static str,
    /// Why, unless it was done.
    pub problem: Option<&'a Problem>,
    /// The vendor's number for the request, where it gives one.
    pub request: Option<&'a str>,
}

impl<'a> End<'a> {
    /// Of what ended well or with a problem.
    pub fn of(problem: Option<&'a Problem>) -> Self {
        let outcome = match problem.map(|problem| problem.code) {
            None => "done",
            Some(Code::Uncertain | Code::UncertainSend) => "uncertain",
            Some(_) => "failed",
        };
        Self { outcome, problem, request: None }
    }
}

/// The log. One that nobody wants takes everything and keeps nothing.
#[derive(Debug)]
pub struct Log {
    run: Run,
    file: Option<File>,
    broken: Mutex<Option<Problem>>,
    /// The last line was not written to its end.
    torn: AtomicBool,
}

#[derive(Serialize)]
struct Line<'a> {
    version: u32,
    at: String,
    command: &'a str,
    who: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    environment: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<&'a str>,
    #[serde(flatten)]
    write: &'a Write,
    outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Log {
    /// Opens the log at a path, to be added to; nothing is kept without one.
    ///
    /// # Errors
    /// A file that can't be written: then nothing may be written at a vendor either.
    pub fn open(path: Option<&Path>, run: Run) -> Result<Self, Problem> {
        let file = path.map(open).transpose().map_err(|error| {
            let path = path.unwrap_or(Path::new("")).display();
            let message = text!("the audit log {path} can't be written: {error}", path, error);
            Problem::error(Code::Audit, message).help(text!(
                "nothing was done; see to the file's permissions, or name another under `audit:` in mpform.yaml"
            ))
        })?;
        Ok(Self { run, file, broken: Mutex::default(), torn: AtomicBool::new(false) })
    }

    /// Something is about to be written.
    ///
    /// # Errors
    /// It could not be said, so it must not be done.
    pub fn begun(&self, write: &Write) -> Result<(), Problem> {
        self.append(write, &End { outcome: "begun", problem: None, request: None })
    }

    /// What came of it. That it could not be said shows in [`Log::broken`].
    pub fn ended(&self, write: &Write, end: &End<'_>) {
        // What is done is done, and nothing new is begun.
        let _ = self.append(write, end);
    }

    /// Why the log could not be written, if so: nothing new may be begun then.
    pub fn broken(&self) -> Option<Problem> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn append(&self, write: &Write, end: &End<'_>) -> Result<(), Problem> {
        let Some(mut file) = self.file.as_ref() else { return Ok(()) };
        let Run { clock, command, who, link, commit, environment, plan } = &self.run;
        let line = Line {
            version: VERSION,
            at: clock.now().to_rfc3339_opts(SecondsFormat::Millis, true),
            command,
            who,
            link: link.as_deref(),
            commit: commit.as_deref(),
            environment,
            plan: plan.as_deref(),
            write,
            outcome: end.outcome,
            request: end.request,
            code: end.problem.map(|problem| problem.code.as_str()),
            error: end.problem.map(|problem| problem.message.en()),
        };
        // One call a line: what several processes add stands line by line.
        let line = serde_json::to_string(&line).map_err(io::Error::from);
        let front = if self.torn.load(Ordering::Relaxed) { "\n" } else { "" };
        let written = line.and_then(|line| file.write_all(format!("{front}{line}\n").as_bytes()));
        self.torn.store(written.is_err(), Ordering::Relaxed);
        written.map_err(|error| {
            let message = text!("the audit log can't be written ({error}), so nothing new is begun", error);
            let problem = Problem::error(Code::Audit, message)
                .help(text!("see to the disk's free space and the file's permissions, then run it again"));
            *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem.clone());
            problem
        })
    }
}

/// The fingerprint of a body; none of nothing.
fn print(body: Option<&Body>) -> Option<String> {
    body.filter(|body| !body.is_nothing()).map(fingerprint)
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        private::folder(folder)?;
    }
    let mut file = private::file(OpenOptions::new().create(true).append(true).read(true)).open(path)?;
    // A line that a kill or a full disk cut short stays alone.
    let mut last = [b'\n'];
    if file.metadata()?.len() > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    if last != *b"\n" {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests;
