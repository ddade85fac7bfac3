//! Refuses plans that would do what nobody can have meant, before anything is written.

use std::collections::BTreeMap;

use super::Plan;
use crate::config::{MaxDeletes, Policy};
use crate::model::{Action, kinds};
use crate::problem::{Code, Problem};
use crate::state::State;
use crate::text;
use crate::words::{Text, escape};

/// What was let through by hand.
#[derive(Clone, Debug, Default)]
pub struct Permits {
    /// Deletions that were named: account and kind, and exactly how many.
    pub allowed: BTreeMap<(String, String), usize>,
    /// Accounts that are to be taken as they are now.
    pub rebind: Vec<String>,
}

/// How many objects an account has, kind by kind, built-in ones left out.
pub type LiveCounts = BTreeMap<&'static str, usize>;

/// Adds to one account's plan why it must not be applied. `known_by` is the setting that says which account it is.
pub fn refuse(
    plan: &mut Plan,
    account: &str,
    live: &LiveCounts,
    state: &State,
    policy: &Policy,
    permits: &Permits,
    known_by: &str,
) {
    looks_empty(plan, account, live, state, permits, known_by);
    too_many_deletes(plan, account, live, state, policy.max_deletes, permits);
    protected(plan, policy);
}

/// From ten objects up a share counts; of fewer, half of them or two.
fn allows(most: MaxDeletes, deletes: usize, live: usize) -> bool {
    match most {
        MaxDeletes::Number(most) => deletes as u64 <= most,
        MaxDeletes::Percent(percent) if live >= 10 => {
            deletes as u64 * 100 <= u64::from(percent) * live as u64
        }
        MaxDeletes::Percent(_) => deletes <= (live / 2).max(2),
    }
}

fn looks_empty(
    plan: &mut Plan,
    account: &str,
    live: &LiveCounts,
    state: &State,
    permits: &Permits,
    known_by: &str,
) {
    if let Some(problem) =
        emptied(account, live, state).filter(|_| !permits.rebind.iter().any(|name| name == account))
    {
        plan.refusals.push(problem.help(text!("a mistyped `{known_by}` looks exactly like that; if it really was emptied, give `--rebind {account}`", known_by, account)));
    }
}

/// Nothing is live of all that the state knows: more likely it is another account than that all of it is gone.
pub fn emptied(account: &str, live: &LiveCounts, state: &State) -> Option<Problem> {
    let known = state.resources.keys().filter(|address| live.contains_key(address.kind())).count();
    let empty = !live.is_empty() && live.values().all(|count| *count == 0);
    (known > 0 && empty).then(|| {
        let message = text!("the account looks empty, but the state knows {known} objects in it", known);
        Problem::error(Code::LooksEmpty, message).about(account)
    })
}

fn too_many_deletes(
    plan: &mut Plan,
    account: &str,
    live: &LiveCounts,
    state: &State,
    most: MaxDeletes,
    permits: &Permits,
) {
    for kind in kinds() {
        let going: Vec<_> = plan
            .changes
            .iter()
            .filter(|change| change.action == Action::Delete && change.address.kind() == kind.name)
            // A new object in place of an old one is not a delete, also where its clean-up comes later.
            .filter(|change| change.replaced_by.is_none())
            .map(|change| change.address.to_string())
            .collect();
        let deletes = going.len();
        // What no vendor knows of is what the state remembers.
        let remembered = || state.resources.keys().filter(|address| address.kind() == kind.name).count();
        let count = live.get(kind.name).copied().unwrap_or_else(remembered);
        let allowed = permits.allowed.get(&(account.to_owned(), kind.name.to_owned())).copied();
        let fine = allows(most, deletes, count);
        match allowed {
            Some(named) if fine => {
                let message = text!(
                    "`--allow-deletes {account}/{name}={named}` was not needed",
                    account,
                    name = kind.name,
                    named
                );
                let problem = Problem::warning(Code::NotNeeded, message).about(account);
                plan.warnings.push(problem.help(text!(
                    "{deletes} are deleted, which the policy allows anyway; leave it out",
                    deletes
                )));
            }
            Some(named) if named == deletes => {}
            _ if fine => {}
            _ => {
                let going: Vec<_> = going.iter().map(|address| escape(address)).collect();
                let (kind, going) = (kind.name, Text::lines(&going.join("\n")));
                let message = match allowed {
                    Some(named) => text!(
                        "{deletes} of {count} live objects of kind {kind} would be deleted, not {named}:\n{going}",
                        deletes,
                        count,
                        kind,
                        named,
                        going
                    ),
                    None => text!(
                        "{deletes} of {count} live objects of kind {kind} would be deleted:\n{going}",
                        deletes,
                        count,
                        kind,
                        going
                    ),
                };
                let problem = Problem::error(Code::TooManyDeletes, message);
                plan.refusals.push(problem.about(account).help(text!(
                    "if all of them are to go, give `--allow-deletes {account}/{name}={deletes}`",
                    account,
                    name = kind,
                    deletes
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
        // Its replacement was let through, or it would not be there.
        .filter(|change| change.replaced_by.is_none())
        .filter(|change| change.protect || change.held || policy.protects(&change.address))
        .map(|change| {
            let message = match change.replace {
                true => text!("it is protected and would be replaced"),
                false => text!("it is protected and would be deleted"),
            };
            let help = match change.replace {
                _ if policy.protects(&change.address) => {
                    text!("`policy.protect` names it; change the policy first")
                }
                true => text!("declare it with `protect: false` and apply that first, then change it"),
                false => text!("declare it with `protect: false` and apply that first, then take it out"),
            };
            let problem = Problem::error(Code::Protected, message);
            let problem = problem.about(&change.address).help(help);
            change.origin.iter().fold(problem, |problem, place| problem.at(place.clone()))
        })
        .collect();
    plan.refusals.extend(refusals);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_per_cent_from_ten_objects_up() {
        let most = MaxDeletes::default();
        assert!(allows(most, 3, 10) && !allows(most, 4, 10));
        assert!(allows(most, 30, 100) && !allows(most, 31, 100));
    }

    #[test]
    fn below_ten_half_of_them_or_two() {
        let most = MaxDeletes::default();
        assert!(allows(most, 2, 2) && allows(most, 2, 3) && !allows(most, 3, 5));
        assert!(allows(most, 4, 9) && !allows(most, 5, 9));
    }

    #[test]
    fn a_number_replaces_both_rules() {
        assert!(allows(MaxDeletes::Number(5), 5, 5) && !allows(MaxDeletes::Number(5), 6, 1000));
    }
}
