//! YAML text to nodes, by the events of `saphyr-parser`.
//!
//! Two things are bounded that YAML leaves open: how deep it nests, and how many values aliases stand for.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::node::{Node, Style};
use crate::problem::{Code, MOST, Place, Problem, Source};
use crate::text;
use crate::words::Text;

/// How deep a document may nest.
const DEEPEST: usize = 64;
/// How many values one file may hold: a hundred thousand rules are a tenth of it.
const MOST_VALUES: usize = 4_000_000;
/// So many bytes of a text weigh as much as one value, where an alias stands for it.
const BYTES: usize = 64;
/// How many values the aliases of one file may stand for.
const MOST_ALIASED: usize = 1_000_000;

/// What a file holds.
#[derive(Debug)]
pub struct Parsed {
    /// Its documents; empty ones are left out.
    pub documents: Vec<Node>,
    /// False if the rest of the file could not be read.
    pub whole: bool,
    /// How many values there are, all documents together.
    pub values: usize,
}

/// Reads a file's documents.
pub fn parse(source: &Arc<Source>, problems: &mut Vec<Problem>) -> Parsed {
    let mut builder = Builder {
        source,
        offsets: Offsets::new(&source.text),
        documents: vec![],
        open: vec![],
        anchors: HashMap::new(),
        aliased: 0,
        values: 0,
        problems,
    };
    let whole = builder.run().map_err(|problem| builder.problems.push(*problem)).is_ok();
    Parsed { documents: builder.documents, whole, values: builder.values }
}

/// The text with an end of its last line if that is blank: without one the parser takes it for a line of a text of several.
pub fn ended(mut text: String) -> String {
    let last = text.rsplit(['\n', '\r']).next().unwrap_or_default();
    if !last.is_empty() && last.trim_matches([' ', '\t']).is_empty() {
        text.push('\n');
    }
    text
}

/// A node on its way into its parent, with what bounds are reckoned by.
#[derive(Clone)]
struct Built {
    node: Node,
    /// Values in it, itself included.
    weight: usize,
    /// Levels in it, itself included.
    height: usize,
}

struct Open {
    start: usize,
    anchor: usize,
    weight: usize,
    height: usize,
    children: Children,
}

enum Children {
    Items(Vec<Node>),
    Entries(Vec<(Node, Node)>, Option<Node>),
}

struct Builder<'a> {
    source: &'a Arc<Source>,
    offsets: Offsets<'a>,
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Built>,
    aliased: usize,
    values: usize,
    problems: &'a mut Vec<Problem>,
}

