//! Where states are kept: on this machine's disk, or in a bucket that a team shares.

use std::path::Path;
use std::time::Duration;

use super::bucket::{Bucket, Safe, Writing};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use super::disk::of_bytes;
use super::disk::{Disk, Journal};
pub use super::lock::Holder;
use super::{Entry, Intent, State};
use crate::model::Address;
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

/// The states of one environment.
#[derive(Clone, Debug)]
pub struct Store(Keeper);

#[derive(Clone, Debug)]
enum Keeper {
    Disk(Disk),
    Bucket(Bucket),
}

/// A state that is open for writing, and locked.
#[derive(Debug)]
pub struct Open {
    /// What is remembered now.
    state: State,
    pub(super) keeping: Keeping,
}

/// By what an open state is kept.
#[derive(Debug)]
pub(super) enum Keeping {
    Disk(Journal),
    Bucket(Writing),
}

/// What was recorded is on its way to where nothing loses it.
#[must_use = "what it announces must not be done before it is safe"]
#[derive(Debug)]
pub struct Ticket(Waiting);

#[derive(Debug)]
enum Waiting {
    Known(Result<(), Text>),
    Bucket(Safe),
}

/// Something that is about to be made, as soon as that is safely known.
#[derive(Debug)]
pub struct Begun {
    /// When it may be made.
    pub ticket: Ticket,
    /// What to record where it can't be.
    pub undo: Entry,
}

impl Ticket {
    /// Comes back when it is safe.
    ///
    /// # Errors
    /// Why it may be lost, so that what it announces must not be done.
    pub async fn safe(self) -> Result<(), Text> {
        match self.0 {
            Waiting::Known(known) => known,
            Waiting::Bucket(safe) => safe.wait().await,
        }
    }
}

impl Store {
    /// The store of an environment below the project's state folder.
    pub fn new(folder: &Path, environment: &str) -> Self {
        Self(Keeper::Disk(Disk::new(folder, environment)))
    }

    /// The store of a bucket.
    pub fn shared(bucket: Bucket) -> Self {
        Self(Keeper::Bucket(bucket))
    }

    /// True if other machines see the same states.
    pub fn is_shared(&self) -> bool {
        matches!(self.0, Keeper::Bucket(_))
    }

    /// Where it is, for people.
    pub fn shown(&self) -> String {
        match &self.0 {
            Keeper::Disk(disk) => disk.shown(),
            Keeper::Bucket(bucket) => bucket.shown(),
        }
    }

    /// What is remembered of an account. Takes no lock and writes nothing.
    ///
    /// # Errors
    /// A state that can't be read, is broken, or comes from a newer version.
    pub async fn read(&self, account: &str) -> Result<State, Problem> {
        match &self.0 {
            Keeper::Disk(disk) => disk.read(account),
            Keeper::Bucket(bucket) => bucket.read(account).await,
        }
    }

    /// The accounts of which something is remembered, in order.
    ///
    /// # Errors
    /// A folder or a bucket that can't be read.
    pub async fn accounts(&self) -> Result<Vec<String>, Problem> {
        match &self.0 {
            Keeper::Disk(disk) => disk.accounts(),
            Keeper::Bucket(bucket) => bucket.accounts().await,
        }
    }

    /// Who holds the lock of an account, if somebody does.
    ///
    /// # Errors
    /// A lock that can't be looked at.
    pub async fn holder(&self, account: &str, me: &Holder) -> Result<Option<Option<Holder>>, Problem> {
        match &self.0 {
            Keeper::Disk(disk) => disk.holder(account, me),
            Keeper::Bucket(bucket) => bucket.holder(account).await,
        }
    }

    /// Frees an account's lock that this one holds, so that its holder notices and writes no more. On disk a lock dies with
    /// its holder, and nothing is to be freed.
    ///
    /// # Errors
    /// A lock that somebody else holds by now, a holder that is at work, a bucket that can't be written.
    pub async fn free(&self, account: &str, holder: Option<&Holder>) -> Result<(), Problem> {
        match &self.0 {
            Keeper::Disk(_) => Ok(()),
            Keeper::Bucket(bucket) => bucket.free(account, holder).await,
        }
    }

