//! `mpform state`: a look at what is remembered, and corrections of it.

use insta::assert_snapshot;
use serde_json::json;

use crate::world::{World, changes, without_ids};

fn applied() -> World {
    let world = World::empty();
    world.shop(
        "groups: {vip: {name: VIP, protect: true}}\nkeywords: {时间: {match: [几点], reply: {text: 九点}}}\n",
    );
    world.run("apply --yes --parallelism 1").expect_code(0);
    world.calls();
    world
}

#[test]
fn what_is_ours_with_its_id() {
    let world = applied();
    let live = world.live();
    let ran = world.run("state list").expect_code(0);
    let group = live["groups"].as_array().expect("groups").iter().find(|group| group["name"] == "VIP");
    let group = group.expect("it is there")["id"].as_str().expect("an id");
    let rule = live["rules"][0]["id"].as_str().expect("an id");
    assert_eq!(ran.out, format!("shop/group/vip  {group}  protected\nshop/keyword/时间  {rule}\n"));
    assert_eq!(world.run("state list --account shop").out, ran.out);
    assert_eq!(world.calls(), Vec::<String>::new(), "a look asks nobody");
    assert_snapshot!(world.run("state list --account cafe").expect_code(1).err, @r#"
    error[MP010]: there is no account `cafe`
    help: known here: `shop`
    "#);
}

#[test]
fn one_resource_as_json() {
    let world = applied();
    let mut shown = world.run("state show shop/keyword/时间").expect_code(0).json();
    shown["id"] = "…".into();
    assert_snapshot!(format!("{shown:#}"), @r#"
    {
      "address": "shop/keyword/时间",
      "id": "…",
      "protect": false,
      "fingerprint": "f84eb39b5efa78e61ae8317f83fbe1c0",
      "applied": {
        "name": "时间",
        "match": [
          "几点"
        ],
        "reply": {
          "text": "九点"
        }
      }
    }
    "#);
    assert_snapshot!(world.run("state show shop/keyword/地址").expect_code(1).err, @r#"
    error[MP012]: shop/keyword/地址: nothing is remembered of it
    help: `mpform state list` shows what is
    "#);
    assert_snapshot!(world.run("state show 时间").expect_code(1).err, @r#"
    error[MP014]: `时间` is not an address
    help: an address is ACCOUNT/KIND/KEY, e.g. shop/keyword/营业时间
    "#);
}

#[test]
fn a_lock_that_nobody_holds() {
    let world = applied();
    assert_eq!(world.run("state unlock shop").expect_code(0).out, "shop is not locked\n");
}

#[test]
fn files_that_only_their_owner_can_read() {
    let world = applied();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(world.state_file()).expect("a state").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
    let state: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(world.state_file()).expect("a state")).expect("JSON");
    assert_eq!(state["version"], 1);
}

/// Two rules of one name, made by hand.
const TWINS: &str = "
accounts:
  shop:
    app_id: wx1
    crowd: [{prefix: o-, count: 3}]
    groups: [{id: aa000000000000000000000000000001, name: VIP}, {id: aa000000000000000000000000000002, name: VIP}]
";

#[test]
fn adopt_settles_twins() {
    let world = World::new(TWINS);
    world.shop("groups: {VIP: {}}\n");
    let second = "aa000000000000000000000000000002";
    world
        .run("plan")
        .expect_code(1)
        .says(&["`mpform state adopt shop/group/VIP aa000000000000000000000000000001`"]);
    world.calls();
    let ran = world.run(&format!("state adopt shop/group/VIP {second}")).expect_code(0);
    assert_snapshot!(ran.out, @"
    shop/group/VIP is aa000000000000000000000000000002 from now on
    next: the plan compares shop/group/VIP with what is declared (shop.yaml:2)
    ");
    assert_eq!(ran.err, "");
    assert_eq!(world.calls(), ["GET group"]);
    world.settled();
    let plan = world.plan();
    assert_eq!(plan["unmanaged"][0]["id"], "aa000000000000000000000000000001");
    world.run("drift --detailed-exitcode").expect_code(0);
    // The state knows whose it is now: another account is not taken for this one.
    world.write("mpform.yaml", &crate::world::PROJECT.replace("info_id: shop", "info_id: shap"));
    world.run(&format!("state adopt shop/group/VIP {second}")).expect_code(1).says(&["error[MP063]"]);
}

#[test]
fn adopt_changes_the_object_and_keeps_the_protection() {
    let world = applied();
    let live = world.live();
    let old = live["groups"].as_array().expect("groups").iter().find(|group| group["name"] == "VIP");
    let old = old.expect("it is there")["id"].as_str().expect("an id").to_owned();
    world.hand("PUT", &format!("group/{old}"), json!({"name": "旧"}));
    let new = world.hand("POST", "group", json!({"name": "贵宾"}));
    let new = new.as_str().map_or_else(|| new["id"].as_str().expect("an id").to_owned(), str::to_owned);
    world.calls();
    let ran = world.run(&format!("state adopt shop/group/vip {new}")).expect_code(0);
    assert_snapshot!(without_ids(&ran.out), @"
    shop/group/vip is … from now on; …, which it was, is nobody's now
    next: the plan compares shop/group/vip with what is declared (shop.yaml:2)
    ");
    let shown = world.run("state show shop/group/vip").json();
    assert_eq!((&shown["id"], &shown["protect"]), (&json!(new), &json!(true)));
    assert_eq!(changes(&world.plan()), ["update shop/group/vip: name"]);
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[test]
fn what_cannot_be_adopted() {
    let world = applied();
    let before = std::fs::read(world.state_file()).expect("a state");
    let live = world.live();
    let rule = live["rules"][0]["id"].as_str().expect("an id");
    let refused = |arguments: &str| world.run(&format!("state adopt {arguments}")).expect_code(1).err;
    assert_snapshot!(without_ids(&refused(&format!("shop/keyword/地址 {rule}"))), @"
    error[MP004]: shop/keyword/地址: … is shop/keyword/时间 already
    help: `mpform state mv shop/keyword/时间 shop/keyword/地址` gives it this address; `mpform state rm shop/keyword/时间` lets go of it
    ");
    assert_snapshot!(without_ids(&refused(&format!("shop/group/gold {rule}"))), @"
    error[MP012]: shop/group/gold: … is of kind keyword, not group
    help: adopt it as shop/keyword/…
    ");
    assert_snapshot!(refused("shop/group/gold 77"), @"
    error[MP012]: shop/group/gold: the account lists no group with the id 77
    help: `mpform plan --json` names the ids of unmanaged objects
    ");
    assert_snapshot!(refused("shop/group/a/b 77"), @"
    error[MP014]: shop/group/a/b: no group has such an address
    help: its key is one part; a `/` in it is written `%2F`
    ");
    assert_snapshot!(refused("shop/reply/goodbye 77"), @"
    error[MP014]: shop/reply/goodbye: no reply has such an address
    help: its key is one of subscribe, default
    ");
    assert_snapshot!(refused("cafe/group/vip 77"), @"
    error[MP010]: there is no account `cafe`
    help: known here: `shop`
    ");
    assert_eq!(std::fs::read(world.state_file()).expect("a state"), before);
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[test]
fn mv_takes_along_what_lies_below() {
    let world = World::empty();
    let menu = "menu: [{name: 店, items: [{name: 官网, link: \"https://m\"}]}, {name: 关于, link: \"https://m/about\"}]\n";
    world.shop(menu);
    world.apply();
    world.calls();
    // Somebody renamed the button, and the configuration follows.
    let id = world.live()["menu"][0]["id"].as_str().expect("an id").to_owned();
    world.hand("PUT", &format!("menu/{id}"), json!({"name": "门店", "sequence": 1}));
    world.shop(&menu.replace("店,", "门店,"));
    world.calls();
    let ran = world.run("state mv shop/menu/店 shop/menu/门店").expect_code(0);
    assert_snapshot!(ran.out, @"
    shop/menu/店 is shop/menu/门店 from now on
    shop/menu/店/官网 is shop/menu/门店/官网 from now on
    next: the plan compares shop/menu/门店 with what is declared (shop.yaml:2)
    ");
    assert_eq!(world.calls(), Vec::<String>::new(), "nobody is asked");
    assert_eq!(world.run("state show shop/menu/门店/官网").json()["applied"]["parent"], "门店");
    // The draft was changed by hand, so it is published; no button goes or comes.
    assert_eq!(changes(&world.plan()), ["update shop/menu: published"]);
}

#[test]
fn what_cannot_move() {
    let world = applied();
    let refused = |arguments: &str| world.run(&format!("state mv {arguments}")).expect_code(1).err;
    assert_snapshot!(refused("shop/group/gold shop/group/silver"), @"
    error[MP012]: shop/group/gold: nothing is remembered of it
    help: `mpform state list` shows what is
    ");
    assert_snapshot!(refused("shop/group/vip shop/keyword/vip"), @"
    error[MP018]: shop/group/vip: it can't become another kind
    help: an object stays what it is
    ");
    assert_snapshot!(refused("shop/group/vip cafe/group/vip"), @"
    error[MP018]: shop/group/vip: it can't move to another account
    help: an object stays in its vendor's account
    ");
    assert_snapshot!(refused("shop/group/vip shop/group/vip/gold"), @"
    error[MP018]: shop/group/vip: it can't move there
    help: name an address that is neither its own nor below it
    ");
    assert_snapshot!(refused("shop/group/vip shop/group/a/b"), @"
    error[MP014]: shop/group/a/b: no group has such an address
    help: its key is one part; a `/` in it is written `%2F`
    ");
    world.shop(
        "groups: {vip: {name: VIP, protect: true}, gold: {}}\nkeywords: {时间: {match: [几点], reply: {text: 九点}}}\n",
    );
    world.apply();
    assert_snapshot!(without_ids(&refused("shop/group/vip shop/group/gold")), @"
    error[MP004]: shop/group/gold: it is remembered already, with id …
    help: `mpform state rm shop/group/gold` forgets that one
    ");
}

#[test]
fn mv_keeps_the_protection() {
    let world = applied();
    let ran = world.run("state mv shop/group/vip shop/group/gold").expect_code(0);
    assert_snapshot!(ran.out, @"
    shop/group/vip is shop/group/gold from now on
    next: shop/group/gold is not declared, and protected: the plan is refused until it is
    next: shop/group/vip is declared (shop.yaml:2): the plan takes what has its name for it, or makes it if nothing has
    ");
    world.shop("groups: {}\nkeywords: {时间: {match: [几点], reply: {text: 九点}}}\n");
    world.run("plan").expect_code(1).says(&["error[MP061]: shop/group/gold"]);
}

#[test]
fn rm_forgets_and_deletes_nothing() {
    let world = applied();
    let ran = world.run("state rm shop/group/vip").expect_code(0);
    assert_snapshot!(without_ids(&ran.out), @"
    shop/group/vip is forgotten, and so is that it was protected; the object stays at the vendor (id …)
    next: shop/group/vip is declared (shop.yaml:2): the plan takes what has its name for it, or makes it if nothing has
    ");
    world.shop("groups: {}\nkeywords: {}\n");
    let ran = world.run("state rm shop/keyword/时间").expect_code(0);
    assert_snapshot!(without_ids(&ran.out), @"
    shop/keyword/时间 is forgotten; the object stays at the vendor (id …)
    next: it is unmanaged now: the plan leaves it alone
    ");
    assert_eq!(world.calls(), Vec::<String>::new(), "nobody is asked");
    assert_eq!(world.plan()["unmanaged"].as_array().map(Vec::len), Some(2));
    world.settled();
    assert_snapshot!(world.run("state rm shop/keyword/时间").expect_code(1).err, @"
    error[MP012]: shop/keyword/时间: nothing is remembered of it
    help: `mpform state list` shows what is
    ");
    // A configuration that is wrong keeps nobody from correcting the state.
    world.shop("keywords: {时间: {match: [几点], reply: {text: 九点}}}\n");
    world.apply();
    world.shop("keywords: {时间: {match: [几点], reply: {txt: 九点}}}\n");
    world.run("state rm shop/keyword/时间").expect_code(0).shows(&["the configuration has errors"]);
}

#[test]
fn a_state_that_somebody_holds_is_not_changed() {
    let world = applied();
    let lock = world.path(".mpform/state/default/shop.lock");
    let held = std::fs::File::open(lock).expect("a lock file");
    held.lock().expect("it is free");
    for edit in ["rm shop/group/vip", "mv shop/group/vip shop/group/gold", "adopt shop/group/vip 77"] {
        world.run(&format!("state {edit}")).expect_code(1).says(&["error[MP072]: shop: the state is locked"]);
    }
    world.run("doctor").expect_code(1).shows(&["✗ shop"]).says(&["error[MP072]"]);
    assert_eq!(world.calls().iter().filter(|call| call.starts_with("GET group")).count(), 1, "by the doctor");
}
