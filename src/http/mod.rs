//! One HTTP client for all vendors: time-outs, throttle, bounded answers; a redirect is followed only to a file that
//! is fetched without the account's headers.
//!
//! It knows no vendor. It says what can be known of a request (never sent, sent without an answer, answered) and
//! leaves what an answer means to the vendor's `api.rs`; retrying happens above that, see [`retry`].
//!
//! Reading and writing are two types. Whoever holds a [`Reader`] can't write.
//!
//! Files stream: [`Reader::file`] and [`Writer::upload`] hash what goes by and never hold a whole one.

use std::time::Duration;

use crate::words::Text;
use bytes::Bytes;

#[cfg(any(test, feature = "fuzzing"))]
pub mod canned;
mod client;
mod download;
mod form;
#[cfg(test)]
mod loopback;
mod objects;
mod post;
pub mod retry;
mod secrets;
mod streamed;
mod throttle;
mod tls;
pub mod trace;
mod upload;

pub use client::{Client, Lines, Reader, Setup, Writer};
pub use download::{FileAnswer, Headers};
pub use objects::Objects;
pub use post::Post;
pub use secrets::Secrets;
pub use streamed::Streamed;
pub use throttle::{Gate, Limits, TIMEOUT, Throttle};
pub use tls::{Roots, unencrypted};
pub use trace::Trace;
pub use upload::Upload;

/// An answer, whatever it says.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The content type, lower-case, without its parameters.
    pub content_type: String,
    /// How long the vendor asks us to wait.
    pub retry_after: Option<Duration>,
    /// To which server we are sent on, by scheme, host and port. It is not followed.
    pub redirect: Option<String>,
    /// The whole body.
    pub body: Bytes,
    /// What may not show of it: what the account shows to be let in, and what this request was let in with.
    pub secrets: Secrets,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection: nothing has happened at the vendor's.
    Unsent(Text),
    /// The request went out and no whole answer came back: it may have been carried out.
    Lost(Text),
    /// A file or the disk on this side: nothing has happened at the vendor's, and the same call would end the same way.
    Ours(Text),
    /// Who answers there could not show who it is: nothing was sent, and the same call would end the same way.
    Untrusted {
        /// What was wrong with its certificate.
        why: Text,
        /// What to do about it.
        help: Text,
    },
}

impl Failure {
    /// What went wrong.
    pub fn message(&self) -> &Text {
        match self {
            Self::Unsent(message) | Self::Lost(message) | Self::Ours(message) => message,
            Self::Untrusted { why, .. } => why,
        }
    }
}

#[cfg(test)]
mod tests;
