//! What a `sop run` said is held against what people really got.

use std::collections::BTreeMap;

use mpform::cli::Exit;
use mpform::sandbox::{Rule, Running};
use serde_json::Value;

use crate::town::{Ran, Town};

/// A message as its recipient sees it. The recipients of a mass send are one.
pub(crate) type Message = (String, String);

/// A message that a command told of.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) message: Message,
    pub(super) run: String,
    step: u64,
    pub(super) outcome: String,
    /// It was begun in an earlier run.
    pub(super) earlier: bool,
}

/// What everybody got, from the vendors' own records: how often.
pub(crate) fn got(sandbox: &Running) -> BTreeMap<Message, usize> {
    let mut got = BTreeMap::new();
    let state = sandbox.state();
    let recipients = &state["youmi"]["clients"]["client"]["accounts"]["wxid_shop"]["recipients"];
    for (to, messages) in recipients.as_object().into_iter().flatten() {
        for one in messages.as_array().expect("messages") {
            let words = one["message"]["Text"].as_str().expect("a text");
            *got.entry((to.clone(), format!("text {words}"))).or_default() += 1;
        }
    }
    let listed = sandbox.call("GET", "/v1/shop/masssend?index=1&size=100", Value::Null).value();
    for one in listed["data"]["message"].as_array().into_iter().flatten() {
        let what = match one["content"].as_str() {
            Some(words) => format!("text {words}"),
            None => format!("material of type {}", one["msg_type"].as_str().expect("a word")),
        };
        *got.entry(("shop".to_owned(), what)).or_default() += 1;
    }
    got
}

/// The messages of which `sop run --json` told, in order.
#[track_caller]
pub(super) fn told(out: &str) -> Vec<Line> {
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let (sum, messages) = lines.split_last().expect("a sum");
    let word = |one: &Value, field: &str| one[field].as_str().unwrap_or_default().to_owned();
    let line = |one: &Value| {
        let what = word(one, "what").replace("material poster", "material of type image");
        let to = if one["account"] == "shop" { "shop".to_owned() } else { word(one, "to") };
        let is_explained = one["outcome"] == "sent" || (one["code"].is_string() && one["error"].is_string());
        assert!(is_explained, "{one}");
        Line {
            message: (to, what),
            run: word(one, "run"),
            step: one["step"].as_u64().expect("a number"),
            outcome: word(one, "outcome"),
            earlier: one["begun_earlier"] == true,
        }
    };
    let told: Vec<_> = messages.iter().map(line).collect();
    for outcome in ["sent", "failed", "uncertain", "skipped"] {
        let many = told.iter().filter(|line| line.outcome == outcome).count();
        assert_eq!(sum[outcome], many, "{out}");
    }
    told
}

/// Checks a run: nobody got anything twice, what it says is true, and its exit says whether all is well. Gives back
/// what it told.
#[track_caller]
pub(super) fn is_true(
    sandbox: &Running,
    out: &str,
    is_clean: bool,
    planned: &[Message],
    about: &str,
) -> Vec<Line> {
    let (told, got) = (told(out), got(sandbox));
    for (message, times) in &got {
        assert_eq!(*times, 1, "{about}: {message:?} went out {times} times\n{out}");
        assert!(planned.contains(message), "{about}: {message:?} was not planned\n{out}");
    }
    for line in &told {
        match line.outcome.as_str() {
            "sent" => assert!(got.contains_key(&line.message), "{about}: {line:?} was not\n{out}"),
            "failed" | "skipped" => assert!(!got.contains_key(&line.message), "{about}: {line:?}\n{out}"),
            outcome => assert_eq!(outcome, "uncertain"),
        }
    }
    assert_eq!(is_clean, told.iter().all(|line| line.outcome == "sent"), "{about}\n{out}");
    told
}

impl Line {
    /// What a person runs who knows whether it went out.
    pub(super) fn resolve(&self, sent: bool) -> String {
        let to = if self.message.0 == "shop" { String::new() } else { format!("--to {}", self.message.0) };
        let sent = if sent { "--sent" } else { "--not-sent" };
        format!("sop resolve {} {to} --step {} {sent}", self.run, self.step)
    }
}

/// Runs, and checks what it says.
#[track_caller]
pub(super) fn run(town: &Town, planned: &[Message], about: &str) -> Vec<Line> {
    let ran: Ran = town.run("sop run --json");
    assert!(matches!(ran.exit, Exit::Done | Exit::Partial), "{about}: {ran:?}");
    is_true(&town.sandbox, &ran.out, ran.exit == Exit::Done, planned, about)
}

/// A run with a fault in it, and what follows until all is well. False if the run was over before the fault.
///
/// Each message went out once in the end, and none twice in between; what was not known to have gone out was told each
/// time until a person said what came of it.
#[track_caller]
pub(super) fn survives(town: &Town, planned: &[Message], rule: Rule, later: &str) -> bool {
    let about = format!("{rule:?}, again at {later}");
    town.sandbox.fault(rule);
    let first = run(town, planned, &about);
    if !town.sandbox.journal().iter().any(|entry| entry.fault.is_some()) {
        return false;
    }
    town.sandbox.clear_faults();
    let once: Vec<_> = first.iter().map(|line| line.message.clone()).collect();
    assert!(
        planned.iter().all(|message| once.iter().filter(|one| *one == message).count() == 1),
        "{about}: {first:#?}"
    );

    // Later, and nothing is in the way any more: only what nobody can tell is left.
    town.until(later);
    let second = run(town, planned, &about);
    let open = |told: &[Line]| -> Vec<Message> {
        let open = told.iter().filter(|line| line.outcome == "uncertain");
        open.map(|line| line.message.clone()).collect()
    };
    let got_all = |told: &[Line]| {
        let got = got(&town.sandbox);
        planned.iter().all(|message| got.contains_key(message) || open(told).contains(message))
    };
    assert!(got_all(&second), "{about}: {second:#?}");
    assert!(second.iter().all(|line| line.outcome == "sent" || line.earlier), "{about}: {second:#?}");
    for line in &first {
        let again = second.iter().any(|one| one.message == line.message);
        assert_eq!(again, line.outcome != "sent", "{about}: {line:?} {second:#?}");
    }

    // A third time nothing changes: what is open is said again, and nothing goes out.
    town.sandbox.clear_journal();
    let third = run(town, planned, &about);
    assert_eq!(open(&third), open(&second), "{about}");
    assert_eq!(town.sandbox.writes(), [], "{about}");

    // A person looks, and says what came of it.
    let got = got(&town.sandbox);
    for line in &third {
        town.run(&line.resolve(got.contains_key(&line.message))).expect(Exit::Done);
    }
    if !third.is_empty() {
        run(town, planned, &about);
    }
    let all: Vec<_> = self::got(&town.sandbox).into_keys().collect();
    assert_eq!(all, planned, "{about}");
    true
}
