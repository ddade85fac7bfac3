//! What stands between values: blanks, comments and single signs. The parser drops comments, so they are found here, in
//! the gaps that its events leave.

use unicode_width::UnicodeWidthStr;

use super::tree::Comment;

/// Blanks before a comment that nobody aligned, at most.
const USUAL: usize = 2;
/// Comments so near to each other, in lines, may be aligned with one another.
const NEAR: usize = 4;

/// Walks over a text and gathers its comments.
pub(super) struct Scan<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    comments: Vec<Comment>,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, comments: vec![] }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes on to the next thing that is neither blank nor comment.
    pub(super) fn skip(&mut self) {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n']).len();
            if !self.rest().starts_with('#') {
                return;
            }
            self.comment();
        }
    }

    /// Takes the comment that begins here.
    pub(super) fn comment(&mut self) {
        let line = self.rest().split('\n').next().unwrap_or_default();
        let span = self.at..self.at + line.len();
        let before = &self.text[line_start(self.text, self.at)..self.at];
        let gap = before.len() - before.trim_end().len();
        let alone = gap == before.len();
        self.comments.push(Comment {
            text: line.trim_end().to_owned(),
            alone,
            column: before.width(),
            gap: gap.clamp(1, USUAL),
            aligned: gap > USUAL && !before.contains('\t'),
            span: span.clone(),
        });
        self.at = span.end;
    }

    /// Takes a sign if it is the next thing.
    pub(super) fn take(&mut self, sign: &str) -> Option<usize> {
        self.skip();
        let at = self.at;
        if !self.rest().starts_with(sign) {
            return None;
        }
        self.at += sign.len();
        Some(at)
    }

    /// As [`Scan::take`] for a sign that has a blank behind it.
    pub(super) fn take_apart(&mut self, sign: &str) -> Option<usize> {
        self.skip();
        let behind = self.rest().strip_prefix(sign)?;
        if behind.is_empty() || behind.starts_with([' ', '\t', '\n']) { self.take(sign) } else { None }
    }

    /// Takes `---` or `...`, which begin their line.
    pub(super) fn marker(&mut self, sign: &str) -> Option<usize> {
        self.skip();
        if line_start(self.text, self.at) == self.at { self.take_apart(sign) } else { None }
    }

    /// Takes an anchor, an alias or a tag: it goes on to the next blank, or to a sign of brackets, even outside of them.
    pub(super) fn word(&mut self) -> String {
        let rest = self.rest();
        let verbatim = rest.starts_with("!<");
        let ends = |c: char| {
            matches!(c, ' ' | '\t' | '\n') || (!verbatim && matches!(c, ',' | '[' | ']' | '{' | '}'))
        };
        let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
        self.at += word.len();
        word.to_owned()
    }

    /// All comments. One that is near to what stands before it is aligned, too, if one nearby stands in the same column.
    pub(super) fn into_comments(self) -> Vec<Comment> {
        let mut comments = self.comments;
        let mut behind: Vec<usize> = (0..comments.len()).filter(|nth| !comments[*nth].alone).collect();
        behind.dedup();
        for pair in behind.windows(2) {
            let (one, next) = (&comments[pair[0]], &comments[pair[1]]);
            let lines = self.text[one.span.end..next.span.start].matches('\n').count();
            if one.column == next.column && lines <= NEAR {
                comments[pair[0]].aligned = true;
                comments[pair[1]].aligned = true;
            }
        }
        comments
    }
}

/// Where the line begins in which something stands.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |line| line + 1)
}

/// True if something is the first thing in its line and the line before it is blank.
pub(super) fn is_apart(text: &str, at: usize) -> bool {
    let line = line_start(text, at);
    if line == 0 || !text[line..at].trim_start_matches([' ', '\t']).is_empty() {
        return false;
    }
    text[line_start(text, line - 1)..line].trim().is_empty()
}
