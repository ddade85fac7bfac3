//! A YAML value that knows where it stands.

use crate::text;
use crate::words;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use crate::model::Step;
use crate::problem::{Place, Source};

/// A value of a YAML document. Cheap to clone: what lies below is shared.
#[derive(Clone, Debug)]
pub struct Node {
    kind: Kind,
    span: (u32, u32),
    source: Arc<Source>,
}

#[derive(Clone, Debug)]
enum Kind {
    Scalar(Text, Style),
    Sequence(Arc<[Node]>),
    Mapping(Arc<[(Node, Node)]>),
}

/// A scalar's text. Most stand in the file just as they read, so those are not stored again.
#[derive(Clone, Debug)]
enum Text {
    Written(u32, u32),
    Made(Arc<str>),
}

/// How a scalar came about, which decides how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Without quotes: may also be a number or a boolean.
    Plain,
    /// Quoted or a block: text.
    Quoted,
    /// Its real text is not known (a missing `${…}`); nothing is to be concluded from it.
    Unknown,
}

#[expect(clippy::cast_possible_truncation, reason = "files are bounded to 64 MiB when they are read")]
fn narrow(span: Range<usize>) -> (u32, u32) {
    (span.start as u32, span.end as u32)
}

impl Node {
    /// A scalar of the source. `text` is what it reads as.
    pub(super) fn scalar(source: &Arc<Source>, span: Range<usize>, text: &str, style: Style) -> Self {
        let written = source.text.get(span.clone()).unwrap_or_default();
        // Without its quotes; an offset is kept to where the text itself begins.
        let inner = match style {
            Style::Quoted if written.len() >= 2 && written.starts_with(['"', '\'']) => {
                span.start + 1..span.end - 1
            }
            _ => span.start..span.start + text.len().min(written.len()),
        };
        let same = source.text.get(inner.clone()) == Some(text);
        let text = if same {
            let (start, end) = narrow(inner);
            Text::Written(start, end)
        } else {
            Text::Made(text.into())
        };
        Self { kind: Kind::Scalar(text, style), span: narrow(span), source: Arc::clone(source) }
    }

    /// A list of the source.
    pub(super) fn sequence(source: &Arc<Source>, span: Range<usize>, items: Vec<Node>) -> Self {
        Self { kind: Kind::Sequence(items.into()), span: narrow(span), source: Arc::clone(source) }
    }

    /// A mapping of the source.
    pub(super) fn mapping(source: &Arc<Source>, span: Range<usize>, entries: Vec<(Node, Node)>) -> Self {
        Self { kind: Kind::Mapping(entries.into()), span: narrow(span), source: Arc::clone(source) }
    }

    /// The same place with a text that somebody else wrote.
    pub fn saying(&self, text: &str) -> Self {
        self.with_text(text, Style::Quoted)
    }

    /// The same place with another text.
    pub(super) fn with_text(&self, text: &str, style: Style) -> Self {
        Self { kind: Kind::Scalar(Text::Made(text.into()), style), ..self.clone() }
    }

    /// The same place with other entries.
    #[must_use]
    pub fn with_entries(&self, entries: Vec<(Node, Node)>) -> Self {
        Self { kind: Kind::Mapping(entries.into()), ..self.clone() }
    }

    /// The same place with other items.
    pub(super) fn with_items(&self, items: Vec<Node>) -> Self {
        Self { kind: Kind::Sequence(items.into()), ..self.clone() }
    }

    /// The same mapping with nothing behind its keys.
    #[must_use]
    pub fn keys(&self) -> Self {
        self.with_entries(
            self.entries().iter().map(|(key, _)| (key.clone(), key.with_text("", Style::Plain))).collect(),
        )
    }

    /// The same mapping without some of its keys.
    #[must_use]
    pub fn without(&self, keys: &[&str]) -> Self {
        let kept =
            self.entries().iter().filter(|(key, _)| !key.text().is_some_and(|key| keys.contains(&key)));
        self.with_entries(kept.cloned().collect())
    }

