//! What is due, and what becomes of it.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::event::Ending;
use super::testing::{Act, Shop, Vendor, moment, own};
use super::*;
use crate::clock::Clock;
use crate::state::store::{Holder, Open, Store};
use crate::state::{Entry, Outcome as Came, State, of_words};
use crate::text;
use crate::words::Text;

fn text(day: u32, at: &str, words: &str) -> Value {
    json!({"day": day.to_string(), "at": at, "send": [{"text": words}]})
}

/// `step.item to: what`
fn shown(due: &Due) -> Vec<String> {
    let line = |one: &Message| format!("{}.{} {}: {}", one.step, one.item, one.to, one.body);
    due.messages.iter().map(line).collect()
}

fn at(shop: &Shop, state: &State, time: &str) -> Vec<String> {
    shown(&due(&shop.account(), state, moment(time)))
}

fn armed(shop: &Shop, time: &str) -> State {
    let mut state = State::new("default", "care");
    shop.arm(&mut state, moment(time));
    state
}

/// Takes everything that is due for begun, with an outcome.
fn take(shop: &Shop, state: &mut State, time: &str, outcome: &Came) -> usize {
    let due = due(&shop.account(), state, moment(time)).messages;
    for message in &due {
        let sending = crate::state::Sending {
            step: message.step,
            item: message.item,
            at: message.at,
            to: message.to.clone(),
            what: message.body.to_string(),
            fingerprint: message.fingerprint.clone(),
            nth: message.nth,
            audience: of_words(&message.audience),
            mark: None,
            begun: moment(time),
            outcome: outcome.clone(),
        };
        let entry = state.begin_send(&message.run, sending, &message.body, &message.audience);
        state.take(entry);
    }
    due.len()
}

const SENT: Came = Came::Sent { id: None };

#[test]
fn a_message_is_due_from_its_time_to_the_end_of_its_grace() {
    let shop = Shop::new(&["ann", "ann"], json!([text(1, "10:00", "a")]));
    let state = armed(&shop, "2026-11-22T09:00");
    assert_eq!(at(&shop, &state, "2026-11-23T09:59"), [""; 0]);
    for time in ["2026-11-23T10:00", "2026-11-23T10:30"] {
        // Who is named twice is one recipient.
        assert_eq!(at(&shop, &state, time), ["1.1 ann: text a"]);
    }
    assert_eq!(at(&shop, &state, "2026-11-23T10:31"), [""; 0]);
    let next = due(&shop.account(), &state, moment("2026-11-22T10:00")).next;
    assert_eq!(next, Some(moment("2026-11-23T10:00")));
}

#[test]
fn what_fell_due_before_the_arming_or_with_it_is_missed() {
    let shop = Shop::new(&["ann"], json!([text(1, "10:00", "a"), text(1, "10:10", "b")]));
    for time in ["2026-11-23T10:00", "2026-11-23T10:05"] {
        let state = armed(&shop, time);
        assert_eq!(at(&shop, &state, "2026-11-23T10:10"), ["2.1 ann: text b"]);
    }
}

#[test]
fn nothing_of_a_plan_that_is_not_armed_as_declared() {
    let shop = Shop::new(&["ann"], json!([text(1, "10:00", "a")]));
    let edited = Shop::new(&["ann", "bob"], json!([text(1, "10:00", "b")]));
    let state = armed(&shop, "2026-11-22T09:00");
    let found = due(&edited.account(), &state, moment("2026-11-23T10:00"));
    // What was promised is one message.
    assert_eq!((found.messages.len(), found.held[0].messages), (0, 1));
    let found = due(&shop.account(), &State::new("default", "care"), moment("2026-11-23T10:00"));
    assert_eq!((found.messages.len(), found.held.len(), found.unarmed[0].messages), (0, 0, 1));
    // A plan that was taken out is none of the account's any more.
    let none = Account { plans: vec![], ..shop.account() };
    assert_eq!(due(&none, &state, moment("2026-11-23T10:00")).gone.len(), 1);
}

