//! What holds of every page, whatever is in it. How it behaves in a browser is in `tests/it/browser`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeZone as _};
use serde_json::{Value, json};

use super::*;
use crate::model::{Address, Body, RemoteId, Zone};
use crate::plan::picture::{Fate, Object};
use crate::report::fixture;
use crate::sending::RunState;

/// No plan at all.
fn runs() -> Runs<'static> {
    let day = NaiveDate::from_ymd_opt(2026, 11, 1).expect("a date");
    Runs { from: day, to: day, zone: Zone::CHINA, plans: vec![], states: BTreeMap::new() }
}

fn rule(name: &str, text: &str, fate: Fate) -> Object {
    let body = json!({"name": name, "match": [name], "reply": {"text": text}});
    let address = Address::new("shop", "keyword", [name]);
    let (before, after) = (Some(Body::new(&body)), Some(Body::new(&body)));
    Object { address, id: Some(RemoteId::from(name)), fate, unread: false, before, after, place: None }
}

fn drawn(plan: &Plan, picture: &Picture) -> String {
    let account =
        Account { name: "shop", provider: "yeapoo", kinds: &["keyword", "menu"], picture: Some(picture) };
    let now = Zone::CHINA.with_ymd_and_hms(2026, 11, 22, 9, 0, 0).single().expect("a time");
    let runs = runs();
    page(&Page { project: "flowers", now, plan, accounts: vec![account], runs: &runs, files: vec![] })
}

/// The data of a page, as a browser reads it.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("id=\"data\">").expect("a block");
    serde_json::from_str(rest.split_once("</script>").expect("ends").0).expect("JSON")
}

const HOSTILE: &str = "</script><!--<img src=x onerror=alert(1)>&amp;\u{2028}\u{202e}";

#[test]
fn hostile_text_stays_in_its_block_and_comes_back_as_it_was() {
    let picture = Picture { read: vec!["keyword"], objects: vec![rule(HOSTILE, HOSTILE, Fate::Unmanaged)] };
    let page = drawn(&Plan::default(), &picture);
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(!page.contains("<img") && !page.contains("<!--") && !page.contains('\u{2028}'));
    assert_eq!(data(&page)["accounts"][0]["objects"][0]["body"]["reply"]["text"], HOSTILE);
}

#[test]
fn a_slot_in_the_data_is_not_filled() {
    let picture =
        Picture { read: vec!["keyword"], objects: vec![rule("{{script}}", "{{data}}", Fate::Unmanaged)] };
    let page = drawn(&Plan::default(), &picture);
    assert_eq!(data(&page)["accounts"][0]["objects"][0]["body"]["reply"]["text"], "{{data}}");
}

#[test]
fn the_policy_lets_the_pages_own_style_and_script_through_and_nothing_else() {
    let page = drawn(&fixture::full(), &Picture::default());
    let inside = |from: &str, to: &str| {
        page.split_once(from).and_then(|(_, rest)| rest.split_once(to)).expect("there").0
    };
    let policy = inside("Content-Security-Policy\" content=\"", "\"");
    assert!(
        policy.starts_with("default-src 'none';") && !policy.contains("unsafe") && !policy.contains("http"),
        "{policy}"
    );
    assert!(policy.contains(&hash(inside("<style>", "</style>"))), "{policy}");
    assert!(policy.contains(&hash(inside("<script type=\"module\">", "</script>"))), "{policy}");
}

#[test]
fn the_same_plan_makes_the_same_page() {
    let once = drawn(&fixture::full(), &Picture::default());
    assert_eq!(once, drawn(&fixture::full(), &Picture::default()));
    assert!(once.contains("2026-11-22T09:00:00+08:00"));
}

#[test]
fn what_stays_is_written_once() {
    let picture = Picture { read: vec!["keyword"], objects: vec![rule("a", "only once", Fate::Unchanged)] };
    assert_eq!(drawn(&Plan::default(), &picture).matches("only once").count(), 1);
}

