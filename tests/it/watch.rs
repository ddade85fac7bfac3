//! `mpform watch`, with real files and the real program: each step waits for what it prints.

use crate::world::{PROJECT, World};

/// Writes an account with so many groups: no two steps look alike, however often each is looked at.
fn groups(world: &World, count: usize) {
    let groups: Vec<_> = (0..count).map(|nth| format!("g{nth}: {{members: []}}")).collect();
    world.write("accounts/shop.yaml", &format!("account: shop\ngroups: {{{}}}\n", groups.join(", ")));
}

#[cfg(unix)]
#[test]
fn every_save_is_looked_at_until_it_is_interrupted() {
    let world = World::empty();
    world.write("mpform.yaml", &PROJECT.replace("[shop.yaml]", "[\"accounts/*.yaml\"]"));
    groups(&world, 1);
    let mut watch = world.start("watch");
    assert!(watch.until_it_shows("valid: 1 resource in 1 account"));
    // A mistake, what is no YAML, and the way out of it.
    world.write("accounts/shop.yaml", "account: shop\ngroup: {}\n");
    assert!(watch.until_it_shows("MP003"));
    world.write("accounts/shop.yaml", "account: [\n");
    assert!(watch.until_it_shows("MP001"));
    groups(&world, 2);
    assert!(watch.until_it_shows("valid: 2 resources"));
    // A file that the pattern starts to match, and its end.
    world.write("accounts/more.yaml", "account: shop\nreplies: {default: {text: b}}\n");
    assert!(watch.until_it_shows("valid: 3 resources"));
    std::fs::remove_file(world.path("accounts/more.yaml")).expect("was there");
    groups(&world, 4);
    assert!(watch.until_it_shows("valid: 4 resources"));
    // Without its root file, and with it again.
    std::fs::rename(world.path("mpform.yaml"), world.path("away.txt")).expect("renames");
    assert!(watch.until_it_shows("MP007"));
    groups(&world, 5);
    std::fs::rename(world.path("away.txt"), world.path("mpform.yaml")).expect("renames");
    assert!(watch.until_it_shows("valid: 5 resources"));
    // In a folder that was made meanwhile.
    world.write("mpform.yaml", &PROJECT.replace("[shop.yaml]", "[\"accounts/**/*.yaml\"]"));
    world.write("accounts/more/new.yaml", "account: shop\nreplies: {default: {text: b}}\n");
    assert!(watch.until_it_shows("valid: 6 resources"));
    watch.interrupt();
    let ran = watch.end().expect_code(0);
    assert_eq!(ran.err, "", "all of it is on stdout");
    assert!(!ran.out.contains('\u{1b}'), "no terminal, nothing to wipe");
}

#[test]
fn a_folder_that_is_not_there_is_no_project() {
    let world = World::empty();
    world.run("watch --project none").expect_code(1).says(&["MP133", "there is no such folder"]);
}
