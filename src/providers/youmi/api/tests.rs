use bytes::Bytes;
use secrecy::SecretString;
use serde_json::json;

use super::*;
use crate::providers::Happened::{self, Maybe};
use crate::providers::youmi::testing::Desk;
use crate::providers::youmi::token::Credentials;
use crate::sandbox::{Fault, Rule};

fn judged(status: u16, content_type: &str, body: &str) -> Result<Option<String>, VendorError> {
    let body = Bytes::from(body.to_owned());
    let mut secrets = crate::http::Secrets::default();
    secrets.add(&SecretString::from("the-token"));
    let content_type = content_type.to_owned();
    let answer = Answer { status, content_type, retry_after: None, redirect: None, body, secrets };
    match verdict(&answer)? {
        Verdict::Queued(task) => Ok(task),
        Verdict::TokenRefused(error) => {
            Err(VendorError { message: format!("token: {error}").into(), ..error })
        }
    }
}

fn envelope(succeed: bool, errmsg: i64, values: &Value) -> String {
    json!({"requestId": "r1", "errmsg": errmsg, "succeed": succeed, "msgTime": "now", "values": values,
        "errdesc": "说明 the-token"})
    .to_string()
}

#[test]
fn whether_it_succeeded_stands_in_succeed_alone() {
    let task = json!({"taskId": "t1"});
    for (code, happened) in [(0, Maybe), (20_000, Maybe), (10_004, Maybe), (200_009, Happened::No)] {
        assert_eq!(judged(200, "", &envelope(true, code, &task)), Ok(Some("t1".into())));
        assert_eq!(judged(200, "", &envelope(false, code, &task)).expect_err("refused").happened, happened);
    }
    assert_eq!(judged(200, "", &envelope(true, 20_000, &json!({"taskId": 7}))), Ok(Some("7".into())));
    assert_eq!(judged(200, "", &envelope(true, 20_000, &json!(null))), Ok(None), "it is queued all the same");
}

#[test]
fn only_what_the_vendor_checked_first_was_certainly_not_sent() {
    let checked = [10_005, 10_006, 200_008, 200_009, 200_010, 200_012, 200_014, 200_015, 200_018, 200_022];
    let open = [-1, 0, 1, 10_004, 20_000, 200_011, 200_013, 200_016, 200_019, 200_023, 999_999];
    let no = checked.map(|code| (code, Happened::No));
    for (code, happened) in no.into_iter().chain(open.map(|code| (code, Maybe))) {
        for status in [200, 400] {
            let error = judged(status, "", &envelope(false, code, &json!(null))).expect_err("refused");
            assert_eq!((error.code.clone(), error.happened), (Some(code.to_string()), happened), "{status}");
            assert!(error.answered(), "{code}");
        }
    }
    for body in [r#"{"succeed": false}"#, r#"{"succeed": false, "errmsg": "wrong"}"#] {
        let error = judged(200, "", body).expect_err("refused");
        assert!(error.answered() && error.happened == Maybe, "{body}");
    }
}

#[test]
fn a_refusal_shows_code_words_request_and_what_to_do() {
    let error = judged(200, "", &envelope(false, 200_022, &json!(null))).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "POST v2/ChatMess/doSendPublicMes: code 200022: 说明 ••• (request r1)",
        "and not the token"
    );
    assert!(error.hint.is_some_and(|hint| hint.en().contains("no friend")));
    let bare = judged(200, "", r#"{"succeed": false}"#).expect_err("refused");
    assert_eq!((bare.message.en(), bare.code.as_deref()), ("(no message)".to_owned(), Some("(none)")));
}

#[test]
fn what_is_no_answer_may_have_sent_it() {
    let whole = envelope(true, 20_000, &json!({"taskId": "t1"}));
    let cases = [
        (200, "text/html", "<html>the-token"),
        (200, "application/json", "{}"),
        (200, "application/json", r#"{"succeed": "true"}"#),
        (200, "application/json", &whole[..20]),
        (204, "", ""),
        (500, "", "boom"),
        (502, "text/html", "<html>"),
        (408, "text/html", "<html>the-token"),
        (499, "", ""),
        (408, "application/json", &envelope(false, 200_012, &json!(null))),
        (503, "application/json", &envelope(false, 200_012, &json!(null))),
        (400, "application/json", &whole),
        (200, "application/json", &envelope(false, 200_011, &json!(null))),
    ];
    for (status, content_type, body) in cases {
        let error = judged(status, content_type, body).expect_err("no answer");
        assert_eq!(error.happened, Maybe, "{status} {body}");
        assert!(!error.to_string().contains("the-token"), "{error}");
    }
}

#[test]
fn what_is_turned_away_was_not_sent() {
    for status in [301, 302, 307, 400, 403, 404, 405, 413, 429] {
        let error = judged(status, "text/html", "<html>no</html>").expect_err("turned away");
        assert_eq!(error.happened, Happened::No, "{status}");
        assert_eq!(error.code, Some(format!("HTTP {status}")));
    }
    let own = judged(400, "", &envelope(false, 200_012, &json!(null))).expect_err("turned away");
    assert_eq!((own.code.as_deref(), own.happened), (Some("200012"), Happened::No));
}

#[tokio::test]
async fn a_message_is_queued_under_the_id_of_its_task() {
    let desk = Desk::new().await;
    let task = desk.say("f1").await.expect("queued").expect("an id");
    let got = desk.got("wx1", "f1");
    assert_eq!((got.len(), got[0]["taskId"].as_str()), (1, Some(task.as_str())));
    assert_eq!(got[0]["tenant"], "1001");
    let refused = desk.say("f8").await.expect_err("no friend");
    assert_eq!((refused.code.as_deref(), refused.happened), (Some("200022"), Happened::No));
}

#[tokio::test]
async fn whatever_happens_to_a_call_there_is_no_second_one() {
    use Fault::{Code, Cut, Html, ResetAfter, ResetBefore, RetryAfter, Status};
    let failed = Code { code: 200_013, message: String::new() };
    let maybe = [ResetBefore, ResetAfter, Cut, Html, Status { status: 502 }, Status { status: 408 }, failed];
    let no = [RetryAfter { seconds: 1 }, Status { status: 403 }];
    let faults = maybe.map(|fault| (fault, Maybe)).into_iter();
    for (fault, happened) in faults.chain(no.map(|fault| (fault, Happened::No))) {
        let desk = Desk::new().await;
        desk.sandbox.fault(Rule::new("POST", "doSendPublicMes", fault.clone()));
        let error = desk.say("f1").await.expect_err("no answer");
        assert_eq!(error.happened, happened, "{fault:?}");
        assert_eq!(desk.asked(), ["token", "send"], "{fault:?}");
        assert_eq!(desk.got("wx1", "f1").len(), usize::from(matches!(fault, ResetAfter | Cut)), "{fault:?}");
    }
}

#[tokio::test]
async fn a_token_that_is_given_is_not_replaced() {
    let good = Desk::of(|_| Credentials::Token("good".into())).await;
    assert!(good.say("f1").await.is_ok());
    let stale = Desk::of(|_| Credentials::Token("stale".into())).await;
    let error = stale.say("f1").await.expect_err("refused");
    assert_eq!((error.code.as_deref(), error.happened), (Some("HTTP 401"), Happened::No));
    assert!(!error.to_string().contains("stale"), "{error}");
    assert_eq!((good.asked(), stale.asked()), (vec!["send"], vec!["send"]));
}
