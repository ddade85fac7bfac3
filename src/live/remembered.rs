//! What would be live if nobody had changed anything since the last apply: an account as the state remembers it, for a
//! plan that asks nobody.

use serde_json::Value;

use super::fetch::leave_ignored;
use super::{By, Claim, LiveAccount};
use crate::desired::{DesiredAccount, Wanted};
use crate::model::sop::SentBy;
use crate::model::{Address, Body, KindInfo, Shape, kinds};
use crate::providers::Provider;
use crate::state::State;

/// What is live by what was last applied. Objects of nobody are not remembered, nor is how many there are.
pub fn remembered(desired: &DesiredAccount, provider: &Provider, state: &State) -> LiveAccount {
    let mut live = LiveAccount::default();
    let by_vendor = provider.plans.as_ref().is_some_and(|plans| plans.sent_by == SentBy::Vendor);
    let ids = |kind: &'static str, key: &str| {
        state.resources.get(&Address::new(&desired.name, kind, [key])).map(|record| record.id.clone())
    };
    for kind in kinds().iter().filter(|kind| desired.managed.contains_key(kind.name)) {
        let settled = by_vendor && kind.shape == Shape::Plans;
        live.settled.extend(settled.then_some(kind.name));
        let committed = state.drafts.get(kind.name).and_then(|draft| draft.committed.clone());
        live.drafts.extend(committed.map(|draft| (kind.name, draft)));
        let owned = state.resources.iter().filter(|(address, _)| address.kind() == kind.name);
        live.claims.extend(owned.map(|(address, record)| -> (Address, Claim) {
            let (id, mut body) = (record.id.clone(), record.applied.clone());
            (kind.id_links)(&mut body, &ids);
            (address.clone(), Claim { id, body, by: By::State, built_in: false })
        }));
        for wanted in desired.resources.values().filter(|wanted| wanted.kind == kind) {
            let body = laid_over(wanted, kind, settled, live.claims.get(&wanted.address));
            live.wanted.extend(body.map(|body| (wanted.address.clone(), body)));
        }
    }
    live
}

fn laid_over(wanted: &Wanted, kind: &KindInfo, settled: bool, claim: Option<&Claim>) -> Option<Body> {
    let claim = claim?;
    let mut body = wanted.body.clone()?;
    leave_ignored(&mut body, Some(claim), wanted, kind);
    if settled {
        // What the vendor was asked for when it was made: whom it came to, and what its days rest on.
        let (mut tree, live) = (body.tree(), claim.body.tree());
        for at in ["/audience/groups", "/rests_on"] {
            let (Some(was), Some((above, field))) = (live.pointer(at), at.rsplit_once('/')) else {
                continue;
            };
            if let Some(above) = tree.pointer_mut(above).and_then(Value::as_object_mut) {
                above.insert(field.to_owned(), was.clone());
            }
        }
        body = Body::new(&tree);
    }
    Some(match kind.lay_over {
        Some(lay_over) => lay_over(&body, &claim.body),
        None => body,
    })
}
