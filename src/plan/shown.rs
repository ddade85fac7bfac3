//! What would still show something that goes: a rule whose reply is left alone, one that names the vendor's id, one of
//! a kind that is not managed any more. At most vendors nothing stops a deletion then, and followers get nothing.

use std::collections::HashMap;

use super::Plan;
use crate::desired::DesiredAccount;
use crate::live::LiveAccount;
use crate::model::kinds::Names;
use crate::model::{Action, Address, Body, KindInfo, RemoteId, Rule, kind_named};
use crate::problem::{Code, Problem};
use crate::state::State;
use crate::text;

/// Refuses what would leave something declared without what it shows, and warns of what is not managed.
pub(super) fn check(desired: &DesiredAccount, live: &LiveAccount, state: &State, plan: &mut Plan) {
    let going: HashMap<(&str, &RemoteId), &Address> = plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Delete || change.replace)
        .filter_map(|change| Some(((change.address.kind(), change.id.as_ref()?), &change.address)))
        .collect();
    if going.is_empty() {
        return;
    }
    let gone = |kind: &str, id: &RemoteId| going.get(&(kind, id)).map(|address| address.last().into_owned());
    let (mut refusals, mut warnings) = (vec![], vec![]);
    for wanted in desired.resources.values() {
        let Some(want) = live.wanted_of(wanted) else { continue };
        let have = live.claims.get(&wanted.address).map(|claim| &claim.body);
        for shown in shows(wanted.kind, &afterwards(have, want, wanted.kind), &desired.name, &gone) {
            let message = text!("it would go, and {address} would still show it", address = wanted.address);
            refusals.push(
                Problem::error(Code::StillShown, message).about(&shown).at(wanted.origin.clone()).help(
                    text!("let it show something else first; a reply by `material: KEY` follows by itself"),
                ),
            );
        }
    }
    for (address, record) in &state.resources {
        let released = kind_named(address.kind()).filter(|kind| !desired.managed.contains_key(kind.name));
        let Some(kind) = released else { continue };
        // What is not managed is not read: what was last applied is all that is known of it.
        let points = (kind.links)(&record.applied, &desired.name);
        for shown in points.iter().filter(|shown| going.values().any(|address| address == shown)) {
            let message = text!("it would go, and {address} most likely still shows it", address);
            warnings.push(Problem::warning(Code::StillShown, message).about(shown).help(text!(
                "nobody looks after that one, since its section is gone; look at it in the vendor's console"
            )));
        }
    }
    plan.refusals.append(&mut refusals);
    plan.warnings.append(&mut warnings);
}

/// A live body with what is wanted of it.
pub(super) fn afterwards(have: Option<&Body>, want: &Body, kind: &KindInfo) -> Body {
    let (mut body, want) = (have.cloned().unwrap_or_else(Body::empty).tree(), want.tree());
    let (Some(fields), Some(wanted)) = (body.as_object_mut(), want.as_object()) else {
        return Body::new(&want);
    };
    if let Some(Rule::OneOf(forms)) = kind.rules.at("")
        && forms.iter().any(|form| wanted.contains_key(*form))
    {
        fields.retain(|name, _| !forms.contains(&name.as_str()));
    }
    for (name, value) in wanted {
        fields.insert(name.clone(), value.clone());
    }
    Body::new(&body)
}

/// What of all that goes a body shows by the vendor's id. What it names by key follows by itself.
fn shows(kind: &KindInfo, body: &Body, account: &str, gone: &Names<'_>) -> Vec<Address> {
    let links = |names: &Names<'_>| {
        let mut named = body.clone();
        (kind.name_links)(&mut named, names);
        (kind.links)(&named, account)
    };
    let (others, all) = (links(&|_, _| None), links(gone));
    all.into_iter().filter(|address| !others.contains(address)).collect()
}
