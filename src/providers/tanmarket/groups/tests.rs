use serde_json::json;

use super::super::testing::{Bench, WORLD};
use super::*;

#[tokio::test]
async fn every_page_is_read_and_no_filter_is_sent() {
    let crowd = WORLD.to_owned() + "      crowd: [{prefix: wx-, count: 247, name: 群, owner: \"4516\"}]\n";
    let bench = Bench::new(&crowd).await;
    let found = groups(&bench.read_api()).await.expect("a list");
    assert_eq!(found.len(), 250);
    let bodies: Vec<_> = bench.sandbox.journal().into_iter().map(|entry| entry.body).collect();
    // Twice, since there are several: both times the same groups must show.
    assert_eq!(bodies, [1, 2, 3, 1, 2, 3].map(|page| format!(r#"{{"pageNo":{page},"pageSize":100}}"#)));
    assert_eq!(bench.sandbox.writes(), []);
}

#[tokio::test]
async fn a_group_is_all_that_its_row_says() {
    let bench = Bench::new(WORLD).await;
    let found = groups(&bench.read_api()).await.expect("a list");
    assert_eq!(
        found[0],
        Group {
            chat: "wr1".into(),
            name: "一群".into(),
            owner: "4516".into(),
            owner_name: "甲".into(),
            tags: BTreeSet::from(["重点".into(), "老客".into()]),
            created: NaiveDate::from_ymd_opt(2026, 1, 1),
            titles: BTreeSet::new(),
        }
    );
}

#[tokio::test]
async fn an_account_without_groups_has_none() {
    let bench = Bench::new("tanmarket: {apps: {ww1: {app_key: k-e-y}}}\n").await;
    assert_eq!(groups(&bench.read_api()).await, Ok(vec![]));
    assert_eq!(bench.calls().len(), 1);
}

/// One chat in two rows: the count is never made up.
#[tokio::test]
async fn a_list_that_is_never_whole_is_an_error() {
    let twice = WORLD.to_owned() + "        - {chat: wr3, name: 三店, owner: \"4633\"}\n";
    let bench = Bench::new(&twice).await;
    let error = groups(&bench.read_api()).await.expect_err("not whole");
    assert_eq!(error.message.en(), "the list is to have 4 groups, and shows 3");
    // Each pass asks until a page is empty.
    assert_eq!(bench.calls().len(), 2 * PASSES);
}

#[test]
fn rows_are_read_in_each_way_they_are_written() {
    let row: Row = serde_json::from_value(json!({
        "salesId": 451_653_062_381_760_u64, "chatId": "wr1", "chatName": null, "tasks": null,
        "tagGroupNames": null, "createTimeGroup": null,
    }))
    .expect("a row");
    let group = Group::from(row);
    assert_eq!((group.owner.as_str(), group.name.as_str(), group.created), ("451653062381760", "", None));
    assert!(serde_json::from_value::<Row>(json!({"salesId": "1"})).is_err(), "a group is its chat");
    let titles =
        json!({"chatId": "wr1", "tasks": [{"title": "b"}, {"title": "a"}, {"title": "b"}, {"title": null}]});
    let group = Group::from(serde_json::from_value::<Row>(titles).expect("a row"));
    assert_eq!(group.titles.into_iter().collect::<Vec<_>>(), ["", "a", "b"]);
}
