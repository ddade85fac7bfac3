//! The real program, which is killed, interrupted, started twice and run on a full disk in the middle of fifty messages.

use std::collections::BTreeMap;

use chrono::{TimeDelta, Timelike, Utc};
use mpform::sandbox::{Entry, Fault, Rule, Sandbox, Seed};
use serde_json::Value;

use super::faults::{ONE, care, to_all};
use super::trial::{Message, got, is_true, told};
use crate::conformance::sample::Sample;
use crate::town::{SEED, project_of};
use crate::world::{World, copy};

/// So many messages of an account may be under way at once.
const PARALLEL: usize = 16;

/// The answer waits for longer than the test lives.
const FOR_EVER: Fault = Fault::Delay { ms: 600_000 };

/// A world whose clock is this machine's, and a project in which it is about noon: a step that was due half an hour ago
/// is due now, and armed two hours ago.
struct Noon {
    world: World,
    account: &'static str,
}

impl Noon {
    /// `plan` has its date and time written as DATE and TIME.
    fn new(account: &'static str, project: &str, plan: &str) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the program that is tested has the real clock")]
        let now = Utc::now();
        let sandbox = Sandbox::new().seed(Seed::yaml(SEED)).starting_at(now.timestamp_millis()).real_time();
        let world = World::with(sandbox);
        let ahead = 12 - i64::from(now.hour());
        // The signs of these names are the wrong way round (POSIX).
        let zone = format!("Etc/GMT{:+}", -ahead).replace("GMT+0", "GMT");
        let due = now + TimeDelta::hours(ahead) - TimeDelta::minutes(30);
        world.write("mpform.yaml", &format!("{project}timezone: {zone}\n"));
        let plan = plan.replace("2026-11-23", &due.format("%Y-%m-%d").to_string());
        world.write(
            "plan.yaml",
            &plan
                .replace("10:00", &due.format("%H:%M").to_string())
                .replace("    steps", "    grace: 3h\n    steps"),
        );
        world.apply();
        let noon = Self { world, account };
        noon.change(|state| {
            for record in state["resources"].as_object_mut().expect("records").values_mut() {
                if record["id"] == "armed" {
                    record["at"] = (now - TimeDelta::hours(2)).to_rfc3339().into();
                }
            }
        });
        copy(&noon.world.path(".mpform"), &noon.world.path(".kept"));
        noon.world.sandbox.clear_journal();
        noon
    }

    fn care() -> Self {
        // As many calls at once as there are messages under way.
        let project = project_of("care").replace(
            "requests_per_second: 100000, timeout: 2s",
            "concurrency: 16, requests_per_second: 100000",
        );
        Self::new("care", &project, &care(ONE))
    }

    fn state_file(&self) -> std::path::PathBuf {
        self.world.path(&format!(".mpform/state/default/{}.json", self.account))
    }

    /// Changes what is remembered, as a person with an editor could.
    fn change(&self, change: impl FnOnce(&mut Value)) {
        let text = std::fs::read_to_string(self.state_file()).expect("a state");
        let mut state: Value = serde_json::from_str(&text).expect("JSON");
        change(&mut state);
        std::fs::write(self.state_file(), state.to_string()).expect("writes");
    }

    /// The vendor as it was at the start, and what is remembered as it was then.
    fn again(&self) {
        self.world.sandbox.reset();
        self.world.lose_state();
        copy(&self.world.path(".kept"), &self.world.path(".mpform"));
    }

    /// Killed in the middle, when something is seen.
    #[track_caller]
    fn killed_when(&self, seen: impl Fn(&[Entry]) -> bool) {
        let mut run = self.world.start("sop run");
        assert!(run.until(|sandbox| seen(&sandbox.journal())), "it ended first");
        run.kill();
        self.world.sandbox.clear_faults();
    }

    /// Runs again; what is told, and how often.
    #[track_caller]
    fn run(&self, planned: &[Message], about: &str) -> BTreeMap<String, usize> {
        let ran = self.world.run("sop run --json");
        assert!(matches!(ran.code, Some(0 | 3)), "{about}: {ran:?}");
        let lines = is_true(&self.world.sandbox, &ran.out, ran.code == Some(0), planned, about);
        let mut outcomes = BTreeMap::new();
        lines.into_iter().for_each(|line| *outcomes.entry(line.outcome).or_default() += 1);
        outcomes
    }
}