#[test]
fn a_page_of_ten_thousand_rules_stays_small() {
    let objects =
        (0..10_000).map(|nth| rule(&format!("规则{nth}"), "每天 10:00–22:00，节假日不休息", Fate::Unchanged));
    let picture = Picture { read: vec!["keyword"], objects: objects.collect() };
    let page = drawn(&Plan::default(), &picture);
    assert!(page.len() < 4_000_000, "{}", page.len());
}

/// Scripts only ever make text of what they are given.
#[test]
fn no_script_makes_markup_of_a_text() {
    let script = SCRIPTS.concat();
    for word in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "srcdoc",
        "fetch(",
        "XMLHttpRequest",
        "import(",
    ] {
        assert!(!script.contains(word), "{word}");
    }
    assert!(!SHELL.contains("http:") && !SHELL.contains("https:") && !STYLE.concat().contains("url("));
}

#[test]
fn no_part_of_the_page_is_long() {
    for part in SCRIPTS.iter().chain(STYLE).chain([&SHELL, &WORDS]) {
        assert!(part.lines().count() <= 300, "{}", part.lines().next().unwrap_or_default());
    }
}

#[test]
fn every_word_is_there_in_both_languages_and_used() {
    let words: serde_json::Map<String, Value> = serde_json::from_str(WORDS).expect("JSON");
    for (key, both) in &words {
        let [english, chinese] = both.as_array().expect("a list").as_slice() else {
            panic!("{key}: not two")
        };
        let (english, chinese) = (english.as_str().expect("a text"), chinese.as_str().expect("a text"));
        assert!(!english.is_empty() && !chinese.is_empty(), "{key}");
        assert_eq!(slots(english), slots(chinese), "{key}");
        let is_unit = ["kib", "mib"].contains(&key.as_str());
        let is_chinese = chinese.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(is_unit || is_chinese || key == "language", "{key}: {chinese}");
    }
    let script = SCRIPTS.concat();
    let is_word = |at: usize| !script[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
    let calls = script.match_indices("t(\"").filter(|(at, _)| is_word(*at));
    let asked: BTreeSet<&str> =
        calls.filter_map(|(at, call)| Some(script[at + call.len()..].split_once('"')?.0)).collect();
    let missing: Vec<_> = asked.iter().filter(|key| !words.contains_key(**key)).collect();
    assert_eq!(missing, Vec::<&&str>::new());
    // Others are looked up by what the data says, or by the side.
    let by_data = |key: &str| {
        ["n_", "kind_", "step_"].iter().any(|front| key.starts_with(front))
            || ["error", "warning", "before_hint", "after_hint"].contains(&key)
    };
    let unused: Vec<_> = words
        .keys()
        .filter(|key| {
            !by_data(key) && !script.contains(&format!("\"{key}\"")) && !states().contains(&key.as_str())
        })
        .filter(|key| !script.contains(&format!("{key}:")))
        .collect();
    assert_eq!(unused, Vec::<&String>::new());
}

/// How far a run can have come.
fn states() -> [&'static str; 8] {
    use RunState::{Armed, Created, Due, Missed, Scheduled, Sent, Skipped, Uncertain};
    [Uncertain, Due, Missed, Armed, Scheduled, Created, Sent, Skipped].map(RunState::as_str)
}

#[test]
fn every_kind_and_state_has_a_word() {
    let words: serde_json::Map<String, Value> = serde_json::from_str(WORDS).expect("JSON");
    let kinds = crate::model::kinds().iter().map(|kind| format!("kind_{}", kind.name));
    let states = states().map(str::to_owned);
    let levels = ["error", "warning"].map(str::to_owned);
    for key in kinds.chain(states).chain(levels) {
        assert!(words.contains_key(&key), "{key}");
    }
}

/// What is put into a word.
fn slots(word: &str) -> BTreeSet<&str> {
    word.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}
