//! One entry of a section.

use serde_json::{Value, json};

use super::{Building, Wanted};
use crate::config::{Jail, Node, Part, fields_of, read_part, suggest};
use crate::model::kinds::with_links;
use crate::model::{Address, Body, Finding, Kind, KindInfo};
use crate::problem::{self, Code, Place, Problem};
use crate::text;
use crate::words::Text;

/// An entry as it is found.
pub(super) struct Entry<'a> {
    /// Nothing if it can't be declared; it is checked all the same.
    pub(super) address: Option<Address>,
    pub(super) kind: &'static KindInfo,
    pub(super) name: &'a str,
    pub(super) key: Option<&'a Node>,
    pub(super) origin: Place,
    pub(super) node: Node,
    pub(super) files: &'a Jail,
    pub(super) level: Option<Level>,
}

/// Where an entry stands in a tree.
pub(super) struct Level {
    pub(super) parent: Option<Address>,
    pub(super) position: usize,
    pub(super) has_items: bool,
}

/// What an entry says, of whichever kind.
struct Read {
    body: Value,
    links: Vec<Address>,
    natural: String,
    protect: Option<bool>,
    ignore: Vec<String>,
    found: Vec<Finding>,
    /// Nothing in it could not be read.
    whole: bool,
}

/// What may stand on any entry.
pub(super) const ON_ANY: &[&str] = &["protect", "ignore"];
const ON_ANY_OF_A_TREE: &[&str] = &["protect", "ignore", "items"];

impl Building<'_> {
    /// An entry that is to be gone.
    pub(super) fn gone(&mut self, address: Address, kind: &'static KindInfo, key: &Node, node: &Node) {
        let wanted = Wanted {
            address: address.clone(),
            kind,
            body: None,
            natural: key.text().unwrap_or_default().to_owned(),
            links: vec![],
            protect: None,
            ignore: vec![],
            lapsed: false,
            origin: key.place(),
            node: Some(node.clone()),
        };
        self.out.resources.insert(address, wanted);
    }

    pub(super) fn entry<K: Kind>(&mut self, entry: Entry<'_>) {
        let before = self.problems.len();
        let node = &entry.node;
        let protect = self.aside(node, "protect");
        let ignore: Vec<String> = self.aside(node, "ignore").unwrap_or_default();
        self.check_ignore(node, entry.kind, fields_of::<K>());
        let also = if entry.level.is_some() { ON_ANY_OF_A_TREE } else { ON_ANY };
        let part = Part { key: entry.key, also, never: K::WORKED_OUT };
        let Some(read) = read_part::<K>(node, part, self.problems) else { return };
        let Some(mut typed) = placed(read, entry.level.as_ref()) else { return };
        let mut found = typed.fill(entry.name, entry.files);
        // A body with a hole in it would be found wanting for what is not there.
        let whole = self.problems.len() == before;
        if whole && found.iter().all(|finding| finding.level != problem::Level::Error) {
            found.extend(typed.check());
            found.extend(entry.level.iter().flat_map(|level| typed.check_level(level.has_items)));
        }
        let (Ok(body), links) = with_links(&typed, &self.account.name) else { return };
        let natural = typed.natural(entry.name);
        self.keep(entry, Read { body, links, natural, protect, ignore, found, whole });
    }

    /// Keeps what was read of an entry, if nothing is wrong with it.
    fn keep(&mut self, entry: Entry<'_>, read: Read) {
        let Read { body, links, natural, protect, ignore, mut found, whole } = read;
        let refused = (self.account.provider.limits)(entry.kind.name, &body);
        // That a level of a tree has no name is said where its address would be made.
        found.extend(
            refused.into_iter().filter(|finding| !entry.name.is_empty() || finding.code != Code::EmptyName),
        );
        let about = entry.address.clone();
        let nameless = || Address::new(&self.account.name, entry.kind.name, [entry.name]);
        let wanted = Wanted {
            address: about.clone().unwrap_or_else(nameless),
            kind: entry.kind,
            natural,
            body: Some(Body::new(&body)),
            links,
            protect,
            ignore,
            lapsed: false,
            origin: entry.origin,
            node: Some(entry.node),
        };
        self.report(&wanted, &body, found);
        self.forbidden_words(&wanted, &body);
        if let Some(address) = about
            && whole
        {
            self.out.resources.insert(address, wanted);
        }
    }

    /// A key that may stand on any entry.
    pub(super) fn aside<T: serde::de::DeserializeOwned>(&mut self, node: &Node, key: &str) -> Option<T> {
        let (key, value) = node.entry(key)?;
        read_part(value, Part { key: Some(key), ..Part::default() }, self.problems)
    }

    fn check_ignore(&mut self, node: &Node, kind: &KindInfo, fields: &[&str]) {
        let Some(list) = node.get("ignore") else { return };
        let fields = || fields.iter().copied().filter(|field| !kind.worked_out.contains(field));
        for item in list.items() {
            let Some(name) = item.text().filter(|_| !item.is_nothing() && !item.is_stand_in()) else {
                continue;
            };
            if !fields().any(|field| field == name) {
                self.problems.push(
                    Problem::error(
                        Code::BadValue,
                        text!("a {kind} has no field `{name}` to ignore", kind = kind.name, name),
                    )
                    .at(item.place())
                    .help(suggest(name, fields(), Text::default())),
                );
            }
        }
    }

    /// What was found in a body, at its places.
    fn report(&mut self, wanted: &Wanted, body: &Value, found: Vec<Finding>) {
        for finding in found {
            // Nothing is to be said about a text that is not known.
            if wanted.node_in(&finding.path, body).is_some_and(Node::is_stand_in) {
                continue;
            }
            let place = wanted.place_in(&finding.path, body);
            self.judge(finding, place, wanted.address.to_string());
        }
    }
}

/// The same body with the fields that its place in a tree decides.
fn placed<K: Kind>(read: K, level: Option<&Level>) -> Option<K> {
    let Some(level) = level else { return Some(read) };
    let mut body = serde_json::to_value(&read).ok()?;
    if let Value::Object(fields) = &mut body {
        for field in K::WORKED_OUT {
            let value = match (*field, &level.parent) {
                ("position", _) => json!(level.position),
                ("parent", Some(parent)) => {
                    json!(parent.within_kind())
                }
                _ => continue,
            };
            fields.insert((*field).to_owned(), value);
        }
    }
    serde_json::from_value(body).ok()
}
