//! When drafts are made public.

use serde_json::Value;

use super::{Change, FieldChange};
use crate::desired::DesiredAccount;
use crate::live::LiveAccount;
use crate::model::{Action, Address, KindInfo, kind_named};
use crate::state::State;

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
    let live_draft = live.drafts.get(kind.name);
    let moved = draft.committed.is_some() && draft.committed.as_ref() != live_draft;
    if changes.is_empty() && !draft.pending && !moved {
        return None;
    }
    let mut notes = vec![];
    if changes.is_empty() && draft.pending {
        notes.push("an earlier apply changed it and did not come to this".to_owned());
    } else if changes.is_empty() {
        notes.push("it was changed outside mpform since the last apply, perhaps without this".to_owned());
    }
    let origin =
        desired.resources.values().find(|wanted| wanted.kind == kind).map(|wanted| wanted.origin.clone());
    Some(Change {
        address: Address::new(&desired.name, kind.name, []),
        action: Action::Update,
        replace: false,
        id: None,
        fields: vec![FieldChange { path: field.to_owned(), before: Value::Null, after: Value::Null }],
        requires: changes.iter().map(|change| change.address.clone()).collect(),
        notes,
        origin,
        // What would be made public: a saved plan knows by it whether that moved.
        have: live_draft.cloned().map(Value::from),
        want: None,
        protect: false,
    })
}

/// True if an address is the commit of its kind.
pub(crate) fn is_commit(address: &Address) -> bool {
    address.key().next().is_none() && kind_named(address.kind()).is_some_and(|kind| kind.commit.is_some())
}
