//! Names of things: an address is ours, a remote id is the vendor's, a link is one thing's word for another.

use crate::problem::Flaw;
use crate::text;
use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::kinds::Scheduled;
use super::{Kind, KindInfo, kind_named};

/// `ACCOUNT/KIND/KEY`: the identity of a resource. A `/` or `%` inside a part is written `%2F` or `%25`.
///
/// The key may have several parts (a menu button's path of names), or none (`shop/menu`, the menu as a whole).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(Arc<str>);

impl Address {
    /// From plain parts, which are escaped here.
    pub fn new<'a>(account: &str, kind: &str, key: impl IntoIterator<Item = &'a str>) -> Self {
        let mut text = format!("{account}/{kind}");
        for part in key {
            text.push('/');
            text.push_str(&escape(part));
        }
        Self(text.into())
    }

    /// From the written form; `None` if it has no account or no kind.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let filled = parts.next().is_some_and(|part| !part.is_empty())
            && parts.next().is_some_and(|part| !part.is_empty());
        (filled && parts.all(|part| !part.is_empty())).then(|| Self(text.into()))
    }

    /// The written form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The account's name.
    pub fn account(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// The kind's name.
    pub fn kind(&self) -> &str {
        self.0.split('/').nth(1).unwrap_or_default()
    }

    /// The parts of the key, unescaped.
    pub fn key(&self) -> impl DoubleEndedIterator<Item = Cow<'_, str>> {
        self.0.split('/').skip(2).collect::<Vec<_>>().into_iter().map(unescape)
    }

    /// The last part of the key, unescaped; empty for a whole kind.
    pub fn last(&self) -> Cow<'_, str> {
        self.key().next_back().unwrap_or_default()
    }

    /// The address one part shorter, if its key has more than one part.
    pub fn parent(&self) -> Option<Self> {
        let (front, _) = self.0.rsplit_once('/')?;
        (front.split('/').count() > 2).then(|| Self(front.into()))
    }

    /// This address with one more part in its key.
    #[must_use]
    pub fn child(&self, part: &str) -> Self {
        Self(format!("{}/{}", self.0, escape(part)).into())
    }

    /// The address of a plan's run: with its date behind the key.
    #[must_use]
    pub fn at_date(&self, date: chrono::NaiveDate) -> Self {
        Self(format!("{}@{date}", self.0).into())
    }

    /// Of a plan's run, the plan's address and the run's date.
    pub fn run_of(&self) -> Option<(Self, chrono::NaiveDate)> {
        let (plan, date) = self.0.rsplit_once('@').filter(|_| self.kind() == Scheduled::NAME)?;
        Some((Self::parse(plan)?, date.parse().ok()?))
    }

    /// Of a plan's run, the plan's address.
    pub fn of_run(&self) -> Option<Self> {
        self.run_of().map(|(plan, _)| plan)
    }

    /// The address of another object in this one's place: with its id behind the key.
    #[must_use]
    pub fn beside(&self, id: &RemoteId) -> Self {
        Self(format!("{} ({})", self.0, escape(id.plain())).into())
    }

    /// The written form without the account.
    pub fn within_account(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, rest)| rest)
    }

    /// The written form of its key: without the account and the kind.
    pub fn within_kind(&self) -> &str {
        self.within_account().split_once('/').map_or("", |(_, key)| key)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(not_an_address(&text)))
    }
}

fn not_an_address(text: &str) -> Flaw {
    Flaw::new(
        text!("`{text}` is not an address", text),
        text!("an address is ACCOUNT/KIND/KEY, e.g. shop/keyword/营业时间"),
    )
}

fn escape(part: &str) -> Cow<'_, str> {
    if part.contains(['/', '%']) { part.replace('%', "%25").replace('/', "%2F").into() } else { part.into() }
}

fn unescape(part: &str) -> Cow<'_, str> {
    if part.contains('%') { part.replace("%2F", "/").replace("%25", "%").into() } else { part.into() }
}

/// The vendor's own id of a live object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RemoteId(Arc<str>);

