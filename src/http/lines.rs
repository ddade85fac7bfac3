//! The connections that accounts share.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{ClientBuilder, Url, redirect, retry};
use tokio::sync::Semaphore;

use super::failure::reason;
use super::tls::is_here;
use super::{Failure, MOST, Roots};
use crate::text;

/// Answers beyond this are read a few at a time, so that many of them at once don't fill the memory.
pub(super) const LARGE_ANSWER: usize = 512 * 1024;
const LARGE_AT_ONCE: usize = 2;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections stay open for the next call so long.
const IDLE: Duration = Duration::from_secs(10);
/// So many of them in all: with those that are in use they stay far below the 1,024 files that a process may have open.
const IDLE_IN_ALL: usize = 256;
/// So many to each server at least.
const IDLE_AT_LEAST: usize = 4;

/// The connections that accounts share. What tells one account from another goes with each request.
#[derive(Clone, Debug)]
pub struct Lines {
    /// For calls.
    pub(super) calling: Arc<Ways>,
    /// For files that go out.
    pub(super) uploading: Arc<Ways>,
    pub(super) large: Arc<Semaphore>,
}

impl Lines {
    /// Connections to so many servers, none of them open yet.
    pub fn new(servers: usize) -> Self {
        Self::trusting(&Roots::default(), servers)
    }

    /// The same to servers that these roots vouch for, besides those that this machine trusts.
    pub fn trusting(roots: &Roots, servers: usize) -> Self {
        // Whoever comes first installs the provider; that another did is no mistake.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let ways = |idle| {
            let line = |roots| Line { idle, roots, client: OnceLock::new() };
            Arc::new(Ways { inside: line(None), outside: line(Some(roots.clone())) })
        };
        Self {
            calling: ways(idle_at_each(servers)),
            // Nothing is read while a file goes out over a slow line, so an upload brings its own time-out. It never
            // starts on a connection that the server may be closing: it is too long to be lost like that.
            uploading: ways(0),
            large: Arc::new(Semaphore::new(LARGE_AT_ONCE)),
        }
    }
}

/// Connections to this machine itself, and to all others.
#[derive(Debug)]
pub(super) struct Ways {
    inside: Line,
    outside: Line,
}

impl Ways {
    /// Who goes to this address. A server on this machine that speaks plain HTTP is a sandbox, or a test's.
    pub(super) fn to(&self, url: &Url) -> Result<&reqwest::Client, Failure> {
        if url.scheme() == "http" && is_here(url) { self.inside.client() } else { self.outside.client() }
    }
}

/// Connections of one sort, set up for the first call: to read what this machine trusts takes longer than most commands
/// call for.
#[derive(Debug)]
struct Line {
    idle: usize,
    /// Besides those of this machine; none where nobody has to show who it is, and no proxy stands between.
    roots: Option<Roots>,
    client: OnceLock<Result<reqwest::Client, Failure>>,
}

impl Line {
    fn client(&self) -> Result<&reqwest::Client, Failure> {
        self.client.get_or_init(|| self.set_up()).as_ref().map_err(Clone::clone)
    }

    fn set_up(&self) -> Result<reqwest::Client, Failure> {
        let builder = builder().pool_idle_timeout(IDLE).pool_max_idle_per_host(self.idle);
        let builder = match &self.roots {
            Some(roots) => builder.tls_certs_merge(roots.certificates()),
            None => builder.tls_certs_only([]).no_proxy(),
        };
        builder.build().map_err(|error| Failure::Untrusted {
            why: text!("can't set up HTTP: {why}", why = reason(&error)),
            help: text!("see to this machine's TLS set-up"),
        })
    }
}

/// How many connections to one server may wait for their next call: all that may be in use at once, where there are
/// few servers. One that is closed for the sake of the number is opened again in a moment.
fn idle_at_each(servers: usize) -> usize {
    (IDLE_IN_ALL / servers.max(1)).clamp(IDLE_AT_LEAST, MOST)
}

#[expect(clippy::disallowed_methods, reason = "this is the room that makes clients")]
pub(super) fn builder() -> ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("mpform/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        // A redirect could carry the headers to another host, and no vendor's API needs one.
        .redirect(redirect::Policy::none())
        // Whether a call may be made again is known by who made it; so none is copied for it either.
        .retry(retry::never().max_retries_per_request(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_servers_keep_all_their_connections_and_many_share_what_there_is() {
        let idle = [0, 1, 4, 16, 64, 300].map(idle_at_each);
        assert_eq!(idle, [64, 64, 64, 16, 4, 4]);
    }
}
