//! The audit log: a line before and a line after every write.

use insta::assert_snapshot;
use mpform::cli::Exit;
use mpform::sandbox::{Fault, Rule};
use serde_json::Value;

use crate::town::Town;
use crate::world::{PROJECT, World};

fn lines(world: &World) -> Vec<Value> {
    let text = std::fs::read_to_string(world.path(".mpform/audit.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// A file as long as one can be: nothing can be added to it.
#[cfg(target_os = "linux")]
fn full(path: &std::path::Path) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("makes it");
    let file = std::fs::File::create(path).expect("makes it");
    let (mut fits, mut does_not) = (0, i64::MAX.cast_unsigned() + 1);
    while does_not - fits > 1 {
        let length = fits + (does_not - fits) / 2;
        *(if file.set_len(length).is_ok() { &mut fits } else { &mut does_not }) = length;
    }
    file.set_len(fits).expect("fits");
    std::os::unix::fs::FileExt::write_all_at(&file, b"\n", fits - 1).expect("writes");
}

/// `begun create shop/group/vip` for each line.
fn said(world: &World) -> Vec<String> {
    let word = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let line = |line: &Value| ["outcome", "action", "address"].map(|key| word(line, key)).join(" ");
    lines(world).iter().map(line).collect()
}

#[test]
fn every_change_is_begun_and_ends() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\nmenu: [{name: 官网, link: \"https://m.example.com\"}]\n");
    world.run("plan").expect_code(0);
    world.run("plan -o plan.json").expect_code(0);
    assert_eq!(lines(&world), Vec::<Value>::new(), "a plan writes nothing");
    world.run("apply plan.json").expect_code(0);
    // What runs side by side is told as it comes; of each address in order.
    let (group, menu): (Vec<_>, Vec<_>) = said(&world).into_iter().partition(|line| line.contains("/group/"));
    assert_eq!(group, ["begun create shop/group/vip", "done create shop/group/vip"]);
    assert_snapshot!(menu.join("\n"), @r#"
    begun create shop/menu/官网
    done create shop/menu/官网
    begun publish shop/menu
    done publish shop/menu
    "#);
    let all = lines(&world);
    let file: Value =
        serde_json::from_str(&std::fs::read_to_string(world.path("plan.json")).expect("it is there"))
            .expect("JSON");
    assert!(all.iter().all(|line| line["plan"] == file["check"]["digest"]), "{all:?}");
    assert!(all.iter().all(|line| line["who"] == "tester on here" && line["command"] == "apply"), "{all:?}");
    assert!(all[0]["before"].is_null() && all[0]["after"].is_string() && all[0]["version"] == 1);
    let before = all.len();
    world.settled();
    world.apply();
    assert_eq!(lines(&world).len(), before, "nothing was to be done");
    world.shop("groups: {vip: {name: VIP}}\nmenu: [{name: 官网, link: \"https://m.example.com\"}]\n");
    world.apply();
    let last = lines(&world).pop().expect("a line");
    assert_eq!((&last["action"], last["before"].is_string()), (&Value::from("update"), true));
}

#[test]
fn ci_says_who_and_from_which_commit() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    let variables = [
        ("GITHUB_ACTOR", "xiaoli"),
        ("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567"),
        ("GITHUB_SERVER_URL", "https://git.example.com"),
        ("GITHUB_REPOSITORY", "a/b"),
        ("GITHUB_RUN_ID", "7"),
    ];
    world.run_with("apply --yes", &variables).expect_code(0);
    let line = lines(&world).remove(0);
    assert_eq!(line["who"], "xiaoli");
    assert_eq!(line["link"], "https://git.example.com/a/b/actions/runs/7");
    assert_eq!(line["commit"], variables[1].1);
}

#[test]
fn what_failed_and_what_nobody_knows() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    world.sandbox.fault(Rule::new("POST", "group", Fault::Code { code: 500, message: "boom".into() }));
    world.run("apply --yes").expect_code(3);
    let last = lines(&world).pop().expect("a line");
    assert_eq!((&last["outcome"], &last["code"]), (&Value::from("failed"), &Value::from("MP080")));
    assert!(last["error"].as_str().is_some_and(|error| error.contains("code 500: boom")), "{last}");
}

#[test]
fn what_was_begun_when_it_was_killed_is_known() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    world.sandbox.fault(Rule::new("POST", "group", Fault::Delay { ms: 600_000 }));
    let mut apply = world.start("apply --yes");
    assert!(apply.until(|sandbox| !sandbox.writes().is_empty()));
    apply.kill();
    assert_eq!(said(&world), ["begun create shop/group/vip"]);
}