impl RemoteId {
    /// The id as the vendor writes it, with the word for its table in front where each has ids of its own.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id alone.
    pub fn plain(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

impl From<&str> for RemoteId {
    fn from(id: &str) -> Self {
        Self(id.into())
    }
}

impl From<String> for RemoteId {
    fn from(id: String) -> Self {
        Self(id.into())
    }
}

impl fmt::Display for RemoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a link points at: a kind and the parts of a key in the same account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkTo {
    /// The kind's name.
    pub kind: &'static str,
    /// The key as it is written.
    pub key: String,
}

impl LinkTo {
    /// The address it means in an account. In a kind that is a tree a key is a path, its parts joined as in an
    /// address.
    pub fn address(&self, account: &str) -> Address {
        let is_path = kind_named(self.kind).is_some_and(KindInfo::is_whole);
        let path = is_path.then(|| Address::parse(&format!("{account}/{}/{}", self.kind, self.key)));
        path.flatten().unwrap_or_else(|| Address::new(account, self.kind, [self.key.as_str()]))
    }

    /// What points at an address.
    pub fn to(address: &Address) -> Option<Self> {
        let kind = kind_named(address.kind())?;
        let key = if kind.is_whole() { address.within_kind().into() } else { address.last() };
        Some(Self { kind: kind.name, key: key.into_owned() })
    }
}

/// A reference to a resource of kind `K` in the same account, written as its key.
///
/// Dependency edges are found by serializing a body: every link in it reports itself (see [`Link::collect`]),
/// so no kind has to declare its edges a second time.
pub struct Link<K> {
    key: String,
    kind: PhantomData<fn() -> K>,
}

thread_local! {
    static COLLECTED: RefCell<Option<Vec<LinkTo>>> = const { RefCell::new(None) };
    static RENAMED: RefCell<Vec<(LinkTo, LinkTo)>> = const { RefCell::new(vec![]) };
}

impl<K> Link<K> {
    /// A link to a key, its parts joined as in an address.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), kind: PhantomData }
    }

    /// The key it points at.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl Link<()> {
    /// Runs `serialize` and returns its result with every link that was serialized meanwhile, in order.
    pub fn collect<T>(serialize: impl FnOnce() -> T) -> (T, Vec<LinkTo>) {
        COLLECTED.with_borrow_mut(|links| *links = Some(vec![]));
        let made = serialize();
        (made, COLLECTED.take().unwrap_or_default())
    }

    /// Runs `serialize`, in which links that point at the first of two point at the second.
    pub fn renamed<T>(names: Vec<(LinkTo, LinkTo)>, serialize: impl FnOnce() -> T) -> T {
        RENAMED.set(names);
        let made = serialize();
        RENAMED.take();
        made
    }
}

impl<K> Clone for Link<K> {
    fn clone(&self) -> Self {
        Self::new(self.key.clone())
    }
}

impl<K> PartialEq for Link<K> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<K> fmt::Debug for Link<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)
    }
}

impl<K: Kind> Serialize for Link<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        COLLECTED.with_borrow_mut(|links| {
            if let Some(links) = links {
                links.push(LinkTo { kind: K::NAME, key: self.key.clone() });
            }
        });
        let renamed = RENAMED.with_borrow(|names| {
            let to = names.iter().find(|(from, _)| from.kind == K::NAME && from.key == self.key);
            to.map(|(_, to)| to.key.clone())
        });
        serializer.serialize_str(renamed.as_ref().unwrap_or(&self.key))
    }
}

impl<'de, K> Deserialize<'de> for Link<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl<K: Kind> JsonSchema for Link<K> {
    fn schema_name() -> Cow<'static, str> {
        format!("LinkTo{}", K::NAME).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": "string", "description": format!("the key of a {} in the same account", K::NAME)})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_escaped_and_come_back() {
        let address = Address::new("shop", "menu", ["新品/特惠", "100%"]);
        assert_eq!(address.as_str(), "shop/menu/新品%2F特惠/100%25");
        assert_eq!(address.key().collect::<Vec<_>>(), ["新品/特惠", "100%"]);
        assert_eq!((address.account(), address.kind(), &*address.last()), ("shop", "menu", "100%"));
    }

    #[test]
    fn an_escaped_percent_before_2f_stays() {
        let address = Address::new("shop", "keyword", ["%2F"]);
        assert_eq!(address.as_str(), "shop/keyword/%252F");
        assert_eq!(address.last(), "%2F");
    }

    #[test]
    fn the_parent_of_a_top_button_is_no_address() {
        let sub = Address::new("shop", "menu", ["新品", "官网"]);
        let top = Address::new("shop", "menu", ["新品"]);
        assert_eq!(sub.parent(), Some(top.clone()));
        assert_eq!(top.parent(), None);
        assert_eq!(top.child("官网"), sub);
    }

    #[test]
    fn parse_wants_account_and_kind() {
        assert!(Address::parse("shop").is_none());
        assert!(Address::parse("shop//x").is_none());
        assert_eq!(Address::parse("shop/menu").map(|a| a.key().count()), Some(0));
    }
}
