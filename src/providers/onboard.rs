//! How an account comes to a vendor: bound to WeChat, given its credentials, filled with what WeChat holds of it.
//!
//! These are writes, also where the vendor's call looks like a read. None is made twice on its own.

use futures::future::BoxFuture;
use secrecy::SecretString;

use super::VendorError;

/// Brings an account to its vendor.
pub trait Onboard: Send + Sync {
    /// Makes an account of a WeChat id, or finds the one that was made of it before.
    fn bind<'a>(&'a self, weixin_id: &'a str) -> BoxFuture<'a, Result<Bound, VendorError>>;

    /// Gives the account the credentials under which WeChat knows it; the vendor then loads what WeChat holds.
    fn fill_in<'a>(&'a self, app_id: &'a str, secret: &'a SecretString)
    -> BoxFuture<'a, Result<(), NotDone>>;

    /// Lets the vendor load something from WeChat. `wipe`: what it holds of that is deleted first, for good.
    fn fetch(&self, what: Fetched, wipe: bool) -> BoxFuture<'_, Result<(), NotDone>>;

    /// What the vendor holds now.
    fn holds(&self, what: Fetched) -> BoxFuture<'_, Result<Holds, VendorError>>;
}

/// An account that is bound.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The setting that the id is for.
    pub setting: &'static str,
    /// The vendor's id of the account.
    pub id: String,
    /// Where WeChat is to send what happens.
    pub url: String,
    /// What WeChat is to sign it with.
    pub token: SecretString,
}

/// What a vendor loads from WeChat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// Followers and WeChat's own groups of them.
    Followers,
    /// The menu that followers see.
    Menu,
}

/// How much a vendor holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Of followers.
    Followers {
        /// Groups that were made at the vendor.
        groups: usize,
        /// Groups that WeChat has as well.
        from_wechat: usize,
        /// Places of followers in groups.
        memberships: usize,
        /// People who follow; those on the blacklist are not among them.
        followers: usize,
    },
    /// Of the menu.
    Menu {
        /// Buttons, those with others below them included.
        buttons: usize,
        /// Of them, those that answer with something that the vendor keeps.
        replies: usize,
    },
}

/// Why it was not done, or not all of it.
#[derive(Clone, Debug)]
pub enum NotDone {
    /// The vendor kept what it was given, and what should have come after that failed.
    Kept(VendorError),
    /// The vendor holds it already, and left it alone.
    HasIt(VendorError),
    /// Anything else.
    Failed(VendorError),
}

impl From<VendorError> for NotDone {
    fn from(error: VendorError) -> Self {
        Self::Failed(error)
    }
}
