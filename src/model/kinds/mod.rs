//! The kinds of things one can declare, each in a file of its own. The list below is the only list: the schema,
//! the configuration reader, the planner and the drivers go through it.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Address, Body, Files, Finding, Link, LinkTo, RemoteId, Rules};

mod group;
mod keyword;
mod material;
mod menu;
mod reply;
mod sop;

pub use group::{Group, MembersMode};
pub use keyword::{Keyword, Match};
pub use material::{Article, Material};
pub use menu::Button;
pub use reply::{RawReply, Reply};
pub use sop::{Scheduled, ScheduledStep};

/// How the entries of a kind stand in its section of a resources document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A mapping from key to body.
    Map,
    /// A mapping with fixed keys; `none` instead of a body means that there is to be nothing.
    Named(&'static [&'static str]),
    /// A list of bodies, each known by its `name`, with a list of the same below it under `items`; so many levels.
    /// The list is the whole: what is not in it goes.
    Tree(usize),
    /// A mapping from key to a recurring plan, in the words of the account's vendor. What is kept is what is made of
    /// it: see [`Scheduled`].
    Plans,
}

/// What one can declare. Implementors are plain data: they know neither vendor nor file nor clock.
pub trait Kind: Serialize + DeserializeOwned + JsonSchema + Clone + Send + Sync + 'static {
    /// Its word in addresses.
    const NAME: &'static str;
    /// Its section in a resources document.
    const SECTION: &'static str;
    /// How its section is laid out.
    const SHAPE: Shape;
    /// The fields that plain equality gets wrong.
    const RULES: Rules;
    /// Fields that are worked out and never written by a user.
    const WORKED_OUT: &'static [&'static str] = &[];
    /// Fields without which it can't be created.
    const TO_CREATE: &'static [&'static str] = &[];
    /// Changes are a draft until they are committed; this names the one field of the kind's own address
    /// (`shop/menu`) that then changes.
    const COMMIT: Option<&'static str> = None;
    /// Its natural key alone does not say that a live object is this one: the content must be the same as well.
    const BY_CONTENT: bool = false;

    /// Puts in what is left out (a name that defaults to the key) and what stands in files.
    fn fill(&mut self, key: &str, files: &dyn Files) -> Vec<Finding> {
        let _ = (key, files);
        vec![]
    }

    /// What is wrong with it whoever the vendor is.
    fn check(&self) -> Vec<Finding> {
        vec![]
    }

    /// What is wrong with it as a level of a [`Shape::Tree`], where it shows whether others lie below it.
    fn check_level(&self, has_items: bool) -> Vec<Finding> {
        let _ = has_items;
        vec![]
    }

    /// By what a live object is known to be this one when no state says so.
    fn natural(&self, key: &str) -> String {
        key.to_owned()
    }

    /// For a kind that is known [`Kind::BY_CONTENT`]: true if a live object that was read has this content.
    fn same_content(&self, have: &Self) -> bool {
        let _ = have;
        true
    }

    /// What a live object says in the vendor's ids, said in our names where it is known whose they are.
    fn name_links(&mut self, names: &Names<'_>) {
        let _ = names;
    }

    /// What is said in our names, said in the vendor's ids as well, as a live object has them.
    fn id_links(&mut self, ids: &Ids<'_>) {
        let _ = ids;
    }

    /// What a reader is asked for who is to read all of an object, where it reads some parts only if they are wanted.
    fn everything() -> Option<Self> {
        None
    }

    /// Takes from what is live what a body leaves to it, for a kind that leaves something.
    const LAY_OVER: Option<fn(&mut Self, &Self)> = None;
}

/// The key of a kind's resource that has a vendor's id.
pub type Names<'a> = dyn Fn(&'static str, &RemoteId) -> Option<String> + 'a;

/// The vendor's id of a kind's resource that has a key.
pub type Ids<'a> = dyn Fn(&'static str, &str) -> Option<RemoteId> + 'a;

/// Calls something generic once for every kind.
pub trait EachKind {
    /// Called with each kind, in the order of the list.
    fn kind<K: Kind>(&mut self);
}

