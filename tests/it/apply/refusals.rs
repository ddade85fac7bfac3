//! Plans that are shown and not carried out.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::world::{PROJECT, World};

fn rules(numbers: std::ops::RangeInclusive<usize>) -> String {
    let rule = |nth| format!("  r{nth:02}: {{match: [词{nth}], reply: {{text: 答}}}}\n");
    let rules: String = numbers.map(rule).collect();
    if rules.is_empty() { "keywords: {}\n".to_owned() } else { format!("keywords:\n{rules}") }
}

/// Twelve rules of ours, and a configuration with the first so many of them.
fn twelve(left: usize) -> World {
    let world = World::empty();
    world.shop(&rules(1..=12));
    world.apply();
    world.writes();
    world.shop(&rules(1..=left));
    world
}

#[track_caller]
fn refused(world: &World, command: &str) -> String {
    let ran = world.run(command).expect_code(1);
    assert_eq!(world.writes(), Vec::<String>::new(), "a refused plan writes nothing");
    // The plan is shown, then why it is refused.
    assert!(ran.out.contains("Plan: "), "{}", ran.out);
    let summary = ran.out.lines().last().unwrap_or_default();
    format!("{summary}\n{}", ran.err)
}

#[test]
fn more_deletions_than_the_policy_allows() {
    let world = twelve(8);
    assert_snapshot!(refused(&world, "apply --yes"), @r#"
    Plan: 0 to create, 0 to update, 4 to delete. Refused: nothing will be applied.

    This plan is refused:

    error[MP060]: shop: 4 of 12 live objects of kind keyword would be deleted:
                  shop/keyword/r09
                  shop/keyword/r10
                  shop/keyword/r11
                  shop/keyword/r12
    help: if all of them are to go, give `--allow-deletes shop/keyword=4`
    "#);
    world.run("plan").expect_code(1);
}

#[test]
fn a_deletion_is_let_through_by_its_exact_number() {
    let world = twelve(8);
    assert_snapshot!(refused(&world, "apply --yes --allow-deletes shop/keyword=3"), @r#"
    Plan: 0 to create, 0 to update, 4 to delete. Refused: nothing will be applied.

    This plan is refused:

    error[MP060]: shop: 4 of 12 live objects of kind keyword would be deleted, not 3:
                  shop/keyword/r09
                  shop/keyword/r10
                  shop/keyword/r11
                  shop/keyword/r12
    help: if all of them are to go, give `--allow-deletes shop/keyword=4`
    "#);
    refused(&world, "apply --yes --allow-deletes shop/group=4");
    world.run("apply --yes --allow-deletes shop/keyword=4").expect_code(0);
    world.settled();
}

#[test]
fn a_permission_that_is_not_needed_is_a_warning() {
    let world = twelve(9);
    let ran = world.run("apply --yes --allow-deletes shop/keyword=3").expect_code(0);
    assert_snapshot!(ran.err.trim(), @r#"
    warning[MP065]: shop: `--allow-deletes shop/keyword=3` was not needed
    help: 3 are deleted, which the policy allows anyway; leave it out

    ✓ shop/keyword/r10 deleted
    ✓ shop/keyword/r11 deleted
    ✓ shop/keyword/r12 deleted

    Apply: 3 done, 0 failed, 0 not tried. Read back: as declared.
    "#);
}

#[test]
fn a_permission_for_an_account_that_is_not_there() {
    let world = twelve(9);
    let ran = world.run("plan --allow-deletes shpo/keyword=3").expect_code(1);
    assert_snapshot!(ran.err, @r#"
    error[MP010]: there is no account `shpo`
    help: name an account of the project
    "#);
    world.run("plan --allow-deletes shop/keywrod=3").expect_code(1).says(&["there is no kind `keywrod`"]);
}

#[test]
fn a_number_in_the_policy_replaces_the_rules() {
    let world = twelve(8);
    world.write("mpform.yaml", &format!("{PROJECT}policy: {{max_deletes: 4}}\n"));
    world.run("plan").expect_code(0);
    world.write("mpform.yaml", &format!("{PROJECT}policy: {{max_deletes: 3}}\n"));
    refused(&world, "apply --yes");
}

#[test]
fn the_policy_protects_by_pattern() {
    let world = twelve(11);
    world.write("mpform.yaml", &format!("{PROJECT}policy: {{protect: [\"shop/keyword/r1*\"]}}\n"));
    assert_snapshot!(refused(&world, "apply --yes"), @r#"
    Plan: 0 to create, 0 to update, 1 to delete. Refused: nothing will be applied.

    This plan is refused:

    error[MP061]: shop/keyword/r12: it is protected and would be deleted
    help: `policy.protect` names it; change the policy first
    "#);
}

#[test]
fn an_account_that_looks_empty() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\nkeywords: {时间: {match: [几点], reply: {text: 九点}}}\n");
    world.apply();
    wipe(&world);
    world.writes();
    assert_snapshot!(refused(&world, "apply --yes"), @r#"
    Plan: 2 to create, 0 to update, 0 to delete. Refused: nothing will be applied.

    This plan is refused:

    error[MP062]: shop: the account looks empty, but the state knows 2 objects in it
    help: a mistyped `info_id` looks exactly like that; if it really was emptied, give `--rebind shop`
    "#);
    world.run("apply --yes --rebind shop").expect_code(0);
    world.settled();
}

/// Somebody deletes everything of ours in the console.
fn wipe(world: &World) {
    let live = world.live();
    let ids = |list: &Value| -> Vec<String> {
        let ids = list.as_array().into_iter().flatten().filter_map(|one| one["id"].as_str());
        ids.filter(|id| id.len() == 32).map(str::to_owned).collect()
    };
    for id in ids(&live["groups"]) {
        world.hand("DELETE", &format!("group/{id}"), json!(null));
    }
    for id in ids(&live["rules"]) {
        world.hand("DELETE", &format!("keyword/{id}"), json!(null));
    }
}

#[test]
fn another_account_than_the_one_remembered() {
    let world = World::new("accounts: {shop: {app_id: wx1}, cafe: {app_id: wx2}}");
    world.shop("groups: {vip: {}}\n");
    world.apply();
    world.calls();
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: cafe"));
    let ran = world.run("apply --yes").expect_code(1);
    assert_snapshot!(format!("{}{}", ran.out, ran.err), @r#"
    No changes in what could be planned. Not planned: shop.

    shop could not be planned:

    error[MP063]: shop: it is not the account that the state remembers: `info_id` is cafe and was shop
     --> mpform.yaml:4:3
      |
    4 |   shop: {provider: yeapoo, base_url: "${env.SANDBOX}", info_id: cafe}
      |   ^^^^
      |
      = help: nothing was read; if it is meant, give `--rebind shop`: ids that this account does not list are then forgotten, messages and runs are not
    "#);
    assert_eq!(world.calls(), Vec::<String>::new(), "nothing is even read");
    world.run("apply --yes --rebind shop").expect_code(0);
    world.settled();
    let groups = |account: &str| {
        let groups = world.sandbox.state()["yeapoo"]["accounts"][account]["groups"].clone();
        groups.as_array().expect("groups").iter().filter(|group| group["name"] == "vip").count()
    };
    assert_eq!((groups("shop"), groups("cafe")), (1, 1), "the old account keeps what it has");
}

#[test]
fn another_base_url_than_the_one_remembered() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    world.apply();
    let other = world.sandbox.url().replace("127.0.0.1", "localhost");
    let ran = world.run_with("plan", &[("SANDBOX", &other)]).expect_code(1);
    assert!(format!("{}{}", ran.out, ran.err).contains("MP063"), "{}{}", ran.out, ran.err);
    world.run_with("plan --rebind shop", &[("SANDBOX", &other)]).expect_code(0);
}
