//! A thousand rules: the calls that a plan may cost.

use crate::world::{World, changes};

const RULES: usize = 1000;
/// Distinct texts among them: shops answer many questions alike.
const TEXTS: usize = 40;

#[test]
fn a_thousand_rules_plan_within_their_calls() {
    let world = World::empty();
    let rule = |nth: usize| {
        let rule =
            format!("match: [词{nth}, {{fuzzy: 请问问题{nth}怎么办}}], reply: {{text: 答{}}}", nth % TEXTS);
        format!("  规则{nth}: {{{rule}}}\n")
    };
    let rules: String = (0..RULES).map(rule).collect();
    world.shop(&format!("keywords:\n{rules}"));
    world.apply();
    let made = world.writes();
    assert_eq!(made.iter().filter(|call| *call == "POST text").count(), TEXTS, "a text is made once");
    assert_eq!(made.len(), RULES + TEXTS);

    world.shop(&format!("keywords:\n{}", rules.replace("[词7,", "[词七,")));
    let plan = world.plan();
    assert_eq!(changes(&plan), ["update shop/keyword/规则7: match"]);
    assert_eq!(plan["summary"]["unchanged"], RULES - 1);
    let calls = world.calls();
    let count = |start: &str| calls.iter().filter(|call| call.starts_with(start)).count();
    assert_eq!(count("GET keyword?"), RULES / 100, "pages of a hundred, and none more");
    assert_eq!(count("GET keyword/"), RULES);
    assert_eq!(count("GET text/"), TEXTS);
    assert_eq!(count("GET bind/refresh/"), 1);
    assert_eq!(calls.len(), RULES / 100 + RULES + TEXTS + 1);
}

/// Members by the hundreds: pages of a hundred when they are read, batches when they are written.
#[test]
fn members_by_the_hundreds() {
    let world = World::new("accounts: {shop: {app_id: wx1, crowd: [{prefix: o-, count: 1100}]}}");
    let table = |numbers: std::ops::RangeInclusive<usize>| -> String {
        numbers.map(|nth| format!("o-{nth:03},顾客{nth}\n")).collect()
    };
    world.write("vip.csv", &table(1..=1050));
    world.shop("groups: {vip: {members_file: vip.csv}}\n");
    world.apply();
    assert_eq!(
        world.writes(),
        ["POST group", "POST user/add/batch", "POST user/add/batch", "POST user/add/batch"]
    );
    world.settled();
    world.write("vip.csv", &table(3..=1051));
    world.apply();
    assert_eq!(world.writes(), ["POST user/add/batch", "POST user/rm/batch"], "only true differences");
    world.settled();
}
