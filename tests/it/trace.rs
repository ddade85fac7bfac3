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
        "error[MP178]: mpform.yaml is nothing that `--trace-http` wrote",
        "help: give `--trace-http` a file that is not there",
    ]);
    assert_eq!(std::fs::read_to_string(world.path("mpform.yaml")).expect("reads"), before);
    world.run("plan --trace-http no/such/folder").expect_code(1).says(&["error[MP178]: can't write"]);
}

#[test]
fn every_call_and_every_step_has_its_time() {
    let world = World::empty();
    world.shop(SHOP);
    world.run("apply --yes --timings times.json").expect_code(0);
    let text = std::fs::read_to_string(world.path("times.json")).expect("reads");
    let times: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&times["timings"], &times["format_version"]), (&"mpform".into(), &"1.0".into()));
    let events = times["traceEvents"].as_array().expect("events");
    let named = |group: &str| -> Vec<&str> {
        let of_group = events.iter().filter(|event| event["ph"] == "X" && event["cat"] == group);
        of_group.map(|event| event["name"].as_str().expect("a name")).collect()
    };
    let calls = named("calls");
    assert_eq!(calls.len(), world.sandbox.journal().len());
    assert!(calls.contains(&"GET /v1/shop/keyword") && calls.contains(&"POST /v1/shop/text"), "{calls:?}");
    assert!(calls.iter().all(|call| !call.contains('?')), "{calls:?}");
    let steps = named("steps");
    for step in ["read the configuration", "read what is live", "plan", "show the plan", "read back"] {
        assert!(steps.contains(&step), "no {step} among {steps:?}");
    }
    assert!(steps.iter().any(|step| step.starts_with("create shop/keyword/")), "{steps:?}");

    // What lies in one lane does not overlap.
    let mut lanes = std::collections::BTreeMap::<_, Vec<_>>::new();
    for event in events.iter().filter(|event| event["ph"] == "X") {
        let number = |key: &str| event[key].as_u64().expect("a number");
        let (begun, took) = (number("ts"), number("dur"));
        lanes.entry((number("pid"), number("tid"))).or_default().push((begun, begun + took));
    }
    for lane in lanes.values() {
        assert!(lane.windows(2).all(|two| two[0].1 <= two[1].0), "{lane:?}");
    }
    world.run("plan --timings times.json").expect_code(0);
    let before = std::fs::read_to_string(world.path("mpform.yaml")).expect("reads");
    world.run("plan --timings mpform.yaml").expect_code(1).says(&[
        "error[MP178]: mpform.yaml is nothing that `--timings` wrote",
        "help: give `--timings` a file that is not there",
    ]);
    assert_eq!(std::fs::read_to_string(world.path("mpform.yaml")).expect("reads"), before);
}

#[test]
fn the_more_it_is_asked_to_say_the_more_it_says() {
    let world = World::empty();
    world.shop(SHOP);
    let said = |words: &str| world.run(words).expect_code(0).err;
    assert!(!said("plan").contains("calls made"));
    let (v, vv, vvv) = (said("plan -v"), said("plan -vv"), said("plan -vvv"));
    let calls = {
        world.sandbox.clear_journal();
        said("plan -v")
    };
    let made = format!("{} calls made: 0 B out, ", world.sandbox.journal().len());
    let last = calls.lines().last().unwrap_or_default();
    assert!(last.starts_with(&made) && last.ends_with(" s in mpform itself; 0 cache hits"), "{calls}");
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
    world.run_loosely("plan -o plan.json --trace-http calls.jsonl --timings times.json").expect_code(0);
    world.run_loosely("apply --yes").expect_code(0);
    world.shop("groups: {vip: {}}\nkeywords: {}\n");
    world.run_loosely("apply --yes --allow-deletes shop/keyword=2").expect_code(0);
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).expect("is there").permissions().mode() & 0o777;
    for name in ["plan.json", "calls.jsonl", "times.json"] {
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
