//! A [`File`] as text in the canonical layout.
//!
//! It is printed in the order of the file, and comments flow along: before a value is printed, all comments that stand
//! before it are. So none is lost, and none is said twice.

use unicode_width::UnicodeWidthStr;

use super::flat;
use super::scan::is_apart;
use super::tree::{Block, Comment, Document, Entry, File, Item, Node, Shape, Value};

/// Columns of a line. What stands in brackets and is longer gets a line for each entry.
pub(super) const WIDTH: usize = 100;
/// Columns of a level.
const STEP: usize = 2;

/// What comes after a value: where, and at which column. Comments before it that are further to the right belong to the value.
#[derive(Clone, Copy)]
struct Next {
    at: usize,
    /// None at the end of a document.
    column: Option<usize>,
}

/// Prints a file that was read from `text`.
pub(super) fn file(text: &str, file: File) -> String {
    let mut comments = file.comments;
    comments.reverse();
    let mut printer =
        Printer { text, comments, out: String::new(), opened: true, kept: false, commented: false };
    let starts: Vec<usize> = file.documents.iter().map(|document| document.start).collect();
    for (nth, document) in file.documents.iter().enumerate() {
        let end = starts.get(nth + 1).copied().unwrap_or(text.len());
        printer.document(document, nth == 0, end);
    }
    printer.before(text.len() + 1, 0);
    if !printer.out.is_empty() && !printer.out.ends_with('\n') {
        printer.out.push('\n');
    }
    printer.out
}

struct Printer<'a> {
    text: &'a str,
    /// What is left of the comments, the next one last.
    comments: Vec<Comment>,
    out: String,
    /// True where a level has just begun: no blank line there.
    opened: bool,
    /// True behind a block whose last line looks empty and belongs to it.
    kept: bool,
    /// True if the line has its comment.
    commented: bool,
}

