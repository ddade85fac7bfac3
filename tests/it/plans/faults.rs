//! Faults at each single call of a run: nobody ever gets two, and what went out is known or asked about.

use mpform::cli::Exit;
use mpform::sandbox::{Fault, Rule};
use serde_json::Value;

use super::trial::{Message, got, run, survives};
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

fn at_each_call_to_fifty(fault: &Fault) {
    let (town, planned) = (care_town(ONE), to_all(&["早上好"]));
    // The token, and fifty messages.
    for nth in 0..=MANY {
        town.again("2026-11-23 10:01");
        assert!(survives(&town, &planned, at_call(nth, fault), "2026-11-23 10:03"), "{nth}");
    }
    town.again("2026-11-23 10:01");
    assert!(
        !survives(&town, &planned, at_call(MANY + 1, fault), "2026-11-23 10:03"),
        "more calls than expected"
    );
}

#[test]
fn a_connection_that_breaks_before_each_of_fifty() {
    at_each_call_to_fifty(&Fault::ResetBefore);
}

#[test]
fn a_connection_that_breaks_after_each_of_fifty() {
    at_each_call_to_fifty(&Fault::ResetAfter);
}

fn code(code: i64) -> Fault {
    Fault::Code { code, message: "no".into() }
}

#[test]
fn whatever_goes_wrong_at_some_of_fifty() {
    let (town, planned) = (care_town(ONE), to_all(&["早上好"]));
    let codes = [10_003, 200_011, 200_013, 200_022, 500].map(code);
    let answers = [
        Fault::Status { status: 400 },
        Fault::Status { status: 500 },
        Fault::Status { status: 502 },
        Fault::Html,
        Fault::Cut,
        Fault::RetryAfter { seconds: 0 },
    ];
    for fault in codes.iter().chain(&answers) {
        for nth in [0, 2, MANY] {
            town.again("2026-11-23 10:01");
            // What refuses the first call for good refuses the token, and then nobody gets anything.
            assert!(survives(&town, &planned, at_call(nth, fault), "2026-11-23 10:03"), "{fault:?} {nth}");
        }
    }
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

/// A mass send that went out can be read back, so that is settled without a person: each call, each fault, and a look
/// soon after or later.
#[test]
fn whatever_goes_wrong_at_each_call_of_a_mass_send() {
    let faults = [
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Cut,
        Fault::Html,
        Fault::RetryAfter { seconds: 0 },
        Fault::Status { status: 500 },
        Fault::Status { status: 502 },
        Fault::Status { status: 408 },
        code(400),
        code(500),
    ];
    for (nth, fault) in faults.iter().enumerate() {
        let later = ["2026-11-23 10:07", "2026-11-23 10:03"][nth % 2];
        let mut calls = 0;
        while survives(&shop_town(), &broadcasts(), at_call(calls, fault), later) {
            calls += 1;
        }
        // A text is made, both are sent, and looked for in the list.
        assert!(calls >= 5, "{fault:?}: {calls}");
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

/// No group gets a run twice, whatever happens to the calls that make it.
fn runs_are_made_once(fault: &Fault) {
    let mut calls = 0;
    loop {
        let about = format!("{fault:?} at call {calls}");
        let town = Town::new().only("community");
        town.write("community.yaml", COMMUNITY);
        town.sandbox.fault(at_call(calls, fault));
        let ran = town.run("apply --yes");
        if !town.sandbox.journal().iter().any(|entry| entry.fault.is_some()) {
            break;
        }
        town.sandbox.clear_faults();
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
        calls += 1;
    }
    assert!(calls > 6, "{calls}");
}

macro_rules! creates {
    ($($name:ident: $fault:expr;)+) => {$(
        #[test]
        fn $name() {
            runs_are_made_once(&$fault);
        }
    )+};
}

creates! {
    runs_whose_request_is_lost: Fault::ResetBefore;
    runs_whose_answer_is_lost: Fault::ResetAfter;
    runs_whose_answer_is_cut: Fault::Cut;
    runs_that_a_gateway_breaks: Fault::Status { status: 502 };
    runs_that_a_login_page_answers: Fault::Html;
    runs_that_are_refused: code(-1);
    runs_that_have_to_wait: Fault::RetryAfter { seconds: 0 };
}
