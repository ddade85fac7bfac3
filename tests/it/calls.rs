//! How many calls each command makes, exactly: calls that need not be made are not.

use std::collections::BTreeMap;

use insta::assert_snapshot;

use crate::world::{FOLLOWERS, World};

mod others;

/// Rules that the account has, more than two pages of them.
const RULES: usize = 250;
/// Distinct texts among them.
const TEXTS: usize = 40;

/// Something of every kind but materials.
const REST: &str = "
groups: {vip: {members: [o-001]}}
replies: {subscribe: {text: 欢迎关注}}
menu:
  - name: 新品
    items:
      - {name: 官网, link: https://m.example.com}
      - {name: 客服, reply: {text: 您好}}
";

fn rules() -> String {
    let rule =
        |nth| format!("  规则{nth}: {{match: [词{nth}], reply: {{text: 答{text}}}}}\n", text = nth % TEXTS);
    format!("keywords:\n{}", (0..RULES).map(rule).collect::<String>())
}

/// An account that is as the project wants it, and of which nothing is in the cache.
fn world(resources: &str) -> World {
    let world = World::new(FOLLOWERS);
    world.shop(resources);
    world.apply();
    forget(&world);
    world.calls();
    world
}

fn forget(world: &World) {
    std::fs::remove_dir_all(world.path(".mpform/cache")).expect("there is a cache");
}

/// The calls since the last look: how many of each, and of all.
fn counted(world: &World) -> String {
    tally(world.calls())
}

fn tally(calls: Vec<String>) -> String {
    let mut counts = BTreeMap::<String, usize>::new();
    for call in calls {
        let name = call.split('?').next().unwrap_or_default().to_owned();
        *counts.entry(name).or_default() += 1;
    }
    let all: usize = counts.values().sum();
    let lines: String = counts.iter().map(|(name, count)| format!("{count} {name}\n")).collect();
    format!("{lines}{all} in all\n")
}

#[track_caller]
fn calls_of(world: &World, command: &str) -> String {
    world.run(command).expect_code(0);
    counted(world)
}

/// Pages of a hundred, each rule, each text; and whether the vendor knows the account.
#[test]
fn a_plan_of_many_rules_asks_for_each_once() {
    let world = world(&rules());
    let total = |texts| format!("{} in all\n", RULES.div_ceil(100) + RULES + texts + 1);
    let plan = calls_of(&world, "plan");
    assert!(plan.ends_with(&total(TEXTS)), "{plan}");
    assert_snapshot!(plan, @"
    1 GET bind/refresh/shop
    3 GET keyword
    250 GET keyword/…
    40 GET text/…
    294 in all
    ");
    // What can't have changed is not asked for again, whoever asks.
    for command in ["plan", "plan --markdown", "drift", "apply --yes", "coverage shop"] {
        let again = calls_of(&world, command);
        assert!(again.contains("250 GET keyword/…") && !again.contains("text"), "{command}: {again}");
    }
    assert!(calls_of(&world, "plan").ends_with(&total(0)));
    assert!(calls_of(&world, "plan --no-cache").ends_with(&total(TEXTS)));
    forget(&world);
    assert!(calls_of(&world, "plan").ends_with(&total(TEXTS)));
}

/// With what is kept and without it, and with what is damaged, it is the same plan.
#[test]
fn the_cache_changes_no_plan() {
    let world = world(&rules());
    world.shop(&rules().replace("text: 答8}", "text: 改}").replace("规则9:", "规则九:"));
    let plan = |options: &str| world.run(&format!("plan --json {options}")).expect_code(0).out;
    let without = plan("--no-cache");
    assert!(!world.path(".mpform/cache").exists(), "nothing is kept");
    assert_eq!([plan(""), plan("")], [without.clone(), without.clone()]);
    let kept = || -> Vec<_> {
        let files = std::fs::read_dir(world.path(".mpform/cache")).expect("there is a cache");
        files.map(|file| file.expect("a file").path()).collect()
    };
    let [file] = kept().try_into().expect("one account");
    let text = std::fs::read_to_string(&file).expect("reads");
    for damaged in ["", &text[..100], &text.replace("答1", "骗1"), "mpform cache 9 x\n"] {
        std::fs::write(&file, damaged).expect("writes");
        world.calls();
        assert_eq!(plan(""), without, "{damaged}");
        assert!(counted(&world).contains(&format!("{TEXTS} GET text")), "all are asked for");
        assert_eq!(std::fs::read_to_string(&file).expect("reads"), text, "and kept again");
    }
}

/// A lost state is found again by names: nothing speaks for reading a list twice.
#[test]
fn a_lost_state_costs_no_call() {
    let world = world(&rules());
    let known = calls_of(&world, "plan");
    world.lose_state();
    assert_eq!(calls_of(&world, "plan"), known);
}

#[test]
fn a_rule_that_is_to_be_made_is_looked_for_once_more() {
    let world = world(&rules());
    calls_of(&world, "plan");
    world.shop(&(rules() + "  新规则: {match: [新], reply: {text: 新}}\n"));
    assert_snapshot!(calls_of(&world, "plan"), @"
    1 GET bind/refresh/shop
    6 GET keyword
    250 GET keyword/…
    257 in all
    ");
}

/// The list of an empty account before, and after it the pages of what was made.
#[test]
fn an_apply_reads_back_what_it_wrote_and_nothing_else() {
    let world = World::new(FOLLOWERS);
    world.shop(&rules());
    let created = calls_of(&world, "apply --yes");
    let two =
        rules().replace("[词7]", "[词七]").replace("[词8], reply: {text: 答8}", "[词8], reply: {text: 改}");
    world.shop(&two);
    let changed = calls_of(&world, "apply --yes");
    world.shop(&rules());
    let planned = calls_of(&world, "plan -o plan.json");
    let carried_out = calls_of(&world, "apply plan.json");
    assert_snapshot!(format!("{created}\n{changed}\n{planned}\n{carried_out}"), @"
    1 GET bind/refresh/shop
    4 GET keyword
    250 GET keyword/…
    40 GET text/…
    250 POST keyword
    40 POST text
    585 in all

    1 GET bind/refresh/shop
    6 GET keyword
    252 GET keyword/…
    1 GET text/…
    1 POST text
    2 PUT keyword/…
    263 in all

    1 GET bind/refresh/shop
    3 GET keyword
    250 GET keyword/…
    254 in all

    1 GET bind/refresh/shop
    6 GET keyword
    252 GET keyword/…
    2 PUT keyword/…
    261 in all
    ");
}

/// Every command on an account that holds something of every kind. The first has no cache yet.
#[test]
fn each_command_makes_these_calls() {
    let world =
        world(&(REST.to_owned() + "keywords: {营业时间: {match: [营业时间], reply: {text: 全天}}}\n"));
    let cold = calls_of(&world, "plan");
    let plan = calls_of(&world, "plan");
    for command in ["drift", "apply --yes", "plan -o plan.json", "apply plan.json", "preview -o page.html"] {
        assert_eq!(calls_of(&world, command), plan, "{command}");
    }
    let commands = ["export shop -o out", "doctor", "ask shop 营业时间 --live", "coverage shop"];
    let others = commands.map(|command| format!("\n{command}\n{}", calls_of(&world, command)));
    assert_snapshot!(format!("cold\n{cold}\nwarm\n{plan}{}", others.concat()), @"
    cold
    1 GET bind/refresh/shop
    1 GET group
    1 GET keyword
    1 GET keyword/default
    1 GET keyword/subscribe
    1 GET keyword/…
    1 GET menu
    3 GET text/…
    1 GET user
    11 in all

    warm
    1 GET bind/refresh/shop
    1 GET group
    1 GET keyword
    1 GET keyword/default
    1 GET keyword/subscribe
    1 GET keyword/…
    1 GET menu
    1 GET user
    8 in all

    export shop -o out
    1 GET bind/refresh/shop
    1 GET group
    1 GET image
    1 GET keyword
    1 GET keyword/default
    1 GET keyword/subscribe
    1 GET keyword/…
    1 GET menu
    1 GET news
    1 GET user
    1 GET video
    1 GET voice
    12 in all

    doctor
    1 GET bind/refresh/shop
    1 GET group
    1 GET image
    1 GET keyword
    1 GET keyword/default
    1 GET keyword/subscribe
    1 GET menu
    1 GET news
    1 GET video
    1 GET voice
    10 in all

    ask shop 营业时间 --live
    1 GET bind/refresh/shop
    1 GET keyword
    1 GET keyword/default
    1 GET keyword/subscribe
    2 GET keyword/…
    1 GET menu
    7 in all

    coverage shop
    1 GET bind/refresh/shop
    1 GET keyword
    1 GET keyword/default
    1 GET keyword/subscribe
    1 GET keyword/…
    1 GET msg
    6 in all
    ");
}

#[test]
fn these_commands_call_nobody() {
    let world = world(REST);
    for command in [
        "validate",
        "fmt --check",
        "schema",
        "test",
        "ask shop 你好",
        "sop list",
        "sop calendar",
        "sop history",
        "state list",
        "state show shop/group/vip",
        "state mv shop/group/vip shop/group/gold",
        "state rm shop/group/gold",
        "completions bash",
    ] {
        world.run(command);
        assert_eq!(world.calls(), Vec::<String>::new(), "{command}");
    }
}

/// A link in the way of the cache: nothing is kept behind it, and nothing goes wrong for that.
#[cfg(unix)]
#[test]
fn what_was_read_is_not_kept_outside_of_the_project() {
    let world = World::empty();
    let outside = tempfile::tempdir().expect("a folder");
    world.shop("keywords: {营业时间: {match: [营业时间], reply: {text: 全天}}}\n");
    std::fs::create_dir(world.path(".mpform")).expect("makes it");
    std::os::unix::fs::symlink(outside.path(), world.path(".mpform/cache")).expect("links");
    world.apply();
    counted(&world);
    for _ in 0..2 {
        let plan = calls_of(&world, "plan");
        assert!(plan.contains("1 GET text/"), "each asks for the text: {plan}");
    }
    assert_eq!(std::fs::read_dir(outside.path()).expect("lists").count(), 0);
}
