//! Faults at each single call: nothing is lost, nothing doubled, and running again finishes the job.

use super::harms::{HARMS, Harm, Site};
use super::journeys::{APPLY, FIRST, FIRST_FILES, JOURNEYS, Journey, Undisturbed, at_write};
use super::sample::Sample;
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

/// The call of an apply that is hit.
enum Call {
    Read(usize),
    Write(usize),
}

/// One call of an apply is hit; then all is well again, and the apply is run again: the job is done, and done once.
fn hit(journey: &Journey, undisturbed: &Undisturbed, harm: &Harm, call: &Call) {
    let site = Site::yeapoo();
    let fault = harm.at(&site);
    let (rule, what) = match call {
        Call::Read(nth) => {
            let rule = Rule::new("GET", "", fault).skip(u32::try_from(*nth).expect("few"));
            (rule, format!("{}: {} at read {nth}", journey.name, harm.name))
        }
        Call::Write(nth) => {
            let rule = at_write(&undisturbed.writes, *nth, fault);
            (rule, format!("{}: {} at write {nth}", journey.name, harm.name))
        }
    };
    let world = journey.world();
    world.sandbox.fault(rule);
    let ran = world.run(APPLY);
    let said = format!("{}{}", ran.out, ran.err);
    let journal = world.sandbox.journal();
    let Some(at) = journal.iter().position(|entry| entry.fault.is_some()) else {
        panic!("{what}: nothing was hit\n{said}")
    };
    // Where a file lies nobody has secrets: that address may send us on (src/http/download.rs).
    let path = journal[at].path.as_str();
    let is_static = path.starts_with("/static/");
    if !is_static {
        site.nobody_was_sent_on();
    }
    // What comes as mere bytes is another picture then, and no broken answer.
    let is_bytes = ["/image/", "/voice/", "/video/"].iter().any(|kind| path.contains(kind));
    let is_file = is_static || (is_bytes && !path.contains("/url/"));
    if matches!(call, Call::Write(_)) {
        not_repeated_blindly(&world, &what);
    }
    match ran.code {
        Some(0) => {}
        Some(1) => {
            // It says so before it writes anything.
            let wrote = journal.iter().any(|entry| entry.write && entry.reached);
            assert!(!wrote && said.contains("help: "), "{what}:\n{said}");
        }
        Some(3) => names_what_failed(&ran, &what),
        code => panic!("{what}: ended with {code:?}\n{said}"),
    }
    // What is tried again and fails otherwise may say that instead.
    let told = harm.says.is_empty() || harm.says.iter().any(|words| said.contains(words));
    assert!(
        ran.code == Some(0) || told || is_file,
        "{what}: none of {:?} in\n{said}\n{:#?}",
        harm.says,
        journal[at]
    );
    world.sandbox.clear_faults();
    if ran.code != Some(0) {
        world.run(APPLY).expect_code(0);
    }
    converged(&world, undisturbed, &what);
}

/// An apply that does not end well says which address failed, with a code and what to do.
#[track_caller]
fn names_what_failed(ran: &Ran, what: &str) {
    let named = |line: &str| {
        let failed = line.contains("shop/") && (line.starts_with('✗') || line.starts_with('?'));
        // All is written, and what came of it could not be seen.
        failed || line.starts_with("error[MP082]: shop")
    };
    let named = ran.err.lines().any(named);
    assert!(named && ran.err.contains("help: "), "{what}:\n{}", ran.err);
}

/// A write whose answer was lost is not sent again until a read has shown what came of it.
#[track_caller]
fn not_repeated_blindly(world: &World, what: &str) {
    let journal = world.sandbox.journal();
    let Some(lost) = journal.iter().position(|entry| entry.fault.is_some()) else { return };
    let fault = journal[lost].fault.as_deref();
    if matches!(fault, Some("code" | "retry_after")) || journal[lost].status == Some(429) {
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

/// The reads and writes of all journeys; some of them, or each in a soak.
fn at_calls(name: &str) {
    let harm = HARMS.iter().find(|harm| harm.name == name).expect("it is in the table");
    let mut sample = Sample::new(name);
    for nth in sample.of(JOURNEYS.len(), 2) {
        let journey = &JOURNEYS[nth];
        let undisturbed = journey.undisturbed();
        for nth in sample.of(undisturbed.writes.len(), 2) {
            hit(journey, &undisturbed, harm, &Call::Write(nth));
        }
        for nth in sample.of(usize::try_from(undisturbed.reads).expect("few"), 2) {
            hit(journey, &undisturbed, harm, &Call::Read(nth));
        }
    }
}

macro_rules! harms {
    ($($test:ident: $name:expr;)+) => {
        $(
            #[test]
            fn $test() {
                at_calls($name);
            }
        )+

        #[test]
        fn every_harm_has_its_test() {
            let tested = [$($name),+];
            for harm in HARMS {
                assert!(tested.contains(&harm.name), "{}", harm.name);
            }
        }
    };
}

harms! {
    nobody_listens_any_more: "refuse";
    nobody_listens_from_the_next_call_on: "refuse the next";
    nobody_listens_for_a_moment: "refuse for a moment";
    a_call_that_never_arrives: "reset before";
    a_call_whose_answer_is_lost: "reset after";
    a_call_that_hangs: "hang before";
    a_call_that_is_done_and_hangs: "hang after";
    a_call_whose_answer_trickles: "drip";
    a_call_that_the_vendor_refuses: "code";
    a_call_that_the_gateway_breaks_with_500: "status 500";
    a_call_that_the_gateway_breaks_with_502: "status 502";
    a_call_that_the_gateway_breaks_with_503: "status 503";
    a_call_that_the_gateway_breaks_with_504: "status 504";
    a_call_that_the_gateway_forbids: "status 403";
    a_call_that_comes_too_soon: "429";
    a_call_that_comes_too_soon_and_is_told_when: "429 with a time";
    a_call_that_is_sent_elsewhere_for_good: "redirect 301";
    a_call_that_is_sent_elsewhere: "redirect 302";
    a_call_that_is_sent_elsewhere_as_it_is: "redirect 307";
    a_call_that_is_sent_elsewhere_as_it_is_for_good: "redirect 308";
    a_call_whose_answer_is_cut: "cut";
    a_call_whose_answer_is_malformed: "malformed";
    a_call_that_ends_at_a_login_page: "html";
    a_call_whose_answer_is_empty: "nothing";
    a_call_that_a_list_answers: "a list for all";
    a_call_that_null_answers: "null for all";
    a_call_whose_answer_has_another_shape: "another shape";
    a_call_whose_answer_holds_null: "null";
    a_call_whose_answer_holds_an_empty_object: "an empty object";
    a_call_whose_answer_has_no_code: "no code";
    a_call_whose_answer_claims_to_be_a_page: "content type";
    a_call_whose_answer_does_not_say_what_it_is: "no content type";
    a_call_whose_answer_is_huge: "large";
    a_call_whose_answer_is_endless: "endless";
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
