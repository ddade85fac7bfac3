//! What sending tells while it works. The lines on a terminal and the JSON lines only listen.

use chrono::{DateTime, Utc};

use super::Message;
use crate::model::Address;
use crate::problem::Problem;
use crate::state::Sending;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A message is about to go out.
    Start(Box<Told>),
    /// It came to its end. Told at once; [`Event::Message`]s of an account come in the order in which they fell due.
    End {
        /// How.
        told: Box<Told>,
        /// The vendor's number for the request, where it gives one.
        request: Option<String>,
    },
    /// The same, in its turn; or what came of a message of an earlier run.
    Message(Box<Told>),
    /// No more messages of this account are told of.
    Over {
        /// Its name.
        account: String,
    },
    /// The end.
    Summary(Tally),
}

/// How one message ended.
#[derive(Clone, Debug)]
pub struct Told {
    /// The run.
    pub run: Address,
    /// The step, from 1.
    pub step: usize,
    /// Which of the step's messages, from 1.
    pub item: usize,
    /// Who gets it.
    pub to: String,
    /// When it was due.
    pub at: DateTime<Utc>,
    /// What it says, in short.
    pub what: String,
    /// The fingerprint of what it says.
    pub fingerprint: String,
    /// How it ended.
    pub ending: Ending,
    /// It was begun in an earlier run, and only what came of it was looked up now.
    pub earlier: bool,
    /// The vendor's id of the sending, if it went out and there is one.
    pub id: Option<String>,
    /// Why, unless it was sent.
    pub problem: Option<Problem>,
}

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It went out.
    Sent,
    /// It certainly did not.
    Failed,
    /// Nobody knows.
    Uncertain,
    /// It was not tried: it is held back, or the work was interrupted.
    Skipped,
    /// It would be sent now. Of a dry run.
    Due,
}

impl Ending {
    /// As a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Uncertain => "uncertain",
            Self::Skipped => "skipped",
            Self::Due => "due",
        }
    }
}

/// How many ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Went out.
    pub sent: usize,
    /// Certainly did not.
    pub failed: usize,
    /// Nobody knows.
    pub uncertain: usize,
    /// Not tried.
    pub skipped: usize,
}

impl Tally {
    /// Of some messages.
    pub fn of(told: &[Told]) -> Self {
        let count = |ending| told.iter().filter(|one| one.ending == ending).count();
        Self {
            sent: count(Ending::Sent),
            failed: count(Ending::Failed),
            uncertain: count(Ending::Uncertain),
            skipped: count(Ending::Skipped),
        }
    }

    /// True if everything that was due went out.
    pub fn is_clean(self) -> bool {
        self.failed + self.uncertain + self.skipped == 0
    }
}

/// So many characters of a message are remembered and shown.
const SHORT: usize = 60;

/// What a message says, in short.
pub fn in_short(words: &crate::model::sop::Own) -> String {
    let text = words.to_string();
    match text.char_indices().nth(SHORT) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

impl Told {
    /// Of a message that was due now.
    pub fn of(message: &Message, ending: Ending) -> Self {
        let Message { run, step, item, to, at, body, fingerprint, .. } = message;
        Self {
            run: run.clone(),
            step: *step,
            item: *item,
            to: to.clone(),
            at: *at,
            what: in_short(body),
            fingerprint: fingerprint.clone(),
            ending,
            earlier: false,
            id: None,
            problem: None,
        }
    }

    /// Of one that was begun in an earlier run.
    pub fn of_earlier(run: &Address, sending: &Sending, ending: Ending) -> Self {
        let Sending { step, item, to, at, what, fingerprint, .. } = sending;
        Self {
            run: run.clone(),
            step: *step,
            item: *item,
            to: to.clone(),
            at: *at,
            what: what.clone(),
            fingerprint: fingerprint.clone(),
            ending,
            earlier: true,
            id: None,
            problem: None,
        }
    }

    /// The same under the vendor's id.
    #[must_use]
    pub fn id(self, id: Option<String>) -> Self {
        Self { id, ..self }
    }

    /// The same with the reason.
    #[must_use]
    pub fn why(self, problem: Problem) -> Self {
        Self { problem: Some(problem), ..self }
    }
}
