//! What the project forbids itself of messages that are due. It needs to know what time it is: only runs of the year
//! ahead are looked at, since a rule without an end has runs for ever.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde_json::{Map, Value};

use super::{Declared, Sops};
use crate::config::{Policy, QuietHours};
use crate::desired::judge::texts_in;
use crate::model::sop::{Due, EXTRA, Run};
use crate::model::{Address, Step};
use crate::order::{map, sort_by, sort_by_key};
use crate::problem::{Code, Place, Problem};
use crate::providers::Money;
use crate::text;
use crate::words::Text;

/// So many days ahead are looked at.
const AHEAD: u64 = 366;
/// Under these a message is written in the vendor's own words.
const RAW: [&str; 2] = ["raw", EXTRA];

/// Something that the policy forbids.
#[derive(Clone, Debug)]
pub struct Forbidden {
    /// What it is. What is wrong at one step of many runs is said once, of the first.
    pub problem: Problem,
    /// The plan, where it is forbidden whenever it runs.
    pub plan: Option<Address>,
    /// The runs that it is about, as far as they are looked at.
    pub runs: BTreeSet<Address>,
}

impl Forbidden {
    /// True if a run may not go out for it.
    pub fn forbids(&self, run: &Address) -> bool {
        self.runs.contains(run) || (self.plan.is_some() && self.plan == run.of_run())
    }
}

/// What the policy forbids of an account's messages that are due from a moment on, in the year ahead.
pub fn against_policy(policy: &Policy, sops: &Sops, now: DateTime<Utc>) -> Vec<Forbidden> {
    let mut found = vec![];
    // What was due earlier today counts among what one day brings.
    let messages = from_today(sops, now);
    let ahead = &messages[messages.partition_point(|message| message.due.at < now)..];
    words(sops, ahead, policy, &mut found);
    if !policy.allow_money_messages {
        money(sops, ahead, &mut found);
    }
    if let Some(hours) = &policy.quiet_hours {
        quiet(ahead, *hours, &mut found);
    }
    if let Some(most) = policy.max_messages_per_audience_per_day {
        too_many(sops, &messages, most, now, &mut found);
    }
    let judged = |one: Forbidden| Some(Forbidden { problem: policy.judged(one.problem)?, ..one });
    found.into_iter().filter_map(judged).collect()
}

/// A message that is due, by its time.
struct Message<'a> {
    of: &'a Declared,
    run: Run<'a>,
    due: Due<'a>,
}

impl Message<'_> {
    fn place(&self, field: &str) -> Place {
        self.of.place_of(&["steps".into(), self.due.nth.into(), field.into()])
    }

    fn day(&self) -> NaiveDate {
        self.due.at.date_naive()
    }

    /// What tells the step from all others, whatever the run.
    fn step(&self) -> (&str, usize) {
        (self.of.planned.address.as_str(), self.due.nth)
    }

    fn named(&self) -> Text {
        text!("step {step}, due {at}", step = self.due.nth + 1, at = self.due.at.format("%Y-%m-%d %H:%M"))
    }
}

fn from_today(sops: &Sops, now: DateTime<Utc>) -> Vec<Message<'_>> {
    let mut messages = vec![];
    for of in sops.declared.values() {
        let today = now.with_timezone(&of.planned.zone).date_naive();
        let last = today.checked_add_days(Days::new(AHEAD)).unwrap_or(today);
        for run in of.planned.runs_touching(today, last) {
            let due = run.dues.iter().filter(|due| (today..=last).contains(&due.at.date_naive()));
            messages.extend(due.map(|due| Message { of, run: run.clone(), due: due.clone() }));
        }
    }
    sort_by(&mut messages, |one, other| (one.due.at, one.step()).cmp(&(other.due.at, other.step())));
    messages
}

