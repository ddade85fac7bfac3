//! Tells whom the project names under `notify:` how a run ended.

use serde_json::json;

use super::Context;
use super::session::{Project, interrupted};
use crate::config::Occasion;
use crate::notify::{self, Notice};
use crate::problem::{Code, Problem};
use crate::report;
use crate::words::Text;

/// A notice of this run, of which nothing is known yet.
pub(super) fn begun(occasion: Occasion, project: &Project, context: &Context) -> Notice {
    let folder = project.config.root.file_name().unwrap_or_default();
    Notice {
        occasion,
        project: folder.to_string_lossy().into_owned(),
        environment: project.config.environment.clone(),
        at: context.clock.now(),
        failed: false,
        summary: Text::default(),
        counts: json!({}),
        items: vec![],
        link: context.job(),
    }
}

/// Sends it to whom the project names; whoever can't be told is a warning.
pub(super) async fn deliver(notice: &Notice, project: &Project, context: &Context) {
    let lang = context.talk_style.lang;
    tokio::select! {
        untold = notify::tell(&project.config.notify, notice, lang, &context.clock) => context.complain(&untold),
        // Nobody is made to wait for a receiver.
        () = interrupted() => {}
    }
}

/// Says why a run came to nothing, unless a person said no.
pub(super) async fn stopped(occasion: Occasion, problems: &[Problem], project: &Project, context: &Context) {
    // A person who says no knows it; where nobody can be asked, nobody does.
    let declined = context.can_ask && problems.iter().any(|problem| problem.code == Code::Declined);
    if !declined {
        let notice = report::notice::stopped(begun(occasion, project, context), problems);
        deliver(&notice, project, context).await;
    }
}
