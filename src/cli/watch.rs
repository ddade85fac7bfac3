//! `mpform watch`.

use std::path::{Path, PathBuf};

use notify::{EventKind, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::session::Project;
use super::{Context, Exit, Selection, preview, session, validate};
use crate::problem::{Code, Level, Problem};
use crate::text;
use crate::words::Text;

mod changes;

/// Arguments of `watch`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Also writes a page after each look that finds no error, as `mpform preview` does
    #[arg(short, long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Validates the project, and again whenever a file of it is saved, until it is interrupted.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let (told, mut changes) = unbounded_channel();
    let _watcher = match watch(&context.root, args.out.clone(), told) {
        Ok(watcher) => watcher,
        Err(problem) => {
            context.complain([&*problem]);
            return Exit::Error;
        }
    };
    let look = async {
        loop {
            round(args.out.as_deref(), context).await;
            if !changes::settled(&mut changes).await {
                return;
            }
        }
    };
    tokio::select! {
        () = look => Exit::Error,
        () = session::interrupted() => Exit::Done,
    }
}

/// One look at the project, as it is and as late as it is now.
async fn round(out: Option<&Path>, context: &Context) {
    let mut here = context.within(context.root.clone(), &context.clock, context.variables.as_ref().clone());
    here.environment.clone_from(&context.environment);
    here.vars.clone_from(&context.vars);
    here.quiet = context.quiet;
    // All of it stands on stdout.
    here.talk_style = context.style;
    here.clear();
    here.print(&format!("{}\n", here.time_of_day()));
    let found = validate::run(&validate::Args::default(), &here);
    if let Some(out) = out.filter(|_| found == Exit::Done) {
        page(out, &here).await;
    }
    here.say("");
}

/// Writes the page. Who can't be reached is said, there and here, and is no reason to end.
async fn page(out: &Path, context: &Context) {
    let (project, mut problems) = Project::load(context, false);
    // The warnings were said a moment ago.
    problems.retain(|problem| problem.level == Level::Error);
    context.complain(&problems);
    if let Some(project) = project.filter(|_| problems.is_empty()) {
        preview::show(&project, &Selection::default(), out, context).await;
    }
}

/// Tells of every change in a folder that may matter, for as long as the watcher is kept. What is written there itself
/// does not.
fn watch(root: &Path, out: Option<PathBuf>, told: UnboundedSender<()>) -> Result<impl Watcher, Box<Problem>> {
    let cannot = |why: Text| {
        Box::new(
            Problem::error(Code::Watch, text!("`{root}` can't be watched: {why}", root = root.display(), why))
                .help(text!("see that the folder is there; on Linux many folders may need a higher fs.inotify.max_user_watches")),
        )
    };
    let real = root.canonicalize().map_err(|_| cannot(text!("there is no such folder")))?;
    let within = real.clone();
    let matters = move |path: &Path| {
        changes::matters(&within, path) && !out.as_ref().is_some_and(|out| changes::is_same(out, path))
    };
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // An error may mean that changes were missed.
        let matters = event.map_or(true, |event| {
            !matches!(event.kind, EventKind::Access(_))
                && (event.need_rescan() || event.paths.iter().any(|path| matters(path)))
        });
        if matters {
            // Nobody listens any more only when the command ends.
            let _ = told.send(());
        }
    })
    .map_err(|error| cannot(Text::verbatim(error.to_string())))?;
    watcher
        .watch(&real, RecursiveMode::Recursive)
        .map_err(|error| cannot(Text::verbatim(error.to_string())))?;
    Ok(watcher)
}