/// A kind without its type, for everything that works on plain bodies.
#[derive(Clone, Copy)]
pub struct KindInfo {
    /// [`Kind::NAME`].
    pub name: &'static str,
    /// [`Kind::SECTION`].
    pub section: &'static str,
    /// [`Kind::SHAPE`].
    pub shape: Shape,
    /// [`Kind::RULES`].
    pub rules: Rules,
    /// [`Kind::WORKED_OUT`].
    pub worked_out: &'static [&'static str],
    /// [`Kind::TO_CREATE`].
    pub to_create: &'static [&'static str],
    /// [`Kind::COMMIT`].
    pub commit: Option<&'static str>,
    /// The schema of its body.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// [`Kind::LAY_OVER`] on plain bodies.
    pub lay_over: Option<fn(&Body, &Body) -> Body>,
    /// [`Kind::BY_CONTENT`].
    pub by_content: bool,
    /// [`Kind::same_content`] on plain bodies, the wanted one first.
    pub same_content: fn(&Body, &Body) -> bool,
    /// [`Kind::name_links`] on a plain body.
    pub name_links: fn(&mut Body, &Names<'_>),
    /// [`Kind::id_links`] on a plain body.
    pub id_links: fn(&mut Body, &Ids<'_>),
    /// What a plain body points at, as addresses of an account.
    pub links: fn(&Body, &str) -> Vec<Address>,
    /// Lets links of a plain body that point at the first of two addresses point at the second.
    pub rename_links: fn(&mut Body, &[(Address, Address)]),
    /// [`Kind::everything`] as a plain body.
    pub everything: fn() -> Option<Body>,
}

/// Does something to a plain body that its kind knows how to do.
fn changed<K: Kind>(body: &mut Body, change: impl FnOnce(&mut K)) {
    if !points(body) {
        return;
    }
    let changed = body.read::<K>().and_then(|mut typed| {
        change(&mut typed);
        Body::of(&typed)
    });
    if let Ok(changed) = changed {
        *body = changed;
    }
}

impl KindInfo {
    const fn of<K: Kind>() -> Self {
        Self {
            name: K::NAME,
            section: K::SECTION,
            shape: K::SHAPE,
            rules: K::RULES,
            worked_out: K::WORKED_OUT,
            to_create: K::TO_CREATE,
            commit: K::COMMIT,
            schema: K::json_schema,
            lay_over: match K::LAY_OVER {
                None => None,
                Some(_) => Some(laid_over::<K>),
            },
            by_content: K::BY_CONTENT,
            same_content: |want, have| {
                want.read::<K>().is_ok_and(|want| have.read::<K>().is_ok_and(|have| want.same_content(&have)))
            },
            name_links: |body, names| changed::<K>(body, |typed| typed.name_links(names)),
            id_links: |body, ids| changed::<K>(body, |typed| typed.id_links(ids)),
            links: |body, account| body.read::<K>().map(|typed| links(&typed, account)).unwrap_or_default(),
            rename_links: |body, names| {
                let names = names.iter().filter_map(|(from, to)| Some((LinkTo::to(from)?, LinkTo::to(to)?)));
                let renamed =
                    body.read::<K>().and_then(|typed| Link::renamed(names.collect(), || Body::of(&typed)));
                if let Ok(renamed) = renamed {
                    *body = renamed;
                }
            },
            everything: || K::everything().and_then(|all| Body::of(&all).ok()),
        }
    }

    /// True if live objects that are not listed can be deleted by saying so.
    pub fn can_be_pruned(&self) -> bool {
        !matches!(self.shape, Shape::Tree(_) | Shape::Plans)
    }

    /// True if the section is the whole of what there is to be (a menu).
    pub fn is_whole(&self) -> bool {
        matches!(self.shape, Shape::Tree(_))
    }
}

/// What a body points at, as addresses of an account.
pub fn links<K: Kind>(body: &K, account: &str) -> Vec<Address> {
    let (_, links) = Link::collect(|| serde_json::to_writer(std::io::sink(), body));
    links.into_iter().map(|link| link.address(account)).collect()
}

/// A body as plain JSON, and what it points at.
pub(crate) fn with_links<K: Kind>(
    body: &K,
    account: &str,
) -> (Result<Value, serde_json::Error>, Vec<Address>) {
    let (body, links) = Link::collect(|| serde_json::to_value(body));
    (body, links.into_iter().map(|link| link.address(account)).collect())
}

fn laid_over<K: Kind>(want: &Body, have: &Body) -> Body {
    let laid = want.read::<K>().and_then(|mut want| {
        let have = have.read::<K>()?;
        if let Some(lay_over) = K::LAY_OVER {
            lay_over(&mut want, &have);
        }
        Body::of(&want)
    });
    laid.unwrap_or_else(|_| want.clone())
}

/// True if a body may say something by another's id or key.
pub(crate) fn points(body: &Body) -> bool {
    reply::may_point(body.text()) && part_points(&body.tree())
}

fn part_points(part: &Value) -> bool {
    match part {
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| reply::points(name, value) || part_points(value))
        }
        Value::Array(items) => items.iter().any(part_points),
        _ => false,
    }
}

impl fmt::Debug for KindInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for KindInfo {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

macro_rules! list {
    ($($kind:ident),+ $(,)?) => {
        static KINDS: &[KindInfo] = &[$(KindInfo::of::<$kind>(),)+];

        /// Calls `each` once for every kind.
        pub fn each_kind(each: &mut impl EachKind) {
            $(each.kind::<$kind>();)+
        }
    };
}

list![Group, Material, Reply, Keyword, Button, Scheduled];

/// Every kind, in the order in which they are made.
pub fn kinds() -> &'static [KindInfo] {
    KINDS
}

/// The kind with this name.
pub fn kind_named(name: &str) -> Option<&'static KindInfo> {
    KINDS.iter().find(|kind| kind.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_points_is_seen_however_it_is_written() {
        let points = |json: &str| points(&serde_json::from_str(json).expect("a body"));
        assert!(!points(
            r#"{"reply": {"text": "\"raw\":{} \"material\":", "raw": {"type": "text", "id": "7"}}}"#
        ));
        assert!(points(r#"{"reply": {"raw": {"type": "image", "id": "7"}}}"#));
        assert!(points(
            r#"{"reply": {"text": "a", "raw": {"type": "text", "id": "7"}}, "b": [{"material": "c"}]}"#
        ));
        // Somebody else's order of the same fields.
        assert!(!points(r#"{"reply": {"raw": {"id": "7", "type": "text"}}}"#));
        assert!(points(r#"{"reply": {"raw": {"id": "7", "type": "news"}}}"#));
    }

    #[test]
    fn names_and_sections_are_unique() {
        let names: BTreeSet<_> = kinds().iter().map(|kind| kind.name).collect();
        let sections: BTreeSet<_> = kinds().iter().map(|kind| kind.section).collect();
        assert_eq!((names.len(), sections.len()), (kinds().len(), kinds().len()));
    }
}
