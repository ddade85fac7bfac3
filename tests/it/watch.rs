//! `mpform watch`, with real files and the real program: each step waits for what it prints.

#[cfg(unix)]
use mpform::sandbox::{Fault, Rule};

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

#[cfg(unix)]
#[test]
fn a_page_is_written_after_each_look_that_finds_no_error() {
    let world = World::empty();
    let page = || std::fs::read_to_string(world.path("page.html")).unwrap_or_default();
    let rule = |text: &str| format!("keywords: {{时间: {{match: [几点], reply: {{text: {text}}}}}}}\n");
    world.shop(&rule("九点"));
    let mut watch = world.start("watch -o page.html");
    assert!(watch.until_it_shows("page.html shows it"));
    assert!(page().contains("九点"));
    // A mistake leaves the page as it is.
    world.shop(&rule("[]"));
    assert!(watch.until_it_shows("1 error"));
    assert!(page().contains("九点"));
    // Nobody can be reached, which is said, and another time they can.
    let down = Fault::Code { code: 500, message: "Communications link failure".into() };
    world.sandbox.fault(Rule::new("GET", "*", down).always());
    world.shop(&rule("十点"));
    assert!(watch.until_it_shows("Communications link failure"));
    world.sandbox.clear_faults();
    world.shop(&rule("十一点"));
    assert!(watch.until(|_| page().contains("十一点")), "it goes on watching");
    watch.interrupt();
    let ran = watch.end().expect_code(0);
    assert_eq!(ran.err, "", "all of it is on stdout");
    assert_eq!(world.writes(), Vec::<String>::new());
}
