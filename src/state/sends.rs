//! Messages that we send ourselves: each is written down before it goes out, and what came of it after. That is all
//! that keeps one from going out twice, so none of it is ever forgotten, and no address under which it is known changes
//! without it.
//!
//! A message is known by what it says and to whom, and not by its place in the plan: steps may be moved, and others
//! put between them, and it is the same message still.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Entry, State, fingerprint};
use crate::model::sop::Own;
use crate::model::{Address, Link, LinkTo};
use crate::order::{map, sort_by_key};

/// One message of a run to one recipient, that was about to go out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// The step that it was, from 1.
    pub step: usize,
    /// Which of the step's messages, from 1.
    pub item: usize,
    /// When it was due.
    pub at: DateTime<Utc>,
    /// Who gets it.
    pub to: String,
    /// What it says, in short.
    pub what: String,
    /// By which of [`State::bodies`] it is known.
    pub fingerprint: String,
    /// Which of equal messages of the run to this recipient, from 1.
    pub nth: u32,
    /// By which of [`State::bodies`] its audience is known.
    pub audience: String,
    /// What shows it in the vendor's list of what was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// When it was about to go out.
    pub begun: DateTime<Utc>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nobody knows, yet or for good: it may have gone out.
    Begun,
    /// The vendor answered with an error of its own, and it may have gone out all the same: that nothing shows it
    /// proves nothing.
    Doubtful {
        /// What the vendor said.
        why: String,
    },
    /// It went out.
    Sent {
        /// The vendor's id of the sending, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// It certainly did not.
    NotSent {
        /// Why not.
        why: String,
    },
}

/// By what a message is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identity {
    /// The run.
    pub run: Address,
    /// Who gets it.
    pub to: String,
    /// [`Sending::fingerprint`].
    pub fingerprint: String,
    /// [`Sending::nth`].
    pub nth: u32,
}

impl Sending {
    /// By what it is known.
    pub fn identity(&self, run: &Address) -> Identity {
        let Self { to, fingerprint, nth, .. } = self.clone();
        Identity { run: run.clone(), to, fingerprint, nth }
    }

    /// True if it is this one of its run.
    pub fn is_known_by(&self, identity: &Identity) -> bool {
        (self.nth, &self.to, &self.fingerprint) == (identity.nth, &identity.to, &identity.fingerprint)
    }

    /// True if another of the same run has the same identity.
    fn is_same(&self, other: &Self) -> bool {
        (self.nth, &self.to, &self.fingerprint) == (other.nth, &other.to, &other.fingerprint)
    }

    /// True unless it is certain that it did not go out: it is out of our hands then.
    pub fn is_out(&self) -> bool {
        !matches!(self.outcome, Outcome::NotSent { .. })
    }

    /// True if nobody knows whether it went out.
    pub fn is_uncertain(&self) -> bool {
        matches!(self.outcome, Outcome::Begun | Outcome::Doubtful { .. })
    }
}

/// The fingerprint of what is sent, or of an audience: the same for the same content, in whatever order its fields are
/// written.
pub fn of_words(words: &Own) -> String {
    fingerprint(&sorted(Value::Object(words.0.clone())).into())
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(Map::from_iter(map(fields.into_iter().map(|(name, value)| (name, sorted(value))))))
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        plain => plain,
    }
}

impl State {
    /// The entry by which a message is about to go out.
    pub fn begin_send(&self, run: &Address, sending: Sending, message: &Own, audience: &Own) -> Entry {
        let known = |words: &&Own| !self.bodies.contains_key(&of_words(words));
        let bodies = [message, audience].into_iter().filter(known).cloned().collect();
        Entry::Send { run: run.clone(), sending, bodies }
    }

    /// What was sent, or may have been, or was not: by run.
    pub fn sendings(&self) -> impl Iterator<Item = (&Address, &Sending)> {
        self.sends.iter().flat_map(|(run, sendings)| sendings.iter().map(move |one| (run, one)))
    }

    pub(super) fn take_send(&mut self, run: Address, sending: Sending, bodies: Vec<Own>) {
        self.bodies.extend(bodies.into_iter().map(|words| (of_words(&words), words)));
        let known = self.sends.entry(run).or_default();
        match known.iter_mut().find(|one| !one.is_out() && one.is_same(&sending)) {
            Some(before) => *before = sending,
            None => known.push(sending),
        }
    }

