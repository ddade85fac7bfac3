//! Several faults at once, with everything side by side: a bad day at the vendor's.
//!
//! Which calls are hit follows from a number, so that a day that goes wrong can be had again; what runs beside what
//! is up to the machine, and must make no difference.

use super::faults::converged;
use super::journeys::JOURNEYS;
use super::sample::Dice;
use mpform::sandbox::{Fault, Rule};

/// One fault of such a day.
fn fault(dice: &mut Dice) -> Rule {
    let fault = match dice.roll(7) {
        0 => Fault::ResetBefore,
        1 => Fault::ResetAfter,
        2 => Fault::Code { code: 500, message: "Deadlock found".into() },
        3 => Fault::Status { status: 502 },
        4 => Fault::RetryAfter { seconds: 0 },
        5 => Fault::Cut,
        _ => Fault::Html,
    };
    let method = ["GET", "POST", "POST", "PUT", "DELETE"][usize::try_from(dice.roll(5)).unwrap_or(0)];
    let (skip, times) = (dice.roll(15), 1 + dice.roll(3));
    Rule::new(method, "/v1/", fault)
        .skip(u32::try_from(skip).unwrap_or(0))
        .times(u32::try_from(times).unwrap_or(1))
}

#[test]
fn a_bad_day_ends_well() {
    for journey in JOURNEYS {
        let undisturbed = journey.undisturbed();
        for day in 1..=8 {
            let mut dice = Dice::new(day);
            let world = journey.world();
            let rules: Vec<_> = (0..6).map(|_| fault(&mut dice)).collect();
            rules.iter().for_each(|rule| world.sandbox.fault(rule.clone()));
            // 1 where so much failed that nothing could even be planned.
            let ran = world.run("apply --yes");
            assert!(matches!(ran.code, Some(0 | 1 | 3)), "{rules:?}\n{}\n{}", ran.out, ran.err);
            world.run("apply --yes");
            world.sandbox.clear_faults();
            let ran = world.run("apply --yes");
            assert_eq!(ran.code, Some(0), "day {day}: {rules:?}\n{}\n{}", ran.out, ran.err);
            converged(&world, &undisturbed, &format!("day {day}: {rules:?}"));
        }
    }
}

/// Every answer is lost, for as long as it lasts.
#[test]
fn when_no_answer_ever_comes_nothing_is_doubled() {
    for journey in JOURNEYS {
        let undisturbed = journey.undisturbed();
        for fault in [Fault::ResetAfter, Fault::Cut, Fault::ResetBefore] {
            let world = journey.world();
            for method in ["POST", "PUT", "DELETE"] {
                world.sandbox.fault(Rule::new(method, "/v1/", fault.clone()).always());
            }
            for _ in 0..2 {
                world.run("apply --yes").expect_code(3);
            }
            world.sandbox.clear_faults();
            world.run("apply --yes").expect_code(0);
            converged(&world, &undisturbed, fault.name());
        }
    }
}
