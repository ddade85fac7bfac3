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

use bytes::Bytes;

mod address;
#[cfg(any(test, feature = "fuzzing"))]
pub mod canned;
mod client;
mod download;
mod failure;
mod form;
mod lines;
#[cfg(test)]
mod loopback;
mod objects;
mod pace;
mod post;
pub mod retry;
mod secrets;
mod server;
mod streamed;
mod tally;
mod throttle;
mod tls;
pub mod trace;
mod upload;

pub use address::Address;
pub use client::{Client, Overloaded, Reader, Setup, Writer};
pub use download::{FileAnswer, Headers};
pub use failure::Failure;
pub use lines::Lines;
pub use objects::Objects;
pub use post::Post;
pub use secrets::Secrets;
pub use server::{MOST, Server};
pub use streamed::Streamed;
pub use tally::Sum;
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

#[cfg(test)]
mod tests;
