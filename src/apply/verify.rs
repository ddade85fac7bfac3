//! Reading back what was written: a vendor's word for success proves nothing, not even that the object exists.

use crate::order::map;
use crate::words::Text;
use std::collections::{BTreeSet, HashSet};

use indexmap::IndexMap;

use super::View;
use super::shared::Shared;
use crate::desired::{DesiredAccount, Managed};
use crate::live::{self, LiveAccount, Scope};
use crate::model::{Action, Address, KindInfo, RemoteId, Rule, kind_named, kinds};
use crate::plan::{self, Change, is_commit};
use crate::problem::{Code, Problem};
use crate::providers::Provider;
use crate::state::{Draft, Entry, State};
use crate::text;

/// Reads back what was done in one account. Nothing is read of what was not touched, except that a kind that is a
/// whole is looked at as a whole.
pub(super) async fn account(
    desired: &DesiredAccount,
    provider: &Provider,
    reads: &View<'_>,
    changes: &[Change],
    done: &HashSet<&Address>,
    shared: &Shared,
) -> Vec<Problem> {
    let touched: Vec<_> = changes.iter().filter(|change| done.contains(&change.address)).collect();
    if touched.is_empty() {
        return vec![];
    }
    let part = Part { desired, touched: &touched };
    let (narrowed, mut state) = (part.desired(), part.state(shared.state().state()));
    let scope = Scope { probe: false, trust_ids: true, others: &[] };
    let live = match live::read(&narrowed, provider, reads().as_ref(), &state, scope).await {
        Ok(live) => live,
        Err(problems) => {
            let unread = |problem: Problem| Problem {
                code: Code::NotVerified,
                message: text!("written, but could not be read back: {message}", message = problem.message),
                ..problem
            };
            return problems.into_iter().map(unread).collect();
        }
    };
    for change in touched.iter().filter(|change| is_commit(&change.address)) {
        let kind = change.address.kind();
        let draft = Draft { pending: false, committed: live.drafts.get(kind).cloned() };
        state.drafts.insert(kind.to_owned(), draft.clone());
        shared.state().record(Entry::Draft { kind: kind.to_owned(), draft });
    }
    let mut problems = undeleted(&touched, &live, shared.state().state());
    let left = plan::account(&narrowed, live, &state);
    // What is left of a whole that was done in part is no news of that part.
    let in_part = |change: &Change| change.requires.iter().any(|needed| !done.contains(needed));
    for learnt in left.learnt.iter().filter(|learnt| done.contains(&learnt.address)) {
        // Where the vendor keeps it is known only now.
        let mut state = shared.state();
        let record =
            state.state().learnt(&learnt.address, learnt.id.clone(), learnt.body.clone(), learnt.protect);
        if state
            .state()
            .resources
            .get(&learnt.address)
            .is_some_and(|known| known.id == record.id && *known != record)
        {
            state.record(Entry::Keep { address: learnt.address.clone(), record });
        }
    }
    let left = left.changes.iter().filter(|change| done.contains(&change.address));
    let left = left.filter(|change| !(is_commit(&change.address) && in_part(change)));
    problems.extend(left.filter_map(|change| {
        if change.action == Action::Create {
            return Some(not_verified(
                &change.address,
                text!("the vendor accepted the write, and a read does not show it"),
            ));
        }
        let fields = left_over(change, &touched);
        (!fields.is_empty()).then(|| {
            let fields = fields.join(", ");
            let message = text!(
                "the vendor accepted the write, and a read still shows a difference in {fields}",
                fields
            );
            not_verified(&change.address, message)
        })
    }));
    problems
}

/// The fields that differ. Places among siblings are set right by the commit: where that was not reached they say
/// nothing yet.
fn left_over<'a>(change: &'a Change, touched: &[&Change]) -> Vec<&'a str> {
    let kind = change.address.kind();
    let committed = touched.iter().any(|one| one.address.kind() == kind && is_commit(&one.address));
    let place = kind_named(kind).and_then(|kind| kind.rules.path_of(Rule::Rank)).filter(|_| !committed);
    let paths = change.fields.iter().map(|field| field.path.as_str());
    paths.filter(|path| Some(*path) != place).collect()
}

/// What was deleted, or made room for another, and is listed all the same. What is still remembered nobody deleted.
fn undeleted(touched: &[&Change], live: &LiveAccount, state: &State) -> Vec<Problem> {
    let mut there: HashSet<&RemoteId> = live.others.iter().map(|other| &other.id).collect();
    state.resources.values().for_each(|record| {
        there.remove(&record.id);
    });
    let still = |change: &Change| change.id.clone().filter(|id| there.contains(id));
    let gone = |change: &Change| match change.action {
        Action::Delete => Some(change.address.clone()),
        _ if change.replace => Some(change.address.beside(&still(change)?)),
        _ => None,
    };
    touched
        .iter()
        .filter(|change| still(change).is_some())
        .filter_map(|change| {
            let message = text!("the vendor accepted the write, and a read still shows it");
            Some(not_verified(&gone(change)?, message))
        })
        .collect()
}

fn not_verified(address: &Address, message: Text) -> Problem {
    Problem::error(Code::NotVerified, message)
        .about(address)
        .help(text!("somebody else may be changing it now; run `mpform plan` to see what is left"))
}

/// The part of an account that was touched.
struct Part<'a> {
    desired: &'a DesiredAccount,
    touched: &'a [&'a Change],
}

impl Part<'_> {
    fn kinds(&self) -> impl Iterator<Item = &'static KindInfo> {
        let names: HashSet<_> = self.touched.iter().map(|change| change.address.kind()).collect();
        kinds().iter().filter(move |kind| names.contains(kind.name))
    }

    /// What was touched, what that points at, and all of what is a whole.
    fn looked_at(&self) -> impl Fn(&Address) -> bool {
        let mut touched: HashSet<_> = self.touched.iter().map(|change| &change.address).collect();
        let whole: HashSet<_> = self.kinds().filter(|kind| kind.is_whole()).map(|kind| kind.name).collect();
        for wanted in self.desired.resources.values() {
            if touched.contains(&wanted.address) || whole.contains(wanted.kind.name) {
                touched.extend(&wanted.links);
            }
        }
        move |address| touched.contains(address) || whole.contains(address.kind())
    }

    fn desired(&self) -> DesiredAccount {
        let looked_at = self.looked_at();
        let part = self
            .desired
            .resources
            .iter()
            .filter(|(address, _)| looked_at(address))
            .map(|(address, wanted)| (address.clone(), wanted.clone()));
        let part: IndexMap<_, _> = part.collect();
        let linked = part.values().map(|wanted| wanted.kind.name);
        let kinds: BTreeSet<_> = self.kinds().map(|kind| kind.name).chain(linked).collect();
        let managed = map(kinds.into_iter().map(|kind| (kind, Managed { section: true, prune: false })));
        DesiredAccount {
            resources: part,
            zone: self.desired.zone,
            later: self.desired.later.clone(),
            now: self.desired.now,
            ..DesiredAccount::of_kinds(&self.desired.name, managed)
        }
    }

    fn state(&self, state: &State) -> State {
        let looked_at = self.looked_at();
        let mut part = State { drafts: state.drafts.clone(), ..State::default() };
        part.resources = state
            .resources
            .iter()
            .filter(|(address, _)| looked_at(address))
            .map(|(address, record)| (address.clone(), record.clone()))
            .collect();
        part
    }
}
