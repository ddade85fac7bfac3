//! A text to its [`File`]: what the parser's events say, and between them what it drops.
//!
//! The events bring structure and values; where dashes, brackets and comments stand is read from the text itself, in one
//! walk that never leaves the events' order.

use std::collections::VecDeque;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};

use super::block;
use super::scan::Scan;
use super::tree::{Document, Entry, File, Item, Node, Shape, Value};

/// Something that has no canonical layout.
#[derive(Debug)]
pub(super) struct Stuck {
    pub(super) at: usize,
    pub(super) why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// A key of several lines.
    LongKey,
    /// A key that is a list, a mapping or nothing.
    OddKey,
    /// A document that is nothing but a text, at whose edge the parser and the standard part ways.
    BareText,
    /// A text without quotes that means something else at another place.
    Unquoted,
    /// A directive that nobody knows.
    Directive,
    /// A mark of byte order that is not at the beginning of the file: the parser drops it between documents.
    Mark,
    /// The text is not YAML, or the walk lost its way: never, if the parser took the text.
    Lost,
}

/// Reads a text that the parser takes, with `\n` at the end of its lines.
pub(super) fn file(text: &str) -> Result<File, Stuck> {
    let mut events = VecDeque::new();
    let mut bytes = Bytes { text, characters: 0, bytes: 0 };
    let mut parser = Parser::new(StrInput::new(text));
    while let Some(event) = parser.next_event() {
        let Ok((event, span)) = event else { return Err(Stuck { at: bytes.bytes, why: Why::Lost }) };
        if !matches!(event, Event::StreamStart | Event::StreamEnd | Event::Nothing) {
            // What is not written is said to stand wherever the parser was when it noticed.
            let is_written = matches!(event, Event::Scalar(..)) && !is_nothing(&event);
            let end = if is_written { bytes.to(span.end.index()) } else { bytes.bytes };
            events.push_back(Happened { end, event });
        }
    }
    let mut builder = Builder { scan: Scan::new(text), events };
    let mut documents = vec![];
    while !builder.events.is_empty() {
        documents.push(builder.document()?);
    }
    builder.between_documents()?;
    Ok(File { documents, comments: builder.scan.into_comments() })
}

/// An event and where it ends.
struct Happened<'a> {
    event: Event<'a>,
    end: usize,
}

/// Goes from the parser's characters to bytes, ever forwards.
struct Bytes<'a> {
    text: &'a str,
    characters: usize,
    bytes: usize,
}

impl Bytes<'_> {
    fn to(&mut self, character: usize) -> usize {
        if let Some(more) = character.checked_sub(self.characters) {
            let rest = &self.text[self.bytes..];
            self.bytes += rest.char_indices().nth(more).map_or(rest.len(), |(at, _)| at);
            self.characters = character;
        }
        self.bytes
    }
}

struct Builder<'a> {
    scan: Scan<'a>,
    events: VecDeque<Happened<'a>>,
}

