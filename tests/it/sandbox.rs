//! `mpform sandbox` as a process of its own: what the README tells to try.

mod vendors;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::world::{World, copy};

/// A served sandbox; it ends with the test.
struct Served {
    child: Child,
    url: String,
    /// What it says to whoever started it.
    said: String,
}

impl Served {
    fn new(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mpform"))
            .args(["sandbox", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("says where it is");
        let mut said = String::new();
        let mut talk = BufReader::new(child.stderr.take().expect("piped"));
        while !said.contains("Ctrl-C") && talk.read_line(&mut said).expect("says how to use it") > 0 {}
        Self { child, url: line.trim().to_owned(), said }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The example shop: from its first plan to nothing left to do, in a copy of its folder.
#[test]
fn the_example_shop_plans_applies_and_plans_to_nothing() {
    let served = Served::new(&[]);
    let world = World::empty();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/shop");
    copy(&from, &world.path("shop"));
    let project = std::fs::read_to_string(from.join("mpform.yaml")).expect("is there");
    world.write("shop/mpform.yaml", &project.replace("http://127.0.0.1:7070", &served.url));
    // The runs of the third account hang on the day: plans.rs has them, by a clock of its own.
    let run = |command: &str| {
        world.run(&format!("{command} --project shop --env sandbox --account shop --account care"))
    };
    run("plan --detailed-exitcode").expect_code(2).shows(&["Plan: 39 to create"]);
    // It shows every kind, and materials of every form.
    let plan = run("plan --json").expect_code(0).json();
    for kind in mpform::model::kinds() {
        let changes = plan["changes"].as_array().expect("a list");
        assert!(changes.iter().any(|change| change["kind"] == kind.name), "no {} in the example", kind.name);
    }
    for form in ["image", "voice", "video", "news[0].title", "news[1].title"] {
        assert!(plan.to_string().contains(&format!("\"path\":\"{form}\"")), "no {form} in the example");
    }
    run("apply --yes").expect_code(0);
    run("plan --detailed-exitcode").expect_code(0);
    let again = run("apply --yes").expect_code(0);
    assert!(again.out.contains("No changes."), "{}", again.out);
}

#[test]
fn a_seed_that_can_not_be_read_is_said() {
    let world = World::empty();
    world.run("sandbox --seed nowhere.yaml").expect_code(1).says(&["nowhere.yaml"]);
    world.write("bad.yaml", "accounts: {shop: {groups: 3}}\n");
    world
        .run("sandbox --listen 127.0.0.1:0 --seed bad.yaml")
        .expect_code(1)
        .says(&["can't read the sandbox's seed"]);
}

#[test]
fn a_port_that_is_taken_is_said() {
    let world = World::empty();
    let taken = world.sandbox.address().to_string();
    world.run(&format!("sandbox --listen {taken}")).expect_code(1).says(&["can't listen on"]);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_well() {
    let mut served = Served::new(&[]);
    let status = Command::new("kill").args(["-INT", &served.child.id().to_string()]).status();
    assert!(status.expect("kill runs").success());
    assert!(served.child.wait().expect("it ended").success());
}
