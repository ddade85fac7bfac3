//! `mpform drift`: what others changed since the last apply, and that looking for it changes nothing.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::plan::SHOP;
use crate::world::{World, without_ids};

/// The id of a live group, rule or top button, by its name.
fn id(world: &World, list: &str, name: &str) -> String {
    let live = world.live();
    let found = live[list].as_array().expect("a list").iter().find(|one| one["name"] == name);
    found.and_then(|one| one["id"].as_str()).expect("it is there").to_owned()
}

fn meddle(world: &World) {
    let vip = id(world, "groups", "VIP");
    world.hand("PUT", &format!("group/{vip}"), json!({"name": "贵宾"}));
    let text = world.hand("POST", "text", json!({"content": "今天盘点"}));
    let rule = id(world, "rules", "时间");
    let body = json!({"rule_name": "时间", "reply_id": text, "reply_type": "text"});
    world.hand("PUT", &format!("keyword/{rule}"), body);
    let place = id(world, "rules", "地址");
    world.hand("DELETE", &format!("keyword/{place}"), Value::Null);
    let about = id(world, "menu", "关于");
    let body = json!({"menu_id": about, "reply_id": "https://m.example.com/us", "reply_type": "link"});
    world.hand("POST", "menu/bind", body);
    world.calls();
}

