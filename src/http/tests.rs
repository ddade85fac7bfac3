//! Servers that behave badly: each call has an end, a bound, and no other address than its own.

use std::sync::Arc;

use chrono::DateTime;
use reqwest::Method;

use super::{Answer, Client, Failure, Headers, Limits, Lines, Reader, Setup, TIMEOUT, Throttle, Writer};
use crate::clock::Clock;
use crate::http::loopback::{Loopback, answer};
use crate::sandbox::{Fault, Rule, Running, Sandbox, Seed};
use std::time::Duration;

const WORLD: &str = "accounts: {a: {app_id: x, app_secret: y, images: [{name: a.jpg}]}}";
/// For an answer that never comes.
const SHORT: Duration = Duration::from_millis(500);

async fn server(fault: Fault, timeout: Duration) -> (Running, Arc<Client>) {
    let address = "127.0.0.1:0".parse().expect("an address");
    let running = Sandbox::new().seed(Seed::yaml(WORLD)).start(address).await.expect("starts");
    running.fault(Rule::new("", "", fault).always());
    let throttle = Throttle::new(Limits { concurrency: 4, requests_per_second: None, timeout });
    let overloaded = crate::providers::provider_named("yeapoo").expect("a vendor").overloaded;
    let setup = Setup { overloaded, ..Setup::default() };
    let (lines, clock) = (Lines::new(1), Clock::by_hand(DateTime::UNIX_EPOCH));
    let client = Client::on(&lines, [], throttle, clock, setup).expect("a client");
    (running, client)
}

async fn read(fault: Fault, timeout: Duration) -> Result<Answer, Failure> {
    let (running, client) = server(fault, timeout).await;
    Reader::new(&client).get(&format!("{}/v1/a/menu", running.url())).await
}

#[track_caller]
fn is_lost(answer: Result<Answer, Failure>, why: &str) {
    match answer {
        Err(Failure::Lost(said)) => assert!(said.en().contains(why), "{said:?}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn silence_and_trickles_have_an_end() {
    for fault in [Fault::Hang { done: true }, Fault::Hang { done: false }, Fault::Drip { ms: 1000 }] {
        is_lost(read(fault.clone(), SHORT).await, "no answer in time");
        let (running, client) = server(fault, SHORT).await;
        let url = format!("{}/v1/a/text", running.url());
        let sent = Writer::new(&client).send(Method::POST, &url, Some("{\"content\": \"a\"}".into())).await;
        is_lost(sent, "no answer in time");
        assert_eq!(running.writes().len(), 1, "and it is sent once");
    }
}

#[tokio::test]
async fn a_file_that_trickles_has_an_end() {
    for fault in [Fault::Hang { done: true }, Fault::Drip { ms: 1000 }] {
        let (running, client) = server(fault, SHORT).await;
        let file =
            Reader::new(&client).file(&format!("{}/v1/a/menu", running.url()), Headers::None, None).await;
        let Err(Failure::Lost(why)) = file else { panic!("{file:?}") };
        assert!(why.en().contains("no answer in time"), "{why:?}");
    }
}

#[tokio::test]
async fn an_answer_may_be_large_but_not_endless() {
    let mib = 1024 * 1024;
    for length in [true, false] {
        let whole = read(Fault::Large { bytes: 3 * mib, length }, TIMEOUT).await.expect("an answer");
        assert_eq!(whole.body.len() as u64, 3 * mib);
        is_lost(read(Fault::Large { bytes: 100 * mib, length }, TIMEOUT).await, "larger than 33554432 bytes");
    }
}

/// The one that was asked says where to go; the other is never asked, and hears no secret.
#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = Loopback::start([answer("200 OK", "", b"{}")]).await;
    for status in [301, 302, 303, 307, 308] {
        let to = format!("{}/v1/a/menu?token=secret", elsewhere.url(""));
        let answer = read(Fault::Redirect { status, to }, TIMEOUT).await.expect("an answer");
        assert_eq!((answer.status, answer.redirect), (status, Some(elsewhere.url(""))));
    }
    assert!(!elsewhere.was_asked());
}

#[tokio::test]
async fn a_port_on_which_nobody_listens_has_got_nothing() {
    let (running, client) = server(Fault::Refuse { ms: 600_000, answered: true }, TIMEOUT).await;
    let url = format!("{}/v1/a/text", running.url());
    let send =
        || async { Writer::new(&client).send(Method::POST, &url, Some("{\"content\": \"a\"}".into())).await };
    assert_eq!(send().await.expect("an answer").status, 200);
    let refused = send().await;
    assert!(matches!(&refused, Err(Failure::Unsent(why)) if why.en().contains("refused")), "{refused:?}");
}

/// What a server answers decides how many calls are made at once.
#[tokio::test]
async fn trouble_slows_us_down_however_it_shows() {
    let down = |status| (Fault::Status { status }, 2);
    let deadlock = Fault::Code { code: 500, message: "Deadlock found; try restarting transaction".into() };
    let code = |message: &str| Fault::Code { code: 500, message: message.into() };
    for (fault, left) in [
        down(429),
        down(503),
        (deadlock, 2),
        (Fault::Hang { done: false }, 2),
        (code("Incorrect result size"), 4),
        (Fault::Status { status: 400 }, 4),
    ] {
        let (running, client) = server(fault.clone(), SHORT).await;
        let (reader, url) = (Reader::new(&client), format!("{}/v1/a/menu", running.url()));
        let _ = futures::future::join_all((0..4).map(|_| reader.get(&url))).await;
        assert_eq!(client.at_once(), left, "{fault:?}");
    }
}
