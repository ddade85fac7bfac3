//! Nodes to types, by serde.
//!
//! Where text is wanted a plain scalar is taken as it is written (`1.10`, `yes`, `10086`), and so it is where a
//! type takes anything: all that does so in this language means text. Booleans and numbers are read as YAML 1.2's
//! core schema has them. A value that was left out (`key:`) is a mistake and never the same as an absent key,
//! since "absent" and "empty" mean different things here.
//!
//! serde stops at its first error. So that one run shows them all, an error is recorded, the value that caused it is
//! put aside, and the type is read again without it.

use crate::words::Text;
use std::cell::RefCell;
use std::collections::HashSet;

use serde::de::{DeserializeOwned, Visitor};

use super::nearest::{nearest, suggest};
use super::node::Node;
use super::outside::{credential, is_credential};
use crate::problem::{Code, Problem, enough};
use crate::text;

mod error;
mod fields;
mod reader;

use error::{Error, What};
pub use fields::fields_of;

/// More problems than this in one value are not shown.
const MOST: usize = 200;

/// What is special about the value that is read, beside its type.
#[derive(Clone, Copy, Default)]
pub struct Part<'a> {
    /// The key it stands under: shown when the value lacks something.
    pub key: Option<&'a Node>,
    /// Keys that others read.
    pub also: &'a [&'a str],
    /// Fields of the type that a user can't write.
    pub never: &'a [&'a str],
}

/// Reads a value; what is wrong goes to `problems`. The result is what could be read: it is whole only if no
/// problem was added.
pub fn read<T: DeserializeOwned>(node: &Node, problems: &mut Vec<Problem>) -> Option<T> {
    read_part(node, Part::default(), problems)
}

/// [`read`] for a value that is part of something.
pub fn read_part<T: DeserializeOwned>(node: &Node, part: Part<'_>, problems: &mut Vec<Problem>) -> Option<T> {
    let run = Run {
        root: id(node),
        part,
        aside: RefCell::default(),
        said: RefCell::default(),
        guessed: RefCell::default(),
        problems: RefCell::new(problems),
    };
    let reader = Reader { node, key: part.key, raw: false, run: &run };
    for _ in 0..MOST {
        let error = match T::deserialize(reader) {
            Ok(read) => return Some(read),
            Err(error) => error.at(reader),
        };
        let (culprit, problem) = error.into_parts();
        if let Some(problem) = problem {
            run.problems.borrow_mut().push(problem);
        }
        if culprit == run.root || !run.aside.borrow_mut().insert(culprit) {
            return None;
        }
    }
    None
}

/// One reading of one value.
struct Run<'a> {
    root: usize,
    part: Part<'a>,
    /// Values that were wrong.
    aside: RefCell<HashSet<usize>>,
    /// Mappings whose unknown keys have been reported.
    said: RefCell<HashSet<usize>>,
    /// Keys that an unknown one probably was meant to be: they are not also missing.
    guessed: RefCell<Vec<(usize, String)>>,
    problems: RefCell<&'a mut Vec<Problem>>,
}

/// What tells one node from another while a tree is read.
fn id(node: &Node) -> usize {
    std::ptr::from_ref(node).addr()
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    node: &'a Node,
    key: Option<&'a Node>,
    /// Scalars are what YAML says they are, and not text.
    raw: bool,
    run: &'a Run<'a>,
}

impl<'a> Reader<'a> {
    fn wants(self, what: Text) -> Error {
        if self.node.is_stand_in() {
            return Error::new(What::Known).at(self);
        }
        if self.node.is_nothing() {
            return Error::new(What::NoValue(what)).at(self);
        }
        Error::new(What::Type(what, self.node.found())).at(self)
    }

    fn text(self, what: Text) -> Result<&'a str, Error> {
        match self.node.text() {
            Some(text) if !self.node.is_nothing() => Ok(text),
            _ => Err(self.wants(what)),
        }
    }

    fn plain(self, what: Text) -> Result<&'a str, Error> {
        match self.node.text() {
            Some(text) if self.node.is_plain() && !text.is_empty() => Ok(text),
            _ => Err(self.wants(what)),
        }
    }

    /// A plain scalar as YAML's core schema has it.
    fn core<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.node.text().unwrap_or_default();
        if self.node.is_nothing() {
            return visitor.visit_unit();
        }
        match text {
            "true" | "True" | "TRUE" => return visitor.visit_bool(true),
            "false" | "False" | "FALSE" => return visitor.visit_bool(false),
            _ => {}
        }
        if let Ok(number) = self.whole_number() {
            return match number {
                Whole::Plus(number) => visitor.visit_u64(number),
                Whole::Minus(number) => visitor.visit_i64(number),
            };
        }
        let digits = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
        match text.parse::<f64>() {
            Ok(number) if digits && number.is_finite() => visitor.visit_f64(number),
            _ => visitor.visit_str(text),
        }
    }

    fn whole_number(self) -> Result<Whole, Error> {
        const WHAT: Text = text!("a whole number");
        let text = self.plain(WHAT)?;
        let digits = text.strip_prefix('+').unwrap_or(text);
        let read = match (digits.strip_prefix("0x"), digits.strip_prefix("0o")) {
            (Some(hex), _) => u64::from_str_radix(hex, 16).ok().map(Whole::Plus),
            (_, Some(octal)) => u64::from_str_radix(octal, 8).ok().map(Whole::Plus),
            _ => digits.parse().map(Whole::Plus).or_else(|_| digits.parse().map(Whole::Minus)).ok(),
        };
        read.ok_or_else(|| self.wants(WHAT))
    }

    /// Reports the keys that are none of these.
    fn report_unknown(self, kind: &str, fields: &'static [&'static str]) {
        let part = if id(self.node) == self.run.root { self.run.part } else { Part::default() };
        let known = || {
            fields
                .iter()
                .copied()
                .filter(|field| !part.never.contains(field))
                .chain(part.also.iter().copied())
        };
        let is_known = |key: &str| known().any(|field| field == key);
        if self.node.entries().iter().all(|(key, _)| key.text().is_some_and(is_known)) {
            return;
        }
        if !self.run.said.borrow_mut().insert(id(self.node)) {
            return;
        }
        for (key, _) in self.node.entries() {
            let text = key.text().unwrap_or_default();
            if is_known(text) {
                continue;
            }
            if enough(&self.run.problems.borrow()) {
                return;
            }
            if is_credential(kind, text) {
                self.run.problems.borrow_mut().push(credential(text, key.place()));
                continue;
            }
            if let Some(near) = nearest(text, known()) {
                self.run.guessed.borrow_mut().push((id(self.node), near.to_owned()));
            }
            self.run.problems.borrow_mut().push(
                Problem::error(Code::UnknownKey, text!("unknown key `{text}`", text))
                    .at(key.place())
                    .help(suggest(text, known(), text!("there are no keys here"))),
            );
        }
    }

    /// True if a missing field was there in some way that has been reported.
    fn explained(self, field: &str) -> bool {
        let aside = self.run.aside.borrow();
        let is_aside = self.node.entries().iter().any(|(key, value)| {
            key.text() == Some(field) && (aside.contains(&id(value)) || aside.contains(&id(key)))
        });
        let guessed = self.run.guessed.borrow();
        is_aside || guessed.iter().any(|(of, meant)| *of == id(self.node) && meant == field)
    }
}

enum Whole {
    Plus(u64),
    Minus(i64),
}
