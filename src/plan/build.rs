//! What is wanted and what is live make a plan. Pure.

use crate::words::Text;
use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::drift::overwritten;
use super::notes::{
    adoption, left_from, missed, outside, since_the_last_run, still_goes_out, too_early, too_late, uncertain,
};
use super::replaced::{AsApplied, Replaced, resumed, with_resumed};
use super::{Change, FieldChange, Learnt, Live, Plan, commit, order, rank, shown, tree};
use crate::desired::{DesiredAccount, Wanted};
use crate::diff::{differing, gained, lost};
use crate::live::{By, Claim, LiveAccount};
use crate::model::{Action, Address, Body, KindInfo, Rule, kinds};
use crate::problem::{Code, Problem, any_error};
use crate::state::{Record, State};
use crate::text;

/// So long after something was begun that can't be taken back nobody's list counts: it may be late.
const PATIENCE: TimeDelta = TimeDelta::minutes(2);

/// Plans one account.
pub fn account(desired: &DesiredAccount, mut live: LiveAccount, state: &State) -> Plan {
    let mut plan = Plan { resumed: resumed(&live, state), ..Plan::default() };
    let state = &with_resumed(state, &plan.resumed);
    let (refusals, warnings) =
        std::mem::take(&mut live.findings).into_iter().partition(|one| any_error(std::slice::from_ref(one)));
    plan.refusals = refusals;
    plan.warnings = warnings;
    let mut last = vec![];
    let mut replaced = Replaced::default();
    let as_applied = AsApplied::new(&live, state);
    for kind in kinds() {
        let Some(managed) = desired.managed.get(kind.name) else {
            plan.released.extend(remembered(state, kind));
            continue;
        };
        let mut planned = OneKind {
            desired,
            live: &live,
            state,
            kind,
            replaced: &replaced,
            as_applied: &as_applied,
            changes: vec![],
            plan: &mut plan,
        };
        let places = planned.places();
        planned.declared(&places);
        planned.no_longer_declared(managed.prune || (managed.section && kind.is_whole()));
        let changes = planned.changes;
        replaced.learn(&changes, &live);
        if kind.is_whole() {
            let changes = order::deletes_first(changes);
            plan.trees.extend(tree::tree(desired, kind, &changes, &live));
            let commit = commit::commit(desired, kind, &changes, &live, state);
            let known = state.drafts.get(kind.name).is_some_and(|draft| !draft.pending);
            if commit.is_none() && !known {
                let draft = live.drafts.get(kind.name).cloned();
                plan.drafts.extend(draft.map(|draft| (desired.name.clone(), kind.name, draft)));
            }
            plan.changes.extend(changes);
            plan.changes.extend(commit);
        } else {
            let (deletes, others): (Vec<_>, Vec<_>) =
                changes.into_iter().partition(|change| change.action == Action::Delete);
            plan.changes.extend(others);
            last.push(deletes);
        }
    }
    // What others point at goes after those that point at it.
    plan.changes.extend(last.into_iter().rev().flatten());
    order::users_first(&mut plan.changes);
    order::order(&mut plan.changes);
    plan.abandoned = abandoned(desired, &live, state);
    plan.warnings.extend(left_open(desired, &live, state));
    shown::check(desired, &live, state, &mut plan);
    plan
}

/// Runs that were begun, that nobody knows the end of, and that can't be begun again.
fn left_open(desired: &DesiredAccount, live: &LiveAccount, state: &State) -> Vec<Problem> {
    let is_over = |address: &Address| desired.resources.get(address).is_none_or(|wanted| wanted.lapsed);
    let open =
        |address: &&Address| live.settled.contains(address.kind()) && !live.claims.contains_key(*address);
    state.intents.keys().filter(open).filter(|address| is_over(address)).map(uncertain).collect()
}

/// What was begun, is not there, and is not declared any more.
fn abandoned(desired: &DesiredAccount, live: &LiveAccount, state: &State) -> Vec<Address> {
    let nobodys = |address: &&Address| {
        // What can't be taken back is not forgotten before somebody knows what came of it.
        !live.settled.contains(address.kind())
            && desired.managed.contains_key(address.kind())
            && !live.claims.contains_key(*address)
            && !desired.resources.contains_key(*address)
    };
    state.intents.keys().filter(nobodys).cloned().collect()
}

struct OneKind<'a> {
    desired: &'a DesiredAccount,
    live: &'a LiveAccount,
    state: &'a State,
    kind: &'static KindInfo,
    replaced: &'a Replaced,
    as_applied: &'a AsApplied<'a>,
    changes: Vec<Change>,
    plan: &'a mut Plan,
}

impl<'a> OneKind<'a> {
    fn wanted(&self) -> impl Iterator<Item = &Wanted> {
        self.desired.resources.values().filter(|wanted| wanted.kind == self.kind)
    }

