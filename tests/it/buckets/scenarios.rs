//! What is asked of every service.

use mpform::sandbox::{Fault, Rule};
use serde_json::Value;

use super::gate::{Fate, Gate};
use crate::plan::SHOP;
use crate::world::{PROJECT, World};

/// A bucket behind a gate.
pub(crate) struct Service {
    pub(crate) gate: Gate,
    /// What stands under `state:`.
    pub(crate) state: String,
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) names: Box<dyn Fn() -> Vec<String>>,
}

impl Service {
    /// A project whose state is there.
    pub(crate) fn world(&self) -> World {
        let world = World::empty().given(&self.variables);
        world.write("mpform.yaml", &self.project());
        world.shop(SHOP);
        world
    }

    fn project(&self) -> String {
        format!("{PROJECT}state: {}\n", self.state)
    }

    /// No lock is left behind.
    #[track_caller]
    fn is_free(&self) {
        let names = (self.names)();
        assert!(!names.iter().any(|name| name.ends_with(".lock")), "{names:?}");
    }
}

const FOR_EVER: Fault = Fault::Delay { ms: 600_000 };

/// Everything is there, once.
#[track_caller]
fn converged(world: &World, what: &str) {
    world.settled();
    let live = world.live();
    assert_eq!(live["groups"].as_array().map(Vec::len), Some(4), "{what}");
    assert_eq!(live["rules"].as_array().map(Vec::len), Some(2), "{what}");
}

/// A test for each scenario that a service of one kind and any other have to play alike: `$play` says whose.
macro_rules! every_scenario {
    ($play:path) => {
        $crate::buckets::scenarios::every_scenario! { $play;
            an_apply_and_what_is_left_of_it: applied,
            a_lock_names_its_holder_and_is_freed: killed_and_unlocked,
            of_two_one_gets_the_lock: raced,
            answers_to_conditional_writes_are_lost: unheard,
            a_lock_is_taken_away: taken_away,
            a_service_goes_away_between_lock_and_write: gone_away,
            what_was_given_up_went_well: given_up,
            states_move_there_and_back: migrated,
        }
    };
    ($play:path; $($test:ident: $scenario:ident,)+) => {
        $(
            #[test]
            fn $test() {
                $play($crate::buckets::scenarios::$scenario);
            }
        )+
    };
}
pub(crate) use every_scenario;

pub(crate) fn applied(service: Service) {
    let world = service.world();
    world.apply();
    converged(&world, "applied");
    service.is_free();
    let names = (service.names)();
    assert!(names.contains(&"mpform/default/shop.json".to_owned()), "{names:?}");
    assert!(!world.path(".mpform/state").exists(), "nothing is kept beside it");
    let ran = world.run("state list").expect_code(0);
    assert!(ran.out.contains("shop/group/vip  "), "{}", ran.out);
    world.run("state unlock shop").expect_code(0);
    world.run("state rm shop/keyword/地址").expect_code(0);
    let names = (service.names)();
    assert!(names.contains(&"mpform/default/shop.json.backup".to_owned()), "{names:?}");
    // An apply that is not agreed to frees its lock as well.
    world.shop("groups: {other: {}}\n");
    world.run("apply").expect_code(1).says(&["MP083"]);
    service.is_free();
}

pub(crate) fn killed_and_unlocked(service: Service) {
    let world = service.world();
    world.sandbox.fault(Rule::new("POST", "/v1/", FOR_EVER));
    let mut apply = world.start("apply --yes");
    assert!(apply.until(|sandbox| !sandbox.writes().is_empty()), "it ended first");
    let job = [("CI_JOB_URL", "https://ci.example/job/7")];
    world.run_with("apply --yes", &job).expect_code(1).says(&["MP072", "tester on here", "`apply` since"]);
    apply.kill();
    world.sandbox.clear_faults();
    world.run("apply --yes").expect_code(1).says(&["MP072", "mpform state unlock shop"]);
    world.run("state unlock shop").expect_code(1).says(&["tester on here", "give --yes"]);
    let ran = world.run("state unlock shop --yes").expect_code(0);
    assert!(ran.out.contains("shop is free"), "{}", ran.out);
    world.apply();
    converged(&world, "unlocked");
    service.is_free();
}

