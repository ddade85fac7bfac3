//! `mpform state`: a look at what is remembered.

use insta::assert_snapshot;

use crate::world::World;

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
    error[MP010]: cafe: nothing is remembered of this account
    help: `mpform state list` shows what is; `--env` chooses the environment
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
