//! What others changed since the last apply: what was applied, what is live and what is wanted, held against each
//! other. Pure.
//!
//! Only what the state remembers is looked at. A field that is no longer managed, or left alone by `ignore`, is
//! nobody's drift.

mod found;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use found::{Count, Drift, Drifted, Fate, Field, Verdict};

use super::replaced::{AsApplied, resumed, with_resumed};
use super::{FieldChange, Globs, Live, commit, rank};
use crate::desired::{DesiredAccount, Wanted};
use crate::diff::diff;
use crate::live::{By, Claim, LiveAccount};
use crate::model::{Address, Body, KindInfo, Rule, field_of, kind_named};
use crate::order::{map, sort_by_key};
use crate::state::{Record, State};

/// Looks at everything of one account that the patterns match; at all of it if there are none.
pub fn drift(desired: &DesiredAccount, live: &LiveAccount, state: &State, targets: &Globs) -> Drift {
    let mut found = Drift { unmanaged: live.others.len(), ..Drift::default() };
    // What was begun by us and came to be is nobody else's doing.
    let state = &with_resumed(state, &resumed(live, state));
    let as_applied = AsApplied::new(live, state);
    let meant = |address: &Address| targets.is_empty() || targets.matches(address.as_str());
    let places = places(live, state);
    for (address, record) in state.resources.iter().filter(|(address, _)| meant(address)) {
        let Some(kind) = kind_named(address.kind()) else { continue };
        if !desired.managed.contains_key(kind.name) {
            found.released.push(Live { address: address.clone(), id: record.id.clone() });
            continue;
        }
        let wanted = desired.resources.get(address);
        let body = wanted.and_then(|wanted| live.wanted_of(wanted));
        let (fate, fields) = match live.claims.get(address) {
            None => (Fate::Deleted, vec![]),
            Some(claim) => {
                let have = as_applied.body(kind, &claim.body).tree();
                let place = places.get(address).copied();
                let said = wanted.and_then(|wanted| wanted.body.as_ref()).map(Body::tree);
                let body = body.map(Body::tree);
                let one = One { kind, record, claim, have, wanted, said, body, place };
                (one.fate(), one.fields())
            }
        };
        if fate == Fate::Changed && fields.is_empty() {
            found.as_applied += 1;
            continue;
        }
        found.drifted.push(Drifted {
            address: address.clone(),
            id: record.id.clone(),
            fate,
            declared: body.is_some(),
            origin: wanted.map(|wanted| wanted.origin.clone()),
            fields,
        });
    }
    let changed = state.drafts.iter().filter_map(|(name, draft)| {
        let kind = kind_named(name)?;
        // What we wrote ourselves and did not come to publish tells nothing about others.
        (!draft.pending && desired.managed.contains_key(kind.name) && commit::moved(draft, live, kind))
            .then(|| Address::new(&desired.name, kind.name, []))
    });
    found.drafts.extend(changed.filter(meant));
    found
}

/// What of a change to a live object would overwrite what somebody else changed since the last apply: what was
/// applied, and what is live.
pub(super) fn overwritten(
    record: Option<&Record>,
    have: &Body,
    fields: &[FieldChange],
    kind: &KindInfo,
) -> Vec<FieldChange> {
    let Some(record) = record else { return vec![] };
    let mut since = since(&record.applied.tree(), &have.tree(), kind);
    let of = |change: &FieldChange| fields.iter().position(|field| field.path == change.path);
    since.retain(|change| of(change).is_some());
    sort_by_key(&mut since, of);
    since
}

/// What of it has changed since it was applied. Places are left out: they change with every sibling, and say nothing
/// about who did it.
fn since(applied: &Value, have: &Value, kind: &KindInfo) -> Vec<FieldChange> {
    diff(have, applied, kind.rules)
        .into_iter()
        .filter(|change| kind.rules.at(&change.path) != Some(Rule::Rank))
        .map(|FieldChange { path, before, after }| FieldChange { path, before: after, after: before })
        .collect()
}

/// One resource that was applied and is there.
struct One<'a> {
    kind: &'static KindInfo,
    record: &'a Record,
    claim: &'a Claim,
    /// The live body, in the words of the time when it was applied.
    have: Value,
    wanted: Option<&'a Wanted>,
    /// What is declared, and that as it can be had.
    said: Option<Value>,
    body: Option<Value>,
    /// Among the siblings that are left, where it stood and where it stands.
    place: Option<(u32, u32)>,
}