#[test]
fn a_log_that_can_not_be_written_stops_the_first_write() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    std::fs::create_dir_all(world.path(".mpform/audit.jsonl")).expect("makes it");
    let ran = world.run("apply --yes").expect_code(1).says(&["error[MP166]", "nothing was done"]);
    assert!(world.sandbox.writes().is_empty(), "{}", ran.err);
    world.run("state adopt shop/group/vip x").expect_code(1);
    world.run("account bind shop gh_0123456789ab").expect_code(1).says(&["MP166"]);
    assert!(world.sandbox.writes().is_empty());
    world.run("plan").expect_code(0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_stops_what_is_not_begun() {
    let world = World::empty();
    world.shop("groups: {a: {}, b: {}}\n");
    full(&world.path(".mpform/audit.jsonl"));
    let ran = world.run("apply --yes").expect_code(3).says(&["MP166", "0 done", "nothing new is begun"]);
    assert!(!ran.err.contains("interrupted"), "{}", ran.err);
    assert!(world.sandbox.writes().is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_whose_messages_could_not_be_written_down_does_not_end_well() {
    let town = Town::new().only("shop");
    town.write("shop.yaml", crate::plans::SHOP);
    town.apply();
    town.until("2026-11-23 10:01");
    town.sandbox.fault(Rule::new("", "masssend", Fault::ResetAfter).always());
    town.run("sop run").expect(Exit::Partial).shows(&["nobody knows whether it went out"]);
    town.sandbox.clear_faults();
    // It is found by looking, and that is all there is to do.
    full(&town.path(".mpform/audit.jsonl"));
    town.run("sop run").expect(Exit::Partial).says(&["MP166"]);
}

#[test]
fn it_is_kept_where_the_project_says() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    world.write("mpform.yaml", &(PROJECT.to_owned() + "audit: {path: ../elsewhere.jsonl}\n"));
    world.run("apply --yes").expect_code(1).says(&["leads out of the project folder"]);
    #[cfg(unix)]
    {
        world.write("mpform.yaml", &(PROJECT.to_owned() + "audit: {path: link/a.jsonl}\n"));
        std::os::unix::fs::symlink("/tmp", world.path("link")).expect("links");
        world.run("validate").expect_code(1).says(&["`link/a.jsonl` leads out of the project folder"]);
    }
    world.write("mpform.yaml", &(PROJECT.to_owned() + "audit: {paths: a.jsonl}\n"));
    world.run("validate").expect_code(1).says(&["`paths`", "did you mean `path`?"]);
    world.write("mpform.yaml", &(PROJECT.to_owned() + "audit: {path: logs/writes.jsonl}\n"));
    world.apply();
    assert!(world.path("logs/writes.jsonl").exists() && !world.path(".mpform/audit.jsonl").exists());
    world.write("mpform.yaml", &(PROJECT.to_owned() + "audit: none\n"));
    world.shop("groups: {vip: {name: VIP}}\n");
    let before = std::fs::read(world.path("logs/writes.jsonl")).expect("reads");
    world.apply();
    assert_eq!(std::fs::read(world.path("logs/writes.jsonl")).expect("reads"), before);
    assert!(!world.path(".mpform/audit.jsonl").exists());
}

#[test]
fn what_is_done_by_hand_stands_there_too() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    world.apply();
    world.run("state mv shop/group/vip shop/group/gold").expect_code(0);
    world.run("state rm shop/group/gold").expect_code(0);
    world.run("account bind shop gh_0123456789ab").expect_code(0);
    let told = said(&world);
    assert_eq!(
        told[2..],
        [
            "begun move shop/group/vip",
            "done move shop/group/vip",
            "begun forget shop/group/gold",
            "done forget shop/group/gold",
            "begun bind shop",
            "done bind shop",
        ]
    );
}
