//! `mpform demo`: the tour that the README begins with.

use crate::world::World;

#[test]
fn the_whole_tour() {
    let world = World::empty();
    let ran = world.run("demo").expect_code(0);
    // How many calls it took is nobody's contract.
    let is_chapter = |line: &&str| line.starts_with(['#', '$']) && !line.starts_with("# That was");
    let chapters: Vec<_> = ran.out.lines().filter(is_chapter).collect();
    insta::assert_snapshot!(chapters.join("\n"), @r#"
    # An account that has been in use for years: a menu, rules, groups. Its configuration is new. What would change?
    $ mpform plan
    # Apply it. Unmanaged rules and groups are left alone.
    $ mpform apply --yes
    # Plan again: nothing is left to do.
    $ mpform plan
    $ mpform apply --yes
    # Somebody changes two things by hand in the vendor's console …
    # … which shows as drift, and which the next plan would undo.
    $ mpform drift
    $ mpform plan
    # Repair it.
    $ mpform apply --yes
    $ mpform plan
    # Plans: Tanmarket sends its run by itself; the others are armed. An hour later, cron runs this:
    $ mpform sop run
    # Run it again: no message goes out twice.
    $ mpform sop run
    $ mpform sop history
    "#);
    // One of each vendor's, and each message once.
    let ran = ran.shows(&[
        "community/sop/monday-brief@2026-01-05 created",
        "demo/sop/weekly armed",
        "care/sop/greeting armed",
        "Messages: 3 sent, 0 failed",
        "nothing is due",
    ]);
    // The menu of the vendor's own document is part of it.
    let ran = ran.shows(&["移动网站", "V20131226172022_qwe_199", "changed outside mpform", "No changes."]);
    assert_eq!(ran.err, "");
    assert_eq!(world.calls(), Vec::<String>::new(), "it brings a sandbox of its own");
}

#[test]
fn it_leaves_nothing_behind_and_says_the_same_again() {
    let world = World::empty();
    let before = std::fs::read_dir(world.path("")).expect("a folder").count();
    let first = world.run("demo").out;
    assert_eq!(world.run("demo").out, first);
    assert_eq!(std::fs::read_dir(world.path("")).expect("a folder").count(), before);
}