fn is_hit(journal: &[Entry]) -> bool {
    journal.iter().any(|entry| entry.fault.is_some())
}

/// Each call of a run in turn is the last that the program lives to make, whether the vendor did it or not.
fn killed_at_each_call_to_fifty(done: bool) {
    let (noon, planned) = (Noon::care(), to_all(&["早上好"]));
    for nth in Sample::new("killed at a call to fifty").of(51, 8) {
        let nth = u32::try_from(nth).expect("few");
        let about = format!("killed at call {nth}, which {}", if done { "was done" } else { "was not done" });
        noon.again();
        noon.world.sandbox.fault(Rule::new("", "", FOR_EVER).skip(nth));
        if !done {
            noon.world.sandbox.fault(Rule::new("", "", Fault::ResetBefore).skip(nth));
        }
        noon.killed_when(is_hit);
        let outcomes = noon.run(&planned, &about);
        let (sent, open) = (got(&noon.world.sandbox), outcomes.get("uncertain").copied().unwrap_or_default());
        assert!(open <= PARALLEL && !outcomes.contains_key("failed"), "{about}: {outcomes:?}");
        assert!(sent.len() + open >= planned.len(), "{about}: {} got it, {outcomes:?}", sent.len());
        // The token tells nobody anything: what was begun by then went to nobody.
        assert!(
            nth > 0 || sent.len() + open == planned.len(),
            "{about}: {} got it, {outcomes:?}",
            sent.len()
        );
    }
}

/// In the middle of writing down what is about to be sent, or that it was: the file is cut where it grew too large.
#[cfg(target_os = "linux")]
#[test]
fn killed_while_it_writes_down() {
    let (noon, planned) = (Noon::care(), to_all(&["早上好"]));
    let mut kills = 0;
    for blocks in Sample::new("killed while it writes down").of(40, 8) {
        let about = format!("killed when a file had {blocks} blocks");
        noon.again();
        let ran = noon.world.run_until_a_file_has(blocks as u64, "sop run");
        let went = got(&noon.world.sandbox).len();
        if ran.code.is_some() {
            assert_eq!((ran.code, went), (Some(0), planned.len()), "{about}: {ran:?}");
            continue;
        }
        kills += 1;
        let outcomes = noon.run(&planned, &about);
        let open = outcomes.get("uncertain").copied().unwrap_or_default();
        assert!(open <= PARALLEL && !outcomes.contains_key("failed"), "{about}: {outcomes:?}");
        assert!(got(&noon.world.sandbox).len() + open >= planned.len(), "{about}: {outcomes:?}");
    }
    assert!(kills > 0);
}

/// The same with the state in a bucket: what is about to go out is written there before it does, so nobody gets two.
#[test]
fn killed_with_the_state_in_a_bucket() {
    let (mut noon, planned) = (Noon::care(), to_all(&["早上好"]));
    let service = crate::buckets::shared();
    noon.world = noon.world.given(&service.variables);
    let project = std::fs::read_to_string(noon.world.path("mpform.yaml")).expect("reads");
    for (nth, done) in [(0, true), (1, true), (1, false), (17, false), (40, true)] {
        let about = format!("killed at call {nth}, done: {done}");
        noon.again();
        let state = service.state.replace("bucket: team", &format!("bucket: team, prefix: p{nth}{done}"));
        noon.world.write("mpform.yaml", &format!("{project}state: {state}\n"));
        noon.world.run("state migrate").expect_code(0);
        noon.world.sandbox.fault(Rule::new("", "", FOR_EVER).skip(nth));
        if !done {
            noon.world.sandbox.fault(Rule::new("", "", Fault::ResetBefore).skip(nth));
        }
        noon.killed_when(is_hit);
        noon.world.run("sop run").expect_code(1).says(&["MP072", "mpform state unlock care"]);
        noon.world.run("state unlock care --yes").expect_code(0);
        let outcomes = noon.run(&planned, &about);
        let (sent, open) = (got(&noon.world.sandbox), outcomes.get("uncertain").copied().unwrap_or_default());
        assert!(open <= PARALLEL && !outcomes.contains_key("failed"), "{about}: {outcomes:?}");
        assert!(sent.len() + open >= planned.len(), "{about}: {} got it, {outcomes:?}", sent.len());
    }
}

