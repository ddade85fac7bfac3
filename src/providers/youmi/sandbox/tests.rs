use serde_json::json;

use super::testing::{Desk, WORLD};
use super::{SEND, TOKEN, Youmi};
use crate::sandbox::{Seed, Vendor as _};

#[test]
fn its_paths() {
    let desk = Desk::new(WORLD);
    assert!(desk.vendor.claims(SEND) && desk.vendor.claims(TOKEN) && desk.vendor.claims("/v2/other"));
    assert!(!desk.vendor.claims("/v1/demo/menu") && !desk.vendor.claims("/api/v3/x"));
}

#[test]
fn only_sending_is_a_write() {
    let desk = Desk::new(WORLD);
    assert!(desk.vendor.is_write("POST", SEND));
    assert!(!desk.vendor.is_write("POST", TOKEN) && !desk.vendor.is_write("GET", SEND));
}

#[test]
fn other_paths_and_methods() {
    let mut desk = Desk::new(WORLD);
    assert_eq!(desk.ask("GET", SEND, &[], "").status, 405);
    assert_eq!(desk.ask("GET", TOKEN, &[], "").status, 405);
    assert_eq!(desk.post("/v2/ChatMess/other", &[], "").status, 404);
    let fault = desk.vendor.refuse(200_013, "boom");
    assert_eq!((fault.status, &fault.value()["succeed"]), (200, &json!(false)));
    assert_eq!(fault.value()["errdesc"], "boom");
}

#[test]
fn a_body_that_is_no_json_is_refused() {
    let mut desk = Desk::new(WORLD);
    let answer = desk.post(SEND, &[("authorization", "Bearer t")], "{broken");
    assert_eq!(answer.code, Some(200_012));
}

#[test]
fn the_demo_can_send_through_every_channel() {
    let mut desk = Desk::of(&Seed::Demo);
    let to = [
        ("wxid_demo_shop", "wxid_demo_guest_020", 0),
        ("gh_demo_mp", "oDemoMp0001", 1),
        ("gh_demo_mini", "oDemoMini0001", 2),
        ("ww_demo_staff", "wmDemoGuest050", 3),
    ];
    for (wechat, friend, relation) in to {
        let body = json!({"WechatId": wechat, "ToUserName": friend, "RelationType": relation,
            "MsgType": "text", "Text": "早"});
        assert_eq!(desk.send_as("Bearer demo-token-not-real", &body).code, Some(20_000), "{wechat}");
    }
    let form = "client_id=demo-client&client_secret=demo-secret-not-real&grant_type=client_credentials\
        &scope=Ls.Qkl.PublicApi";
    assert_eq!(desk.form(form).0, 200);
}

#[test]
fn reset_brings_everything_back_to_the_same_ids() {
    let mut desk = Desk::new(WORLD);
    desk.send(&Desk::text("f1"));
    let taken = desk.client();
    desk.vendor.reset(desk.now);
    assert_eq!(desk.messages("wx1", "f1").len(), 0);
    desk.send(&Desk::text("f1"));
    assert_eq!(desk.client(), taken);
}

#[test]
fn a_seed_with_mistakes_is_refused() {
    let wrong = |text: &str| Youmi::new(&Seed::yaml(text)).is_err();
    assert!(wrong("youmi: {clients: {a: {}}}"), "no secret");
    assert!(wrong("youmi: {clients: {a: {secret: s, flowers: 1}}}"));
    assert!(wrong("youmi: {clients: {a: {secret: s, accounts: [{wechat: w, relation: 4}]}}}"));
    assert!(wrong("youmi: {clients: {a: {secret: s, takeovers: [{key: k, wechat: w, friend: f}]}}}"));
    assert!(!wrong("accounts: {a: {}}"), "another vendor's part");
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
    assert_eq!(desk.code(&Desk::text("f-many-050")), 20_000);
    assert_eq!(desk.code(&Desk::text("f8")), 200_022);
}
