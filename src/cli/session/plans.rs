//! What recurring plans add to an account's plan: what falls due, what the policy forbids of it, and what is missed.

use chrono::{DateTime, Days, Utc};

use crate::config::Policy;
use crate::desired::{DesiredAccount, Forbidden, Sops, against_policy};
use crate::model::sop::SentBy;
use crate::plan::{self, Globs, Plan};
use crate::problem::{Code, Level, Problem};
use crate::sending;
use crate::state::State;
use crate::text;

/// Adds it. `sops` are the plans with the audiences that the vendor was asked for.
pub(super) fn add(
    plan: &mut Plan,
    sops: &Sops,
    desired: &DesiredAccount,
    state: &State,
    policy: &Policy,
    targets: &Globs,
) {
    let now = desired.now;
    plan.upcoming = plan::upcoming(sops, plan, now);
    let plans = sending::Account::of(sops, desired);
    if sops.sent_by == SentBy::Us {
        leave_out_what_went_out(&mut plan.upcoming, &plans, state, now);
    }
    plan.warnings.extend(sending::due(&plans, state, now).held.iter().map(due_before));
    let forbidden = against_policy(policy, sops, now);
    let forbidden = forbidden.into_iter().map(|one| of_target(one, targets));
    let (refused, warned) = forbidden.partition(|one| one.level == Level::Error);
    plan.refusals.extend::<Vec<_>>(refused);
    plan.warnings.extend::<Vec<_>>(warned);
}

/// What is forbidden is said of a run that is meant, if there is one: of a plan that is narrowed to it only that stays.
fn of_target(Forbidden { problem, runs, .. }: Forbidden, targets: &Globs) -> Problem {
    let meant = runs.iter().find(|run| targets.matches(run.as_str()));
    match meant {
        Some(run) if !problem.about.as_deref().is_some_and(|about| targets.matches(about)) => {
            problem.about(run)
        }
        _ => problem,
    }
}

/// What went out and was moved to later does not go out again.
fn leave_out_what_went_out(
    upcoming: &mut Vec<plan::Upcoming>,
    plans: &sending::Account<'_>,
    state: &State,
    now: DateTime<Utc>,
) {
    let days = Days::new(plan::UPCOMING_DAYS + 1);
    let open = sending::open(plans, state, now, now.checked_add_days(days).unwrap_or(now));
    upcoming.retain_mut(|one| {
        let at = DateTime::parse_from_rfc3339(&one.at).map(|at| at.to_utc());
        one.messages = at.ok().and_then(|at| open.get(&(one.run.clone(), at)).copied()).unwrap_or_default();
        one.messages > 0
    });
}

/// What is due by what is armed goes out no more once something else is.
fn due_before(held: &sending::Held) -> Problem {
    let message = match held.messages {
        1 => text!("1 message is due now by what is armed, and missed once it is armed anew"),
        count => {
            text!("{count} messages are due now by what is armed, and missed once it is armed anew", count)
        }
    };
    Problem::warning(Code::NotSent, message)
        .about(&held.plan)
        .help(text!("put it back, run `mpform sop run`, and edit it then"))
}
