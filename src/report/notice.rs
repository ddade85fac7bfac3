//! What others hear of a run.

use serde_json::json;

use super::words::{done, not_done};
use crate::apply::event::{Done, Ending, Tally};
use crate::notify::{Item, Notice};
use crate::plan::drift::{Drift, Fate};
use crate::problem::Problem;
use crate::sending::event::{self, Told};
use crate::text;
use crate::words::Text;

/// The run came to nothing.
pub fn stopped(mut notice: Notice, problems: &[Problem]) -> Notice {
    notice.failed = true;
    notice.summary = text!("stopped before anything was done");
    notice.items = problems.iter().map(of_problem).collect();
    notice
}

/// How an apply ended; nothing if there was nothing to do.
pub fn applied(mut notice: Notice, tally: Tally, all: &[Done], problems: &[Problem]) -> Option<Notice> {
    if all.is_empty() && problems.is_empty() {
        return None;
    }
    let Tally { done: well, failed, skipped, verified, .. } = tally;
    notice.failed = failed + skipped > 0 || !problems.is_empty() || (well > 0 && !verified);
    notice.summary =
        text!("Apply: {done} done, {failed} failed, {skipped} not tried.", done = well, failed, skipped);
    notice.counts = json!({"done": well, "failed": failed, "skipped": skipped, "verified": verified});
    let (well, ill): (Vec<_>, Vec<_>) = all.iter().partition(|one| one.ending == Ending::Done);
    let of_change = |one: &Done| Item {
        address: Some(one.address.to_string()),
        outcome: match one.ending {
            Ending::Done => done(one.action, &one.address),
            Ending::Failed => not_done(one.action, &one.address),
            Ending::Skipped => text!("not tried"),
        },
        why: one.problem.as_ref().map(|problem| problem.message.clone()),
    };
    notice.items =
        problems.iter().map(of_problem).chain(ill.into_iter().chain(well).map(of_change)).collect();
    Some(notice)
}

/// What others changed; nothing if they did not.
pub fn drifted(mut notice: Notice, drift: &Drift) -> Option<Notice> {
    let failed: Vec<&Problem> = drift.failed.iter().flat_map(|failed| &failed.problems).collect();
    if drift.is_empty() && failed.is_empty() {
        return None;
    }
    let (resources, drafts) = (drift.drifted.len(), drift.drafts.len());
    notice.failed = !failed.is_empty();
    notice.summary = text!("Drift: {count} changed outside mpform.", count = resources + drafts);
    notice.counts = json!({"drifted": resources, "drafts": drafts, "failed": drift.failed.len()});
    let of_resource = drift.drifted.iter().map(|one| Item {
        address: Some(one.address.to_string()),
        outcome: match one.fate {
            Fate::Changed => text!("was changed"),
            Fate::Remade(_) => text!("was deleted, and another of its name was made"),
            Fate::Deleted => text!("was deleted"),
        },
        why: None,
    });
    let of_draft = drift.drafts.iter().map(|address| Item {
        address: Some(address.to_string()),
        outcome: text!("was changed since mpform published it"),
        why: None,
    });
    notice.items = failed.into_iter().map(of_problem).chain(of_resource).chain(of_draft).collect();
    Some(notice)
}

/// What was sent, or was not; nothing if there was nothing to do.
pub fn sent(mut notice: Notice, tally: event::Tally, all: &[Told], problems: &[Problem]) -> Option<Notice> {
    if all.is_empty() && problems.is_empty() {
        return None;
    }
    let event::Tally { sent, failed, uncertain, skipped } = tally;
    notice.failed = !tally.is_clean() || !problems.is_empty();
    notice.summary = text!(
        "Messages: {sent} sent, {failed} failed, {uncertain} uncertain, {skipped} held back.",
        sent,
        failed,
        uncertain,
        skipped
    );
    notice.counts = json!({"sent": sent, "failed": failed, "uncertain": uncertain, "skipped": skipped});
    let (well, ill): (Vec<_>, Vec<_>) = all.iter().partition(|one| one.ending == event::Ending::Sent);
    // To whom is nobody's business here.
    let of_message = |one: &Told| Item {
        address: Some(one.run.to_string()),
        outcome: text!("step {step} {outcome}", step = one.step, outcome = word(one.ending)),
        why: one.problem.as_ref().map(|problem| problem.message.clone()),
    };
    notice.items =
        problems.iter().map(of_problem).chain(ill.into_iter().chain(well).map(of_message)).collect();
    Some(notice)
}

fn word(ending: event::Ending) -> Text {
    match ending {
        event::Ending::Sent => text!("sent"),
        event::Ending::Failed => text!("failed"),
        event::Ending::Uncertain => text!("uncertain"),
        event::Ending::Skipped => text!("held back"),
        event::Ending::Due => text!("due"),
    }
}

fn of_problem(problem: &Problem) -> Item {
    let why = Some(problem.message.clone());
    Item { address: problem.about.clone(), outcome: text!("error {code}", code = problem.code.as_str()), why }
}
