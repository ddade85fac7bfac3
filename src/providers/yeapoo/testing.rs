//! For unit tests: an account of a sandbox that is served.

use std::sync::Arc;

use chrono::DateTime;

use super::api::ReadApi;
use crate::clock::Clock;
use crate::http::{Client, Limits, Reader, Throttle};
use crate::sandbox::{Running, Sandbox, Seed};

/// A sandbox with this seed, and what reads one of its accounts.
pub(super) async fn served(seed: &str, info_id: &str) -> (Running, Arc<ReadApi>) {
    let address = "127.0.0.1:0".parse().expect("an address");
    let sandbox = Sandbox::new().seed(Seed::yaml(seed)).start(address).await.expect("starts");
    let throttle = Throttle::new(Limits { concurrency: 4, requests_per_second: None });
    let client = Client::new([], throttle, Clock::by_hand(DateTime::UNIX_EPOCH)).expect("a client");
    let url = sandbox.url().parse().expect("an address");
    let api = Arc::new(ReadApi::new(Reader::new(&client), &url, info_id));
    (sandbox, api)
}
