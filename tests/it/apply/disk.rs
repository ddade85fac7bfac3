//! What happens when the state can't be kept: nothing is begun that would be forgotten.

use crate::world::{PROJECT, World};

#[test]
fn a_folder_that_can_not_be_made() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    world.write(".mpform", "somebody's file");
    world.run("apply --yes").expect_code(1).says(&["MP070", ".mpform"]);
    assert_eq!(world.writes(), Vec::<String>::new());
}

/// The disk is full after a kilobyte, in the middle of the journal: what was done is told and found again, what
/// could not be remembered is not begun.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_gets_full() {
    let world =
        World::new("accounts: {shop: {app_id: wx1, app_secret: s, crowd: [{prefix: o-, count: 99}]}}");
    let members: Vec<_> = (1..=99).map(|nth| format!("o-{nth:03}")).collect();
    // The group is made first, and its members alone are more than the disk takes.
    let shop = crate::plan::SHOP.replace("o-001, o-002", &members.join(", "));
    world.shop(&shop);
    // The audit log would be the first to be full.
    world.write("mpform.yaml", &(PROJECT.to_owned() + "audit: none\n"));
    let ran = world.run_on_a_full_disk("apply --yes --parallelism 1").expect_code(3);
    let ran =
        ran.says(&["✓ shop/group/vip created", "the state can't be written (File too large", "not tried"]);
    assert_eq!(world.live()["rules"], serde_json::json!([]), "what could not be remembered is not begun");
    // What could not be saved is printed, so that a person can save it.
    let state = &ran.out[ran.out.rfind("\n{").expect("the state is printed")..];
    let state: serde_json::Value = serde_json::from_str(state).expect("JSON");
    assert!(state["resources"]["shop/group/vip"]["id"].is_string(), "{state:#}");
    world.apply();
    world.settled();
    let live = world.live();
    assert_eq!(live["groups"].as_array().map(Vec::len), Some(4), "three built-in ones and ours");
    assert_eq!(live["rules"].as_array().map(Vec::len), Some(2));
}
