//! The sections of one document, each by the shape of its kind.

use std::path::Path;

use serde_json::json;

use super::Building;
use super::entry::{Entry, Level};
use crate::config::{Jail, Node, suggest};
use crate::model::{Address, EachKind, Kind, KindInfo, Shape, kind_named};
use crate::problem::{Code, Place, Problem, enough};
use crate::text;
use crate::words::Text;

pub(super) struct Sections<'a, 'b> {
    pub(super) building: &'a mut Building<'b>,
    pub(super) folder: &'a Path,
    pub(super) node: &'a Node,
}

impl EachKind for Sections<'_, '_> {
    fn kind<K: Kind>(&mut self) {
        let Some((key, node)) = self.node.entry(K::SECTION) else { return };
        let Some(kind) = kind_named(K::NAME) else { return };
        if !self.building.keeps(kind, key) {
            return;
        }
        self.building.out.managed.entry(K::NAME).or_default().section = true;
        let files = Jail::new(&self.building.project.root, self.folder);
        let mut section = Section { building: &mut *self.building, kind, files, key };
        match K::SHAPE {
            Shape::Map => section.map::<K>(node),
            Shape::Named(names) => section.named::<K>(node, names),
            Shape::Tree(levels) => section.tree::<K>(node, levels),
            Shape::Plans => section.plans(node),
        }
    }
}

struct Section<'a, 'b> {
    building: &'a mut Building<'b>,
    kind: &'static KindInfo,
    files: Jail,
    key: &'a Node,
}

impl Section<'_, '_> {
    fn map<K: Kind>(&mut self, node: &Node) {
        if !self.has_entries(node, false) {
            return;
        }
        for (key, node) in node.entries() {
            self.mapped::<K>(key, node);
        }
    }

    fn plans(&mut self, node: &Node) {
        if !self.has_entries(node, false) {
            return;
        }
        for (key, node) in node.entries() {
            if let Some(text) = self.key(key) {
                let address = self.declare(&[text], key.place());
                self.building.sop(address, key, node, &self.files);
            }
        }
    }

    fn named<K: Kind>(&mut self, node: &Node, names: &[&str]) {
        if !self.has_entries(node, false) {
            return;
        }
        for (key, node) in node.entries() {
            let text = key.text().unwrap_or_default();
            if enough(self.building.problems) {
                return;
            }
            if !names.contains(&text) {
                self.building.problems.push(
                    Problem::error(Code::UnknownKey, text!("unknown key `{text}`", text))
                        .at(key.place())
                        .help(suggest(text, names.iter().copied(), Text::default())),
                );
            } else if node.text() == Some("none") {
                if let Some(address) = self.declare(&[text], key.place()) {
                    self.building.gone(address, self.kind, key, node);
                }
            } else {
                self.mapped::<K>(key, node);
            }
        }
    }

    fn mapped<K: Kind>(&mut self, key: &Node, node: &Node) {
        let Some(text) = self.key(key) else { return };
        let address = self.declare(&[text], key.place());
        // `vip:` with nothing behind it is a resource all of whose fields are left to their defaults.
        let node = if node.is_nothing() { key.with_entries(vec![]) } else { node.clone() };
        self.building.entry::<K>(Entry {
            address,
            kind: self.kind,
            name: text,
            key: Some(key),
            origin: key.place(),
            node,
            files: &self.files,
            level: None,
        });
    }