impl One<'_> {
    fn fate(&self) -> Fate {
        // Where something was begun, the new id is our own doing.
        if self.claim.by == By::NaturalKey && self.claim.id != self.record.id {
            Fate::Remade(self.claim.id.clone())
        } else {
            Fate::Changed
        }
    }

    fn fields(&self) -> Vec<Field> {
        let (have, applied, rules) = (&self.have, &self.applied(), self.kind.rules);
        let since =
            since(applied, have, self.kind).into_iter().filter(|change| self.is_managed(&change.path));
        let left: BTreeMap<String, Value> = match &self.body {
            Some(body) => map(diff(have, body, rules).into_iter().map(|change| (change.path, change.after))),
            None => BTreeMap::new(),
        };
        let ours: BTreeSet<String> = match &self.body {
            Some(body) => diff(applied, body, rules).into_iter().map(|change| change.path).collect(),
            None => BTreeSet::new(),
        };
        let judged = since.map(|change| {
            let (verdict, wanted) = match (&self.body, left.get(&change.path)) {
                // The configuration takes away the whole of it.
                (None, _) => (Verdict::Both, Value::Null),
                (Some(_), None) => (Verdict::Agreed, change.after.clone()),
                (Some(_), Some(wanted)) if ours.contains(&change.path) => (Verdict::Both, wanted.clone()),
                (Some(_), Some(wanted)) => (Verdict::Others, wanted.clone()),
            };
            Field { change, wanted, verdict }
        });
        judged.chain(self.moved()).collect()
    }

    /// What was applied, with what the configuration leaves to others (further members of a group) as it is live.
    fn applied(&self) -> Value {
        let mut applied = self.record.applied.tree();
        let (Some(Value::Object(said)), Some(body)) = (&self.said, &self.body) else { return applied };
        let worked_in: Vec<_> = said.iter().filter(|(name, _)| body[name.as_str()].is_null()).collect();
        for (name, value) in &worked_in {
            applied[name.as_str()] = (*value).clone();
        }
        if let Some(lay_over) = self.kind.lay_over {
            applied = lay_over(&Body::new(&applied), &self.claim.body).tree();
        }
        if let Some(applied) = applied.as_object_mut() {
            worked_in.iter().for_each(|(name, _)| drop(applied.shift_remove(name.as_str())));
        }
        applied
    }

    /// Somebody put it elsewhere among its siblings.
    fn moved(&self) -> Option<Field> {
        let path = self.kind.rules.path_of(Rule::Rank)?;
        let (stood, stands) = self.place.filter(|(stood, stands)| stood != stands)?;
        let wanted = self.body.as_ref().map(|body| body[path].clone()).unwrap_or_default();
        let verdict = match wanted.as_u64() {
            Some(wanted) if wanted == u64::from(stands) => Verdict::Agreed,
            Some(wanted) if wanted == u64::from(stood) => Verdict::Others,
            _ => Verdict::Both,
        };
        let change = FieldChange { path: path.to_owned(), before: stood.into(), after: stands.into() };
        Some(Field { change, wanted, verdict })
    }

    /// False for what the configuration leaves to others: it may not even have been read.
    fn is_managed(&self, path: &str) -> bool {
        let forms: &[&str] = match self.kind.rules.at("") {
            Some(Rule::OneOf(forms)) => forms,
            _ => &[],
        };
        let field = field_of(path);
        let same = |other: &str| other == field || forms.contains(&other) && forms.contains(&field);
        let ignored = self.wanted.is_some_and(|wanted| wanted.ignore.iter().any(|other| same(other)));
        let absent = self.body.as_ref().is_some_and(|body| body[field].is_null()) && !forms.contains(&field);
        !ignored && !absent && !self.is_left_open(path)
    }

    /// True for what is not declared, and only known since it was laid over what is live.
    fn is_left_open(&self, path: &str) -> bool {
        let (Some(said), body) = (&self.said, self.body.as_ref()) else { return false };
        let laid_over = |said: &Value, body: Option<&Value>, name: &str| {
            said.is_object() && said[name].is_null() && body.is_some_and(|body| !body[name].is_null())
        };
        let field = field_of(path);
        let item = path[field.len()..].strip_prefix('[').and_then(|rest| rest.split_once("]."));
        match item.and_then(|(nth, name)| Some((nth.parse::<usize>().ok()?, name))) {
            Some((nth, name)) => laid_over(&said[field][nth], body.map(|body| &body[field][nth]), name),
            None => path == field && laid_over(said, body, field),
        }
    }
}

/// Of each of ours that has a place among siblings and is still there: its place among those that are left, as it was
/// applied and as it is live. What others put between or took away moves nothing by itself.
fn places(live: &LiveAccount, state: &State) -> BTreeMap<Address, (u32, u32)> {
    type Sibling<'a> = (u32, u32, &'a Address);
    let mut rows: BTreeMap<(&str, Option<Address>), Vec<Sibling<'_>>> = BTreeMap::new();
    for (address, record) in &state.resources {
        let Some(field) = kind_named(address.kind()).and_then(|kind| kind.rules.path_of(Rule::Rank)) else {
            continue;
        };
        let place = |body: &Body| body.tree()[field].as_u64().and_then(|place| u32::try_from(place).ok());
        let stands = live.claims.get(address).and_then(|claim| place(&claim.body));
        if let (Some(stood), Some(stands)) = (place(&record.applied), stands) {
            rows.entry((address.kind(), address.parent())).or_default().push((stood, stands, address));
        }
    }
    let mut places = BTreeMap::new();
    for mut row in rows.into_values() {
        row.sort();
        let staying: Vec<_> = row.iter().map(|(_, stands, _)| Some(*stands)).collect();
        for (((_, _, address), stands), stood) in row.iter().zip(rank::compared(&staying, &[])).zip(1..) {
            places.extend(stands.map(|stands| ((*address).clone(), (stood, stands))));
        }
    }
    places
}

#[cfg(test)]
mod tests;