#[test]
fn what_was_not_sent_within_its_grace_is_told_for_a_day() {
    let shop = Shop::new(&["ann", "bob"], json!([text(1, "10:00", "a")]));
    let mut state = armed(&shop, "2026-11-22T09:00");
    assert_eq!(take(&shop, &mut state, "2026-11-23T10:00", &Came::Sent { id: None }), 2);
    let state = armed(&shop, "2026-11-22T09:00");
    let missed = |time: &str| due(&shop.account(), &state, moment(time)).missed;
    assert_eq!(missed("2026-11-23T10:30"), []);
    let both = Missed { run: Address::parse("care/sop/a@2026-11-23").expect("a run"), messages: 2 };
    assert_eq!(missed("2026-11-23T10:31"), std::slice::from_ref(&both));
    assert_eq!(missed("2026-11-24T10:30"), [both]);
    assert_eq!(missed("2026-11-24T10:31"), []);
}

#[test]
fn a_long_grace_is_told_when_it_is_over() {
    let shop = Shop::with(json!({
        "schedule": {"start": "2026-11-23"},
        "audience": {"friends": ["ann"]},
        "steps": [text(1, "10:00", "a")],
        "grace": "2d",
    }));
    let state = armed(&shop, "2026-11-22T09:00");
    let counts = |time: &str| {
        let due = due(&shop.account(), &state, moment(time));
        (due.messages.len(), due.missed.len())
    };
    assert_eq!(counts("2026-11-25T10:00"), (1, 0));
    assert_eq!(counts("2026-11-25T10:01"), (0, 1));
    assert_eq!(counts("2026-11-26T10:00"), (0, 1));
    assert_eq!(counts("2026-11-26T10:01"), (0, 0));
}

#[test]
fn equal_messages_of_a_run_go_out_once_each() {
    let steps = json!([text(1, "10:00", "a"), text(1, "10:00", "a"), text(1, "10:10", "a")]);
    let shop = Shop::new(&["ann"], steps);
    let mut state = armed(&shop, "2026-11-22T09:00");
    assert_eq!(take(&shop, &mut state, "2026-11-23T10:00", &SENT), 2);
    assert_eq!(take(&shop, &mut state, "2026-11-23T10:05", &SENT), 0);
    assert_eq!(take(&shop, &mut state, "2026-11-23T10:10", &SENT), 1);
    assert_eq!(take(&shop, &mut state, "2026-11-23T10:15", &SENT), 0);
    let numbers: Vec<_> = state.sendings().map(|(_, one)| one.nth).collect();
    assert_eq!(numbers, [1, 2, 3]);
}

#[test]
fn a_message_that_was_sent_is_not_sent_again_wherever_its_step_is_moved() {
    let shop = Shop::new(&["ann", "bob"], json!([text(1, "10:00", "a"), text(3, "10:00", "b")]));
    let mut state = armed(&shop, "2026-11-22T09:00");
    assert_eq!(take(&shop, &mut state, "2026-11-23T10:00", &SENT), 2);
    // A step in front of it, itself later, and one more of its kind behind it.
    let steps =
        json!([text(1, "12:00", "c"), text(1, "12:00", "a"), text(2, "10:00", "a"), text(3, "10:00", "b")]);
    let edited = Shop::new(&["bob", "cid"], steps);
    edited.arm(&mut state, moment("2026-11-23T11:00"));
    assert_eq!(
        at(&edited, &state, "2026-11-23T12:00"),
        ["1.1 bob: text c", "1.1 cid: text c", "2.1 cid: text a"]
    );
    take(&edited, &mut state, "2026-11-23T12:00", &SENT);
    assert_eq!(at(&edited, &state, "2026-11-24T10:00"), ["3.1 bob: text a", "3.1 cid: text a"]);
}

#[test]
fn one_that_was_sent_while_an_equal_one_was_missed_counts_though_the_missed_one_is_taken_out() {
    let shop = Shop::new(&["ann"], json!([text(1, "10:00", "a"), text(3, "10:00", "a")]));
    let mut state = armed(&shop, "2026-11-24T09:00");
    assert_eq!(take(&shop, &mut state, "2026-11-25T10:00", &SENT), 1);
    let edited = Shop::new(&["ann"], json!([text(4, "10:00", "a")]));
    edited.arm(&mut state, moment("2026-11-25T11:00"));
    assert_eq!(at(&edited, &state, "2026-11-26T10:00"), [""; 0]);
}

