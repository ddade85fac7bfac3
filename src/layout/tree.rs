//! A YAML file as its author wrote it: values with the way they are written, and the comments between them.

use std::ops::Range;

/// A file.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) documents: Vec<Document>,
    /// In the order of the file.
    pub(super) comments: Vec<Comment>,
}

#[derive(Debug)]
pub(super) struct Document {
    /// `%YAML` and `%TAG` lines.
    pub(super) directives: Vec<String>,
    /// Where its `---` stands, or where it begins without one.
    pub(super) start: usize,
    /// True if `---` is written.
    pub(super) marked: bool,
    pub(super) root: Option<Node>,
}

#[derive(Debug)]
pub(super) struct Node {
    /// Anchors and tags, in their order.
    pub(super) marks: Vec<String>,
    /// Its bytes, marks and brackets included.
    pub(super) span: Range<usize>,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    /// A value that was left out.
    Nothing,
    /// Plain or quoted, as it is written.
    Flat(String),
    /// `*name`
    Alias(String),
    Block(Block),
    List(Shape, Vec<Item>),
    Mapping(Shape, Vec<Entry>),
}

/// A text of several lines behind `|` or `>`.
#[derive(Debug)]
pub(super) struct Block {
    /// `|` or `>`, a digit where it is needed, `-` or `+`.
    pub(super) head: String,
    /// Without their indentation.
    pub(super) lines: Vec<String>,
    /// Where the first line begins.
    pub(super) start: usize,
    /// True if the empty lines at its end belong to it.
    pub(super) keeps: bool,
}

/// How a list or mapping is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A line for each entry; the column from which on a comment below the last one belongs to it.
    Lines(usize),
    /// In brackets, or a pair in somebody else's brackets.
    Brackets,
}

impl Shape {
    pub(super) fn column(self) -> usize {
        match self {
            Shape::Lines(column) => column,
            Shape::Brackets => usize::MAX,
        }
    }
}

#[derive(Debug)]
pub(super) struct Item {
    /// Where its dash stands, or where it begins without one.
    pub(super) start: usize,
    pub(super) node: Node,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) start: usize,
    pub(super) key: Node,
    pub(super) value: Node,
}

/// A comment.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    /// Its bytes in the file.
    pub(super) span: Range<usize>,
    /// `#` and what follows.
    pub(super) text: String,
    /// True if nothing stands before it in its line.
    pub(super) alone: bool,
    /// The columns before it in its line.
    pub(super) column: usize,
    /// For one behind something: the blanks between, one or two.
    pub(super) gap: usize,
    /// For one behind something: true if its author put it into that column on purpose.
    pub(super) aligned: bool,
}
