//! The laws, for every provider and kind.

use serde_json::Value;

use crate::world::{Ran, World, changes};

mod cases;
mod faults;
pub(crate) mod harms;
mod journeys;
mod kill;
pub(crate) mod materials;
mod pages;
mod plans;
pub(crate) mod sample;
mod storm;

use cases::{CASES, Case, SEED};

/// The object of this name in a list of the sandbox's dump.
#[track_caller]
fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let found = list.as_array().expect("a list").iter().find(|one| one["name"] == name);
    found.unwrap_or_else(|| panic!("nothing is named {name} in {list:#}"))
}

fn each(law: impl Fn(&Case, &World)) {
    for case in CASES {
        let world = World::new(SEED);
        world.assets();
        world.shop(case.declared);
        law(case, &world);
    }
}

#[track_caller]
fn planned(world: &World, case: &Case) -> Vec<String> {
    let plan = world.plan();
    assert_eq!(plan["refusals"], Value::Array(vec![]), "{}", case.kind);
    changes(&plan)
}

/// The fields of a button that say what it does.
const ACTION: [&str; 5] = ["type", "url", "reply_type", "text", "shows"];

/// What the vendor holds, in words: without ids, key codes and order that mean nothing.
fn in_words(live: &Value) -> Value {
    match live {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "id" | "reply_id" | "keycode" | "key" | "num"))
            // What a button did before it got others below it may stay in the vendor's table; nobody is told of it.
            .filter(|(name, _)| !fields.contains_key("sub_button") || !ACTION.contains(&name.as_str()))
            .map(|(name, value)| {
                let id = name == "reply" && value["text"].is_null() && value["shows"].is_null();
                (name.clone(), if id { value.clone() } else { in_words(value) })
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(list) => {
            let mut list: Vec<_> = list.iter().map(in_words).collect();
            // Rules, groups and materials stand in the order of their ids; buttons and articles in that of their
            // places.
            let in_place = ["sequence", "type", "cover"];
            if list.iter().all(|one| in_place.iter().all(|field| one[*field].is_null())) {
                list.sort_by_key(|one| (one["name"].to_string(), one.to_string()));
            }
            list.into()
        }
        other => other.clone(),
    }
}

/// Checks that followers see the menu that the vendor's table holds: a button bound anew and not published anew
/// looks right in the table and does nothing on the phone.
#[track_caller]
fn published_as_it_stands(live: &Value) {
    fn shown(buttons: &Value) -> Value {
        let button = |one: &Value| match one["sub_button"].as_array() {
            Some(_) => serde_json::json!({"name": one["name"], "sub_button": shown(&one["sub_button"])}),
            None if one["type"] == "view" => {
                serde_json::json!({"type": "view", "name": one["name"], "url": one["url"]})
            }
            None => serde_json::json!({"type": "click", "name": one["name"], "key": one["keycode"]}),
        };
        buttons.as_array().expect("buttons").iter().map(button).collect()
    }
    assert_eq!(shown(&live["menu"]), live["published"]["button"], "{live:#}");
}

#[test]
fn what_was_made_plans_to_nothing() {
    each(|case, world| {
        let before = planned(world, case);
        assert!(
            before.iter().any(|line| line.starts_with(&format!("create {}", case.address))),
            "{before:?}"
        );
        world.apply();
        world.settled();
    });
}

#[test]
fn each_field_is_one_change_and_then_none() {
    each(|case, world| {
        world.apply();
        for variant in case.variants {
            world.shop(variant.yaml);
            assert_eq!(planned(world, case), variant.plan, "{}", variant.yaml);
            world.apply();
            world.settled();
        }
    });
}

/// Neither what an apply did nor what the configuration has changed since is taken for somebody else's doing.
#[test]
fn what_we_do_ourselves_is_no_drift() {
    each(|case, world| {
        world.apply();
        world.run("drift --detailed-exitcode").expect_code(0);
        for variant in case.variants {
            world.shop(variant.yaml);
            world.run("drift --detailed-exitcode").expect_code(0);
            world.apply();
            world.run("drift --detailed-exitcode").expect_code(0);
        }
    });
}

#[test]
fn what_is_taken_out_is_deleted_and_only_that() {
    each(|case, world| {
        let before = in_words(&world.live());
        world.apply();
        world.shop(case.removed.yaml);
        assert_eq!(planned(world, case), case.removed.plan);
        world.apply();
        world.settled();
        let mut after = in_words(&world.live());
        if case.kind == "menu" {
            // One button stays, since a menu can't be emptied.
            assert_eq!(after["menu"].as_array().map(Vec::len), Some(1));
            published_as_it_stands(&world.live());
            after["menu"] = before["menu"].clone();
            after["published"] = before["published"].clone();
        }
        assert_eq!(after, before, "{}", case.kind);
    });
}

