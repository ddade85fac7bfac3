//! What happens when the state can't be kept: nothing is begun that would be forgotten.

use crate::conformance::sample::Sample;
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

/// What can be known before is said before: nothing is asked of the vendor that could not be remembered.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_from_the_beginning() {
    let world = World::empty();
    world.shop(crate::plan::SHOP);
    let ran = world.run_with_files_of(0, "apply --yes").expect_code(1).says(&["MP070", "File too large"]);
    assert_eq!(world.writes(), Vec::<String>::new(), "{}\n{}", ran.out, ran.err);
    world.apply();
    world.settled();
}

/// However many blocks there are left: what was done is remembered or printed, and done once.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_gets_full_at_any_moment() {
    for blocks in Sample::new("a disk that gets full").of(16, 4) {
        let world = World::empty();
        world.shop(crate::plan::SHOP);
        let ran = world.run_with_files_of(blocks as u64, "apply --yes");
        let wrote = !world.writes().is_empty();
        match ran.code {
            Some(0) => {}
            Some(1) => assert!(!wrote, "{blocks}: {ran:?}"),
            // What is begun was written down before, and that may be on the disk already.
            Some(3) if !ran.err.contains("could not be saved") => {
                assert!(format!("{}{}", ran.out, ran.err).contains("File too large"), "{blocks}: {ran:?}");
            }
            Some(3) => {
                let state = &ran.out[ran.out.rfind("\n{\n").expect("the state is printed")..];
                let state: serde_json::Value = serde_json::from_str(state).expect("JSON");
                assert!(state["resources"].is_object(), "{blocks}: {state:#}");
            }
            _ => panic!("{blocks}: {ran:?}"),
        }
        world.apply();
        world.settled();
        let live = world.live();
        assert_eq!(live["groups"].as_array().map(Vec::len), Some(4), "{blocks}");
        assert_eq!(live["rules"].as_array().map(Vec::len), Some(2), "{blocks}");
    }
}

/// Every file that a command writes for somebody: whole or not at all, and said.
#[cfg(target_os = "linux")]
#[test]
fn files_for_people_on_a_full_disk() {
    let world = World::empty();
    world.shop(crate::plan::SHOP);
    world.write("out/kept.txt", "");
    for (command, file) in [
        ("plan -o out/plan.json", "out/plan.json"),
        ("plan --html out/plan.html", "out/plan.html"),
        ("preview -o out/preview.html", "out/preview.html"),
    ] {
        for stands in [false, true] {
            if stands {
                world.run(command).expect_code(0);
            }
            let before = std::fs::read_to_string(world.path(file)).ok();
            let ran = world.run_with_files_of(1, command).expect_code(1).says(&["File too large", "help: "]);
            let name = file.rsplit('/').next().expect("a name");
            assert!(ran.err.contains(name), "{command}: {}", ran.err);
            let after = std::fs::read_to_string(world.path(file)).ok();
            assert_eq!((after.is_some(), &after), (stands, &before), "{command}");
        }
        std::fs::remove_file(world.path(file)).expect("is there");
        let left: Vec<_> = std::fs::read_dir(world.path("out")).expect("a folder").collect();
        assert_eq!(left.len(), 1, "{command}: {left:?}");
    }
}

/// A folder that may be read and not written.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_is_for_reading_only() {
    let world = World::empty();
    world.shop(crate::plan::SHOP);
    let saved = world.run("plan -o saved.json");
    saved.expect_code(0);
    world.writes();
    let said = |arguments: &str| {
        let ran = world.run_without_rights(arguments);
        assert_eq!(ran.code, Some(1), "{arguments}: {ran:?}");
        let ran = ran.says(&["Permission denied", "help: "]);
        assert_eq!(world.writes(), Vec::<String>::new(), "{arguments}: {}", ran.err);
    };
    said("apply --yes");
    said("apply saved.json --yes");
    said("plan -o plan.json");
    said("plan --html plan.html");
    said("preview -o preview.html");
    said("export shop -o taken");
    // To look needs no rights.
    world.run_without_rights("plan").expect_code(0);
    world.apply();
    world.settled();
}
