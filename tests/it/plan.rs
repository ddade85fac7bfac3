//! `mpform plan`: what a person reads before anything happens, and what stops it.

use insta::assert_snapshot;
use serde_json::json;

use crate::world::{FOLLOWERS, PROJECT, World, changes, without_ids};
use mpform::sandbox::{Fault, Rule};

/// A shop with a bit of everything, applied.
pub(crate) const SHOP: &str = "
groups: {vip: {name: VIP, members: [o-001, o-002]}}
replies:
  subscribe: {text: \"欢迎关注\\n回复“时间”看营业时间\"}
keywords:
  时间: {match: [几点, {fuzzy: 几点开门}], reply: {text: 每天九点到九点}}
  地址: {match: [在哪], reply: {text: 花园路 18 号}}
menu:
  - name: 新品
    items:
      - {name: 官网, link: https://m.example.com}
      - {name: 客服, reply: {text: 您好}}
  - {name: 关于, link: https://m.example.com/about}
";

#[test]
fn nothing_to_do() {
    let world = World::applied(SHOP);
    let ran = world.run("plan --detailed-exitcode").expect_code(0);
    assert_snapshot!(ran.out, @r#"
    8 unchanged hidden

    No changes. Everything is as declared.
    "#);
    assert_eq!(ran.err, "");
}

#[test]
fn every_sort_of_change() {
    let world = World::applied(SHOP);
    let changed = SHOP
        .replace("name: VIP, members: [o-001, o-002]", "name: 贵宾, members: [o-002, o-003]")
        .replace("回复“时间”看营业时间", "回复“时间”看营业时间和地址")
        .replace("每天九点到九点", "每天九点到八点")
        .replace("  地址: {match: [在哪], reply: {text: 花园路 18 号}}\n", "")
        .replace("      - {name: 客服, reply: {text: 您好}}\n", "")
        .replace("  - {name: 关于, link: https://m.example.com/about}\n", "")
        .replace("menu:\n", "menu:\n  - {name: 关于, link: https://m.example.com/us}\n");
    world.shop(&changed);
    let ran = world.run("plan --detailed-exitcode").expect_code(2);
    assert_snapshot!(without_ids(&ran.out), @r#"
    shop

      ~ shop/group/vip will be updated (shop.yaml:3)
          ~ name:    VIP → 贵宾
          ~ members: +1 −1 (2 → 2)
              + o-003
              - o-001

      ~ shop/reply/subscribe will be updated (shop.yaml:5)
          ~ text:
                欢迎关注
              - 回复“时间”看营业时间
              + 回复“时间”看营业时间和地址
                                    ^^^^^^

      ~ shop/keyword/时间 will be updated (shop.yaml:7)
          ~ reply.text: 每天九点到九点 → 每天九点到八点

        shop/menu (shop.yaml:9)
        ├─ ~ 关于 (shop.yaml:9)
        │      ~ link:     https://m.example.com/about → https://m.example.com/us
        │      ~ position: 2 → 1
        └─ ~ 新品 (shop.yaml:10)
           │   ~ position: 1 → 2
           ├─   官网
           └─ - 客服 (id …)
                  - reply.text: 您好
      ~ publish the menu

      - shop/keyword/地址 will be deleted (id …)
          - name:       地址
          - match:      在哪
          - reply.text: 花园路 18 号

    1 unchanged hidden

    Plan: 0 to create, 6 to update, 2 to delete.
    "#);
    world.run("plan").expect_code(0);
}

#[test]
fn json_is_one_object() {
    let world = World::applied(SHOP);
    world.shop(&SHOP.replace("每天九点到九点", "每天九点到八点").replace("/about", "/us"));
    let mut plan = world.plan();
    for change in plan["changes"].as_array_mut().expect("changes") {
        if change["id"].is_string() {
            change["id"] = json!("…");
        }
    }
    plan["tool_version"] = json!("…");
    assert_snapshot!(format!("{plan:#}"), @r#"
    {
      "format_version": "1.0",
      "tool_version": "…",
      "environment": "default",
      "summary": {
        "create": 0,
        "update": 3,
        "delete": 0,
        "unchanged": 6,
        "unmanaged": 0
      },
      "changes": [
        {
          "address": "shop/keyword/时间",
          "account": "shop",
          "kind": "keyword",
          "action": "update",
          "id": "…",
          "fields": [
            {
              "path": "reply.text",
              "before": "每天九点到九点",
              "after": "每天九点到八点"
            }
          ],
          "requires": [],
          "notes": []
        },
        {
          "address": "shop/menu/关于",
          "account": "shop",
          "kind": "menu",
          "action": "update",
          "id": "…",
          "fields": [
            {
              "path": "link",
              "before": "https://m.example.com/about",
              "after": "https://m.example.com/us"
            }
          ],
          "requires": [],
          "notes": []
        },
        {
          "address": "shop/menu",
          "account": "shop",
          "kind": "menu",
          "action": "update",
          "fields": [
            {
              "path": "published"
            }
          ],
          "requires": [
            "shop/menu/关于"
          ],
          "notes": []
        }
      ],
      "unmanaged": [],
      "refusals": [],
      "warnings": [],
      "upcoming": [],
      "adopted": [],
      "released": [],
      "forgotten": [],
      "failed": []
    }
    "#);
}

#[test]
fn only_what_is_targeted() {
    let world = World::applied(SHOP);
    world.shop(
        &SHOP
            .replace("每天九点到九点", "八点")
            .replace("花园路 18 号", "花园路 19 号")
            .replace("/about", "/us"),
    );
    let planned = |target: &str| changes(&world.run(&format!("plan --json {target}")).expect_code(0).json());
    assert_eq!(planned("--target shop/keyword/时间"), ["update shop/keyword/时间: reply.text"]);
    assert_eq!(planned("--target shop/keyword/*").len(), 2);
    assert_eq!(
        planned("--target shop/menu/**"),
        ["update shop/menu/关于: link", "update shop/menu: published"],
        "a change to the menu brings its publish"
    );
    assert_eq!(planned("--target shop/group/*"), Vec::<String>::new());
    assert_eq!(planned("--target shop/keyword/时间 --target shop/menu/关于").len(), 3);
    assert_snapshot!(world.run("plan --target shop/[keyword").expect_code(1).err, @r#"
    error[MP014]: `shop/[keyword` is not a pattern of addresses: a `[` without its `]`
    help: correct --target
    "#);
}

#[test]
fn a_target_brings_what_it_needs() {
    let world = World::empty();
    world.shop(SHOP);
    let plan = world.run("plan --json --target shop/menu/新品/官网").expect_code(0).json();
    assert_eq!(
        changes(&plan),
        [
            "create shop/menu/新品: name, position",
            "create shop/menu/新品/官网: link, name, position",
            "update shop/menu: published"
        ]
    );
}

#[test]
fn only_the_accounts_that_are_named() {
    let world = World::new(&format!("{FOLLOWERS}  cafe: {{app_id: wx2, app_secret: s}}\n"));
    world.write(
        "mpform.yaml",
        &format!("{PROJECT}  cafe: {{provider: yeapoo, base_url: \"${{env.SANDBOX}}\", info_id: cafe}}\n"),
    );
    world.write("shop.yaml", "accounts: [shop, cafe]\ngroups: {vip: {}}\n");
    assert_eq!(changes(&world.plan()).len(), 2);
    let plan = world.run("plan --json --account cafe").expect_code(0).json();
    assert_eq!(changes(&plan), ["create cafe/group/vip: name"]);
    assert_snapshot!(world.run("plan --account bakery").expect_code(1).err, @r#"
    error[MP010]: there is no account `bakery`
    help: known here: `shop`, `cafe`
    "#);
}

#[test]
fn a_host_that_can_not_be_reached() {
    let world = World::empty();
    world.shop("groups: {}\nkeywords: {}\n");
    // Nothing listens on port 9 of this machine.
    let ran = world.run_with("plan", &[("SANDBOX", "http://127.0.0.1:9")]).expect_code(1);
    assert_snapshot!(format!("{}{}", ran.out, ran.err), @r#"
    No changes in what could be planned. Not planned: shop.

    shop could not be planned:

    error[MP050]: shop: GET bind/refresh: can't reach 127.0.0.1:9: Connection refused (os error 111)
    help: check `base_url` and the network, then run the command again
    "#);
}

#[test]
fn an_account_that_the_vendor_does_not_know() {
    let world = World::empty();
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: shpo"));
    world.shop("groups: {vip: {}}\n");
    let ran = world.run("apply --yes").expect_code(1);
    assert_snapshot!(format!("{}{}", ran.out, ran.err), @r#"
    No changes in what could be planned. Not planned: shop.

    shop could not be planned:

    error[MP051]: shop: the vendor does not know this account
    help: check `info_id`: an unknown one looks like an empty account, and what is made in it is lost
    "#);
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[test]
fn a_vendor_that_answers_html() {
    let world = World::empty();
    world.shop("groups: {}\n");
    world.sandbox.fault(Rule::new("", "", Fault::Html).always());
    let ran = world.run("plan").expect_code(1);
    assert_snapshot!(format!("{}{}", ran.out, ran.err), @r#"
    No changes in what could be planned. Not planned: shop.

    shop could not be planned:

    error[MP050]: shop: can't list groups: GET group: an HTML page instead of JSON: <html><head><title>Please log in</title></head><body><h1>Please log in</h1></body></html>
    help: is `base_url` the API's address, and does no login page or proxy stand in front of it?
    "#);
}

#[test]
fn a_base_url_that_is_not_the_vendors() {
    let world = World::empty();
    world.write("mpform.yaml", &PROJECT.replace("${env.SANDBOX}", "${env.SANDBOX}/api"));
    world.shop("groups: {}\n");
    let ran = world.run("plan").expect_code(1);
    assert_snapshot!(format!("{}{}", ran.out, ran.err), @r#"
    No changes in what could be planned. Not planned: shop.

    shop could not be planned:

    error[MP052]: shop: can't list groups: GET group: HTTP 404: no such path
    help: the vendor has no such path: check `base_url`
    "#);
}

#[test]
fn one_account_that_fails_does_not_hide_the_other() {
    let world = World::empty();
    let other = "  cafe: {provider: yeapoo, base_url: \"${env.SANDBOX}\", info_id: unknown}\n";
    world.write("mpform.yaml", &format!("{PROJECT}{other}"));
    world.write("shop.yaml", "accounts: [shop, cafe]\ngroups: {vip: {}}\n");
    let plan = world.run("plan --json").expect_code(1).json();
    assert_eq!(changes(&plan), ["create shop/group/vip: name"]);
    assert_eq!(plan["failed"][0]["account"], "cafe");
    // What can be applied is; that the rest could not even be read is no success.
    world.run("apply --yes").expect_code(3).says(&["cafe", "MP051"]);
    assert_eq!(world.writes(), ["POST group"]);
}

#[test]
fn two_objects_of_one_name_are_told_with_both_ids() {
    let world = World::new(
        "
accounts:
  shop:
    groups: [{id: aa000000000000000000000000000001, name: VIP}, {id: aa000000000000000000000000000002, name: VIP}]
",
    );
    world.shop("groups: {VIP: {}}\n");
    let ran = world.run("plan").expect_code(1);
    assert_snapshot!(format!("{}{}", ran.out, ran.err), @"
    No changes in what could be planned. Not planned: shop.

    shop could not be planned:

    error[MP041]: shop/group/VIP: 2 live objects are named `VIP`: aa000000000000000000000000000001 and aa000000000000000000000000000002
     --> shop.yaml:2:10
      |
    2 | groups: {VIP: {}}
      |          ^^^
      |
      = help: say which of them is meant, e.g. `mpform state adopt shop/group/VIP aa000000000000000000000000000001`, or delete or rename all but one in the vendor's console
    ");
}

#[test]
fn what_somebody_changed_by_hand_is_noted() {
    let world = World::applied(SHOP);
    let live = world.live();
    let id = live["groups"].as_array().expect("groups").iter().find(|group| group["name"] == "VIP");
    let id = id.expect("it is there")["id"].as_str().expect("an id").to_owned();
    world.hand("PUT", &format!("group/{id}"), json!({"name": "贵宾"}));
    assert_snapshot!(world.run("plan").expect_code(0).out, @"
    shop

      ~ shop/group/vip will be updated (shop.yaml:3)
          ~ name: 贵宾 → VIP
          note: changed outside mpform since the last apply: name
            what was applied → what is live now:
              ~ name: VIP → 贵宾

    7 unchanged hidden

    Plan: 0 to create, 1 to update, 0 to delete.
    ");
}
