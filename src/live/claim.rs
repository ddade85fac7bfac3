//! Says which live object is which address: by the id that the state remembers, by what was begun, by the natural key.

use crate::words::Text;
use std::collections::HashSet;

use futures::StreamExt as _;
use indexmap::IndexMap;

use super::begun::{begun_and_no_longer_wanted, begun_in_its_place};
use super::fetch::fetch;
use super::unclaimed::Unclaimed;
use super::{By, Kinds, LiveAccount, Other, has_content, side_by_side};
use crate::desired::{DesiredAccount, Wanted};
use crate::model::{Address, Body, RemoteId, Rule};
use crate::problem::{Code, Problem};
use crate::state::State;
use crate::text;

/// Says which live object of one kind is which address, and reads those that matter.
pub(super) async fn claim(
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
        let replaced = match state.intents.get(*address) {
            Some(intent) => begun_in_its_place(kind, &record.id, intent, state, &book).await,
            None => Ok(None),
        };
        match replaced {
            Ok(Some(id)) => {
                if kind.found.by_id(&record.id).is_some() {
                    book.take(address.beside(&record.id), record.id.clone(), By::State);
                }
                book.take((*address).clone(), id, By::Intent);
            }
            Ok(None) if kind.found.by_id(&record.id).is_some() => {
                book.take((*address).clone(), record.id.clone(), By::State);
            }
            Ok(None) => {}
            Err(error) => problems.push(error.problem(address)),
        }
    }
    // A list may hide what is there (a rule without keywords): what is ours and not listed is asked for by itself.
    let hidden =
        owned.iter().filter(|(address, _)| !book.claimed.contains_key(*address)).map(|(address, record)| {
            let want = desired.resources.get(*address).and_then(|wanted| wanted.body.as_ref());
            async move {
                let body = if trust_ids {
                    kind.reader.read(&record.id, want, Some(&record.applied)).await
                } else {
                    Ok(None)
                };
                ((*address).clone(), record.id.clone(), body)
            }
        });
    let asked: Vec<_> = side_by_side(hidden).collect().await;
    for (address, id, body) in asked {
        match body {
            Ok(Some(_)) => book.take(address, id, By::State),
            Ok(None) => live.gone.push(address),
            Err(error) => problems.push(error.problem(&address)),
        }
    }
    let confirmed = match confirm(kind, state, &book).await {
        Ok(confirmed) => confirmed,
        Err(more) => {
            problems.extend(more);
            return Err(problems);
        }
    };
    for wanted in &kind.wanted {
        let moved = desired.moved.iter().find(|moved| moved.to == wanted.address).map(|moved| &moved.from);
        if let Err(problem) = by_natural_key(kind, wanted, moved, state, &confirmed, &mut book) {
            problems.push(problem);
        }
    }
    if let Err(error) = begun_and_no_longer_wanted(kind, desired, state, &mut book).await {
        problems.push(error.problem(&desired.name));
    }
    problems.extend(kind.wanted.iter().filter_map(|wanted| renamed_onto_another(kind, wanted, &book)));
    live.gone.retain(|address| !book.claimed.contains_key(address));

    let unclaimed = Unclaimed::new(kind, desired, state, &book);
    for found in kind.found.iter().filter(|found| !found.built_in && !book.taken.contains(&found.id)) {
        live.others.push(Other { address: unclaimed.address(found), id: found.id.clone(), body: None });
    }
    problems.extend(fetch(kind, book, desired, state, live).await);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Which ids are spoken for, and by whom.
pub(super) struct Book {
    pub(super) taken: HashSet<RemoteId>,
    pub(super) claimed: IndexMap<Address, (RemoteId, By)>,
}

impl Book {
    pub(super) fn take(&mut self, address: Address, id: RemoteId, by: By) {
        self.taken.insert(id.clone());
        self.claimed.insert(address, (id, by));
    }
}