/// Killed at every n-th write.
pub(crate) fn killed_at_writes(service: Service, step: usize) {
    let undisturbed = {
        let world = service.world();
        world.apply();
        world.writes().len()
    };
    assert!(undisturbed > 4, "{undisturbed}");
    for nth in (0..undisturbed).step_by(step) {
        let what = format!("killed at write {nth}");
        let world = service.world();
        // Another account of the vendor each time, with another state.
        world.write(
            "mpform.yaml",
            &service.project().replace("bucket: team", &format!("bucket: team, prefix: p{nth}")),
        );
        for method in ["POST", "PUT", "DELETE"] {
            world
                .sandbox
                .fault(Rule::new(method, "/v1/", FOR_EVER).skip(u32::try_from(nth).expect("few")).always());
        }
        let mut apply = world.start("apply --yes --parallelism 1");
        let hangs = apply.until(|sandbox| sandbox.writes().iter().any(|entry| entry.fault.is_some()));
        apply.kill();
        world.sandbox.clear_faults();
        if hangs {
            world.run("state unlock shop --yes").expect_code(0);
        }
        world.apply();
        converged(&world, &what);
        service.is_free();
    }
}

pub(crate) fn raced(service: Service) {
    let world = service.world();
    world.sandbox.fault(Rule::new("POST", "/v1/", Fault::Delay { ms: 1500 }));
    let started: Vec<_> = (0..3).map(|_| world.start("apply --yes")).collect();
    let ended: Vec<_> = started.into_iter().map(crate::world::Started::end).collect();
    let won = ended.iter().filter(|ran| ran.code == Some(0)).count();
    assert_eq!(won, 1, "{ended:#?}");
    for lost in ended.iter().filter(|ran| ran.code != Some(0)) {
        assert!(
            lost.code == Some(1) && lost.err.contains("MP072") && lost.err.contains("tester on here"),
            "{lost:#?}"
        );
    }
    converged(&world, "raced");
    service.is_free();
    // Whoever waits gets it in turn.
    world.sandbox.clear_faults();
    let started: Vec<_> = (0..2).map(|_| world.start("--lock-timeout 60s apply --yes")).collect();
    for ended in started.into_iter().map(crate::world::Started::end) {
        ended.expect_code(0);
    }
}

pub(crate) fn unheard(service: Service) {
    for (method, ending) in
        [("PUT", "shop.lock"), ("POST", "shop.lock"), ("PUT", "shop.json"), ("DELETE", "shop.lock")]
    {
        for skip in 0..2 {
            let world = service.world();
            world.write(
                "mpform.yaml",
                &service
                    .project()
                    .replace("bucket: team", &format!("bucket: team, prefix: {method}{skip}{ending}")),
            );
            service.gate.rule(method, ending, Fate::Unheard, skip, 1);
            world.apply();
            service.gate.clear();
            converged(&world, &format!("{method} {ending} {skip}"));
            service.is_free();
        }
    }
}

pub(crate) fn taken_away(service: Service) {
    let world = service.world();
    // It hangs in its first write; meanwhile somebody takes its lock for a dead one's.
    world.sandbox.fault(Rule::new("POST", "/v1/", Fault::Delay { ms: 4000 }));
    let mut apply = world.start("apply --yes --parallelism 1");
    assert!(apply.until(|sandbox| !sandbox.writes().is_empty()), "it ended first");
    world.run("state unlock shop --yes").expect_code(0);
    let ran = apply.end();
    let ran = ran.expect_code(3).says(&["MP162", "was taken over while it was open"]);
    let state = &ran.out[ran.out.find("\n{").expect("the state is printed")..];
    assert!(serde_json::from_str::<Value>(state).is_ok(), "{state}");
    let begun = world.writes().len();
    assert!(begun <= 2, "nothing new is begun: {begun}");
    service.is_free();
    world.sandbox.clear_faults();
    world.apply();
    converged(&world, "taken away");
}