#[test]
fn what_was_begun_is_not_due_and_what_did_not_go_out_is() {
    let shop = Shop::new(&["ann"], json!([text(1, "10:00", "a")]));
    let mut state = armed(&shop, "2026-11-22T09:00");
    take(&shop, &mut state, "2026-11-23T10:00", &Came::NotSent { why: "no".into() });
    assert_eq!(take(&shop, &mut state, "2026-11-23T10:05", &Came::Begun), 1);
    assert_eq!(take(&shop, &mut state, "2026-11-23T10:06", &Came::Begun), 0);
    assert_eq!(state.sendings().count(), 1);
}

#[test]
fn a_lost_state_sends_nothing_that_was_due_before_the_new_arming() {
    let shop = Shop::new(&["ann"], json!([text(1, "10:00", "a"), text(1, "10:20", "b")]));
    let state = armed(&shop, "2026-11-23T10:10");
    assert_eq!(at(&shop, &state, "2026-11-23T10:20"), ["2.1 ann: text b"]);
}

#[test]
fn new_names_of_groups_and_materials_send_nothing_again() {
    let of = |group: &str, material: &str| {
        Shop::with(
            json!({"schedule": {"start": "2026-11-23"}, "audience": {"group": group, "friends": [group]},
            "steps": [{"day": "1", "at": "10:00", "send": [{"material": material}]}]}),
        )
    };
    let shop = of("vip", "spring");
    let mut state = armed(&shop, "2026-11-22T09:00");
    assert_eq!(take(&shop, &mut state, "2026-11-23T10:00", &SENT), 1);
    let at_address = |text: &str| crate::model::Address::parse(text).expect("an address");
    let moved = [("care/material/spring", "care/material/summer"), ("care/group/vip", "care/group/club")];
    state.take(Entry::Move { moved: moved.map(|(from, to)| (at_address(from), at_address(to))).to_vec() });
    // What is armed now is the plan under the new names, since the first arming.
    let mut renamed = state.clone();
    of("club", "summer").arm(&mut renamed, moment("2026-11-22T09:00"));
    assert_eq!(at(&of("club", "summer"), &renamed, "2026-11-23T10:10"), [""; 0]);
}

#[test]
fn a_run_has_a_state() {
    let shop = Shop::new(&["ann"], json!([text(1, "10:00", "a"), text(2, "10:00", "b")]));
    let account = shop.account();
    let day = |text: &str| text.parse().expect("a date");
    let runs = shop.planned[0].runs(day("2026-11-23"), day("2026-11-23"));
    let state_at = |state: &State, time: &str| States::new(&account, state, moment(time)).of(&runs[0]);
    let none = State::new("default", "care");
    assert_eq!(state_at(&none, "2026-11-22T10:00"), RunState::Scheduled);
    assert_eq!(state_at(&none, "2026-11-23T10:00"), RunState::Missed);
    let mut state = armed(&shop, "2026-11-22T09:00");
    assert_eq!(state_at(&state, "2026-11-22T10:00"), RunState::Armed);
    assert_eq!(state_at(&state, "2026-11-23T10:00"), RunState::Due);
    assert_eq!(state_at(&state, "2026-11-23T10:31"), RunState::Missed);
    take(&shop, &mut state, "2026-11-23T10:00", &SENT);
    assert_eq!(state_at(&state, "2026-11-23T10:31"), RunState::Armed);
    let mut uncertain = state.clone();
    take(&shop, &mut uncertain, "2026-11-24T10:00", &Came::Begun);
    assert_eq!(state_at(&uncertain, "2026-12-24T10:00"), RunState::Uncertain);
    take(&shop, &mut state, "2026-11-24T10:00", &SENT);
    assert_eq!(state_at(&state, "2026-11-24T10:01"), RunState::Sent);
}

