use std::collections::BTreeSet;

use serde_json::json;

use super::*;

fn live() -> Vec<Group> {
    let group = |chat: &str, name: &str, owner: &str, owner_name: &str| Group {
        chat: chat.into(),
        name: name.into(),
        owner: owner.into(),
        owner_name: owner_name.into(),
        tags: BTreeSet::new(),
        created: None,
        titles: BTreeSet::new(),
    };
    vec![group("wr1", "一群", "1", "甲"), group("wr2", "二群", "1", "甲"), group("wr3", "", "2", "")]
}

fn own(value: &Value) -> Own {
    Own(value.as_object().expect("fields").clone())
}

#[test]
fn named_and_selected_groups_go_together_by_chat() {
    let audience = own(&json!({
        "groups": [{"chat": "wr2", "owner": "9"}, {"chat": "wr0", "owner": "8"}],
        "select": {"owner": "1"},
    }));
    let chosen = resolved(&audience, &live()).expect("groups");
    let mut put_in = Own::default();
    put(&mut put_in, &chosen);
    assert_eq!(
        put_in.0["groups"],
        json!([
            {"chat": "wr0", "owner": "8"},
            {"chat": "wr1", "owner": "1", "name": "一群", "owner_name": "甲"},
            {"chat": "wr2", "owner": "9", "name": "二群", "owner_name": "甲"},
        ])
    );
    assert_eq!(standing(&put_in).expect("groups"), chosen);
}

#[test]
fn nothing_said_selects_every_group_and_no_selection_none() {
    let chats = |audience: Value| -> Vec<_> {
        let chosen = resolved(&own(&audience), &live()).expect("groups");
        chosen.into_iter().map(|one| one.chat).collect()
    };
    assert_eq!(chats(json!({"select": {}})), ["wr1", "wr2", "wr3"]);
    assert_eq!(chats(json!({"groups": []})), Vec::<String>::new());
}

#[test]
fn names_stay_as_they_were_planned() {
    let audience =
        own(&json!({"groups": [{"chat": "wr1", "owner": "1", "name": "旧名", "owner_name": "甲"}]}));
    assert_eq!(resolved(&audience, &live()).expect("groups")[0].name.as_deref(), Some("旧名"));
}

#[test]
fn groups_that_nobody_shows_and_wrong_owners_are_told() {
    let audience = own(&json!({"groups": [
        {"chat": "wr1", "owner": "1"}, {"chat": "wr1x", "owner": "1"}, {"chat": "wr2", "owner": "2"}
    ]}));
    let said: Vec<_> = check(&audience, &live())
        .expect("findings")
        .into_iter()
        .map(|finding| {
            format!("{:?} {:?} {}", finding.level, finding.path[2..].to_vec(), finding.message.en())
        })
        .collect();
    assert_eq!(
        said,
        [
            "Error [Index(1), Key(\"chat\")] the vendor's list shows no group wr1x",
            "Warning [Index(2), Key(\"owner\")] the group wr2 (二群) belongs to 1 (甲), not to 2",
        ]
    );
}

#[test]
fn a_group_that_is_named_too_late_is_told() {
    let audience = own(&json!({"groups": [{"chat": "wr1", "owner": "1"}, {"chat": "wr2", "owner": "1"}]}));
    let missed = missed(&audience, &json!([{"chat": "wr1", "owner": "1"}]), &live()).expect("findings");
    assert_eq!(missed.len(), 1);
    assert!(missed[0].message.en().ends_with("does not go to 二群 (wr2)"));
}
