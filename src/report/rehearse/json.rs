//! The same for programs. The keys and their meaning are a contract: what is here stays; something may be added.

use serde_json::{Value, json};

use crate::model::case::{Case, Expect};
use crate::model::kinds::Match;
use crate::plan::file::FORMAT_VERSION;
use crate::problem::{Place, Problem};
use crate::providers::{Hit, Step};
use crate::rehearse::{Account, Act, By, Material, Outcome, Possible, Ran, Reaction, Says, Tally, Tested};

/// One line of `test --json` for each test of an account.
pub fn event(tested: &Tested<'_>) -> Vec<Value> {
    match &tested.outcome {
        Outcome::Ran(account, ran) => ran.iter().map(|ran| run(account, ran)).collect(),
        Outcome::NotRun(cases, problems) => {
            let problems: Vec<_> = problems.iter().map(Problem::to_json).collect();
            let not_run = |case: &Case| {
                let mut event = begun(tested.name, case, "not_run");
                event["problems"] = json!(problems);
                event
            };
            cases.iter().map(not_run).collect()
        }
    }
}

/// The last line of `test --json`.
pub fn summary(tally: Tally, environment: &str, live: bool) -> Value {
    json!({
        "event": "summary",
        "format_version": FORMAT_VERSION,
        "tool_version": env!("CARGO_PKG_VERSION"),
        "environment": environment,
        "live": live,
        "passed": tally.passed,
        "failed": tally.failed,
        "not_run": tally.not_run,
    })
}

fn begun(account: &str, case: &Case, outcome: &str) -> Value {
    let expected = match &case.expect {
        Expect::Default => json!("default"),
        Expect::Nothing => json!("none"),
        Expect::Answer(wants) => json!(wants),
    };
    json!({
        "event": "test",
        "account": account,
        "place": place(&case.place),
        "on": case.on.word(),
        "what": case.on.what(),
        "outcome": outcome,
        "expected": expected,
    })
}

fn run(account: &Account, ran: &Ran<'_>) -> Value {
    let mut event = begun(&account.name, ran.case, if ran.passed() { "passed" } else { "failed" });
    if let Some(step) = step(&ran.reaction) {
        event["step"] = json!(step);
    }
    let possible = ran.reaction.possible.iter().zip(&ran.met).map(|(one, met)| {
        let mut one = self::possible(account, one);
        one["met"] = json!(met);
        one
    });
    event["possible"] = possible.collect();
    event
}

/// `ask --json`.
pub fn ask(account: &Account, message: &str, reaction: &Reaction<'_>, live: bool) -> Value {
    let others = reaction.others.iter().map(|other| {
        let Hit { rule, keyword } = other.hit;
        let word = &account.rules[rule].words[keyword];
        json!({"rule": self::rule(account, rule), "keyword": self::word(word), "why": other.why.word()})
    });
    json!({
        "format_version": FORMAT_VERSION,
        "tool_version": env!("CARGO_PKG_VERSION"),
        "account": account.name,
        "live": live,
        "message": message,
        "step": step(reaction),
        "possible": reaction.possible.iter().map(|one| possible(account, one)).collect::<Vec<_>>(),
        "others": others.collect::<Vec<_>>(),
    })
}

/// How the answer to a message is found; `null` where there is no message.
fn step(reaction: &Reaction<'_>) -> Option<&'static str> {
    let says = || reaction.possible.first().and_then(|one| one.act.says());
    reaction.step.map(|step| match step {
        Step::Nobody if says() == Some(&Says::Nothing) => "none",
        Step::Nobody => "default",
        found => found.word(),
    })
}

fn possible(account: &Account, possible: &Possible<'_>) -> Value {
    let (by, rule, keywords) = match &possible.by {
        By::Rule(nth, keywords) => {
            let words = &account.rules[*nth].words;
            let keywords = keywords.iter().map(|nth| word(&words[*nth])).collect();
            ("rule", rule(account, *nth), keywords)
        }
        By::Default => ("default", Value::Null, vec![]),
        By::Subscribe => ("subscribe", Value::Null, vec![]),
        By::Button(_) => ("button", Value::Null, vec![]),
        By::NoButton => ("no_button", Value::Null, vec![]),
    };
    json!({"by": by, "rule": rule, "keywords": keywords, "reply": reply(&possible.act)})
}

fn rule(account: &Account, nth: usize) -> Value {
    let rule = &account.rules[nth];
    json!({"key": rule.key, "name": rule.name, "id": rule.id, "place": rule.place.as_ref().map(place)})
}

fn word(word: &Match) -> Value {
    json!({"content": word.content, "fuzzy": word.fuzzy})
}

fn reply(act: &Act<'_>) -> Value {
    match act {
        Act::Says(says) => said(says),
        Act::Instead(says) => {
            let mut said = said(says);
            said["instead"] = json!(true);
            said
        }
        Act::Link(link) => json!({"kind": "link", "link": link}),
        Act::Opens => json!({"kind": "submenu"}),
    }
}

fn said(says: &Says) -> Value {
    match says {
        Says::Text(text) => json!({"kind": "text", "text": text}),
        Says::Material(Material { key, name, kind, id }) => {
            json!({"kind": "material", "material": {"key": key, "type": kind, "name": name, "id": id}})
        }
        Says::Nothing => json!({"kind": "none"}),
        Says::Undeclared => json!({"kind": "undeclared"}),
    }
}

fn place(place: &Place) -> Value {
    let (line, column) = place.line_column();
    json!({"file": place.source.name, "line": line, "column": column})
}
