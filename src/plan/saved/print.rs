//! Fingerprints: by what a saved plan is known again.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Now;
use crate::desired::{DesiredAccount, Wanted};
use crate::model::{Address, Body, Rule, kind_named};
use crate::order::map;
use crate::plan::file::{AccountCheck, Check, Picked, Touched};
use crate::plan::{Change, Plan};
use crate::state::fingerprint;

/// What a plan is to be known by later.
pub fn check(plan: &Plan, selection: Picked, accounts: &[Now<'_>]) -> Check {
    let account = |now: &Now<'_>| {
        let check = AccountCheck { identity: now.identity.clone(), declared: now.declared.clone() };
        (now.desired.name.clone(), check)
    };
    Check {
        digest: String::new(),
        selection,
        accounts: map(accounts.iter().map(account)),
        changes: plan.changes.iter().map(touched).collect(),
    }
}

/// A fingerprint of each resource that is declared, and under the address of its kind of how the kind is managed.
pub(super) fn declared(desired: &DesiredAccount) -> BTreeMap<String, String> {
    let resources = desired.resources.iter().map(|(address, wanted)| (address.to_string(), print(wanted)));
    let managed = desired.managed.iter().map(|(kind, managed)| {
        let how = json!({"section": managed.section, "prune": managed.prune});
        (Address::new(&desired.name, kind, []).to_string(), fingerprint(&how.into()))
    });
    map(resources.chain(managed))
}

pub(super) fn print(wanted: &Wanted) -> String {
    let body = wanted.body.as_ref().map(|body| normal(&wanted.address, body));
    fingerprint(&json!({"body": body, "protect": wanted.protect, "ignore": wanted.ignore}).into())
}

pub(super) fn touched(change: &Change) -> Touched {
    let body = |body: &Body| normal(&change.address, body);
    let wanted = |want: &Body| fingerprint(&json!({"body": body(want), "protect": change.protect}).into());
    Touched {
        address: change.address.clone(),
        action: change.action,
        replace: change.replace,
        id: change.id.clone(),
        have: change.have.as_ref().map(|have| fingerprint(&body(have).into())),
        want: change.want.as_ref().map(wanted),
    }
}

/// A body in which lists whose order means nothing have one order.
fn normal(address: &Address, body: &Body) -> Value {
    let mut body = body.tree();
    let rules = kind_named(address.kind()).map(|kind| kind.rules.0).unwrap_or_default();
    for (path, _) in rules.iter().filter(|(_, rule)| *rule == Rule::Set) {
        if let Some(Value::Array(items)) = body.pointer_mut(&format!("/{}", path.replace('.', "/"))) {
            items.sort_by_cached_key(ToString::to_string);
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_a_set_is_no_change_and_that_of_a_text_is() {
        let address = Address::new("shop", "keyword", ["a"]);
        let body = |first, second| {
            normal(&address, &json!({"match": [first, second], "reply": {"text": first}}).into())
        };
        assert_eq!(body("a", "b")["match"], body("b", "a")["match"]);
        assert_ne!(body("a", "b")["reply"], body("b", "a")["reply"]);
    }
}