    /// The place of each live sibling that is to be compared with the wanted one, by address.
    fn places(&self) -> BTreeMap<Address, u32> {
        let Some(field) = self.kind.rules.path_of(Rule::Rank) else { return BTreeMap::new() };
        let place = |body: &Body| body.tree()[field].as_u64().and_then(|place| u32::try_from(place).ok());
        let mut siblings: BTreeMap<Option<Address>, Vec<&Wanted>> = BTreeMap::new();
        for wanted in self.wanted() {
            siblings.entry(wanted.address.parent()).or_default().push(wanted);
        }
        let mut going: BTreeMap<Option<Address>, Vec<u32>> = BTreeMap::new();
        let owned = self.live.claims.iter().map(|(address, claim)| (address, Some(&claim.body)));
        let others = self.live.others.iter().map(|other| (&other.address, other.body.as_ref()));
        for (address, body) in owned.chain(others) {
            if address.kind() == self.kind.name && !self.desired.resources.contains_key(address) {
                going.entry(address.parent()).or_default().extend(body.and_then(place));
            }
        }
        let mut places = BTreeMap::new();
        for (parent, siblings) in siblings {
            let claim = |wanted: &&Wanted| self.live.claims.get(&wanted.address);
            let staying: Vec<_> =
                siblings.iter().map(|wanted| claim(wanted).and_then(|claim| place(&claim.body))).collect();
            let gone = going.get(&parent).map(Vec::as_slice).unwrap_or_default();
            for (wanted, place) in siblings.iter().zip(rank::compared(&staying, gone)) {
                places.extend(place.map(|place| (wanted.address.clone(), place)));
            }
        }
        places
    }

    fn declared(&mut self, places: &BTreeMap<Address, u32>) {
        let (desired, live, kind) = (self.desired, self.live, self.kind);
        for wanted in desired.resources.values().filter(|wanted| wanted.kind == kind) {
            let body = live.wanted_of(wanted);
            let claim =
                live.claims.get(&wanted.address).map(|claim| self.placed(claim, places.get(&wanted.address)));
            let record = self.state.resources.get(&wanted.address);
            let protect = wanted.protect.unwrap_or_else(|| record.is_some_and(|record| record.protect));
            match (body, claim) {
                (None, None) => {}
                (Some(_), None) if wanted.lapsed => {
                    let known = record.is_some() || self.state.intents.contains_key(&wanted.address);
                    self.plan.warnings.extend((!known).then(|| missed(wanted)));
                }
                (None, Some(claim)) => self.delete(&wanted.address, &claim, Some(wanted)),
                (Some(body), None) => self.create(wanted, body, record, protect),
                (Some(body), Some(claim)) => self.compare(wanted, body, &claim, record, protect),
            }
        }
    }

