//! What a vendor knows of the messages between followers and an account: what came in, and what was sent to many
//! at once.

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;

use super::VendorError;

/// Reads an account's messages.
pub trait Messages: Send + Sync {
    /// What followers sent from a moment on, newest first. Followers whom the vendor does not know are left out.
    fn received(&self, since: DateTime<Utc>) -> BoxFuture<'_, Result<Vec<Received>, VendorError>>;

    /// The messages that were sent to many at once, newest first.
    fn sent(&self) -> BoxFuture<'_, Result<Vec<Sent>, VendorError>>;

    /// How far one of them has come; `None` if the vendor does not know it.
    fn status<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<Status>, VendorError>>;
}

/// A message that a follower sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The vendor's word for what it is: `text`, `image`, …
    pub kind: String,
    /// What it says, if it is a text.
    pub text: Option<String>,
    /// When it came.
    pub at: DateTime<Utc>,
}

/// A message that was sent to many at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The vendor's id of the sending.
    pub id: String,
    /// The vendor's word for what was sent.
    pub kind: String,
    /// The vendor's id of the material that was sent.
    pub material: String,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// What it says, if it is a text.
    pub text: Option<String>,
}

/// How far a message to many has come. Numbers are absent until WeChat has told them, which it never does for one
/// that it refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The vendor's word.
    pub word: String,
    /// Followers it was meant for.
    pub total: Option<u64>,
    /// Of them, those whom WeChat tried to reach.
    pub filtered: Option<u64>,
    /// Of them, those who got it.
    pub sent: Option<u64>,
    /// Of them, those who did not.
    pub failed: Option<u64>,
}
