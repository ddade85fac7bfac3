//! What goes on under another address: its record, what was begun there, and what others say of it.

use std::collections::BTreeSet;

use super::{Entry, Intent, Record, State};
use crate::model::{Address, Body, Rule, kind_named};

impl State {
    /// The entry that lets what is remembered go on under other addresses; none where nothing moves.
    pub fn moves(moved: &[(Address, Address)]) -> Option<Entry> {
        (!moved.is_empty()).then(|| Entry::Move { moved: moved.to_vec() })
    }

    /// What moves along with an address: itself, what lies below it, a plan's runs, and old objects in whose place it
    /// stands.
    /// Gives back what of the written address goes on.
    pub fn carried<'a>(&self, address: &'a Address, from: &Address) -> Option<&'a str> {
        let rest = address.as_str().strip_prefix(from.as_str())?;
        let old = || self.resources.get(address).is_some_and(|record| from.beside(&record.id) == *address);
        let run = || address.of_run().is_some_and(|plan| plan == *from);
        (rest.is_empty() || rest.starts_with('/') || run() || old()).then_some(rest)
    }

    /// Lets records go on under other addresses. Gives back what really moved; what is not remembered, or would
    /// take the place of something that is, stays.
    pub fn follow(&mut self, wanted: &[(Address, Address)]) -> Vec<(Address, Address)> {
        // The nearest move counts: one of a button over one of the menu it lies in.
        let nearest = |old: &Address| {
            let moves = wanted.iter().filter_map(|(from, to)| {
                let rest = self.carried(old, from)?;
                Some((from.as_str().len(), to, rest))
            });
            moves
                .max_by_key(|(length, ..)| *length)
                .and_then(|(_, to, rest)| Address::parse(&format!("{to}{rest}")))
        };
        let mut moved: Vec<(Address, Address)> = vec![];
        let objects: BTreeSet<_> = self.resources.keys().chain(self.intents.keys()).collect();
        let known: BTreeSet<_> = objects.iter().copied().chain(self.sends.keys()).collect();
        for old in known {
            let Some(new) = nearest(old) else { continue };
            // Messages go where their plan goes; a plan's address stands in front of those of its runs.
            let with_plan = || old.of_run().is_some_and(|plan| moved.iter().any(|(from, _)| *from == plan));
            if !objects.contains(old) && with_plan() {
                continue;
            }
            let both_begun = self.intents.contains_key(old) && self.intents.contains_key(&new);
            let free = !both_begun && !self.resources.contains_key(&new);
            if free && moved.iter().all(|(_, taken)| *taken != new) {
                moved.push((old.clone(), new));
            }
        }
        if let Some(entry) = Self::moves(&moved) {
            self.take(entry);
        }
        moved
    }

    pub(super) fn carry(&mut self, moved: &[(Address, Address)]) {
        self.carry_sends(moved);
        let above = |from: &Address, to: &Address| {
            let parent = from.parent()?;
            let (_, above) = moved.iter().find(|(from, _)| *from == parent)?;
            (to.parent().as_ref() == Some(above)).then(|| above.clone())
        };
        for (from, to) in moved {
            let above = above(from, to);
            if let Some(mut record) = self.resources.remove(from) {
                if let Some(above) = &above {
                    record = record.with(below(&record.applied, above));
                }
                self.resources.insert(to.clone(), record);
            }
            if let Some(Intent { natural, id, begun, want }) = self.intents.remove(from) {
                let want = above.as_ref().map_or_else(|| want.clone(), |above| below(&want, above));
                self.intents.insert(to.clone(), Intent { natural, id, begun, want });
            }
        }
        for (address, intent) in &mut self.intents {
            intent.want = pointing(address, &intent.want, moved).unwrap_or_else(|| intent.want.clone());
        }
        for (address, record) in &mut self.resources {
            if let Some(applied) = pointing(address, &record.applied, moved) {
                *record = record.with(applied);
            }
            let to = moved.iter().find(|(from, _)| record.replaced_by.as_ref() == Some(from));
            if let Some((_, to)) = to {
                record.replaced_by = Some(to.clone());
            }
        }
    }
}

impl Record {
    /// The same, applied otherwise.
    fn with(&self, applied: Body) -> Self {
        Self {
            replaced_by: self.replaced_by.clone(),
            at: self.at,
            ..Self::new(self.id.clone(), applied, self.protect)
        }
    }
}

/// A body where what it points at has got another address, if it has.
fn pointing(address: &Address, body: &Body, moved: &[(Address, Address)]) -> Option<Body> {
    let kind = kind_named(address.kind())?;
    let points = (kind.links)(body, address.account());
    points.iter().any(|to| moved.iter().any(|(from, _)| from == to)).then(|| {
        let mut body = body.clone();
        (kind.rename_links)(&mut body, moved);
        body
    })
}

