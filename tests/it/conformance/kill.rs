//! `kill -9` at any moment loses no object, doubles none, and leaves a state that opens.

use super::faults::converged;
use super::journeys::{APPLY, JOURNEYS, Journey, Undisturbed, at_write};
use super::sample::{Dice, Sample, is_soak};
use crate::world::World;
use mpform::sandbox::{Fault, Rule};

/// The answer to the n-th write waits for longer than the test lives; when the write shows in the journal, the
/// process is killed. So it dies between two calls, always the same two.
const FOR_EVER: Fault = Fault::Delay { ms: 600_000 };

fn killed_at_a_write(journey: &Journey, undisturbed: &Undisturbed, nth: usize, done: bool) {
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
    converged(&world, undisturbed, &what);
}

fn killed_at_writes(done: bool) {
    let mut sample = Sample::new("killed at a write");
    for journey in JOURNEYS {
        let undisturbed = journey.undisturbed();
        for nth in sample.of(undisturbed.writes.len(), 3) {
            killed_at_a_write(journey, &undisturbed, nth, done);
        }
    }
}

#[test]
fn killed_after_a_write_was_done() {
    killed_at_writes(true);
}

#[test]
fn killed_before_a_write_was_done() {
    killed_at_writes(false);
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
                world.sandbox.fault(Rule::new(method, "/v1/", FOR_EVER).skip(1).always());
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

/// When it ends.
#[derive(Debug)]
enum Moment {
    /// At the n-th call from its start, which the vendor has carried out by then or not.
    Call { nth: u32, done: bool },
    /// In the middle of writing a file, where that grows beyond so many blocks.
    File { blocks: u64 },
}

impl Moment {
    fn chosen_by(dice: &mut Dice) -> Self {
        if dice.roll(3) == 0 {
            Self::File { blocks: 1 + dice.roll(14) }
        } else {
            Self::Call { nth: u32::try_from(dice.roll(60)).expect("small"), done: dice.roll(2) == 0 }
        }
    }

    /// True if it was killed, and false if it ended by itself, and well.
    fn kills(&self, world: &World) -> bool {
        world.sandbox.clear_journal();
        match self {
            Self::Call { nth, done } => {
                world.sandbox.fault(Rule::new("", "", FOR_EVER).skip(*nth));
                if !done {
                    world.sandbox.fault(Rule::new("", "", Fault::ResetBefore).skip(*nth));
                }
                let mut apply = world.start("apply --yes");
                let hit = apply.until(|sandbox| sandbox.journal().iter().any(|entry| entry.fault.is_some()));
                if hit {
                    apply.kill();
                } else {
                    apply.end().expect_code(0);
                }
                world.sandbox.clear_faults();
                hit
            }
            Self::File { blocks } => {
                let ran = world.run_until_a_file_has(*blocks, "apply --yes");
                assert!(matches!(ran.code, None | Some(0)), "{self:?}: {ran:?}");
                ran.code.is_none()
            }
        }
    }
}

/// Whatever it was doing, it is killed at a moment that a number picks, again and again: in the middle of reading,
/// writing and remembering, with everything side by side.
#[test]
fn killed_at_any_moment() {
    let mut sample = Sample::new("killed at any moment");
    let (rounds, mut kills) = (if is_soak() { 12 } else { 1 }, 0);
    for (journey, _) in JOURNEYS.iter().flat_map(|journey| (0..rounds).map(move |round| (journey, round))) {
        let undisturbed = journey.undisturbed();
        let world = journey.world();
        let mut moments = vec![];
        for _ in 0..8 {
            let moment = Moment::chosen_by(sample.dice());
            let killed = moment.kills(&world);
            moments.push(moment);
            world.run("state list").expect_code(0);
            if !killed {
                break;
            }
            kills += 1;
        }
        world.run("apply --yes").expect_code(0);
        converged(&world, &undisturbed, &format!("{}: {moments:?}", journey.name));
    }
    #[expect(clippy::print_stdout, reason = "how many there were is what one wants to know of a soak")]
    {
        println!("{kills} kills");
    }
}
