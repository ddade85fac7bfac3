//! `mpform sop list` and `mpform sop calendar`. Offline, and nothing is written.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use super::Command;
use crate::cli::session::{Project, abreast, declared, store};
use crate::cli::{Accounts, Context, Exit};
use crate::model::Address;
use crate::model::sop::{Planned, Run};
use crate::problem::{Code, Problem, any_error};
use crate::report::sop::Runs;
use crate::report::{ical, month, sop};
use crate::sending::{Account, RunState, States};
use crate::text;

/// So many days are listed if nobody says.
const DAYS: u64 = 30;

/// Shows recurring plans. The time is the context's, so `--now` shows them as they will be then.
pub(super) async fn run(command: &Command, context: &Context) -> Exit {
    // Nothing is asked of a vendor, so nothing needs what the environment knows.
    let (project, problems) = Project::load(context, true);
    context.complain(&problems);
    let Some(project) = project.filter(|_| !any_error(&problems)) else { return Exit::Error };
    let today = context.now.with_timezone(&project.config.timezone).date_naive();
    match show(command, &project, today, context).await {
        Ok(()) => Exit::Done,
        Err(problems) => {
            context.complain(&problems);
            Exit::Error
        }
    }
}

async fn show(
    command: &Command,
    project: &Project,
    today: NaiveDate,
    context: &Context,
) -> Result<(), Vec<Problem>> {
    match command {
        Command::List { accounts, from, to, json } => {
            let from = from.unwrap_or(today);
            let to = to.or_else(|| from.checked_add_days(Days::new(DAYS))).unwrap_or(from);
            if to < from {
                let message = text!("--to {to} lies before --from {from}", to, from);
                let problem = Problem::error(Code::BadValue, message);
                return Err(vec![problem.help(text!("put the earlier date behind --from"))]);
            }
            let mut found = found(accounts, project, (from, to), |planned| planned.runs(from, to))?;
            found.states = states(&found, project, context.now).await.map_err(|problem| vec![problem])?;
            if *json {
                context.print_json(&sop::json(&found));
            } else {
                context.print(&sop::list(&found, context.style, context.width));
            }
        }
        Command::Calendar { accounts, month, ics } => {
            let first = month.or_else(|| today.with_day(1)).unwrap_or(today);
            let last = first.with_day(first.num_days_in_month().into()).unwrap_or(first);
            let found =
                found(accounts, project, (first, last), |planned| planned.runs_touching(first, last))?;
            if *ics {
                context.print(&ical::calendar(&found, context.now));
            } else {
                context.print(&month::table(&found, context.style, context.width));
            }
        }
        Command::Run(_) | Command::History(_) | Command::Resolve(_) => {}
    }
    Ok(())
}

fn found<'a>(
    accounts: &Accounts,
    project: &'a Project,
    (from, to): (NaiveDate, NaiveDate),
    runs: impl Fn(&'a Planned) -> Vec<Run<'a>>,
) -> Result<Runs<'a>, Vec<Problem>> {
    Ok(found_in(&accounts.of(declared(project))?, project, (from, to), runs))
}

/// The plans of these accounts with their runs in some days.
pub(in crate::cli) fn found_in<'a>(
    names: &[&str],
    project: &'a Project,
    (from, to): (NaiveDate, NaiveDate),
    runs: impl Fn(&'a Planned) -> Vec<Run<'a>>,
) -> Runs<'a> {
    let chosen = project.desired.sops.iter().filter(|(name, _)| names.contains(&name.as_str()));
    let plans = chosen.flat_map(|(_, sops)| sops.declared.values()).map(|declared| {
        let (line, _) = declared.origin.line_column();
        let place = format!("{}:{line}", declared.origin.source.name);
        (&declared.planned, place, runs(&declared.planned))
    });
    Runs { from, to, zone: project.config.timezone, plans: plans.collect(), states: BTreeMap::new() }
}

/// How far each run has come.
pub(in crate::cli) async fn states(
    found: &Runs<'_>,
    project: &Project,
    now: DateTime<Utc>,
) -> Result<BTreeMap<Address, RunState>, Problem> {
    let store = store(project)?;
    let accounts = project.desired.sops.iter().filter_map(|(name, sops)| {
        let desired = project.desired.accounts.get(name)?;
        let plans = found.plans.iter().filter(|(planned, ..)| planned.address.account() == name);
        let runs: Vec<_> = plans.flat_map(|(_, _, runs)| runs).collect();
        (!runs.is_empty()).then(|| (name, Account::of(sops, desired), runs))
    });
    let looks = accounts.map(async |(name, account, runs)| (store.read(name).await, account, runs));
    let mut all = BTreeMap::new();
    for (state, account, runs) in abreast(looks).await {
        let state = state?;
        let states = States::new(&account, &state, now);
        all.extend(runs.into_iter().map(|run| (run.address.clone(), states.of(run))));
    }
    Ok(all)
}
