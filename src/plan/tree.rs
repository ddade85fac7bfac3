//! What is a whole, as it stands on the page: a tree.

use super::Change;
use crate::desired::DesiredAccount;
use crate::live::LiveAccount;
use crate::model::{Action, Address, KindInfo};

/// Everything of a tree top to bottom as it will stand, with what goes where it stood.
pub(super) fn tree(
    desired: &DesiredAccount,
    kind: &'static KindInfo,
    changes: &[Change],
    live: &LiveAccount,
) -> Option<Vec<Address>> {
    if changes.is_empty() {
        return None;
    }
    let going: Vec<_> = changes
        .iter()
        .filter(|change| change.action == Action::Delete)
        .map(|change| &change.address)
        .collect();
    let live_order = |address: &Address| live.claims.get_index_of(address).unwrap_or(usize::MAX);
    let mut tops: Vec<Vec<Address>> = vec![];
    let staying =
        desired.resources.values().filter(|wanted| wanted.kind == kind).map(|wanted| &wanted.address);
    let mut going_sorted = going.clone();
    going_sorted.sort_by_key(|address| (address.key().count(), live_order(address)));
    for address in staying.chain(going_sorted) {
        match address.parent() {
            None => tops.push(vec![address.clone()]),
            Some(parent) => match tops.iter_mut().find(|top| top[0] == parent) {
                Some(top) => top.push(address.clone()),
                None => tops.push(vec![address.clone()]),
            },
        }
    }
    Some(tops.concat())
}