    /// The text of a key; reports an empty one.
    fn key<'n>(&mut self, key: &'n Node) -> Option<&'n str> {
        let text = key.text().unwrap_or_default();
        if text.is_empty() {
            self.building.problems.push(
                Problem::error(Code::EmptyName, text!("a key that is empty"))
                    .at(key.place())
                    .help(text!("the key is the resource's identity; give it a word")),
            );
        }
        (!text.is_empty()).then_some(text)
    }

    fn tree<K: Kind>(&mut self, node: &Node, levels: usize) {
        if let Some(before) = self.building.wholes.insert(K::SECTION, self.key.place()) {
            self.building.problems.push(
                Problem::error(
                    Code::Duplicate,
                    text!("two `{section}:` of one account", section = K::SECTION),
                )
                .at(self.key.place().labelled(text!("again here")))
                .at(before.labelled(text!("first here")))
                .about(&self.building.account.name)
                .help(text!("it is the whole of it, so there can be one only; put the two together")),
            );
            return;
        }
        if self.has_entries(node, true) {
            self.items::<K>(node, &[], levels);
        }
    }

    fn items<K: Kind>(&mut self, list: &Node, above: &[&str], levels: usize) {
        for (nth, node) in list.items().iter().enumerate() {
            let named = node.get("name").filter(|name| !name.is_nothing() && !name.is_stand_in());
            let name = named.and_then(Node::text).unwrap_or_default();
            let origin = named.map_or_else(|| node.place(), Node::place);
            if name.is_empty() && node.is_mapping() {
                self.nameless(node);
            }
            // Below something without a name nothing has an address, but it is checked all the same.
            let mut path = above.to_vec();
            path.push(name);
            let whole = path.iter().all(|part| !part.is_empty());
            let address = if whole { self.declare(&path, origin.clone()) } else { None };
            let below = node.entry("items");
            let level = Level {
                parent: (!above.is_empty() && whole)
                    .then(|| Address::new(&self.building.account.name, K::NAME, above.iter().copied())),
                position: nth + 1,
                has_items: below.is_some(),
            };
            self.building.entry::<K>(Entry {
                address,
                kind: self.kind,
                name,
                key: None,
                origin,
                node: node.clone(),
                files: &self.files,
                level: Some(level),
            });
            let Some((key, items)) = below else { continue };
            if levels < 2 {
                self.building.problems.push(
                    Problem::error(Code::MenuSize, text!("buttons below buttons below buttons"))
                        .at(key.place())
                        .help(text!("a menu has two levels (source: WeChat's menu/create); move them up")),
                );
            } else if items.is_sequence() && !items.items().is_empty() {
                self.items::<K>(items, &path, levels - 1);
            } else {
                self.building.problems.push(
                    Problem::error(Code::WrongType, text!("expected a list of buttons"))
                        .at(key.place())
                        .help(text!(
                            "write `items: [{{name: …, link: …}}]`, or give the button an action instead"
                        )),
                );
            }
        }
    }

    fn nameless(&mut self, node: &Node) {
        let problem = match node.entry("name") {
            Some((_, name)) if name.is_stand_in() || name.text().is_none() => return,
            Some((key, _)) => {
                Problem::error(Code::EmptyName, text!("a button without a name")).at(key.place())
            }
            None => Problem::error(Code::MissingKey, text!("the key `name` is missing")).at(node.place()),
        };
        self.building.problems.push(problem.help(text!("add `name: …`; it is what stands on the button")));
    }

    /// The address of a key that is declared here; nothing if it has been declared before.
    fn declare(&mut self, path: &[&str], place: Place) -> Option<Address> {
        let address = Address::new(&self.building.account.name, self.kind.name, path.iter().copied());
        if let Some(before) = self.building.declared.get(&address) {
            let before = before.clone().labelled(text!("first here"));
            self.building.problems.push(
                Problem::error(
                    Code::Duplicate,
                    text!("`{within_account}` is declared twice", within_account = address.within_account()),
                )
                .at(place.labelled(text!("again here")))
                .at(before)
                .about(&address)
                .help(text!("keep one of the two, or give one another key")),
            );
            return None;
        }
        self.building.declared.insert(address.clone(), place);
        Some(address)
    }

    /// True if there is something in the section; reports what is no section.
    fn has_entries(&mut self, node: &Node, list: bool) -> bool {
        let empty = if list {
            node.is_sequence() && node.items().is_empty()
        } else {
            node.is_mapping() && node.entries().is_empty()
        };
        if empty || node.text() == Some("none") {
            let body = if list { json!([]) } else { json!({}) };
            for finding in (self.building.account.provider.limits)(self.kind.name, &body) {
                let place = self.key.place();
                self.building.judge(finding, place, self.building.account.name.clone());
            }
            return false;
        }
        let is_section = if list { node.is_sequence() } else { node.is_mapping() };
        if is_section {
            return true;
        }
        let (what, none) = if list { (text!("a list"), "[]") } else { (text!("a mapping"), "{}") };
        let found = if node.is_nothing() { text!("nothing") } else { text!("something else") };
        self.building.problems.push(
            Problem::error(Code::WrongType, text!("expected {what}, found {found}", what, found))
                .at(if node.is_nothing() { self.key.place() } else { node.place() })
                .help(text!(
                    "write `{none}` if there is to be nothing, or take `{section}` out to leave it alone",
                    none,
                    section = self.kind.section
                )),
        );
        false
    }
}
