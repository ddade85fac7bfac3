//! The vendors besides yeapoo, over real connections, with the credentials that the sandbox prints.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Served;

const LIST: &str = "/apiServer/api/v3/groupSop/getGroupList";
const CREATE: &str = "/apiServer/api/v3/groupSop/addGroupCorporate";
const TOKEN: &str = "/connect/token";
const SEND: &str = "/v2/ChatMess/doSendPublicMes";

/// What came back.
struct Answer {
    status: u16,
    head: String,
    body: Value,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Sends one request on a connection of its own; none if the connection was dropped.
fn http(served: &Served, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Answer> {
    let host = served.url.strip_prefix("http://").expect("a url");
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").expect("written");
    }
    let mut stream = TcpStream::connect(host).expect("a connection");
    let text = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(text.as_bytes()).expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head: head.to_owned(), body: serde_json::from_str(body).unwrap_or_default() })
}

impl Served {
    /// A setting of the accounts that it prints.
    fn printed(&self, name: &str) -> String {
        let (_, rest) = self.said.split_once(&format!("{name}: ")).expect("it is printed");
        rest.split([',', '}']).next().expect("a value").to_owned()
    }

    fn control(&self, method: &str, what: &str, body: &Value) -> Value {
        let path = format!("/_sandbox/{what}");
        http(self, method, &path, &[], &body.to_string()).expect("an answer").body
    }

    fn now(&self) -> i64 {
        self.control("GET", "clock", &Value::Null)["now"].as_i64().expect("a time")
    }

    /// The paths of the calls that change something.
    fn writes(&self) -> Vec<String> {
        let writes = self.control("GET", "journal?writes=1", &Value::Null);
        writes.as_array().expect("a list").iter().map(|entry| entry["path"].to_string()).collect()
    }

    /// A call to Tanmarket, signed at a time.
    fn tanmarket(&self, path: &str, at: i64, body: &Value) -> Option<Answer> {
        let (app, key) = (self.printed("app_id"), self.printed("app_key"));
        let (at, body) = (at.to_string(), body.to_string());
        let hash = Sha256::digest(format!("{app}{at}{body}{key}").as_bytes());
        let sign = hash.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let headers =
            [("appId", &*app), ("timestamp", &at), ("sign", &sign), ("Content-Type", "application/json")];
        http(self, "POST", path, &headers, &body)
    }

    fn token(&self) -> Answer {
        let (id, secret) = (self.printed("client_id"), self.printed("client_secret"));
        let form = format!(
            "client_id={id}&client_secret={secret}&grant_type=client_credentials&scope=Ls.Qkl.PublicApi"
        );
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        http(self, "POST", TOKEN, &headers, &form).expect("an answer")
    }

    fn youmi(&self, token: &str, friend: &str) -> Option<Answer> {
        let body = json!({"WechatId": "wxid_demo_shop", "ToUserName": friend, "RelationType": 0,
            "MsgType": "text", "Text": "早"});
        let authorization = format!("Bearer {token}");
        let headers = [("Authorization", &*authorization), ("Content-Type", "application/json")];
        http(self, "POST", SEND, &headers, &body.to_string())
    }

    fn received(&self, friend: &str) -> Value {
        let state = self.control("GET", "state", &Value::Null);
        state["youmi"]["clients"]["demo-client"]["accounts"]["wxid_demo_shop"]["recipients"][friend].clone()
    }
}

/// A SOP for the group 测测测, tomorrow.
fn sop() -> Value {
    json!({
        "title": "周一早报",
        "groupInfos": [{"chatId": "wr2ohRCAAAmcbrAflgvXBh6iCHGhB-TA", "chatOwner": "451653062381760"}],
        "sopContents": [{"showDate": 2, "showTime": "10:00", "sopDatas": [{"type": 1, "content": "早上好"}]}],
        "mode": 1,
    })
}

#[test]
fn tanmarket_lists_the_groups_of_the_vendors_document() {
    let served = Served::new(&[]);
    let answer = served.tanmarket(LIST, served.now(), &json!({"pageSize": 10})).expect("an answer");
    assert_eq!((answer.status, &answer.body["code"]), (200, &json!(0)));
    assert_eq!(answer.body["data"]["totalCount"], 12);
    assert_eq!(answer.body["data"]["result"][1]["chatName"], "测测测");
    let older = LIST.strip_prefix("/apiServer").expect("a base");
    assert_eq!(served.tanmarket(older, served.now(), &json!({})).expect("an answer").body["code"], 0);
}

/// The clock of a served sandbox is the one on the wall, also after a reset.
#[test]
fn tanmarket_looks_at_the_clock() {
    let served = Served::new(&[]);
    served.control("POST", "reset", &Value::Null);
    let seconds = std::time::UNIX_EPOCH.elapsed().expect("a time").as_secs();
    let wall = i64::try_from(seconds).expect("fits") * 1000;
    assert_eq!(served.tanmarket(LIST, wall, &json!({})).expect("an answer").body["code"], 0);
    let late = served.tanmarket(LIST, wall - 3_600_000, &json!({})).expect("an answer");
    assert_eq!((late.status, &late.body["code"]), (200, &json!(1003)));
    served.control("POST", "clock", &json!({"ms": 86_400_000_i64}));
    let (before, answer) = (served.now(), served.tanmarket(LIST, wall, &json!({})).expect("an answer"));
    assert_eq!(answer.body["code"], 1003);
    let date = chrono::DateTime::parse_from_rfc2822(answer.header("date").expect("a date")).expect("reads");
    assert!((0..60).contains(&(date.timestamp() - before / 1000)), "the sandbox's own clock");
}

