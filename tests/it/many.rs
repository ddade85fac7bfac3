//! Many accounts in one project: which are worked on, side by side, and what is said of them.

use std::collections::BTreeMap;
use std::fs::File;

use insta::assert_snapshot;
use mpform::sandbox::{Fault, Rule};
use serde_json::Value;

use crate::world::{Ran, World};

/// The names of so many accounts.
fn names(count: usize) -> Vec<String> {
    (1..=count).map(|nth| format!("a{nth:03}")).collect()
}

/// A world with so many accounts, of which each is to hold the same.
fn town(count: usize, resources: &str) -> World {
    let lines =
        |line: &dyn Fn(&str) -> String| names(count).iter().map(|name| line(name)).collect::<String>();
    let seed = lines(&|name| format!("  {name}: {{app_id: wx1, app_secret: s}}\n"));
    let world = World::new(&format!("accounts:\n{seed}"));
    let accounts = lines(&|name| {
        format!("  {name}: {{provider: yeapoo, base_url: \"${{env.SANDBOX}}\", info_id: {name}}}\n")
    });
    world.write("mpform.yaml", &format!("version: 1\ninclude: [all.yaml]\naccounts:\n{accounts}"));
    world.write("all.yaml", &format!("accounts: [\"a*\"]\n{resources}"));
    world
}

/// A reply that takes no write of its own.
const RAW: &str = "{raw: {type: voice, id: 5f31c0de5f31c0de5f31c0de5f31c0d1}}";

fn rules(count: usize, reply: &str) -> String {
    let rule = |nth| format!("  词{nth}: {{match: [词{nth}], reply: {reply}}}\n");
    format!("keywords:\n{}", (1..=count).map(rule).collect::<String>())
}