    pub(super) fn take_outcome(&mut self, identity: &Identity, outcome: Outcome) {
        let known = self.sends.get_mut(&identity.run).into_iter().flatten();
        let mut these: Vec<_> = known.filter(|one| one.is_known_by(identity)).collect();
        // One that is still open is the one that is meant.
        sort_by_key(&mut these, |one| !one.is_uncertain());
        if let Some(one) = these.into_iter().next() {
            one.outcome = outcome;
        }
    }

    /// Lets messages go on under other addresses: of their runs, and of what they and their audiences point at.
    pub(super) fn carry_sends(&mut self, moved: &[(Address, Address)]) {
        let names: Vec<_> =
            moved.iter().filter_map(|(from, to)| Some((LinkTo::to(from)?, LinkTo::to(to)?))).collect();
        let mut renamed: BTreeMap<String, String> = BTreeMap::new();
        let mut bodies = BTreeMap::new();
        for (known_by, words) in &self.bodies {
            let new = Link::renamed(names.clone(), || serde_json::to_value(words));
            let new = new.ok().and_then(|new| serde_json::from_value(new).ok());
            let new = new.unwrap_or_else(|| words.clone());
            renamed.insert(known_by.clone(), of_words(&new));
            bodies.insert(of_words(&new), new);
        }
        for sending in self.sends.values_mut().flatten() {
            if let Some(audience) = self.bodies.get(&sending.audience) {
                sending.to = called(&sending.to, audience, &names);
            }
            for known_by in [&mut sending.fingerprint, &mut sending.audience] {
                if let Some(new) = renamed.get(known_by.as_str()) {
                    new.clone_into(known_by);
                }
            }
        }
        self.bodies = bodies;
        for (run, sendings) in std::mem::take(&mut self.sends) {
            self.sends.entry(moved_run(&run, moved)).or_default().extend(sendings);
        }
    }
}

fn moved_run(run: &Address, moved: &[(Address, Address)]) -> Address {
    let to = |address: &Address| moved.iter().find(|(from, _)| from == address).map(|(_, to)| to.clone());
    let with_plan = || {
        let (plan, date) = run.run_of()?;
        Some(to(&plan)?.at_date(date))
    };
    to(run).or_else(with_plan).unwrap_or_else(|| run.clone())
}

