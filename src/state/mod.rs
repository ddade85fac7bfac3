//! What a vendor can't tell us: whose id is whose, what was last applied, what was begun and not ended.
//!
//! One piece per environment and account: a file with a journal beside it, so that a kill at any moment leaves a file
//! that opens and a journal whose whole lines count; or an object in a bucket, which is only ever replaced as a whole and
//! by who holds its lock.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::hex::hex;
use crate::model::sop::Own;
use crate::model::{Address, Body, RemoteId};

pub mod atomic;
pub mod bucket;
mod disk;
mod lock;
mod moved;
mod parse;
mod sends;
pub mod store;

pub use sends::{Identity, Outcome, Sending, of_words};

/// The version of the file's form that this program writes.
pub const VERSION: u32 = 1;

/// All that is remembered of one account in one environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The version of the form.
    pub version: u32,
    /// Counts the changes ever made to it; journal entries up to it are in it already.
    pub serial: u64,
    /// The account it is of.
    pub account: String,
    /// The environment it is of.
    pub environment: String,
    /// What the account was reached by, so that another account is not taken for it.
    #[serde(default)]
    pub identity: IndexMap<String, String>,
    /// What is ours.
    #[serde(default)]
    pub resources: BTreeMap<Address, Record>,
    /// What was begun and of which no end is known.
    #[serde(default)]
    pub intents: BTreeMap<Address, Intent>,
    /// The messages that were sent, or begun: by run, in the order in which they were.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sends: BTreeMap<Address, Vec<Sending>>,
    /// What they say, and whom they go to, by fingerprint ([`of_words`]).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub bodies: BTreeMap<String, Own>,
    /// For kinds whose changes are drafts.
    #[serde(default)]
    pub drafts: BTreeMap<String, Draft>,
    /// What interrupted work may have left at the vendor that nothing uses and no list shows.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_over: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// One object of ours. Where it is written its body's [`fingerprint`] stands beside the body.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Record {
    /// The vendor's id.
    pub id: RemoteId,
    /// What was last applied.
    pub applied: Body,
    /// When that was, for what only counts from then on (a plan that is armed).
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
    /// Never to be deleted or replaced.
    #[serde(default)]
    pub protect: bool,
    /// A new object stands in its place at this address; it only waits to be deleted.
    #[serde(default)]
    pub replaced_by: Option<Address>,
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            id: &'a RemoteId,
            applied: &'a Body,
            fingerprint: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            at: Option<DateTime<Utc>>,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            protect: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            replaced_by: Option<&'a Address>,
        }
        let Self { id, applied, at, protect, replaced_by } = self;
        let (fingerprint, replaced_by) = (fingerprint(applied), replaced_by.as_ref());
        Written { id, applied, fingerprint, at: *at, protect: *protect, replaced_by }.serialize(serializer)
    }
}

impl Record {
    /// A record of an object as it was applied.
    pub fn new(id: RemoteId, applied: impl Into<Body>, protect: bool) -> Self {
        Self { id, applied: applied.into(), at: None, protect, replaced_by: None }
    }

    /// True if this is what is to be remembered of an object that stands like this.
    pub fn says(&self, id: &RemoteId, applied: &Body, protect: bool) -> bool {
        self.id == *id && self.protect == protect && self.replaced_by.is_none() && self.applied == *applied
    }

    /// The same, since a moment.
    #[must_use]
    pub fn since(self, at: Option<DateTime<Utc>>) -> Self {
        Self { at, ..self }
    }

    /// The same of an object in whose place there is a new one. It was let go of with the protection it had.
    #[must_use]
    pub fn replaced(self, by: Address) -> Self {
        Self { protect: false, replaced_by: Some(by), ..self }
    }
}

