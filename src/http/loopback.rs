//! A server for tests that shows the very bytes of a request and answers the very bytes that it is given.

use std::sync::Arc;

use chrono::DateTime;
use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Client, Limits, Throttle};
use crate::clock::Clock;

/// What came in on one connection, until its end or the end that its head promised.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        let of = |line: &'_ str| line.split_once(": ").is_some_and(|(key, _)| key.eq_ignore_ascii_case(name));
        self.head.lines().find(|line| of(line)).and_then(|line| line.split_once(": ")).map(|(_, value)| value)
    }

    pub(super) fn promised(&self) -> usize {
        self.header("content-length").and_then(|value| value.parse().ok()).unwrap_or_default()
    }
}

/// A server that takes as many connections as it has answers.
pub(super) struct Loopback {
    base: String,
    served: JoinHandle<Vec<Request>>,
}

impl Loopback {
    pub(super) async fn start(answers: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let answers: Vec<_> = answers.into_iter().collect();
        let served = tokio::spawn(async move {
            let mut requests = vec![];
            for answer in answers {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let mut read = vec![];
                let end = loop {
                    if let Some(at) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                        break at + 4;
                    }
                    // A client that gives up at once ends the connection before its head is out.
                    if !stream.read_buf(&mut read).await.is_ok_and(|read| read > 0) {
                        break read.len();
                    }
                };
                let body = read.split_off(end);
                let head = String::from_utf8(read).expect("a head in ASCII");
                let mut request = Request { head, body };
                // One that gives up later may reset it, which is an end like any other.
                while request.body.len() < request.promised()
                    && stream.read_buf(&mut request.body).await.is_ok_and(|read| read > 0)
                {}
                let _ = stream.write_all(&answer).await;
                let _ = stream.shutdown().await;
                requests.push(request);
            }
            requests
        });
        Self { base, served }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Whether its answers were all fetched.
    pub(super) fn was_asked(&self) -> bool {
        self.served.is_finished()
    }

    pub(super) async fn requests(self) -> Vec<Request> {
        self.served.await.expect("a server without a mistake")
    }
}

/// The bytes of a whole answer, after which the connection ends.
pub(super) fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// An account whose requests can be told by a header.
pub(super) fn account() -> Arc<Client> {
    let throttle =
        Throttle::new(Limits { concurrency: 1, requests_per_second: None, timeout: super::TIMEOUT });
    Client::new([("x-token", &SecretString::from("secret"))], throttle, Clock::by_hand(DateTime::UNIX_EPOCH))
        .expect("a client")
}

/// Bytes in which no two places look alike.
pub(super) fn noise(length: usize) -> Vec<u8> {
    (0..length as u64).map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect()
}