impl Printer<'_> {
    fn document(&mut self, document: &Document, is_first: bool, end: usize) {
        if is_first && (document.marked || !document.directives.is_empty()) {
            self.before(document.start, 0);
        }
        if !document.directives.is_empty() {
            if !is_first {
                self.line(0, false);
                self.out += "...";
            }
            for directive in &document.directives {
                self.line(0, false);
                self.out += directive;
            }
        }
        if document.marked || !is_first {
            self.line(0, false);
            self.out += "---";
            self.opened = true;
        }
        if let Some(root) = &document.root {
            self.root(root, Next { at: end, column: None });
        }
        self.before(end, 0);
    }

    fn root(&mut self, root: &Node, next: Next) {
        let line = self.in_one_line(root, 0);
        let is_below = line.is_none() && is_collection(root);
        if !is_below || !root.marks.is_empty() {
            self.before(root.span.start, 0);
            self.line(0, is_apart(self.text, root.span.start));
        }
        match line {
            Some(line) => self.out += &line,
            None => {
                self.out += &root.marks.join(" ");
                self.opened |= is_below;
                self.several(root, 0, false, next);
            }
        }
    }

    /// A new line, with a blank one before it where that is wanted and allowed.
    fn line(&mut self, indent: usize, apart: bool) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        if apart && !self.opened && !self.kept && !self.out.is_empty() {
            self.out.push('\n');
        }
        (self.opened, self.kept, self.commented) = (false, false, false);
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn current(&self) -> &str {
        self.out.rsplit('\n').next().unwrap_or_default()
    }

    fn next_comment(&self, before: usize) -> bool {
        self.comments.last().is_some_and(|comment| comment.span.start < before)
    }

    /// All comments before a place, those in lines of their own at this indentation.
    fn before(&mut self, at: usize, indent: usize) {
        while let Some(comment) = self.comments.pop_if(|comment| comment.span.start < at) {
            self.comment(&comment, indent);
        }
    }

    fn comment(&mut self, comment: &Comment, indent: usize) {
        if comment.alone || self.commented || self.current().trim().is_empty() {
            self.line(indent, is_apart(self.text, comment.span.start));
        } else {
            let room = comment.column.saturating_sub(self.current().width());
            let gap = if comment.aligned { room } else { comment.gap };
            self.out.extend(std::iter::repeat_n(' ', gap.max(1)));
        }
        self.out += &comment.text;
        self.commented = true;
    }

    /// The comments at the end of a list or mapping that belong to it.
    fn at_end(&mut self, column: usize, indent: usize, next: Next) {
        if let Some(comment) = self.comments.pop_if(|comment| comment.span.start < next.at && !comment.alone)
        {
            self.comment(&comment, indent);
        }
        while let Some(comment) = self.comments.pop_if(|comment| {
            comment.span.start < next.at
                && comment.alone
                && comment.column >= column
                && next.column.is_none_or(|next| comment.column > next)
        }) {
            self.comment(&comment, indent);
        }
    }

    /// A value in one line, if it is written so and fits behind so many columns.
    fn in_one_line(&self, node: &Node, columns: usize) -> Option<String> {
        if let Value::Block(_) = node.value {
            return None;
        }
        let line = flat::line(node)?;
        let (is_brackets, is_empty) = match &node.value {
            Value::List(_, items) => (true, items.is_empty()),
            Value::Mapping(_, entries) => (true, entries.is_empty()),
            _ => (false, true),
        };
        let has_comments = self.comments.iter().any(|comment| node.span.contains(&comment.span.start));
        let fits = columns + line.width() <= WIDTH && !has_comments;
        (!is_brackets || is_empty || fits).then_some(line)
    }

    /// What stands behind a key or a dash at `indent`.
    fn value(&mut self, node: &Node, indent: usize, behind_dash: bool, next: Next) {
        let line = self.in_one_line(node, self.current().width() + 1);
        if line.is_none() && is_collection(node) {
            self.below(node, indent, behind_dash, next);
            return;
        }
        if line.as_deref() == Some("") {
            return;
        }
        if self.next_comment(node.span.start) {
            self.before(node.span.start, indent + STEP);
            self.line(indent + STEP, false);
        } else {
            self.out.push(' ');
        }
        match line {
            Some(line) => self.out += &line,
            None => {
                self.out += &node.marks.join(" ");
                if !node.marks.is_empty() {
                    self.out.push(' ');
                }
                self.several(node, indent + STEP, false, next);
            }
        }
    }

    /// A list or mapping with a line for each entry, below its key or behind its dash.
    fn below(&mut self, node: &Node, indent: usize, behind_dash: bool, next: Next) {
        for mark in &node.marks {
            self.out.push(' ');
            self.out += mark;
        }
        let first = match &node.value {
            Value::List(_, items) => items.first().map(|item| item.start),
            Value::Mapping(_, entries) => entries.first().map(|entry| entry.start),
            _ => None,
        };
        let inline = behind_dash && node.marks.is_empty() && !self.next_comment(first.unwrap_or_default());
        if inline {
            self.out.push(' ');
        } else {
            self.opened = true;
        }
        self.closing_comment(node, first.unwrap_or(node.span.start), inline);
        self.several(node, indent + STEP, inline, next);
    }

    /// A comment behind the last bracket goes to the key, where there will be no bracket any more.
    fn closing_comment(&mut self, node: &Node, first: usize, inline: bool) {
        let is_brackets =
            matches!(node.value, Value::List(Shape::Brackets, _) | Value::Mapping(Shape::Brackets, _));
        if !is_brackets || inline || self.next_comment(first) {
            return;
        }
        let is_it = |comment: &Comment| {
            let gap = self.text.get(node.span.end..comment.span.start);
            !comment.alone && gap.is_some_and(|gap| gap.trim_matches([' ', '\t', ',']).is_empty())
        };
        if let Some(nth) = self.comments.iter().rposition(is_it) {
            let comment = self.comments.remove(nth);
            self.comment(&comment, 0);
            self.opened = true;
        }
    }

    /// What takes several lines, the first of them begun.
    fn several(&mut self, node: &Node, indent: usize, inline: bool, next: Next) {
        match &node.value {
            Value::Flat(text) => {
                for (nth, line) in flat::lines(text).into_iter().enumerate() {
                    if nth > 0 {
                        self.out.push('\n');
                        self.out.extend(std::iter::repeat_n(' ', if line.is_empty() { 0 } else { indent }));
                    }
                    self.out += line;
                }
            }
            Value::Block(block) => self.block(block, indent),
            Value::List(shape, items) => {
                self.list(items, shape.column(), indent, inline, next);
                self.in_brackets(*shape, node.span.end, indent);
            }
            Value::Mapping(shape, entries) => {
                self.mapping(entries, shape.column(), indent, inline, next);
                self.in_brackets(*shape, node.span.end, indent);
            }
            Value::Nothing | Value::Alias(_) => {}
        }
    }

    /// The comments before the last bracket.
    fn in_brackets(&mut self, shape: Shape, end: usize, indent: usize) {
        if shape == Shape::Brackets {
            self.before(end, indent);
        }
    }

    fn block(&mut self, block: &Block, indent: usize) {
        self.out += &block.head;
        self.before(block.start, indent);
        self.out.push('\n');
        for line in &block.lines {
            if !line.is_empty() {
                self.out.extend(std::iter::repeat_n(' ', indent));
                self.out += line;
            }
            self.out.push('\n');
        }
        self.kept = block.keeps || block.lines.last().is_some_and(|line| line.trim().is_empty());
    }

    fn list(&mut self, items: &[Item], column: usize, indent: usize, inline: bool, next: Next) {
        for (nth, item) in items.iter().enumerate() {
            if nth > 0 || !inline {
                self.before(item.start, indent);
                self.line(indent, is_apart(self.text, item.start));
            }
            self.out.push('-');
            let next = items.get(nth + 1).map_or(next, |item| Next { at: item.start, column: Some(column) });
            self.value(&item.node, indent, true, next);
        }
        self.at_end(column, indent, next);
    }

    fn mapping(&mut self, entries: &[Entry], column: usize, indent: usize, inline: bool, next: Next) {
        for (nth, entry) in entries.iter().enumerate() {
            if nth > 0 || !inline {
                self.before(entry.start, indent);
                self.line(indent, is_apart(self.text, entry.start));
            }
            self.out += &flat::key(&entry.key).unwrap_or_default();
            let next =
                entries.get(nth + 1).map_or(next, |entry| Next { at: entry.start, column: Some(column) });
            self.value(&entry.value, indent, false, next);
        }
        self.at_end(column, indent, next);
    }
}

/// True for a list or mapping.
fn is_collection(node: &Node) -> bool {
    matches!(node.value, Value::List(..) | Value::Mapping(..))
}
