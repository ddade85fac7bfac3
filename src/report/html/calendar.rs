//! Recurring plans: each plan, run and message once; a day of the month is made of the times.

use serde::Serialize;

use super::said::Said;
use crate::model::Address;
use crate::model::sop::Own;
use crate::report::Style;
use crate::report::sop::{Runs, audience};

#[derive(Serialize)]
pub(super) struct Calendar<'a> {
    from: String,
    to: String,
    zone: &'static str,
    plans: Vec<PlanData<'a>>,
    runs: Vec<RunData<'a>>,
    dues: Vec<Due>,
}

#[derive(Serialize)]
struct PlanData<'a> {
    address: &'a Address,
    title: String,
    origin: &'a str,
    audience: Said,
    /// What each step sends.
    steps: Vec<&'a [Own]>,
}

#[derive(Serialize)]
struct RunData<'a> {
    /// Which plan, from 0.
    plan: usize,
    date: String,
    /// Nothing if it is dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    starts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    state: &'static str,
}

#[derive(Serialize)]
struct Due {
    at: String,
    /// Which run, from 0.
    run: usize,
    /// Which step, from 0.
    step: usize,
}

impl<'a> From<&'a Runs<'a>> for Calendar<'a> {
    fn from(found: &'a Runs<'a>) -> Self {
        let (mut runs, mut dues) = (vec![], vec![]);
        for (nth, (_, _, of_plan)) in found.plans.iter().enumerate() {
            for run in of_plan {
                let within =
                    run.dues.iter().filter(|due| (found.from..=found.to).contains(&due.at.date_naive()));
                dues.extend(within.map(|due| (due.at, runs.len(), due.nth)));
                runs.push(RunData {
                    plan: nth,
                    date: run.start.date.to_string(),
                    starts: run.start.starts.map(|day| day.to_string()),
                    why: run.start.why.as_deref(),
                    state: found.state(run).as_str(),
                });
            }
        }
        dues.sort();
        let plans = found.plans.iter().map(|(planned, origin, _)| PlanData {
            address: &planned.address,
            title: planned.title(),
            origin,
            audience: Said::of(|lang| audience(&planned.sop.audience, Style { lang, ..Style::PLAIN })),
            steps: planned.sop.steps.iter().map(|step| step.send.as_slice()).collect(),
        });
        Self {
            from: found.from.to_string(),
            to: found.to.to_string(),
            zone: found.zone.name(),
            plans: plans.collect(),
            runs,
            dues: dues.into_iter().map(|(at, run, step)| Due { at: at.to_rfc3339(), run, step }).collect(),
        }
    }
}
