//! `mpform drift`.

use super::plan::complain;
use super::session::{Project, Session, left_behind};
use super::{Accounts, Context, Exit, Selection, notice};
use crate::config::Occasion;
use crate::plan::Globs;
use crate::plan::drift::Drift;
use crate::problem::{Code, Problem};
use crate::report;
use crate::text;

/// Arguments of `drift`.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Args {
    /// Prints what was found as one JSON object
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) accounts: Accounts,
    /// Only these addresses; `*` and `**` work
    #[arg(long, value_name = "ADDRESS")]
    pub(super) target: Vec<String>,
    /// Exit code 2 if there is drift
    #[arg(long)]
    pub(super) detailed_exitcode: bool,
}

/// Prints what others changed since the last apply. Writes nothing, neither at a vendor nor in the state.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let environment = context.environment.as_deref();
    let Some(project) = Project::for_accounts(environment, context) else { return Exit::Error };
    let selection =
        Selection { accounts: args.accounts.clone(), target: args.target.clone(), ..Selection::default() };
    match looked(args, &selection, &project, context).await {
        Ok(drift) => ended(args, &drift, &project, context).await,
        Err(problems) => {
            notice::stopped(Occasion::Drift, &problems, &project, context).await;
            complain(context, &problems)
        }
    }
}

async fn looked(
    args: &Args,
    selection: &Selection,
    project: &Project,
    context: &Context,
) -> Result<Drift, Vec<Problem>> {
    let mut session = Session::open(project, selection)?;
    args.accounts.note(session.accounts.len() + session.failed.len(), context);
    let states = session.remembered().await;
    let mut drift = session.drift(&states).await;
    drift.warnings.extend(left_behind(project).await);
    // Targets that name nothing: most likely a slip of the pen, and no drift would look like success.
    let known: Vec<_> = states.iter().flat_map(|state| state.resources.keys()).collect();
    let missed: Vec<_> = args
        .target
        .iter()
        .filter(|pattern| {
            Globs::new([pattern.as_str()])
                .is_ok_and(|glob| !known.iter().any(|address| glob.matches(address.as_str())))
                && !(args.accounts.shard().is_some() && session.is_elsewhere(pattern))
        })
        .map(|pattern| {
            Problem::error(
                Code::DanglingReference,
                text!("`--target {pattern}` names nothing that was applied", pattern),
            )
            .help(text!("`mpform state list` shows what was"))
        })
        .collect();
    if missed.is_empty() { Ok(drift) } else { Err(missed) }
}

async fn ended(args: &Args, drift: &Drift, project: &Project, context: &Context) -> Exit {
    show(drift, args.json, context);
    let begun = notice::begun(Occasion::Drift, project, context);
    if let Some(notice) = report::notice::drifted(begun, drift) {
        notice::deliver(&notice, project, context).await;
    }
    if !drift.failed.is_empty() {
        Exit::Error
    } else if args.detailed_exitcode && !drift.is_empty() {
        Exit::Changes
    } else {
        Exit::Done
    }
}

fn show(drift: &Drift, json: bool, context: &Context) {
    if json {
        context.print_json(&report::json::drift(drift));
    } else {
        context.print(&report::text::drift::drift(drift, context.style, context.width));
    }
    let failed = drift.failed.iter().flat_map(|failed| &failed.problems);
    let problems: Vec<_> = drift.warnings.iter().chain(failed).collect();
    if !problems.is_empty() {
        context.say("");
        context.complain(problems);
    }
}