impl Builder<'_> {
    fn lost<T>(&self) -> Result<T, Stuck> {
        Err(Stuck { at: self.scan.at.min(self.scan.text.len()), why: Why::Lost })
    }

    /// On to what begins the next document, or to the end.
    fn between_documents(&mut self) -> Result<(), Stuck> {
        self.scan.skip();
        while self.scan.marker("...").is_some() {
            self.scan.skip();
        }
        if self.scan.rest().starts_with('\u{feff}') {
            return Err(Stuck { at: self.scan.at, why: Why::Mark });
        }
        Ok(())
    }

    fn document(&mut self) -> Result<Document, Stuck> {
        let Some(Happened { event: Event::DocumentStart(_), .. }) = self.events.pop_front() else {
            return self.lost();
        };
        let mut directives = vec![];
        self.between_documents()?;
        while self.scan.rest().starts_with('%') {
            let line = self.scan.rest().split('\n').next().unwrap_or_default();
            // The parser passes over a directive that it does not know, and counts its bytes for characters.
            if !line.is_ascii() && !line.starts_with("%YAML ") && !line.starts_with("%TAG ") {
                return Err(Stuck { at: self.scan.at, why: Why::Directive });
            }
            directives.push(line.split(" #").next().unwrap_or_default().trim_end().to_owned());
            self.scan.at += directives.last().map_or(0, String::len);
            self.scan.skip();
        }
        let marker = self.scan.marker("---");
        let start = marker.unwrap_or(self.scan.at);
        let root = self.node(false)?;
        if let Value::Flat(_) | Value::Block(_) = root.value {
            return Err(Stuck { at: root.span.start, why: Why::BareText });
        }
        let Some(Happened { event: Event::DocumentEnd, .. }) = self.events.pop_front() else {
            return self.lost();
        };
        let root = Some(root).filter(|root| !root.marks.is_empty() || !matches!(root.value, Value::Nothing));
        Ok(Document { directives, start, marked: marker.is_some(), root })
    }

    fn is_next(&self, wanted: impl Fn(&Event<'_>) -> bool) -> bool {
        self.events.front().is_some_and(|happened| wanted(&happened.event))
    }

    /// So many anchors and tags.
    fn marks(&mut self, anchor: usize, tag: Option<&Tag>) -> Vec<String> {
        let count = usize::from(anchor != 0) + usize::from(tag.is_some());
        let mut marks = vec![];
        while marks.len() < count {
            self.scan.skip();
            if !self.scan.rest().starts_with(['&', '!']) {
                break;
            }
            marks.push(self.scan.word());
        }
        marks
    }

    fn node(&mut self, in_brackets: bool) -> Result<Node, Stuck> {
        let Some(Happened { event, end }) = self.events.pop_front() else { return self.lost() };
        // A value that was left out stands right behind its sign, before any comment.
        if is_nothing(&event) {
            return Ok(Node { marks: vec![], span: self.scan.at..self.scan.at, value: Value::Nothing });
        }
        self.scan.skip();
        let start = self.scan.at;
        let (marks, value) = match event {
            Event::Alias(_) => (vec![], Value::Alias(self.scan.word())),
            Event::Scalar(text, style, anchor, tag) => {
                let marks = self.marks(anchor, tag.as_deref());
                if text.is_empty() && style == ScalarStyle::Plain {
                    return Ok(Node { marks, span: start..self.scan.at, value: Value::Nothing });
                }
                self.scan.skip();
                (marks, self.scalar(&text, style, end, in_brackets)?)
            }
            Event::SequenceStart(anchor, tag) => {
                let marks = self.marks(anchor, tag.as_deref());
                (marks, self.list()?)
            }
            Event::MappingStart(anchor, tag) => {
                let marks = self.marks(anchor, tag.as_deref());
                (marks, self.mapping(in_brackets)?)
            }
            _ => return self.lost(),
        };
        Ok(Node { marks, span: start..self.scan.at, value })
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        end: usize,
        in_brackets: bool,
    ) -> Result<Value, Stuck> {
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            return Ok(Value::Block(block::take(&mut self.scan, text)));
        }
        let Some(written) = self.scan.text.get(self.scan.at..end) else { return self.lost() };
        let written = match style {
            ScalarStyle::Plain => written.trim_end_matches([' ', '\t', '\n']),
            _ => quoted(written),
        };
        let is_odd = || is_marker(written) || has_comment(written) || (in_brackets && is_sign(written));
        if style == ScalarStyle::Plain && is_odd() {
            return Err(Stuck { at: self.scan.at, why: Why::Unquoted });
        }
        self.scan.at += written.len();
        Ok(Value::Flat(written.to_owned()))
    }

    fn list(&mut self) -> Result<Value, Stuck> {
        let mut items = vec![];
        let open = self.scan.take("[").is_some();
        self.scan.skip();
        let shape = if open { Shape::Brackets } else { Shape::Lines(self.column()) };
        while !self.is_next(|event| matches!(event, Event::SequenceEnd)) {
            let start = if open { None } else { self.scan.take_apart("-") };
            self.look_ahead();
            let start = start.unwrap_or(self.scan.at);
            items.push(Item { start, node: self.node(open)? });
            if open {
                self.scan.take(",");
            }
        }
        self.events.pop_front();
        if open && self.scan.take("]").is_none() {
            return self.lost();
        }
        Ok(Value::List(shape, items))
    }

    fn mapping(&mut self, in_brackets: bool) -> Result<Value, Stuck> {
        let mut entries = vec![];
        let open = self.scan.take("{").is_some();
        let is_flow = open || in_brackets;
        self.scan.skip();
        let shape = if is_flow { Shape::Brackets } else { Shape::Lines(self.column()) };
        while !self.is_next(|event| matches!(event, Event::MappingEnd)) {
            let start = self.scan.take_apart("?");
            self.look_ahead();
            let start = start.unwrap_or(self.scan.at);
            let key = self.node(is_flow)?;
            check_key(&key)?;
            // In brackets nothing need stand between a colon and what follows.
            let _ = if is_flow { self.scan.take(":") } else { self.scan.take_apart(":") };
            let mut value = self.node(is_flow)?;
            // Dashes right below their key: a comment there is the key's.
            if let Value::List(Shape::Lines(column), _) = &mut value.value
                && Shape::Lines(*column) == shape
            {
                *column += 1;
            }
            entries.push(Entry { start, key, value });
            if open {
                self.scan.take(",");
            }
        }
        self.events.pop_front();
        if open && self.scan.take("}").is_none() {
            return self.lost();
        }
        Ok(Value::Mapping(shape, entries))
    }

    /// On to the next thing, unless that is not there: then what is next belongs to others.
    fn look_ahead(&mut self) {
        if !self.is_next(is_nothing) {
            self.scan.skip();
        }
    }

    /// The characters before this in its line.
    fn column(&self) -> usize {
        let line = super::scan::line_start(self.scan.text, self.scan.at);
        self.scan.text[line..self.scan.at].chars().count()
    }
}

