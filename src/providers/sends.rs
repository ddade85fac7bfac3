//! Sending the messages of a plan, one by one.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;

use super::{Links, VendorError};
use crate::model::sop::Own;

/// Sends messages. Nothing here is ever tried again by itself: a message whose answer was lost may have gone out.
pub trait Sends: Send + Sync {
    /// Asks whether the vendor takes the account's credentials; nobody is sent anything. False where only sending tells.
    fn admitted(&self) -> BoxFuture<'_, Result<bool, VendorError>> {
        Box::pin(async { Ok(false) })
    }

    /// Makes what a message needs before it can go out and that nobody gets to see. What comes back is remembered
    /// before the message goes out: the vendor's list of what was sent shows it by that.
    fn prepare<'a>(&'a self, _: &'a Outgoing<'a>) -> BoxFuture<'a, Result<Option<String>, VendorError>> {
        Box::pin(async { Ok(None) })
    }

    /// Sends one message to one recipient, once. The vendor's id of the sending, if it gives one.
    fn send<'a>(
        &'a self,
        message: &'a Outgoing<'a>,
        mark: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<String>, VendorError>>;

    /// What became of a message whose answer was lost.
    fn settle<'a>(&'a self, _: &'a Lost<'a>) -> BoxFuture<'a, Result<Settled, VendorError>> {
        Box::pin(async { Ok(Settled::Unknown) })
    }
}

/// One message to one recipient.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The plan's audience.
    pub audience: &'a Own,
    /// Who gets it, as [`super::Plans::recipients`] says it.
    pub to: &'a str,
    /// What is sent.
    pub message: &'a Own,
    /// The vendor's ids of what the audience and the message point at.
    pub links: &'a Links,
}

/// A message whose answer was lost.
#[derive(Clone, Copy, Debug)]
pub struct Lost<'a> {
    /// The message.
    pub message: Outgoing<'a>,
    /// What [`Sends::prepare`] gave.
    pub mark: Option<&'a str>,
    /// When it was about to go out.
    pub begun: DateTime<Utc>,
    /// The vendor's ids of messages that are known to be others.
    pub taken: &'a HashSet<String>,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It went out, under this id if there is one.
    Sent(Option<String>),
    /// It did not.
    NotSent,
    /// Nobody can tell.
    Unknown,
}
