//! A replacement that was cut short is finished by the next run, and nothing stands in its way.

use super::*;

/// Six images under keys of their own.
fn six(folder: &str) -> String {
    let keys = ["poster.jpg", "other.jpg", "cover.jpg"];
    let line = |nth: usize| format!("  m{nth}: {{image: {folder}{}/{}}}\n", nth / 3, keys[nth % 3]);
    format!("materials:\n{}", (0..6).map(line).collect::<String>())
}

fn with_files(world: &World) {
    for folder in ["a0", "a1", "b0", "b1"] {
        for name in ["poster.jpg", "other.jpg", "cover.jpg"] {
            world.write(&format!("{folder}/{name}"), &format!("{folder} {name}"));
        }
    }
}

pub(super) fn undeletable(world: &World) {
    let boom = Fault::Code { code: 500, message: "boom".into() };
    world.sandbox.fault(Rule::new("DELETE", "/image", boom).always());
    world.run("apply --yes").expect_code(3);
    world.sandbox.clear_faults();
}

fn policy(world: &World, policy: &str) {
    let project = std::fs::read_to_string(world.path("mpform.yaml")).expect("a project");
    world.write("mpform.yaml", &format!("{project}\npolicy: {policy}\n"));
}

#[test]
fn a_clean_up_is_no_deletion_to_any_guard() {
    let world = World::new(FOLLOWERS);
    with_files(&world);
    world.shop(&six("a"));
    world.apply();
    world.shop(&six("b"));
    undeletable(&world);
    assert_eq!(count(&world), 12);
    let plan = world.plan();
    let note = "left from an unfinished replacement of shop/material/m0";
    assert_eq!(plan["changes"][0]["notes"], json!([note]), "{plan:#}");
    // Protection that came later is that of the new one.
    world.shop(&six("b").replace(".jpg}", ".jpg, protect: true}"));
    world.apply();
    world.settled();
    assert_eq!(count(&world), 6);
}

#[test]
fn a_policy_that_came_later_does_not_keep_the_old_one() {
    let world = applied(SHOP);
    world.shop(&exchanged());
    undeletable(&world);
    policy(&world, "{protect: ['shop/material/*']}");
    world.apply();
    world.settled();
    assert_eq!(count(&world), 4);
}

/// Nobody has written down yet that there is a new one.
#[test]
fn a_killed_replacement_is_cleaned_up_whatever_the_policy_allows() {
    let world = applied(SHOP);
    world.shop(&exchanged());
    killed::killed_at(&world, "/image");
    policy(&world, "{max_deletes: 0}");
    world.apply();
    world.settled();
    assert_eq!(count(&world), 4);
}

/// What still shows the old one was shown so by us.
#[test]
fn what_an_unfinished_replacement_leaves_is_nobody_else_s_change() {
    let world = applied(SHOP);
    world.shop(&exchanged());
    killed::killed_at(&world, "/image");
    unfinished(&world);
    let boom = Fault::Code { code: 500, message: "boom".into() };
    world.sandbox.fault(Rule::new("PUT", "/keyword/", boom).always());
    world.run("apply --yes --parallelism 1").expect_code(3);
    world.sandbox.clear_faults();
    unfinished(&world);
    world.apply();
    world.settled();
}

fn unfinished(world: &World) {
    let drift = world.run("drift --json").expect_code(0).json();
    assert_eq!(drift["drift"], json!([]), "{drift:#}");
    let plan = world.plan();
    assert!(!plan.to_string().contains("outside mpform"), "{plan:#}");
    let rule = plan["changes"].as_array().expect("changes").iter().find(|one| one["kind"] == "reply");
    let field = &rule.expect("a reply")["fields"][0];
    assert_eq!((&field["before"], &field["after"]), (&json!("poster (old)"), &json!("poster")), "{plan:#}");
}

/// What was not named is as it was, and no less is known of what was begun.
#[test]
fn a_target_writes_down_only_what_it_needs() {
    let world = applied(SHOP);
    world.shop(&exchanged().replace("探店", "逛店"));
    killed::killed_at(&world, "/image");
    let begun = std::fs::read_to_string(world.path(".mpform/state/default/shop.journal")).expect("a journal");
    assert!(begun.contains("begin"), "{begun}");
    world.run("apply --yes --target shop/material/tour").expect_code(0);
    assert!(!world.run("state list").expect_code(0).out.contains("poster ("));
    // What is pointed at it has to show the new one.
    world.run("apply --yes --target shop/reply/subscribe").expect_code(0);
    let live = world.live();
    assert_eq!(live["subscribe"]["reply"]["shows"], json!(live["images"][1]["file"]), "{live:#}");
    assert_eq!(planned(&world).last().map(String::as_str), Some("delete shop/material/poster (…): image"));
    world.apply();
    world.settled();
    assert_eq!(count(&world), 4);
}

/// Nothing remembers it, and it is there: what is to show it does.
#[test]
fn a_target_learns_what_it_points_at() {
    let world = applied(SHOP);
    world.lose_state();
    world.shop(&SHOP.replace("subscribe: {material: poster}", "subscribe: {material: jingle}"));
    world.run("apply --yes --target shop/reply/subscribe").expect_code(0);
    world.apply();
    world.settled();
    assert_eq!(count(&world), 4);
}