    /// Opens an account's state for writing. Waits so long for whoever holds it.
    ///
    /// # Errors
    /// A lock that somebody holds, with who and since when; a place that can't be written; what [`Store::read`]
    /// fails for.
    pub async fn open(&self, account: &str, me: &Holder, patience: Duration) -> Result<Open, Problem> {
        let (state, keeping) = match &self.0 {
            Keeper::Disk(disk) => {
                let (state, journal) = disk.open(account, me, patience).await?;
                (state, Keeping::Disk(journal))
            }
            Keeper::Bucket(bucket) => {
                let (state, writing) = bucket.open(account, me, patience).await?;
                (state, Keeping::Bucket(writing))
            }
        };
        Ok(Open { state, keeping })
    }
}

/// Somebody holds the lock.
pub(super) fn held(account: &str, holder: Option<&Holder>) -> Problem {
    let who = Holder::said(holder);
    Problem::error(Code::Locked, text!("the state is locked by {who}", who))
        .about(account)
        .help(text!("wait until it has ended, or give `--lock-timeout 5m` to wait for it"))
}

impl Open {
    /// What is remembered now.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Takes an entry in. On disk it is in the journal when this comes back; in a bucket it goes out with what is
    /// recorded beside it.
    pub fn record(&mut self, entry: Entry) {
        match &mut self.keeping {
            Keeping::Disk(journal) => journal.take(self.state.serial + 1, &entry),
            Keeping::Bucket(writing) => writing.take(&entry),
        }
        self.state.take(entry);
    }

    /// The same for what announces something: not even a power cut loses it once its ticket is safe.
    pub fn record_durably(&mut self, entry: Entry) -> Ticket {
        self.record(entry);
        if let Keeping::Disk(journal) = &mut self.keeping {
            journal.sync();
        }
        self.ticket()
    }

    /// Writes down that something is about to be made. `durably`: so that not even a power cut loses it; else no end of
    /// this program does.
    pub fn begin(&mut self, address: Address, intent: Intent, durably: bool) -> Begun {
        let undo = match self.state.intents.get(&address).cloned() {
            Some(intent) => Entry::Begin { address: address.clone(), intent },
            None => Entry::Drop { address: address.clone() },
        };
        let entry = Entry::Begin { address, intent };
        if durably {
            return Begun { ticket: self.record_durably(entry), undo };
        }
        self.record(entry);
        let ticket = match &self.keeping {
            // What is found again by its name needs no more than a line in the journal.
            Keeping::Disk(_) => Ticket(Waiting::Known(Ok(()))),
            Keeping::Bucket(_) => self.ticket(),
        };
        Begun { ticket, undo }
    }

    /// Takes over what is remembered elsewhere, in place of what is remembered here.
    pub fn adopt(&mut self, state: State) {
        let serial = self.state.serial.max(state.serial) + 1;
        self.state = State { serial, ..state };
        match &mut self.keeping {
            Keeping::Disk(journal) => journal.adopt(),
            Keeping::Bucket(writing) => writing.adopt(&self.state),
        }
    }

    fn ticket(&self) -> Ticket {
        Ticket(match &self.keeping {
            Keeping::Disk(_) => Waiting::Known(self.broken().map_or(Ok(()), Err)),
            Keeping::Bucket(writing) => Waiting::Bucket(writing.safe(self.state.serial)),
        })
    }

    /// Why nothing can be written down any more, if so: nothing new may be begun then.
    pub fn broken(&self) -> Option<Text> {
        match &self.keeping {
            Keeping::Disk(journal) => journal.broken().map(|error| Text::verbatim(error.to_string())),
            Keeping::Bucket(writing) => writing.broken(),
        }
    }

    /// Sees to it that everything is written, and lets go of the lock.
    ///
    /// # Errors
    /// Why it can't be; what is remembered comes back as text, so that it can be shown and saved by hand.
    pub async fn close(self) -> Result<(), (Problem, String)> {
        let Self { state, keeping } = self;
        let closed = match keeping {
            Keeping::Disk(journal) => journal.close(&state),
            Keeping::Bucket(writing) => writing.close().await,
        };
        closed.map_err(|problem| (problem, serde_json::to_string_pretty(&state).unwrap_or_default()))
    }
}