/// A body where what it lies under has got another address.
fn below(body: &Body, above: &Address) -> Body {
    let rules = kind_named(above.kind()).map(|kind| kind.rules);
    if let Some(field) = rules.and_then(|rules| rules.path_of(Rule::Immutable))
        && !body.tree()[field].is_null()
    {
        return body.with(field, above.within_kind());
    }
    body.clone()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::RemoteId;

    #[test]
    fn of_two_moves_the_nearest_counts() {
        let menu = |keys: &[&str]| Address::new("shop", "menu", keys.iter().copied());
        let mut state = State::new("default", "shop");
        for (id, keys) in [("1", &["店"][..]), ("2", &["店", "甲"]), ("3", &["店", "乙"])] {
            let record = Record::new(RemoteId::from(id), json!({}), false);
            state.take(Entry::Keep { address: menu(keys), record });
        }
        let wanted = [(menu(&["店"]), menu(&["铺"])), (menu(&["店", "甲"]), menu(&["铺", "丙"]))];
        // The order in which they are written says nothing.
        for wanted in [wanted.to_vec(), wanted.iter().rev().cloned().collect()] {
            let mut state = state.clone();
            assert_eq!(state.follow(&wanted).len(), 3);
            let record =
                |(address, record): (&Address, &Record)| (address.to_string(), record.id.to_string());
            let mut found: Vec<_> = state.resources.iter().map(record).collect();
            found.sort_unstable();
            let expected = [("铺", "1"), ("铺/丙", "2"), ("铺/乙", "3")];
            assert_eq!(found, expected.map(|(key, id)| (format!("shop/menu/{key}"), id.to_owned())));
        }
    }

    #[test]
    fn no_two_go_to_one_address() {
        let mut state = State::new("default", "shop");
        for key in ["a", "b"] {
            let record = Record::new(RemoteId::from(key), json!({}), false);
            state.take(Entry::Keep { address: Address::new("shop", "keyword", [key]), record });
        }
        let to = Address::new("shop", "keyword", ["c"]);
        let wanted = ["a", "b"].map(|key| (Address::new("shop", "keyword", [key]), to.clone()));
        assert_eq!(state.follow(&wanted).len(), 1);
        assert_eq!(state.resources.len(), 2);
    }

    #[test]
    fn what_lies_below_moves_along_and_knows_its_new_parent() {
        let mut state = State::new("default", "shop");
        let at = |text: &str| Address::parse(text).expect("an address");
        for (address, body) in [
            ("shop/menu/店", json!({"name": "店"})),
            ("shop/menu/店/官网", json!({"name": "官网", "parent": "店"})),
            ("shop/menu/店里", json!({"name": "店里"})),
        ] {
            let record = Record::new("5f".into(), body, address.ends_with('店'));
            state.take(Entry::Keep { address: at(address), record });
        }
        let moved = state.follow(&[(at("shop/menu/店"), at("shop/menu/门店"))]);
        assert_eq!(moved.len(), 2);
        let keys: Vec<_> = state.resources.keys().map(Address::as_str).collect();
        assert_eq!(keys, ["shop/menu/店里", "shop/menu/门店", "shop/menu/门店/官网"]);
        assert_eq!(state.resources[&at("shop/menu/门店/官网")].applied.tree()["parent"], "门店");
        assert!(state.resources[&at("shop/menu/门店")].protect);
    }

    #[test]
    fn what_was_begun_moves_along_and_old_objects_do() {
        let at = |text: &str| Address::parse(text).expect("an address");
        let mut state = State::new("default", "shop");
        let record = |id: &str| Record::new(id.into(), json!({}), false);
        state.take(Entry::Keep { address: at("shop/material/a"), record: record("1") });
        let old = at("shop/material/a (1)");
        state.take(Entry::Replace { address: at("shop/material/a"), record: record("2"), old });
        for address in ["shop/material/a", "shop/menu/店/官网"] {
            let intent =
                Intent { natural: "n".into(), id: None, begun: None, want: json!({"parent": "店"}).into() };
            state.take(Entry::Begin { address: at(address), intent });
        }
        state.take(Entry::Keep { address: at("shop/menu/店"), record: record("3") });
        let moved = [("shop/material/a", "shop/material/b"), ("shop/menu/店", "shop/menu/铺")];
        assert_eq!(state.follow(&moved.map(|(from, to)| (at(from), at(to)))).len(), 4);
        let keys: Vec<_> = state.resources.keys().map(Address::as_str).collect();
        assert_eq!(keys, ["shop/material/b", "shop/material/b (1)", "shop/menu/铺"]);
        let begun: Vec<_> = state.intents.keys().map(Address::as_str).collect();
        assert_eq!(begun, ["shop/material/b", "shop/menu/铺/官网"]);
        assert_eq!(state.intents[&at("shop/menu/铺/官网")].want.tree()["parent"], "铺");
        let old = &state.resources[&at("shop/material/b (1)")];
        assert_eq!(old.replaced_by, Some(at("shop/material/b")));
    }
}
