use serde_json::{Value, json};

use super::super::testing::{Desk, WORLD};

fn button(desk: &mut Desk, parent: &str, name: &str, sequence: i64) -> String {
    desk.id("POST", "/v1/a/menu", json!({"parent_id": parent, "name": name, "sequence": sequence}))
}

fn names(desk: &mut Desk) -> Vec<(String, i64)> {
    let data = desk.get("/v1/a/menu");
    let one = |item: &Value| {
        (item["name"].as_str().expect("a name").to_owned(), item["sequence"].as_i64().expect("a number"))
    };
    data.as_array().expect("a menu").iter().map(one).collect()
}

fn order(desk: &mut Desk) -> Vec<String> {
    names(desk).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn a_new_button_is_unbound_and_has_no_sub_buttons() {
    let mut desk = Desk::new(WORLD);
    let id = button(&mut desk, "0", "一", 1);
    assert_eq!(
        desk.get("/v1/a/menu"),
        json!([{"id": id, "name": "一", "type": null, "keycode": null, "url": null,
            "reply_id": null, "reply_type": null, "sequence": 1}])
    );
    assert_eq!(desk.code("GET", &format!("/v1/a/menu/{id}"), json!(null)), 500);
}

#[test]
fn types_are_strict() {
    let mut desk = Desk::new(WORLD);
    let mut post = |body: Value| desk.call("POST", "/v1/a/menu", body);
    assert_eq!(post(json!({"parent_id": 0, "name": "x", "sequence": 1}))["code"], 500);
    assert_eq!(post(json!({"parent_id": "0", "name": "x", "sequence": "1"}))["code"], 500);
    assert_eq!(
        post(json!({"parent_id": "0", "name": "x"})),
        json!({"code": 500, "message": null, "data": null})
    );
    assert_eq!(post(json!({"parent_id": "0", "name": "x", "sequence": 1.9}))["code"], 200);
    assert_eq!(names(&mut desk), [("x".to_owned(), 1)]);
}

#[test]
fn orphans_and_a_third_level_are_never_shown() {
    let mut desk = Desk::new(WORLD);
    let top = button(&mut desk, "0", "top", 1);
    let sub = button(&mut desk, &top, "sub", 1);
    button(&mut desk, &sub, "third", 1);
    button(&mut desk, "unknown", "orphan", 1);
    let menu = desk.get("/v1/a/menu");
    assert_eq!(menu[0]["sub_button"][0]["name"], "sub");
    assert!(!menu.to_string().contains("third") && !menu.to_string().contains("orphan"));
}

#[test]
fn put_swaps() {
    let mut desk = Desk::new(WORLD);
    let one = button(&mut desk, "0", "one", 1);
    button(&mut desk, "0", "two", 2);
    button(&mut desk, "0", "deux", 2);
    desk.data("PUT", &format!("/v1/b/menu/{one}"), json!({"name": "uno", "sequence": 2}));
    let after = names(&mut desk);
    assert_eq!(after[2], ("uno".to_owned(), 2));
    assert_eq!((after[0].1, after[1].1), (1, 1), "all that held the place are moved");
    assert_eq!(desk.code("PUT", "/v1/a/menu/unknown", json!({"name": "x", "sequence": 1})), 500);
    assert_eq!(desk.code("PUT", &format!("/v1/a/menu/{one}"), json!({"name": "x"})), 500);
    assert_eq!(desk.code("PUT", &format!("/v1/a/menu/{one}"), json!({"sequence": 1})), 500);
}

#[test]
fn serial_puts_of_all_siblings_end_in_the_right_order() {
    let mut desk = Desk::new(WORLD);
    let ids: Vec<String> = (1..=5).map(|n| button(&mut desk, "0", &format!("b{n}"), n.min(3))).collect();
    for (n, id) in (1..).zip(ids.iter().rev()) {
        let name = format!("r{n}");
        desk.data("PUT", &format!("/v1/a/menu/{id}"), json!({"name": name, "sequence": n}));
    }
    assert_eq!(order(&mut desk), ["r1", "r2", "r3", "r4", "r5"]);
}

#[test]
fn delete_takes_children_and_renumbers() {
    let mut desk = Desk::new(WORLD);
    let one = button(&mut desk, "0", "one", 3);
    let child = button(&mut desk, &one, "child", 1);
    button(&mut desk, "0", "two", 5);
    button(&mut desk, "0", "three", 9);
    desk.data("DELETE", &format!("/v1/a/menu/{one}"), json!(null));
    assert_eq!(names(&mut desk), [("two".to_owned(), 1), ("three".to_owned(), 2)]);
    for gone in [one, child] {
        assert_eq!(desk.code("DELETE", &format!("/v1/a/menu/{gone}"), json!(null)), 500);
    }
}

#[test]
fn each_bind_makes_a_new_key() {
    let mut desk = Desk::new(WORLD);
    let id = button(&mut desk, "0", "one", 1);
    let body = json!({"menu_id": id, "reply_id": "t", "reply_type": "text"});
    desk.data("POST", "/v1/a/menu/bind", body.clone());
    let before = desk.get("/v1/a/menu")[0].clone();
    desk.data("POST", "/v1/a/menu/bind", body);
    let after = desk.get("/v1/a/menu")[0].clone();
    assert_eq!(
        (&after["type"], &after["reply_type"], &after["url"]),
        (&json!("click"), &json!("text"), &json!(null))
    );
    assert_eq!(after["keycode"].as_str().map(str::len), Some(36));
    assert_ne!(before["keycode"], after["keycode"]);
}

#[test]
fn links_and_unbinding() {
    let mut desk = Desk::new(WORLD);
    let id = button(&mut desk, "0", "one", 1);
    desk.data(
        "POST",
        "/v1/a/menu/bind",
        json!({"menu_id": id, "reply_id": "http://x", "reply_type": "link"}),
    );
    let bound = desk.get("/v1/a/menu")[0].clone();
    assert_eq!(
        (&bound["type"], &bound["url"], &bound["keycode"]),
        (&json!("view"), &json!("http://x"), &json!(null))
    );
    desk.data("POST", "/v1/a/menu/bind", json!({"menu_id": id, "reply_type": "link"}));
    assert_eq!(desk.get("/v1/a/menu")[0]["url"], json!(null));
    desk.data("POST", "/v1/a/menu/unbind", json!({"menu_id": id}));
    assert_eq!(desk.get("/v1/a/menu")[0]["type"], json!(null));
    assert_eq!(desk.get("/v1/a/menu")[0]["name"], "one");
}

#[test]
fn binding_refuses_unknown_kinds_and_ignores_unknown_buttons() {
    let mut desk = Desk::new(WORLD);
    let mut bind = |body: Value| desk.call("POST", "/v1/a/menu/bind", body);
    assert_eq!(bind(json!({"menu_id": "unknown", "reply_id": "x", "reply_type": "text"}))["code"], 200);
    assert_eq!(bind(json!({"menu_id": "unknown", "reply_id": "x", "reply_type": "scan"}))["code"], 500);
    assert_eq!(bind(json!({"menu_id": "unknown", "reply_id": "x"}))["message"], json!(null));
    assert_eq!(desk.code("POST", "/v1/a/menu/unbind", json!({})), 200);
}
