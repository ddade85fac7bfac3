//! `kill -9` at any moment loses no object, doubles none, and leaves a state that opens.

use super::faults::converged;
use super::journeys::{APPLY, JOURNEYS, Journey, at_write};
use mpform::sandbox::Fault;

/// The answer to the n-th write waits for longer than the test lives; when the write shows in the journal, the
/// process is killed. So it dies between two calls, always the same two.
const FOR_EVER: Fault = Fault::Delay { ms: 600_000 };

fn killed_at_each_write(journey: &Journey, done: bool) {
    let undisturbed = journey.undisturbed();
    for nth in 0..undisturbed.writes.len() {
        let what = format!("killed at write {nth}, which {}", if done { "was done" } else { "was not done" });
        let world = journey.world();
        world.sandbox.fault(at_write(&undisturbed.writes, nth, FOR_EVER));
        if !done {
            world.sandbox.fault(at_write(&undisturbed.writes, nth, Fault::ResetBefore));
        }
        let mut apply = world.start(APPLY);
        assert!(apply.until(|sandbox| sandbox.writes().len() > nth), "{what}: it ended first");
        apply.kill();
        world.sandbox.clear_faults();
        world.run("state list").expect_code(0);
        world.run(APPLY).expect_code(0);
        converged(&world, &undisturbed, &what);
    }
}

#[test]
fn killed_after_a_write_was_done() {
    JOURNEYS.iter().for_each(|journey| killed_at_each_write(journey, true));
}

#[test]
fn killed_before_a_write_was_done() {
    JOURNEYS.iter().for_each(|journey| killed_at_each_write(journey, false));
}

/// Killed at each write in turn, again and again, without anybody cleaning up in between.
#[test]
fn killed_over_and_over() {
    for journey in JOURNEYS {
        let undisturbed = journey.undisturbed();
        let world = journey.world();
        let mut kills = 0;
        for _ in 0..undisturbed.writes.len() {
            world.sandbox.clear_faults();
            world.sandbox.clear_journal();
            for method in ["POST", "PUT", "DELETE"] {
                world.sandbox.fault(mpform::sandbox::Rule::new(method, "/v1/", FOR_EVER).skip(1).always());
            }
            let mut apply = world.start(APPLY);
            // A few writes a life; the last life may have fewer left and ends by itself.
            if !apply.until(|sandbox| sandbox.writes().iter().any(|entry| entry.fault.is_some())) {
                apply.end().expect_code(0);
                break;
            }
            apply.kill();
            kills += 1;
        }
        assert!(kills > 2, "{kills}");
        world.sandbox.clear_faults();
        world.run(APPLY).expect_code(0);
        converged(&world, &undisturbed, "killed over and over");
    }
}
