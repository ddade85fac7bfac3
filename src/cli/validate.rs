//! `mpform validate`.

use crate::text;
use crate::words::Text;
use serde_json::json;

use super::session::Project;
use super::{Context, Exit};
use crate::desired::against_policy;
use crate::model::Kind;
use crate::model::kinds::Scheduled;
use crate::problem::{Level, Problem, any_error};

/// Arguments of `validate`.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {
    /// Prints what was found as one JSON object
    #[arg(long)]
    json: bool,
}

/// Checks everything that can be checked offline.
pub(super) fn run(args: &Args, context: &Context) -> Exit {
    let (project, mut problems) = Project::load(context, true);
    if let Some(project) = &project {
        let plans = project.desired.sops.values();
        let forbidden = plans.flat_map(|sops| against_policy(&project.config.policy, sops, context.now));
        problems.extend(forbidden.map(|one| one.problem));
    }
    let failed = project.is_none() || any_error(&problems);
    if args.json {
        let problems: Vec<_> = problems.iter().map(Problem::to_json).collect();
        let found = json!({"format_version": "1.0", "valid": !failed, "problems": problems});
        context.print_json(&found);
    } else {
        context.complain(&problems);
        if let Some(project) = project.filter(|_| !failed) {
            let accounts = project.desired.accounts.len();
            let declared = project.desired.accounts.values().flat_map(|account| account.resources.keys());
            let resources = declared.filter(|address| address.kind() != Scheduled::NAME).count();
            let plans: usize = project.desired.sops.values().map(|sops| sops.declared.len()).sum();
            let tests = project.desired.tests.values().map(Vec::len).sum();
            context.tell(&valid(resources, accounts, plans, tests));
        } else {
            context.note(&counted(&problems));
        }
    }
    if failed { Exit::Error } else { Exit::Done }
}

/// What was looked at.
fn valid(resources: usize, accounts: usize, plans: usize, tests: usize) -> Text {
    let resources = match resources {
        1 => text!("1 resource"),
        count => text!("{count} resources", count),
    };
    let accounts = match accounts {
        1 => text!("1 account"),
        count => text!("{count} accounts", count),
    };
    let plans = match plans {
        0 => None,
        1 => Some(text!("1 recurring plan")),
        count => Some(text!("{count} recurring plans", count)),
    };
    let tests = match tests {
        0 => None,
        1 => Some(text!("1 test")),
        count => Some(text!("{count} tests", count)),
    };
    let whole = text!("valid: {resources} in {accounts}", resources, accounts);
    Text::joined([Some(whole), plans, tests].into_iter().flatten(), ", ")
}

/// How many errors and warnings there are.
fn counted(problems: &[Problem]) -> Text {
    let count = |level| problems.iter().filter(|problem| problem.level == level).count();
    let errors = match count(Level::Error) {
        0 => None,
        1 => Some(text!("1 error")),
        count => Some(text!("{count} errors", count)),
    };
    let warnings = match count(Level::Warning) {
        0 => None,
        1 => Some(text!("1 warning")),
        count => Some(text!("{count} warnings", count)),
    };
    Text::joined(errors.into_iter().chain(warnings), ", ")
}
