//! What holds whatever the plan, however it is edited and armed, and whenever somebody looks.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::due;
use super::testing::{Shop, moment};
use crate::model::Body;
use crate::state::{Entry, Outcome, Sending, State, of_words};

#[derive(Clone, Debug)]
enum Deed {
    /// The plan is written anew.
    Edit(Shape),
    /// What is declared is armed.
    Arm,
    /// So many minutes pass.
    Wait(i64),
    /// What is due is sent, one by one with these ends.
    Send(Vec<u8>),
    /// The state is lost.
    Lose,
}

/// Days, hours and words of steps, by number; recipients; the rule.
type Shape = (Vec<(u32, u32, u8)>, u8, bool);

fn shape() -> impl Strategy<Value = Shape> {
    let hour = prop::sample::select(vec![8, 10, 12]);
    (prop::collection::vec((1..4u32, hour, 0..2u8), 1..6), 1..3u8, any::<bool>())
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        4 => shape().prop_map(Deed::Edit),
        6 => Just(Deed::Arm),
        6 => prop::sample::select(vec![30, 60, 120, 600]).prop_map(Deed::Wait),
        12 => prop::collection::vec(0..4u8, 12).prop_map(Deed::Send),
        1 => Just(Deed::Lose),
    ];
    prop::collection::vec(deed, 60..120)
}

fn shop((steps, recipients, daily): &Shape) -> Shop {
    let friends: Vec<_> = (0..*recipients).map(|nth| format!("o-{nth}")).collect();
    let step = |(day, hour, words): &(u32, u32, u8)| json!({"day": day.to_string(), "at": format!("{hour:02}:00"), "send": [{"text": words.to_string()}]});
    let mut schedule = json!({"start": "2026-11-23"});
    if *daily {
        schedule["repeat"] = "FREQ=DAILY".into();
    }
    let steps: Vec<Value> = steps.iter().map(step).collect();
    Shop::with(json!({"schedule": schedule, "audience": {"friends": friends}, "steps": steps, "grace": "3h"}))
}

/// A message that may have gone out, as its recipient sees it.
struct Got {
    run: String,
    to: String,
    words: String,
    at: DateTime<Utc>,
}

proptest! {
    #[test]
    fn nothing_goes_out_twice_and_nothing_that_was_not_planned(first in shape(), deeds in deeds()) {
        let mut declared = shop(&first);
        let mut state = State::new("default", "care");
        let mut now = moment("2026-11-22T20:00");
        // The armed body, and since when: what the test believes, not what the state says.
        let mut armed: Option<(Body, DateTime<Utc>)> = None;
        let mut got: Vec<Got> = vec![];
        for deed in deeds {
            match deed {
                Deed::Edit(shape) => declared = shop(&shape),
                Deed::Arm => {
                    let Some(Entry::Keep { record, .. }) = declared.arming(now).pop() else { continue };
                    if armed.as_ref().is_none_or(|(body, _)| *body != record.applied) {
                        declared.arm(&mut state, now);
                        armed = Some((record.applied, now));
                    }
                }
                Deed::Wait(minutes) => now += TimeDelta::minutes(minutes),
                Deed::Lose => {
                    state = State::new("default", "care");
                    armed = None;
                }
                Deed::Send(ends) => {
                    let messages = due(&declared.account(), &state, now).messages;
                    for (message, end) in messages.into_iter().zip(ends.into_iter().cycle()) {
                        let Some(Entry::Keep { record, .. }) = declared.arming(now).pop() else { continue };
                        let (body, since) = armed.clone().expect("nothing is due that is not armed");
                        prop_assert_eq!(&body, &record.applied);
                        prop_assert!(since < message.at && message.at <= now);
                        prop_assert!(now <= message.at + TimeDelta::hours(3));
                        let words = message.body.text("text").unwrap_or_default().to_owned();
                        let steps = &declared.planned[0].sop.steps;
                        let planned = steps.iter().filter(|step| step.send[0].text("text") == Some(&words)).count();
                        let before = got.iter().filter(|one| {
                            // What went out before the state was lost is only known by its time.
                            (one.run.as_str(), &one.to, &one.words) == (message.run.as_str(), &message.to, &words)
                        });
                        let known = state.sends.get(&message.run).into_iter().flatten();
                        let known = known.filter(|one| one.is_out() && one.to == message.to && one.what == words);
                        prop_assert!(known.count() < planned, "more than the plan has");
                        for one in before {
                            prop_assert!(one.at != message.at || planned > 1, "one moment's message twice");
                        }
                        let outcome = match end {
                            0 => Outcome::NotSent { why: "no".into() },
                            1 => Outcome::Begun,
                            _ => Outcome::Sent { id: None },
                        };
                        if end > 0 {
                            got.push(Got {
                                run: message.run.to_string(),
                                to: message.to.clone(),
                                words: words.clone(),
                                at: message.at,
                            });
                        }
                        let sending = Sending {
                            step: message.step,
                            item: message.item,
                            at: message.at,
                            to: message.to.clone(),
                            what: words,
                            fingerprint: message.fingerprint.clone(),
                            nth: message.nth,
                            audience: of_words(&message.audience),
                            mark: None,
                            begun: now,
                            outcome,
                        };
                        let entry = state.begin_send(&message.run, sending, &message.body, &message.audience);
                        state.take(entry);
                    }
                    let mut known: Vec<_> = state.sendings().map(|(run, one)| one.identity(run)).collect();
                    let all = known.len();
                    known.sort();
                    known.dedup();
                    prop_assert_eq!(known.len(), all, "two messages with one identity");
                }
            }
        }
    }

    /// Somebody who looks often enough sends all of an armed plan.
    #[test]
    fn everything_that_is_armed_goes_out(shape in shape(), every in 1..180i64) {
        let shop = shop(&(shape.0, shape.1, false));
        let mut state = State::new("default", "care");
        let mut now = moment("2026-11-22T20:00");
        shop.arm(&mut state, now);
        let mut sent = 0;
        while now < moment("2026-11-27T20:00") {
            for message in due(&shop.account(), &state, now).messages {
                let sending = Sending {
                    step: message.step,
                    item: message.item,
                    at: message.at,
                    to: message.to.clone(),
                    what: String::new(),
                    fingerprint: message.fingerprint.clone(),
                    nth: message.nth,
                    audience: String::new(),
                    mark: None,
                    begun: now,
                    outcome: Outcome::Begun,
                };
                state.take(Entry::Send { run: message.run.clone(), sending, bodies: vec![] });
                sent += 1;
            }
            now += TimeDelta::minutes(every);
        }
        prop_assert_eq!(sent, shop.planned[0].sop.steps.len() * usize::from(shape.1));
    }
}
