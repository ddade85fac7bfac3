//! Accounts of which the same would change: shown once, with `*` in the place of the account's name.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::model::Address;
use crate::plan::{Change, FieldChange, Plan};
use crate::words::{Lang, Text};

/// What would change in one account, or the same in several.
pub(super) struct Alike<'a> {
    /// Their names, in the order of the plan.
    pub(super) accounts: Vec<&'a str>,
    /// The changes; of several accounts under `*/KIND/KEY`.
    pub(super) changes: Vec<Cow<'a, Change>>,
    /// What stands around changes in a tree.
    pub(super) trees: Vec<Cow<'a, [Address]>>,
}

/// The changes of one account.
#[derive(Default)]
struct Own<'a> {
    changes: Vec<&'a Change>,
    trees: Vec<&'a [Address]>,
}

/// The accounts of a plan, each where the first of those like it stands.
pub(super) fn alike(plan: &Plan, lang: Lang) -> Vec<Alike<'_>> {
    let mut accounts: IndexMap<&str, Own<'_>> = IndexMap::new();
    for change in &plan.changes {
        accounts.entry(change.address.account()).or_default().changes.push(change);
    }
    for tree in &plan.trees {
        let own = tree.first().and_then(|first| accounts.get_mut(first.account()));
        if let Some(own) = own {
            own.trees.push(tree);
        }
    }
    let several = accounts.len() > 1;
    let mut like: IndexMap<Vec<u8>, Vec<(&str, Own<'_>)>> = IndexMap::new();
    for (account, own) in accounts {
        let known_by = if several { own.digest(account) } else { vec![] };
        like.entry(known_by).or_default().push((account, own));
    }
    like.into_values().map(|these| together(these, lang)).collect()
}

fn together<'a>(these: Vec<(&'a str, Own<'a>)>, lang: Lang) -> Alike<'a> {
    let accounts: Vec<_> = these.iter().map(|(account, _)| *account).collect();
    let [(first, own), others @ ..] = these.as_slice() else {
        return Alike { accounts, changes: vec![], trees: vec![] };
    };
    if others.is_empty() {
        let changes = own.changes.iter().map(|change| Cow::Borrowed(*change)).collect();
        return Alike {
            accounts,
            changes,
            trees: own.trees.iter().map(|tree| Cow::Borrowed(*tree)).collect(),
        };
    }
    let each = own.changes.iter().enumerate().map(|(nth, change)| {
        let same = |is: &dyn Fn(&Change) -> bool| others.iter().all(|(_, other)| is(other.changes[nth]));
        let id = change.id.clone().filter(|_| same(&|other| other.id == change.id));
        let origin = change.origin.clone().filter(|origin| {
            same(&|other| {
                let place = |place: &crate::problem::Place| (place.source.name.clone(), place.span.start);
                other.origin.as_ref().map(place) == Some(place(origin))
            })
        });
        let notes = change.notes.iter().map(|note| {
            let said = note.to(lang);
            let everybodys = nameless(&said, first);
            if everybodys == said { note.clone() } else { Text::verbatim(everybodys) }
        });
        // What is not shown is not copied.
        let shown = Change {
            address: starred(&change.address),
            action: change.action,
            replace: change.replace,
            id,
            fields: change.fields.clone(),
            requires: vec![],
            after: vec![],
            notes: notes.collect(),
            drift: change.drift.clone(),
            origin,
            have: None,
            want: None,
            protect: change.protect,
            held: change.held,
            replaced_by: change.replaced_by.clone(),
        };
        Cow::Owned(shown)
    });
    let trees = own.trees.iter().map(|tree| Cow::Owned(tree.iter().map(starred).collect()));
    Alike { accounts, changes: each.collect(), trees: trees.collect() }
}