fn by_natural_key(
    kind: &Kinds<'_>,
    wanted: &Wanted,
    moved_from: Option<&Address>,
    state: &State,
    confirmed: &Confirmed<'_>,
    book: &mut Book,
) -> Result<(), Problem> {
    if book.claimed.contains_key(&wanted.address) {
        return Ok(());
    }
    let intent = state.intents.get(&wanted.address);
    let begun = intent.and_then(|intent| intent.id.as_ref());
    if let Some(id) = begun.filter(|id| kind.found.by_id(id).is_some()) {
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
        let free =
            kind.found.named(name).filter(|found| found.parent == parent && !book.taken.contains(&found.id));
        free.filter(|found| !kind.info.by_content || confirmed.contains(&(&wanted.address, &found.id)))
            .collect()
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
            let position = |body: &Option<Body>| body.as_ref().map(|body| body.tree()[place].clone());
            let same = candidates.iter().find(|found| position(&found.body) == position(&wanted.body));
            same.unwrap_or(&first).id.clone()
        }
        [..] => {
            let ids: Vec<_> = candidates.iter().map(|found| found.id.as_str()).collect();
            return Err(Problem::error(
                Code::Twins,
                text!(
                    "{count} live objects are named `{natural}`: {ids}",
                    count = ids.len(),
                    natural = wanted.natural,
                    ids = Text::joined(ids.iter().copied().map(Text::verbatim), " and ")
                ),
            )
            .about(&wanted.address)
            .at(wanted.origin.clone())
            .help(text!("say which of them is meant, e.g. `mpform state adopt {address} {id}`, or delete or rename all but one in the vendor's console", address = wanted.address, id = ids[0])));
        }
    };
    let by = if intent.is_some() { By::Intent } else { By::NaturalKey };
    book.take(wanted.address.clone(), id, by);
    Ok(())
}

/// Natural keys that the content bears out: an address and the object that it may claim.
type Confirmed<'a> = HashSet<(&'a Address, &'a RemoteId)>;

/// Where a name alone says nothing, looks whose content is the wanted one; all that are in question together.
async fn confirm<'a>(kind: &'a Kinds<'_>, state: &State, book: &Book) -> Result<Confirmed<'a>, Vec<Problem>> {
    if !kind.info.by_content {
        return Ok(Confirmed::new());
    }
    let unclaimed = kind.wanted.iter().filter(|wanted| !book.claimed.contains_key(&wanted.address));
    let looking = unclaimed.flat_map(|wanted| {
        let begun = state.intents.get(&wanted.address).and_then(|intent| intent.id.as_ref());
        // What was begun and has an id is known by that.
        let needed = begun.is_none_or(|id| kind.found.by_id(id).is_none());
        let free =
            kind.found.named(&wanted.natural).filter(move |found| needed && !book.taken.contains(&found.id));
        free.filter_map(move |found| Some((wanted, wanted.body.as_ref()?, found)))
    });
    let mut looked = side_by_side(looking.map(|(wanted, body, found)| async move {
        let same = has_content(kind.info, kind.reader.as_ref(), &found.id, body).await;
        same.map(|same| same.then_some((&wanted.address, &found.id)))
            .map_err(|error| error.problem(&wanted.address))
    }));
    let (mut confirmed, mut problems) = (Confirmed::new(), vec![]);
    while let Some(one) = looked.next().await {
        match one {
            Ok(found) => confirmed.extend(found),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(confirmed) } else { Err(problems) }
}

/// A name that somebody else's object has already: with it there would be two, and nothing to tell them apart by.
fn renamed_onto_another(kind: &Kinds<'_>, wanted: &Wanted, book: &Book) -> Option<Problem> {
    let (id, _) = book.claimed.get(&wanted.address).filter(|_| !kind.exclusive && !kind.info.by_content)?;
    let now = kind.found.by_id(id).filter(|found| found.natural != wanted.natural)?;
    let mut others = kind.found.named(&wanted.natural);
    let other = others.find(|found| found.parent == now.parent && !book.taken.contains(&found.id))?;
    let message = text!(
        "{id} is to be named `{natural}`, and an unmanaged object has that name: {id2}",
        id = now.id,
        natural = wanted.natural,
        id2 = other.id
    );
    Some(
        Problem::error(Code::Twins, message)
            .about(&wanted.address)
            .at(wanted.origin.clone())
            .help(text!("choose another name, or delete or rename the other one in the vendor's console")),
    )
}
