use bytes::Bytes;
use serde_json::{Value, json};

use super::testing::{Desk, WORLD};
use crate::sandbox::{Request, Vendor as _};

#[test]
fn the_envelope_is_always_whole_and_in_order() {
    let mut desk = Desk::new(WORLD);
    let answer = desk.send("GET", "/v1/a/menu", "", Bytes::new());
    assert_eq!(answer.body, Bytes::from_static(br#"{"code":200,"message":"OK","data":[]}"#));
    assert_eq!(answer.headers[0].1, "application/json;charset=utf-8");
    let failed = desk.send("PUT", "/v1/a/menu", "", Bytes::new());
    let text = r#"{"code":500,"message":"Request method 'PUT' not supported","data":null}"#;
    assert_eq!((failed.status, failed.body), (200, Bytes::from_static(text.as_bytes())));
}

#[test]
fn only_unmapped_paths_are_not_found() {
    let mut desk = Desk::new(WORLD);
    for path in ["/v1/a", "/v1/a/nonsense", "/v1/a/group/x/y", "/v1/a/text.json"] {
        let answer = desk.send("GET", path, "", Bytes::new());
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.starts_with(b"<html>"));
    }
}

#[test]
fn a_trailing_slash_is_taken() {
    let mut desk = Desk::new(WORLD);
    assert_eq!(desk.code("GET", "/v1/a/group/", json!(null)), 200);
}

#[test]
fn json_endpoints_want_their_content_type() {
    let mut desk = Desk::new(WORLD);
    let body = Bytes::from_static(br#"{"name":"x"}"#);
    let mut code = |content_type: &str, body: &Bytes| {
        desk.send("POST", "/v1/a/group", content_type, body.clone()).code.expect("a code")
    };
    assert_eq!(code("", &body), 500);
    assert_eq!(code("text/plain", &body), 500);
    assert_eq!(code("application/json; charset=utf-8", &body), 200);
    assert_eq!(code("application/json", &Bytes::new()), 500);
    assert_eq!(code("application/json", &Bytes::from_static(b"{broken")), 500);
    assert_eq!(code("application/json", &Bytes::from_static(b"[]")), 500);
}

#[test]
fn accept_must_allow_json() {
    let mut desk = Desk::new(WORLD);
    let mut code = |accept: &str| {
        let request = Request {
            method: "GET".into(),
            path: "/v1/a/menu".into(),
            query: String::new(),
            headers: vec![("accept".into(), accept.into())],
            body: Bytes::new(),
            base: String::new(),
            now: 0,
            by_hand: false,
        };
        desk.ask(request).code
    };
    assert_eq!(code("text/html"), Some(500));
    assert_eq!(code("text/html, */*;q=0.1"), Some(200));
}

#[test]
fn a_delete_by_put_without_a_body_is_harmless() {
    let mut desk = Desk::new(WORLD);
    assert_eq!(desk.message("PUT", "/v1/a/group/100", json!(null)), "Required request body is missing");
}

#[test]
fn wiping_gets_are_writes() {
    let desk = Desk::empty();
    let write = |method: &str, path: &str| desk.vendor.is_write(method, path);
    assert!(write("POST", "/v1/a/group") && write("DELETE", "/v1/a/group/1"));
    assert!(
        write("GET", "/v1/a/menu/fetch")
            && write("GET", "/v1/a/user/fetch/")
            && write("GET", "/v1/a/qr/test/1/2")
    );
    assert!(
        !write("GET", "/v1/a/menu") && !write("GET", "/v1/bind/refresh/a") && !write("GET", "/v1/a/user/o1")
    );
}

#[test]
fn every_row_of_the_table_is_served() {
    let mut desk = Desk::new(WORLD);
    let table = "POST bind|POST bind/fillin|GET bind/refresh/a|GET a/user/fetch|POST a/group|GET a/group|PUT a/group/x\
        |DELETE a/group/x|GET a/user|GET a/user/x|GET a/user/groups/x|POST a/user/add|POST a/user/rm\
        |POST a/user/add/batch|POST a/user/rm/batch|POST a/text|GET a/text/x|POST a/image|GET a/image\
        |GET a/image/url/x|GET a/image/x|PUT a/image/x|DELETE a/image/x|POST a/voice|GET a/voice|GET a/voice/url/x\
        |GET a/voice/x|PUT a/voice/x|DELETE a/voice/x|POST a/video/upload|POST a/video/x|POST a/video/upload/x\
        |GET a/video|GET a/video/x|DELETE a/video/x|POST a/news/image|POST a/news/single|POST a/news/multiple\
        |GET a/news|GET a/news/x|PUT a/news/single/x|PUT a/news/multiple/x|DELETE a/news/x|POST a/keyword\
        |GET a/keyword|GET a/keyword/x|GET a/keyword/subscribe|GET a/keyword/default|PUT a/keyword/x\
        |DELETE a/keyword/x|GET a/menu/fetch|POST a/menu/publish|GET a/menu|POST a/menu|PUT a/menu/x|DELETE a/menu/x\
        |POST a/menu/bind|POST a/menu/unbind|GET a/msg|POST a/masssend/send|POST a/masssend/preview|GET a/masssend\
        |GET a/masssend/x|GET a/qr/test/1/2|GET a/qr/test2";
    for line in table.split('|') {
        let (method, path) = line.split_once(' ').expect("a method and a path");
        let answer = desk.send(method, &format!("/v1/{path}"), "", Bytes::new());
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(answer.status == 200 && !text.contains("Request method"), "{line}: {text}");
    }
}

#[test]
fn the_demo_menu_is_the_one_in_the_document() {
    let mut desk = Desk::demo();
    let menu = desk.get("/v1/demo/menu");
    let below: Vec<usize> = menu
        .as_array()
        .expect("a menu")
        .iter()
        .filter_map(|top| Some(top["sub_button"].as_array()?.len()))
        .collect();
    assert_eq!(below, [5, 1, 2]);
    let first = json!({"id": "2a759423-ac8d-48c1-8fab-d12c24936702", "name": "Yeapoo", "type": "view",
        "keycode": null, "url": "http://m.yeapoo.com", "reply_id": null, "reply_type": null, "sequence": 1});
    assert_eq!(menu[0]["sub_button"][0], first);
    assert_eq!(menu[1]["sub_button"][0]["keycode"], "V20140603155931_GY_199");
}

#[test]
fn the_demo_has_something_of_everything() {
    let mut desk = Desk::demo();
    assert_eq!(desk.get("/v1/demo/group")["total"], 28);
    assert_eq!(desk.get("/v1/demo/keyword")["keyword"].as_array().map(Vec::len), Some(6));
    for special in ["subscribe", "default"] {
        assert_eq!(desk.get(&format!("/v1/demo/keyword/{special}"))["reply_type"], "text");
    }
    assert_eq!(desk.get("/v1/demo/user?group=1")["pagination"]["count"], 1);
    assert_eq!(desk.get("/v1/demo/masssend")["pagination"]["count"], 1);
    assert_eq!(desk.get("/v1/demo/msg")["message"].as_array().map(Vec::len), Some(8));
    assert_eq!(desk.get("/v1/demo/news")["pagination"]["count"], 1);
    assert_eq!(desk.code("POST", "/v1/demo/menu/publish", json!(null)), 200);
    let rule = &desk.vendor.dump()["accounts"]["demo"]["rules"][2];
    assert_eq!(rule["reply"]["id"], "51aa30c9e7f84d0ab2c6d8e0f1a2b301", "a reply by a material's name");
}

#[test]
fn the_shop_has_followers_and_nothing_else() {
    let mut desk = Desk::demo();
    let groups = desk.get("/v1/shop/group");
    assert_eq!(groups["total"], 40);
    assert_eq!(groups["groups"].as_array().map(Vec::len), Some(3));
    assert_eq!(desk.get("/v1/shop/menu"), json!([]));
    assert_eq!(desk.get("/v1/shop/user/o-shop-001")["nickname"], "顾客001");
}

#[test]
fn reset_brings_everything_back_to_the_same_ids() {
    let mut desk = Desk::demo();
    let first = desk.id("POST", "/v1/demo/group", json!({"name": "x"}));
    let before: Value = desk.vendor.dump();
    desk.data("DELETE", "/v1/demo/group/100", json!(null));
    desk.vendor.reset(desk.now);
    assert_eq!(desk.id("POST", "/v1/demo/group", json!({"name": "x"})), first);
    assert_eq!(desk.vendor.dump(), before);
}

#[test]
fn a_seed_with_mistakes_is_refused() {
    use crate::sandbox::Seed;
    assert!(super::Yeapoo::new(&Seed::yaml("accounts: {a: {flowers: []}}"), 0).is_err());
    assert!(
        super::Yeapoo::new(&Seed::yaml("accounts: {a: {rules: [{name: x, match: [{fussy: y}]}]}}"), 0)
            .is_err()
    );
}

#[test]
fn the_seeds_own_example_can_be_read() {
    let example: String = include_str!("seed.rs")
        .lines()
        .skip_while(|line| *line != "//! ```yaml")
        .skip(1)
        .take_while(|line| *line != "//! ```")
        .map(|line| format!("{}\n", line.trim_start_matches("//!").strip_prefix(' ').unwrap_or_default()))
        .collect();
    let mut desk = Desk::new(&example);
    assert_eq!(desk.get("/v1/demo/group")["groups"].as_array().map(Vec::len), Some(4));
    assert_eq!(desk.get("/v1/demo/menu")[0]["sub_button"].as_array().map(Vec::len), Some(3));
}
