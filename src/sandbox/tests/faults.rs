//! Faults of the line and of what is said over it, seen from the other end.

use std::io::ErrorKind;

use super::*;
use crate::sandbox::Call;

/// Groups that every account has.
const BUILT_IN: usize = 3;

/// An answer: its head in lower case, and its body.
async fn answered(running: &Running, method: &str, path: &str, body: &str) -> (String, String) {
    let answer = raw(running, method, path, body).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.to_ascii_lowercase(), body.to_owned())
}

/// Groups that were not there before.
fn made(running: &Running) -> usize {
    group_names(running).len() - BUILT_IN
}

#[tokio::test]
async fn a_port_that_is_shut_refuses_until_it_is_opened() {
    for answered in [false, true] {
        let running = start().await;
        let mut idle = TcpStream::connect(running.address()).await.expect("a connection");
        idle.write_all(request("GET", "/v1/a/menu", "", "keep-alive").as_bytes()).await.expect("written");
        assert!(idle.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0));
        running.fault(Rule::new("POST", "/group", Fault::Refuse { ms: 600_000, answered }));
        assert_eq!(raw(&running, "POST", "/v1/a/group", NEW).await.is_ok(), answered);
        assert_eq!(made(&running), usize::from(answered));
        for _ in 0..3 {
            let refused = TcpStream::connect(running.address()).await.map_err(|error| error.kind());
            assert_eq!(refused.err(), Some(ErrorKind::ConnectionRefused));
        }
        // What was open breaks off.
        assert!(!idle.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0));
        running.clear_faults();
        assert_eq!(json_of(&running, "GET", "/v1/a/group", "").await["code"], 200);
        running.stop().await;
    }
}

#[tokio::test]
async fn a_port_that_is_shut_opens_by_itself() {
    let running = start().await;
    running.fault(Rule::new("GET", "/group", Fault::Refuse { ms: 1, answered: false }));
    assert!(raw(&running, "GET", "/v1/a/group", "").await.is_err());
    let mut tries = 0;
    while raw(&running, "GET", "/v1/a/group", "").await.is_err() {
        tokio::task::yield_now().await;
        tries += 1;
        assert!(tries < 1_000_000, "it never opens");
    }
    running.stop().await;
}

#[tokio::test]
async fn silence_lasts_as_long_as_the_sandbox() {
    for done in [true, false] {
        let running = start().await;
        running.fault(Rule::new("POST", "/group", Fault::Hang { done }));
        let mut stream = TcpStream::connect(running.address()).await.expect("a connection");
        stream.write_all(request("POST", "/v1/a/group", NEW, "close").as_bytes()).await.expect("written");
        while running.journal().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(made(&running), usize::from(done));
        assert_eq!((running.journal()[0].status, running.journal()[0].reached), (None, done));
        // Others are served.
        assert_eq!(json_of(&running, "GET", "/v1/a/group", "").await["code"], 200);
        running.stop().await;
        assert!(stream.read(&mut [0; 64]).await.is_err(), "reset, and nothing said");
    }
}

#[tokio::test]
async fn an_answer_that_trickles_is_whole_in_the_end() {
    let running = start().await;
    running.fault(Rule::new("POST", "/group", Fault::Drip { ms: 0 }));
    let (head, body) = answered(&running, "POST", "/v1/a/group", NEW).await;
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    assert_eq!(serde_json::from_str::<Value>(&body).expect("JSON")["code"], 200);
    // And one that would take for ever ends with the sandbox.
    running.fault(Rule::new("GET", "/group", Fault::Drip { ms: 600_000 }));
    let mut stream = TcpStream::connect(running.address()).await.expect("a connection");
    stream.write_all(request("GET", "/v1/a/group", "", "close").as_bytes()).await.expect("written");
    while running.journal().len() < 2 {
        tokio::task::yield_now().await;
    }
    running.stop().await;
    let mut read = vec![];
    let _ = stream.read_to_end(&mut read).await;
    assert!(!String::from_utf8_lossy(&read).contains('{'));
}

#[tokio::test]
async fn an_answer_is_filled_up_with_or_without_its_length() {
    let running = start().await;
    for length in [true, false] {
        running.fault(Rule::new("GET", "/menu", Fault::Large { bytes: 300_000, length }));
        let (head, body) = answered(&running, "GET", "/v1/a/menu", "").await;
        assert_eq!(head.contains("content-length: 300000"), length, "{head}");
        assert_eq!(head.contains("transfer-encoding: chunked"), !length, "{head}");
        let blanks = body.bytes().filter(|byte| *byte == b' ').count();
        assert!(blanks > 299_000, "{blanks}");
        assert!(body.contains(r#""code":200"#));
    }
    running.stop().await;
}

#[tokio::test]
async fn what_is_said_can_be_another_thing() {
    let running = start().await;
    let fault = |fault| running.fault(Rule::new("", "/menu", fault));
    fault(Fault::Redirect { status: 307, to: "http://elsewhere.test/".into() });
    let (head, _) = answered(&running, "GET", "/v1/a/menu", "").await;
    assert!(head.starts_with("http/1.1 307") && head.contains("location: http://elsewhere.test/"), "{head}");
    fault(Fault::ContentType { value: "text/html".into() });
    let (head, body) = answered(&running, "GET", "/v1/a/menu", "").await;
    assert!(head.contains("content-type: text/html\r\n"), "{head}");
    assert_eq!(serde_json::from_str::<Value>(&body).expect("JSON")["code"], 200);
    fault(Fault::ContentType { value: String::new() });
    let (head, _) = answered(&running, "GET", "/v1/a/menu", "").await;
    assert!(!head.contains("content-type"), "{head}");
    fault(Fault::Malformed);
    let (_, body) = answered(&running, "GET", "/v1/a/menu", "").await;
    assert!(body.ends_with(",}"), "{body}");
    fault(Fault::Alter { at: "/data".into(), to: Some(json!(7)) });
    let altered = json_of(&running, "GET", "/v1/a/menu", "").await;
    assert_eq!((&altered["code"], &altered["data"]), (&json!(200), &json!(7)));
    running.stop().await;
}

#[tokio::test]
async fn somebody_else_comes_first() {
    let running = start().await;
    let call =
        |name: &str| Call { method: "POST".into(), path: "/v1/a/group".into(), body: json!({"name": name}) };
    for name in ["one", "two"] {
        running.fault(Rule::new("GET", "/group", Fault::Meanwhile(call(name))).skip(1));
    }
    running.fault(Rule::new("GET", "/group", Fault::Cut).skip(1));
    answered(&running, "GET", "/v1/a/group", "").await;
    assert_eq!(made(&running), 0);
    answered(&running, "GET", "/v1/a/group", "").await;
    assert_eq!(made(&running), 2);
    let journal = running.journal();
    assert_eq!(journal.len(), 2, "what others do is not kept");
    assert_eq!(journal[1].fault.as_deref(), Some("meanwhile, cut"));
    running.stop().await;
}
