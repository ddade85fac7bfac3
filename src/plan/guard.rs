//! Refuses plans that would do what nobody can have meant, before anything is written.

use std::collections::BTreeMap;

use super::{Globs, Plan};
use crate::live::LiveAccount;
use crate::model::{Action, kinds};
use crate::problem::{Code, Problem};
use crate::state::State;

/// How many deletions of one account's kind pass without being named.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxDeletes {
    /// So many per cent of the live objects; of fewer than ten, half of them or two.
    Percent(f64),
    /// So many.
    Number(usize),
}

impl Default for MaxDeletes {
    fn default() -> Self {
        Self::Percent(30.0)
    }
}

impl MaxDeletes {
    fn allows(self, deletes: usize, live: usize) -> bool {
        match self {
            Self::Number(most) => deletes <= most,
            #[expect(clippy::cast_precision_loss, reason = "counts of objects stay far below 2^52")]
            Self::Percent(percent) if live >= 10 => deletes as f64 * 100.0 <= percent * live as f64,
            Self::Percent(_) => deletes <= (live / 2).max(2),
        }
    }
}

/// What the guards go by.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Deletions that pass without being named.
    pub max_deletes: MaxDeletes,
    /// Addresses that may never be deleted.
    pub protect: Globs,
    /// Deletions that were named: account and kind, and exactly how many.
    pub allowed: BTreeMap<(String, String), usize>,
    /// Accounts that are to be taken as they are now.
    pub rebind: Vec<String>,
}

/// Adds to one account's plan why it must not be applied.
pub fn refuse(plan: &mut Plan, account: &str, live: &LiveCounts, state: &State, policy: &Policy) {
    looks_empty(plan, account, live, state, policy);
    too_many_deletes(plan, account, live, policy);
    protected(plan, policy);
}

/// How many objects an account has, kind by kind, built-in ones left out.
pub type LiveCounts = BTreeMap<&'static str, usize>;

/// The counts of what was read.
pub fn counts(live: &LiveAccount) -> LiveCounts {
    live.counts.clone()
}

fn looks_empty(plan: &mut Plan, account: &str, live: &LiveCounts, state: &State, policy: &Policy) {
    let known = state.resources.keys().filter(|address| live.contains_key(address.kind())).count();
    let empty = !live.is_empty() && live.values().all(|count| *count == 0);
    if known > 0 && empty && !policy.rebind.iter().any(|name| name == account) {
        let problem = Problem::error(
            Code::LooksEmpty,
            format!("the account looks empty, but the state knows {known} objects in it"),
        );
        plan.refusals.push(problem.about(account).help(format!(
            "a mistyped `info_id` looks exactly like that; if it really was emptied, give `--rebind {account}`"
        )));
    }
}

fn too_many_deletes(plan: &mut Plan, account: &str, live: &LiveCounts, policy: &Policy) {
    for kind in kinds() {
        let going: Vec<_> = plan
            .changes
            .iter()
            .filter(|change| change.action == Action::Delete && change.address.kind() == kind.name)
            .map(|change| change.address.to_string())
            .collect();
        let deletes = going.len();
        let count = live.get(kind.name).copied().unwrap_or_default();
        let allowed = policy.allowed.get(&(account.to_owned(), kind.name.to_owned())).copied();
        let fine = policy.max_deletes.allows(deletes, count);
        match allowed {
            Some(named) if fine => {
                let message = format!("`--allow-deletes {account}/{}={named}` was not needed", kind.name);
                let problem = Problem::warning(Code::NotNeeded, message).about(account);
                plan.warnings.push(problem.help(format!("{deletes} are deleted, which the policy allows anyway; leave it out")));
            }
            Some(named) if named == deletes => {}
            _ if fine => {}
            _ => {
                let mut message = format!("{deletes} of {count} live objects of kind {} would be deleted", kind.name);
                if let Some(named) = allowed {
                    message += &format!(", not {named}");
                }
                let problem = Problem::error(Code::TooManyDeletes, format!("{message}:\n{}", going.join("\n")));
                plan.refusals.push(problem.about(account).help(format!(
                    "if all of them are to go, give `--allow-deletes {account}/{}={deletes}`",
                    kind.name
                )));
            }
        }
    }
}

fn protected(plan: &mut Plan, policy: &Policy) {
    let refusals: Vec<_> = plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Delete || change.replace)
        .filter(|change| change.protect || policy.protect.matches(change.address.as_str()))
        .map(|change| {
            let what = if change.replace { "replaced" } else { "deleted" };
            let help = if policy.protect.matches(change.address.as_str()) {
                "`policy.protect` names it; change the policy first"
            } else {
                "declare it with `protect: false` and apply that first, then take it out"
            };
            let problem = Problem::error(Code::Protected, format!("it is protected and would be {what}"));
            let problem = problem.about(&change.address).help(help);
            change.origin.iter().fold(problem, |problem, place| problem.at(place.clone()))
        })
        .collect();
    plan.refusals.extend(refusals);
}

#[cfg(test)]
mod tests {
    use super::MaxDeletes;

    #[test]
    fn thirty_per_cent_from_ten_objects_up() {
        let policy = MaxDeletes::default();
        assert!(policy.allows(3, 10) && !policy.allows(4, 10));
        assert!(policy.allows(30, 100) && !policy.allows(31, 100));
    }

    #[test]
    fn below_ten_half_of_them_or_two() {
        let policy = MaxDeletes::default();
        assert!(policy.allows(2, 2) && policy.allows(2, 3) && !policy.allows(3, 5));
        assert!(policy.allows(4, 9) && !policy.allows(5, 9));
    }

    #[test]
    fn a_number_replaces_both_rules() {
        assert!(MaxDeletes::Number(5).allows(5, 5) && !MaxDeletes::Number(5).allows(6, 1000));
    }
}