/// A recipient that goes by one of our keys (`vip`, `vip (female)`) has that key's new name.
fn called(to: &str, audience: &Own, names: &[(LinkTo, LinkTo)]) -> String {
    let (_, links) = Link::collect(|| serde_json::to_value(audience));
    let new = names.iter().filter(|(from, _)| links.contains(from)).find_map(|(from, new)| {
        let rest = to.strip_prefix(&from.key)?;
        (rest.is_empty() || rest.starts_with(" (")).then(|| format!("{}{rest}", new.key))
    });
    new.unwrap_or_else(|| to.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Body;
    use crate::state::{Intent, Record};
    use serde_json::json;

    fn own(value: Value) -> Own {
        serde_json::from_value(value).expect("fields")
    }

    fn at(text: &str) -> Address {
        Address::parse(text).expect("an address")
    }

    fn sending(message: &Own, audience: &Own, to: &str) -> Sending {
        Sending {
            step: 1,
            item: 1,
            at: DateTime::UNIX_EPOCH,
            to: to.to_owned(),
            what: message.to_string(),
            fingerprint: of_words(message),
            nth: 1,
            audience: of_words(audience),
            mark: None,
            begun: DateTime::UNIX_EPOCH,
            outcome: Outcome::Begun,
        }
    }

    /// A state in which `material spring` was begun to `vip (female)`.
    fn begun() -> (State, Address) {
        let (message, audience) =
            (own(json!({"material": "spring"})), own(json!({"group": "vip", "gender": "female"})));
        let mut state = State::new("default", "shop");
        let run = at("shop/sop/a@2026-11-23");
        let entry = state.begin_send(&run, sending(&message, &audience, "vip (female)"), &message, &audience);
        state.take(entry);
        (state, run)
    }

    #[test]
    fn what_is_the_same_has_one_fingerprint_however_it_is_written() {
        let one = own(json!({"raw": {"a": 1, "b": [{"c": 2, "d": 3}]}, "extra": {}}));
        let other = own(json!({"extra": {}, "raw": {"b": [{"d": 3, "c": 2}], "a": 1}}));
        assert_eq!(of_words(&one), of_words(&other));
        assert_ne!(of_words(&one), of_words(&own(json!({"raw": {"a": 1, "b": [2]}, "extra": {}}))));
    }

    #[test]
    fn an_outcome_ends_what_was_begun_and_only_what_did_not_go_out_is_replaced() {
        let (mut state, run) = begun();
        let first = state.sends[&run][0].clone();
        assert!(!state.is_empty() && first.is_out() && first.is_uncertain());
        let identity = first.identity(&run);
        state.take(Entry::Outcome {
            identity: identity.clone(),
            outcome: Outcome::NotSent { why: "no".into() },
        });
        assert!(!state.sends[&run][0].is_out());
        let again = Sending { mark: Some("5f".into()), ..first };
        state.take(Entry::Send { run: run.clone(), sending: again.clone(), bodies: vec![] });
        assert_eq!(state.sends[&run], std::slice::from_ref(&again));
        state.take(Entry::Outcome { identity, outcome: Outcome::Sent { id: Some("7".into()) } });
        assert!(state.sends[&run][0].is_out() && !state.sends[&run][0].is_uncertain());
        // Nobody takes the place of one that went out.
        state.take(Entry::Send { run: run.clone(), sending: again, bodies: vec![] });
        assert_eq!(state.sends[&run].len(), 2);
    }

    #[test]
    fn bodies_are_remembered_once() {
        let (state, run) = begun();
        let words: Vec<_> = state.bodies.values().cloned().collect();
        let entry = state.begin_send(&run, state.sends[&run][0].clone(), &words[0], &words[1]);
        assert!(matches!(entry, Entry::Send { bodies, .. } if bodies.is_empty()));
    }

    #[test]
    fn a_run_moves_with_its_plan_with_all_that_is_known_of_it() {
        let (mut state, _) = begun();
        let body = json!({"title": "a", "audience": {"group": "vip"}, "steps": []});
        state.take(Entry::Keep {
            address: at("shop/sop/a"),
            record: Record::new("armed".into(), body.clone(), false),
        });
        state.take(Entry::Keep {
            address: at("shop/sop/a@2026-12-07"),
            record: Record::new("1".into(), body, false),
        });
        let intent = Intent { natural: "a".into(), id: None, begun: None, want: Body::default() };
        state.take(Entry::Begin { address: at("shop/sop/a@2026-12-14"), intent });
        let moved = state.follow(&[(at("shop/sop/a"), at("shop/sop/b"))]);
        // Of what was sent nothing is said: it goes where its plan goes.
        let from: Vec<_> = moved.iter().map(|(from, _)| from.as_str()).collect();
        assert_eq!(from, ["shop/sop/a", "shop/sop/a@2026-12-07", "shop/sop/a@2026-12-14"]);
        assert_eq!(state.sends.keys().map(Address::as_str).collect::<Vec<_>>(), ["shop/sop/b@2026-11-23"]);
        assert!(state.resources.contains_key(&at("shop/sop/b@2026-12-07")));
        assert!(state.intents.contains_key(&at("shop/sop/b@2026-12-14")));
    }

    #[test]
    fn a_run_of_which_only_messages_are_known_moves_too_and_none_is_lost() {
        let (mut state, run) = begun();
        let there = at("shop/sop/b@2026-11-23");
        let other = Sending { to: "all".into(), ..state.sends[&run][0].clone() };
        state.take(Entry::Send { run: there.clone(), sending: other, bodies: vec![] });
        assert_eq!(state.follow(&[(at("shop/sop/a"), at("shop/sop/b"))]).len(), 1);
        assert_eq!((state.sends.len(), state.sends[&there].len()), (1, 2));
        // A plan whose key only begins like it is another.
        let other = Sending { to: "all".into(), ..state.sends[&there][0].clone() };
        state.take(Entry::Send { run: at("shop/sop/bb@2026-11-23"), sending: other, bodies: vec![] });
        assert_eq!(state.follow(&[(at("shop/sop/b"), at("shop/sop/c"))]).len(), 1);
    }

    #[test]
    fn messages_are_the_same_under_the_new_names_of_what_they_point_at() {
        let (mut state, run) = begun();
        state.take(Entry::Move {
            moved: vec![
                (at("shop/material/spring"), at("shop/material/summer")),
                (at("shop/group/vip"), at("shop/group/members")),
            ],
        });
        let one = &state.sends[&run][0];
        assert_eq!(one.to, "members (female)");
        assert_eq!(one.fingerprint, of_words(&own(json!({"material": "summer"}))));
        assert_eq!(state.bodies[&one.audience], own(json!({"group": "members", "gender": "female"})));
        assert_eq!(state.bodies[&one.fingerprint], own(json!({"material": "summer"})));
    }

    #[test]
    fn another_account_in_its_place_forgets_no_message() {
        let (mut state, _) = begun();
        state.take(Entry::Rebind { identity: state.identity.clone(), keep: vec![] });
        assert_eq!(state.sendings().count(), 1);
    }
}
