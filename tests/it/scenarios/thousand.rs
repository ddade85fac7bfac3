//! A thousand rules: the calls that a plan may cost.

use crate::world::World;

const RULES: usize = 1000;
/// Distinct texts among them: shops answer many questions alike.
const TEXTS: usize = 40;

#[test]
fn a_thousand_rules_plan_within_their_calls() {
    let (mut seed, mut shop) =
        ("accounts:\n  shop:\n    app_id: wx1\n    rules:\n".to_owned(), String::new());
    for nth in 0..RULES {
        let rule = format!("name: 规则{nth}, match: [词{nth}, {{fuzzy: 问{nth}}}]");
        seed += &format!("      - {{{rule}, text: 答{}}}\n", nth % TEXTS);
        // One rule says something else than it should.
        let text = if nth == 7 { "改了".to_owned() } else { format!("答{}", nth % TEXTS) };
        shop += &format!("  r{nth}: {{{rule}, reply: {{text: {text}}}}}\n");
    }
    let world = World::new(&seed);
    world.shop(&format!("keywords:\n{shop}"));
    let plan = world.plan();
    assert_eq!(plan["summary"]["unchanged"], RULES - 1);
    assert_eq!(crate::world::changes(&plan), ["update shop/keyword/r7: reply.text"]);

    let calls = world.calls();
    let count = |start: &str| calls.iter().filter(|call| call.starts_with(start)).count();
    assert_eq!(count("GET keyword?"), RULES / 100, "pages of a hundred, and none more");
    assert_eq!(count("GET keyword/"), RULES);
    // The seed makes a text for each rule; it is read once for each id.
    assert!(count("GET text/") <= RULES, "{}", count("GET text/"));
    assert!(count("GET bind/refresh/") <= 1);
    let rest = calls.len() - count("GET keyword") - count("GET text/") - count("GET bind/refresh/");
    assert_eq!(rest, 0);
}
