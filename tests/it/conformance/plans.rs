//! The laws for recurring plans: at a vendor that sends them itself each run is an object, at the others each plan is
//! what is armed.

use mpform::cli::Exit;
use mpform::sandbox::{Fault, Rule};

use crate::town::{Town, project_of};

/// One provider's plans.
struct Case {
    provider: &'static str,
    account: &'static str,
    /// Declares one plan, called `hello`.
    declared: &'static str,
    /// What a plan then says.
    planned: &'static [&'static str],
    /// The same with other words, and what a plan then says.
    edited: (&'static str, &'static str, &'static [&'static str]),
    /// What a plan says when everything is forgotten.
    forgotten: &'static [&'static str],
    /// What a plan says when the plan is taken out of its section.
    removed: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        provider: "yeapoo",
        account: "shop",
        declared: "sops:
  hello:
    title: 早报
    schedule: {start: 2026-11-23, repeat: FREQ=WEEKLY;COUNT=2}
    audience: {group: all}
    steps: [{day: 1, at: \"10:00\", send: [{text: 早上好}]}, {day: 2, at: \"10:00\", send: [{text: 再见}]}]
",
        planned: &["create shop/sop/hello"],
        edited: ("再见", "明天见", &["update shop/sop/hello"]),
        forgotten: &["create shop/sop/hello"],
        removed: &["delete shop/sop/hello"],
    },
    Case {
        provider: "tanmarket",
        account: "community",
        declared: "sops:
  hello:
    title: 早报
    schedule: {start: 2026-11-23, repeat: FREQ=WEEKLY;COUNT=2}
    audience: {select: {tags: [重点]}}
    steps: [{day: 1, at: \"10:00\", send: [{text: 早上好}]}, {day: 2, at: \"10:00\", send: [{text: 再见}]}]
",
        planned: &["create community/sop/hello@2026-11-23", "create community/sop/hello@2026-11-30"],
        // What was made stays as it was made.
        edited: ("再见", "明天见", &[]),
        forgotten: &[],
        removed: &[],
    },
    Case {
        provider: "youmi",
        account: "care",
        declared: "sops:
  hello:
    title: 早报
    schedule: {start: 2026-11-23, repeat: FREQ=WEEKLY;COUNT=2}
    audience: {from: wxid_shop, channel: wechat, friends: [ajie, lin]}
    steps: [{day: 1, at: \"10:00\", send: [{text: 早上好}]}, {day: 2, at: \"10:00\", send: [{text: 再见}]}]
",
        planned: &["create care/sop/hello"],
        edited: ("再见", "明天见", &["update care/sop/hello"]),
        forgotten: &["create care/sop/hello"],
        removed: &["delete care/sop/hello"],
    },
];

impl Case {
    fn declare(&self, town: &Town, text: &str) {
        town.write("plans.yaml", &format!("account: {}\n{text}", self.account));
    }

    fn town(&self) -> Town {
        let town = Town::new().only(self.account);
        self.declare(&town, self.declared);
        town
    }
}

fn each(law: impl Fn(&Case, &Town)) {
    CASES.iter().for_each(|case| law(case, &case.town()));
}

#[track_caller]
fn settled(town: &Town) {
    assert_eq!(town.planned(), Vec::<String>::new());
    assert_eq!(town.run("plan --detailed-exitcode").exit, Exit::Done);
}

/// True for the kind of plans, of a provider whose plans are held to the laws here.
pub(super) fn has_case(provider: &str, kind: &str) -> bool {
    kind == "sop" && CASES.iter().any(|case| case.provider == provider)
}

#[test]
fn what_was_made_plans_to_nothing_and_is_made_once() {
    each(|case, town| {
        assert_eq!(town.planned(), case.planned);
        assert_eq!(town.sent(), [], "a plan only reads");
        town.apply();
        settled(town);
        town.run("drift --detailed-exitcode").expect(Exit::Done);
        town.sent();
        town.apply();
        assert_eq!(town.sent(), []);
        let plan = town.run("plan --json").out;
        assert_eq!(town.run("plan --json").out, plan, "the same input gives the same bytes");
    });
}

#[test]
fn an_edit_is_one_change_and_then_none() {
    each(|case, town| {
        town.apply();
        let (old, new, planned) = case.edited;
        case.declare(town, &case.declared.replace(old, new));
        assert_eq!(town.planned(), planned, "{}", case.provider);
        town.apply();
        settled(town);
    });
}

#[test]
fn a_lost_state_doubles_nothing() {
    each(|case, town| {
        town.apply();
        town.until("2026-11-23 10:05");
        town.run("sop run").expect(Exit::Done);
        let before = town.sandbox.state();
        town.lose_state();
        assert_eq!(town.planned(), case.forgotten);
        town.apply();
        town.run("sop run").expect(Exit::Done);
        assert_eq!(town.sandbox.state(), before, "{}", case.provider);
        settled(town);
    });
}

/// A vendor's plans can't be read back as plans; an export makes none up, and leaves those that are there alone.
#[test]
fn an_export_plans_to_no_change() {
    each(|case, town| {
        town.apply();
        town.sent();
        let fresh = town.path("fresh");
        town.run(&format!("export {} -o {}", case.account, fresh.display())).expect(Exit::Done);
        let plan = town.run_in(fresh.clone(), "plan --detailed-exitcode");
        assert_eq!(plan.exit, Exit::Done, "{}: {plan:?}", case.provider);
        town.run_in(fresh, "apply --yes").expect(Exit::Done);
        assert_eq!(town.sent(), [], "{}", case.provider);
        settled(town);
    });
}

#[test]
fn a_plan_that_is_taken_out_sends_nothing_any_more() {
    each(|case, town| {
        town.apply();
        case.declare(town, "sops: {}\n");
        assert_eq!(town.planned(), case.removed);
        town.apply();
        settled(town);
        town.until("2026-11-23 10:05");
        town.sent();
        town.run("sop run").expect(Exit::Done);
        assert_eq!(town.sent(), []);
    });
}

/// No section: what was ours is let go, and nothing of it goes out any more.
#[test]
fn a_section_that_is_taken_out_releases_what_was_ours() {
    each(|case, town| {
        town.apply();
        case.declare(town, "");
        assert!(town.planned().iter().all(|line| line.starts_with("delete ")), "{:?}", town.planned());
        town.apply();
        settled(town);
        town.until("2026-11-23 10:05");
        town.sent();
        let ran = town.run("sop run");
        assert!(matches!(ran.exit, Exit::Done), "{ran:?}");
        assert_eq!(town.sent(), []);
    });
}

#[test]
fn what_is_protected_is_not_taken_back() {
    each(|case, town| {
        let protected = case.declared.replace("    title", "    protect: true\n    title");
        case.declare(town, &protected);
        town.apply();
        case.declare(town, "sops: {}\n");
        if case.removed.is_empty() {
            return;
        }
        let refused = town.run("apply --yes").expect(Exit::Error);
        let said = format!("{}{}", refused.out, refused.err);
        assert!(said.contains("MP061") && said.contains("/sop/hello"), "{said}");
        // It is armed still, and goes out as it was once it is declared again.
        case.declare(town, &protected);
        town.until("2026-11-23 10:05");
        town.sent();
        town.run("sop run").expect(Exit::Done);
        assert!(!town.sent().is_empty());
        // Only what lifts the protection lets it go.
        case.declare(town, &protected.replace("protect: true", "protect: false"));
        town.apply();
        case.declare(town, "sops: {}\n");
        town.apply();
        settled(town);
    });
}

/// Under another key it is the same plan: what was made stays, what went out is not repeated, what comes goes out.
#[test]
fn a_plan_that_moves_repeats_nothing() {
    each(|case, town| {
        town.apply();
        town.until("2026-11-23 10:05");
        town.run("sop run").expect(Exit::Done);
        let count = |town: &Town| crate::plans::trial::got(&town.sandbox);
        let before = (count(town), town.sandbox.state()["tanmarket"].clone());
        let account = case.account;
        let moved = format!("moved: [{{from: {account}/sop/hello, to: {account}/sop/hi}}]\n");
        case.declare(town, &(moved + &case.declared.replace("hello", "hi")));
        assert!(!town.planned().iter().any(|line| line.contains("create")), "{:?}", town.planned());
        town.apply();
        town.run("sop run").expect(Exit::Done);
        assert_eq!((count(town), town.sandbox.state()["tanmarket"].clone()), before, "{}", case.provider);
        settled(town);
        town.until("2026-11-24 10:05");
        town.run("sop run").expect(Exit::Done);
        let after = count(town);
        assert!(after.values().all(|times| *times == 1), "{after:?}");
        assert_eq!(after.len(), before.0.len() * 2, "{after:?}");
    });
}

/// A group that can't be made keeps the plan that is for it from being armed, and no other.
#[test]
fn a_write_that_fails_stops_what_depends_on_it() {
    let town = Town::new();
    town.write("mpform.yaml", &project_of("shop"));
    let plan = |key: &str, group: &str| {
        format!(
            "  {key}:\n    schedule: {{start: 2026-11-23}}\n    audience: {{group: {group}}}\n    steps: [{{day: 1, at: \"10:00\", send: [{{text: {key}}}]}}]\n"
        )
    };
    let shop = format!(
        "account: shop\ngroups: {{vip: {{members: [o-001, o-002]}}}}\nsops:\n{}{}",
        plan("a", "vip"),
        plan("b", "all")
    );
    town.write("shop.yaml", &shop);
    town.sandbox.fault(Rule::new("POST", "*/group", Fault::Code { code: 500, message: "no".into() }));
    let ran = town.run("apply --yes").expect(Exit::Partial);
    assert!(ran.out.contains("shop/sop/b") && ran.err.contains("shop/group/vip"), "{ran:?}");
    town.until("2026-11-23 10:05");
    town.run("sop run");
    let sent: Vec<_> = crate::plans::trial::got(&town.sandbox).into_keys().map(|(_, what)| what).collect();
    assert_eq!(sent, ["text b"]);
    town.run("apply --yes").expect(Exit::Done);
    settled(&town);
    town.run("sop run").expect(Exit::Done);
    assert_eq!(crate::plans::trial::got(&town.sandbox).len(), 1, "it was due before it was armed");

    // A run that a vendor refuses keeps no other from being made.
    let town = CASES[1].town();
    town.sandbox.fault(Rule::new("POST", "addGroup", Fault::Code { code: -1, message: "no".into() }));
    town.run("apply --yes").expect(Exit::Partial);
    assert_eq!(town.planned(), [CASES[1].planned[0]]);
    town.apply();
    settled(&town);
}
