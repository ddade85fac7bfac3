//! `plan -o FILE` and `apply FILE`: what was shown is carried out, or nothing is.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::plan::SHOP;
use crate::world::{PROJECT, Ran, World, changes, without_ids};
use mpform::sandbox::{Fault, Rule};

/// A shop that was applied, then changed in the configuration, and the plan for that saved.
fn saved(changed: &str) -> World {
    let world = World::empty();
    world.shop(SHOP);
    world.apply();
    world.shop(changed);
    world.run("plan -o plan.json").expect_code(0).says(&["saved; `mpform apply plan.json`"]);
    world.calls();
    world
}

/// Other opening hours, another address, no group.
fn three() -> String {
    SHOP.replace("每天九点到九点", "每天九点到八点")
        .replace("花园路 18 号", "花园路 20 号")
        .replace("groups: {vip: {name: VIP, members: [o-001, o-002]}}", "groups: {}")
}

fn file(world: &World) -> Value {
    let text = std::fs::read_to_string(world.path("plan.json")).expect("it was written");
    serde_json::from_str(&text).expect("JSON")
}

/// Applies the file, which must be refused with nothing written.
#[track_caller]
fn refused(world: &World) -> String {
    let ran = world.run("apply plan.json").expect_code(1);
    assert_eq!(world.writes(), Vec::<String>::new(), "a refused plan writes nothing");
    without_ids(ran.err.trim())
}

fn rule(world: &World, name: &str) -> Value {
    let live = world.live();
    let rules = live["rules"].as_array().expect("rules");
    rules.iter().find(|rule| rule["name"] == name).expect("it is there").clone()
}

/// A colleague lets a rule answer something else.
fn meddle(world: &World, name: &str) {
    let rule = rule(world, name);
    let text = world.hand("POST", "text", json!({"content": "今天休息"}));
    let path = format!("keyword/{}", rule["id"].as_str().expect("an id"));
    let body =
        json!({"rule_name": name, "keywords": rule["keywords"], "reply_id": text, "reply_type": "text"});
    world.hand("PUT", &path, body);
    world.writes();
}

#[test]
fn a_saved_plan_is_carried_out_without_asking() {
    let world = saved(&three());
    let ran = world.run("apply plan.json").expect_code(0);
    assert!(ran.out.contains("Plan: 0 to create, 2 to update, 1 to delete."), "{}", ran.out);
    assert!(ran.err.contains("Apply: 3 done, 0 failed, 0 not tried. Read back: as declared."), "{}", ran.err);
    world.settled();
}

