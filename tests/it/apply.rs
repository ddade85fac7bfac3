//! `mpform apply`: what it says, asks, refuses, and how it ends.

use insta::assert_snapshot;
use serde_json::json;

use crate::plan::SHOP;
use crate::world::{PROJECT, World, changes};
use mpform::sandbox::{Fault, Rule};

mod disk;
mod mended;
mod rebind;
mod refusals;

#[test]
fn everything_goes_well() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\nmenu: [{name: 关于, link: https://m.example.com}]\n");
    let ran = world.run("apply --yes --parallelism 1").expect_code(0);
    assert_snapshot!(ran.out, @r#"
    shop

      + shop/group/vip will be created (shop.yaml:2)
          + name: vip

        shop/menu (shop.yaml:3)
        └─ + 关于 (shop.yaml:3)
               + link: https://m.example.com
      ~ publish the menu

    Plan: 2 to create, 1 to update, 0 to delete.
    "#);
    assert_snapshot!(ran.err.trim(), @r#"
    ✓ shop/group/vip created
    ✓ shop/menu/关于 created
    ✓ shop/menu published

    Apply: 3 done, 0 failed, 0 not tried. Read back: as declared.
    "#);
}

#[test]
fn nothing_to_do_writes_nothing_but_remembers() {
    let world = World::new("accounts: {shop: {app_id: wx1, groups: [{name: vip}]}}");
    world.shop("groups: {vip: {}}\n");
    let ran = world.run("apply --yes").expect_code(0);
    assert_snapshot!(ran.out, @r#"
    Found by name, managed from the next apply on (nothing is written to them):
        shop/group/vip (id fced54d07af46ee5b19b27db3718b742)

    1 unchanged hidden

    No changes. Everything is as declared.
    "#);
    assert_eq!(world.writes(), Vec::<String>::new());
    assert!(world.run("state list").out.starts_with("shop/group/vip  "));
}

#[test]
fn json_is_an_event_a_line() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\nkeywords: {时间: {match: [几点], reply: {text: 九点}}}\n");
    let ran = world.run("apply --yes --json --parallelism 1").expect_code(0);
    assert_snapshot!(ran.out, @r#"
    {"event":"change","address":"shop/group/vip","action":"create","outcome":"done","error":null}
    {"event":"change","address":"shop/keyword/时间","action":"create","outcome":"done","error":null}
    {"event":"summary","done":2,"failed":0,"skipped":0,"verified":true}
    "#);
    assert_eq!(ran.err, "");
    // Without --yes there would be a question, which no program can answer.
    world.run("apply --json").expect_code(1).says(&["--yes"]);
}

#[test]
fn without_a_terminal_nobody_can_be_asked() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    let ran = world.run("apply").expect_code(1);
    assert_snapshot!(ran.err.trim(), @r#"
    error[MP083]: nobody can be asked, since this is no terminal
    help: give --yes to apply what was shown without asking
    "#);
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[test]
fn a_failure_stops_what_needs_it_and_nothing_else() {
    let world = World::empty();
    world.shop(SHOP);
    // The button above the others can't be made; the group and the rules have nothing to do with it.
    world.sandbox.fault(Rule::new("POST", "*/menu", Fault::Code { code: 500, message: "boom".into() }));
    let ran = world.run("apply --yes --parallelism 1").expect_code(3);
    assert_snapshot!(ran.err.trim(), @r#"
    ✓ shop/group/vip created
    ✓ shop/reply/subscribe created
    ✓ shop/keyword/时间 created
    ✓ shop/keyword/地址 created
    ✗ shop/menu/新品 not created: POST menu: code 500: boom
    · shop/menu/新品/官网 not tried: needs shop/menu/新品
    · shop/menu/新品/客服 not tried: needs shop/menu/新品
    ✓ shop/menu/关于 created
    · shop/menu not tried: needs shop/menu/新品

    Failed:
        shop/menu/新品 (create)
            POST menu: code 500: boom
            help: run the command again; if it stays, ask the vendor with the code and message above

    Not tried:
        shop/menu/新品/官网 (create)
            needs shop/menu/新品
        shop/menu/新品/客服 (create)
            needs shop/menu/新品
        shop/menu (update)
            needs shop/menu/新品

    Next: run `mpform apply` again: it does what is left, and nothing twice

    Apply: 5 done, 1 failed, 3 not tried.
    "#);
    let live = world.live();
    assert_eq!(live["rules"].as_array().map(Vec::len), Some(2));
    // Whatever is half a menu is not shown to followers.
    assert!(live["published"].is_null());
    world.apply();
    world.settled();
}

#[test]
fn json_tells_failures_and_what_was_not_tried() {
    let world = World::empty();
    world.shop("menu: [{name: 新品, items: [{name: 官网, link: https://m.example.com}]}]\n");
    world.sandbox.fault(Rule::new("POST", "*/menu", Fault::Code { code: 500, message: "boom".into() }));
    assert_snapshot!(world.run("apply --yes --json").expect_code(3).out, @r#"
    {"event":"change","address":"shop/menu/新品","action":"create","outcome":"failed","error":"POST menu: code 500: boom"}
    {"event":"change","address":"shop/menu/新品/官网","action":"create","outcome":"skipped","error":"needs shop/menu/新品"}
    {"event":"change","address":"shop/menu","action":"update","outcome":"skipped","error":"needs shop/menu/新品"}
    {"event":"summary","done":0,"failed":1,"skipped":2,"verified":false}
    "#);
}

#[cfg(unix)]
#[test]
fn interrupted_once_it_ends_what_it_began() {
    let world = World::empty();
    world.shop(SHOP);
    // Every write takes its time, so that there is something under way when the signal comes.
    for method in ["POST", "PUT", "DELETE"] {
        world.sandbox.fault(Rule::new(method, "/v1/", Fault::Delay { ms: 300 }).always());
    }
    let mut apply = world.start("apply --yes --parallelism 1");
    assert!(apply.until(|sandbox| sandbox.writes().len() >= 2));
    apply.interrupt();
    let ran = apply.end().expect_code(3).says(&["interrupted", "not tried"]);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    world.sandbox.clear_faults();
    let begun = world.run("state list").expect_code(0).out;
    assert!(begun.contains("shop/group/vip") && !begun.contains("end unknown"), "{begun}");
    world.apply();
    world.settled();
}

#[cfg(unix)]
#[test]
fn interrupted_twice_it_stops_at_once() {
    let world = World::empty();
    world.shop(SHOP);
    // The first answer would come in ten minutes.
    world.sandbox.fault(Rule::new("POST", "/v1/", Fault::Delay { ms: 600_000 }));
    let mut apply = world.start("apply --yes --parallelism 1");
    assert!(apply.until(|sandbox| !sandbox.writes().is_empty()));
    apply.interrupt();
    assert!(apply.until_it_says("interrupted"));
    apply.interrupt();
    apply.end().expect_code(3);
    world.run("state list").expect_code(0).shows(&["end unknown"]);
    world.apply();
    world.settled();
    assert_eq!(world.live()["groups"].as_array().map(Vec::len), Some(4), "three built-in ones and ours");
}

#[test]
fn a_lock_can_be_waited_for() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    world.write(".mpform/state/default/shop.lock", "");
    let file = std::fs::File::open(world.path(".mpform/state/default/shop.lock")).expect("it was written");
    file.lock().expect("it is free");
    let apply = world.start("apply --yes --lock-timeout 1m");
    drop(file);
    apply.end().expect_code(0);
}

#[test]
fn two_applies_at_once() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    world.apply();
    let path = world.path(".mpform/state/default/shop.lock");
    let file = std::fs::File::options().read(true).write(true).open(&path).expect("there is a lock file");
    file.lock().expect("it is free");
    let holder = r#"{"who":"ops on ci","pid":4711,"since":"2026-11-21T10:00:00Z","command":"apply"}"#;
    std::fs::write(&path, holder).expect("writes");
    world.shop("groups: {vip: {name: VIP}}\n");
    assert_snapshot!(world.run("apply --yes").expect_code(1).err, @r#"

    shop could not be planned:

    error[MP072]: shop: the state is locked by ops on ci (process 4711), `apply` since 2026-11-21T10:00:00Z
    help: wait until it has ended, or give `--lock-timeout 5m` to wait for it
    "#);
    assert_snapshot!(world.run("state unlock shop").expect_code(1).err, @r#"
    error[MP072]: shop: the state is locked by ops on ci (process 4711), `apply` since 2026-11-21T10:00:00Z
    help: the lock is the operating system's: it is free as soon as that process has ended
    "#);
    // Reading needs no lock.
    assert_eq!(changes(&world.plan()), ["update shop/group/vip: name"]);
    drop(file);
    world.apply();
    assert_snapshot!(world.run("state unlock shop").expect_code(0).out, @"shop is not locked");
}

#[test]
fn a_state_from_a_newer_version_is_left_alone() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    let newer = r#"{"version": 99, "new": "things"}"#;
    world.write(".mpform/state/default/shop.json", newer);
    let ran = world.run("apply --yes").expect_code(1);
    assert_snapshot!(ran.err.trim(), @r#"
    shop could not be planned:

    error[MP071]: shop: the state file $DIR/.mpform/state/default/shop.json has version 99; this program knows 1
    help: use the newer mpform that wrote it; nothing was read or changed
    "#);
    world.run("plan").expect_code(1).says(&["MP071"]);
    assert_eq!(std::fs::read_to_string(world.state_file()).expect("still there"), newer);
    assert_eq!(world.calls(), Vec::<String>::new());
}

#[test]
fn a_broken_state_is_not_taken_for_an_empty_one() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    world.write(".mpform/state/default/shop.json", "{\"version\": 1, \"resour");
    assert_snapshot!(world.run("apply --yes").expect_code(1).err, @r#"

    shop could not be planned:

    error[MP070]: shop: the state file $DIR/.mpform/state/default/shop.json is broken: EOF while parsing a string at line 1 column 22
    help: put back a copy of it; without it, objects are found again by their names
    "#);
    assert_eq!(world.calls(), Vec::<String>::new());
}

#[test]
fn what_the_vendor_forgets_at_once_is_noticed() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\nkeywords: {时间: {match: [几点], reply: {text: 九点}}}\n");
    world.apply();
    let rule = world.live()["rules"][0]["id"].as_str().expect("an id").to_owned();
    world.shop("groups: {vip: {}}\nkeywords: {时间: {match: [几点], reply: {text: 八点}}}\n");
    // Deleted by somebody else after the plan was read and before the write: the vendor still says 200.
    world.sandbox.fault(Rule::new("POST", "/text", Fault::Delay { ms: 1500 }));
    let mut apply = world.start("apply --yes");
    assert!(apply.until(|sandbox| sandbox.writes().iter().any(|entry| entry.fault.is_some())));
    world.hand("DELETE", &format!("keyword/{rule}"), json!(null));
    let ran = apply.end().expect_code(3);
    assert_snapshot!(ran.err.trim(), @r#"
    ✓ shop/keyword/时间 updated

    Next: run `mpform plan`: what was written could not be read back as declared

    1 text or cover may be left at the vendor that nothing uses: no list shows it, and no follower does.

    Apply: 1 done, 0 failed, 0 not tried.
    error[MP082]: shop/keyword/时间: the vendor accepted the write, and a read does not show it
    help: somebody else may be changing it now; run `mpform plan` to see what is left
    "#);
    world.apply();
    world.settled();
}

#[test]
fn an_environment_has_a_state_of_its_own() {
    let world = World::new("accounts: {shop: {app_id: wx1}, test: {app_id: wx2}}");
    let staging = "environments: {staging: {accounts: {shop: {info_id: test}}}}\n";
    world.write("mpform.yaml", &format!("{PROJECT}{staging}"));
    world.shop("groups: {vip: {}}\n");
    world.apply();
    world.run("apply --yes --env staging").expect_code(0);
    let names = |account: &str| {
        let groups = world.sandbox.state()["yeapoo"]["accounts"][account]["groups"].clone();
        groups.as_array().expect("groups").iter().filter(|group| group["name"] == "vip").count()
    };
    assert_eq!((names("shop"), names("test")), (1, 1));
    assert!(world.path(".mpform/state/staging/shop.json").exists());
}
