//! Readers and state make what is live: everything an account declares or owns, fetched together, each object
//! claimed for the address it is, said in our words.
//!
//! An object is known by the id that the state remembers, and else by its natural key (a rule's or group's name, a
//! button's place). So a lost state loses no object and doubles none.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use futures::future::{join, join_all};
use indexmap::IndexMap;
use serde_json::Value;

use crate::desired::{DesiredAccount, Managed, Wanted};
use crate::diff::diff;
use crate::model::{Address, KindInfo, RemoteId, Rule, kinds};
use crate::problem::{Code, Problem};
use crate::providers::{AnyReader, Found, Provider, Reads, VendorError};
use crate::state::State;

mod fetch;

use fetch::fetch;

/// What an account holds, set beside what is declared and what is remembered.
#[derive(Debug, Default)]
pub struct LiveAccount {
    /// The live object of each address that has one: of those that are declared, and of those that are only owned.
    pub claims: IndexMap<Address, Claim>,
    /// What is wanted of each declared address, without what the vendor can't hold now.
    pub wanted: IndexMap<Address, Option<Value>>,
    /// Objects that nobody lists and nobody owns.
    pub others: Vec<Other>,
    /// What the state remembers and the vendor no longer has.
    pub gone: Vec<Address>,
    /// For kinds whose changes are drafts: a fingerprint of what a commit would make public.
    pub drafts: BTreeMap<&'static str, String>,
    /// Live objects of each kind that was listed, built-in ones left out.
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
    pub body: Value,
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
    pub body: Option<Value>,
}

/// The kinds that are read: those with a section or under `prune`.
struct Kinds<'a> {
    info: &'static KindInfo,
    reader: Arc<dyn AnyReader>,
    found: Vec<Found<Value>>,
    ids: HashMap<RemoteId, usize>,
    names: HashMap<String, Vec<usize>>,
    /// What is neither listed nor owned goes.
    exclusive: bool,
    wanted: Vec<&'a Wanted>,
}

impl<'a> Kinds<'a> {
    fn new(
        info: &'static KindInfo,
        reader: Arc<dyn AnyReader>,
        found: Vec<Found<Value>>,
        exclusive: bool,
        wanted: Vec<&'a Wanted>,
    ) -> Self {
        let ids = found.iter().enumerate().map(|(nth, found)| (found.id.clone(), nth)).collect();
        let mut names: HashMap<String, Vec<usize>> = HashMap::new();
        for (nth, found) in found.iter().enumerate() {
            names.entry(found.natural.clone()).or_default().push(nth);
        }
        Self { info, reader, found, ids, names, exclusive, wanted }
    }

    /// The listed object with an id.
    fn by_id(&self, id: &RemoteId) -> Option<&Found<Value>> {
        self.ids.get(id).map(|nth| &self.found[*nth])
    }

    /// The listed objects with a natural key, in the order of the list.
    fn named(&self, natural: &str) -> impl Iterator<Item = &Found<Value>> {
        self.names.get(natural).into_iter().flatten().map(|nth| &self.found[*nth])
    }
}

/// How far a read goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Ask first whether the vendor knows the account at all.
    pub probe: bool,
    /// Ask by id for what the state remembers and the list does not show. Not where the state may be another
    /// account's: some vendors answer for ids of any account.
    pub trust_ids: bool,
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
    let listed = list(desired, provider, reads, scope.probe).await?;
    let (mut live, mut problems) = (LiveAccount::default(), vec![]);
    for (part, found) in join_all(listed.iter().map(|kind| one_kind(kind, desired, state, scope))).await {
        live.join(part);
        problems.extend(found);
    }
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
    let everything = DesiredAccount {
        name: account.to_owned(),
        managed: provider.kinds.iter().map(|kind| (*kind, Managed::default())).collect(),
        resources: IndexMap::new(),
        moved: vec![],
    };
    let listed = list(&everything, provider, reads, true).await?;
    let count = |kind: &Kinds<'_>| kind.found.iter().filter(|found| !found.built_in).count();
    Ok(listed.iter().map(|kind| (kind.info.name, count(kind))).collect())
}

async fn one_kind(
    kind: &Kinds<'_>,
    desired: &DesiredAccount,
    state: &State,
    scope: Scope,
) -> (LiveAccount, Vec<Problem>) {
    let mut live = LiveAccount::default();
    let count = kind.found.iter().filter(|found| !found.built_in).count();
    live.counts.insert(kind.info.name, count);
    let mut problems =
        claim(kind, desired, state, scope.trust_ids, &mut live).await.err().unwrap_or_default();
    if kind.info.commit.is_some() {
        match kind.reader.draft().await {
            Ok(draft) => live.drafts.extend(draft.map(|draft| (kind.info.name, draft))),
            Err(error) => problems.push(error.problem(&desired.name)),
        }
    }
    (live, problems)
}

