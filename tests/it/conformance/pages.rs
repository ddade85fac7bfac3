//! Lists that change while they are read, or show less than there is, and answers that would fill the memory.

use serde_json::{Value, json};

use crate::world::World;
use mpform::sandbox::{Call, Fault, Rule};

/// More rules than a page holds.
const MANY: usize = 130;

/// A rule of somebody else, and then ours; the oldest comes first in the list.
fn world() -> World {
    let seed =
        crate::world::FOLLOWERS.to_owned() + "    rules: [{name: 别人的, match: [别人], text: 别人}]\n";
    let world = World::new(&seed);
    let rule = |nth| format!("  r{nth:03}: {{match: [\"m{nth:03}\"], reply: {{text: 一}}}}\n");
    world.shop(&("keywords:\n".to_owned() + &(0..MANY).map(rule).collect::<String>()));
    world.apply();
    world.writes();
    world
}

fn names(world: &World) -> Vec<String> {
    let rules = world.live()["rules"].as_array().expect("rules").clone();
    let mut names: Vec<_> =
        rules.iter().map(|rule| rule["name"].as_str().expect("a name").to_owned()).collect();
    names.sort();
    names
}

#[track_caller]
fn nothing_is_doubled(world: &World, about: &str) {
    let names = names(world);
    let ours = (0..MANY).map(|nth| format!("r{nth:03}"));
    assert!(
        ours.clone().all(|name| names.iter().filter(|one| **one == name).count() == 1),
        "{about}: {names:?}"
    );
}

/// Somebody deletes a rule of the first page, and makes one, before the second page is read: the count is as it was, and
/// a rule has moved to the page that was read already.
#[test]
fn an_entry_that_moves_to_a_page_that_was_read() {
    let world = world();
    let listed = world.hand("GET", "keyword?index=1&size=1", Value::Null);
    let first = listed["keyword"][0]["id"].as_str().expect("an id").to_owned();
    let call = |method: &str, path: String, body| Call { method: method.into(), path, body };
    let text = world.hand("POST", "text", json!({"content": "新的"}));
    let body = json!({"rule_name": "新的", "keyword": [{"content": "新", "fuzzy": "0"}], "reply_id": text, "reply_type": "text"});
    for change in [
        call("DELETE", format!("/v1/shop/keyword/{first}"), Value::Null),
        call("POST", "/v1/shop/keyword".into(), body),
    ] {
        world.sandbox.fault(Rule::new("GET", "/v1/shop/keyword?index=2*", Fault::Meanwhile(change)));
    }
    // What is not remembered is known by the list alone.
    world.lose_state();
    let ran = world.run("apply --yes").expect_code(0);
    assert!(ran.out.contains("No changes."), "{}", ran.out);
    nothing_is_doubled(&world, "one moved to the first page");
    assert!(names(&world).contains(&"新的".to_owned()) && !names(&world).contains(&"别人的".to_owned()));
}

/// An entry that the list leaves out is asked for by its id where it is remembered.
#[test]
fn an_entry_that_the_list_leaves_out() {
    let world = world();
    for (at, page) in [("/data/keyword/3", 1), ("/data/keyword/20", 2), ("/data/keyword/*", 2)] {
        let hidden = Fault::Alter { at: at.into(), to: None };
        world.sandbox.fault(Rule::new("GET", &format!("/v1/shop/keyword?index={page}*"), hidden).always());
        world.settled();
        world.run("apply --yes").expect_code(0);
        world.sandbox.clear_faults();
        nothing_is_doubled(&world, at);
    }
}

/// Files are known by the list alone: what that leaves out is never taken for gone, nor uploaded again.
#[test]
fn a_file_that_the_list_leaves_out() {
    let world = World::empty();
    world.assets();
    world.shop("materials: {poster: {image: assets/poster.jpg}, jingle: {voice: assets/jingle.mp3}, tour: {video: assets/tour.mp4, title: 探店}}\n");
    world.apply();
    world.writes();
    for (path, at) in
        [("/image?", "/data/image/*"), ("/voice?", "/data/music/*"), ("/video?", "/data/video/*")]
    {
        let hidden = Fault::Alter { at: at.into(), to: None };
        world.sandbox.fault(Rule::new("GET", path, hidden).always());
        for lost in [false, true] {
            if lost {
                world.lose_state();
            }
            let ran = world.run("apply --yes").expect_code(1);
            assert!(ran.err.contains("1 entries, and shows 0"), "{}", ran.err);
            assert_eq!(world.writes(), Vec::<String>::new(), "{path}");
        }
        world.sandbox.clear_faults();
        world.apply();
        world.settled();
    }
}

/// All answers are of a hundred megabytes; or many at once are, each of as many as is still read.
#[cfg(target_os = "linux")]
#[test]
fn huge_answers_do_not_fill_the_memory() {
    let world = world();
    // In kilobytes. Memory beyond this is refused to it; a process that wants more ends by a signal.
    let little = "ulimit -c 0; ulimit -d 400000";
    for length in [true, false] {
        world.sandbox.fault(Rule::new("GET", "", Fault::Large { bytes: 100 << 20, length }).always());
        let ran = world.run_in_a_shell(little, "plan").expect_code(1);
        assert!(ran.err.contains("the answer is larger than 33554432 bytes"), "{}", ran.err);
        world.sandbox.clear_faults();
    }
    world
        .sandbox
        .fault(Rule::new("GET", "/keyword/", Fault::Large { bytes: 30 << 20, length: false }).times(20));
    world.run_in_a_shell(little, "plan").expect_code(0);
}