    /// A scalar's text, as it is written; nothing for a list or mapping.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(Text::Written(start, end), _) => {
                Some(self.source.text.get(*start as usize..*end as usize).unwrap_or_default())
            }
            Kind::Scalar(Text::Made(text), _) => Some(text),
            _ => None,
        }
    }

    /// True for a scalar without quotes.
    pub fn is_plain(&self) -> bool {
        matches!(self.kind, Kind::Scalar(_, Style::Plain))
    }

    /// True where a value was left out (`key:` and nothing behind it).
    pub fn is_nothing(&self) -> bool {
        self.is_plain() && self.text() == Some("")
    }

    /// True if its text is not known (a missing `${…}`, or a stand-in for it).
    pub fn is_stand_in(&self) -> bool {
        matches!(self.kind, Kind::Scalar(_, Style::Unknown))
    }

    /// True for a mapping.
    pub fn is_mapping(&self) -> bool {
        matches!(self.kind, Kind::Mapping(_))
    }

    /// True for a list.
    pub fn is_sequence(&self) -> bool {
        matches!(self.kind, Kind::Sequence(_))
    }

    /// The entries of a mapping, in order; none for anything else.
    pub fn entries(&self) -> &[(Node, Node)] {
        if let Kind::Mapping(entries) = &self.kind { entries } else { &[] }
    }

    /// The items of a list, in order; none for anything else.
    pub fn items(&self) -> &[Node] {
        if let Kind::Sequence(items) = &self.kind { items } else { &[] }
    }

    /// Key and value of an entry of a mapping.
    pub fn entry(&self, key: &str) -> Option<&(Node, Node)> {
        self.entries().iter().find(|(other, _)| other.text() == Some(key))
    }

    /// The value of an entry of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The file it stands in.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Where it stands. A value of several lines is shown by its first: the rest would bury the message.
    pub fn place(&self) -> Place {
        let (start, end) = (self.span.0 as usize, self.span.1 as usize);
        let written = self.source.text.get(start..end).unwrap_or_default();
        let line = written.split('\n').next().unwrap_or_default().trim_end();
        Place::new(&self.source, start..start + line.len())
    }

    /// Where a key stands; the mapping itself if it has no such key.
    pub fn place_of_key(&self, key: &str) -> Place {
        self.entry(key).map_or_else(|| self.place(), |(key, _)| key.place())
    }

    /// Where a part of a scalar's text stands; the whole scalar if its text is not written just so.
    pub fn place_within(&self, part: Range<usize>) -> Place {
        match self.kind {
            Kind::Scalar(Text::Written(start, _), _) => {
                let start = start as usize;
                Place::new(&self.source, start + part.start..start + part.end)
            }
            _ => self.place(),
        }
    }

    /// Where the way leads, or as far as it leads.
    pub fn at(&self, path: &[Step]) -> Place {
        self.follow(path).map_or_else(|| self.place(), |node| node.place())
    }

    /// The node at a way, or the last one on it; `None` if not even the first step leads anywhere.
    pub fn follow(&self, path: &[Step]) -> Option<&Node> {
        self.walk(path, None)
    }

    /// As [`Node::follow`], for a way into a body that was made from this node. A body's list may be sorted where
    /// the file's is not, so an item is looked for by its value.
    pub fn follow_in(&self, path: &[Step], body: &Value) -> Option<&Node> {
        self.walk(path, Some(body))
    }

    fn walk(&self, path: &[Step], mut body: Option<&Value>) -> Option<&Node> {
        let mut reached = None;
        let mut here = self;
        for step in path {
            let next = match step {
                Step::Key(key) => {
                    body = body.and_then(|body| body.get(key));
                    here.get(key)
                }
                Step::Index(nth) => {
                    body = body.and_then(|body| body.get(nth));
                    let exact = here.items().get(*nth);
                    match body {
                        Some(want) if !exact.is_some_and(|item| item.says(want)) => {
                            // What was filled in from files says other things than the file; it keeps its place.
                            let in_place = exact.filter(|item| item.is_mapping());
                            here.items().iter().find(|item| item.says(want)).or(in_place)
                        }
                        _ => exact,
                    }
                }
            };
            let Some(next) = next else { break };
            reached = Some(next);
            here = next;
        }
        reached
    }

    /// True if a body's value was read from such a node.
    fn says(&self, body: &Value) -> bool {
        match (&self.kind, body) {
            (Kind::Scalar(..), Value::String(text)) => self.text() == Some(text),
            (Kind::Scalar(..), other) => self.text() == Some(&other.to_string()),
            (Kind::Sequence(items), Value::Array(values)) => {
                items.len() == values.len() && items.iter().zip(values).all(|(item, value)| item.says(value))
            }
            (Kind::Mapping(entries), Value::Object(values)) => entries.iter().all(|(key, value)| {
                key.text().and_then(|key| values.get(key)).is_some_and(|have| value.says(have))
            }),
            _ => false,
        }
    }

    /// What stands here in a user's words. Text is shown as it is written in the file, so a value that came out
    /// of the environment never shows.
    pub(super) fn found(&self) -> words::Text {
        match &self.kind {
            Kind::Sequence(_) => text!("a list"),
            Kind::Mapping(_) => text!("a mapping"),
            Kind::Scalar(..) if self.is_nothing() => text!("nothing"),
            Kind::Scalar(..) => {
                let (start, end) = (self.span.0 as usize, self.span.1 as usize);
                let written = self.source.text.get(start..end).unwrap_or_default();
                let line = written.lines().next().unwrap_or_default();
                let short: String = line.chars().take(40).collect();
                let dots = if short.len() < written.trim_end().len() { "…" } else { "" };
                words::Text::verbatim(format!("`{short}{dots}`"))
            }
        }
    }
}
