//! The vendors. Each keeps some of the kinds, in its own way; what differs between them ends here.
//!
//! A vendor never sees a plan, a diff or a terminal. Reading and writing are two traits on two types: whoever
//! plans holds [`Reads`], which has no way to write.

#![warn(missing_docs)]

use std::fmt;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use crate::cache::Shelf;
use crate::config::Node;
use crate::desired::Wanted;
use crate::http;
use crate::model::{Action, Asset, Finding, Kind, Link, RemoteId};
use crate::problem::Problem;
use crate::text;

mod answer;
mod armed;
mod base;
mod conversation;
mod erased;
mod error;
mod messages;
mod nobody;
mod number;
mod onboard;
mod sends;
mod sops;
pub mod tanmarket;
mod wire;
pub mod yeapoo;
pub mod youmi;

pub use crate::model::sop::SentBy;
pub use armed::Armed;
pub use conversation::{Answer, Conversation, Hit, Other, Step, Why};
pub use erased::{AnyReader, AnyWriter, Kinds, reader, writer};
pub use error::{Happened, VendorError};
pub use messages::{Messages, Received, Sent, Status};
pub use nobody::Nobody;
pub use number::numbered;
pub use onboard::{Bound, Fetched, Holds, NotDone, Onboard};
pub use sends::{Lost, Outgoing, Sends, Settled};
pub use sops::{Money, Plans, ReadPlan, read_plan, words};

/// A vendor: what it is called, what it keeps, and how its accounts are opened.
pub struct Provider {
    /// Its word in `provider:`.
    pub name: &'static str,
    /// The setting that says which account it is.
    pub known_by: &'static str,
    /// The kinds it keeps.
    pub kinds: &'static [&'static str],
    /// The schema of an account's settings.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// Reads an account's settings.
    pub settings: ReadSettings,
    /// How its recurring plans are written; `None` if it takes none.
    pub plans: Option<Plans>,
    /// How its accounts answer their followers; `None` if they don't.
    pub conversation: Option<Conversation>,
    /// What the vendor refuses in one body; `sop` is a recurring plan, `sop/send` a material that one sends.
    pub limits: fn(kind: &str, body: &Value) -> Vec<Finding>,
    /// What the vendor refuses in everything an account declares, taken together.
    pub together: fn(&[&Wanted]) -> Vec<Problem>,
    /// The kinds whose readers have a [`Reader::fit`] of their own: of these the vendor may still find something at the
    /// places where they are declared once it is known what is live.
    pub fits: &'static [&'static str],
    /// How much may be under way at once where the account does not say.
    pub throttle: http::Limits,
    /// How an answer says that it was too much for the vendor, where it does not say so by its status.
    pub overloaded: Option<http::Overloaded>,
}

/// Reads an account's settings; what is wrong goes to the problems.
pub type ReadSettings = fn(&Node, &mut Vec<Problem>) -> Option<Box<dyn Connect>>;

/// Every vendor.
pub fn providers() -> &'static [Provider] {
    static PROVIDERS: &[Provider] = &[yeapoo::PROVIDER, tanmarket::PROVIDER, youmi::PROVIDER];
    PROVIDERS
}

/// The vendor with this name.
pub fn provider_named(name: &str) -> Option<&'static Provider> {
    providers().iter().find(|provider| provider.name == name)
}

/// One account's settings, read and ready to be used.
pub trait Connect: Send + Sync {
    /// What the state remembers the account by: setting and value, nothing secret.
    fn identity(&self) -> IndexMap<&'static str, String>;
    /// The server whose limits it shares with other accounts of the vendor; `None` if its limits are its own.
    fn shares(&self) -> Option<String> {
        None
    }
    /// Reads the account. Each call opens a fresh view: what one view has read it does not read again.
    fn reads(&self, http: http::Reader) -> Arc<dyn Reads>;
    /// Is given what earlier runs have kept of the account. Only what the vendor can neither change nor delete may lie
    /// there: it is not asked for again.
    fn remember(&self, _: Arc<Shelf>) {}
    /// Writes to the account. The files that go there lie below `root`, the project's folder.
    fn writes(&self, http: http::Writer, root: &Path) -> Arc<dyn Writes>;
    /// Brings the account to the vendor; `None` if that can't be done from here.
    fn onboard(&self, _: http::Writer) -> Option<Arc<dyn Onboard>> {
        None
    }
    /// Sends the messages of plans that [`SentBy::Us`]; `None` where the vendor sends them.
    fn sends(&self, _: http::Writer) -> Option<Arc<dyn Sends>> {
        None
    }
    /// Reads the account's messages; `None` if the vendor does not show them.
    fn messages(&self, _: http::Reader) -> Option<Arc<dyn Messages>> {
        None
    }
}

/// Everything that can be read of an account.
pub trait Reads: Send + Sync {
    /// The reader of a kind; `None` for a kind that the vendor does not keep.
    fn reader(&self, kind: &str) -> Option<Arc<dyn AnyReader>>;
    /// Asks whether the vendor knows the account at all; `Ok(None)` where that can't be told.
    fn known(&self) -> futures::future::BoxFuture<'_, Result<Option<bool>, VendorError>> {
        Box::pin(async { Ok(None) })
    }
    /// Saves the file of a live object to a path that nobody reads yet. It with its fingerprint, or `None` if there is
    /// no such file any more.
    fn save<'a>(
        &'a self,
        file: &'a Asset,
        to: &'a Path,
    ) -> futures::future::BoxFuture<'a, Result<Option<Asset>, VendorError>> {
        let _ = (file, to);
        Box::pin(async { Ok(None) })
    }
}

