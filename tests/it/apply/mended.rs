//! What is remembered of what went wrong, and of what went away.

use crate::world::{World, changes};
use mpform::sandbox::{Fault, Rule};
use serde_json::json;

const RULE: &str = "keywords: {时间: {match: [几点], reply: {text: 九点}}}\n";

/// A colleague makes a rule of the same name by hand.
fn by_hand(world: &World) {
    let text = world.hand("POST", "text", json!({"content": "别人的"}));
    let rule = json!({
        "rule_name": "时间", "reply_id": text, "reply_type": "text",
        "keyword": [{"content": "时间", "fuzzy": "0"}],
    });
    world.hand("POST", "keyword", rule);
}

#[track_caller]
fn is_somebody_elses(world: &World) {
    let plan = world.plan();
    assert_eq!(changes(&plan), Vec::<String>::new());
    assert_eq!(plan["unmanaged"].as_array().map(Vec::len), Some(1), "{plan:#}");
    world.apply();
    assert_eq!(world.live()["rules"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_never_arrived_has_failed_and_is_forgotten() {
    let world = World::empty();
    world.shop(RULE);
    world.sandbox.fault(Rule::new("POST", "*/keyword", Fault::ResetBefore).always());
    let ran = world.run("apply --yes").expect_code(3).says(&["Apply: 0 done, 1 failed, 0 not tried."]);
    assert!(!ran.err.contains("MP081"), "each look showed that it is not there: {}", ran.err);
    world.sandbox.clear_faults();
    let begun = world.run("state list").expect_code(0).out;
    assert!(!begun.contains("end unknown"), "{begun}");
    world.shop("keywords: {}\n");
    by_hand(&world);
    is_somebody_elses(&world);
}

#[test]
fn what_was_begun_is_not_taken_for_another_of_that_name() {
    let world = World::empty();
    world.shop(RULE);
    world.sandbox.fault(Rule::new("POST", "*/keyword", Fault::Delay { ms: 600_000 }));
    let mut apply = world.start("apply --yes");
    assert!(apply.until(|sandbox| sandbox.writes().iter().any(|entry| entry.path.ends_with("/keyword"))));
    apply.kill();
    world.sandbox.clear_faults();
    let ours = world.live()["rules"][0]["id"].as_str().expect("it was made").to_owned();
    world.hand("DELETE", &format!("keyword/{ours}"), json!(null));
    world.shop("keywords: {}\n");
    by_hand(&world);
    is_somebody_elses(&world);
}

#[test]
fn what_was_refused_and_taken_back_needs_no_publish() {
    let world = World::empty();
    world.shop("menu: [{name: 官网, link: https://m}]\n");
    world.apply();
    world.shop("menu: [{name: 官网, link: https://m/new}]\n");
    let refusal = Fault::Code { code: 500, message: "boom".into() };
    world.sandbox.fault(Rule::new("POST", "*/menu/bind", refusal).always());
    world.run("apply --yes").expect_code(3);
    world.sandbox.clear_faults();
    world.shop("menu: [{name: 官网, link: https://m}]\n");
    world.settled();
}

#[test]
fn protection_outlives_its_section() {
    let world = World::empty();
    world.shop("groups: {vip: {protect: true}}\n");
    world.apply();
    world.shop("keywords: {}\n");
    world.apply();
    world.shop("prune: [groups]\ngroups: {}\n");
    world.writes();
    let ran = world.run("apply --yes").expect_code(1);
    let said = format!("{}{}", ran.out, ran.err);
    assert!(said.contains("MP061") && said.contains("shop/group/vip"), "{said}");
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[test]
fn a_move_finds_the_old_name_without_a_state() {
    let world = World::empty();
    world.shop("keywords: {旧: {match: [几点], reply: {text: 九点}}}\n");
    world.apply();
    let id = |world: &World| world.live()["rules"][0]["id"].clone();
    let before = id(&world);
    world.lose_state();
    world.shop(
        "keywords: {新: {match: [几点], reply: {text: 九点}}}\nmoved: [{from: shop/keyword/旧, to: shop/keyword/新}]\n",
    );
    assert_eq!(changes(&world.plan()), ["update shop/keyword/新: name"]);
    world.apply();
    world.settled();
    assert_eq!((world.live()["rules"].as_array().map(Vec::len), id(&world)), (Some(1), before));
}

/// No list shows a text: one whose answer was lost is made again, and the one that may be left is counted.
#[test]
fn a_text_whose_answer_was_lost_is_counted() {
    let world = World::empty();
    world.shop(RULE);
    world.sandbox.fault(Rule::new("POST", "*/text", Fault::ResetAfter));
    let ran = world.apply().says(&["1 text or cover may be left at the vendor that nothing uses"]);
    assert!(ran.err.contains("Apply: 1 done"), "{}", ran.err);
    world.run("state list").expect_code(0).says(&["shop: 1 text or cover may be left"]);
    world.settled();
}

#[test]
fn a_text_that_was_made_before_a_kill_is_counted() {
    let world = World::empty();
    world.shop(RULE);
    world.sandbox.fault(Rule::new("POST", "*/text", Fault::Delay { ms: 600_000 }));
    let mut apply = world.start("apply --yes");
    assert!(apply.until(|sandbox| sandbox.writes().iter().any(|entry| entry.path.ends_with("/text"))));
    apply.kill();
    world.sandbox.clear_faults();
    world.apply().says(&["1 text or cover may be left at the vendor"]);
    world.settled();
}

#[test]
fn a_text_that_is_used_is_not_counted() {
    let world = World::empty();
    world.shop(RULE);
    world.sandbox.fault(Rule::new("POST", "*/keyword", Fault::ResetAfter));
    let ran = world.apply();
    assert!(!ran.err.contains("may be left"), "{}", ran.err);
}
