//! New objects in the place of old ones: what points at an old one has to be pointed at the new one.

use std::collections::HashMap;

use serde_json::Value;

use super::{Change, Resumed};
use crate::live::{By, LiveAccount};
use crate::model::{KindInfo, RemoteId, kinds};
use crate::state::{Record, State};

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
        let replaced: Vec<_> = changes.iter().filter(|change| change.replace).collect();
        for kind in kinds().iter().filter(|kind| changes.iter().any(|one| one.address.kind() == kind.name)) {
            let claims = live.claims.iter().filter(|(address, _)| address.kind() == kind.name);
            for (address, claim) in claims.filter(|_| !replaced.is_empty()) {
                let goes = replaced.iter().any(|change| change.address == *address);
                let key = address.last();
                let name = if goes { format!("{key} (old)") } else { key.into_owned() };
                self.names.insert((kind.name, claim.id.clone()), name);
                self.any |= goes;
            }
        }
    }

    /// A live body as it stands towards what is wanted.
    pub(super) fn seen(&self, kind: &'static KindInfo, body: &Value) -> Value {
        let mut body = body.clone();
        if self.any {
            let name = |kind: &str, id: &RemoteId| {
                let known = kinds().iter().find(|info| info.name == kind)?;
                self.names.get(&(known.name, id.clone())).cloned()
            };
            (kind.name_links)(&mut body, &name);
        }
        body
    }
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
