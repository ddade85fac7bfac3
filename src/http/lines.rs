//! The connections that accounts share.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{ClientBuilder, redirect};
use tokio::sync::Semaphore;

use super::failure::reason;
use super::{MOST, Roots};
use crate::text;
use crate::words::Text;

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
    pub(super) calling: reqwest::Client,
    pub(super) uploading: Arc<Uploading>,
    pub(super) large: Arc<Semaphore>,
}

impl Lines {
    /// Connections to so many servers, none of them open yet.
    ///
    /// # Errors
    /// A TLS set-up that does not work.
    pub fn new(servers: usize) -> Result<Self, Text> {
        Self::trusting(&Roots::default(), servers)
    }

    /// The same to servers that these roots vouch for, besides those that this machine trusts.
    ///
    /// # Errors
    /// A TLS set-up that does not work.
    pub fn trusting(roots: &Roots, servers: usize) -> Result<Self, Text> {
        // Whoever comes first installs the provider; that another did is no mistake.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let calling = builder().pool_idle_timeout(IDLE).pool_max_idle_per_host(idle_at_each(servers));
        Ok(Self {
            calling: made(calling, roots)?,
            uploading: Arc::new(Uploading { roots: roots.clone(), client: OnceLock::new() }),
            large: Arc::new(Semaphore::new(LARGE_AT_ONCE)),
        })
    }
}

/// The connections that files go out on. They are set up when the first file does: that takes longer than most commands
/// call for.
#[derive(Debug)]
pub(super) struct Uploading {
    roots: Roots,
    client: OnceLock<reqwest::Client>,
}

impl Uploading {
    /// Who sends files.
    pub(super) fn client(&self) -> Result<&reqwest::Client, Text> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // Nothing is read while a file goes out over a slow line, so an upload brings its own time-out. It never
        // starts on a connection that the server may be closing: it is too long to be lost like that.
        let client = made(builder().pool_max_idle_per_host(0), &self.roots)?;
        Ok(self.client.get_or_init(|| client))
    }
}

fn made(builder: ClientBuilder, roots: &Roots) -> Result<reqwest::Client, Text> {
    let made = builder.tls_certs_merge(roots.certificates()).build();
    made.map_err(|error| text!("can't set up HTTP: {why}", why = reason(&error)))
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
