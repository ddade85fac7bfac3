use serde_json::{Value, json};

use super::super::testing::{Desk, WORLD};

fn rule(name: &str, keywords: &[(&str, &str)]) -> Value {
    let keywords: Vec<Value> =
        keywords.iter().map(|(content, fuzzy)| json!({"content": content, "fuzzy": fuzzy})).collect();
    json!({"rule_name": name, "keyword": keywords, "reply_id": "r", "reply_type": "TEXT"})
}

fn contents(data: &Value) -> Vec<&str> {
    data["keyword"].as_array().expect("keywords").iter().filter_map(|item| item["content"].as_str()).collect()
}

#[test]
fn fuzzy_goes_in_as_a_string_and_comes_out_as_a_boolean() {
    let mut desk = Desk::new(WORLD);
    let id = desk.id("POST", "/v1/a/keyword", rule("r", &[("x", "1")]));
    let read = desk.get(&format!("/v1/b/keyword/{id}"));
    assert_eq!(read["keyword"][0]["fuzzy"], true);
    assert_eq!(read["reply_type"], "text");
    assert!(read.get("id").is_none());
    for fuzzy in [json!(1), json!(true), json!(""), json!("true"), json!(null)] {
        let body = json!({"rule_name": "r", "keyword": [{"content": "x", "fuzzy": fuzzy}]});
        assert_eq!(desk.code("POST", "/v1/a/keyword", body.clone()), 500, "{body}");
    }
    assert_eq!(desk.code("POST", "/v1/a/keyword", rule("r", &[("x", "2")])), 200);
}

#[test]
fn numbers_are_no_strings_here() {
    let mut desk = Desk::new(WORLD);
    assert_eq!(desk.code("POST", "/v1/a/keyword", json!({"rule_name": 1})), 500);
    assert_eq!(desk.code("POST", "/v1/a/keyword", json!({"rule_name": "r", "reply_id": 1})), 500);
    assert_eq!(desk.code("POST", "/v1/a/keyword", json!({"keyword": []})), 500);
    assert_eq!(desk.code("POST", "/v1/a/keyword", json!({"rule_name": "r", "reply_type": "link"})), 500);
    assert_eq!(
        desk.code("POST", "/v1/a/keyword", json!({"rule_name": "r", "reply_id": "x".repeat(46)})),
        500
    );
}

#[test]
fn unknown_and_deleted_rules_are_null() {
    let mut desk = Desk::new(WORLD);
    assert_eq!(desk.get("/v1/a/keyword/unknown"), json!(null));
    let id = desk.id("POST", "/v1/a/keyword", rule("r", &[("x", "0")]));
    desk.data("DELETE", &format!("/v1/a/keyword/{id}"), json!(null));
    desk.data("DELETE", &format!("/v1/a/keyword/{id}"), json!(null));
    desk.data("PUT", &format!("/v1/a/keyword/{id}"), rule("r", &[("y", "0")]));
    assert_eq!(desk.get(&format!("/v1/a/keyword/{id}")), json!(null));
    assert_eq!(desk.code("PUT", "/v1/a/keyword/unknown", rule("r", &[])), 200);
}

#[test]
fn order_is_lost_and_ids_change_on_each_replacement() {
    let mut desk = Desk::new(WORLD);
    let letters: Vec<(&str, &str)> =
        ["a", "b", "c", "d", "e", "f", "g", "h"].into_iter().map(|letter| (letter, "0")).collect();
    let id = desk.id("POST", "/v1/a/keyword", rule("r", &letters));
    let path = format!("/v1/a/keyword/{id}");
    let before = desk.get(&path);
    assert_ne!(contents(&before), ["a", "b", "c", "d", "e", "f", "g", "h"]);
    desk.data("PUT", &path, rule("r", &letters));
    let after = desk.get(&path);
    let ids = |data: &Value| -> Vec<Value> {
        data["keyword"].as_array().expect("keywords").iter().map(|item| item["id"].clone()).collect()
    };
    assert!(ids(&before).iter().all(|id| !ids(&after).contains(id)));
}

#[test]
fn put_keeps_empties_or_replaces_keywords() {
    let mut desk = Desk::new(WORLD);
    let id = desk.id("POST", "/v1/a/keyword", rule("r", &[("x", "0")]));
    let path = format!("/v1/a/keyword/{id}");
    desk.data("PUT", &path, json!({"rule_name": "renamed"}));
    let read = desk.get(&path);
    assert_eq!(contents(&read), ["x"]);
    assert_eq!((&read["name"], &read["reply_id"]), (&json!("renamed"), &json!(null)));
    desk.data("PUT", &path, json!({"rule_name": "r", "keyword": []}));
    assert_eq!(contents(&desk.get(&path)), [""; 0]);
    let listed = desk.get("/v1/a/keyword");
    assert_eq!(listed["keyword"], json!([]), "hidden without keywords");
    assert_eq!(listed["pagination"]["count"], 1, "but counted");
    assert_eq!(desk.code("PUT", &path, json!({"keyword": []})), 500);
}

#[test]
fn the_joined_keywords_are_cut() {
    let mut desk = Desk::new(WORLD);
    let long = "关键字".repeat(50);
    desk.id("POST", "/v1/a/keyword", rule("r", &[(&long, "0"), (&long, "0"), (&long, "0")]));
    let data = desk.get("/v1/a/keyword");
    let keywords = data["keyword"][0]["keywords"].as_str().expect("keywords");
    assert!(keywords.len() <= 1024 && keywords.len() > 1020, "{}", keywords.len());
}

#[test]
fn special_rules_are_in_no_list() {
    let mut desk = Desk::new(WORLD);
    assert_eq!(desk.get("/v1/a/keyword/subscribe"), json!(null));
    let id = desk.id("POST", "/v1/a/keyword", rule("__SUBSCRIBE", &[]));
    assert_eq!(desk.get("/v1/a/keyword/subscribe"), json!({"id": id, "reply_id": "r", "reply_type": "text"}));
    assert_eq!(desk.get("/v1/a/keyword")["pagination"]["count"], 0);
    assert_eq!(desk.get("/v1/a/keyword/default"), json!(null));
    desk.data("DELETE", "/v1/a/keyword/subscribe", json!(null));
    assert_ne!(desk.get("/v1/a/keyword/subscribe"), json!(null), "taken as an id: no effect");
}

#[test]
fn of_two_special_rules_the_one_changed_last_is_shown() {
    let mut desk = Desk::new(WORLD);
    let one = desk.id("POST", "/v1/a/keyword", rule("__default", &[]));
    desk.now += 1000;
    let two = desk.id("POST", "/v1/a/keyword", rule("__default", &[]));
    assert_eq!(desk.get("/v1/a/keyword/default")["id"], json!(two));
    desk.now += 1000;
    desk.data("PUT", &format!("/v1/a/keyword/{one}"), rule("__default", &[]));
    assert_eq!(desk.get("/v1/a/keyword/default")["id"], json!(two), "nothing changed");
    let changed = json!({"rule_name": "__default", "reply_id": "s", "reply_type": "text"});
    desk.data("PUT", &format!("/v1/a/keyword/{one}"), changed);
    assert_eq!(desk.get("/v1/a/keyword/default")["id"], json!(one));
    desk.data("DELETE", &format!("/v1/a/keyword/{one}"), json!(null));
    assert_eq!(desk.get("/v1/a/keyword/default")["id"], json!(two), "uncovered");
}
