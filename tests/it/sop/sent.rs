//! Plans that are armed, by what is remembered of them: nothing here reaches a vendor.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::world::{PROJECT, Ran, World};

/// In a year that no clock of ours will see: what is armed when a test runs is always armed in time.
const PLAN: &str = "\
groups: {vip: {members: [o-1]}}
sops:
  hello:
    schedule: {start: 2099-01-05, repeat: FREQ=WEEKLY;COUNT=3}
    audience: {group: vip}
    steps:
      - {day: 1, at: \"10:00\", send: [{text: 早上好}]}
      - {day: 2, at: \"10:00\", send: [{text: 再见}]}
";
const RUN: &str = "shop/sop/hello@2099-01-05";

/// A state in which the plan is armed, as an apply leaves it.
fn armed() -> World {
    let world = World::empty();
    world.write("mpform.yaml", PROJECT);
    world.shop(PLAN);
    let step = |day: u32, text: &str| json!({"when": format!("day {day}, 10:00"), "send": [{"text": text}]});
    let applied = json!({
        "title": "hello",
        "schedule": {"start": "2099-01-05", "repeat": "FREQ=WEEKLY;COUNT=3"},
        "timezone": "Asia/Shanghai",
        "audience": {"group": "vip"},
        "steps": [step(1, "早上好"), step(2, "再见")],
        "grace": "30m",
    });
    let record = json!({"id": "armed", "applied": applied, "fingerprint": "", "at": "2026-01-01T00:00:00Z"});
    keep(
        &world,
        &json!({
            "version": 1, "serial": 1, "account": "shop", "environment": "default",
            "resources": {"shop/sop/hello": record},
        }),
    );
    world
}

fn keep(world: &World, state: &Value) {
    world.write(".mpform/state/default/shop.json", &state.to_string());
}

fn remembered(world: &World) -> Value {
    let text = std::fs::read_to_string(world.state_file()).expect("a state");
    serde_json::from_str(&text).expect("JSON")
}

/// Adds a message that was begun.
fn begun(world: &World, step: u32, to: &str) {
    let mut state = remembered(world);
    let sending = json!({
        "step": step, "item": 1, "at": "2099-01-05T02:00:00Z", "to": to, "what": "text 早上好",
        "fingerprint": format!("f{step}"), "nth": 1, "audience": "a", "begun": "2099-01-05T02:00:01Z", "outcome": "begun",
    });
    match state["sends"][RUN].as_array_mut() {
        Some(sendings) => sendings.push(sending),
        None => state["sends"] = json!({RUN: [sending]}),
    }
    keep(world, &state);
}

fn at(world: &World, time: &str, arguments: &str) -> Ran {
    let ran = world.run(&format!("--now {time}+08:00 {arguments}"));
    assert_eq!(world.calls(), Vec::<String>::new());
    ran
}

fn states(world: &World, time: &str) -> Vec<String> {
    let list = at(world, time, "sop list --json --from 2099-01-01 --to 2099-01-31").expect_code(0).json();
    let runs = list["runs"].as_array().expect("runs").iter();
    runs.map(|run| run["state"].as_str().expect("a word").to_owned()).collect()
}

#[test]
fn a_list_says_how_far_each_run_has_come() {
    let world = armed();
    assert_eq!(states(&world, "2099-01-01T00:00:00"), ["armed", "armed", "armed"]);
    assert_eq!(states(&world, "2099-01-05T10:00:00"), ["due", "armed", "armed"]);
    assert_eq!(states(&world, "2099-01-12T09:00:00"), ["missed", "armed", "armed"]);
    begun(&world, 1, "vip");
    assert_eq!(states(&world, "2099-01-05T10:00:00"), ["uncertain", "armed", "armed"]);
    // What is declared now is something else.
    world.shop(&PLAN.replace("再见", "回头见"));
    assert_eq!(states(&world, "2099-01-01T00:00:00"), ["uncertain", "scheduled", "scheduled"]);
    world.lose_state();
    assert_eq!(states(&world, "2099-01-12T10:00:00"), ["missed", "missed", "scheduled"]);
}

#[test]
fn a_dry_run_shows_what_is_due_and_writes_nothing() {
    let world = armed();
    let before = remembered(&world);
    let ran = at(&world, "2099-01-05T10:00:00", "sop run --dry-run").expect_code(0);
    assert_snapshot!(ran.out, @r"
    + due       2099-01-05 10:00 shop/sop/hello@2099-01-05 step 1, to vip: text 早上好
    1 message would be sent now.
    ");
    let lines =
        at(&world, "2099-01-05T10:30:00", "sop run --dry-run --json --target shop/sop/h*").expect_code(0);
    let line: Value = serde_json::from_str(lines.out.trim()).expect("one line");
    assert_eq!(
        (&line["outcome"], &line["to"], &line["at"]),
        (&json!("due"), &json!("vip"), &json!("2099-01-05T10:00:00+08:00"))
    );
    for time in ["2099-01-05T09:59:59", "2099-01-05T10:30:01"] {
        at(&world, time, "sop run --dry-run").expect_code(0).shows(&["0 messages would be sent now"]);
    }
    let other = "sop run --dry-run --target shop/sop/hello@2099-01-12";
    at(&world, "2099-01-05T10:00:00", other).expect_code(0).shows(&["0 messages"]);
    at(&world, "2099-01-05T10:00:00", "sop run --dry-run --target shop/sop/helo")
        .expect_code(1)
        .says(&["names no plan", "did you mean `shop/sop/hello`?"]);
    assert_eq!(remembered(&world), before);
    assert!(!world.path(".mpform/state/default/shop.lock").exists());
}

#[test]
fn a_plan_that_was_edited_is_held_back_and_one_that_was_never_armed_is_pointed_out() {
    let world = armed();
    world.shop(&PLAN.replace("早上好", "晚上好"));
    let ran = at(&world, "2099-01-05T10:00:00", "sop run --dry-run").expect_code(1);
    ran.says(&["error[MP118]: shop/sop/hello: 1 message is due, and it is not armed as it is declared"])
        .shows(&["0 messages would be sent now"]);
    world.lose_state();
    at(&world, "2099-01-05T10:00:00", "sop run --dry-run")
        .expect_code(0)
        .says(&["note: shop/sop/hello: 1 message is due, and it was never armed"]);
    // A year later nothing of it is due.
    assert_eq!(at(&world, "2100-01-05T10:00:00", "sop run --dry-run").expect_code(0).err, "");
}

#[test]
fn nothing_is_sent_while_nothing_is_due() {
    let world = armed();
    let before = remembered(&world);
    let ran = world.run("sop run").expect_code(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", "nothing is due\n"));
    let line = world.run("sop run --json").expect_code(0).out;
    assert_eq!(line, "{\"event\":\"summary\",\"sent\":0,\"failed\":0,\"uncertain\":0,\"skipped\":0}\n");
    assert_eq!((remembered(&world), world.calls().len()), (before, 0));
    world.run("sop run --account shpo").expect_code(1).says(&["did you mean `shop`?"]);
    world.run("sop run --watch --dry-run").expect_code(1);
}

#[test]
fn another_account_is_sent_nothing() {
    let world = armed();
    let mut state = remembered(&world);
    state["identity"] = json!({"info_id": "another"});
    keep(&world, &state);
    world
        .run("sop run")
        .expect_code(1)
        .says(&["error[MP063]", "it is not the account that the state remembers"]);
}

#[test]
fn a_watch_ends_when_it_is_interrupted() {
    let world = armed();
    let mut watch = world.start("sop run --watch");
    assert!(watch.until_it_says("watching"));
    watch.interrupt();
    let ran = watch.end().expect_code(0);
    ran.shows(&["Messages: 0 sent, 0 failed, 0 uncertain, 0 held back."]);
}

#[test]
fn a_person_says_what_nobody_could_find_out() {
    let world = armed();
    for (step, to) in [(1, "vip"), (1, "all"), (2, "vip")] {
        begun(&world, step, to);
    }
    let ran = world.run("sop history").expect_code(0);
    assert_snapshot!(ran.out, @r"
    2099-01-05 10:00 uncertain shop/sop/hello@2099-01-05 step 1, to vip: text 早上好
    2099-01-05 10:00 uncertain shop/sop/hello@2099-01-05 step 1, to all: text 早上好
    2099-01-05 10:00 uncertain shop/sop/hello@2099-01-05 step 2, to vip: text 早上好
    ");
    world
        .run(&format!("sop resolve {RUN} --to nobody --sent"))
        .expect_code(1)
        .says(&["nothing like that is uncertain", &format!("{RUN} step 2, to vip: text 早上好")]);
    world.run(&format!("sop resolve {RUN}")).expect_code(1);
    world.run("sop resolve shop/sop/hello --sent").expect_code(1).says(&["is no run of a plan"]);
    let ran = world.run(&format!("sop resolve {RUN} --to vip --step 1 --sent")).expect_code(0);
    assert_eq!(ran.out, format!("{RUN} step 1, to vip: text 早上好 is taken for sent\n"));
    let ran = world.run(&format!("sop resolve {RUN} --not-sent")).expect_code(0);
    assert_eq!(ran.out.lines().count(), 2);
    let found = world.run(&format!("sop history --json --run {RUN}")).expect_code(0).json();
    let outcomes: Vec<_> =
        found["messages"].as_array().expect("messages").iter().map(|one| &one["outcome"]).collect();
    assert_eq!(outcomes, ["sent", "failed", "failed"]);
    world.run(&format!("sop resolve {RUN} --sent")).expect_code(1).says(&["nothing of shop is"]);
    assert_eq!(world.calls(), Vec::<String>::new());
}

#[test]
fn a_run_that_a_vendor_was_to_be_given_is_said_to_be_there_or_not() {
    for (said, resources) in [("--sent", 2), ("--not-sent", 1)] {
        let world = armed();
        let mut state = remembered(&world);
        state["intents"] =
            json!({RUN: {"natural": "hello 2099-01-05", "want": {"title": "hello 2099-01-05"}}});
        keep(&world, &state);
        assert_eq!(states(&world, "2099-01-01T00:00:00")[0], "uncertain");
        world
            .run(&format!("sop resolve {RUN} --to vip --sent"))
            .expect_code(1)
            .says(&[&format!("what is uncertain: {RUN}")]);
        world.run(&format!("sop resolve {RUN} {said}")).expect_code(0).shows(&[RUN]);
        let state = remembered(&world);
        assert_eq!(state["intents"], json!({}));
        assert_eq!(state["resources"].as_object().expect("resources").len(), resources);
    }
}