/// Something that was begun: whether it happened is found out by looking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// By what the object would be known.
    pub natural: String,
    /// The id, if the vendor gave one before the end was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RemoteId>,
    /// When that was, if it matters how long ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<DateTime<Utc>>,
    /// What it was to be: only an object like that is taken for it when the id is not known.
    #[serde(default, skip_serializing_if = "Body::is_nothing")]
    pub want: Body,
}

/// What is known of a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Something was written since the last commit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
    /// The fingerprint of what was last committed, if that was us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed: Option<String>,
}

/// One change to the state: a line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Entry {
    /// The account is reached like this from now on.
    Identity {
        /// Setting and value.
        identity: IndexMap<String, String>,
    },
    /// It is another account from now on: of what was ours only that stays which it lists as well, and what is known of
    /// messages and runs.
    Rebind {
        /// Setting and value.
        identity: IndexMap<String, String>,
        /// What stays.
        keep: Vec<Address>,
    },
    /// Something is about to be made.
    Begin {
        /// What.
        address: Address,
        /// How it can be found again.
        intent: Intent,
    },
    /// It did not come to be, or nobody needs to know any more.
    Drop {
        /// What.
        address: Address,
    },
    /// It is ours and stands like this. Ends an intent.
    Keep {
        /// What.
        address: Address,
        /// Its record.
        record: Record,
    },
    /// A new object has taken its place: the old one is still there, and ours, under an address of its own. Ends
    /// an intent.
    Replace {
        /// What.
        address: Address,
        /// The new object's record.
        record: Record,
        /// Where the old one's record goes.
        old: Address,
    },
    /// It is no longer ours, or no longer there. Ends an intent.
    Forget {
        /// What.
        address: Address,
    },
    /// What is remembered, and what was begun, goes on under other addresses.
    Move {
        /// From, to.
        moved: Vec<(Address, Address)>,
    },
    /// So much more may be left at the vendor that nothing uses and no list shows.
    LeftOver {
        /// How many.
        count: u64,
    },
    /// A message is about to go out. Takes the place of an attempt that did not go out.
    Send {
        /// The run that it is of.
        run: Address,
        /// The message.
        sending: Sending,
        /// What it says and whom it goes to, as far as that is not remembered yet.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        bodies: Vec<Own>,
    },
    /// What came of a message.
    Outcome {
        /// Which.
        identity: Identity,
        /// What.
        outcome: Outcome,
    },
    /// The state of a draft.
    Draft {
        /// Of which kind.
        kind: String,
        /// What is known of it now.
        draft: Draft,
    },
}

impl State {
    /// A state that knows nothing yet.
    pub fn new(environment: &str, account: &str) -> Self {
        Self {
            version: VERSION,
            account: account.to_owned(),
            environment: environment.to_owned(),
            ..Self::default()
        }
    }

    /// Takes one entry in.
    pub fn take(&mut self, entry: Entry) {
        self.serial = self.serial.saturating_add(1);
        match entry {
            Entry::Identity { identity } => self.identity = identity,
            Entry::Rebind { identity, keep } => {
                self.identity = identity;
                // What was sent, and runs that were made or begun, stay: the account may be the same one behind
                // another address, and what is taken for sent is at worst not sent.
                let is_run = |address: &Address| address.of_run().is_some();
                self.resources.retain(|address, _| keep.contains(address) || is_run(address));
                self.intents.retain(|address, _| is_run(address));
                self.drafts.clear();
            }
            Entry::Begin { address, intent } => {
                self.intents.insert(address, intent);
            }
            Entry::Drop { address } => {
                self.intents.remove(&address);
            }
            Entry::Keep { address, record } => {
                self.intents.remove(&address);
                self.resources.insert(address, record);
            }
            Entry::Replace { address, record, old } => {
                self.intents.remove(&address);
                if let Some(before) = self.resources.insert(address.clone(), record) {
                    self.resources.insert(old, before.replaced(address));
                }
            }
            Entry::Forget { address } => {
                self.intents.remove(&address);
                self.resources.remove(&address);
            }
            Entry::Move { moved } => self.carry(&moved),
            Entry::LeftOver { count } => self.left_over = self.left_over.saturating_add(count),
            Entry::Send { run, sending, bodies } => self.take_send(run, sending, bodies),
            Entry::Outcome { identity, outcome } => self.take_outcome(&identity, outcome),
            Entry::Draft { kind, draft } => {
                self.drafts.insert(kind, draft);
            }
        }
    }

