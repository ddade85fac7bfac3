//! A message typed once, answered before and after.

use serde_json::{Value, json};

use super::driver::Key;
use super::{Browser, DESK, open, page_of};
use crate::world::World;
use mpform::sandbox::{Fault, Rule};

fn say(browser: &Browser, message: &str) {
    browser.type_into(".composer input", message);
    browser.press(&[Key::Enter]);
}

/// What each phone shows last.
fn last(browser: &Browser) -> Value {
    browser
        .js("return [...document.querySelectorAll('.chat')].map(chat => chat.lastElementChild.textContent)")
}

#[test]
fn a_message_shows_which_rule_answers_and_why() {
    let Some((_world, browser)) = open(DESK) else { return };
    assert_eq!(
        browser.texts(".phone.after .bubble"),
        ["欢迎关注我们", "稍等"],
        "both greetings stand there first"
    );
    say(&browser, "几点");
    assert_eq!(last(&browser), json!(["每天九点到九点", "每天九点到八点"]));
    let why = browser.texts(".why").concat();
    for words in [
        "another answer after than before",
        "Before: answered by the rule 时间",
        "found: “几点” (时间)",
        "not reached",
    ] {
        assert!(why.contains(words), "{words}: {why}");
    }
    assert_eq!(browser.js("return document.querySelector('.why').getAttribute('aria-live')"), "polite");
    say(&browser, "停车");
    // Before, a fuzzy keyword of a rule that nobody manages contains the message; after, a keyword of ours is the message.
    assert_eq!(last(&browser), json!(["车位很多", "地下二层"]));
    let why = browser.texts(".why .hit").concat();
    assert!(why.contains("found: “停车费” (旧)") && why.contains("found: “停车” (停车)"), "{why}");
    say(&browser, "在哪");
    assert_eq!(last(&browser), json!(["花园路 18 号", "稍等"]));
    say(&browser, "你们'");
    assert_eq!(last(&browser), json!(["稍等", "稍等"]));
    let why = browser.texts(".why").concat();
    assert!(
        why.contains("the same answer before and after") && why.contains("a quote in the message"),
        "{why}"
    );
    say(&browser, "路线");
    let why = browser.texts(".why").concat();
    assert!(
        why.contains("the same answer before and after"),
        "the rule changes, and its reply does not: {why}"
    );
    browser.click(".tries button");
    assert!(browser.texts(".why q").concat().contains("几点"));
    browser.close();
}

#[test]
fn the_model_is_the_vendors() {
    let Some((_world, browser)) = open(DESK) else { return };
    // The table that the model in Rust is held against as well.
    let table: Value = serde_json::from_str(include_str!("../data/matching.json")).expect("a table");
    let script = "const [cases] = arguments; return cases.map(({ name, rules, message }) => {
        const { step, found } = mpform.answer(mpform.matcher(rules), message);
        return [name, step, found.map(one => one.rule)];
    })";
    let of = |case: &Value| {
        let winners = case["winners"].as_array().expect("a list").iter();
        let mut rules: Vec<_> = winners.filter_map(|winner| winner[0].as_u64()).collect();
        rules.dedup();
        json!([case["name"], case["step"], rules])
    };
    let cases = table["cases"].as_array().expect("a list");
    assert!(cases.len() >= 60);
    let wanted: Vec<_> = cases.iter().map(of).collect();
    assert_eq!(browser.js_with(script, json!([cases])), json!(wanted));
    browser.close();
}

#[test]
fn what_was_not_read_is_not_shown_as_empty() {
    let world = World::empty();
    world.shop("groups: {}\n");
    let Some(browser) = Browser::open(&page_of(&world), DESK) else { return };
    let phone = browser.texts(".phone.before").concat();
    for words in ["menu not read", "replies not read"] {
        assert!(phone.contains(words), "{words}: {phone}");
    }
    say(&browser, "几点");
    assert!(browser.texts(".why").concat().contains("rules were not read, so nobody can say"));
    assert!(browser.texts(".account").concat().contains("Materials were not read"));
    browser.close();
}

#[test]
fn a_rule_that_nobody_could_read_may_answer_too() {
    let world = World::empty();
    world.shop("keywords: {时间: {match: [几点], reply: {text: 九点}}}\n");
    world.apply();
    let text = world.hand("POST", "text", json!({"content": "车位很多"}));
    let words = json!([{"content": "车位", "fuzzy": "0"}]);
    let rule = json!({"rule_name": "旧", "reply_id": text, "reply_type": "text", "keyword": words});
    let id = world.hand("POST", "keyword", rule);
    let down = Fault::Code { code: 500, message: "Communications link failure".into() };
    world.sandbox.fault(Rule::new("GET", id.as_str().expect("an id"), down).always());
    let Some(browser) = Browser::open(&page_of(&world), DESK) else { return };
    say(&browser, "几点");
    assert!(browser.texts(".why .warn")[0].ends_with("may answer too: 1"));
    browser.close();
}
