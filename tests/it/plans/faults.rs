//! Faults at each single call of a run: nobody ever gets two, and what went out is known or asked about.

use mpform::cli::Exit;
use mpform::sandbox::{Fault, Rule};
use serde_json::Value;

use super::trial::{Message, got, run, survives};
use crate::conformance::harms::{HARMS, Harm, Site};
use crate::conformance::sample::Sample;
use crate::town::Town;

/// So many people get something.
const MANY: usize = 50;

/// A plan whose messages go to fifty people at ten.
pub(super) fn care(steps: &str) -> String {
    let friends: Vec<_> = (1..=MANY).map(|nth| format!("guest-{nth:03}")).collect();
    let audience = format!("{{from: wxid_shop, channel: wechat, friends: [{}]}}", friends.join(", "));
    format!(
        "account: care\nsops:\n  hello:\n    schedule: {{start: 2026-11-23}}\n    audience: {audience}\n    steps: {steps}\n"
    )
}

pub(super) const ONE: &str = "[{day: 1, at: \"10:00\", send: [{text: 早上好}]}]";
const TWO: &str = "[{day: 1, at: \"10:00\", send: [{text: 早上好}, {text: 再见}]}]";

/// What all of them get.
pub(super) fn to_all(words: &[&str]) -> Vec<Message> {
    let to = |nth: usize| words.iter().map(move |words| (format!("guest-{nth:03}"), format!("text {words}")));
    let mut all: Vec<_> = (1..=MANY).flat_map(to).collect();
    all.sort();
    all
}

/// Armed, and kept for one trial after the other.
fn care_town(steps: &str) -> Town {
    let town = Town::new().only("care");
    town.write("care.yaml", &care(steps));
    town.apply();
    town.keep();
    town
}

fn at_call(nth: usize, fault: &Fault) -> Rule {
    Rule::new("", "", fault.clone()).skip(u32::try_from(nth).expect("few"))
}

/// The calls of a run to fifty, the token and each message; some of them, or each in a soak.
fn at_calls_to_fifty(harm: &Harm) {
    let (town, planned) = (care_town(ONE), to_all(&["早上好"]));
    let site = Site::youmi();
    // One harm is done to the answer alone, and what it says is whether it went well.
    let more = Fault::Alter { at: "/succeed".into(), to: Some(false.into()) };
    let faults = [Some(harm.at(&site)), (harm.name == "another shape").then_some(more)];
    for fault in faults.into_iter().flatten() {
        for nth in Sample::new(harm.name).of(MANY + 1, 3) {
            town.again("2026-11-23 10:01");
            assert!(survives(&town, &planned, at_call(nth, &fault), "2026-11-23 10:03"), "{nth}");
            site.nobody_was_sent_on();
        }
    }
}

fn code(code: i64) -> Fault {
    Fault::Code { code, message: "no".into() }
}

#[test]
fn whatever_the_vendor_says_to_some_of_fifty() {
    let (town, planned) = (care_town(ONE), to_all(&["早上好"]));
    for fault in [10_003, 200_011, 200_013, 200_022, 500].map(code) {
        for nth in [0, 2, MANY] {
            town.again("2026-11-23 10:01");
            // What refuses the first call for good refuses the token, and then nobody gets anything.
            assert!(survives(&town, &planned, at_call(nth, &fault), "2026-11-23 10:03"), "{fault:?} {nth}");
        }
    }
}

#[test]
fn a_run_to_fifty_has_that_many_calls() {
    let (town, planned) = (care_town(ONE), to_all(&["早上好"]));
    town.again("2026-11-23 10:01");
    let rule = at_call(MANY + 1, &Fault::ResetAfter);
    assert!(!survives(&town, &planned, rule, "2026-11-23 10:03"), "more calls than expected");
}

/// Who did not get the first of two messages does not get the second without it; who may have, does.
#[test]
fn two_messages_stay_in_order() {
    let (town, planned) = (care_town(TWO), to_all(&["早上好", "再见"]));
    for fault in [Fault::ResetBefore, Fault::ResetAfter, code(200_022), Fault::Status { status: 502 }] {
        for nth in [1, 2, 100] {
            town.again("2026-11-23 10:01");
            assert!(survives(&town, &planned, at_call(nth, &fault), "2026-11-23 10:05"), "{fault:?} {nth}");
        }
    }
}

/// A whole bad morning: every call fails from some call on, in each way.
#[test]
fn when_no_answer_comes_any_more() {
    let (town, planned) = (care_town(ONE), to_all(&["早上好"]));
    for fault in [
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Cut,
        Fault::Html,
        Fault::Status { status: 503 },
        code(200_022),
    ] {
        for nth in [1, 20] {
            town.again("2026-11-23 10:01");
            let rule = at_call(nth, &fault).always();
            assert!(survives(&town, &planned, rule, "2026-11-23 10:04"), "{fault:?} {nth}");
        }
    }
}