#[test]
fn tanmarket_makes_as_many_sops_as_it_is_asked_for_also_when_the_answer_is_lost() {
    let served = Served::new(&[]);
    let fault = json!({"method": "POST", "path": "*/addGroup*", "fault": {"kind": "reset_after"}});
    served.control("POST", "faults", &fault);
    assert!(served.tanmarket(CREATE, served.now(), &sop()).is_none());
    let answer = served.tanmarket(CREATE, served.now(), &sop()).expect("an answer");
    assert_eq!(answer.body, json!({}));
    assert_eq!(served.writes().len(), 2);
    let app =
        served.control("GET", "state", &Value::Null)["tanmarket"]["apps"]["wwDEMO0000000001_abc123"].take();
    assert_eq!(app["sops"].as_array().map(Vec::len), Some(2));
    let messages = app["groups"][1]["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 2);
    assert!(messages.iter().all(|message| message["data"]["content"] == "早上好"));
    let fault = json!({"path": "getGroupList", "fault": {"kind": "code", "code": -1, "message": "boom"}});
    served.control("POST", "faults", &fault);
    let refused = served.tanmarket(LIST, served.now(), &json!({})).expect("an answer");
    assert_eq!(refused.body, json!({"code": -1, "message": "boom", "data": null}));
}

#[test]
fn youmi_queues_what_a_token_sends() {
    let served = Served::new(&[]);
    let granted = served.token();
    assert_eq!((granted.status, &granted.body["expires_in"]), (200, &json!(3600)));
    let token = granted.body["access_token"].as_str().expect("a token");
    assert_eq!(served.youmi("nonsense", "wxid_demo_ajie").expect("an answer").status, 401);
    let sent = served.youmi(token, "wxid_demo_ajie").expect("an answer");
    assert_eq!((&sent.body["succeed"], &sent.body["errmsg"]), (&json!(true), &json!(20_000)));
    let queued = served.received("wxid_demo_ajie");
    assert_eq!(
        (&queued[0]["taskId"], &queued[0]["status"]),
        (&sent.body["values"]["taskId"], &json!("queued"))
    );
    served.control("POST", "clock", &json!({"ms": 5000}));
    assert_eq!(served.received("wxid_demo_ajie")[0]["status"], "sent");
    served.control("POST", "clock", &json!({"ms": 3_600_000}));
    let refused = served.youmi(token, "wxid_demo_ajie").expect("an answer");
    assert_eq!((refused.status, &refused.body["errmsg"]), (200, &json!(10_003)));
    assert_eq!(served.writes(), vec![format!("\"{SEND}\""); 3], "asking for a token is no write");
}

#[test]
fn youmi_sends_twice_when_it_is_asked_twice_also_when_the_answer_is_lost() {
    let served = Served::new(&[]);
    let granted = served.token();
    let token = granted.body["access_token"].as_str().expect("a token");
    let mut reached = vec![];
    for fault in ["reset_before", "reset_after"] {
        served.control("POST", "faults", &json!({"path": "/v2/", "fault": {"kind": fault}}));
        assert!(served.youmi(token, "wxid_demo_xiaoman").is_none());
        reached.push(served.received("wxid_demo_xiaoman").as_array().map_or(0, Vec::len));
    }
    served.youmi(token, "wxid_demo_xiaoman").expect("an answer");
    reached.push(served.received("wxid_demo_xiaoman").as_array().map_or(0, Vec::len));
    assert_eq!(reached, [0, 1, 2]);
}

/// A world of one's own: its accounts are not the demo's, so these are not printed.
#[test]
fn a_seed_has_parts_for_each_vendor() {
    let world = crate::world::World::empty();
    world.write(
        "seed.yaml",
        "accounts: {shop: {app_id: a, app_secret: b}}\n\
         tanmarket: {apps: {ww1: {app_key: k}}}\n\
         youmi: {clients: {c1: {secret: s, accounts: [{wechat: wx1}]}}}\n",
    );
    let served = Served::new(&["--seed", world.path("seed.yaml").to_str().expect("a path")]);
    let state = served.control("GET", "state", &Value::Null);
    assert_eq!(state["tanmarket"]["apps"]["ww1"]["sops"], json!([]));
    assert_eq!(state["youmi"]["clients"]["c1"]["accounts"]["wx1"]["relation"], 0);
    assert!(state["yeapoo"]["accounts"]["shop"].is_object());
    assert!(!served.said.contains("demo"), "{}", served.said);
    world.write("bad.yaml", "youmi: {clients: {c1: {}}}\n");
    world
        .run("sandbox --listen 127.0.0.1:0 --seed bad.yaml")
        .expect_code(1)
        .says(&["can't read the sandbox's seed"]);
}
