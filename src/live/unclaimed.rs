//! The addresses that objects of nobody would have. No two have the same, and none has one that is spoken for.

use std::collections::HashMap;

use super::Kinds;
use super::claim::Book;
use crate::desired::DesiredAccount;
use crate::model::{Address, Body, RemoteId};
use crate::providers::Found;
use crate::state::State;

pub(super) struct Unclaimed<'a> {
    kind: &'a Kinds<'a>,
    desired: &'a DesiredAccount,
    state: &'a State,
    book: &'a Book,
    /// Of those that are nobody's: how many have a name in a place.
    named: HashMap<(Option<&'a RemoteId>, &'a str), usize>,
}

impl<'a> Unclaimed<'a> {
    pub(super) fn new(
        kind: &'a Kinds<'a>,
        desired: &'a DesiredAccount,
        state: &'a State,
        book: &'a Book,
    ) -> Self {
        let mut named = HashMap::new();
        for found in kind.found.iter().filter(|found| !book.taken.contains(&found.id)) {
            *named.entry((found.parent.as_ref(), found.natural.as_str())).or_default() += 1;
        }
        Self { kind, desired, state, book, named }
    }

    /// The address that it would have: with its id behind the name where the name alone would be another's as well.
    /// All that share a name get their ids, whatever the order of the list.
    pub(super) fn address(&self, found: &Found<Body>) -> Address {
        let above =
            found.parent.as_ref().and_then(|id| self.kind.found.by_id(id)).map(|above| self.address(above));
        let below = |name: &str| match &above {
            Some(above) => above.child(name),
            None => Address::new(&self.desired.name, self.kind.info.name, [name]),
        };
        let plain = below(&found.natural);
        if self.book.taken.contains(&found.id) {
            // Only asked for what lies below it.
            return plain;
        }
        let twins = self.named.get(&(found.parent.as_ref(), found.natural.as_str()));
        if twins.is_none_or(|twins| *twins < 2) && !self.is_taken(&plain) {
            return plain;
        }
        plain.beside(&found.id)
    }

    fn is_taken(&self, address: &Address) -> bool {
        self.desired.resources.contains_key(address)
            || self.book.claimed.contains_key(address)
            || self.state.resources.contains_key(address)
    }
}
