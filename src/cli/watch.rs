//! `mpform watch`.

use std::path::Path;

use notify::{EventKind, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::{Context, Exit, session, validate};
use crate::problem::{Code, Problem};
use crate::text;

mod changes;

/// Validates the project, and again whenever a file of it is saved, until it is interrupted.
pub(super) async fn run(context: &Context) -> Exit {
    let (told, mut changes) = unbounded_channel();
    let _watcher = match watch(&context.root, told) {
        Ok(watcher) => watcher,
        Err(problem) => {
            context.complain([&*problem]);
            return Exit::Error;
        }
    };
    let look = async {
        loop {
            round(context).await;
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
async fn round(context: &Context) {
    let mut here = context.within(context.root.clone(), &context.clock, context.variables.as_ref().clone());
    here.environment.clone_from(&context.environment);
    here.vars.clone_from(&context.vars);
    here.quiet = context.quiet;
    // All of it stands on stdout.
    here.talk_style = context.style;
    here.clear();
    here.print(&format!("{}\n", here.time_of_day()));
    validate::run(&validate::Args::default(), &here);
    here.say("");
}

/// Tells of every change in a folder that may matter, for as long as the watcher is kept.
fn watch(root: &Path, told: UnboundedSender<()>) -> Result<impl Watcher, Box<Problem>> {
    let cannot = |why: String| {
        Box::new(
            Problem::error(Code::Watch, text!("`{root}` can't be watched: {why}", root = root.display(), why))
                .help(text!("see that the folder is there; on Linux many folders may need a higher fs.inotify.max_user_watches")),
        )
    };
    let real = root.canonicalize().map_err(|_| cannot("there is no such folder".to_owned()))?;
    let within = real.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // An error may mean that changes were missed.
        let matters = event.map_or(true, |event| {
            !matches!(event.kind, EventKind::Access(_))
                && (event.need_rescan() || event.paths.iter().any(|path| changes::matters(&within, path)))
        });
        if matters {
            // Nobody listens any more only when the command ends.
            let _ = told.send(());
        }
    })
    .map_err(|error| cannot(error.to_string()))?;
    watcher.watch(&real, RecursiveMode::Recursive).map_err(|error| cannot(error.to_string()))?;
    Ok(watcher)
}
