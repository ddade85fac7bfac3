//! A state that is open, on its way to its bucket. One object is all there is, so everything that is recorded while a
//! write is under way goes out together with the next one: changes that run side by side share their writes.

use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::leaving::Leaving;
use super::lock;
use super::objects::{Object, Objects, Put};
use crate::problem::{Code, Problem};
use crate::state::lock::Holder;
use crate::state::{Entry, State};
use crate::text;
use crate::words::Text;

/// How long what nobody waits for may wait for company.
const QUIET: Duration = Duration::from_millis(50);

/// What it takes to write a state.
pub(super) struct Keeping {
    pub(super) objects: Objects,
    pub(super) path: String,
    pub(super) lock: String,
    pub(super) me: Holder,
    /// The object as it was last read or written.
    pub(super) object: Option<Object>,
    pub(super) account: String,
}

/// A state that is being written.
#[derive(Debug)]
pub(in crate::state) struct Writing {
    words: UnboundedSender<Word>,
    standing: watch::Receiver<Standing>,
    ended: oneshot::Receiver<Result<(), Problem>>,
}

/// Comes back when what was recorded up to here is in the bucket.
#[derive(Debug)]
pub(in crate::state) struct Safe {
    standing: watch::Receiver<Standing>,
    serial: u64,
}

#[derive(Debug)]
enum Word {
    Take(Box<Entry>),
    Become(Box<State>),
    /// Somebody waits.
    Hurry,
}

#[derive(Clone, Debug)]
struct Standing {
    /// What is in the bucket.
    written: u64,
    /// Why nothing is written any more.
    broken: Option<Text>,
}

impl Safe {
    pub(in crate::state) async fn wait(mut self) -> Result<(), Text> {
        let serial = self.serial;
        let standing = self.standing.wait_for(|now| now.written >= serial || now.broken.is_some()).await;
        match standing.as_deref() {
            Ok(now) if now.written >= serial => Ok(()),
            Ok(now) => Err(now.broken.clone().unwrap_or_default()),
            Err(_) => Err(text!("it is closed")),
        }
    }
}

impl Writing {
    pub(super) fn start(keeping: Keeping, state: State, leaving: Leaving) -> Self {
        let (words, heard) = unbounded_channel();
        let (told, standing) = watch::channel(Standing { written: state.serial, broken: None });
        let (ends, ended) = oneshot::channel();
        let stays = leaving.stay();
        tokio::spawn(async move {
            // Who let go of it without closing it hears nothing any more.
            if let Err(Err(problem)) = ends.send(keep(keeping, state, heard, told).await) {
                leaving.tell(problem);
            }
            drop(stays);
        });
        Self { words, standing, ended }
    }

    pub(in crate::state) fn take(&self, entry: &Entry) {
        // Nobody hears it any more only when the program is at its end.
        let _ = self.words.send(Word::Take(Box::new(entry.clone())));
    }

    pub(in crate::state) fn adopt(&self, state: &State) {
        let _ = self.words.send(Word::Become(Box::new(state.clone())));
    }

    pub(in crate::state) fn safe(&self, serial: u64) -> Safe {
        let _ = self.words.send(Word::Hurry);
        Safe { standing: self.standing.clone(), serial }
    }

    pub(in crate::state) fn broken(&self) -> Option<Text> {
        self.standing.borrow().broken.clone()
    }

    /// Everything is written and the lock is free, or it is said why not.
    pub(in crate::state) async fn close(self) -> Result<(), Problem> {
        let Self { words, ended, .. } = self;
        drop(words);
        ended
            .await
            .unwrap_or_else(|error| Err(Problem::error(Code::StateBucket, Text::verbatim(error.to_string()))))
    }
}

/// What an object holds. Who wrote it stands in it, so that no two of us ever write the same.
pub(super) fn bytes(state: &State, who: &str) -> Vec<u8> {
    let state = serde_json::to_string(state).unwrap_or_default();
    let rest = state.strip_prefix('{').unwrap_or_default();
    format!("{}{rest}\n", front(who)).into_bytes()
}

fn front(who: &str) -> String {
    format!("{{\"writer\":\"{who}\",")
}

/// True if this one wrote what an object holds.
fn is_of(bytes: &[u8], who: &str) -> bool {
    bytes.starts_with(front(who).as_bytes())
}