#[test]
fn killed_after_each_of_fifty_went_out() {
    killed_at_each_call_to_fifty(true);
}

#[test]
fn killed_before_each_of_fifty_went_out() {
    killed_at_each_call_to_fifty(false);
}

const SHOP: &str = "\
account: shop
sops:
  letter:
    schedule: {start: 2026-11-23}
    audience: {group: all}
    steps: [{day: 1, at: \"10:00\", send: [{text: 周一好}]}]
";

fn letter() -> Vec<Message> {
    vec![("shop".to_owned(), "text 周一好".to_owned())]
}

/// A text that is made, sent and looked for in the list: killed at each of these.
#[test]
fn killed_at_each_call_of_a_mass_send() {
    let noon = Noon::new("shop", &project_of("shop"), SHOP);
    for done in [true, false] {
        for nth in 0..3 {
            let about = format!("killed at call {nth}, done {done}");
            noon.again();
            noon.world.sandbox.fault(Rule::new("", "", FOR_EVER).skip(nth));
            if !done {
                noon.world.sandbox.fault(Rule::new("", "", Fault::ResetBefore).skip(nth));
            }
            noon.killed_when(is_hit);
            let went = got(&noon.world.sandbox).len();
            assert_eq!(went, usize::from(nth == 2 || (nth == 1 && done)), "{about}");
            let outcomes = noon.run(&letter(), &about);
            // What is listed went out. Of what is not, a person has to say it.
            let expected = if nth == 1 && !done { "uncertain" } else { "sent" };
            assert_eq!(outcomes, BTreeMap::from([(expected.to_owned(), 1)]), "{about}");
            if expected == "uncertain" {
                let mut run = String::new();
                noon.change(|state| {
                    let runs = state["sends"].as_object().expect("messages").keys();
                    run = runs.into_iter().next().cloned().expect("a run");
                });
                noon.world.run(&format!("sop resolve {run} --not-sent")).expect_code(0);
                assert_eq!(noon.run(&letter(), &about), BTreeMap::from([("sent".to_owned(), 1)]), "{about}");
            }
            assert_eq!(noon.run(&letter(), &about), BTreeMap::new(), "{about}");
            assert_eq!(got(&noon.world.sandbox).len(), 1, "{about}");
        }
    }
}

/// Killed again and again without anybody cleaning up: each life sends some, and none sends what an earlier one had
/// begun.
#[test]
fn killed_over_and_over() {
    let (noon, planned) = (Noon::care(), to_all(&["早上好"]));
    let mut lives = 0;
    loop {
        noon.world.sandbox.fault(Rule::new("", "doSendPublicMes", FOR_EVER).skip(5).always());
        noon.world.sandbox.clear_journal();
        let mut run = noon.world.start("sop run");
        if !run.until(|sandbox| is_hit(&sandbox.journal())) {
            run.end();
            break;
        }
        run.kill();
        noon.world.sandbox.clear_faults();
        lives += 1;
    }
    assert!((2..=10).contains(&lives), "{lives}");
    noon.world.sandbox.clear_faults();
    let outcomes = noon.run(&planned, "over and over");
    assert!(outcomes["uncertain"] <= lives * PARALLEL, "{outcomes:?}");
    let all = got(&noon.world.sandbox).len() + outcomes["uncertain"];
    assert!(all >= planned.len(), "{all} {outcomes:?}");
}

#[test]
fn one_sends_and_the_other_is_refused() {
    let noon = Noon::care();
    noon.world.sandbox.fault(Rule::new("", "doSendPublicMes", Fault::Delay { ms: 1500 }).skip(10));
    let mut first = noon.world.start("sop run --json");
    assert!(first.until(|sandbox| is_hit(&sandbox.journal())));
    for other in ["sop run", "apply --yes"] {
        let other = noon.world.run(other).expect_code(1);
        other.says(&[
            "MP072",
            "care: the state is locked by tester on here",
            "`sop run` since",
            "--lock-timeout",
        ]);
    }
    let first = first.end().expect_code(0);
    assert_eq!(is_true(&noon.world.sandbox, &first.out, true, &to_all(&["早上好"]), "").len(), 50);
    assert_eq!(noon.run(&to_all(&["早上好"]), ""), BTreeMap::new());
}

/// The first Ctrl-C lets what is under way end.
#[cfg(unix)]
#[test]
fn interrupted_in_the_middle() {
    let (noon, planned) = (Noon::care(), to_all(&["早上好"]));
    noon.world.sandbox.fault(Rule::new("", "doSendPublicMes", Fault::Delay { ms: 1500 }).skip(10).always());
    let mut run = noon.world.start("sop run --json");
    assert!(run.until(|sandbox| is_hit(&sandbox.journal())));
    run.interrupt();
    let ran = run.end().expect_code(3).says(&["interrupted: no new message goes out"]);
    noon.world.sandbox.clear_faults();
    is_true(&noon.world.sandbox, &ran.out, false, &planned, "");
    let of = |outcome: &str| told(&ran.out).iter().filter(|line| line.outcome == outcome).count();
    let (sent, held) = (of("sent"), of("skipped"));
    assert!(sent + held == 50 && sent >= 10 && held > 0, "{}", ran.out);
    assert_eq!(got(&noon.world.sandbox).len(), sent);
    assert_eq!(noon.run(&planned, ""), BTreeMap::from([("sent".to_owned(), held)]));
}

/// The second one does not.
#[cfg(unix)]
#[test]
fn interrupted_twice() {
    let (noon, planned) = (Noon::care(), to_all(&["早上好"]));
    noon.world.sandbox.fault(Rule::new("", "doSendPublicMes", FOR_EVER).skip(10).always());
    let mut run = noon.world.start("sop run");
    assert!(run.until(|sandbox| is_hit(&sandbox.journal())));
    run.interrupt();
    assert!(run.until_it_says("once more stops at once"));
    run.interrupt();
    run.end()
        .expect_code(3)
        .says(&["stopped in the middle of what was under way", "run `mpform sop run` again"]);
    noon.world.sandbox.clear_faults();
    let outcomes = noon.run(&planned, "");
    assert!(outcomes["uncertain"] <= PARALLEL, "{outcomes:?}");
    assert!(got(&noon.world.sandbox).len() + outcomes["uncertain"] >= 50, "{outcomes:?}");
}

/// What can't be written down does not go out, and what went out is written down.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_gets_full() {
    let (noon, planned) = (Noon::care(), to_all(&["早上好"]));
    // The audit log would be the first to be full.
    let project = std::fs::read_to_string(noon.world.path("mpform.yaml")).expect("reads");
    noon.world.write("mpform.yaml", &(project + "audit: none\n"));
    for saved_by_hand in [true, false] {
        noon.again();
        let ran = noon.world.run_on_a_full_disk("sop run").expect_code(3);
        let ran = ran.says(&["File too large"]);
        assert!(ran.out.contains("the state can't be written"), "{}", ran.out);
        let went = got(&noon.world.sandbox).len();
        assert!(went < 5, "a kilobyte holds no more than a few: {went}");
        if saved_by_hand {
            let state = &ran.out[ran.out.rfind("\n{\n").expect("the state is printed")..];
            let state = &state[..=state.rfind("\n}").expect("its end") + 1];
            let state = state.replace("$URL", noon.world.sandbox.url());
            std::fs::write(noon.state_file(), state).expect("writes");
        }
        let outcomes = noon.run(&planned, "after a full disk");
        let open = outcomes.get("uncertain").copied().unwrap_or_default();
        assert!(open <= went && open + outcomes["sent"] + went >= 50, "{outcomes:?}");
        assert_eq!(got(&noon.world.sandbox).len(), 50, "{outcomes:?}");
    }
}
