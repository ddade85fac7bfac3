//! An account that becomes another one: what was remembered of the old one is never used on the new one.

use crate::world::{PROJECT, World, changes};
use mpform::sandbox::{Fault, Rule};

const TWO: &str = "accounts: {shop: {app_id: wx1, app_secret: s}, cafe: {app_id: wx2, app_secret: s}}";

const SHOP: &str = "
groups: {vip: {}}
keywords:
  a: {match: [a], reply: {text: A}}
  b: {match: [b], reply: {text: B}}
  c: {match: [c], reply: {text: C}}
menu: [{name: 官网, link: https://m}]
";

/// The shop is applied, and the project now names the café instead.
fn moved_out() -> World {
    let world = World::new(TWO);
    world.shop(SHOP);
    world.apply();
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: cafe"));
    world.sandbox.clear_journal();
    world
}

/// Checks that all writes so far went to the café, and to nothing that the shop has.
#[track_caller]
fn spares_the_shop(world: &World, before: &serde_json::Value) {
    assert!(!world.sandbox.writes().is_empty());
    for entry in world.sandbox.writes() {
        assert!(entry.path.starts_with("/v1/cafe/"), "{} {}", entry.method, entry.path);
    }
    assert_eq!(&world.live(), before);
}

#[test]
fn nothing_is_written_to_what_the_old_account_has() {
    let world = moved_out();
    let before = world.live();
    // Every text differs, so that each rule would be updated if it were taken for ours.
    world.shop(&SHOP.replace("text: ", "text: neu "));
    world.run("apply --yes --rebind shop").expect_code(0);
    spares_the_shop(&world, &before);
    world.settled();
}

#[test]
fn what_a_target_left_out_is_still_to_be_made() {
    let world = moved_out();
    let before = world.live();
    world.run("apply --yes --rebind shop --target shop/keyword/a").expect_code(0);
    spares_the_shop(&world, &before);
    let planned = changes(&world.plan());
    let begins: Vec<_> = planned.iter().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(
        begins,
        [
            "create shop/group/vip",
            "create shop/keyword/b",
            "create shop/keyword/c",
            "create shop/menu/官网",
            "update shop/menu"
        ]
    );
    world.apply();
    spares_the_shop(&world, &before);
    world.settled();
}

#[test]
fn what_was_begun_there_is_forgotten() {
    let world = World::new(TWO);
    world.shop(SHOP);
    // The rule's answer is lost for good, and the menu never published.
    world.sandbox.fault(Rule::new("POST", "*/menu/publish", Fault::Code { code: 500, message: "no".into() }));
    world.sandbox.fault(Rule::new("POST", "*/keyword", Fault::Delay { ms: 600_000 }));
    let mut apply = world.start("apply --yes --parallelism 1");
    assert!(apply.until(|sandbox| sandbox.writes().iter().any(|entry| entry.path.ends_with("/keyword"))));
    apply.kill();
    world.sandbox.clear_faults();
    world.run("state list").expect_code(0).shows(&["end unknown"]);
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: cafe"));
    world.run("apply --yes --rebind shop --target shop/group/vip").expect_code(0);
    let left = world.run("state list").expect_code(0).out;
    assert!(left.starts_with("shop/group/vip") && left.lines().count() == 1, "{left}");
}