#[test]
fn a_lost_state_doubles_nothing() {
    each(|case, world| {
        world.apply();
        let before = world.live();
        world.lose_state();
        let plan = planned(world, case);
        assert!(plan.iter().all(|line| line == "update shop/menu: published"), "{plan:?}");
        world.apply();
        world.settled();
        assert_eq!(world.live(), before, "{}", case.kind);
        // And what was adopted is ours again.
        world.shop(case.removed.yaml);
        assert_eq!(planned(world, case), case.removed.plan);
    });
}

#[test]
fn a_second_apply_writes_nothing() {
    each(|_, world| {
        world.apply();
        assert!(!world.writes().is_empty());
        world.apply();
        assert_eq!(world.writes(), Vec::<String>::new());
    });
}

#[test]
fn plan_and_validate_only_read() {
    each(|case, world| {
        world.run("validate").expect_code(0);
        assert_eq!(world.calls(), Vec::<String>::new(), "validate needs no network");
        world.plan();
        world.apply();
        world.calls();
        world.shop(case.removed.yaml);
        world.plan();
        let calls = world.calls();
        assert!(!calls.is_empty() && calls.iter().all(|call| call.starts_with("GET ")), "{calls:?}");
    });
}

#[test]
fn what_is_somebody_elses_stays_as_it_is() {
    each(|case, world| {
        let foreign = |live: &Value| {
            let group = named(&live["groups"], "别人的组").clone();
            let lists = ["images", "voices", "videos", "news"].map(|list| live[list].as_array().cloned());
            let files = lists.into_iter().flatten().flatten();
            let theirs: Vec<_> = files.filter(|one| one.to_string().contains("别人的")).collect();
            assert_eq!(theirs.len(), 4, "{live:#}");
            (group, named(&live["rules"], "别人的规则").clone(), live["default"].clone(), theirs)
        };
        let before = foreign(&world.live());
        world.apply();
        for variant in case.variants.iter().chain([&case.removed]) {
            world.shop(variant.yaml);
            world.apply();
        }
        assert_eq!(foreign(&world.live()), before, "{}", case.kind);
        let plan = world.plan();
        let unmanaged = plan["unmanaged"].as_array().expect("a list").len();
        let expected = match case.kind {
            "menu" => 0,
            "material" => 5,
            _ => 1,
        };
        assert_eq!(unmanaged, expected, "{}: {plan:#}", case.kind);
    });
}

#[test]
fn what_is_ignored_keeps_its_live_value() {
    each(|case, world| {
        world.shop(case.ignored);
        world.apply();
        (case.by_hand)(world);
        let live = world.live();
        let left: Vec<_> = planned(world, case);
        // A menu that somebody changed and may not have published is published, whatever changed in it.
        assert!(left.iter().all(|line| line == "update shop/menu: published"), "{}: {left:?}", case.kind);
        world.apply();
        world.settled();
        assert_eq!(world.live(), live, "{}", case.kind);
    });
}

#[test]
fn what_is_protected_is_not_deleted() {
    each(|case, world| {
        world.shop(case.protected);
        world.apply();
        world.shop(case.removed.yaml);
        world.writes();
        let refused = |ran: Ran| {
            let ran = ran.expect_code(1);
            let said = format!("{}{}", ran.out, ran.err);
            assert!(said.contains("MP061") && said.contains(case.address), "{said}");
        };
        refused(world.run("plan"));
        refused(world.run("apply --yes"));
        // Nor with the state's protection passed over by a lost block: only `protect: false`, applied, lifts it.
        assert_eq!(world.writes(), Vec::<String>::new());
        world.shop(&case.protected.replace("protect: true", "protect: false"));
        world.apply();
        world.shop(case.removed.yaml);
        world.apply();
        world.settled();
    });
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    each(|case, world| {
        let first = world.run("plan").out;
        assert_eq!(world.run("plan").out, first, "{}", case.kind);
        let first = world.run("plan --json").out;
        assert_eq!(world.run("plan --json").out, first, "{}", case.kind);
    });
}

/// The table is complete: a kind without a case would be outside the law.
#[test]
fn every_kind_of_every_provider_has_a_case() {
    for provider in mpform::providers::providers() {
        for kind in provider.kinds {
            let has_case = CASES.iter().any(|case| case.kind == *kind);
            assert!(has_case || plans::has_case(provider.name, kind), "{} {kind}", provider.name);
        }
    }
}
