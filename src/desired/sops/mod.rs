//! `sops:`, recurring plans: read and checked like everything else, but part of nothing that is planned yet.

use indexmap::IndexMap;

use super::Building;
use crate::config::{Node, Part, not_yet, read_part, reads_sops};
use crate::model::sop::{Planned, Sop};
use crate::model::{Address, Finding, Step};
use crate::problem::{Code, Place, Problem};

mod check;
mod policy;

pub use policy::against_policy;

/// The section, and the word in addresses.
pub(super) const SECTION: &str = "sops";
const NAME: &str = "sop";

/// The recurring plans of one account.
#[derive(Clone, Debug, Default)]
pub struct Sops {
    /// Where its sections begin.
    pub sections: Vec<Place>,
    /// Its plans, as they are declared.
    pub declared: IndexMap<Address, Declared>,
}

/// A plan, and where it stands.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The plan.
    pub planned: Planned,
    /// Where its key stands.
    pub origin: Place,
    node: Node,
}

impl Declared {
    /// Where a value of it stands, or else what is nearest around it.
    pub fn place_of(&self, path: &[Step]) -> Place {
        place(&self.node, &self.origin, path)
    }
}

/// What was read, before it is known what it points at.
#[derive(Default)]
pub(super) struct Written {
    sections: Vec<Place>,
    entries: Vec<Entry>,
}

/// An entry that could be read.
struct Entry {
    address: Address,
    origin: Place,
    node: Node,
    sop: Sop,
}

impl Building<'_> {
    /// Reads the section of one document.
    pub(super) fn sops(&mut self, node: &Node) {
        let Some((key, section)) = node.entry(SECTION) else { return };
        let provider = self.account.provider.name;
        if !reads_sops(provider) {
            self.problems
                .push(not_yet(format!("`{SECTION}` of {provider}"), key.place()).about(&self.account.name));
            return;
        }
        self.sops.sections.push(key.place());
        if section.text() == Some("none") {
            return;
        }
        if !section.is_mapping() {
            let found = if section.is_nothing() { "nothing" } else { "something else" };
            self.problems.push(
                Problem::error(Code::WrongType, format!("expected a mapping, found {found}"))
                    .at(if section.is_nothing() { key.place() } else { section.place() })
                    .help("write `{}` if there is to be nothing, or take `sops` out to leave it alone"),
            );
        }
        for (key, node) in section.entries() {
            self.sop(key, node);
        }
    }

    fn sop(&mut self, key: &Node, node: &Node) {
        let text = key.text().unwrap_or_default();
        let bad_key = match text {
            "" => Some(("a key that is empty", "the key is the plan's identity; give it a word")),
            _ if text.contains('@') => Some((
                "an `@` in the key of a plan",
                "it stands before a run's date, as in KEY@2026-11-23; take it out",
            )),
            _ => None,
        };
        if let Some((message, help)) = bad_key {
            self.problems.push(Problem::error(Code::BadValue, message).at(key.place()).help(help));
        }
        let address = Address::new(&self.account.name, NAME, [text]);
        let first = self.declared.get(&address).cloned();
        match first {
            Some(before) => self.problems.push(
                Problem::error(Code::Duplicate, format!("`{}` is declared twice", address.within_account()))
                    .at(key.place().labelled("again here"))
                    .at(before.labelled("first here"))
                    .about(&address)
                    .help("keep one of the two, or give one another key"),
            ),
            None => {
                self.declared.insert(address.clone(), key.place());
            }
        }
        let node = if node.is_nothing() { key.with_entries(vec![]) } else { node.clone() };
        if let Some((key, protect)) = node.entry("protect") {
            let _ = read_part::<bool>(protect, Part { key: Some(key), ..Part::default() }, self.problems);
        }
        let before = self.problems.len();
        let part = Part { key: Some(key), also: &["protect"], never: &[] };
        let Some(sop) = read_part::<Sop>(&node, part, self.problems) else { return };
        if self.problems.len() > before {
            return;
        }
        let mut found = sop.check();
        if let Ok(body) = serde_json::to_value(&sop) {
            found.extend((self.account.provider.limits)(NAME, &body));
        }
        for finding in found {
            self.sop_finding(finding, &node, &key.place(), &address);
        }
        self.sops.entries.push(Entry { address, origin: key.place(), node, sop });
    }

    fn sop_finding(&mut self, finding: Finding, node: &Node, origin: &Place, address: &Address) {
        // Nothing is to be said about a text that is not known.
        if node.follow(&finding.path).is_some_and(Node::is_stand_in) {
            return;
        }
        let place = place(node, origin, &finding.path);
        self.judge(finding, place, address.to_string());
    }
}

fn place(node: &Node, origin: &Place, path: &[Step]) -> Place {
    node.follow(path).map_or_else(|| origin.clone(), Node::place)
}