#[test]
fn planning_and_saving_write_nothing_to_the_vendor_and_nothing_secret_to_the_file() {
    let world = World::empty();
    world.write(
        "mpform.yaml",
        &PROJECT
            .replace("shop}", "shop, headers: {X-Key: \"${env.KEY}\"}}")
            .replace("accounts:", "vars: {name: x}\naccounts:"),
    );
    world.shop("groups: {vip: {name: \"${var.name}\"}}\n");
    let variables = [("KEY", "s3cr3t-key")];
    world.run_with("plan -o plan.json --var name=贵宾", &variables).expect_code(0);
    assert_eq!(world.writes(), Vec::<String>::new());
    let text = std::fs::read_to_string(world.path("plan.json")).expect("it was written");
    assert!(!text.contains("s3cr3t"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(world.path("plan.json")).expect("is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Vars are given again: the file keeps only their names.
    let ran = world.run_with("apply plan.json", &variables).expect_code(1);
    assert_snapshot!(ran.err.trim(), @r#"
    error[MP094]: plan.json was planned with `--var name=…`, and this is no `--var`
    help: give the same vars again; a plan file keeps their names and not their values
    "#);
    let ran = world.run_with("apply plan.json --var name=会员", &variables).expect_code(1);
    assert_snapshot!(ran.err.trim(), @r#"
    This plan is refused:

    error[MP094]: shop/group/vip: its configuration changed
    help: nothing was written; make a new plan: `mpform plan -o plan.json`
    "#);
    assert_eq!(world.writes(), Vec::<String>::new());
    world.run_with("apply plan.json --var name=贵宾", &variables).expect_code(0);
}

#[test]
fn the_file_is_the_object_of_json_and_what_is_needed_to_check_it() {
    let world = World::empty();
    world.shop(SHOP);
    let printed = world.run("plan --json -o plan.json").expect_code(0).json();
    let mut written = file(&world);
    let check = written.as_object_mut().expect("an object").remove("check").expect("a check");
    assert_eq!(written, printed);
    assert_eq!(check["changes"].as_array().map(Vec::len), printed["changes"].as_array().map(Vec::len));
    assert_eq!(check["accounts"]["shop"]["identity"]["info_id"], "shop");
}

#[test]
fn what_is_printed_and_what_is_written_fit_the_schema() {
    let world = saved(&three());
    let schema = world.run("schema --plan").expect_code(0).json();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let fits = |value: &Value| {
        let errors: Vec<_> = validator.iter_errors(value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    };
    fits(&file(&world));
    fits(&world.plan());
    world.sandbox.fault(Rule::new("GET", "/keyword", Fault::Status { status: 403 }).always());
    let failed = world.run("plan --json").expect_code(1).json();
    assert_eq!(failed["failed"].as_array().map(Vec::len), Some(1));
    fits(&failed);
    assert!(!validator.is_valid(&json!({"format_version": "1.0"})));
}

#[test]
fn another_configuration_of_what_it_touches() {
    let world = saved(&three());
    world.shop(&three().replace("九点到八点", "九点到七点"));
    assert_snapshot!(refused(&world), @r#"
    This plan is refused:

    error[MP094]: shop/keyword/时间: its configuration changed
    help: nothing was written; make a new plan: `mpform plan -o plan.json`
    "#);
}

#[test]
fn a_deleted_thing_that_is_declared_again() {
    let world = saved(&three());
    world.shop(&three().replace("groups: {}", "groups: {vip: {name: VIP}}"));
    assert_snapshot!(refused(&world), @r#"
    This plan is refused:

    error[MP094]: shop/group/vip: its configuration changed
    help: nothing was written; make a new plan: `mpform plan -o plan.json`
    "#);
}

#[test]
fn somebody_changed_what_it_touches() {
    let world = saved(&three());
    meddle(&world, "时间");
    assert_snapshot!(refused(&world), @r#"
    This plan is refused:

    error[MP094]: shop/keyword/时间: it changed at the vendor (reply.text)
    help: nothing was written; make a new plan: `mpform plan -o plan.json`
    "#);
}

#[test]
fn somebody_deleted_what_it_touches() {
    let world = saved(&three());
    let id = rule(&world, "地址")["id"].as_str().expect("an id").to_owned();
    world.hand("DELETE", &format!("keyword/{id}"), Value::Null);
    world.writes();
    assert_snapshot!(refused(&world), @r#"
    This plan is refused:

    error[MP094]: shop/keyword/地址: it is no longer at the vendor
    help: nothing was written; make a new plan: `mpform plan -o plan.json`
    "#);
}

#[test]
fn somebody_did_a_part_of_it() {
    let world = saved(&three());
    world.run("apply --yes --target shop/keyword/时间").expect_code(0);
    world.writes();
    assert_snapshot!(refused(&world), @r#"
    This plan is refused:

    error[MP094]: shop/keyword/时间: this is done already, and the rest is not
    help: nothing was written; make a new plan: `mpform plan -o plan.json`
    "#);
}

#[test]
fn all_of_it_is_done_already() {
    let world = saved(&three());
    world.run("apply plan.json").expect_code(0);
    world.calls();
    let ran = world.run("apply plan.json").expect_code(0);
    assert_eq!(world.writes(), Vec::<String>::new());
    assert!(ran.err.contains("everything in the plan file is done already"), "{}", ran.err);
}

#[test]
fn nothing_to_change_still_adopts_what_was_shown() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    world.apply();
    world.lose_state();
    world.run("plan -o plan.json").expect_code(0);
    world.calls();
    world.run("apply plan.json").expect_code(0);
    assert_eq!(world.writes(), Vec::<String>::new());
    world.run("state list").expect_code(0).shows(&["shop/group/vip"]);
}

#[test]
fn what_is_found_since_is_not_adopted() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    world.run("plan -o plan.json").expect_code(0);
    world.hand("POST", "group", json!({"name": "店员"}));
    world.shop("groups: {vip: {}, staff: {name: 店员}}\n");
    world.run("apply plan.json").expect_code(0);
    let listed = world.run("state list").expect_code(0).out;
    assert!(listed.contains("shop/group/vip") && !listed.contains("staff"), "{listed}");
}

#[test]
fn made_by_somebody_else_meanwhile() {
    let world = World::empty();
    world.shop("groups: {vip: {name: 店员, members: [o-001]}}\n");
    world.run("plan -o plan.json").expect_code(0);
    world.hand("POST", "group", json!({"name": "店员"}));
    world.writes();
    assert_snapshot!(refused(&world), @r#"
    This plan is refused:

    error[MP094]: shop/group/vip: it is at the vendor already, and otherwise
    help: nothing was written; make a new plan: `mpform plan -o plan.json`
    "#);
}

#[test]
fn a_deletion_of_what_is_no_longer_known_to_be_ours_is_not_done() {
    let world = saved(&SHOP.replace("  地址: {match: [在哪], reply: {text: 花园路 18 号}}\n", ""));
    world.lose_state();
    assert_snapshot!(refused(&world), @r#"
    This plan is refused:

    error[MP094]: shop/keyword/地址: it is no longer known to be ours, and would not be deleted
    help: nothing was written; make a new plan: `mpform plan -o plan.json`
    "#);
}

#[test]
fn another_account() {
    let world = World::new("accounts: {shop: {app_id: wx1}, cafe: {app_id: wx2}}");
    world.shop("groups: {vip: {}}\n");
    world.run("plan -o plan.json").expect_code(0);
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: cafe"));
    assert_snapshot!(refused(&world), @r#"
    This plan is refused:

    error[MP094]: shop: `info_id` is cafe and was shop
    help: nothing was written; make a new plan: `mpform plan -o plan.json`
    "#);
    world.write("mpform.yaml", "version: 1\naccounts: {}\n");
    assert_snapshot!(refused(&world), @r#"
    error[MP094]: shop: none of the plan's accounts is in the project
    help: nothing was written; make a new plan: `mpform plan -o plan.json`
    "#);
}

#[test]
fn what_it_does_not_touch_may_change_and_is_left_alone() {
    let world = saved(&SHOP.replace("每天九点到九点", "每天九点到八点"));
    meddle(&world, "地址");
    world.shop(
        &SHOP
            .replace("每天九点到九点", "每天九点到八点")
            .replace("replies:\n", "replies:\n  default: {text: 收到}\n")
            .replace("o-001, o-002", "o-001"),
    );
    let ran = world.run("apply plan.json").expect_code(0);
    assert_snapshot!(format!("{}\n{}", ran.out.trim(), ran.err.trim()), @r#"
    shop

      ~ shop/keyword/时间 will be updated (shop.yaml:8)
          ~ reply.text: 每天九点到九点 → 每天九点到八点

    5 unchanged hidden

    Plan: 0 to create, 1 to update, 0 to delete.
    warning[MP095]: shop: 3 changes are not in plan.json and not made: shop/group/vip, shop/reply/default, shop/keyword/地址
    help: run `mpform plan` to see what is left

    ✓ shop/keyword/时间 updated

    Apply: 1 done, 0 failed, 0 not tried. Read back: as declared.
    "#);
    assert_eq!(world.writes(), ["POST text", "PUT keyword/…"]);
    let left = world.plan();
    assert_eq!(changes(&left).len(), 3, "{:?}", changes(&left));
}

#[test]
fn a_menu_is_published_as_it_was_shown_or_not_at_all() {
    let changed = SHOP.replace("link: https://m.example.com}", "link: https://m.example.com/new}");
    // By hand, at another button.
    let world = saved(&changed);
    let id = world.live()["menu"].to_string();
    assert!(id.contains("关于"), "{id}");
    let about = button(&world, "关于");
    world.hand(
        "POST",
        "menu/bind",
        json!({"menu_id": about, "reply_id": "https://evil", "reply_type": "link"}),
    );
    world.writes();
    assert_snapshot!(refused(&world), @r#"
    warning[MP095]: shop: 1 change is not in plan.json and not made: shop/menu/关于
    help: run `mpform plan` to see what is left

    This plan is refused:

    error[MP094]: shop/menu/关于: it changes as well now, and shop/menu would not be as it was shown
    help: nothing was written; make a new plan: `mpform plan -o plan.json`

    error[MP094]: shop/menu: it changed at the vendor
    help: nothing was written; make a new plan: `mpform plan -o plan.json`
    "#);
    // In the configuration, at another button.
    let world = saved(&changed);
    world.shop(&changed.replace("/about", "/us"));
    assert_snapshot!(refused(&world), @r#"
    warning[MP095]: shop: 1 change is not in plan.json and not made: shop/menu/关于
    help: run `mpform plan` to see what is left

    This plan is refused:

    error[MP094]: shop/menu/关于: it changes as well now, and shop/menu would not be as it was shown
    help: nothing was written; make a new plan: `mpform plan -o plan.json`

    error[MP094]: shop/menu: the configuration of shop/menu/关于 changed
    help: nothing was written; make a new plan: `mpform plan -o plan.json`
    "#);
    // Nowhere.
    world.shop(&changed);
    world.run("apply plan.json").expect_code(0);
    world.settled();
}

fn button(world: &World, name: &str) -> String {
    let menu = world.hand("GET", "menu", Value::Null);
    let find = menu.as_array().into_iter().flatten().find(|button| button["name"] == name);
    find.and_then(|button| button["id"].as_str()).expect("an id").to_owned()
}

#[test]
fn what_was_selected_and_allowed_is_selected_and_allowed_again() {
    let world = World::empty();
    let rules = |count: usize| -> String {
        let rules: String =
            (0..count).map(|nth| format!("  r{nth}: {{match: [词{nth}], reply: {{text: 答}}}}\n")).collect();
        format!("groups: {{vip: {{}}}}\nkeywords:\n{rules}")
    };
    world.shop(&rules(12));
    world.apply();
    world.shop(&rules(6).replace("vip: {}", "vip: {name: VIP}"));
    let command = "plan -o plan.json --target shop/keyword/* --allow-deletes shop/keyword=6";
    world.run(command).expect_code(0);
    world.writes();
    world.run("apply plan.json").expect_code(0);
    assert_eq!(world.writes(), vec!["DELETE keyword/…"; 6]);
    assert_eq!(changes(&world.plan()), ["update shop/group/vip: name"]);
}

#[test]
fn the_file_knows_its_environment() {
    let world = World::new("accounts: {shop: {app_id: wx1}, test: {app_id: wx2}}");
    let staging = "environments: {staging: {accounts: {shop: {info_id: test}}}}\n";
    world.write("mpform.yaml", &format!("{PROJECT}{staging}"));
    world.shop("groups: {vip: {}}\n");
    world.run("plan -o plan.json --env staging").expect_code(0);
    let ran = world.run("apply plan.json --env default").expect_code(1);
    assert_snapshot!(ran.err.trim(), @r#"
    error[MP014]: `--env` can't stand beside plan.json, which is for the environment staging
    help: leave `--env` out
    "#);
    world.run("apply plan.json").expect_code(0);
    world.run("plan --detailed-exitcode --env staging").expect_code(0);
    world.run("plan --detailed-exitcode").expect_code(2);
    world.write("mpform.yaml", PROJECT);
    world.run("apply plan.json").expect_code(1).says(&["there is no environment `staging`"]);
}

#[test]
fn what_selects_can_not_stand_beside_a_file() {
    let world = saved(&three());
    for option in ["--target shop/**", "--account shop", "--allow-deletes shop/keyword=1", "--rebind shop"] {
        world.run(&format!("apply plan.json {option}")).expect_code(1).says(&["cannot be used with"]);
    }
    assert_eq!(world.calls(), Vec::<String>::new());
    let ran = world.run("apply plan.json --json").expect_code(0);
    let last: Value = serde_json::from_str(ran.out.lines().last().expect("lines")).expect("JSON");
    assert_eq!(last, json!({"event": "summary", "done": 3, "failed": 0, "skipped": 0, "verified": true}));
}

#[test]
fn a_file_that_was_edited() {
    let world = saved(&three());
    let text = std::fs::read_to_string(world.path("plan.json")).expect("it was written");
    world.write("plan.json", &text.replace("\"delete\"", "\"update\""));
    assert_snapshot!(refused(&world), @r#"
    error[MP092]: the plan file plan.json was changed after it was written
    help: make a new one: `mpform plan -o plan.json`
    "#);
    assert_eq!(world.calls(), Vec::<String>::new(), "nothing is even read");
    world.write("plan.json", &text[..text.len() / 2]);
    refused(&world);
    world.write("plan.json", &text.replace("\"format_version\": \"1.0\"", "\"format_version\": \"1.7\""));
    assert_snapshot!(refused(&world), @r#"
    error[MP093]: the plan file plan.json has format 1.7; this program knows 1.0
    help: use the newer mpform that wrote it
    "#);
    world.write("plan.json", &world.run("plan --json").expect_code(0).out);
    assert_snapshot!(refused(&world), @r#"
    error[MP092]: the plan file plan.json has no `check`: it was not written by `plan -o`
    help: make a new one: `mpform plan -o plan.json`
    "#);
    std::fs::remove_file(world.path("plan.json")).expect("was there");
    assert_snapshot!(refused(&world), @r#"
    error[MP092]: the plan file plan.json can't be read: No such file or directory (os error 2)
    help: make it: `mpform plan -o plan.json`
    "#);
}

#[test]
fn a_plan_that_can_not_be_applied_is_not_written() {
    let world = World::empty();
    world.shop("groups: {vip: {protect: true}}\n");
    world.apply();
    world.shop("groups: {}\n");
    let unwritten = |ran: Ran| {
        assert!(!world.path("plan.json").exists());
        ran.expect_code(1).err
    };
    let err = unwritten(world.run("plan -o plan.json"));
    assert!(err.contains("MP061") && err.contains("was not written: the plan is refused"), "{err}");
    world.sandbox.fault(Rule::new("GET", "/group", Fault::Status { status: 403 }).always());
    let err = unwritten(world.run("plan -o plan.json"));
    assert!(err.contains("was not written: shop could not be planned"), "{err}");
    world.sandbox.clear_faults();
    world.shop("groups: {vip: {name: VIP, protect: true}}\n");
    world.run("plan -o nowhere/plan.json").expect_code(1).says(&["MP092", "was not written"]);
    world.run("plan -o plan.json").expect_code(0);
    // A vendor that can't be read now stops all of it.
    world.sandbox.fault(Rule::new("GET", "/group", Fault::Status { status: 403 }).always());
    world.writes();
    refused(&world);
}
