//! `mpform validate`.

use serde_json::json;

use super::session::Project;
use super::{Context, Exit};
use crate::desired::against_policy;
use crate::model::Kind;
use crate::model::kinds::Scheduled;
use crate::problem::Level;

/// Arguments of `validate`.
#[derive(Debug, clap::Args)]
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
        problems.extend(plans.flat_map(|sops| against_policy(&project.config.policy, sops, context.now)));
    }
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let failed = project.is_none() || crate::problem::any_error(&problems);
    if args.json {
        let problems: Vec<_> = problems.iter().map(crate::problem::Problem::to_json).collect();
        let found = json!({"format_version": "1.0", "valid": !failed, "problems": problems});
        context.print(&format!("{found:#}\n"));
    } else {
        context.complain(&problems);
        if let Some(project) = project.filter(|_| !failed) {
            let accounts = project.desired.accounts.len();
            let declared = project.desired.accounts.values().flat_map(|account| account.resources.keys());
            let resources = declared.filter(|address| address.kind() != Scheduled::NAME).count();
            let plans: usize = project.desired.sops.values().map(|sops| sops.declared.len()).sum();
            let plans = match plans {
                0 => String::new(),
                _ => format!(", {plans} recurring plan{}", plural(plans)),
            };
            let tests: usize = project.desired.tests.values().map(Vec::len).sum();
            let tests = match tests {
                0 => String::new(),
                _ => format!(", {tests} test{}", plural(tests)),
            };
            context.print(&format!(
                "valid: {resources} resource{} in {accounts} account{}{plans}{tests}\n",
                plural(resources),
                plural(accounts)
            ));
        } else {
            let counts = [(Level::Error, "error"), (Level::Warning, "warning")].map(|(level, word)| {
                let count = problems.iter().filter(|problem| problem.level == level).count();
                (count > 0).then(|| format!("{count} {word}{}", plural(count)))
            });
            context.say(&counts.into_iter().flatten().collect::<Vec<_>>().join(", "));
        }
    }
    if failed { Exit::Error } else { Exit::Done }
}