fn words(sops: &Sops, messages: &[Message<'_>], policy: &Policy, all: &mut Vec<Forbidden>) {
    for of in sops.declared.values() {
        for (path, step, text) in texts(of) {
            for word in policy.forbidden_in(text) {
                all.push(whenever(messages, of, step, |when| {
                    Policy::forbidden(text!("{when}: the text says `{word}`", when, word))
                        .at(of.place_of(&path))
                }));
            }
        }
    }
}

/// What is forbidden of a step whenever it is due: said of its next run, or of the plan itself, since one whose runs are
/// over is no less forbidden. `problem` gets to know how the step is named.
fn whenever(
    messages: &[Message<'_>],
    of: &Declared,
    step: usize,
    problem: impl FnOnce(Text) -> Problem,
) -> Forbidden {
    let plan = &of.planned.address;
    let mut of_step = messages.iter().filter(|message| message.step() == (plan.as_str(), step));
    let problem = match of_step.clone().next() {
        Some(message) => problem(message.named()).about(&message.run.address),
        None => problem(text!("step {step}", step = step + 1)).about(plan),
    };
    let runs = of_step.by_ref().map(|message| message.run.address.clone()).collect();
    Forbidden { problem, plan: Some(plan.clone()), runs }
}

/// Messages that move money. What does is the vendor's to know.
fn money(sops: &Sops, messages: &[Message<'_>], all: &mut Vec<Forbidden>) {
    for of in sops.declared.values() {
        for (step, body) in of.planned.sop.steps.iter().enumerate() {
            for (nth, message) in body.send.iter().enumerate() {
                let mut path = vec!["steps".into(), step.into(), "send".into(), nth.into()];
                let mut found = vec![];
                money_in(&message.0, sops.plans.money, false, &mut path, &mut found);
                all.extend(found.into_iter().map(|(path, word)| {
                    whenever(messages, of, step, |when| {
                        Problem::error(Code::Money, text!("{when}: `{word}` moves money", when, word))
                            .at(of.place_of(&path))
                            .help(text!("take it out, or allow it with `policy.allow_money_messages: true` of the project"))
                    })
                }));
            }
        }
    }
}

/// Where fields say that they move money, and in which word. `own` where they are the vendor's own.
fn money_in<'a>(
    fields: &'a Map<String, Value>,
    money: &[Money],
    own: bool,
    path: &mut Vec<Step>,
    found: &mut Vec<(Vec<Step>, &'a str)>,
) {
    for (name, value) in fields {
        path.push(name.as_str().into());
        if money.iter().any(|one| one.is_said(name, value, own)) {
            found.push((path.clone(), value.as_str().unwrap_or(name)));
        }
        let own = own || RAW.contains(&name.as_str());
        match value {
            Value::Object(fields) => money_in(fields, money, own, path, found),
            Value::Array(items) => {
                for (nth, item) in items.iter().enumerate() {
                    path.push(nth.into());
                    item.as_object().into_iter().for_each(|item| money_in(item, money, own, path, found));
                    path.pop();
                }
            }
            _ => {}
        }
        path.pop();
    }
}

/// Every text that somebody gets to read, where it stands, and its step.
fn texts(of: &Declared) -> Vec<(Vec<Step>, usize, &str)> {
    let mut all = vec![];
    for (step, body) in of.planned.sop.steps.iter().enumerate() {
        for (nth, message) in body.send.iter().enumerate() {
            for (name, value) in &message.0 {
                let mut path = vec!["steps".into(), step.into(), "send".into(), nth.into()];
                let mut found = vec![];
                texts_in(name, value, &mut path, &mut found);
                all.extend(found.into_iter().map(|(path, text)| (path, step, text)));
            }
        }
    }
    all
}

fn is_quiet(hours: QuietHours, time: NaiveTime) -> bool {
    if hours.from < hours.to {
        (hours.from..hours.to).contains(&time)
    } else {
        time >= hours.from || time < hours.to
    }
}

fn quiet(messages: &[Message<'_>], hours: QuietHours, all: &mut Vec<Forbidden>) {
    let mut said: BTreeMap<_, (&Message<'_>, BTreeSet<Address>)> = BTreeMap::new();
    // The clocks may show another time than the step's: that counts.
    for message in messages.iter().filter(|message| is_quiet(hours, message.due.at.time())) {
        let (_, runs) = said.entry(message.step()).or_insert((message, BTreeSet::new()));
        runs.insert(message.run.address.clone());
    }
    let mut said: Vec<_> = said.into_values().collect();
    sort_by_key(&mut said, |(message, _)| (message.due.at, message.step()));
    all.extend(said.into_iter().map(|(message, runs)| {
        let hours = format!("{}-{}", hours.from.format("%H:%M"), hours.to.format("%H:%M"));
        let what = text!("{message} falls into the quiet hours {hours}", message = message.named(), hours);
        let what = match runs.len().saturating_sub(1) {
            0 => what,
            1 => text!("{what}, and in 1 more run of the year ahead", what),
            more => text!("{what}, and in {more} more runs of the year ahead", what, more),
        };
        let problem = Problem::error(Code::QuietHours, what)
            .at(message.place("at"))
            .about(&message.run.address)
            .help(text!("move it; `policy.quiet_hours` of the project forbids the time"));
        Forbidden { problem, plan: None, runs }
    }));
}

/// Messages reach people through any plan whose audience they are in; who that is the vendor's words say.
fn too_many(sops: &Sops, messages: &[Message<'_>], most: u32, now: DateTime<Utc>, all: &mut Vec<Forbidden>) {
    let audiences: Vec<_> = sops.declared.values().map(|of| &of.planned.sop.audience).collect();
    let named = |who: Vec<Text>| map(who.into_iter().map(|who| (who.en(), who)));
    let reach = map(sops.declared.keys().zip((sops.plans.reach)(&audiences).into_iter().map(named)));
    let everybody = map(reach.values().flatten());
    let reaches =
        |message: &Message<'_>, name: &String| reach[&message.of.planned.address].contains_key(name);
    let mut days: BTreeMap<NaiveDate, Vec<&Message<'_>>> = BTreeMap::new();
    for message in messages {
        days.entry(message.day()).or_default().push(message);
    }
    let mut said: BTreeMap<(&str, usize), (Forbidden, usize)> = BTreeMap::new();
    let mut order = vec![];
    for (day, messages) in days {
        let mut over: BTreeSet<(&str, usize)> = BTreeSet::new();
        for (name, who) in &everybody {
            let reached: Vec<_> = messages.iter().filter(|message| reaches(message, name)).collect();
            let items = |message: &&&Message<'_>| message.due.step.send.len();
            let total: usize = reached.iter().map(items).sum();
            let mut sum = 0;
            let beyond = reached.iter().filter(|message| {
                sum += items(message);
                sum > most as usize && message.due.at >= now
            });
            let beyond: Vec<_> = beyond.collect();
            let Some(first) = beyond.first() else { continue };
            let (forbidden, count) = said.entry(first.step()).or_insert_with(|| {
                order.push(first.step());
                let message = text!(
                    "{named}: {who} would get {total} messages on {day}",
                    named = first.named(),
                    who = *who,
                    total,
                    day
                );
                let problem = Problem::error(Code::TooManyMessages, message)
                    .at(first.place("at"))
                    .about(&first.run.address);
                let others = reached.iter().filter(|message| message.step() != first.step());
                let problem = others.fold(problem, |problem, other| {
                    problem.at(other
                        .place("at")
                        .labelled(text!("{address} as well", address = other.run.address)))
                });
                (Forbidden { problem, plan: None, runs: BTreeSet::new() }, 0)
            });
            forbidden.runs.extend(beyond.iter().map(|message| message.run.address.clone()));
            *count += usize::from(over.insert(first.step()));
        }
    }
    for step in order {
        let Some((mut forbidden, count)) = said.remove(&step) else { continue };
        let what = forbidden.problem.message;
        forbidden.problem.message = match count.saturating_sub(1) {
            0 => what,
            1 => text!("{what}, and on 1 more day of the year ahead", what),
            more => text!("{what}, and on {more} more days of the year ahead", what, more),
        };
        forbidden.problem = forbidden.problem.help(text!(
            "`policy.max_messages_per_audience_per_day` of the project allows {most}; move or drop one",
            most
        ));
        all.push(forbidden);
    }
}

#[cfg(test)]
mod tests;
