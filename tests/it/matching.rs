//! The vendor's matching, case by case. The table is data, so that what matches elsewhere (a page's script) can be held
//! against it too.

use std::collections::BTreeSet;

use mpform::model::kinds::Match;
use mpform::providers::{Hit, provider_named};
use serde_json::Value;

#[derive(serde::Deserialize)]
struct Table {
    version: u32,
    cases: Vec<Case>,
}

#[derive(Debug, serde::Deserialize)]
struct Case {
    name: String,
    rules: Vec<Vec<Match>>,
    message: String,
    step: String,
    winners: Vec<(usize, usize)>,
    others: Vec<(usize, usize, String)>,
}

#[test]
fn each_case_of_the_table() {
    let table: Table = serde_json::from_str(include_str!("data/matching.json")).expect("a table");
    let conversation = provider_named("yeapoo").and_then(|vendor| vendor.conversation).expect("it answers");
    assert!(table.version == 1 && table.cases.len() >= 60);
    let mut wrong = vec![];
    for case in &table.cases {
        let rules: Vec<_> = case.rules.iter().map(Vec::as_slice).collect();
        let answer = (conversation.answers)(&rules, &[&case.message]).remove(0);
        let place = |hit: Hit| (hit.rule, hit.keyword);
        let winners: Vec<_> = answer.winners.into_iter().map(place).collect();
        let others = (conversation.others)(&rules, &case.message);
        let others: Vec<_> = others
            .into_iter()
            .map(|other| (other.hit.rule, other.hit.keyword, other.why.word().to_owned()))
            .collect();
        if (answer.step.word(), &winners, &others) != (case.step.as_str(), &case.winners, &case.others) {
            wrong.push(format!("{}: {} {winners:?} {others:?}", case.name, answer.step.word()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_table_says_each_thing_once() {
    let table: Table = serde_json::from_str(include_str!("data/matching.json")).expect("a table");
    let names: BTreeSet<_> = table.cases.iter().map(|case| &case.name).collect();
    assert_eq!(names.len(), table.cases.len());
    let table: Value = serde_json::from_str(include_str!("data/matching.json")).expect("JSON");
    let asked: BTreeSet<_> = table["cases"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|case| format!("{} {}", case["rules"], case["message"]))
        .collect();
    assert_eq!(asked.len(), table["cases"].as_array().map_or(0, Vec::len));
}
