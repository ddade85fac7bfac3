use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

fn audience(value: Value) -> Audience {
    serde_json::from_value(value).expect("an audience")
}

fn own(value: &Value) -> Own {
    Own(value.as_object().expect("fields").clone())
}

fn found(value: Value) -> Vec<String> {
    audience(value).check().into_iter().map(|finding| finding.message.en()).collect()
}

#[test]
fn an_audience_names_groups_or_selects_them() {
    assert_eq!(found(json!({"allow_empty": true})), ["an audience without `groups` and `select`"]);
    assert_eq!(found(json!({"select": {}})), Vec::<String>::new());
    let two = json!([{"chat": "wr1", "owner": "1"}, {"chat": "wr1", "owner": "2"}]);
    assert_eq!(found(json!({"groups": two})), ["the group wr1 is named twice"]);
    assert_eq!(
        found(json!({"groups": [{"chat": "", "owner": " "}], "select": {}})),
        ["`chat` is empty", "`owner` is empty"]
    );
}

#[test]
fn a_selection_that_can_find_nothing_is_told() {
    assert_eq!(
        found(json!({"select": {"owner": "", "name_contains": " ", "tags": [], "tags_match": "all"}})),
        ["`owner` is empty", "`name_contains` is empty", "`tags` is empty"]
    );
    assert_eq!(found(json!({"select": {"tags_match": "all"}})), ["`tags_match` without `tags`"]);
    assert_eq!(
        found(json!({"select": {"created_after": "2026-02-01", "created_before": "2026-01-31"}})),
        ["`created_before` 2026-01-31 lies before `created_after` 2026-02-01"]
    );
}

fn group(owner: &str, name: &str, tags: &[&str], created: Option<&str>) -> Group {
    Group {
        chat: "wr".into(),
        name: name.into(),
        owner: owner.into(),
        owner_name: String::new(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        created: created.map(|day| day.parse().expect("a day")),
        titles: BTreeSet::new(),
    }
}

#[test]
fn all_that_is_said_must_be_so() {
    let one = group("4516", "朝阳一店", &["重点", "老客"], Some("2026-01-02"));
    let fits = |select: Value| serde_json::from_value::<Select>(select).expect("reads").fits(&one);
    for select in [
        json!({}),
        json!({"owner": "4516", "name_contains": "一店"}),
        json!({"tags": ["新客", "老客"]}),
        json!({"tags": ["重点", "老客"], "tags_match": "all"}),
        json!({"created_after": "2026-01-02", "created_before": "2026-01-02"}),
    ] {
        assert!(fits(select.clone()), "{select}");
    }
    for select in [
        json!({"owner": "451"}),
        json!({"owner": "4516", "name_contains": "二店"}),
        json!({"tags": ["新客"]}),
        json!({"tags": ["新客", "老客"], "tags_match": "all"}),
        json!({"created_after": "2026-01-03"}),
        json!({"created_before": "2026-01-01"}),
    ] {
        assert!(!fits(select.clone()), "{select}");
    }
}

#[test]
fn a_group_of_unknown_age_is_selected_only_where_age_does_not_matter() {
    let ageless = group("1", "a", &[], None);
    assert!(Select::default().fits(&ageless));
    let select: Select = serde_json::from_value(json!({"created_after": "2000-01-01"})).expect("reads");
    assert!(!select.fits(&ageless));
}

#[test]
fn whom_it_goes_to_is_known_where_groups_are_named_only() {
    let named = json!([{"chat": "wr1", "owner": "1"}, {"chat": "wr2", "owner": "1"}]);
    assert_eq!(recipients(&own(&json!({"groups": named}))), Some(vec!["wr1".to_owned(), "wr2".to_owned()]));
    assert_eq!(recipients(&own(&json!({"groups": []}))), Some(vec![]));
    assert_eq!(recipients(&own(&json!({"groups": named, "select": {}}))), None);
    assert_eq!(recipients(&own(&json!({"group": "vip"}))), None, "another vendor's");
}

#[test]
fn the_same_groups_are_reached_in_the_same_words() {
    let one = own(&json!({"groups": [{"chat": "wr1", "owner": "1"}], "select": {"owner": "2"}}));
    let other = own(&json!({"groups": [{"chat": "wr1", "owner": "9", "name": "一群"}]}));
    assert_eq!(
        reach(&[&one, &other]),
        [
            vec!["the group wr1".to_owned(), r#"the groups selected by {"owner":"2"}"#.to_owned()],
            vec!["the group wr1".to_owned()]
        ]
    );
}
