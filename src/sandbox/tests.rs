//! The chassis over real connections.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Fault, Rule, Running, Sandbox, Seed};

mod faults;

const WORLD: &str = "accounts: {a: {app_id: x, app_secret: y, followers: [{openid: o1, nickname: 一}]}}";

async fn start() -> Running {
    let address = "127.0.0.1:0".parse().expect("an address");
    Sandbox::new().seed(Seed::yaml(WORLD)).start(address).await.expect("a free port")
}

/// Sends one request on a connection of its own and reads to the end.
async fn raw(running: &Running, method: &str, path: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(running.address()).await?;
    stream.write_all(request(method, path, body, "close").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn request(method: &str, path: &str, body: &str, connection: &str) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: sandbox.test\r\nConnection: {connection}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

async fn http(running: &Running, method: &str, path: &str, body: &str) -> (u16, String) {
    let answer = raw(running, method, path, body).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, body.to_owned())
}

async fn json_of(running: &Running, method: &str, path: &str, body: &str) -> Value {
    let (_, body) = http(running, method, path, body).await;
    serde_json::from_str(&body).expect("JSON")
}

fn group_names(running: &Running) -> Vec<String> {
    let groups = running.state()["yeapoo"]["accounts"]["a"]["groups"].clone();
    groups
        .as_array()
        .expect("groups")
        .iter()
        .filter_map(|group| Some(group["name"].as_str()?.to_owned()))
        .collect()
}

const NEW: &str = r#"{"name":"vip"}"#;

#[tokio::test]
async fn answers_and_keeps_a_journal() {
    let running = start().await;
    let made = json_of(&running, "POST", "/v1/a/group", NEW).await;
    assert_eq!(made["code"], 200);
    assert_eq!(json_of(&running, "GET", "/v1/a/group?x=1", "").await["data"]["total"], 1);
    assert_eq!(http(&running, "GET", "/elsewhere", "").await.0, 404);
    let journal = running.journal();
    let seen: Vec<_> = journal.iter().map(|entry| (entry.seq, entry.path.as_str(), entry.vendor)).collect();
    assert_eq!(seen, [(1, "/v1/a/group", "yeapoo"), (2, "/v1/a/group?x=1", "yeapoo"), (3, "/elsewhere", "")]);
    assert_eq!(journal[0].body, NEW);
    assert_eq!((journal[0].status, journal[0].code), (Some(200), Some(200)));
    assert_eq!(running.writes().len(), 1);
    running.stop().await;
}

#[tokio::test]
async fn a_connection_is_kept_alive() {
    let running = start().await;
    let mut stream = TcpStream::connect(running.address()).await.expect("a connection");
    for _ in 0..3 {
        stream.write_all(request("GET", "/v1/a/menu", "", "keep-alive").as_bytes()).await.expect("written");
        let mut buffer = [0; 1024];
        let length = stream.read(&mut buffer).await.expect("read");
        assert!(buffer[..length].ends_with(br#"{"code":200,"message":"OK","data":[]}"#));
    }
    assert_eq!(running.journal().len(), 3);
}

#[tokio::test]
async fn reset_before_does_nothing_and_answers_nothing() {
    let running = start().await;
    running.fault(Rule::new("POST", "/v1/*/group", Fault::ResetBefore));
    let error = raw(&running, "POST", "/v1/a/group", NEW).await.expect_err("a reset");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(!group_names(&running).contains(&"vip".to_owned()));
    let entry = &running.writes()[0];
    assert_eq!((entry.status, entry.reached, entry.fault.as_deref()), (None, false, Some("reset_before")));
    assert_eq!(json_of(&running, "POST", "/v1/a/group", NEW).await["code"], 200, "hit once");
}

#[tokio::test]
async fn reset_after_does_the_work_and_answers_nothing() {
    let running = start().await;
    running.fault(Rule::new("POST", "/v1/*/group", Fault::ResetAfter));
    let error = raw(&running, "POST", "/v1/a/group", NEW).await.expect_err("a reset");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(group_names(&running).contains(&"vip".to_owned()));
    let entry = &running.writes()[0];
    assert_eq!((entry.status, entry.code, entry.reached), (None, None, true));
}

#[tokio::test]
async fn what_gateways_answer() {
    let running = start().await;
    running.fault(Rule::new("GET", "", Fault::Status { status: 502 }));
    let (status, body) = http(&running, "GET", "/v1/a/menu", "").await;
    assert!(status == 502 && body.starts_with("<html>"));
    running.fault(Rule::new("GET", "", Fault::RetryAfter { seconds: 7 }));
    let answer = raw(&running, "GET", "/v1/a/menu", "").await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("retry-after: 7\r\n"));
    running.fault(Rule::new("GET", "", Fault::Html));
    let (status, body) = http(&running, "GET", "/v1/a/menu", "").await;
    assert!(status == 200 && body.starts_with("<html>"));
    running.fault(Rule::new("GET", "", Fault::Code { code: 500, message: "Deadlock found".into() }));
    let answer = json_of(&running, "GET", "/v1/a/menu", "").await;
    assert_eq!(answer, json!({"code": 500, "message": "Deadlock found", "data": null}));
}

#[tokio::test]
async fn a_cut_answer_is_half_an_answer_to_work_that_was_done() {
    let running = start().await;
    running.fault(Rule::new("POST", "", Fault::Cut));
    let (status, body) = http(&running, "POST", "/v1/a/group", NEW).await;
    assert_eq!(status, 200);
    assert!(body.starts_with(r#"{"code":200"#) && serde_json::from_str::<Value>(&body).is_err());
    assert!(group_names(&running).contains(&"vip".to_owned()));
}

#[tokio::test]
async fn stopping_does_not_wait_for_a_late_answer() {
    let running = start().await;
    running.fault(Rule::new("", "", Fault::Delay { ms: 3_600_000 }));
    let mut stream = TcpStream::connect(running.address()).await.expect("a connection");
    stream.write_all(request("POST", "/v1/a/group", NEW, "close").as_bytes()).await.expect("written");
    while running.journal().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(group_names(&running).contains(&"vip".to_owned()), "the work is done at once");
    running.stop().await;
    let mut rest = Vec::new();
    assert!(stream.read_to_end(&mut rest).await.is_err() || rest.is_empty());
}

#[tokio::test]
async fn control_over_http() {
    let running = start().await;
    let rule =
        r#"[{"method":"GET","path":"/v1/*","skip":1,"times":2,"fault":{"kind":"status","status":503}}]"#;
    let rules = json_of(&running, "POST", "/_sandbox/faults", rule).await;
    assert_eq!(rules[0]["fault"], json!({"kind": "status", "status": 503}));
    assert_eq!(http(&running, "POST", "/_sandbox/faults", "{}").await.0, 400);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(http(&running, "GET", "/v1/a/menu", "").await.0);
    }
    assert_eq!(statuses, [200, 503, 503, 200]);
    json_of(&running, "POST", "/v1/a/group", NEW).await;
    assert_eq!(json_of(&running, "GET", "/_sandbox/journal", "").await.as_array().map(Vec::len), Some(5));
    let writes = json_of(&running, "GET", "/_sandbox/journal?writes=1", "").await;
    assert_eq!((writes.as_array().map(Vec::len), &writes[0]["seq"]), (Some(1), &json!(5)));
    json_of(&running, "POST", "/_sandbox/reset", "").await;
    assert!(!group_names(&running).contains(&"vip".to_owned()));
    assert!(running.journal().is_empty());
    assert_eq!(json_of(&running, "GET", "/_sandbox/faults", "").await, json!([]));
    let before = json_of(&running, "GET", "/_sandbox/clock", "").await["now"].as_i64().expect("a time");
    let after = json_of(&running, "POST", "/_sandbox/clock", r#"{"ms":5000}"#).await["now"].clone();
    assert_eq!(after, before + 5000);
    assert_eq!(http(&running, "GET", "/_sandbox/nonsense", "").await.0, 404);
    assert!(json_of(&running, "GET", "/_sandbox/state", "").await["yeapoo"]["accounts"]["a"].is_object());
}

#[tokio::test]
async fn a_call_by_hand_is_in_no_journal() {
    let running = start().await;
    running.fault(Rule::new("", "", Fault::ResetBefore).always());
    let answer = running.call("POST", "/v1/a/group", json!({"name": "by hand"}));
    assert_eq!(answer.code, Some(200));
    assert!(answer.data().is_string());
    assert!(running.journal().is_empty());
    assert_eq!(running.call("GET", "/v1/a/user?group=0", Value::Null).data()["pagination"]["count"], 1);
    assert_eq!(running.call("GET", "/nowhere", Value::Null).status, 404);
}

#[tokio::test]
async fn by_hand_needs_no_credentials_and_a_look_comes_after_what_was_due() {
    let address = "127.0.0.1:0".parse().expect("an address");
    let running = Sandbox::new().seed(Seed::Demo).start(address).await.expect("a free port");
    let groups = running.call("POST", "/api/v3/groupSop/getGroupList", json!({}));
    assert_eq!(groups.data()["totalCount"], 12);
    let gone = json!({"chat": "wr2ohRCAAAWmK9_F75ET7hnLk7pPGwOw"});
    assert_eq!(running.call("POST", "/api/v3/console/remove", gone).code, Some(0));
    assert_eq!(http(&running, "POST", "/api/v3/console/remove", "{}").await.0, 404, "not for clients");
    let body = json!({"TakeOverKey": "demo-takeover-1", "RelationType": 0, "MsgType": "text", "Text": "早"});
    assert_eq!(running.call("POST", "/v2/ChatMess/doSendPublicMes", body).code, Some(20_000));
    let status = || {
        let state = running.state();
        let account = &state["youmi"]["clients"]["demo-client"]["accounts"]["wxid_demo_shop"];
        account["recipients"]["wxid_demo_xiaoman"][0]["status"].clone()
    };
    assert_eq!(status(), "queued");
    running.advance(Duration::from_secs(5));
    assert_eq!(status(), "sent");
    assert_eq!(http(&running, "POST", "/v2/ChatMess/doSendPublicMes", "{}").await.0, 401);
    let vendors: Vec<_> = running.journal().iter().map(|entry| entry.vendor).collect();
    assert_eq!(vendors, ["tanmarket", "youmi"]);
}

#[tokio::test]
async fn the_clock_makes_the_same_second_trap_reachable_and_passable() {
    let running = start().await;
    let ids: Vec<Value> =
        (0..2).map(|_| running.call("POST", "/v1/a/group", json!({"name": "twin"})).data()).collect();
    running.advance(Duration::from_millis(500));
    let delete = |id: &Value| {
        let path = format!("/v1/a/group/{}", id.as_str().expect("an id"));
        running.call("DELETE", &path, Value::Null).code
    };
    assert_eq!(delete(&ids[0]), Some(200));
    assert_eq!(delete(&ids[1]), Some(500));
    let tries = (0..4).take_while(|_| delete(&ids[1]) != Some(200)).count();
    assert!(tries < 4, "a few requests later the second is over");
}

#[tokio::test]
async fn files_are_served_under_the_host_that_was_asked() {
    let running = start().await;
    let form =
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.jpg\"\r\n\r\nbytes\r\n--B--\r\n";
    let head = format!(
        "POST /v1/a/image HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary=B\r\nContent-Length: {}\r\n\r\n{form}",
        running.address(),
        form.len()
    );
    let mut stream = TcpStream::connect(running.address()).await.expect("a connection");
    stream.write_all(head.as_bytes()).await.expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let body: Value = serde_json::from_str(answer.split_once("\r\n\r\n").expect("a head").1).expect("JSON");
    let url = body["data"]["url"].as_str().expect("a url");
    let path = url.strip_prefix(running.url()).expect("the host that was asked");
    assert_eq!(http(&running, "GET", path, "").await, (200, "bytes".to_owned()));
}

#[tokio::test]
async fn dropping_the_handle_stops_the_server() {
    let running = start().await;
    let address = running.address();
    drop(running);
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
