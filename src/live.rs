//! Readers and state make what is live: everything an account declares or owns, fetched together, each object
//! claimed for the address it is, said in our words.
//!
//! An object is known by the id that the state remembers, and else by its natural key (a rule's or group's name, a
//! button's place). So a lost state loses no object and doubles none.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures::future::{join, join_all};
use futures::{Stream, StreamExt as _, stream};
use indexmap::IndexMap;

use crate::desired::{DesiredAccount, Managed, Wanted};
use crate::model::kinds::points;
use crate::model::{Address, Body, KindInfo, RemoteId, kind_named, kinds};
use crate::order::map;
use crate::problem::{Code, Problem};
use crate::providers::{AnyReader, Provider, Reads, VendorError};
use crate::state::State;
use crate::text;

mod begun;
mod claim;
mod fetch;
mod listed;
mod missing;
mod remembered;
pub mod talk;
mod unclaimed;

use claim::claim;
use fetch::{fetch_others, fit};
use listed::Listed;
use missing::looked_for;
pub use remembered::remembered;

/// What an account holds, set beside what is declared and what is remembered.
#[derive(Debug, Default)]
pub struct LiveAccount {
    /// The live object of each address that has one: of those that are declared, and of those that are only owned.
    pub claims: IndexMap<Address, Claim>,
    /// What is wanted of each declared address whose body was fitted to the vendor and to what is live: without what
    /// the vendor can't hold now, and with what it leaves to others. See [`LiveAccount::wanted_of`].
    pub wanted: IndexMap<Address, Body>,
    /// Objects that nobody lists and nobody owns.
    pub others: Vec<Other>,
    /// What the state remembers and the vendor no longer has.
    pub gone: Vec<Address>,
    /// For kinds whose changes are drafts: a fingerprint of what a commit would make public.
    pub drafts: BTreeMap<&'static str, String>,
    /// Kinds of which what is made stays as it is.
    pub settled: BTreeSet<&'static str>,
    /// Live objects of each kind that was listed, built-in ones left out; of kinds that a vendor always lists.
    pub counts: BTreeMap<&'static str, usize>,
    /// What the vendors' rules say about what is wanted.
    pub findings: Vec<Problem>,
}

/// The live object of an address.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The vendor's id.
    pub id: RemoteId,
    /// All of it that was read.
    pub body: Body,
    /// What says that it is this one.
    pub by: By,
    /// Shared between accounts; never renamed or deleted.
    pub built_in: bool,
}

/// What says that an object is the one of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The state remembers its id.
    State,
    /// It has the natural key, and nobody else owns it.
    NaturalKey,
    /// It has the natural key of something that was begun and never ended.
    Intent,
}

/// A live object that is nobody's.
#[derive(Clone, Debug)]
pub struct Other {
    /// The address it would have.
    pub address: Address,
    /// The vendor's id.
    pub id: RemoteId,
    /// What was read of it; only of kinds in which it is to be deleted.
    pub body: Option<Body>,
}

/// The kinds that are read: those with a section or under `prune`.
struct Kinds<'a> {
    info: &'static KindInfo,
    reader: Arc<dyn AnyReader>,
    found: Listed,
    /// What is neither listed nor owned goes.
    exclusive: bool,
    /// See [`Provider::fits`].
    fits: bool,
    wanted: Vec<&'a Wanted>,
}

/// How far a read goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Ask first whether the vendor knows the account at all.
    pub probe: bool,
    /// Ask by id for what the state remembers and the list does not show. Not where the state may be another
    /// account's: some vendors answer for ids of any account.
    pub trust_ids: bool,
    /// Kinds of which one also wants to see what is nobody's. What can't be read of that is left out: no plan rests on
    /// it.
    pub others: &'static [&'static str],
}

/// Fetches and claims.
///
/// # Errors
/// Every list that could not be read to its end and every object that could not be read: what could not be read is
/// never taken for gone.
pub async fn read(
    desired: &DesiredAccount,
    provider: &Provider,
    reads: &dyn Reads,
    state: &State,
    scope: Scope,
) -> Result<LiveAccount, Vec<Problem>> {
    if desired.managed.is_empty() {
        return Ok(LiveAccount::default());
    }
    let listed = list(desired, provider, reads, state, scope.probe).await?;
    let (mut live, mut problems) = (LiveAccount::default(), vec![]);
    for (part, found) in join_all(listed.iter().map(|kind| one_kind(kind, desired, state, scope))).await {
        live.join(part);
        problems.extend(found);
    }
    name_links(&mut live);
    fit(&listed, &mut live, &mut problems).await;
    if problems.is_empty() { Ok(live) } else { Err(problems) }
}

/// Asks an account for everything that its vendor lists, without regard to what is declared: how many objects of each
/// kind there are, built-in ones left out.
///
/// # Errors
/// What could not be read, and an account that the vendor does not know.
pub async fn reach(
    account: &str,
    provider: &Provider,
    reads: &dyn Reads,
) -> Result<BTreeMap<&'static str, usize>, Vec<Problem>> {
    let managed = map(provider.kinds.iter().map(|kind| (*kind, Managed::default())));
    let everything = DesiredAccount::of_kinds(account, managed);
    let listed = list(&everything, provider, reads, &State::default(), true).await?;
    let count = |kind: &Kinds<'_>| kind.found.iter().filter(|found| !found.built_in).count();
    let listed = listed.iter().filter(|kind| !kind.reader.remembered());
    Ok(map(listed.map(|kind| (kind.info.name, count(kind)))))
}

