//! Faults at each single call: nothing is lost, nothing doubled, and running again finishes the job.

use super::journeys::{
    APPLY, CHANGE, FILES, FIRST, FIRST_FILES, JOURNEYS, Journey, OWNED, Undisturbed, at_write,
};
use super::{in_words, published_as_it_stands};
use crate::world::{Ran, World};
use mpform::sandbox::{Fault, Rule};

/// Checks that the job is done, and done once.
#[track_caller]
pub(super) fn converged(world: &World, undisturbed: &Undisturbed, what: &str) {
    world.settled();
    assert_eq!(in_words(&world.live()), undisturbed.live, "{what}");
    published_as_it_stands(&world.live());
}

fn at_each_write(journey: &Journey, fault: &Fault) {
    let undisturbed = journey.undisturbed();
    for nth in 0..undisturbed.writes.len() {
        let what = format!("{}: {} at write {nth}", journey.name, fault.name());
        let world = journey.world();
        world.sandbox.fault(at_write(&undisturbed.writes, nth, fault.clone()));
        let ran = world.run(APPLY);
        let hit = world.sandbox.journal().iter().any(|entry| entry.fault.is_some());
        assert!(hit, "{what}: nothing was hit");
        not_repeated_blindly(&world, &what);
        match ran.code {
            Some(0) => {}
            Some(3) => names_what_failed(&ran, &what),
            code => panic!("{what}: ended with {code:?}\n{}\n{}", ran.out, ran.err),
        }
        if ran.code == Some(3) {
            world.run(APPLY).expect_code(0);
        }
        converged(&world, &undisturbed, &what);
    }
}

/// An apply that does not end well says which address failed, with a code and what to do.
#[track_caller]
fn names_what_failed(ran: &Ran, what: &str) {
    let named = ran
        .err
        .lines()
        .any(|line| line.contains("shop/") && (line.starts_with('✗') || line.starts_with('?')));
    assert!(named && ran.err.contains("help: "), "{what}:\n{}", ran.err);
}

/// A write whose answer was lost is not sent again until a read has shown what came of it.
#[track_caller]
fn not_repeated_blindly(world: &World, what: &str) {
    let journal = world.sandbox.journal();
    let Some(lost) = journal.iter().position(|entry| entry.fault.is_some()) else { return };
    if matches!(journal[lost].fault.as_deref(), Some("code" | "retry_after")) {
        return; // The vendor said no: nothing was lost.
    }
    let same = |entry: &&mpform::sandbox::Entry| {
        (&entry.method, &entry.path, &entry.body)
            == (&journal[lost].method, &journal[lost].path, &journal[lost].body)
    };
    let again = journal[lost + 1..].iter().position(|entry| same(&entry));
    if let Some(again) = again {
        let between = &journal[lost + 1..lost + 1 + again];
        assert!(between.iter().any(|entry| entry.method == "GET"), "{what}: sent again without a look");
    }
}

macro_rules! writes {
    ($($name:ident: $fault:expr, $journeys:expr;)+) => {$(
        #[test]
        fn $name() {
            for journey in $journeys {
                at_each_write(journey, &$fault);
            }
        }
    )+};
}

writes! {
    a_write_that_never_arrives: Fault::ResetBefore, JOURNEYS;
    a_write_whose_answer_is_lost: Fault::ResetAfter, JOURNEYS;
    a_write_whose_answer_is_cut: Fault::Cut, JOURNEYS;
    a_write_that_the_vendor_refuses: Fault::Code { code: 500, message: "boom".into() }, JOURNEYS;
    a_write_that_the_gateway_refuses: Fault::Status { status: 502 }, [&CHANGE, &OWNED, &FILES];
    a_write_that_comes_too_soon: Fault::RetryAfter { seconds: 0 }, [&CHANGE, &FILES];
    // To mpform this one is like one of the others; one journey shows that it is.
    a_write_that_ends_at_a_login_page: Fault::Html, [&CHANGE];
}