    /// Keeps bodies once with those of others, where they are the same.
    #[must_use]
    pub fn sharing<'a>(mut self, body_of: impl Fn(&Address) -> Option<&'a Body>) -> Self {
        for (address, record) in &mut self.resources {
            if let Some(body) = body_of(address) {
                record.applied.share(body);
            }
        }
        self
    }

    /// What is to be remembered of an object that was looked at and is as it should be.
    pub fn learnt(&self, address: &Address, id: RemoteId, body: Body, protect: bool) -> Record {
        let before = self.resources.get(address).filter(|record| record.id == id);
        Record::new(id, body, protect).since(before.and_then(|record| record.at))
    }

    /// The key of the resource of a kind that has this id.
    pub fn key_of(&self, kind: &str, id: &RemoteId) -> Option<String> {
        let mut of =
            self.resources.iter().filter(|(address, record)| address.kind() == kind && record.id == *id);
        of.next().map(|(address, _)| address.last().into_owned())
    }

    /// True if it remembers nothing that could be lost.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
            && self.intents.is_empty()
            && self.drafts.is_empty()
            && self.sends.is_empty()
    }
}

/// A fingerprint of a body: the same for the same content.
pub fn fingerprint(body: &Body) -> String {
    hex(&Sha256::digest(body.text())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn address() -> Address {
        Address::new("shop", "keyword", ["营业时间"])
    }

    #[test]
    fn what_is_kept_is_no_longer_begun() {
        let mut state = State::new("default", "shop");
        state.take(Entry::Begin {
            address: address(),
            intent: Intent { natural: "营业时间".into(), id: None, begun: None, want: Body::default() },
        });
        assert_eq!(state.intents.len(), 1);
        let record = Record::new("5f".into(), json!({"name": "营业时间"}), false);
        state.take(Entry::Keep { address: address(), record });
        assert_eq!((state.intents.len(), state.resources.len(), state.serial), (0, 1, 2));
        state.take(Entry::Forget { address: address() });
        assert!(state.is_empty());
    }

    #[test]
    fn another_account_keeps_what_it_lists_and_nothing_begun() {
        let mut state = State::new("default", "shop");
        for key in ["a", "b"] {
            let record = Record::new(RemoteId::from(key), json!({}), false);
            state.take(Entry::Keep { address: Address::new("shop", "keyword", [key]), record });
        }
        let intent = Intent { natural: "c".into(), id: None, begun: None, want: Body::default() };
        state.take(Entry::Begin { address: address(), intent });
        state.take(Entry::Draft { kind: "menu".into(), draft: Draft { pending: true, committed: None } });
        let identity = IndexMap::from([("info_id".to_owned(), "cafe".to_owned())]);
        let keep = vec![Address::new("shop", "keyword", ["b"])];
        state.take(Entry::Rebind { identity: identity.clone(), keep: keep.clone() });
        assert_eq!(state.resources.keys().cloned().collect::<Vec<_>>(), keep);
        assert_eq!((state.intents.len(), state.drafts.len(), state.identity), (0, 0, identity));
    }

    #[test]
    fn entries_come_back_from_their_lines() {
        let entry = Entry::Draft { kind: "menu".into(), draft: Draft { pending: true, committed: None } };
        let line = serde_json::to_string(&entry).expect("writes");
        assert_eq!(line, r#"{"entry":"draft","kind":"menu","draft":{"pending":true}}"#);
        assert_eq!(serde_json::from_str::<Entry>(&line).expect("reads"), entry);
    }
}