/// A quoted text without what the parser took along behind it: blanks and a comment.
fn quoted(written: &str) -> &str {
    let is_double = written.starts_with('"');
    let mut bytes = written.bytes().enumerate().skip(1).peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if is_double => {
                bytes.next();
            }
            b'\'' if !is_double && bytes.peek().is_some_and(|(_, next)| *next == b'\'') => {
                bytes.next();
            }
            b'"' if is_double => return &written[..=at],
            b'\'' if !is_double => return &written[..=at],
            _ => {}
        }
    }
    written
}

/// True for what ends a document where it begins a line.
pub(super) fn is_marker(line: &str) -> bool {
    let behind = line.strip_prefix("---").or(line.strip_prefix("..."));
    behind.is_some_and(|behind| behind.is_empty() || behind.starts_with([' ', '\t', '\n']))
}

/// True for a plain text of several lines with one that anybody else takes for a comment.
fn has_comment(written: &str) -> bool {
    written.lines().any(|line| line.trim_start_matches([' ', '\t']).starts_with('#'))
}

/// True for a plain text that a line of its own would not take for text.
fn is_sign(written: &str) -> bool {
    written.starts_with(['>', '|', '%', '@', '`', '#'])
        || written.strip_suffix('-').is_some_and(|rest| rest.ends_with([' ', '\t', '\n']))
        || written
            .strip_prefix(['-', '?', ':'])
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', ':']))
}

/// A value that was left out, and nothing is marked of it.
fn is_nothing(event: &Event<'_>) -> bool {
    matches!(event, Event::Scalar(text, ScalarStyle::Plain, 0, None) if text.is_empty())
}

/// A key is text in one line, or an alias for one.
fn check_key(key: &Node) -> Result<(), Stuck> {
    let why = match &key.value {
        Value::Alias(_) => return Ok(()),
        Value::Flat(text) if !text.contains('\n') => return Ok(()),
        Value::Flat(_) | Value::Block(_) => Why::LongKey,
        Value::Nothing | Value::List(..) | Value::Mapping(..) => Why::OddKey,
    };
    Err(Stuck { at: key.span.start, why })
}
