use serde_json::json;

use super::super::testing::{Bench, WORLD};
use super::*;
use crate::clock::Clock;
use crate::http::{Client, Limits, Throttle};
use crate::sandbox::{Fault, Rule};

fn reader() -> http::Reader {
    let throttle =
        Throttle::new(Limits { concurrency: 1, requests_per_second: None, timeout: crate::http::TIMEOUT });
    let client = Client::new([], throttle, Clock::by_hand(DateTime::UNIX_EPOCH)).expect("a client");
    http::Reader::new(&client)
}

fn said(status: u16, body: &str) -> Result<Value, VendorError> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let reader = reader();
    reader.keep(&SecretString::from("k-e-y"));
    let answer = Answer {
        status,
        content_type: "application/json".into(),
        retry_after: None,
        redirect: None,
        body,
        secrets: reader.secrets(),
    };
    data("POST getGroupList", &answer, DateTime::UNIX_EPOCH, &reader)
}

#[test]
fn a_code_decides_whatever_the_status_is() {
    let code = |code: i64| said(200, &json!({"code": code, "message": "m", "data": 7}).to_string());
    assert_eq!(code(0), Ok(json!(7)));
    for (number, sure) in [(-1, false), (1002, true), (1003, true), (40417, true), (99, false)] {
        let error = code(number).expect_err("no success");
        assert_eq!(error.happened, Happened::No);
        assert_eq!((error.code.clone(), surely_not(&error)), (Some(number.to_string()), sure));
    }
    assert_eq!(said(200, r#"{"code": "0", "data": null}"#), Ok(Value::Null), "a number as text");
    assert_eq!(code(99).expect_err("no success").to_string(), "POST getGroupList: code 99: m");
}

#[test]
fn an_answer_that_says_nothing_leaves_it_open() {
    for body in ["{}", "", "{\"code\":", r#"{"message": "success"}"#, r#"{"code": null}"#, "<html>"] {
        let error = said(200, body).expect_err("nothing said");
        assert_eq!((error.happened, error.again), (Happened::Maybe, Again::Soon), "{body}");
        assert!(!surely_not(&error));
    }
    let error = said(502, "bad gateway").expect_err("no answer");
    assert_eq!(error.happened, Happened::Maybe);
    for status in [408, 499, 500, 504] {
        assert!(!surely_not(&said(status, "").expect_err("no answer")), "{status}");
    }
    for status in [302, 404, 403, 429] {
        assert!(surely_not(&said(status, "").expect_err("no answer")), "{status}");
    }
}

#[test]
fn what_a_gateway_shows_of_the_request_is_shown_without_the_key() {
    let echoes = [
        (403, "<p>appkey: k-e-y</p>"),
        (502, "appkey: k-e-y"),
        (200, "<p>appkey: k-e-y</p>"),
        (200, r#""appkey: k-e-y""#),
        (200, r#"{"appkey": "k-e-y"}"#),
        (200, r#"{"code": 1002, "message": "no appkey k-e-y"}"#),
        (200, r#"{"code": 1003, "message": "no appkey k-e-y"}"#),
        (200, r#"{"code": 99, "message": "no appkey k-e-y"}"#),
    ];
    for (status, body) in echoes {
        let error = said(status, body).expect_err("refused");
        assert!(error.message.en().contains("•••") && !format!("{error:?}").contains("k-e-y"), "{error:?}");
    }
    assert_eq!(
        said(200, r#"{"code": 0, "data": "k-e-y"}"#),
        Ok(json!("k-e-y")),
        "what is read stays as it is"
    );
}

#[tokio::test]
async fn another_shape_is_told_without_the_key() {
    let mut bench = Bench::new(&WORLD.replace("k-e-y", "invalid")).await;
    bench.caller.app_key = "invalid".into();
    let api = bench.read_api();
    let error = api.ask::<u8>(Read::GroupList, &json!({})).await.expect_err("another shape");
    assert!(error.message.en().contains("•••") && !error.message.en().contains("invalid"), "{error}");
}

#[tokio::test]
async fn a_wrong_key_is_named_and_not_tried_again() {
    let mut bench = Bench::new(WORLD).await;
    bench.caller.app_key = "wrong".into();
    let error = bench.read_api().ask::<Value>(Read::GroupList, &json!({})).await.expect_err("refused");
    assert_eq!(error.code.as_deref(), Some("1002"));
    assert!(error.hint.as_ref().is_some_and(|hint| hint.en().contains("app_key")));
    assert!(!format!("{error:?}").contains("wrong"), "{error:?}");
    assert_eq!(bench.calls(), ["getGroupList"]);
}

#[tokio::test]
async fn a_wrong_clock_is_told_with_both_times() {
    let bench = Bench::new(WORLD).await;
    bench.clock.set("2026-01-05T03:00:00Z".parse().expect("a time"));
    let error = bench.read_api().ask::<Value>(Read::GroupList, &json!({})).await.expect_err("refused");
    assert_eq!(error.code.as_deref(), Some("1003"));
    for time in ["2026-01-05T03:00:00Z", "Mon, 05 Jan 2026 01:00:00 GMT"] {
        assert!(error.message.en().contains(time), "{error}");
    }
    assert!(error.hint.as_ref().is_some_and(|hint| hint.en().contains("clock")));
}

#[tokio::test]
async fn the_key_goes_on_the_wire_only_where_that_is_asked_for() {
    let mut bench = Bench::new(WORLD).await;
    bench.read_api().ask::<Value>(Read::GroupList, &json!({})).await.expect("an answer");
    assert_eq!(bench.app()["app_key_headers"], 0);
    bench.caller.send_app_key = true;
    bench.read_api().ask::<Value>(Read::GroupList, &json!({})).await.expect("an answer");
    assert_eq!(bench.app()["app_key_headers"], 1);
    let caller = &bench.caller;
    assert!(!format!("{caller:?}").contains("k-e-y"));
    let headers = caller.headers(DateTime::UNIX_EPOCH, b"").expect("headers");
    let secret: Vec<_> = headers.iter().filter(|(_, value)| value.is_sensitive()).collect();
    assert_eq!(secret.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["sign", "appkey"]);
}

#[tokio::test]
async fn a_key_that_no_header_can_have_is_not_shown() {
    let mut bench = Bench::new(WORLD).await;
    bench.caller.app_key = "secret\n".into();
    bench.caller.send_app_key = true;
    let error = bench.read_api().ask::<Value>(Read::GroupList, &json!({})).await.expect_err("refused");
    assert!(!format!("{error:?}").contains("secret"));
    assert_eq!(bench.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn a_read_is_tried_again_and_a_create_is_not() {
    let bench = Bench::new(WORLD).await;
    for fault in [Fault::ResetAfter, Fault::Status { status: 502 }, Fault::Html, Fault::Cut] {
        bench.sandbox.clear_faults();
        bench.sandbox.fault(Rule::new("POST", "getGroupList", fault));
        bench.read_api().ask::<Value>(Read::GroupList, &json!({})).await.expect("an answer");
        assert_eq!(bench.calls().len(), 2);
    }
    bench.sandbox.fault(Rule::new("POST", "addGroup", Fault::ResetBefore));
    let error = bench.write_api().create(Create::Corporate, &json!({})).await.expect_err("no answer");
    assert_eq!(error.happened, Happened::Maybe);
    assert_eq!(bench.calls(), ["addGroupCorporate"]);
}