/// A fault that passes is not even noticed: reads are tried again.
fn at_each_read(fault: &Fault, journeys: &[Journey]) {
    for journey in journeys {
        let undisturbed = journey.undisturbed();
        for nth in 0..undisturbed.reads {
            let what = format!("{}: {} at read {nth}", journey.name, fault.name());
            let world = journey.world();
            world.sandbox.fault(Rule::new("GET", "", fault.clone()).skip(nth));
            let ran = world.run(APPLY);
            assert_eq!(ran.code, Some(0), "{what}\n{}\n{}", ran.out, ran.err);
            // That this is what was declared, and plans to nothing, the other laws show.
            assert_eq!(in_words(&world.live()), undisturbed.live, "{what}");
            published_as_it_stands(&world.live());
        }
    }
}

macro_rules! reads {
    ($($name:ident: $fault:expr, $journeys:expr;)+) => {$(
        #[test]
        fn $name() {
            at_each_read(&$fault, &$journeys);
        }
    )+};
}

// These two read everything that the others read, and more.
reads! {
    a_read_that_comes_late: Fault::Delay { ms: 0 }, [CHANGE];
    a_read_that_breaks_off: Fault::ResetBefore, [CHANGE, FILES];
    a_read_that_is_cut: Fault::Cut, [CHANGE];
    a_read_that_the_gateway_refuses: Fault::Status { status: 502 }, [CHANGE];
    a_read_that_comes_too_soon: Fault::RetryAfter { seconds: 0 }, [CHANGE];
    a_read_that_ends_at_a_login_page: Fault::Html, [CHANGE];
    a_read_that_the_vendor_refuses: Fault::Code { code: 500, message: "Deadlock found".into() }, [CHANGE];
}

/// A read that fails for good fails the plan: what could not be read is never taken for gone.
#[test]
fn a_read_that_never_passes_is_not_taken_for_gone() {
    let world = FIRST.world();
    world.apply();
    for path in ["/group", "/keyword?", "/menu", "/keyword/subscribe", "/user?"] {
        world.sandbox.fault(Rule::new("GET", path, Fault::Status { status: 502 }).always());
        world.writes();
        let ran = world.run("apply --yes").expect_code(1);
        assert!(format!("{}{}", ran.out, ran.err).contains("HTTP 502"), "{path}: {}\n{}", ran.out, ran.err);
        assert_eq!(world.writes(), Vec::<String>::new(), "{path}");
        world.sandbox.clear_faults();
        world.settled();
    }
}

/// Every file is downloaded when nothing is remembered. A download that fails is no file of other bytes: while it fails
/// nothing is planned, and when it passes nothing is uploaded a second time. (One that ends early is seen by its
/// announced length, see `src/http/download.rs`; the sandbox's `cut` announces the shorter one.)
#[test]
fn a_download_that_fails_is_not_taken_for_another_file() {
    let world = FIRST_FILES.world();
    world.apply();
    world.lose_state();
    let before = world.live();
    let faults = [
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Status { status: 502 },
        Fault::Code { code: 500, message: "Deadlock found".into() },
        Fault::Html,
    ];
    for fault in faults {
        // Pictures and voices by id, films and covers by their address.
        for path in ["/v1/shop/image/*", "/v1/shop/voice/*", "/static/*/video/*", "/static/*/news/*"] {
            let what = format!("{} at {path}", fault.name());
            world.sandbox.fault(Rule::new("GET", path, fault.clone()).always());
            world.writes();
            let ran = world.run("apply --yes");
            assert_eq!(ran.code, Some(1), "{what}: {}\n{}", ran.out, ran.err);
            assert_eq!(world.writes(), Vec::<String>::new(), "{what}");
            world.sandbox.clear_faults();
            world.sandbox.fault(Rule::new("GET", path, fault.clone()));
            let ran = world.run("plan --detailed-exitcode");
            assert_eq!(ran.code, Some(0), "{what}: {}\n{}", ran.out, ran.err);
            world.sandbox.clear_faults();
        }
    }
    world.apply();
    world.settled();
    assert_eq!(world.live(), before);
}