const SHOP: &str = "\
account: shop
groups: {vip: {members: [o-001, o-002, o-003]}}
materials: {poster: {image: poster.jpg}}
sops:
  letter:
    schedule: {start: 2026-11-23}
    audience: {group: vip}
    steps: [{day: 1, at: \"10:00\", send: [{text: 周一好}]}]
  poster:
    schedule: {start: 2026-11-23}
    audience: {group: all}
    steps: [{day: 1, at: \"10:00\", send: [{material: poster}]}]
";

fn shop_town() -> Town {
    let town = Town::new().only("shop");
    town.write("poster.jpg", "a poster");
    town.write("shop.yaml", SHOP);
    town.apply();
    town.until("2026-11-23 10:01");
    town.sandbox.clear_journal();
    town
}

fn broadcasts() -> Vec<Message> {
    ["material of type image", "text 周一好"].map(|what| ("shop".to_owned(), what.to_owned())).to_vec()
}

/// The calls of two mass sends: a text is made, both are sent, and looked for in the list.
const CALLS: usize = 5;

/// A mass send that went out can be read back, so that is settled without a person: each call, each fault, and a look
/// soon after or later.
fn at_calls_of_a_mass_send(harm: &Harm) {
    let site = Site::yeapoo();
    let mut sample = Sample::new(harm.name);
    for nth in sample.of(CALLS, 2) {
        let later = ["2026-11-23 10:07", "2026-11-23 10:03"][sample.dice().place(2)];
        let hit = survives(&shop_town(), &broadcasts(), at_call(nth, &harm.at(&site)), later);
        assert!(hit, "{}: no call {nth}", harm.name);
        site.nobody_was_sent_on();
    }
}

#[test]
fn whatever_the_vendor_says_to_a_mass_send() {
    for fault in [code(400), code(500), Fault::Status { status: 408 }] {
        for nth in 0..CALLS {
            assert!(survives(&shop_town(), &broadcasts(), at_call(nth, &fault), "2026-11-23 10:07"));
        }
    }
}

fn sends(fault: Fault) -> Rule {
    Rule::new("POST", "*/masssend/send", fault)
}

/// How a run ends when the call that sends it goes wrong, and how the next one some minutes later.
#[track_caller]
fn after(fault: Fault, plan: &str, later: &str) -> [String; 2] {
    let town = shop_town();
    town.sandbox.fault(sends(fault));
    let one = |target: &str| {
        let ran = town.run(&format!("sop run --json --target {target}"));
        let told = super::trial::told(&ran.out);
        assert!(told.len() < 2, "{told:?}");
        let outcome = told.first().map_or("nothing", |line| line.outcome.as_str()).to_owned();
        assert_eq!(ran.exit == Exit::Done, matches!(outcome.as_str(), "sent" | "nothing"));
        outcome
    };
    let first = one(plan);
    town.until(later);
    let second = one(plan);
    assert!(got(&town.sandbox).values().all(|times| *times == 1));
    [first, second]
}

/// What settles a mass send whose answer was lost, and what never does.
#[test]
fn a_lost_mass_send_is_settled_by_reading() {
    let (text, material) = ("shop/sop/letter", "shop/sop/poster");
    let (soon, done) = ("2026-11-23 10:03", "2026-11-23 10:07");
    // It went out: the list shows it at once.
    assert_eq!(after(Fault::ResetAfter, text, soon), ["sent", "nothing"]);
    assert_eq!(after(Fault::ResetAfter, material, soon), ["sent", "nothing"]);
    // It did not. That the list does not show it proves nothing, whenever it is looked at.
    assert_eq!(after(Fault::ResetBefore, text, soon), ["uncertain", "uncertain"]);
    assert_eq!(after(Fault::ResetBefore, text, done), ["uncertain", "uncertain"]);
    assert_eq!(after(Fault::ResetBefore, material, done), ["uncertain", "uncertain"]);
    // The vendor itself broke down: it may have gone out three times, and no list would show it.
    assert_eq!(after(code(500), text, done), ["uncertain", "uncertain"]);
    // A clear no.
    assert_eq!(after(code(400), text, soon), ["failed", "sent"]);
}

#[test]
fn what_a_person_says_counts() {
    let (town, planned) = (care_town(ONE), to_all(&["早上好"]));
    town.until("2026-11-23 10:01");
    for nth in [3, 10, 20] {
        town.sandbox.fault(Rule::new("POST", "doSendPublicMes", Fault::ResetBefore).skip(nth));
    }
    let open: Vec<_> =
        run(&town, &planned, "").into_iter().filter(|line| line.outcome == "uncertain").collect();
    assert_eq!(open.len(), 3, "{open:#?}");
    town.run("sop list").expect(Exit::Done).shows(&["uncertain"]);
    let got = || got(&town.sandbox).len();
    assert_eq!(got(), MANY - 3);
    // One is taken for sent, though it was not: it never goes out.
    town.run(&open[0].resolve(true)).expect(Exit::Done);
    town.run(&open[1].resolve(false)).expect(Exit::Done);
    run(&town, &planned, "");
    assert_eq!(got(), MANY - 2);
    // Who says it when its grace is over says it in vain, and nothing goes out late.
    town.until("2026-11-23 10:31");
    town.run(&open[2].resolve(false)).expect(Exit::Done);
    town.run("sop run").expect(Exit::Done);
    assert_eq!(got(), MANY - 2);
    town.run(&open[2].resolve(false)).expect(Exit::Error).says(&["nothing like that is uncertain"]);
    town.run("sop list").expect(Exit::Done).shows(&["missed"]);
}

const COMMUNITY: &str = "\
account: community
sops:
  brief:
    title: 早报
    schedule: {start: 2026-11-23, repeat: FREQ=WEEKLY;BYDAY=MO;COUNT=2}
    audience: {select: {tags: [重点]}}
    steps: [{day: 1, at: \"10:00\", send: [{text: 早上好}]}]
  more:
    title: 加餐
    delivery: assistant
    schedule: {start: 2026-11-24}
    audience: {groups: [{chat: wr3, owner: \"4633\"}]}
    steps: [{day: 1, at: \"11:00\", send: [{text: 加餐}]}]
";

/// What each group will get, by the vendor's own record.
fn titles(town: &Town) -> Vec<String> {
    let state = town.sandbox.state();
    let groups = state["tanmarket"]["apps"]["ww1"]["groups"].as_array().expect("groups").clone();
    let of = |group: &Value| -> Vec<String> {
        let messages = group["messages"].as_array().expect("messages").iter();
        messages.map(|one| format!("{} {}", group["chat"], one["title"]).replace('"', "")).collect()
    };
    let mut titles: Vec<_> = groups.iter().flat_map(of).collect();
    titles.sort();
    titles
}

const TITLES: [&str; 5] = [
    "wr1 早报 2026-11-23",
    "wr1 早报 2026-11-30",
    "wr2 早报 2026-11-23",
    "wr2 早报 2026-11-30",
    "wr3 加餐 2026-11-24",
];

/// The calls of the apply that makes three runs: a list before, each run and a list after it, and one in the end.
fn calls_that_make_runs() -> usize {
    let town = Town::new().only("community");
    town.write("community.yaml", COMMUNITY);
    town.apply();
    town.sandbox.journal().len()
}

/// No group gets a run twice, whatever happens to the calls that make it.
fn at_calls_that_make_runs(harm: &Harm) {
    for nth in Sample::new(harm.name).of(calls_that_make_runs(), 3) {
        let about = format!("{} at call {nth}", harm.name);
        let town = Town::new().only("community");
        town.write("community.yaml", COMMUNITY);
        let site = Site::tanmarket();
        town.sandbox.fault(at_call(nth, &harm.at(&site)));
        let ran = town.run("apply --yes");
        assert!(town.sandbox.journal().iter().any(|entry| entry.fault.is_some()), "{about}: nothing was hit");
        town.sandbox.clear_faults();
        site.nobody_was_sent_on();
        let once = |titles: &[String]| {
            assert!(titles.iter().all(|title| TITLES.contains(&title.as_str())), "{about}: {titles:?}");
            assert!(titles.windows(2).all(|two| two[0] != two[1]), "{about}: {titles:?}");
        };
        let made = titles(&town);
        once(&made);
        match ran.exit {
            Exit::Done => assert_eq!(made, TITLES, "{about}"),
            Exit::Partial | Exit::Error => {
                assert!(ran.err.contains("error[MP") || ran.err.contains("help: "), "{about}: {ran:?}")
            }
            exit => panic!("{about}: {exit:?}"),
        }
        // At once nothing is asked for that may have been made: a list may be late. Then it is looked at.
        town.run("apply --yes").expect(Exit::Done);
        once(&titles(&town));
        town.until("2026-11-22 20:03");
        town.run("apply --yes").expect(Exit::Done);
        assert_eq!(titles(&town), TITLES, "{about}");
        town.sandbox.clear_journal();
        town.run("apply --yes").expect(Exit::Done);
        assert_eq!(town.sandbox.writes(), [], "{about}");
    }
}

/// Each harm, in turn; so that several go side by side, there is a test for some of them each.
macro_rules! shares {
    ($($name:ident: $share:expr, $trial:expr;)+) => {$(
        #[test]
        fn $name() {
            HARMS.iter().skip($share).step_by(3).for_each($trial);
        }
    )+};
}

shares! {
    one_third_of_all_harms_to_fifty: 0, at_calls_to_fifty;
    another_third_of_all_harms_to_fifty: 1, at_calls_to_fifty;
    the_last_third_of_all_harms_to_fifty: 2, at_calls_to_fifty;
    one_third_of_all_harms_to_a_mass_send: 0, at_calls_of_a_mass_send;
    another_third_of_all_harms_to_a_mass_send: 1, at_calls_of_a_mass_send;
    the_last_third_of_all_harms_to_a_mass_send: 2, at_calls_of_a_mass_send;
    one_third_of_all_harms_to_runs: 0, at_calls_that_make_runs;
    another_third_of_all_harms_to_runs: 1, at_calls_that_make_runs;
    the_last_third_of_all_harms_to_runs: 2, at_calls_that_make_runs;
}
