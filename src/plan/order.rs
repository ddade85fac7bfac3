//! The order in which changes are carried out.

use std::collections::{HashMap, HashSet};

use super::{Change, is_commit};
use crate::model::{Action, Address, KindInfo, kind_named};
use crate::order::sort_by_key;

/// Deletes renumber the siblings that stay, so they come first, the lower ones before those above them.
pub(super) fn deletes_first(changes: Vec<Change>) -> Vec<Change> {
    let (mut deletes, others): (Vec<_>, Vec<_>) =
        changes.into_iter().partition(|change| change.action == Action::Delete);
    sort_by_key(&mut deletes, |change| std::cmp::Reverse(change.address.key().count()));
    let below = |top: &Address| -> Vec<Address> {
        let lower = deletes.iter().filter(|change| change.address.parent().as_ref() == Some(top));
        lower.map(|change| change.address.clone()).collect()
    };
    let needs: Vec<_> = deletes.iter().map(|change| below(&change.address)).collect();
    for (change, needs) in deletes.iter_mut().zip(needs) {
        change.requires.extend(needs);
    }
    let siblings: Vec<_> =
        deletes.iter().map(|change| (change.address.parent(), change.address.clone())).collect();
    let mut ordered = deletes;
    for mut change in others {
        let parent = change.address.parent();
        for (above, address) in &siblings {
            if above.as_ref() == Some(&change.address) {
                change.requires.push(address.clone());
            } else if *above == parent {
                change.after.push(address.clone());
            }
        }
        ordered.push(change);
    }
    ordered
}

/// The changes to what points at an object now, or is to, by the object's address.
pub(crate) fn users(changes: &[Change]) -> HashMap<Address, Vec<Address>> {
    let mut users: HashMap<Address, Vec<Address>> = HashMap::new();
    for change in changes {
        let kind = kind_named(change.address.kind());
        let have = change.have.as_ref().filter(|have| have.is_object());
        let points = kind.zip(have).map(|(kind, have)| (kind.links)(have, change.address.account()));
        let all: HashSet<_> = change.requires.iter().cloned().chain(points.into_iter().flatten()).collect();
        for used in all.into_iter().filter(|used| *used != change.address) {
            users.entry(used).or_default().push(change.address.clone());
        }
    }
    users
}

/// What others point at goes only after they have let go of it.
pub(super) fn users_first(changes: &mut [Change]) {
    let mut users = users(changes);
    let goes = |change: &&mut Change| change.action == Action::Delete && !has_parts(change);
    for change in changes.iter_mut().filter(goes) {
        change.requires.extend(users.remove(&change.address).unwrap_or_default());
    }
}

/// A part of a tree: what lies below it has been seen to.
fn has_parts(change: &Change) -> bool {
    kind_named(change.address.kind()).is_some_and(KindInfo::is_whole)
}

/// A change needs what it names only where that changes too; and what is needed comes first.
pub(super) fn order(changes: &mut Vec<Change>) {
    // An update of what something points at may as well come later; only making it must come first.
    let made: HashSet<_> = changes
        .iter()
        .filter(|change| change.action != Action::Update || change.replace)
        .map(|change| change.address.clone())
        .collect();
    for change in changes.iter_mut() {
        let is_commit = is_commit(&change.address);
        let address = change.address.clone();
        let all = is_commit || change.action == Action::Delete;
        change.requires.retain(|needed| *needed != address && (all || made.contains(needed)));
        let mut seen = HashSet::new();
        change.requires.retain(|needed| seen.insert(needed.clone()));
    }
    let mut waiting = std::mem::take(changes);
    let all: HashSet<_> = waiting.iter().map(|change| change.address.clone()).collect();
    let mut done = HashSet::new();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut later = vec![];
        for change in waiting {
            let mut first = change.requires.iter().chain(&change.after);
            if first.all(|needed| done.contains(needed) || !all.contains(needed)) {
                done.insert(change.address.clone());
                changes.push(change);
            } else {
                later.push(change);
            }
        }
        if later.len() == before {
            // A circle can't arise from links as they are; were it to, the order of the kinds is as good as any.
            changes.extend(later);
            break;
        }
        waiting = later;
    }
}