impl Own<'_> {
    /// What is shown of it, without the account's name, and without where it is declared and the vendor's ids.
    fn digest(&self, account: &str) -> Vec<u8> {
        let mut digest = Sha256::new();
        let fields = |fields: &[FieldChange]| {
            fields.iter().map(|field| json!([field.path, field.before, field.after])).collect::<Vec<_>>()
        };
        for change in &self.changes {
            let notes: Vec<_> = change.notes.iter().map(|note| nameless(&note.en(), account)).collect();
            let of = change.replaced_by.as_ref().map(Address::within_account);
            let said = json!([
                change.address.within_account(),
                change.action,
                change.replace,
                of,
                fields(&change.fields),
                fields(&change.drift),
                notes,
            ]);
            digest.update(said.to_string());
            digest.update([0]);
        }
        for address in self.trees.iter().flat_map(|tree| tree.iter()) {
            digest.update(address.within_account());
            digest.update([0]);
        }
        digest.finalize().to_vec()
    }
}

fn starred(address: &Address) -> Address {
    Address::parse(&format!("*/{}", address.within_account())).unwrap_or_else(|| address.clone())
}

/// A text in which the account's addresses are anybody's.
fn nameless(text: &str, account: &str) -> String {
    let front = format!("{account}/");
    let mut done = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(&front) {
        let (before, found) = rest.split_at(at);
        done += before;
        let within_a_word =
            done.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.'));
        done += if within_a_word { &front } else { "*/" };
        rest = &found[front.len()..];
    }
    done + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Action;
    use crate::report::fixture::{address, change};
    use serde_json::{Value, json};

    fn rule(account: &str, text: &str) -> Change {
        let fields = [("reply.text", Value::Null, json!(text))];
        change(Action::Create, &format!("{account}/keyword/营业时间"), &fields)
    }

    fn shown(changes: Vec<Change>) -> Vec<(String, Vec<String>)> {
        let plan = Plan { changes, ..Plan::default() };
        let alike = alike(&plan, Lang::En);
        let line = |one: &Alike<'_>| {
            (one.accounts.join(" "), one.changes.iter().map(|change| change.address.to_string()).collect())
        };
        alike.iter().map(line).collect()
    }

    #[test]
    fn the_same_of_several_stands_where_the_first_stood() {
        let changes = vec![rule("a", "好"), rule("b", "坏"), rule("c", "好")];
        let once = |account: &str, address: &str| (account.to_owned(), vec![address.to_owned()]);
        assert_eq!(shown(changes), [once("a c", "*/keyword/营业时间"), once("b", "b/keyword/营业时间")]);
    }

    #[test]
    fn ids_and_places_that_differ_are_not_shown_and_divide_nobody() {
        let delete = |account: &str, id: &str| Change {
            id: Some(id.into()),
            ..change(Action::Delete, &format!("{account}/keyword/旧"), &[("name", json!("旧"), Value::Null)])
        };
        let plan = Plan { changes: vec![delete("a", "1"), delete("b", "2")], ..Plan::default() };
        let alike = alike(&plan, Lang::En);
        assert_eq!((alike.len(), alike[0].changes[0].id.clone()), (1, None));
    }

    #[test]
    fn what_differs_in_a_note_or_beside_it_in_a_tree_divides() {
        let noted = |account: &str, note: String| Change { notes: vec![note.into()], ..rule(account, "好") };
        let own = |account: &str| noted(account, format!("needs {account}/group/vip"));
        assert_eq!(shown(vec![own("a"), own("b")]).len(), 1);
        assert_eq!(shown(vec![own("a"), noted("b", "needs b/group/new".into())]).len(), 2);
        let tree = |account: &str, last: &str| {
            vec![address(&format!("{account}/menu/关于")), address(&format!("{account}/menu/{last}"))]
        };
        let of = |trees| Plan { changes: vec![rule("a", "好"), rule("b", "好")], trees, ..Plan::default() };
        assert_eq!(alike(&of(vec![tree("a", "店"), tree("b", "店")]), Lang::En).len(), 1);
        assert_eq!(alike(&of(vec![tree("a", "店"), tree("b", "会员")]), Lang::En).len(), 2);
    }

    #[test]
    fn only_an_address_loses_its_account() {
        assert_eq!(
            nameless("see a/keyword/x, data/a/b and a/group/y", "a"),
            "see */keyword/x, data/a/b and */group/y"
        );
    }
}
