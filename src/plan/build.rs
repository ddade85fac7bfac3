//! What is wanted and what is live make a plan. Pure.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::{Change, FieldChange, Learnt, Live, Plan, rank};
use crate::desired::{DesiredAccount, Wanted};
use crate::diff::{diff, gained, lost};
use crate::live::{By, Claim, LiveAccount};
use crate::model::{Action, Address, KindInfo, Rule, kind_named, kinds};
use crate::problem::{Code, Problem, any_error};
use crate::state::{Record, State};

/// Plans one account.
pub fn account(desired: &DesiredAccount, mut live: LiveAccount, state: &State) -> Plan {
    let mut plan = Plan::default();
    let (refusals, warnings) =
        std::mem::take(&mut live.findings).into_iter().partition(|one| any_error(std::slice::from_ref(one)));
    plan.refusals = refusals;
    plan.warnings = warnings;
    let mut last = vec![];
    for kind in kinds() {
        let Some(managed) = desired.managed.get(kind.name) else {
            plan.released.extend(remembered(state, kind));
            continue;
        };
        let mut planned = OneKind { desired, live: &live, state, kind, changes: vec![], plan: &mut plan };
        let places = planned.places();
        planned.declared(&places);
        planned.no_longer_declared(managed.prune || (managed.section && kind.is_whole()));
        let changes = planned.changes;
        if kind.is_whole() {
            let changes = deletes_first(changes);
            plan.trees.extend(tree(desired, kind, &changes, &live));
            let commit = commit(desired, kind, &changes, &live, state);
            if commit.is_none() && !state.drafts.contains_key(kind.name) {
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
    order(&mut plan.changes);
    plan.abandoned = abandoned(desired, &live, state);
    plan
}

/// What was begun, is not there, and is not declared any more.
fn abandoned(desired: &DesiredAccount, live: &LiveAccount, state: &State) -> Vec<Address> {
    let nobodys = |address: &&Address| {
        desired.managed.contains_key(address.kind())
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
    changes: Vec<Change>,
    plan: &'a mut Plan,
}

impl OneKind<'_> {
    fn wanted(&self) -> impl Iterator<Item = &Wanted> {
        self.desired.resources.values().filter(|wanted| wanted.kind == self.kind)
    }

    /// The place of each live sibling that is to be compared with the wanted one, by address.
    fn places(&self) -> BTreeMap<Address, u32> {
        let Some(field) = self.kind.rules.path_of(Rule::Rank) else { return BTreeMap::new() };
        let place = |body: &Value| body[field].as_u64().and_then(|place| u32::try_from(place).ok());
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
            let body = live.wanted.get(&wanted.address).unwrap_or(&wanted.body);
            let claim =
                live.claims.get(&wanted.address).map(|claim| self.placed(claim, places.get(&wanted.address)));
            let record = self.state.resources.get(&wanted.address);
            let protect = wanted.protect.unwrap_or_else(|| record.is_some_and(|record| record.protect));
            match (body, claim) {
                (None, None) => {}
                (None, Some(claim)) => self.delete(&wanted.address, &claim, Some(wanted)),
                (Some(body), None) => self.create(wanted, body, record, protect),
                (Some(body), Some(claim)) => self.compare(wanted, body, &claim, record, protect),
            }
        }
    }

    fn placed(&self, claim: &Claim, place: Option<&u32>) -> Claim {
        let mut claim = claim.clone();
        if let (Some(field), Some(place)) = (self.kind.rules.path_of(Rule::Rank), place) {
            claim.body[field] = (*place).into();
        }
        claim
    }

    fn create(&mut self, wanted: &Wanted, body: &Value, record: Option<&Record>, protect: bool) {
        let missing: Vec<_> = self.kind.to_create.iter().filter(|field| body[**field].is_null()).collect();
        if !missing.is_empty() {
            let fields: Vec<_> = missing.iter().map(|field| format!("`{field}`")).collect();
            self.plan.refusals.push(
                Problem::error(
                    Code::CannotCreate,
                    format!("to be created it needs {}", fields.join(" and ")),
                )
                .about(&wanted.address)
                .at(wanted.origin.clone())
                .help("it does not exist yet; what is left out is left alone only where it exists"),
            );
        }
        let mut notes = vec![];
        if record.is_some() {
            notes.push("it was deleted outside mpform since the last apply".to_owned());
        }
        self.changes.push(Change {
            address: wanted.address.clone(),
            action: Action::Create,
            replace: false,
            id: None,
            fields: gained(body, self.kind.rules),
            requires: wanted.links.clone(),
            notes,
            origin: Some(wanted.origin.clone()),
            have: None,
            want: Some(body.clone()),
            protect,
        });
    }

    fn compare(
        &mut self,
        wanted: &Wanted,
        body: &Value,
        claim: &Claim,
        record: Option<&Record>,
        protect: bool,
    ) {
        let address = &wanted.address;
        if claim.by != By::State {
            self.plan.adopted.push(Live { address: address.clone(), id: claim.id.clone() });
        }
        let fields = diff(&claim.body, body, self.kind.rules);
        if fields.is_empty() {
            self.plan.unchanged.push(address.clone());
            self.plan.learnt.push(Learnt {
                address: address.clone(),
                id: claim.id.clone(),
                body: body.clone(),
                protect,
            });
            return;
        }
        let replace = fields.iter().any(|change| self.kind.rules.at(&change.path) == Some(Rule::Immutable));
        self.changes.push(Change {
            address: address.clone(),
            action: Action::Update,
            replace,
            id: Some(claim.id.clone()),
            notes: adoption(claim)
                .into_iter()
                .chain(drift(record, &claim.body, &fields, self.kind))
                .collect(),
            fields,
            requires: wanted.links.clone(),
            origin: Some(wanted.origin.clone()),
            have: Some(claim.body.clone()),
            want: Some(body.clone()),
            protect,
        });
    }

    fn delete(&mut self, address: &Address, claim: &Claim, wanted: Option<&Wanted>) {
        if claim.built_in {
            self.plan.released.push(Live { address: address.clone(), id: claim.id.clone() });
            return;
        }
        let record = self.state.resources.get(address);
        let fields = lost(&claim.body, self.kind.rules);
        let protect = wanted
            .and_then(|wanted| wanted.protect)
            .unwrap_or_else(|| record.is_some_and(|record| record.protect));
        self.changes.push(Change {
            address: address.clone(),
            action: Action::Delete,
            replace: false,
            id: Some(claim.id.clone()),
            notes: drift(record, &claim.body, &fields, self.kind),
            fields,
            requires: vec![],
            origin: wanted.map(|wanted| wanted.origin.clone()),
            have: Some(claim.body.clone()),
            want: None,
            protect,
        });
    }

    fn no_longer_declared(&mut self, others_go: bool) {
        let live = self.live;
        for (address, claim) in &live.claims {
            if address.kind() == self.kind.name && !self.desired.resources.contains_key(address) {
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

/// A live object that nobody has managed before is about to be changed.
fn adoption(claim: &Claim) -> Option<String> {
    (claim.by == By::NaturalKey).then(|| "adopted: it is there already, and was found by its name".to_owned())
}

/// What of a change is news to us: somebody else changed it since the last apply.
fn drift(record: Option<&Record>, have: &Value, fields: &[FieldChange], kind: &KindInfo) -> Vec<String> {
    let Some(record) = record else { return vec![] };
    let place = kind.rules.path_of(Rule::Rank);
    let moved: BTreeSet<_> =
        diff(have, &record.applied, kind.rules).into_iter().map(|change| change.path).collect();
    let both: Vec<_> = fields
        .iter()
        .map(|change| change.path.as_str())
        // Places change with every sibling; they say nothing about who did it.
        .filter(|path| moved.contains(*path) && Some(*path) != place)
        .collect();
    if both.is_empty() {
        vec![]
    } else {
        vec![format!("changed outside mpform since the last apply: {}", both.join(", "))]
    }
}

fn remembered<'a>(state: &'a State, kind: &'a KindInfo) -> impl Iterator<Item = Live> + 'a {
    let ours = state.resources.iter().filter(|(address, _)| address.kind() == kind.name);
    ours.map(|(address, record)| Live { address: address.clone(), id: record.id.clone() })
}

/// Deletes renumber the siblings that stay, so they come first, the lower ones before those above them.
fn deletes_first(changes: Vec<Change>) -> Vec<Change> {
    let (mut deletes, others): (Vec<_>, Vec<_>) =
        changes.into_iter().partition(|change| change.action == Action::Delete);
    deletes.sort_by_key(|change| std::cmp::Reverse(change.address.key().count()));
    let below = |top: &Address| -> Vec<Address> {
        let lower = deletes.iter().filter(|change| change.address.parent().as_ref() == Some(top));
        lower.map(|change| change.address.clone()).collect()
    };
    let needs: Vec<_> = deletes.iter().map(|change| below(&change.address)).collect();
    for (change, needs) in deletes.iter_mut().zip(needs) {
        change.requires.extend(needs);
    }
    let siblings: Vec<_> =
        deletes.iter().map(|change| (change.address.parent(), change.address.clone())).collect();
    let mut ordered = deletes;
    for mut change in others {
        let parent = change.address.parent();
        let gone =
            siblings.iter().filter(|(above, _)| *above == parent || Some(&change.address) == above.as_ref());
        change.requires.extend(gone.map(|(_, address)| address.clone()));
        ordered.push(change);
    }
    ordered
}

/// Everything of a tree top to bottom as it will stand, with what goes where it stood.
fn tree(
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

/// A kind whose changes are drafts needs a commit if something changes, if an earlier change was never committed, or
/// if somebody else changed the draft since our last commit.
fn commit(
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
        have: None,
        want: None,
        protect: false,
    })
}

/// A change needs what it names only where that changes too; and what is needed comes first.
fn order(changes: &mut Vec<Change>) {
    // An update of what something points at may as well come later; only making it must come first.
    let made: HashSet<_> = changes
        .iter()
        .filter(|change| change.action != Action::Update || change.replace)
        .map(|change| change.address.clone())
        .collect();
    for change in changes.iter_mut() {
        let is_commit = change.want.is_none() && change.action == Action::Update;
        let address = change.address.clone();
        change.requires.retain(|needed| *needed != address && (is_commit || made.contains(needed)));
        let mut seen = HashSet::new();
        change.requires.retain(|needed| seen.insert(needed.clone()));
    }
    let mut waiting = std::mem::take(changes);
    let all: HashSet<_> = waiting.iter().map(|change| change.address.clone()).collect();
    let mut done = HashSet::new();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut later = vec![];
        for change in waiting {
            if change.requires.iter().all(|needed| done.contains(needed) || !all.contains(needed)) {
                done.insert(change.address.clone());
                changes.push(change);
            } else {
                later.push(change);
            }
        }
        if later.len() == before {
            // A circle can't arise from links as they are; were it to, the order of the kinds is as good as any.
            changes.extend(later);
            break;
        }
        waiting = later;
    }
}

/// True if an address is the commit of its kind.
pub(crate) fn is_commit(address: &Address) -> bool {
    address.key().next().is_none() && kind_named(address.kind()).is_some_and(|kind| kind.commit.is_some())
}
