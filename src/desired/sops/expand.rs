//! What is wanted of a plan: itself, to be armed, or its runs, to be made at the vendor ahead of time.

use chrono::{DateTime, Days, NaiveDate, Utc};
use indexmap::IndexMap;

use super::Declared;
use crate::config::Calendar;
use crate::desired::Wanted;
use crate::model::kinds::{Scheduled, ScheduledStep, links};
use crate::model::schedule::{Date, Schedule, Skip, Span};
use crate::model::sop::{Delivery, Planned, Run, SentBy, Sop};
use crate::model::{Address, Body, Kind, kind_named};
use crate::providers::Plans;

type Calendars = IndexMap<String, Calendar>;

pub(super) fn wanted(
    declared: &Declared,
    plans: Plans,
    calendars: &Calendars,
    now: DateTime<Utc>,
) -> Vec<Wanted> {
    match plans.sent_by {
        SentBy::Us => {
            let body = definition(&declared.planned, calendars);
            one(declared, declared.planned.address.clone(), &body, false).into_iter().collect()
        }
        SentBy::Vendor => runs(declared, now),
    }
}

/// All by which it is decided what is sent when, and to whom: what is reviewed is exactly that.
pub fn definition(planned: &Planned, calendars: &Calendars) -> Scheduled {
    let sop = &planned.sop;
    let named = sop.schedule.skip.iter().filter_map(|skip| match skip {
        Skip::Calendar(name) => Some((name.clone(), calendars.get(name)?.lines())),
        Skip::Dates(_) => None,
    });
    let step = |step: &crate::model::sop::SopStep| ScheduledStep {
        day: step.day,
        date: None,
        at: step.at,
        send: step.send.clone(),
    };
    Scheduled {
        title: planned.title(),
        delivery: None,
        schedule: Some(sop.schedule.clone()),
        timezone: Some(planned.zone.name().to_owned()),
        calendars: named.collect(),
        rests_on: None,
        audience: sop.audience.clone(),
        steps: sop.steps.iter().map(step).collect(),
        grace: Some(sop.grace.unwrap_or(Sop::GRACE)),
    }
}

/// The runs that are to be made by now, and those that are under way: these are only recognized, since it is too late
/// to make them.
fn runs(declared: &Declared, now: DateTime<Utc>) -> Vec<Wanted> {
    let planned = &declared.planned;
    let today = now.with_timezone(&planned.zone).date_naive();
    let longest = planned.sop.steps.iter().map(|step| u64::from(step.day.0)).max().unwrap_or(1);
    let from = today.checked_sub_days(Days::new(longest)).unwrap_or(today);
    let last = last_to_make(planned, now);
    let mut all = vec![];
    for run in planned.runs(from, last) {
        let over = run.dues.iter().all(|due| due.at <= now);
        let begun = run.dues.iter().any(|due| due.at <= now);
        if !over {
            all.extend(one(declared, run.address.clone(), &of(&run), begun));
        }
    }
    all
}

/// The runs whose time to be made has not come yet, as far as one could have been made by a longer `ahead`.
pub(super) fn later(declared: &Declared, plans: Plans, now: DateTime<Utc>) -> Vec<Address> {
    let planned = &declared.planned;
    let last = last_to_make(planned, now);
    let furthest = last.checked_add_signed(Span::MOST.delta()).unwrap_or(last);
    let runs =
        last.succ_opt().filter(|_| plans.sent_by == SentBy::Vendor).map(|next| planned.runs(next, furthest));
    let runs = runs.into_iter().flatten().filter(|run| !run.dues.is_empty());
    runs.map(|run| run.address).collect()
}

/// The last date whose runs are to be made by now. Days are counted by the calendar, hours by the clock.
fn last_to_make(planned: &Planned, now: DateTime<Utc>) -> NaiveDate {
    let ahead = planned.sop.schedule.ahead.unwrap_or(Schedule::AHEAD);
    let local = now.with_timezone(&planned.zone).naive_local();
    local.checked_add_signed(ahead.delta()).unwrap_or(local).date()
}

fn of(run: &Run<'_>) -> Scheduled {
    let sop = &run.of.sop;
    let step = |step: &crate::model::sop::SopStep| ScheduledStep {
        day: step.day,
        date: run.start.day_of(step.day.0).map(Date),
        at: step.at,
        send: step.send.clone(),
    };
    Scheduled {
        title: run.title(),
        delivery: Some(sop.delivery.unwrap_or(Delivery::Manual)),
        schedule: None,
        timezone: None,
        calendars: IndexMap::new(),
        rests_on: None,
        audience: sop.audience.clone(),
        steps: sop.steps.iter().map(step).collect(),
        grace: None,
    }
}

fn one(declared: &Declared, address: Address, body: &Scheduled, lapsed: bool) -> Option<Wanted> {
    Some(Wanted {
        kind: kind_named(Scheduled::NAME)?,
        natural: body.natural(""),
        links: links(body, address.account()),
        body: Body::of(body).ok(),
        address,
        protect: declared.protect,
        ignore: vec![],
        lapsed,
        origin: declared.origin.clone(),
        node: Some(declared.node.clone()),
    })
}