async fn one_kind(
    kind: &Kinds<'_>,
    desired: &DesiredAccount,
    state: &State,
    scope: Scope,
) -> (LiveAccount, Vec<Problem>) {
    let mut live = LiveAccount::default();
    // A list that may cease to show what is there looks empty without being so.
    if !kind.reader.remembered() && !kind.reader.settled() {
        let count = kind.found.iter().filter(|found| !found.built_in).count();
        live.counts.insert(kind.info.name, count);
    }
    if kind.reader.settled() {
        live.settled.insert(kind.info.name);
    }
    let mut problems =
        claim(kind, desired, state, scope.trust_ids, &mut live).await.err().unwrap_or_default();
    if scope.others.contains(&kind.info.name) && !kind.exclusive {
        drop(fetch_others(kind, &mut live).await);
    }
    if kind.info.commit.is_some() {
        match kind.reader.draft().await {
            Ok(draft) => live.drafts.extend(draft.map(|draft| (kind.info.name, draft))),
            Err(error) => problems.push(error.problem(&desired.name)),
        }
    }
    (live, problems)
}

/// So many reads are under way or wait for their turn: more than any account may have, and so few that all of them stay
/// near the processor.
const AT_ONCE: usize = 96;

/// Does many things side by side. What comes of it comes in their order.
fn side_by_side<T>(work: impl IntoIterator<Item = impl Future<Output = T>>) -> impl Stream<Item = T> {
    stream::iter(work).buffered(AT_ONCE)
}

impl LiveAccount {
    /// What is wanted of a declared resource as it can be had; nothing if it is to be gone.
    pub fn wanted_of<'a>(&'a self, wanted: &'a Wanted) -> Option<&'a Body> {
        self.wanted.get(&wanted.address).or(wanted.body.as_ref())
    }

    fn join(&mut self, other: Self) {
        // Nearly all of them are of one kind, most often: those are not moved.
        if self.claims.is_empty() {
            self.claims = other.claims;
        } else {
            self.claims.extend(other.claims);
        }
        self.wanted.extend(other.wanted);
        self.others.extend(other.others);
        self.gone.extend(other.gone);
        self.drafts.extend(other.drafts);
        self.settled.extend(other.settled);
        self.counts.extend(other.counts);
        self.findings.extend(other.findings);
    }
}

async fn list<'a>(
    desired: &'a DesiredAccount,
    provider: &Provider,
    reads: &dyn Reads,
    state: &State,
    probe: bool,
) -> Result<Vec<Kinds<'a>>, Vec<Problem>> {
    let listing = kinds().iter().filter(|info| provider.kinds.contains(&info.name)).filter_map(|info| {
        let managed = desired.managed.get(info.name)?;
        let reader = reads.reader(info.name)?;
        let exclusive = managed.prune || (managed.section && info.is_whole());
        let wanted = desired.resources.values().filter(|wanted| wanted.kind == info).collect();
        Some(async move {
            let found = reader.list().await.map_err(|error| (info, error))?;
            let fits = provider.fits.contains(&info.name);
            let mut kind = Kinds { info, reader, found: Listed::from(found), exclusive, fits, wanted };
            looked_for(&mut kind, state).await.map_err(|error| (info, error))?;
            Ok(kind)
        })
    });
    let known = async { if probe { reads.known().await } else { Ok(None) } };
    let (known, listed) = join(known, join_all(listing)).await;
    let mut problems = vec![];
    match known {
        // A vendor that does not know the account lists nothing; one that lists something knows it.
        Ok(Some(false))
            if listed.iter().flatten().all(|kind| kind.found.iter().all(|found| found.built_in)) =>
        {
            return Err(vec![
                Problem::error(Code::AccountUnknown, text!("the vendor does not know this account"))
                    .about(&desired.name)
                    .help(text!("check `{known_by}`: an unknown one looks like an empty account, and what is made in it is lost", known_by = provider.known_by)),
            ]);
        }
        Ok(_) => {}
        // A host that can't be reached is one problem, however many lists fail for it.
        Err(error) if error.code.is_none() => return Err(vec![error.problem(&desired.name)]),
        Err(error) => problems.push(error.problem(&desired.name)),
    }
    let mut kinds = vec![];
    for kind in listed {
        match kind {
            Ok(kind) => kinds.push(kind),
            Err((info, error)) => problems.push(unlisted(&desired.name, info, &error)),
        }
    }
    if problems.is_empty() { Ok(kinds) } else { Err(problems) }
}

fn unlisted(account: &str, info: &KindInfo, error: &VendorError) -> Problem {
    let mut problem = error.problem(account);
    if error.code.is_some() {
        problem.code = Code::Listing;
    }
    problem.message =
        text!("can't list {section}: {message}", section = info.section, message = problem.message);
    problem
}

/// Says in our names whose ids live objects point at.
fn name_links(live: &mut LiveAccount) {
    // Texts point at nothing, and most accounts answer with nothing else.
    if !live.claims.values().any(|claim| points(&claim.body)) {
        return;
    }
    let claims = live.claims.iter();
    let keys: HashMap<(&'static str, RemoteId), String> = claims
        .filter_map(|(address, claim)| {
            let kind = kind_named(address.kind())?.name;
            Some(((kind, claim.id.clone()), address.last().into_owned()))
        })
        .collect();
    for (address, claim) in &mut live.claims {
        if let Some(kind) = kind_named(address.kind()) {
            (kind.name_links)(&mut claim.body, &|kind, id| keys.get(&(kind, id.clone())).cloned());
        }
    }
}

/// True if a live object of a kind that is known by its content has the wanted one.
pub(crate) async fn has_content(
    kind: &KindInfo,
    reader: &dyn AnyReader,
    id: &RemoteId,
    want: &Body,
) -> Result<bool, VendorError> {
    let have = reader.read(id, Some(want), None).await?;
    Ok(have.is_some_and(|have| (kind.same_content)(want, &have)))
}
