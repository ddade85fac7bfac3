use std::sync::mpsc::channel;

use bytes::Bytes;
use chrono::DateTime;
use secrecy::SecretString;

use super::*;
use crate::http::loopback::{Loopback, answer};
use crate::http::{Client, Limits, Lines, Post, Reader, Setup, TIMEOUT, Throttle, Writer};

/// An account that tells its calls, the file that they go to, and what is said.
fn traced(path: &std::path::Path) -> (Arc<Client>, std::sync::mpsc::Receiver<String>) {
    let (say, said) = channel();
    let trace = Trace::new(
        Some(open(path).expect("opens")),
        Some((
            Detail::Headers,
            Box::new(move |line: &str| say.send(line.to_owned()).expect("somebody listens")),
        )),
    );
    let throttle = Throttle::new(Limits { concurrency: 1, requests_per_second: None, timeout: TIMEOUT });
    let lines = Lines::new(1);
    let setup = Setup { account: "shop", trace, ..Setup::default() };
    let secret = SecretString::from("s3cr3t-header");
    let clock = Clock::by_hand(DateTime::UNIX_EPOCH);
    (Client::on(&lines, [("x-shop", &secret)], throttle, clock, setup).expect("a client"), said)
}

fn lines(path: &std::path::Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("reads");
    text.lines().skip(1).map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[tokio::test]
async fn a_call_is_a_line_and_its_secrets_are_not_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("calls.jsonl");
    let (client, said) = traced(&path);
    let echo = br#"{"code": 1, "message": "no s3cr3t-header", "openid": "o1"}"#;
    let server =
        Loopback::start([answer("403 Forbidden", "Set-Cookie: a=b\r\nX-Seen: s3cr3t-header\r\n", echo)])
            .await;
    let url = server.url("/list?sign=abc&page=1");
    Reader::new(&client)
        .ask(&url, Bytes::from_static(b"{\"a\":1}"), HeaderMap::new())
        .await
        .expect("an answer");
    let mut line = lines(&path).remove(0);
    assert!(line["ms"].take().is_u64());
    let shown = server.url("/list?sign=•••&page=1");
    let want = json!({
        "at": "1970-01-01T00:00:00.000Z",
        "account": "shop",
        "request": {
            "method": "POST",
            "url": shown,
            "headers": {"accept": "application/json, */*;q=0.1", "x-shop": "•••", "content-type": "application/json"},
            "body": {"a": 1},
        },
        "answer": {
            "status": 403,
            "headers": {"set-cookie": "•••", "x-seen": "•••", "content-length": "58", "connection": "close"},
            "body": {"code": 1, "message": "no •••", "openid": "o1"},
        },
        "ms": null,
    });
    assert_eq!(line, want);
    let said = said.recv().expect("one line");
    assert!(said.starts_with(&format!("shop: POST {shown} → 403 (")), "{said}");
    let names = "\n    > accept, x-shop •••, content-type\n    < set-cookie •••, x-seen •••, content-length, connection";
    assert!(said.ends_with(names), "{said}");
    assert_eq!(client.calls(), 1);
}

#[tokio::test]
async fn what_is_confidential_is_told_without_its_bodies() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("calls.jsonl");
    let (client, _said) = traced(&path);
    let server = Loopback::start([answer("200 OK", "", b"any-token")]).await;
    let post = Post {
        headers: &[],
        content_type: "x/y",
        body: "any-secret".into(),
        with_account_headers: false,
        confidential: true,
    };
    Writer::new(&client).post(&server.url("/token"), post).await.expect("an answer");
    let line = lines(&path).remove(0);
    assert_eq!((&line["request"]["body"], &line["answer"]["body"]), (&json!("•••"), &json!("•••")));
    assert!(!line.to_string().contains("any-"), "{line}");
}

#[tokio::test]
async fn files_are_told_by_their_fingerprints() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, poster) = (folder.path().join("calls.jsonl"), folder.path().join("a.jpg"));
    std::fs::write(&poster, "abc").expect("writes");
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let (client, _said) = traced(&path);
    let server = Loopback::start([answer("200 OK", "", b"{}"), answer("200 OK", "", b"abc")]).await;
    let upload = Upload {
        path: poster,
        name: "海报.jpg".to_owned(),
        mime: "image/jpeg",
        size: 3,
        sha256: abc.to_owned(),
        sent: Arc::new(|_| ()),
    };
    Writer::new(&client).upload(&server.url("/up"), upload).await.expect("an answer");
    let reader = Reader::new(&client);
    reader.file(&server.url("/a.jpg"), crate::http::Headers::None, None).await.expect("an answer");
    let lines = lines(&path);
    assert_eq!(lines[0]["request"]["body"], json!({"file": "海报.jpg", "size": 3, "sha256": abc}));
    assert_eq!(lines[1]["answer"]["body"], json!({"size": 3, "sha256": abc}));
}

#[tokio::test]
async fn a_call_without_an_answer_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("calls.jsonl");
    let (client, _said) = traced(&path);
    let server = Loopback::start([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf".to_vec()]).await;
    let reader = Reader::new(&client);
    reader.get(&server.url("/a")).await.expect_err("cut off");
    reader.get("http://127.0.0.1:1/").await.expect_err("nobody there");
    let lines = lines(&path);
    assert_eq!(lines[0]["answer"]["status"], 200);
    assert!(
        lines.iter().all(|line| line["failure"].as_str().is_some_and(|why| !why.is_empty())),
        "{lines:?}"
    );
}
