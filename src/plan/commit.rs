//! When drafts are made public.

use serde_json::Value;

use super::{Change, FieldChange};
use crate::desired::DesiredAccount;
use crate::live::LiveAccount;
use crate::model::{Action, Address, Body, KindInfo, kind_named};
use crate::state::{Draft, State};
use crate::text;

/// A kind whose changes are drafts needs a commit if something changes, if an earlier change was never committed, or
/// if somebody else changed the draft since our last commit.
pub(super) fn commit(
    desired: &DesiredAccount,
    kind: &'static KindInfo,
    changes: &[Change],
    live: &LiveAccount,
    state: &State,
) -> Option<Change> {
    let field = kind.commit?;
    let draft = state.drafts.get(kind.name).cloned().unwrap_or_default();
    let moved = moved(&draft, live, kind);
    // Something may have been begun since the last commit and never have come to be.
    let pending = draft.pending && (draft.committed.is_none() || moved);
    if changes.is_empty() && !pending && !moved {
        return None;
    }
    let mut notes = vec![];
    if changes.is_empty() && pending {
        notes.push(text!("an earlier apply changed it and did not come to this"));
    } else if changes.is_empty() {
        notes.push(text!("it was changed outside mpform since the last apply, perhaps without this"));
    }
    let origin =
        desired.resources.values().find(|wanted| wanted.kind == kind).map(|wanted| wanted.origin.clone());
    let order: Vec<_> = desired.resources.keys().filter(|address| address.kind() == kind.name).collect();
    Some(Change {
        address: Address::new(&desired.name, kind.name, []),
        action: Action::Update,
        replace: false,
        id: None,
        fields: vec![FieldChange { path: field.to_owned(), before: Value::Null, after: Value::Null }],
        requires: changes.iter().map(|change| change.address.clone()).collect(),
        after: vec![],
        notes,
        drift: vec![],
        origin,
        // What would be made public: a saved plan knows by it whether that moved.
        have: live.drafts.get(kind.name).cloned().map(|draft| Value::from(draft).into()),
        // What may be put into the wanted order on the way.
        want: Body::of(&order).ok(),
        protect: false,
        held: false,
        replaced_by: None,
    })
}

/// True if the draft is not what we last committed.
pub(super) fn moved(draft: &Draft, live: &LiveAccount, kind: &KindInfo) -> bool {
    draft.committed.is_some() && draft.committed.as_ref() != live.drafts.get(kind.name)
}

/// True if an address is the commit of its kind.
pub(crate) fn is_commit(address: &Address) -> bool {
    address.key().next().is_none() && kind_named(address.kind()).is_some_and(|kind| kind.commit.is_some())
}
