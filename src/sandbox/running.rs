//! The handle of a sandbox that runs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::core::Core;
use super::faults::Rule;
use super::journal::Entry;
use super::port::Port;
use super::serve::serve;
use super::wire::{Answer, Request};

/// How long connections get to finish their answers when the sandbox stops.
const GRACE: Duration = Duration::from_millis(500);

/// A sandbox that runs. Dropping it stops it.
pub struct Running {
    core: Arc<Core>,
    port: Arc<Port>,
    address: SocketAddr,
    closing: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl Running {
    pub(super) fn new(core: Arc<Core>, port: Port, address: SocketAddr) -> Self {
        let (closing, closed) = watch::channel(false);
        let port = Arc::new(port);
        let server = tokio::spawn(serve(Arc::clone(&core), Arc::clone(&port), closed));
        Self { core, port, address, closing, server }
    }

    /// Where it is reached, without a slash at the end.
    pub fn url(&self) -> &str {
        self.core.base()
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every request so far, oldest first.
    pub fn journal(&self) -> Vec<Entry> {
        self.core.entries(false)
    }

    /// The requests that change something, carried out or not, oldest first.
    pub fn writes(&self) -> Vec<Entry> {
        self.core.entries(true)
    }

    /// Forgets the requests so far; numbers go on.
    pub fn clear_journal(&self) {
        self.core.clear_journal();
    }

    /// Adds a fault rule.
    pub fn fault(&self, rule: Rule) {
        self.core.add_fault(rule);
    }

    /// Removes all fault rules, and listens again if one had shut the port.
    pub fn clear_faults(&self) {
        self.core.clear_faults();
        self.port.open();
    }

    /// Back to the seed: vendors, clock, faults and journal.
    pub fn reset(&self) {
        self.core.reset();
        self.port.open();
    }

    /// Moves the logical clock on.
    pub fn advance(&self, by: Duration) {
        self.core.advance(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
    }

    /// Everything the vendors hold, by vendor.
    pub fn state(&self) -> Value {
        self.core.dump()
    }

    /// Does a request without network, credentials, faults or journal: a change made by hand behind our back.
    ///
    /// `path` may carry a query; a null `body` sends none.
    pub fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        self.core.whisper(Request::json_by_hand(method, path, &body, self.core.base()))
    }

    /// Uploads a file in the same way.
    pub fn upload(&self, path: &str, name: &str, content: &[u8]) -> Answer {
        let head =
            format!("--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        let body = [head.as_bytes(), content, b"\r\n--B--\r\n"].concat();
        let form = Some("multipart/form-data; boundary=B");
        self.core.whisper(Request::made_by_hand("POST", path, form, Bytes::from(body), self.core.base()))
    }

    /// Stops listening and closes all connections.
    pub async fn stop(mut self) {
        self.closing.send_replace(true);
        if tokio::time::timeout(GRACE, &mut self.server).await.is_err() {
            self.server.abort();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.closing.send_replace(true);
    }
}
