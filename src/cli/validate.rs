//! `mpform validate`.

use serde_json::json;

use super::session::Project;
use super::{Context, Exit};

/// Arguments of `validate`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Prints what was found as one JSON object
    #[arg(long)]
    json: bool,
}

/// Checks everything that can be checked offline.
pub(super) fn run(args: &Args, context: &Context) -> Exit {
    let (project, problems) = Project::load(context, true);
    let failed = project.is_none() || crate::problem::any_error(&problems);
    if args.json {
        let problems: Vec<_> = problems.iter().map(crate::problem::Problem::to_json).collect();
        let found = json!({"format_version": "1.0", "valid": !failed, "problems": problems});
        context.print(&format!("{found:#}\n"));
    } else {
        context.complain(&problems);
        if let Some(project) = project.filter(|_| !failed) {
            let accounts = project.desired.accounts.len();
            let resources: usize =
                project.desired.accounts.values().map(|account| account.resources.len()).sum();
            let plural = |count: usize| if count == 1 { "" } else { "s" };
            context.print(&format!(
                "valid: {resources} resource{} in {accounts} account{}\n",
                plural(resources),
                plural(accounts)
            ));
        } else {
            let errors =
                problems.iter().filter(|problem| problem.level == crate::problem::Level::Error).count();
            context.say(&format!("{errors} {}", if errors == 1 { "error" } else { "errors" }));
        }
    }
    if failed { Exit::Error } else { Exit::Done }
}
