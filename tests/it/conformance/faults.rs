//! Faults at each single call: nothing is lost, nothing doubled, and running again finishes the job.

use serde_json::Value;

use super::{in_words, published_as_it_stands};
use crate::world::{Ran, World};
use mpform::sandbox::{Fault, Rule};

/// An apply that does every sort of write: creates, updates, moves, deletes, memberships, texts, a publish.
pub(super) struct Journey {
    name: &'static str,
    seed: &'static str,
    /// What was applied before it, undisturbed; empty for a first apply.
    before: &'static str,
    shop: &'static str,
}

/// Everything is made.
const FIRST: Journey = Journey {
    name: "first",
    seed: crate::world::FOLLOWERS,
    before: "",
    shop: "
groups: {vip: {name: VIP, members: [o-001, o-002]}, staff: {}}
replies: {subscribe: {text: 欢迎}, default: {text: 稍等}}
keywords:
  时间: {match: [几点, {fuzzy: 几点开门}], reply: {text: 九点}}
  地址: {match: [在哪], reply: {text: 花园路}}
menu:
  - {name: 关于, link: https://m/about}
  - name: 新品
    items: [{name: 官网, link: https://m}, {name: 客服, reply: {text: 您好}}]
",
};

/// Things are changed, moved, replaced and deleted.
const CHANGE: Journey = Journey {
    name: "change",
    seed: "
accounts:
  shop:
    app_id: wx1
    app_secret: s
    crowd: [{prefix: o-, count: 12, nickname: 顾客}]
    groups: [{name: VIP, members: [o-001, o-003]}, {name: 旧组, members: [o-004]}]
    rules:
      - {name: 时间, match: [几点], text: 八点}
      - {name: 旧规则, match: [旧], text: 旧}
    subscribe: {text: 从前的欢迎}
    default: {text: 从前的默认}
    menu:
      - {name: 旧按钮, url: https://m/old}
      - {name: 新品, buttons: [{name: 客服, text: 你好}, {name: 官网, url: https://m}, {name: 旧, url: https://m}]}
      - {name: 关于, text: 关于我们}
    published: true
",
    before: "",
    shop: "
prune: [groups, keywords]
groups: {vip: {name: VIP, members: [o-001, o-002]}}
replies: {subscribe: {text: 欢迎}, default: none}
keywords:
  时间: {match: [几点, 营业], reply: {text: 九点}}
menu:
  - {name: 关于, link: https://m/about}
  - name: 新品
    items: [{name: 官网, link: https://m}, {name: 客服, reply: {text: 您好}}]
",
};

/// What is ours is renamed, moved, replaced and taken out; a name that becomes free is taken by something new.
const OWNED: Journey = Journey {
    name: "owned",
    seed: crate::world::FOLLOWERS,
    before: "
groups: {vip: {name: VIP, members: [o-001, o-002]}, old: {name: 旧组, members: [o-003]}}
replies: {subscribe: {text: 欢迎}, default: {text: 稍等}}
keywords:
  时间: {match: [几点], reply: {text: 九点}}
  地址: {match: [在哪], reply: {text: 花园路}}
  旧: {match: [旧], reply: {text: 旧}}
menu:
  - {name: 关于, link: https://m/about}
  - name: 新品
    items: [{name: 甲, link: https://m/1}, {name: 乙, link: https://m/2}, {name: 丙, reply: {text: 您好}}]
",
    shop: "
groups: {vip: {name: 贵宾, members: [o-002, o-004]}, new: {name: VIP, members: [o-001]}}
replies: {subscribe: {text: 欢迎回来}}
keywords:
  time: {name: 时间, match: [几点, {fuzzy: 几点开门}], reply: {text: 九点}}
  地址: {match: [在哪], reply: {text: 河边路}}
moved: [{from: shop/keyword/时间, to: shop/keyword/time}]
menu:
  - name: 新品
    items: [{name: 丙, reply: {text: 再见}}, {name: 甲, link: https://m/1}, {name: 丁, link: https://m/4}]
  - name: 关于
    items: [{name: 故事, link: https://m/story}]
",
};

pub(super) const JOURNEYS: &[Journey] = &[FIRST, CHANGE, OWNED];

/// How an apply of a journey goes when nothing is in its way.
pub(super) struct Undisturbed {
    /// The methods of its writes, in order.
    pub(super) writes: Vec<String>,
    /// How many calls read.
    pub(super) reads: u32,
    /// What the vendor holds afterwards.
    pub(super) live: Value,
}

impl Journey {
    pub(super) fn world(&self) -> World {
        let world = World::new(self.seed);
        if !self.before.is_empty() {
            world.shop(self.before);
            world.run(APPLY).expect_code(0);
            world.sandbox.clear_journal();
        }
        world.shop(self.shop);
        world
    }

    pub(super) fn undisturbed(&self) -> Undisturbed {
        let world = self.world();
        world.run(APPLY).expect_code(0);
        let methods: Vec<_> = world.sandbox.journal().into_iter().map(|entry| entry.method).collect();
        let reads = methods.iter().filter(|method| *method == "GET").count();
        let writes: Vec<_> = methods.into_iter().filter(|method| method != "GET").collect();
        assert!(writes.len() > 12, "{writes:?}");
        published_as_it_stands(&world.live());
        Undisturbed { writes, reads: u32::try_from(reads).expect("few"), live: in_words(&world.live()) }
    }
}

/// One change at a time, so that the n-th write is always the same one.
pub(super) const APPLY: &str = "apply --yes --parallelism 1";

/// A rule that hits the n-th write. The sandbox counts by method, so the ones before it of its method pass.
pub(super) fn at_write(writes: &[String], nth: usize, fault: Fault) -> Rule {
    let before = writes[..nth].iter().filter(|method| **method == writes[nth]).count();
    Rule::new(&writes[nth], "/v1/", fault).skip(u32::try_from(before).expect("few"))
}

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
    if journal[lost].fault.as_deref() == Some("code") {
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
    a_write_that_the_gateway_refuses: Fault::Status { status: 502 }, JOURNEYS;
    // To mpform these two are like one of the others; one journey shows that they are.
    a_write_that_comes_too_soon: Fault::RetryAfter { seconds: 0 }, [&CHANGE];
    a_write_that_ends_at_a_login_page: Fault::Html, [&CHANGE];
}

/// A fault that passes is not even noticed: reads are tried again.
fn at_each_read(fault: &Fault) {
    // This one reads everything that the others read, and more.
    for journey in [CHANGE] {
        let undisturbed = journey.undisturbed();
        for nth in 0..undisturbed.reads {
            let what = format!("{}: {} at read {nth}", journey.name, fault.name());
            let world = journey.world();
            world.sandbox.fault(Rule::new("GET", "/v1/", fault.clone()).skip(nth));
            let ran = world.run(APPLY);
            assert_eq!(ran.code, Some(0), "{what}\n{}\n{}", ran.out, ran.err);
            // That this is what was declared, and plans to nothing, the other laws show.
            assert_eq!(in_words(&world.live()), undisturbed.live, "{what}");
            published_as_it_stands(&world.live());
        }
    }
}

macro_rules! reads {
    ($($name:ident: $fault:expr;)+) => {$(
        #[test]
        fn $name() {
            at_each_read(&$fault);
        }
    )+};
}

reads! {
    a_read_that_comes_late: Fault::Delay { ms: 0 };
    a_read_that_breaks_off: Fault::ResetBefore;
    a_read_that_is_cut: Fault::Cut;
    a_read_that_the_gateway_refuses: Fault::Status { status: 502 };
    a_read_that_comes_too_soon: Fault::RetryAfter { seconds: 0 };
    a_read_that_ends_at_a_login_page: Fault::Html;
    a_read_that_the_vendor_refuses: Fault::Code { code: 500, message: "Deadlock found".into() };
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