/// A state on a disk, with an armed plan.
struct Desk {
    folder: tempfile::TempDir,
    shop: Shop,
    clock: Clock,
    stop: Arc<OnceLock<Text>>,
}

impl Desk {
    async fn new(shop: Shop) -> Self {
        let clock = Clock::by_hand(moment("2026-11-23T10:00"));
        let desk = Self { folder: tempfile::tempdir().expect("a folder"), shop, clock, stop: Arc::default() };
        let mut open = desk.open().await;
        desk.shop.arming(moment("2026-11-22T09:00")).into_iter().for_each(|entry| open.record(entry));
        open.close().await.expect("closes");
        desk
    }

    fn store(&self) -> Store {
        Store::new(self.folder.path(), "default")
    }

    async fn open(&self) -> Open {
        let me = Holder {
            who: "me".into(),
            pid: 7,
            since: String::new(),
            command: "sop run".into(),
            job: None,
            nonce: String::new(),
        };
        self.store().open("care", &me, Duration::ZERO).await.expect("opens")
    }

    /// One `sop run`, until it ends or dies.
    async fn run(&self, vendor: &Arc<Vendor>) -> Option<Outcome> {
        let work = Work {
            account: self.shop.account(),
            sends: Arc::clone(vendor) as Arc<dyn crate::providers::Sends>,
            state: self.open().await,
            parallelism: 4,
            wants: &|_| true,
            given_up: HashSet::new(),
        };
        let options =
            Options { clock: self.clock.clone(), stop: Arc::clone(&self.stop), patience: Options::PATIENCE };
        tokio::select! {
            biased;
            () = vendor.died.notified() => None,
            outcome = run(vec![work], &options, &|_| {}) => Some(outcome),
        }
    }

    /// One that ends: `to what ending`, in order.
    async fn told(&self, vendor: &Arc<Vendor>) -> Vec<String> {
        let outcome = self.run(vendor).await.expect("ends");
        let line = |one: &event::Told| format!("{} {} {}", one.to, one.what, one.ending.as_str());
        outcome.told.iter().map(line).collect()
    }

    fn later(&self, minutes: i64) {
        self.clock.set(self.clock.now() + TimeDelta::minutes(minutes));
    }
}

fn two_steps() -> Shop {
    let steps = json!([
        {"day": "1", "at": "9:50", "send": [{"text": "a"}, {"text": "b"}]},
        {"day": "1", "at": "9:55", "send": [{"text": "c"}]},
    ]);
    Shop::new(&["ann", "bob"], steps)
}

#[tokio::test]
async fn everything_that_is_due_goes_out_in_order_and_once() {
    let desk = Desk::new(two_steps()).await;
    let vendor = Arc::new(Vendor::new(|_, _| Act::Ok));
    let told = desk.told(&vendor).await;
    assert_eq!(told[..2], ["ann text a sent", "bob text a sent"]);
    assert_eq!((told.len(), desk.told(&vendor).await.len()), (6, 0));
    let of_ann: Vec<_> = vendor.got().into_iter().filter(|line| line.starts_with("ann")).collect();
    assert_eq!(of_ann, ["ann: a", "ann: b", "ann: c"]);
    let state = desk.store().read("care").await.expect("reads");
    assert!(state.sendings().all(|(_, one)| matches!(one.outcome, Came::Sent { id: Some(_) })));
}