#[test]
fn nothing_has_changed() {
    let world = World::applied(SHOP);
    let before = std::fs::read(world.state_file()).expect("a state");
    let ran = world.run("drift --detailed-exitcode").expect_code(0);
    assert_snapshot!(ran.out, @"
    8 as applied hidden

    No drift. Everything is as it was applied.
    ");
    assert_eq!(ran.err, "");
    // What only the configuration changes is a plan and no drift.
    world.shop(&SHOP.replace("每天九点到九点", "每天九点到八点"));
    world.run("drift --detailed-exitcode").expect_code(0);
    assert_eq!(world.writes(), Vec::<String>::new());
    assert_eq!(std::fs::read(world.state_file()).expect("a state"), before);
}

#[test]
fn every_sort_of_drift() {
    let world = World::applied(SHOP);
    meddle(&world);
    let before = std::fs::read(world.state_file()).expect("a state");
    // The link is what the colleague made of it; the text is changed as well, to something else.
    world.shop(&SHOP.replace("每天九点到九点", "每天九点到八点").replace("/about", "/us"));
    let ran = world.run("drift --detailed-exitcode").expect_code(2);
    assert_snapshot!(without_ids(&ran.out), @"
    shop

      ~ shop/group/vip was changed (shop.yaml:3)
          by others only; an apply puts it back:
            ~ name: VIP → 贵宾

      - shop/keyword/地址 was deleted (shop.yaml:8)
          an apply makes it again

      ~ shop/keyword/时间 was changed (shop.yaml:7)
          by others and in the configuration; an apply overwrites it:
            ~ reply.text: 每天九点到九点 → 今天盘点
                the configuration wants: 每天九点到八点

      ~ shop/menu/关于 was changed (shop.yaml:14)
          to what the configuration wants anyway:
            ~ link: https://m.example.com/about → https://m.example.com/us

      ~ shop/menu was changed since mpform published it
          an apply makes it as declared and publishes it

    4 as applied hidden

    Drift: 1 changed by others, 1 by others and the configuration, 1 as the configuration wants anyway, 1 deleted, 1 draft changed.
    ");
    assert_eq!(ran.err, "");
    world.run("drift").expect_code(0);
    let calls = world.calls();
    assert!(!calls.is_empty() && calls.iter().all(|call| call.starts_with("GET ")), "{calls:?}");
    assert_eq!(std::fs::read(world.state_file()).expect("a state"), before, "nor in the state");
    world.apply();
    world.run("drift --detailed-exitcode").expect_code(0).shows(&["No drift."]);
}

#[test]
fn json_is_one_object() {
    let world = World::applied(SHOP);
    meddle(&world);
    let mut drift = world.run("drift --json --target shop/keyword/*").expect_code(0).json();
    for one in drift["drift"].as_array_mut().expect("a list") {
        for key in ["id", "live_id"] {
            if one[key].is_string() {
                one[key] = json!("…");
            }
        }
    }
    drift["tool_version"] = json!("…");
    assert_snapshot!(format!("{drift:#}"), @r#"
    {
      "format_version": "1.0",
      "tool_version": "…",
      "environment": "default",
      "summary": {
        "others": 1,
        "both": 0,
        "agreed": 0,
        "deleted": 1,
        "drafts": 0,
        "as_applied": 0,
        "unmanaged": 0
      },
      "drift": [
        {
          "address": "shop/keyword/地址",
          "account": "shop",
          "kind": "keyword",
          "id": "…",
          "live_id": null,
          "fate": "deleted",
          "verdict": "others",
          "declared": true,
          "fields": []
        },
        {
          "address": "shop/keyword/时间",
          "account": "shop",
          "kind": "keyword",
          "id": "…",
          "live_id": "…",
          "fate": "changed",
          "verdict": "others",
          "declared": true,
          "fields": [
            {
              "path": "reply.text",
              "verdict": "others",
              "applied": "每天九点到九点",
              "live": "今天盘点",
              "wanted": "每天九点到九点"
            }
          ]
        }
      ],
      "drafts": [],
      "released": [],
      "warnings": [],
      "failed": []
    }
    "#);
}

#[test]
fn an_order_that_somebody_changed() {
    let world = World::applied(SHOP);
    let about = id(&world, "menu", "关于");
    world.hand("PUT", &format!("menu/{about}"), json!({"name": "关于", "sequence": 1}));
    world.calls();
    let ran = world.run("drift --detailed-exitcode").expect_code(2);
    assert_snapshot!(without_ids(&ran.out), @"
    shop

      ~ shop/menu/关于 was changed (shop.yaml:14)
          by others only; an apply puts it back:
            ~ position: 2 → 1

      ~ shop/menu/新品 was changed (shop.yaml:10)
          by others only; an apply puts it back:
            ~ position: 1 → 2

      ~ shop/menu was changed since mpform published it
          an apply makes it as declared and publishes it

    6 as applied hidden

    Drift: 2 changed by others, 1 draft changed.
    ");
}

#[test]
fn one_that_was_made_anew_and_one_that_is_nobodys() {
    let world = World::applied(SHOP);
    let old = id(&world, "groups", "VIP");
    world.hand("DELETE", &format!("group/{old}"), Value::Null);
    for name in ["VIP", "路人"] {
        world.hand("POST", "group", json!({"name": name}));
    }
    world.calls();
    let ran = world.run("drift --target shop/group/* --detailed-exitcode").expect_code(2);
    assert_snapshot!(without_ids(&ran.out), @"
    shop

    -/+ shop/group/vip was deleted, and another of its name was made (shop.yaml:3)
          an apply takes … for it
          by others only; an apply puts it back:
            ~ members: −2 (2 → 0)
                - o-001
                - o-002

    1 unmanaged

    Drift: 1 changed by others.
    ");
}

#[test]
fn targets_and_accounts_that_are_not_there() {
    let world = World::applied(SHOP);
    world.run("drift --target shop/keyword/时候").expect_code(1).says(&["names nothing that was applied"]);
    world.run("drift --account shoop").expect_code(1).says(&["there is no account `shoop`"]);
    assert!(world.calls().iter().all(|call| call.starts_with("GET ")));
}

#[test]
fn an_account_that_looks_empty_is_another_one() {
    let world = World::applied(SHOP);
    for rule in ["时间", "地址"] {
        let id = id(&world, "rules", rule);
        world.hand("DELETE", &format!("keyword/{id}"), Value::Null);
    }
    world.shop("keywords: {时间: {match: [几点], reply: {text: 九点}}}\n");
    let ran = world.run("drift --detailed-exitcode").expect_code(1);
    ran.says(&["error[MP062]: shop: the account looks empty"]).shows(&["Not read: shop."]);
}

#[test]
fn an_apply_says_what_it_overwrites() {
    let world = World::applied(SHOP);
    meddle(&world);
    world.shop(&SHOP.replace("每天九点到九点", "每天九点到八点"));
    let ran = world.apply();
    let from = ran.out.find("  ~ shop/keyword/时间").expect("the rule");
    let shown: Vec<_> = ran.out[from..].lines().take_while(|line| !line.is_empty()).collect();
    assert_snapshot!(shown.join("\n"), @"
    ~ shop/keyword/时间 will be updated (shop.yaml:7)
        ~ reply.text: 今天盘点 → 每天九点到八点
        note: changed outside mpform since the last apply: reply.text
          what was applied → what is live now:
            ~ reply.text: 每天九点到九点 → 今天盘点
    ");
    world.settled();
}