impl LiveAccount {
    fn join(&mut self, other: Self) {
        self.claims.extend(other.claims);
        self.wanted.extend(other.wanted);
        self.others.extend(other.others);
        self.gone.extend(other.gone);
        self.drafts.extend(other.drafts);
        self.counts.extend(other.counts);
        self.findings.extend(other.findings);
    }
}

async fn list<'a>(
    desired: &'a DesiredAccount,
    provider: &Provider,
    reads: &dyn Reads,
    probe: bool,
) -> Result<Vec<Kinds<'a>>, Vec<Problem>> {
    let listing = kinds().iter().filter(|info| provider.kinds.contains(&info.name)).filter_map(|info| {
        let managed = desired.managed.get(info.name)?;
        let reader = reads.reader(info.name)?;
        let exclusive = managed.prune || (managed.section && info.is_whole());
        let wanted = desired.resources.values().filter(|wanted| wanted.kind == info).collect();
        Some(async move {
            let found = reader.list().await.map_err(|error| (info, error))?;
            Ok(Kinds::new(info, reader, found, exclusive, wanted))
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
                Problem::error(Code::AccountUnknown, "the vendor does not know this account")
                    .about(&desired.name)
                    .help("check `info_id`: an unknown one looks like an empty account, and what is made in it is lost"),
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
    problem.message = format!("can't list {}: {}", info.section, problem.message);
    problem
}

/// Says which live object of one kind is which address, and reads those that matter.
async fn claim(
    kind: &Kinds<'_>,
    desired: &DesiredAccount,
    state: &State,
    trust_ids: bool,
    live: &mut LiveAccount,
) -> Result<(), Vec<Problem>> {
    let mut problems = vec![];
    let mut book = Book { taken: HashSet::new(), claimed: IndexMap::new() };
    let owned: Vec<_> =
        state.resources.iter().filter(|(address, _)| address.kind() == kind.info.name).collect();
    // First by id, for all of ours: an object that is ours is never taken for another of the same name.
    for (address, record) in &owned {
        if kind.by_id(&record.id).is_some() {
            book.take((*address).clone(), record.id.clone(), By::State);
        }
    }
    // A list may hide what is there (a rule without keywords): what is ours and not listed is asked for by itself.
    let hidden =
        owned.iter().filter(|(address, _)| !book.claimed.contains_key(*address)).map(|(address, record)| {
            let want = desired.resources.get(*address).and_then(|wanted| wanted.body.as_ref());
            async move {
                let body = if trust_ids { kind.reader.read(&record.id, want).await } else { Ok(None) };
                ((*address).clone(), record.id.clone(), body)
            }
        });
    for (address, id, body) in join_all(hidden).await {
        match body {
            Ok(Some(_)) => book.take(address, id, By::State),
            Ok(None) => live.gone.push(address),
            Err(error) => problems.push(error.problem(&address)),
        }
    }
    for wanted in &kind.wanted {
        let moved = desired.moved.iter().find(|moved| moved.to == wanted.address).map(|moved| &moved.from);
        if let Err(problem) = by_natural_key(kind, wanted, moved, state, &mut book) {
            problems.push(problem);
        }
    }
    if let Err(error) = begun_and_no_longer_wanted(kind, desired, state, &mut book).await {
        problems.push(error.problem(&desired.name));
    }
    problems.extend(kind.wanted.iter().filter_map(|wanted| renamed_onto_another(kind, wanted, &book)));
    live.gone.retain(|address| !book.claimed.contains_key(address));

    for found in kind.found.iter().filter(|found| !found.built_in && !book.taken.contains(&found.id)) {
        let address = unclaimed_address(&desired.name, kind, found, desired);
        live.others.push(Other { address, id: found.id.clone(), body: None });
    }
    problems.extend(fetch(kind, book, desired, live).await);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Which ids are spoken for, and by whom.
struct Book {
    taken: HashSet<RemoteId>,
    claimed: IndexMap<Address, (RemoteId, By)>,
}

impl Book {
    fn take(&mut self, address: Address, id: RemoteId, by: By) {
        self.taken.insert(id.clone());
        self.claimed.insert(address, (id, by));
    }
}

fn by_natural_key(
    kind: &Kinds<'_>,
    wanted: &Wanted,
    moved_from: Option<&Address>,
    state: &State,
    book: &mut Book,
) -> Result<(), Problem> {
    if book.claimed.contains_key(&wanted.address) {
        return Ok(());
    }
    let intent = state.intents.get(&wanted.address);
    let begun = intent.and_then(|intent| intent.id.as_ref());
    if let Some(id) = begun.filter(|id| kind.by_id(id).is_some()) {
        book.take(wanted.address.clone(), id.clone(), By::Intent);
        return Ok(());
    }
    let parent = match wanted.address.parent() {
        // Below something that does not exist yet, nothing exists.
        Some(parent) => match book.claimed.get(&parent) {
            Some((id, _)) => Some(id.clone()),
            None => return Ok(()),
        },
        None => None,
    };
    let named = |name: &str| -> Vec<_> {
        let free = kind.named(name).filter(|found| found.parent == parent && !book.taken.contains(&found.id));
        free.collect()
    };
    let mut candidates = named(&wanted.natural);
    if let (true, Some(before)) = (candidates.is_empty(), moved_from) {
        // Nobody remembers the move, so the object still has its old name.
        candidates = named(&before.last());
    }
    let id = match candidates[..] {
        [] => return Ok(()),
        [one] => one.id.clone(),
        [first, ..] if kind.info.is_whole() => {
            // The others go, since the section is the whole; the one in the right place stays.
            let place = kind.info.rules.path_of(Rule::Rank).unwrap_or_default();
            let position = |body: &Option<Value>| body.as_ref().map(|body| body[place].clone());
            let same = candidates.iter().find(|found| position(&found.body) == position(&wanted.body));
            same.unwrap_or(&first).id.clone()
        }
        [..] => {
            let ids: Vec<_> = candidates.iter().map(|found| found.id.as_str()).collect();
            return Err(Problem::error(
                Code::Twins,
                format!("{} live objects are named `{}`: {}", ids.len(), wanted.natural, ids.join(" and ")),
            )
            .about(&wanted.address)
            .at(wanted.origin.clone())
            .help(format!(
                "say which of them is meant, e.g. `mpform state adopt {} {}`, or delete or rename all but one in the vendor's console",
                wanted.address, ids[0]
            )));
        }
    };
    let by = if intent.is_some() { By::Intent } else { By::NaturalKey };
    book.take(wanted.address.clone(), id, by);
    Ok(())
}

/// A name that somebody else's object has already: with it there would be two, and nothing to tell them apart by.
fn renamed_onto_another(kind: &Kinds<'_>, wanted: &Wanted, book: &Book) -> Option<Problem> {
    let (id, _) = book.claimed.get(&wanted.address).filter(|_| !kind.exclusive)?;
    let now = kind.by_id(id).filter(|found| found.natural != wanted.natural)?;
    let mut others = kind.named(&wanted.natural);
    let other = others.find(|found| found.parent == now.parent && !book.taken.contains(&found.id))?;
    let message = format!(
        "{} is to be named `{}`, and an unmanaged object has that name: {}",
        now.id, wanted.natural, other.id
    );
    Some(
        Problem::error(Code::Twins, message)
            .about(&wanted.address)
            .at(wanted.origin.clone())
            .help("choose another name, or delete or rename the other one in the vendor's console"),
    )
}

/// Something that was begun, may have come to be, and has been taken out of the configuration meanwhile: it is ours.
async fn begun_and_no_longer_wanted(
    kind: &Kinds<'_>,
    desired: &DesiredAccount,
    state: &State,
    book: &mut Book,
) -> Result<(), VendorError> {
    for (address, intent) in &state.intents {
        if address.kind() != kind.info.name || desired.resources.contains_key(address) {
            continue;
        }
        let parent = address.parent().map(|parent| book.claimed.get(&parent).map(|(id, _)| id.clone()));
        let candidates: Vec<_> = kind
            .found
            .iter()
            .filter(|found| {
                let same_place = parent.as_ref().is_none_or(|parent| found.parent == *parent);
                let free = !found.built_in && !book.taken.contains(&found.id);
                free && found.natural == intent.natural && same_place
            })
            .map(|found| found.id.clone())
            .collect();
        for id in candidates {
            let ours = match &intent.id {
                Some(given) => id == *given,
                // Somebody else may have made one of that name since: it is ours only if it is what we were making.
                None => kind.reader.read(&id, Some(&intent.want)).await?.is_some_and(|have| {
                    let differs = diff(&have, &intent.want, kind.info.rules);
                    differs.iter().all(|change| kind.info.rules.at(&change.path) == Some(Rule::Immutable))
                }),
            };
            if ours {
                book.take(address.clone(), id, By::Intent);
                break;
            }
        }
    }
    Ok(())
}

/// The address an unmanaged object would have.
fn unclaimed_address(
    account: &str,
    kind: &Kinds<'_>,
    found: &Found<Value>,
    desired: &DesiredAccount,
) -> Address {
    let mut names = vec![found.natural.as_str()];
    let mut parent = found.parent.as_ref();
    while let Some(above) = parent.and_then(|id| kind.by_id(id)) {
        names.push(&above.natural);
        parent = above.parent.as_ref();
    }
    names.reverse();
    let address = Address::new(account, kind.info.name, names.iter().copied());
    if !desired.resources.contains_key(&address) {
        return address;
    }
    let told_apart = format!("{} ({})", found.natural, found.id);
    names.pop();
    names.push(&told_apart);
    Address::new(account, kind.info.name, names)
}