/// Everything that can be written to an account.
pub trait Writes: Send + Sync {
    /// The writer of a kind; `None` for a kind that the vendor does not keep.
    fn writer(&self, kind: &str) -> Option<Arc<dyn AnyWriter>>;
    /// How many things may have been made that nothing uses and that no list of the vendor's shows.
    fn left_over(&self) -> usize {
        0
    }
}

/// A live object as a list shows it.
#[derive(Clone, Debug)]
pub struct Found<B> {
    /// The vendor's id.
    pub id: RemoteId,
    /// What it is known by when no state says which of ours it is.
    pub natural: String,
    /// The object it lies under.
    pub parent: Option<RemoteId>,
    /// Made by the vendor and shared between accounts: never renamed or deleted, and not counted.
    pub built_in: bool,
    /// The whole object, where the list shows it whole.
    pub body: Option<B>,
}

impl<B> Found<B> {
    /// The same with its body in another form.
    pub fn with<C>(self, body: Option<C>) -> Found<C> {
        let Self { id, natural, parent, built_in, .. } = self;
        Found { id, natural, parent, built_in, body }
    }
}

/// How one vendor reads one kind.
pub trait Reader<K: Kind>: Send + Sync + 'static {
    /// No vendor knows of these things: only the state remembers them, and an object that is read is the remembered one.
    const REMEMBERED: bool = false;
    /// What is made stays as it is: the vendor neither changes nor deletes it. A list may stop showing it.
    const SETTLED: bool = false;
    /// What is read depends on what is wanted or known. Where it does not, nobody takes the trouble to say that.
    const COMPARES: bool = true;

    /// Every live object. An error if the list can't be read to its end.
    fn list(&self) -> impl Future<Output = Result<Vec<Found<K>>, VendorError>> + Send;

    /// What a further look at the list shows, for whoever misses something in it; nothing where one look shows all. A
    /// vendor's list of several pages may leave something out that changes its page while it is read.
    fn list_again(&self) -> impl Future<Output = Result<Vec<Found<K>>, VendorError>> + Send {
        async { Ok(vec![]) }
    }

    /// One object, whole; `None` if it is gone. `want` says which parts will be compared: what it leaves out need
    /// not be read. `known` is what was last seen or made under this id: what can't have changed since need not be
    /// read again.
    fn read(
        &self,
        id: &RemoteId,
        want: Option<&K>,
        known: Option<&K>,
    ) -> impl Future<Output = Result<Option<K>, VendorError>> + Send;

    /// Takes out of what is wanted what this vendor can't hold now, and says so. Only asked where [`Provider::fits`] has
    /// the kind.
    fn fit(
        &self,
        want: &mut K,
        have: Option<(&RemoteId, &K)>,
    ) -> impl Future<Output = Result<Vec<Finding>, VendorError>> + Send {
        let _ = (want, have);
        async { Ok(vec![]) }
    }

    /// For a kind whose changes are drafts: a fingerprint of what a commit would make public.
    fn draft(&self) -> impl Future<Output = Result<Option<String>, VendorError>> + Send {
        async { Ok(None) }
    }
}

/// How one vendor writes one kind.
pub trait Writer<K: Kind>: Send + Sync + 'static {
    /// Whether this may run beside other writes to the account.
    fn lane(&self, action: Action, want: Option<&K>) -> Lane;

    /// How many things a create makes first that no list shows: they are made again if it has to begin anew.
    fn unlisted(&self, want: &K) -> usize {
        let _ = want;
        0
    }

    /// Makes it. `watch` is told the id as soon as the vendor gave one, so that it is not lost if a later step fails.
    fn create(
        &self,
        key: &str,
        want: &K,
        links: &Links,
        watch: &dyn Watch,
    ) -> impl Future<Output = Result<RemoteId, VendorError>> + Send;

    /// Makes a live object what is wanted. What `want` leaves out stays as it is in `have`.
    fn update(
        &self,
        id: &RemoteId,
        have: &K,
        want: &K,
        links: &Links,
        watch: &dyn Watch,
    ) -> impl Future<Output = Result<(), VendorError>> + Send;

    /// Unmakes it. That it is gone already is no error.
    fn delete(&self, key: &str, id: &RemoteId) -> impl Future<Output = Result<(), VendorError>> + Send;

    /// For a kind whose changes are drafts: makes them public. `order` are all objects that are there, each after
    /// what it lies under and after its siblings in front of it: a vendor whose writes move siblings about sets
    /// them right first.
    fn commit(&self, order: &[RemoteId]) -> impl Future<Output = Result<(), VendorError>> + Send {
        let _ = order;
        async { Ok(()) }
    }
}

/// Is told how a write comes along.
pub trait Watch: Send + Sync {
    /// The vendor gave this id.
    fn made(&self, id: &RemoteId);
    /// So many bytes of a file have gone out.
    fn sent(&self, sent: u64, of: u64);
}

/// Whether a write may run beside others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Beside any other.
    Free,
    /// One at a time per account, in the order of the plan.
    Alone,
}

/// The vendor's ids of what a body points at.
#[derive(Clone, Debug, Default)]
pub struct Links(IndexMap<(String, String), RemoteId>);

impl Links {
    /// Says which id a key of a kind has.
    pub fn insert(&mut self, kind: &str, key: &str, id: RemoteId) {
        self.0.insert((kind.to_owned(), key.to_owned()), id);
    }

    /// The id a link stands for.
    ///
    /// # Errors
    /// When it is not known, since what it points at could not be made.
    pub fn id<K: Kind>(&self, link: &Link<K>) -> Result<&RemoteId, VendorError> {
        let key = (K::NAME.to_owned(), link.key().to_owned());
        self.0.get(&key).ok_or_else(|| {
            VendorError::not_sent(text!(
                "the id of {name}/{key} is not known",
                name = K::NAME,
                key = link.key()
            ))
        })
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