/// Why a write did not come about.
struct Failure {
    problem: Problem,
    /// Somebody else has the state now, and nothing may be written over theirs.
    taken: bool,
}

async fn keep(
    mut keeping: Keeping,
    mut state: State,
    mut heard: UnboundedReceiver<Word>,
    told: watch::Sender<Standing>,
) -> Result<(), Problem> {
    let mut written = state.serial;
    let mut failed: Option<Failure> = None;
    let mut backed_up = false;
    while let Some(word) = heard.recv().await {
        let mut hurry = take(&mut state, word);
        while !hurry {
            match timeout(QUIET, heard.recv()).await {
                Ok(Some(word)) => hurry |= take(&mut state, word),
                Ok(None) | Err(_) => break,
            }
        }
        while let Ok(word) = heard.try_recv() {
            take(&mut state, word);
        }
        if failed.is_some() || state.serial == written {
            continue;
        }
        match keeping.write(&state, &mut backed_up).await {
            Ok(()) => written = state.serial,
            Err(failure) => failed = Some(failure),
        }
        told.send_modify(|standing| {
            standing.written = written;
            standing.broken = failed.as_ref().map(|failure| failure.problem.message.clone());
        });
    }
    // What did not go out before may do so now, unless it is somebody else's.
    let mut ended = Ok(());
    if state.serial != written {
        ended = match failed {
            Some(Failure { problem, taken: true }) => Err(problem),
            _ => keeping.write(&state, &mut backed_up).await.map_err(|failure| failure.problem),
        };
    }
    let released = lock::release(&keeping.objects, &keeping.lock, &keeping.me).await;
    let account = &keeping.account;
    ended.and(released.map_err(|problem| {
        let help = text!(
            "the state is saved; if nobody works with it, free it by `mpform state unlock {account}`",
            account
        );
        problem.help(help)
    }))
}

fn take(state: &mut State, word: Word) -> bool {
    match word {
        Word::Take(entry) => {
            state.take(*entry);
            false
        }
        Word::Become(other) => {
            *state = *other;
            false
        }
        Word::Hurry => true,
    }
}

impl Keeping {
    async fn write(&mut self, state: &State, backed_up: &mut bool) -> Result<(), Failure> {
        let failed = |problem| Failure { problem, taken: false };
        if let Some(before) = self.object.as_ref().filter(|_| !*backed_up) {
            let backup = format!("{}.backup", self.path);
            self.objects.overwrite(&backup, before.bytes.clone()).await.map_err(failed)?;
        }
        *backed_up = true;
        // Where the service guards nothing, the lock is asked for as well.
        let guarded = self.objects.guards_versions();
        if !guarded && !lock::is_held(&self.objects, &self.lock, &self.me).await.map_err(failed)? {
            return Err(self.lost().await);
        }
        let bytes = bytes(state, &self.me.nonce);
        let mut put = self.replace(&bytes).await.map_err(failed)?;
        if let Put::Theirs = put {
            // What stands there may be of an earlier write of ours that was given up, and went well all the same.
            self.object = self.objects.object(&self.path).await.map_err(failed)?;
            if self.object.as_ref().is_some_and(|object| is_of(&object.bytes, &self.me.nonce)) {
                put = self.replace(&bytes).await.map_err(failed)?;
            }
        }
        match put {
            Put::Ours(object) => {
                self.object = Some(object);
                Ok(())
            }
            Put::Theirs => Err(self.lost().await),
        }
    }

    async fn replace(&self, bytes: &[u8]) -> Result<Put, Problem> {
        self.objects.replace(&self.path, bytes.to_vec(), self.object.as_ref()).await
    }

    async fn lost(&self) -> Failure {
        let holder = self.objects.bytes(&self.lock).await.ok().flatten().and_then(|bytes| lock::read(&bytes));
        let message = match holder.filter(|holder| holder.nonce != self.me.nonce) {
            Some(holder) => {
                let who = Holder::said(Some(&holder));
                text!("the state was taken over while it was open: it is locked by {who} now", who)
            }
            None => text!("the state was taken over while it was open"),
        };
        let help = text!(
            "nothing new was begun after that; wait for the other one to end, then run `mpform plan`: it looks what came of \
             what was under way"
        );
        Failure { problem: Problem::error(Code::StateTaken, message).help(help), taken: true }
    }
}
