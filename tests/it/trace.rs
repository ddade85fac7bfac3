//! `--trace-http` and `-v`: every call as it went over the wire, without what lets somebody in.

use serde_json::Value;

use crate::plan::SHOP;
use crate::world::World;

fn lines(world: &World, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(world.path(name)).expect("reads");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn every_call_is_a_line() {
    let world = World::empty();
    world.shop(SHOP);
    world.run("apply --yes --trace-http calls.jsonl").expect_code(0);
    let lines = lines(&world, "calls.jsonl");
    assert_eq!((&lines[0]["trace"], &lines[0]["format_version"]), (&"mpform".into(), &"1.0".into()));
    let made: Vec<_> = lines[1..]
        .iter()
        .map(|line| {
            assert_eq!(
                (&line["account"], &line["answer"]["status"]),
                (&"shop".into(), &200.into()),
                "{line}"
            );
            assert!(line["ms"].is_u64() && line["at"].is_string(), "{line}");
            let url = line["request"]["url"].as_str().expect("an address");
            let path = url.strip_prefix(world.sandbox.url()).expect("at the sandbox");
            format!("{} {path}", line["request"]["method"].as_str().expect("a method"))
        })
        .collect();
    let journal: Vec<_> = world.sandbox.journal();
    assert_eq!(made.len(), journal.len());
    let written = lines[1..].iter().find(|line| line["request"]["method"] == "POST").expect("a write");
    assert!(written["request"]["body"].is_object() && written["answer"]["body"]["code"] == 200, "{written}");
}

#[test]
fn a_trace_overwrites_no_other_file() {
    let world = World::empty();
    world.shop(SHOP);
    for _ in 0..2 {
        world.run("plan --trace-http calls.jsonl").expect_code(0);
    }
    let before = std::fs::read_to_string(world.path("mpform.yaml")).expect("reads");
    world.run("plan --trace-http mpform.yaml").expect_code(1).says(&[
        "error[MP178]: mpform.yaml is no trace of calls",
        "help: give `--trace-http` a file that is not there",
    ]);
    assert_eq!(std::fs::read_to_string(world.path("mpform.yaml")).expect("reads"), before);
    world
        .run("plan --trace-http no/such/folder")
        .expect_code(1)
        .says(&["error[MP178]: can't write the trace"]);
}

#[test]
fn the_more_it_is_asked_to_say_the_more_it_says() {
    let world = World::empty();
    world.shop(SHOP);
    let said = |words: &str| world.run(words).expect_code(0).err;
    assert!(!said("plan").contains("calls made"));
    let (v, vv, vvv) = (said("plan -v"), said("plan -vv"), said("plan -vvv"));
    assert!(v.contains(" calls made") && !v.contains("GET http"), "{v}");
    let call = "shop: GET $URL/v1/shop/";
    assert!(vv.contains(call) && vv.contains(" → 200 (") && !vv.contains("    > accept"), "{vv}");
    assert!(
        vvv.contains(call) && vvv.contains("    > accept") && vvv.contains("    < content-type"),
        "{vvv}"
    );
}

/// Whatever the shell says new files should be for, these are for their owner alone.
#[cfg(unix)]
#[test]
fn what_is_remembered_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::empty();
    world.shop(SHOP);
    world.run_loosely("plan -o plan.json --trace-http calls.jsonl").expect_code(0);
    world.run_loosely("apply --yes").expect_code(0);
    world.shop("groups: {vip: {}}\nkeywords: {}\n");
    world.run_loosely("apply --yes --allow-deletes shop/keyword=2").expect_code(0);
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).expect("is there").permissions().mode() & 0o777;
    for name in ["plan.json", "calls.jsonl"] {
        assert_eq!(format!("{name} {:o}", mode(&world.path(name))), format!("{name} 600"));
    }
    let mut below = vec![world.path(".mpform")];
    let mut names = vec![];
    while let Some(path) = below.pop() {
        let is_folder = path.is_dir();
        assert_eq!(mode(&path), if is_folder { 0o700 } else { 0o600 }, "{}", path.display());
        if is_folder {
            below.extend(
                std::fs::read_dir(&path).expect("lists").map(|entry| entry.expect("an entry").path()),
            );
        } else {
            names.push(path.extension().unwrap_or_default().to_string_lossy().into_owned());
        }
    }
    for kind in ["json", "lock"] {
        assert!(names.iter().any(|name| name == kind), "no {kind} among {names:?}");
    }
}