/// Holds the lock of an account as another process would.
fn hold(world: &World, account: &str) -> File {
    let path = format!(".mpform/state/default/{account}.lock");
    world.write(&path, r#"{"who":"ops on ci","pid":4711,"since":"2026-11-21T10:00:00Z","command":"apply"}"#);
    let file = File::open(world.path(&path)).expect("it was written");
    file.lock().expect("it is free");
    file
}

fn accounts(plan: &Value) -> Vec<String> {
    let changes = plan["changes"].as_array().expect("changes");
    let mut accounts: Vec<_> =
        changes.iter().map(|change| change["account"].as_str().expect("a name").to_owned()).collect();
    accounts.dedup();
    accounts
}

fn ours(world: &World, account: &str) -> usize {
    let path = world.path(&format!(".mpform/state/default/{account}.json"));
    let Ok(text) = std::fs::read_to_string(path) else { return 0 };
    let state: Value = serde_json::from_str(&text).expect("JSON");
    state["resources"].as_object().map_or(0, serde_json::Map::len)
}

#[test]
fn two_hundred_accounts_of_fifty_rules() {
    let world = town(200, &rules(50, RAW));
    let plan = world.plan();
    assert_eq!((plan["summary"]["create"].as_u64(), accounts(&plan)), (Some(10_000), names(200)));
    world.sandbox.clear_journal();

    // In the middle one account's vendor breaks down, and another is held by somebody.
    world.sandbox.fault(Rule::new("", "*/v1/a100/*", Fault::Status { status: 400 }).always());
    let held = hold(&world, "a150");
    let ran = world.run("apply --yes").expect_code(3).says(&["Apply: 9900 done, 0 failed, 0 not tried."]);
    let ran = ran.says(&["a100 could not be planned:", "a150: the state is locked by ops on ci"]);
    let told: Vec<_> = ran.err.lines().filter(|line| line.contains(" created")).collect();
    let mut sorted = told.clone();
    sorted.sort_by_key(|line| line.split_once('/').map(|(account, _)| account));
    assert_eq!((told.len(), &told), (9900, &sorted), "account by account");
    let mut writes = BTreeMap::new();
    for entry in world.sandbox.writes() {
        *writes.entry(entry.path.split('/').nth(2).unwrap_or_default().to_owned()).or_insert(0) += 1;
    }
    assert_eq!((writes.len(), writes.values().all(|count| *count == 50)), (198, true), "{writes:?}");
    assert_eq!((ours(&world, "a001"), ours(&world, "a100"), ours(&world, "a150")), (50, 0, 0));

    // What failed is made up for, and nothing else is done.
    drop(held);
    world.sandbox.clear_faults();
    world.sandbox.clear_journal();
    world.apply().says(&["Apply: 100 done"]);
    assert_eq!(world.sandbox.writes().len(), 100);
    world.sandbox.clear_journal();
    world.settled();
    let calls = world.sandbox.journal().len();
    assert_eq!(calls, 200 * (2 + 50), "the account, its list, and each rule");
}

#[test]
fn accounts_are_chosen_by_pattern() {
    let world = town(12, "groups: {vip: {}}\n");
    let plan =
        |arguments: &str| accounts(&world.run(&format!("plan --json {arguments}")).expect_code(0).json());
    assert_eq!(plan("--account a00* --account a012").len(), 10);
    assert_eq!(plan("--account a01[12]"), ["a011", "a012"]);
    for command in [
        "plan",
        "apply --yes",
        "drift",
        "doctor",
        "sop run",
        "sop list",
        "sop calendar",
        "sop history",
        "state list",
        "preview -o x.html",
        "test",
    ] {
        let ran = world.run(&format!("{command} --account a00* --account a13 --account b*")).expect_code(1);
        let said = ran.says(&["there is no account `a13`", "no account is called like `b*`"]);
        assert_eq!(said.err.matches("MP").count(), 2, "{command}: {}", said.err);
    }
}

#[test]
fn shards_are_all_of_it_and_never_twice() {
    let world = town(12, "groups: {vip: {}}\n");
    let mut all = vec![];
    for nth in 1..=5 {
        let mine = accounts(&world.run(&format!("plan --json --shard {nth}/5")).expect_code(0).json());
        assert!((2..=3).contains(&mine.len()), "{mine:?}");
        all.extend(mine);
    }
    all.sort();
    assert_eq!(all, names(12));
    // Of those that are chosen.
    let two: Vec<_> = (1..=2)
        .flat_map(|nth| {
            let plan = format!("plan --json --shard {nth}/2 --account a00[1-4]");
            accounts(&world.run(&plan).expect_code(0).json())
        })
        .collect();
    assert_eq!(two.len(), 4);
    for (wrong, said) in [
        ("0/8", "the parts of 8 are 1/8 to 8/8"),
        ("9/8", "the parts of 8 are 1/8 to 8/8"),
        ("x", "write which part of how many, e.g. 3/8"),
    ] {
        world.run(&format!("plan --shard {wrong}")).expect_code(1).says(&[said]);
    }
    // A target in another shard is no slip of the pen; one that names nothing anywhere is.
    let codes = [1, 2].map(|nth| world.run(&format!("plan --shard {nth}/2 --target a001/group/old")).code);
    assert!(matches!(codes, [Some(0), Some(1)] | [Some(1), Some(0)]), "{codes:?}");
}

#[test]
fn a_shard_without_accounts_is_nothing_wrong() {
    let world = town(2, "groups: {vip: {}}\n");
    let empty = (1..=3).find(|nth| {
        let ran = world.run(&format!("plan --shard {nth}/3 -o plan.json")).expect_code(0);
        ran.err.contains(&format!("there is no account in shard {nth}/3"))
    });
    let empty = empty.expect("one of three");
    for command in ["apply --yes", "drift", "doctor", "sop run"] {
        world.run(&format!("{command} --shard {empty}/3")).expect_code(0);
    }
    world.run(&format!("plan --shard {empty}/3 -o plan.json")).expect_code(0);
    world.run("apply plan.json").expect_code(0);
    assert!(world.sandbox.writes().is_empty());
}

#[test]
fn a_saved_plan_remembers_its_shard() {
    let world = town(6, "groups: {vip: {}}\n");
    let ran = world.run("plan --json --shard 2/3 -o plan.json").expect_code(0);
    let mine = accounts(&ran.json());
    let file: Value =
        serde_json::from_str(&std::fs::read_to_string(world.path("plan.json")).expect("it was written"))
            .expect("JSON");
    assert_eq!(file["check"]["selection"]["shard"], "2/3");
    world.run("apply plan.json").expect_code(0);
    assert_eq!(names(6).iter().filter(|name| ours(&world, name) == 1).cloned().collect::<Vec<_>>(), mine);
    world.run("apply plan.json --shard 1/3").expect_code(1);
}

#[test]
fn comments_of_shards_do_not_take_each_others_place() {
    let world = town(2, "groups: {vip: {}}\n");
    let first = |arguments: &str| {
        let ran = world.run(&format!("plan --markdown {arguments}")).expect_code(0);
        let line = ran.out.lines().next().expect("a line").to_owned();
        line.rsplit_once("default").expect("the environment").1.to_owned()
    };
    assert_eq!([first(""), first("--shard 1/2"), first("--shard 2/2")], [" -->", ":1/2 -->", ":2/2 -->"]);
}

#[test]
fn one_accounts_settings_keep_nobody_else() {
    let world = town(3, "groups: {vip: {}}\n");
    let project = std::fs::read_to_string(world.path("mpform.yaml")).expect("reads");
    world.write("mpform.yaml", &project.replace("info_id: a002", "info_id: \"${env.NOT_SET}\""));
    let of = |command: &str, code: i32| world.run(command).expect_code(code).says(&["NOT_SET"]);
    of("validate", 0);
    of("plan", 1).says(&["a002 could not be planned:"]).shows(&["Not planned: a002."]);
    of("doctor", 1).shows(&["✓ a001", "✗ a002", "✓ a003"]);
    of("drift", 1).shows(&["Not read: a002."]);
    of("plan -o plan.json", 1).says(&["was not written"]);
    of("apply --yes", 3).says(&["Apply: 2 done"]);
    of("sop run", 1);
    // Who works on the others needs nothing of it.
    let ran = world.run("plan --account a001 --account a003 --detailed-exitcode").expect_code(0);
    assert!(!ran.err.contains("NOT_SET"), "{}", ran.err);
    of("apply --yes --account a002", 1);
}

#[test]
fn a_state_that_can_not_be_read_keeps_nobody_else() {
    let world = town(3, "groups: {vip: {}}\n");
    world.write(".mpform/state/default/a002.json", "{");
    let broken = ["a002 could not be planned:", "is broken"];
    world.run("plan").expect_code(1).says(&broken);
    world.run("apply --yes").expect_code(3).says(&broken).says(&["Apply: 2 done"]);
    world.run("drift").expect_code(1).says(&["is broken"]);
    assert_eq!((ours(&world, "a001"), ours(&world, "a003")), (1, 1));
}

#[test]
fn nothing_can_be_done_while_all_are_held() {
    let world = town(2, "groups: {vip: {}}\n");
    let held = [hold(&world, "a001"), hold(&world, "a002")];
    let ran = world.run("apply --yes").expect_code(1);
    assert_eq!(ran.err.matches("locked by ops on ci (process 4711)").count(), 1, "said once: {}", ran.err);
    drop(held);
    assert!(world.sandbox.writes().is_empty());
}

#[test]
fn a_refused_plan_is_refused_as_a_whole() {
    let world = town(3, &rules(4, "{text: 好}"));
    world.apply();
    world.sandbox.clear_journal();
    world.write(
        "mpform.yaml",
        &std::fs::read_to_string(world.path("mpform.yaml"))
            .expect("reads")
            .replace("[all.yaml]", "[all.yaml, one.yaml]"),
    );
    world.write("all.yaml", "accounts: [a001, a002]\nkeywords:\n  词9: {match: [词9], reply: {text: 好}}\n  词1: {match: [词1], reply: {text: 好}}\n  词2: {match: [词2], reply: {text: 好}}\n  词3: {match: [词3], reply: {text: 好}}\n  词4: {match: [词4], reply: {text: 好}}\n");
    world.write("one.yaml", "account: a003\nkeywords: {}\n");
    world.run("apply --yes").expect_code(1).says(&["a003"]);
    assert!(world.sandbox.writes().is_empty());
}

#[test]
fn two_that_wait_for_each_other_both_end() {
    let world = town(8, "groups: {vip: {}}\n");
    let one = world.start("apply --yes --lock-timeout 1m --account a00[1-6]");
    let other = world.start("apply --yes --lock-timeout 1m --account a00[3-8]");
    let (one, other): (Ran, Ran) = (one.end(), other.end());
    assert_eq!((one.code, other.code), (Some(0), Some(0)), "{}\n{}", one.err, other.err);
    world.settled();
    // Each group once, whoever was first.
    assert_eq!(world.sandbox.writes().len(), 8);
}

#[test]
fn the_same_for_several_is_shown_once() {
    let world = town(
        14,
        "groups: {vip: {name: VIP会员}}\nkeywords:\n  营业时间: {match: [营业时间], reply: {text: \"每天 10:00–22:00\"}}\n",
    );
    let one = "account: a007\ngroups: {new: {name: 新客}}\n";
    world.write("one.yaml", one);
    let project = std::fs::read_to_string(world.path("mpform.yaml")).expect("reads");
    world.write("mpform.yaml", &project.replace("[all.yaml]", "[all.yaml, one.yaml]"));
    assert_snapshot!(world.run_with("plan", &[("COLUMNS", "60")]).expect_code(0).out, @r#"
    The same for 13 accounts (2 to create in each):
        a001, a002, a003, a004, a005, a006, a008, a009, a010,
        a011, a012, a013, a014

      + */group/vip will be created (all.yaml:2)
          + name: VIP会员

      + */keyword/营业时间 will be created (all.yaml:4)
          + name:       营业时间
          + match:      营业时间
          + reply.text: 每天 10:00–22:00

    a007 (3 to create)

      + a007/group/vip will be created (all.yaml:2)
          + name: VIP会员

      + a007/group/new will be created (one.yaml:2)
          + name: 新客

      + a007/keyword/营业时间 will be created (all.yaml:4)
          + name:       营业时间
          + match:      营业时间
          + reply.text: 每天 10:00–22:00

    Plan: 29 to create, 0 to update, 0 to delete.
    "#);
    world
        .run("plan --lang zh --account a00[12]")
        .expect_code(0)
        .shows(&["以下 2 个账号的变更相同（每个账号创建 2 项）：\n    a001, a002\n"]);
    let names: Vec<_> =
        names(14).into_iter().filter(|name| name != "a007").map(|name| format!("`{name}`")).collect();
    let comment = world.run("plan --markdown").expect_code(0).shows(&[
        "created or updated (29)",
        &format!("**The same for 13 accounts:** {}\n", names.join(", ")),
        "<code>*/keyword/营业时间</code>",
        "<code>a007/group/new</code>",
    ]);
    assert_eq!(comment.out.matches("营业时间</code>").count(), 2, "{}", comment.out);
    // Programs get each by itself.
    let plan = world.plan();
    assert_eq!(plan["changes"].as_array().map(Vec::len), Some(29));
}