pub(crate) fn gone_away(service: Service) {
    let world = service.world();
    service.gate.rule("PUT", "shop.json", Fate::Lost, 0, usize::MAX);
    service.gate.rule("HEAD", "shop.json", Fate::Lost, 1, usize::MAX);
    let ran = world.run("apply --yes").expect_code(3);
    assert_eq!(world.writes(), Vec::<String>::new(), "nothing is begun: {}", ran.err);
    ran.says(&["the state can't be written", "MP161"]);
    service.gate.clear();
    world.apply();
    converged(&world, "gone away");
    service.is_free();
}

/// The first write went well, and nobody ever heard of it: it is no other's.
pub(crate) fn given_up(service: Service) {
    let world = service.world();
    service.gate.rule("PUT", "shop.json", Fate::Unheard, 0, 1);
    service.gate.rule("PUT", "shop.json", Fate::Lost, 0, 4);
    let ran = world.run("apply --yes");
    assert!(!ran.err.contains("MP162"), "nobody took it over: {}", ran.err);
    service.gate.clear();
    service.is_free();
    world.apply();
    converged(&world, "given up");
}

pub(crate) fn migrated(service: Service) {
    let world = service.world();
    world.write("mpform.yaml", PROJECT);
    world.apply();
    world.write("mpform.yaml", &service.project());
    world.run("plan").expect_code(0).says(&["MP164", "mpform state migrate"]);
    let ran = world.run("state migrate").expect_code(0);
    assert!(ran.out.contains("shop: copied to"), "{}", ran.out);
    assert!(world.state_file().exists(), "it stays as it was");
    world.run("state migrate").expect_code(0);
    let plan = world.run("plan --detailed-exitcode").expect_code(0);
    assert!(!plan.err.contains("MP164"), "{}", plan.err);
    service.is_free();
    // What is there already and differs is not written over.
    world.run("state rm shop/keyword/地址").expect_code(0);
    world.run("state migrate").expect_code(1).says(&["MP163", "remembers something else"]);
    // And back: the earlier document says where the states were.
    std::fs::create_dir(world.path("old")).expect("a folder");
    std::fs::rename(world.path("mpform.yaml"), world.path("old/mpform.yaml")).expect("moves");
    std::fs::remove_dir_all(world.path(".mpform")).expect("there is one");
    world.write("mpform.yaml", PROJECT);
    world.run("state migrate --from old").expect_code(0);
    let ran = world.run("state list").expect_code(0);
    assert!(ran.out.contains("shop/group/vip  ") && !ran.out.contains("地址"), "{}", ran.out);
    world.apply();
    converged(&world, "migrated");
}

pub(crate) fn not_allowed(service: Service) {
    let world = service.world();
    let bare = World::empty();
    bare.write("mpform.yaml", &service.project());
    bare.shop(SHOP);
    let (id, _) = &service.variables[0];
    for command in ["plan", "apply --yes", "state list"] {
        bare.run(command).expect_code(1).says(&["MP160", id]);
    }
    service.gate.rule("GET", "", Fate::Forbidden, 0, usize::MAX);
    service.gate.rule("HEAD", "", Fate::Forbidden, 0, usize::MAX);
    service.gate.rule("PUT", "", Fate::Forbidden, 0, usize::MAX);
    service.gate.rule("POST", "", Fate::Forbidden, 0, usize::MAX);
    for command in ["plan", "apply --yes", "state list"] {
        let ran = world.run(command).expect_code(1).says(&["MP161", "refuses"]);
        assert!(!ran.err.contains("a-secret") && !ran.err.contains("Signature"), "{}", ran.err);
    }
    assert_eq!(world.writes(), Vec::<String>::new());
}
