//! Whether a plan is armed, and as what. What is sent is what was armed: the declaration is only held against it.

use chrono::{DateTime, Utc};

use super::Plan;
use crate::diff::differing;
use crate::model::kinds::Scheduled;
use crate::model::sop::{Planned, Sop, SopStep};
use crate::model::{Body, Kind, kind_named};
use crate::state::{Record, State};

/// How a plan is armed.
pub(super) enum Arming {
    /// As it is declared: messages that fall due after the moment may go out.
    As(Box<Planned>, DateTime<Utc>),
    /// As something else: it was edited since. What was armed, if that can still be reckoned.
    Otherwise(Option<Box<Planned>>, DateTime<Utc>),
    /// Not at all.
    Not,
}

/// The fields that say on which days runs start.
const DAYS: [&str; 3] = ["schedule", "timezone", "calendars"];

pub(super) fn arming(plan: &Plan<'_>, state: &State) -> Arming {
    let Some(record) = state.resources.get(&plan.planned.address) else { return Arming::Not };
    let (Some(since), Some(body)) = (record.at, plan.body) else { return Arming::Not };
    let armed = reckoned(plan.planned, body, record).map(Box::new);
    match armed {
        Some(armed) if is_same(body, record) => Arming::As(armed, since),
        armed => Arming::Otherwise(armed, since),
    }
}

fn is_same(body: &Body, record: &Record) -> bool {
    let Some(kind) = kind_named(Scheduled::NAME) else { return false };
    differing(&record.applied, body, kind.rules).is_empty()
}

/// The plan that was armed. Which days are off only a declaration can say whose days are the same.
fn reckoned(declared: &Planned, body: &Body, record: &Record) -> Option<Planned> {
    let (body, applied) = (body.tree(), record.applied.tree());
    if DAYS.iter().any(|field| body.get(field) != applied.get(field)) {
        return None;
    }
    let armed: Scheduled = record.applied.read().ok()?;
    let step =
        |step: crate::model::kinds::ScheduledStep| SopStep { day: step.day, at: step.at, send: step.send };
    Some(Planned {
        address: declared.address.clone(),
        sop: Sop {
            title: Some(armed.title),
            schedule: armed.schedule?,
            delivery: armed.delivery,
            audience: armed.audience,
            steps: armed.steps.into_iter().map(step).collect(),
            grace: armed.grace,
        },
        days: declared.days.clone(),
        zone: declared.zone,
    })
}
