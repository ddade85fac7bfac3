//! Narrowing a plan to some addresses.

use std::collections::HashSet;

use super::{Change, Plan, is_commit, users};
use crate::globs::Glob;
use crate::model::{Address, Body, kind_named};
use crate::problem::Problem;
use crate::text;
use crate::words::Text;

/// Patterns of addresses: `*` stands for one part of an address or some of it, `**` for any number of parts.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    any_of: Vec<Glob>,
}

impl Globs {
    /// Compiles patterns.
    ///
    /// # Errors
    /// The first pattern that means nothing, and why.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, Text> {
        let one = |pattern| {
            Glob::new(pattern)
                .map_err(|why| text!("`{pattern}` is not a pattern of addresses: {why}", pattern, why))
        };
        Ok(Self { any_of: patterns.into_iter().map(one).collect::<Result<_, _>>()? })
    }

    /// True if one of the patterns matches.
    pub fn matches(&self, text: &str) -> bool {
        self.any_of.iter().any(|glob| glob.is_match(text))
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.any_of.is_empty()
    }
}

/// Leaves in a plan what the patterns match, what that needs, and the commits of the kinds that then change.
pub fn narrow(plan: &mut Plan, targets: &Globs) {
    if targets.is_empty() {
        return;
    }
    // Who names a plan means its runs.
    let matches = |address: &Address| {
        targets.matches(address.as_str())
            || address.of_run().is_some_and(|plan| targets.matches(plan.as_str()))
    };
    // Who names a kind as a whole means all of it.
    let wholes = plan.changes.iter().filter(|change| is_commit(&change.address));
    let wholes: Vec<_> = wholes.filter(|change| matches(&change.address)).collect();
    let whole = wholes.iter().flat_map(|change| change.requires.iter().cloned());
    let mut kept: HashSet<Address> = plan
        .changes
        .iter()
        .filter(|change| matches(&change.address))
        .map(|change| change.address.clone())
        .chain(whole)
        .collect();
    let users = users(&plan.changes);
    loop {
        let before = kept.len();
        let committed: HashSet<_> = kept
            .iter()
            .filter(|address| !is_commit(address))
            .map(|address| Address::new(address.account(), address.kind(), []))
            .collect();
        for change in &plan.changes {
            if committed.contains(&change.address) {
                kept.insert(change.address.clone());
            }
            if kept.contains(&change.address) && !is_commit(&change.address) {
                kept.extend(change.requires.iter().cloned());
                if change.replace {
                    // The old object goes, so all that points at it comes along.
                    kept.extend(users.get(&change.address).into_iter().flatten().cloned());
                }
            }
        }
        if kept.len() == before {
            break;
        }
    }
    let dropped = plan.changes.extract_if(.., |change| !kept.contains(&change.address));
    let untidy: HashSet<_> = dropped.map(|change| change.address.parent()).collect();
    for change in &mut plan.changes {
        change.requires.retain(|address| kept.contains(address));
        change.after.retain(|address| kept.contains(address));
        if is_commit(&change.address) {
            // Where not every change among siblings is made, none of them is put into order on the way.
            leave_in_place(change, &untidy);
        }
    }
    // What a change points at has to be known, or it would point at nothing, or at what was there before.
    let pointed: HashSet<_> = plan.changes.iter().flat_map(points_at).collect();
    plan.resumed.retain(|resumed| {
        let needed = |address: &Address| matches(address) || kept.contains(address);
        needed(&resumed.address) || needed(&resumed.old) || pointed.contains(&resumed.address)
    });
    // What is not touched is no reason to touch nothing. A run goes out by its plan.
    let is_kept = |address: &Address| {
        matches(address)
            || [Some(address.clone()), address.of_run()].iter().flatten().any(|one| kept.contains(one))
    };
    let touched = |problem: &Problem| {
        let about = problem.about.as_deref().and_then(Address::parse);
        about.is_none_or(|address| is_kept(&address))
    };
    plan.refusals.retain(touched);
    plan.warnings.retain(touched);
    plan.unchanged.retain(|address| matches(address));
    plan.abandoned.retain(|address| matches(address));
    plan.upcoming.retain(|upcoming| is_kept(&upcoming.run));
    let needed = |address: &Address| matches(address) || pointed.contains(address);
    plan.learnt.retain(|learnt| needed(&learnt.address));
    plan.adopted.retain(|live| needed(&live.address));
    for list in [&mut plan.released, &mut plan.forgotten] {
        list.retain(|live| matches(&live.address));
    }
}

fn points_at(change: &Change) -> Vec<Address> {
    let (kind, want) =
        (kind_named(change.address.kind()), change.want.as_ref().filter(|want| want.is_object()));
    let points = kind.zip(want).map(|(kind, want)| (kind.links)(want, change.address.account()));
    points.unwrap_or_default()
}

fn leave_in_place(commit: &mut Change, untidy: &HashSet<Option<Address>>) {
    let order = commit.want.as_ref().and_then(|want| want.read::<Vec<Address>>().ok());
    commit.want = order.and_then(|mut order| {
        order.retain(|address| !untidy.contains(&address.parent()));
        Body::of(&order).ok()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_stays_in_its_part_and_two_do_not() {
        let one = Globs::new(["shop/menu/*"]).expect("a pattern");
        assert!(one.matches("shop/menu/新品") && !one.matches("shop/menu/新品/官网"));
        let two = Globs::new(["shop/menu/**"]).expect("a pattern");
        assert!(two.matches("shop/menu/新品/官网"));
        assert!(!Globs::default().matches("shop/menu/新品"));
    }

    #[test]
    fn what_is_against_a_run_of_a_plan_that_comes_along_stays() {
        let at = |text: &str| Address::parse(text).expect("an address");
        let change = |address: &str, requires: &[&str]| Change {
            address: at(address),
            action: crate::model::Action::Create,
            replace: false,
            id: None,
            fields: vec![],
            requires: requires.iter().map(|address| at(address)).collect(),
            after: vec![],
            notes: vec![],
            drift: vec![],
            origin: None,
            have: None,
            want: None,
            protect: false,
            held: false,
            replaced_by: None,
        };
        let against = |run: &str| Problem::error(crate::problem::Code::QuietHours, "late").about(run);
        let upcoming = |run: &str| crate::plan::Upcoming { run: at(run), at: String::new(), messages: 1 };
        let runs = ["shop/sop/letter@2026-11-23", "shop/sop/other@2026-11-23"];
        let mut plan = Plan {
            changes: vec![
                change("shop/sop/letter", &[]),
                change("shop/sop/other", &[]),
                change("shop/group/vip", &["shop/sop/letter"]),
            ],
            refusals: runs.map(against).into(),
            upcoming: runs.map(upcoming).into(),
            ..Plan::default()
        };
        narrow(&mut plan, &Globs::new(["shop/group/*"]).expect("a pattern"));
        assert_eq!((plan.changes.len(), plan.refusals.len(), plan.upcoming.len()), (2, 1, 1));
        assert_eq!(
            (plan.refusals[0].about.as_deref(), plan.upcoming[0].run.as_str()),
            (Some(runs[0]), runs[0])
        );
    }

    #[test]
    fn a_pattern_that_means_nothing_is_refused() {
        assert!(Globs::new(["shop/[menu"]).is_err());
    }
}