impl Builder<'_> {
    fn run(&mut self) -> Result<(), Box<Problem>> {
        let source = Arc::clone(self.source);
        let mut parser = Parser::new(StrInput::new(&source.text));
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| {
                let at = self.offsets.byte(error.marker().index());
                if error.info().contains("recursion limit") {
                    return self.too_deep(at..at);
                }
                let line = source.text[..at].rfind('\n').map_or(0, |line| line + 1);
                let help = if source.text[line..].lines().next().is_some_and(|line| line.contains("${")) {
                    text!("inside of `{{…}}` and `[…]` a value with `${{…}}` stands in quotes")
                } else if error.info().contains("tab") {
                    text!("YAML is indented with spaces, never with tabs")
                } else {
                    text!("see that the lines around it are indented alike and that quotes and brackets are closed")
                };
                self.syntax(at..at, text!("not YAML: {info}", info = error.info()), help)
            })?;
            self.event(event, span)?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Box<Problem>> {
        let span = self.offsets.byte(span.start.index())..self.offsets.byte(span.end.index());
        match event {
            Event::DocumentStart(_) => self.anchors.clear(),
            Event::Scalar(text, style, anchor, tag) => {
                let tagged = self.is_text_tag(tag.as_deref(), &span)?;
                let plain = style == ScalarStyle::Plain && !tagged;
                let style = if plain { Style::Plain } else { Style::Quoted };
                let span_start = span.start;
                let node = Node::scalar(self.source, span, &text, style);
                self.count(span_start)?;
                self.close(Built { node, weight: 1 + text.len() / BYTES, height: 1 }, anchor)?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.is_text_tag(tag.as_deref(), &span)?;
                self.begin(span.start, anchor, Children::Items(vec![]))?;
            }
            Event::MappingStart(anchor, tag) => {
                self.is_text_tag(tag.as_deref(), &span)?;
                self.begin(span.start, anchor, Children::Entries(vec![], None))?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let span = open.start..span.end.max(open.start);
                    let node = match open.children {
                        Children::Items(items) => Node::sequence(self.source, span, items),
                        Children::Entries(entries, _) => {
                            let entries = self.merged(entries)?;
                            Node::mapping(self.source, span, self.once(entries))
                        }
                    };
                    self.close(Built { node, weight: open.weight, height: open.height }, open.anchor)?;
                }
            }
            Event::Alias(anchor) => {
                let Some(built) = self.anchors.get(&anchor).cloned() else {
                    return Err(self.syntax(
                        span,
                        text!("an alias inside of what it stands for"),
                        text!("put the anchor (`&name`) on something that ends before the alias (`*name`)"),
                    ));
                };
                self.aliased = self.aliased.saturating_add(built.weight);
                if self.aliased > MOST_ALIASED {
                    return Err(self.syntax(
                        span,
                        text!("aliases that stand for more than {most} values", most = MOST_ALIASED),
                        text!("write the values out, or generate the file"),
                    ));
                }
                self.close(built, 0)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn count(&mut self, at: usize) -> Result<(), Box<Problem>> {
        self.values += 1;
        if self.values <= MOST_VALUES {
            return Ok(());
        }
        let message = text!("more than {most} values in one file", most = MOST_VALUES);
        let problem = Problem::error(Code::TooMuch, message).at(Place::new(self.source, at..at));
        Err(Box::new(problem.help(text!("spread them over several files"))))
    }

    fn begin(&mut self, start: usize, anchor: usize, children: Children) -> Result<(), Box<Problem>> {
        if self.open.len() >= DEEPEST {
            return Err(self.too_deep(start..start));
        }
        self.count(start)?;
        self.open.push(Open { start, anchor, weight: 1, height: 1, children });
        Ok(())
    }

    fn close(&mut self, built: Built, anchor: usize) -> Result<(), Box<Problem>> {
        if anchor != 0 {
            self.anchors.insert(anchor, built.clone());
        }
        let depth = self.open.len();
        let Some(parent) = self.open.last_mut() else {
            if !built.node.is_nothing() {
                self.documents.push(built.node);
            }
            return Ok(());
        };
        parent.weight = parent.weight.saturating_add(built.weight);
        parent.height = parent.height.max(built.height + 1);
        if depth + built.height > DEEPEST + 1 {
            let place = built.node.place();
            return Err(self.too_deep(place.span));
        }
        match &mut parent.children {
            Children::Items(items) => items.push(built.node),
            Children::Entries(entries, key) => match key.take() {
                None => *key = Some(built.node),
                Some(key) => entries.push((key, built.node)),
            },
        }
        Ok(())
    }

    /// `<<: *other` puts in the entries that are not there already, as YAML 1.1 tools do it.
    fn merged(&mut self, entries: Vec<(Node, Node)>) -> Result<Vec<(Node, Node)>, Box<Problem>> {
        let is_merge = |key: &Node| key.is_plain() && key.text() == Some("<<");
        if !entries.iter().any(|(key, _)| is_merge(key)) {
            return Ok(entries);
        }
        let (merges, mut entries): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(key, _)| is_merge(key));
        let mut have: std::collections::HashSet<String> =
            entries.iter().filter_map(|(key, _)| key.text().map(str::to_owned)).collect();
        for (key, from) in merges {
            let several = if from.is_sequence() { from.items() } else { std::slice::from_ref(&from) };
            for one in several {
                if !one.is_mapping() {
                    return Err(self.syntax(
                        key.place().span,
                        text!("`<<` takes a mapping or a list of mappings"),
                        text!("write `<<: *name`, where `&name` stands on a mapping"),
                    ));
                }
                for (key, value) in one.entries() {
                    if have.insert(key.text().unwrap_or_default().to_owned()) {
                        entries.push((key.clone(), value.clone()));
                    }
                }
            }
        }
        Ok(entries)
    }

    /// The entries with keys that are text, each once.
    fn once(&mut self, mut entries: Vec<(Node, Node)>) -> Vec<(Node, Node)> {
        let mut found = vec![];
        {
            let mut first: HashMap<&str, &Node> = HashMap::with_capacity(entries.len());
            for (nth, (key, _)) in entries.iter().enumerate() {
                let Some(text) = key.text() else {
                    let problem =
                        Problem::error(Code::WrongType, text!("a key that is {found}", found = key.found()))
                            .at(key.place())
                            .help(text!(
                                "a key is text; put it in quotes if it begins with `[`, `{{` or `?`"
                            ));
                    found.push((nth, Some(problem)));
                    continue;
                };
                if let Some(before) = first.get(text) {
                    let told = || {
                        Problem::error(Code::Duplicate, text!("the key `{text}` is there twice", text))
                            .at(key.place().labelled(text!("again here")))
                            .at(before.place().labelled(text!("first here")))
                            .help(text!("keep one of the two"))
                    };
                    found.push((nth, (found.len() < MOST).then(told)));
                } else {
                    first.insert(text, key);
                }
            }
        }
        if found.is_empty() {
            return entries;
        }
        let mut nth = 0;
        entries.retain(|_| {
            nth += 1;
            found.binary_search_by_key(&(nth - 1), |(at, _)| *at).is_err()
        });
        let room = MOST.saturating_sub(self.problems.len()).max(1);
        self.problems.extend(found.into_iter().filter_map(|(_, problem)| problem).take(room));
        entries
    }

    /// True for `!!str`. Other tags of YAML's own change nothing; anyone else's mean nothing here.
    fn is_text_tag(
        &self,
        tag: Option<&saphyr_parser::Tag>,
        span: &std::ops::Range<usize>,
    ) -> Result<bool, Box<Problem>> {
        match tag {
            None => Ok(false),
            Some(tag) if tag.is_yaml_core_schema() => Ok(tag.suffix == "str"),
            Some(tag) if tag.handle == "!" && tag.suffix.is_empty() => Ok(true),
            Some(tag) => {
                let message = text!("the tag `{tag}` means nothing here", tag);
                Err(self.syntax(span.clone(), message, text!("take the tag out, or put the text in quotes")))
            }
        }
    }

    fn too_deep(&self, span: std::ops::Range<usize>) -> Box<Problem> {
        let message = text!("nested more than {deepest} levels deep", deepest = DEEPEST);
        self.syntax(span, message, text!("nothing in mpform nests so deep; see that brackets are closed"))
    }

    fn syntax(&self, span: std::ops::Range<usize>, message: Text, help: Text) -> Box<Problem> {
        Box::new(Problem::error(Code::Syntax, message).at(Place::new(self.source, span)).help(help))
    }
}