#[tokio::test]
async fn one_who_fails_stops_nobody_else_and_keeps_the_order() {
    let desk = Desk::new(two_steps()).await;
    let vendor = Arc::new(Vendor::new(|to, what| match (to, what) {
        ("ann", "a") => Act::Refused,
        ("bob", "a") => Act::PrepareFails,
        _ => Act::Ok,
    }));
    let told = desk.told(&vendor).await;
    let expected = [
        "ann text a failed",
        "bob text a failed",
        "ann text b skipped",
        "bob text b skipped",
        "ann text c sent",
        "bob text c sent",
    ];
    assert_eq!(told, expected);
    // Within the grace it is tried again, in order, and what went out is left.
    let vendor = Arc::new(Vendor::new(|_, _| Act::Ok));
    assert_eq!(desk.told(&vendor).await.len(), 4);
    let of_ann: Vec<_> = vendor.got().into_iter().filter(|line| line.starts_with("ann")).collect();
    assert_eq!(of_ann, ["ann: a", "ann: b"]);
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_at_once_and_again_later() {
    let desk = Desk::new(Shop::new(&["ann", "bob"], json!([text(1, "9:50", "a")]))).await;
    let vendor = Arc::new(Vendor::new(|to, _| if to == "ann" { Act::LostAfter } else { Act::LostBefore }));
    assert_eq!(desk.told(&vendor).await, ["ann text a sent", "bob text a uncertain"]);
    // It may still be on its way, and so it is as long as anybody could be at it.
    desk.later(1);
    assert_eq!(desk.told(&vendor).await, ["bob text a uncertain"]);
    desk.later(1);
    assert_eq!(desk.told(&vendor).await, ["bob text a uncertain"]);
    // This one was begun anew, and is lost for good when its grace is over.
    desk.later(30);
    assert_eq!(desk.told(&vendor).await, ["bob text a failed"]);
    assert_eq!(desk.told(&vendor).await, [""; 0]);
    assert_eq!(vendor.got(), ["ann: a"]);
}

/// One went out and shows, and another that looks the same did not: nobody knows which.
#[tokio::test]
async fn one_that_shows_is_not_taken_for_two() {
    let lost = |to: &str, _: &str| if to == "ann" { Act::LostAfter } else { Act::LostBefore };
    let vendor = || Vendor { alike: true, ..Vendor::new(lost) };
    let shop = || Shop::new(&["ann", "bob"], json!([text(1, "9:50", "a")]));
    let desk = Desk::new(shop()).await;
    let told = desk.told(&Arc::new(vendor())).await;
    assert_eq!(told, ["ann text a sent", "bob text a uncertain"], "the first has been found by then");
    let desk = Desk::new(shop()).await;
    let blind = Arc::new(Vendor { blind: true, ..vendor() });
    assert_eq!(desk.told(&blind).await, ["ann text a uncertain", "bob text a uncertain"]);
    desk.later(5);
    let got = blind.got.lock().expect("whole").clone();
    let sees = Arc::new(Vendor { got: got.into(), ..vendor() });
    assert_eq!(desk.told(&sees).await, ["ann text a uncertain", "bob text a uncertain"]);
}

#[tokio::test]
async fn what_the_vendor_broke_down_with_is_never_taken_for_not_sent() {
    let desk = Desk::new(Shop::new(&["ann"], json!([text(1, "9:50", "a")]))).await;
    let vendor = Arc::new(Vendor::new(|_, _| Act::Broke));
    for _ in 0..3 {
        assert_eq!(desk.told(&vendor).await, ["ann text a uncertain"]);
        desk.later(5);
    }
    // Prepared and sent once, and looked at three times.
    assert_eq!(vendor.calls.load(std::sync::atomic::Ordering::SeqCst), 5);
}

#[tokio::test]
async fn what_the_vendor_gives_to_do_is_told() {
    let desk = Desk::new(Shop::new(&["ann"], json!([text(1, "9:50", "a")]))).await;
    let told = desk.run(&Arc::new(Vendor::new(|_, _| Act::Broke))).await.expect("ends").told;
    let help = told[0]
        .problem
        .as_ref()
        .and_then(|problem| problem.help.as_ref().map(crate::words::Text::en))
        .unwrap_or_default();
    assert!(
        help.starts_with("ask the vendor with the request's number; then run `mpform sop resolve"),
        "{help}"
    );
}

#[tokio::test]
async fn what_nobody_can_tell_stays_uncertain() {
    let desk = Desk::new(Shop::new(&["ann"], json!([text(1, "9:50", "a")]))).await;
    let vendor = Arc::new(Vendor { blind: true, ..Vendor::new(|_, _| Act::LostAfter) });
    for _ in 0..3 {
        assert_eq!(desk.told(&vendor).await, ["ann text a uncertain"]);
        desk.later(5);
    }
    assert_eq!(vendor.got(), ["ann: a"]);
    let found =
        States::new(&desk.shop.account(), &desk.store().read("care").await.expect("reads"), desk.clock.now())
            .of(&desk.shop.planned[0]
                .runs("2026-11-23".parse().expect("a date"), "2026-11-23".parse().expect("a date"))[0]);
    assert_eq!(found, RunState::Uncertain);
}

#[tokio::test]
async fn who_is_interrupted_begins_nothing_new() {
    let desk =
        Desk::new(Shop::new(&["ann", "bob"], json!([text(1, "9:50", "a"), text(1, "9:51", "b")]))).await;
    let stop = Arc::clone(&desk.stop);
    let vendor = Arc::new(Vendor::new(move |_, _| {
        let _ = stop.set(text!("stopped"));
        Act::Ok
    }));
    let outcome = desk.run(&vendor).await.expect("ends");
    assert!(outcome.told.iter().all(|one| one.ending == Ending::Skipped));
    assert_eq!((outcome.tally.skipped, vendor.got().len()), (4, 0));
}

#[tokio::test]
async fn the_time_is_looked_at_once_more_before_a_message_goes_out() {
    let desk = Desk::new(Shop::new(&["ann"], json!([text(1, "9:50", "a")]))).await;
    let clock = desk.clock.clone();
    let vendor = Arc::new(Vendor::new(move |_, _| {
        clock.set(moment("2026-11-23T10:21"));
        Act::Ok
    }));
    assert_eq!(desk.told(&vendor).await, ["ann text a failed"]);
    assert_eq!(vendor.got().len(), 0);
}

/// The program dies in each call of a run of fifty recipients, before and after the call has done its work.
#[tokio::test]
async fn whenever_it_dies_nobody_gets_two_and_everybody_is_sent_or_reported() {
    let names: Vec<String> = (0..50).map(|nth| format!("o-{nth:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for blind in [false, true] {
        for (call, done) in
            (1..=100).step_by(if blind { 7 } else { 3 }).flat_map(|call| [(call, false), (call, true)])
        {
            let desk = Desk::new(Shop::new(&names, json!([text(1, "9:50", "a")]))).await;
            let vendor = Vendor { blind, dies: Some((call, done)), ..Vendor::new(|_, _| Act::Ok) };
            let vendor = Arc::new(vendor);
            assert!(desk.run(&vendor).await.is_none(), "call {call}");
            desk.later(2);
            let again = Vendor { blind, ..Vendor::new(|_, _| Act::Ok) };
            *again.got.lock().expect("whole") = vendor.got.lock().expect("whole").clone();
            let again = Arc::new(again);
            let outcome = desk.run(&again).await.expect("ends");
            let mut count: BTreeMap<String, usize> = BTreeMap::new();
            again.got().into_iter().for_each(|line| *count.entry(line).or_default() += 1);
            assert!(count.values().all(|count| *count == 1), "call {call}: {count:?}");
            let reported = outcome.told.iter().filter(|one| one.ending == Ending::Uncertain);
            let reported: HashSet<_> = reported.map(|one| format!("{}: a", one.to)).collect();
            assert!(blind || reported.is_empty());
            for name in &names {
                let line = format!("{name}: a");
                assert!(count.contains_key(&line) || reported.contains(&line), "call {call}: {name}");
            }
        }
    }
}

#[test]
fn the_order_of_fields_makes_no_other_message() {
    let one = own(json!({"raw": {"a": 1, "b": 2}}));
    let other = own(json!({"raw": {"b": 2, "a": 1}}));
    let step = |message: &crate::model::sop::Own| json!([{"day": "1", "at": "10:00", "send": [message]}]);
    let (shop, same) = (Shop::new(&["ann"], step(&one)), Shop::new(&["ann"], step(&other)));
    let mut state = armed(&shop, "2026-11-22T09:00");
    assert_eq!(take(&same, &mut state, "2026-11-23T10:00", &SENT), 1);
    assert_eq!(at(&shop, &state, "2026-11-23T10:05"), [""; 0]);
}
