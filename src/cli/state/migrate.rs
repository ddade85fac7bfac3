//! `mpform state migrate`: the states of an environment go on where `state:` says that they are kept now.

use std::path::{Path, PathBuf};

use crate::cli::Context;
use crate::cli::session::{Project, options, shared, store};
use crate::config::{self, StateAt};
use crate::problem::{Code, Problem};
use crate::state::State;
use crate::state::store::{Open, Store};
use crate::text;

/// Arguments of `state migrate`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Where the states were: a folder of states, or the earlier mpform.yaml; default: .mpform/state
    #[arg(long, value_name = "PATH")]
    from: Option<PathBuf>,
}

/// Copies what is remembered of every account. Nothing is taken away from where it was.
pub(super) async fn run(project: &Project, args: &Args, context: &Context) -> Result<(), Vec<Problem>> {
    let (from, to) = places(project, args, context)?;
    if from.shown() == to.shown() {
        let shown = to.shown();
        let message = text!("{shown} is where the states are kept already", shown);
        return Err(vec![
            Problem::error(Code::StateMove, message)
                .help(text!("change `state:` in mpform.yaml first, or name with --from where they were")),
        ]);
    }
    let accounts = from.accounts().await.map_err(one)?;
    if accounts.is_empty() {
        let shown = from.shown();
        let message = text!("nothing is remembered in {shown}", shown);
        return Err(vec![Problem::error(Code::StateMove, message).help(text!(
            "name with --from where the states were: a folder, or the earlier mpform.yaml; `--env` chooses the environment"
        ))]);
    }
    let mut problems = vec![];
    for account in &accounts {
        if let Err(problem) = account_moved(account, &from, &to, context).await {
            problems.push(problem);
        }
    }
    if problems.is_empty() {
        context.note(&text!(
            "{from} is as it was; delete it when nobody works with it any more",
            from = from.shown()
        ));
        Ok(())
    } else {
        Err(problems)
    }
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}

/// Where the states were, and where they are kept now.
fn places(project: &Project, args: &Args, context: &Context) -> Result<(Store, Store), Vec<Problem>> {
    let to = store(project).map_err(one)?;
    let environment = &project.config.environment;
    let from = match &args.from {
        None => Store::new(&config::default_folder(&project.config.root), environment),
        Some(path) if is_project(path) => match declared(path, project, context)? {
            StateAt::Folder(folder) => Store::new(&folder, environment),
            StateAt::Bucket(bucket) => shared(&bucket, project).map_err(one)?,
        },
        Some(path) => Store::new(path, environment),
    };
    Ok((from, to))
}

fn is_project(path: &Path) -> bool {
    path.is_file() || path.join("mpform.yaml").is_file()
}

/// What another project document says of `state:`. A folder is meant below this project: the document is an earlier one of
/// its own.
fn declared(path: &Path, project: &Project, context: &Context) -> Result<StateAt, Vec<Problem>> {
    let root = if path.is_file() { path.parent().unwrap_or(path) } else { path };
    // A bare name has an empty parent.
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let mut problems = vec![];
    let earlier = config::load(root, &options(context, true), &mut problems);
    // Whatever else is wrong with it now is no matter.
    let Some(earlier) = earlier else { return Err(problems) };
    Ok(match earlier.state {
        StateAt::Folder(folder) => {
            let below = folder.strip_prefix(&earlier.root).unwrap_or(&folder);
            StateAt::Folder(project.config.root.join(below))
        }
        bucket @ StateAt::Bucket(_) => bucket,
    })
}

async fn account_moved(account: &str, from: &Store, to: &Store, context: &Context) -> Result<(), Problem> {
    let me = context.holder("state migrate");
    // Both are locked: nobody changes one while the other is made the same.
    let old = from.open(account, &me, context.lock_timeout).await?;
    let new = match to.open(account, &me, context.lock_timeout).await {
        Ok(new) => new,
        Err(problem) => {
            let _ = old.close().await;
            return Err(problem);
        }
    };
    let ended = copied(account, &old, new, to, context).await;
    // Nothing was recorded in it, so nothing is written.
    old.close().await.map_err(|(problem, _)| problem)?;
    ended
}

async fn copied(
    account: &str,
    old: &Open,
    mut new: Open,
    to: &Store,
    context: &Context,
) -> Result<(), Problem> {
    let state = old.state().clone();
    let shown = to.shown();
    if same(new.state(), &state) {
        context.tell(&text!("{account}: is in {shown} already", account, shown));
        return new.close().await.map_err(|(problem, _)| problem);
    }
    if !new.state().is_empty() {
        let _ = new.close().await;
        return Err(Problem::error(
            Code::StateMove,
            text!("{shown} remembers something else of this account already; nothing was copied", shown),
        )
        .about(account)
        .help(text!(
            "`mpform state list` shows what; keep one of the two: leave it as it is, or delete the object {account}.json there",
            account
        )));
    }
    new.adopt(state.clone());
    new.close().await.map_err(|(problem, _)| problem)?;
    let read = to.read(account).await?;
    if !same(&read, &state) {
        return Err(Problem::error(
            Code::StateMove,
            text!("what was read back from {shown} is not what was written", shown),
        )
        .about(account)
        .help(text!("run it again; nothing was taken away from where it was")));
    }
    let count = state.resources.len();
    context.tell(&text!("{account}: copied to {shown} ({count} remembered)", account, shown, count));
    Ok(())
}

/// True if the same is remembered; how often each was changed says nothing.
fn same(one: &State, other: &State) -> bool {
    State { serial: 0, ..one.clone() } == State { serial: 0, ..other.clone() }
}