/// From the parser's characters to bytes. The only place that does it: a mark every so many characters keeps
/// it linear whatever is asked in which order.
struct Offsets<'a> {
    text: &'a str,
    /// The byte offset of every `STRIDE`th character; none if all are ASCII, where the two are the same.
    marks: Option<Vec<usize>>,
    /// The last character that was asked for, and its byte: most often the next one is near.
    last: Cell<(usize, usize)>,
}

const STRIDE: usize = 64;

impl<'a> Offsets<'a> {
    fn new(text: &'a str) -> Self {
        let marks =
            (!text.is_ascii()).then(|| text.char_indices().step_by(STRIDE).map(|(at, _)| at).collect());
        Self { text, marks, last: Cell::default() }
    }

    fn byte(&self, character: usize) -> usize {
        let Some(marks) = &self.marks else { return character.min(self.text.len()) };
        let Some(start) = marks.get(character / STRIDE) else { return self.text.len() };
        let mark = (character / STRIDE * STRIDE, *start);
        let (from, start) =
            Some(self.last.get()).filter(|last| last.0 <= character).unwrap_or(mark).max(mark);
        let rest = self.text[start..].char_indices().nth(character - from);
        let byte = rest.map_or(self.text.len(), |(at, _)| start + at);
        self.last.set((character, byte));
        byte
    }
}
