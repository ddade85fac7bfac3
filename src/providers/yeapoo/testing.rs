//! For unit tests: an account of a sandbox that is served.

use std::path::Path;
use std::sync::Arc;

use chrono::DateTime;

use super::api::{ReadApi, WriteApi};
use crate::clock::Clock;
use crate::http::{Client, Limits, Reader, Throttle, Writer};
use crate::sandbox::{Running, Sandbox, Seed};

/// A sandbox with this seed, and what reads one of its accounts.
pub(super) async fn served(seed: &str, info_id: &str) -> (Running, Arc<ReadApi>) {
    let (sandbox, client) = started(seed, Clock::by_hand(DateTime::UNIX_EPOCH)).await;
    let url = sandbox.url().parse().expect("an address");
    let api = Arc::new(ReadApi::new(Reader::new(&client), &url, info_id));
    (sandbox, api)
}

/// A sandbox with this seed, and what writes to one of its accounts by this clock.
pub(super) async fn writable(seed: &str, info_id: &str, clock: Clock) -> (Running, Arc<WriteApi>) {
    let (sandbox, client) = started(seed, clock).await;
    let url = sandbox.url().parse().expect("an address");
    let api = Arc::new(WriteApi::new(Writer::new(&client), &url, info_id, Path::new("")));
    (sandbox, api)
}

async fn started(seed: &str, clock: Clock) -> (Running, Arc<Client>) {
    let address = "127.0.0.1:0".parse().expect("an address");
    let sandbox = Sandbox::new().seed(Seed::yaml(seed)).start(address).await.expect("starts");
    let throttle =
        Throttle::new(Limits { concurrency: 4, requests_per_second: None, timeout: crate::http::TIMEOUT });
    (sandbox, Client::new([], throttle, clock).expect("a client"))
}
