//! What a vendor's list has shown, found again by id and by natural key. Accounts have thousands of objects, so nothing
//! of them is kept twice.

use std::hash::BuildHasher as _;
use std::iter::successors;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::model::{Body, RemoteId};
use crate::providers::Found;

/// Objects in the order of the list.
#[derive(Default)]
pub(super) struct Listed {
    all: Vec<One>,
    ids: HashTable<usize>,
    /// The first and the last of each natural key.
    names: HashTable<(usize, usize)>,
    hasher: DefaultHashBuilder,
}

struct One {
    found: Found<Body>,
    /// The next one with the same natural key.
    next: Option<usize>,
}

impl From<Vec<Found<Body>>> for Listed {
    fn from(found: Vec<Found<Body>>) -> Self {
        let mut listed = Self::default();
        listed.take(found);
        listed
    }
}

impl Listed {
    /// Takes in what a look has shown; how much of it is new.
    pub(super) fn take(&mut self, found: Vec<Found<Body>>) -> usize {
        let before = self.all.len();
        found.into_iter().for_each(|one| self.push(one));
        self.all.len() - before
    }

    fn push(&mut self, found: Found<Body>) {
        if self.by_id(&found.id).is_some() {
            return;
        }
        let (all, hasher) = (&mut self.all, &self.hasher);
        let (nth, natural) = (all.len(), hasher.hash_one(&found.natural));
        let id = hasher.hash_one(&found.id);
        match self.names.find_mut(natural, |(first, _)| all[*first].found.natural == found.natural) {
            Some((_, last)) => {
                all[*last].next = Some(nth);
                *last = nth;
            }
            None => {
                let hash = |(first, _): &(usize, usize)| hasher.hash_one(&all[*first].found.natural);
                self.names.insert_unique(natural, (nth, nth), hash);
            }
        }
        self.ids.insert_unique(id, nth, |nth| hasher.hash_one(&all[*nth].found.id));
        all.push(One { found, next: None });
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Found<Body>> {
        self.all.iter().map(|one| &one.found)
    }

    /// The one with an id.
    pub(super) fn by_id(&self, id: &RemoteId) -> Option<&Found<Body>> {
        let found = |nth: &usize| &self.all[*nth].found;
        self.ids.find(self.hasher.hash_one(id), |nth| found(nth).id == *id).map(found)
    }

    /// Those with a natural key.
    pub(super) fn named(&self, natural: &str) -> impl Iterator<Item = &Found<Body>> {
        let same = |(first, _): &(usize, usize)| self.all[*first].found.natural == natural;
        let first = self.names.find(self.hasher.hash_one(natural), same).map(|(first, _)| &self.all[*first]);
        successors(first, |one| one.next.map(|next| &self.all[next])).map(|one| &one.found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(id: &str, natural: &str) -> Found<Body> {
        Found { id: id.into(), natural: natural.into(), parent: None, built_in: false, body: None }
    }

    #[test]
    fn what_is_shown_twice_counts_once_and_names_keep_the_order_of_the_list() {
        let many = (0..100).map(|nth| found(&nth.to_string(), ["a", "b", "c"][nth % 3]));
        let mut listed = Listed::from(many.collect::<Vec<_>>());
        assert_eq!(listed.take(vec![found("7", "a"), found("x", "b"), found("y", "d")]), 2);
        let named = |natural| listed.named(natural).map(|found| found.id.to_string()).collect::<Vec<_>>();
        let b: Vec<_> = (0..100).filter(|nth| nth % 3 == 1).map(|nth| nth.to_string()).collect();
        assert_eq!(named("b"), [b, vec!["x".to_owned()]].concat());
        assert_eq!((named("d"), named("e")), (vec!["y".to_owned()], vec![]));
        assert_eq!(listed.by_id(&"7".into()).map(|found| found.natural.as_str()), Some("b"));
        assert!(listed.by_id(&"z".into()).is_none());
        assert_eq!(listed.iter().count(), 102);
    }
}
