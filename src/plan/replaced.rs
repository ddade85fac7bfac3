//! New objects in the place of old ones: what points at an old one has to be pointed at the new one.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Change, Resumed};
use crate::live::{By, LiveAccount};
use crate::model::{Address, Body, KindInfo, RemoteId, kinds};
use crate::state::{Entry, Record, State};

/// Objects that get a new one in their place, and the keys of all others: what points at an old one is no longer
/// right, although its words stay the same.
#[derive(Default)]
pub(super) struct Replaced {
    any: bool,
    names: HashMap<(&'static str, RemoteId), String>,
}

impl Replaced {
    /// Takes in what was planned of one kind.
    pub(super) fn learn(&mut self, changes: &[Change], live: &LiveAccount) {
        let goes = changes.iter().filter_map(|change| {
            let of = change.replaced_by.as_ref().or(change.replace.then_some(&change.address));
            Some((&change.address, of?))
        });
        let goes: HashMap<&Address, &Address> = goes.collect();
        if goes.is_empty() {
            return;
        }
        for kind in kinds().iter().filter(|kind| changes.iter().any(|one| one.address.kind() == kind.name)) {
            let claims = live.claims.iter().filter(|(address, _)| address.kind() == kind.name);
            for (address, claim) in claims {
                self.any |= goes.contains_key(address);
                let name = match goes.get(address) {
                    Some(of) => format!("{} (old)", of.last()),
                    None => address.last().into_owned(),
                };
                self.names.insert((kind.name, claim.id.clone()), name);
            }
        }
    }

    /// A live body as it stands towards what is wanted.
    pub(super) fn seen<'a>(&self, kind: &'static KindInfo, body: &'a Body) -> Cow<'a, Body> {
        let mut body = Cow::Borrowed(body);
        if self.any {
            let name = |kind, id: &RemoteId| self.names.get(&(kind, id.clone())).cloned();
            (kind.name_links)(body.to_mut(), &name);
        }
        body
    }
}

/// Says live bodies in the words of the time when they were applied: what pointed at an object then still does, also
/// where a new one has taken its place meanwhile.
pub(super) struct AsApplied<'a> {
    live: &'a LiveAccount,
    state: &'a State,
    any: bool,
}

impl<'a> AsApplied<'a> {
    pub(super) fn new(live: &'a LiveAccount, state: &'a State) -> Self {
        Self { live, state, any: state.resources.values().any(|record| record.replaced_by.is_some()) }
    }

    /// A live body of a kind.
    pub(super) fn body(&self, kind: &KindInfo, body: &Body) -> Body {
        let mut body = body.clone();
        if self.any {
            (kind.name_links)(&mut body, &|kind, id| self.name(kind, id));
        }
        body
    }

    fn name(&self, kind: &str, id: &RemoteId) -> Option<String> {
        let mut claims = self.live.claims.iter();
        let (address, _) = claims.find(|(address, claim)| address.kind() == kind && claim.id == *id)?;
        let by = self.state.resources.get(address).and_then(|record| record.replaced_by.as_ref());
        Some(by.unwrap_or(address).last().into_owned())
    }
}

/// The state as it is once that is written down.
pub(super) fn with_resumed<'a>(state: &'a State, resumed: &[Resumed]) -> Cow<'a, State> {
    let mut state = Cow::Borrowed(state);
    for Resumed { address, record, old } in resumed.iter().cloned() {
        state.to_mut().take(Entry::Replace { address, record, old });
    }
    state
}

/// What was begun in the place of an old object and came to be: both are ours.
pub(super) fn resumed(live: &LiveAccount, state: &State) -> Vec<Resumed> {
    let begun = live.claims.iter().filter(|(_, claim)| claim.by == By::Intent);
    let resumed = begun.filter_map(|(address, claim)| {
        let record = state.resources.get(address)?;
        let old = address.beside(&record.id);
        let both = record.id != claim.id && live.claims.contains_key(&old);
        let want = state.intents.get(address).map(|intent| intent.want.clone()).unwrap_or_default();
        let record = Record::new(claim.id.clone(), want, record.protect);
        both.then(|| Resumed { address: address.clone(), record, old })
    });
    resumed.collect()
}