    fn placed(&self, claim: &'a Claim, place: Option<&u32>) -> Cow<'a, Claim> {
        let mut claim = Cow::Borrowed(claim);
        if let (Some(field), Some(place)) = (self.kind.rules.path_of(Rule::Rank), place) {
            let claim = claim.to_mut();
            claim.body = claim.body.with(field, *place);
        }
        claim
    }

    fn create(&mut self, wanted: &Wanted, body: &Body, record: Option<&Record>, protect: bool) {
        let begun = self.state.intents.get(&wanted.address).and_then(|intent| intent.begun);
        let is_settled = self.live.settled.contains(self.kind.name);
        let just_now = begun.filter(|begun| is_settled && self.desired.now - *begun < PATIENCE);
        if let Some(begun) = just_now {
            self.plan.warnings.push(too_early(wanted, begun));
            return;
        }
        let fields = body.tree();
        let missing: Vec<_> = self.kind.to_create.iter().filter(|field| fields[**field].is_null()).collect();
        if !missing.is_empty() {
            let fields: Vec<_> = missing.iter().map(|field| format!("`{field}`")).collect();
            self.plan.refusals.push(
                Problem::error(
                    Code::CannotCreate,
                    text!(
                        "to be created it needs {fields}",
                        fields = Text::joined(fields.into_iter().map(Text::verbatim), " and ")
                    ),
                )
                .about(&wanted.address)
                .at(wanted.origin.clone())
                .help(text!("it does not exist yet; what is left out is left alone only where it exists")),
            );
        }
        let mut notes = vec![];
        if record.is_some() {
            notes.push(text!("it was deleted outside mpform since the last apply"));
        }
        notes.extend(since_the_last_run(&wanted.address, &fields, self.state));
        self.changes.push(Change {
            address: wanted.address.clone(),
            action: Action::Create,
            replace: false,
            id: None,
            fields: gained(&fields, self.kind.rules),
            requires: wanted.links.clone(),
            after: vec![],
            notes,
            drift: vec![],
            origin: Some(wanted.origin.clone()),
            have: None,
            want: Some(body.clone()),
            protect,
            held: false,
            replaced_by: None,
        });
    }

    fn compare(
        &mut self,
        wanted: &Wanted,
        body: &Body,
        claim: &Claim,
        record: Option<&Record>,
        protect: bool,
    ) {
        let address = &wanted.address;
        if claim.by != By::State {
            self.plan.adopted.push(Live { address: address.clone(), id: claim.id.clone() });
        }
        let fields = differing(&self.replaced.seen(self.kind, &claim.body), body, self.kind.rules);
        let settled = self.live.settled.contains(self.kind.name);
        if settled && let Some(record) = record {
            let edited = differing(&record.applied, body, self.kind.rules);
            if !edited.is_empty() {
                self.plan.warnings.extend(too_late(wanted, &record.applied.tree(), &edited));
            }
        }
        if fields.is_empty() || settled {
            self.plan.unchanged.push(address.clone());
            let stands = if settled { &claim.body } else { body };
            let known = record.is_some_and(|record| record.says(&claim.id, stands, protect));
            if !known || self.state.intents.contains_key(address) {
                let (id, body) = (claim.id.clone(), stands.clone());
                self.plan.learnt.push(Learnt { address: address.clone(), id, body, protect });
            }
            return;
        }
        let drift = self.overwritten(record, claim, &fields);
        let replace = fields.iter().any(|change| self.kind.rules.replaces(&change.path));
        self.changes.push(Change {
            address: address.clone(),
            action: Action::Update,
            replace,
            id: Some(claim.id.clone()),
            notes: adoption(claim).into_iter().chain(outside(&drift)).collect(),
            drift,
            fields,
            requires: wanted.links.clone(),
            after: vec![],
            origin: Some(wanted.origin.clone()),
            have: Some(claim.body.clone()),
            want: Some(body.clone()),
            protect,
            held: record.is_some_and(|record| record.protect),
            replaced_by: None,
        });
    }

    fn overwritten(
        &self,
        record: Option<&Record>,
        claim: &Claim,
        fields: &[FieldChange],
    ) -> Vec<FieldChange> {
        let have = self.as_applied.body(self.kind, &claim.body);
        overwritten(record, &have, fields, self.kind)
    }

    fn delete(&mut self, address: &Address, claim: &Claim, wanted: Option<&Wanted>) {
        if claim.built_in {
            self.plan.released.push(Live { address: address.clone(), id: claim.id.clone() });
            return;
        }
        let record = self.state.resources.get(address);
        let fields = lost(&claim.body.tree(), self.kind.rules);
        let drift = self.overwritten(record, claim, &fields);
        let replaced_by = record.filter(|_| wanted.is_none()).and_then(|record| record.replaced_by.clone());
        let protect = wanted
            .and_then(|wanted| wanted.protect)
            .unwrap_or_else(|| record.is_some_and(|record| record.protect));
        self.changes.push(Change {
            address: address.clone(),
            action: Action::Delete,
            replace: false,
            id: Some(claim.id.clone()),
            notes: replaced_by.as_ref().map(left_from).into_iter().chain(outside(&drift)).collect(),
            drift,
            fields,
            requires: vec![],
            after: vec![],
            origin: wanted.map(|wanted| wanted.origin.clone()),
            have: Some(claim.body.clone()),
            want: None,
            protect,
            held: record.is_some_and(|record| record.protect),
            replaced_by,
        });
    }

    fn no_longer_declared(&mut self, others_go: bool) {
        let live = self.live;
        let settled = live.settled.contains(self.kind.name);
        for (address, claim) in &live.claims {
            let ours = address.kind() == self.kind.name && !self.desired.resources.contains_key(address);
            if ours && settled {
                // A list shows no more than that it is there.
                let made = self.state.resources.get(address).map_or(&claim.body, |record| &record.applied);
                self.plan.warnings.extend(still_goes_out(self.desired, address, &made.tree()));
            } else if ours {
                self.delete(address, claim, None);
            }
        }
        for address in live.gone.iter().filter(|address| address.kind() == self.kind.name) {
            if !self.desired.resources.contains_key(address)
                && let Some(record) = self.state.resources.get(address)
            {
                self.plan.forgotten.push(Live { address: address.clone(), id: record.id.clone() });
            }
        }
        for other in live.others.iter().filter(|other| other.address.kind() == self.kind.name) {
            if others_go {
                let body = other.body.clone().unwrap_or_default();
                let claim = Claim { id: other.id.clone(), body, by: By::NaturalKey, built_in: false };
                self.delete(&other.address, &claim, None);
            } else {
                self.plan.unmanaged.push(Live { address: other.address.clone(), id: other.id.clone() });
            }
        }
    }
}

fn remembered<'a>(state: &'a State, kind: &'a KindInfo) -> impl Iterator<Item = Live> + 'a {
    // What is protected stays remembered: leaving it out of the configuration does not lift that.
    // Nor are runs forgotten that are made: made once more they would go out twice.
    let ours = state.resources.iter().filter(|(address, record)| {
        address.kind() == kind.name && !record.protect && address.of_run().is_none()
    });
    ours.map(|(address, record)| Live { address: address.clone(), id: record.id.clone() })
}
