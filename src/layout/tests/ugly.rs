//! YAML as nobody should write it, by the throw of dice: every way of writing values that the reader takes, with blanks,
//! comments and blank lines wherever YAML lets them stand.

use std::fmt::Write as _;

/// Throws that come from a list of bytes: the shorter the list, the simpler the text.
pub(super) struct Dice<'a> {
    bytes: &'a [u8],
    comments: usize,
    keys: usize,
    anchors: usize,
}

const WORDS: &[&str] = &[
    "a",
    "true",
    "1.10",
    "~",
    "no",
    "营业时间",
    "两 个 字",
    "🎉",
    "👨‍👩‍👧",
    "http://x.cn/?a=b#c",
    "a#b",
    "-1",
    "x: y'",
    "${var.site}",
    "it's",
    "#客户昵称#",
    "- x",
    "很长很长很长很长很长很长很长很长的一句话",
    "",
    "key: value",
    "[x",
    "null",
    "<<",
];

impl<'a> Dice<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, comments: 0, keys: 0, anchors: 0 }
    }

    fn roll(&mut self, sides: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*first) % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        !self.bytes.is_empty() && self.roll(sides) == 0
    }

    fn blanks(&mut self, least: usize) -> String {
        let more = if self.one_in(3) { self.roll(9) } else { 0 };
        " ".repeat(least + more)
    }

    /// A comment that no other one equals.
    fn comment(&mut self) -> String {
        self.comments += 1;
        let words = ["", " about", " 说明：几点", " a: [b", " 'q", "  \"", " ---"][self.roll(7)];
        format!("#{words} c{}.", self.comments)
    }

    /// The end of a line, perhaps with a comment.
    fn end(&mut self) -> String {
        match self.roll(5) {
            1 => format!("{}{}\n", self.blanks(1), self.comment()),
            2 => format!("{}\n", self.blanks(0)),
            _ => "\n".to_owned(),
        }
    }

    /// Lines between entries: blank ones and comments, none further to the right than this.
    fn gap(&mut self, column: usize) -> String {
        let mut gap = String::new();
        while self.one_in(4) {
            let column = self.roll(column + 1);
            match self.roll(3) {
                0 => gap.push('\n'),
                1 => gap += "  \n",
                _ => {
                    let _ = writeln!(gap, "{:column$}{}", "", self.comment());
                }
            }
        }
        gap
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.roll(WORDS.len())]
    }

    /// A text in one line.
    fn flat(&mut self, in_brackets: bool) -> String {
        let word = self.word();
        let odd = word.is_empty()
            || word.starts_with(['#', '-', '[', '<', '~'])
            || word.contains(": ")
            || (in_brackets && word.contains(['[', ']', '{', '}', ',', ':', '?']));
        match self.roll(4) {
            0 if !odd => word.to_owned(),
            1 => format!("'{}'", word.replace('\'', "''")),
            2 => format!("\"{word}\\n\\u4e2d\\\"\""),
            _ => format!("\"{word}\""),
        }
    }

    /// A text that goes over several lines, the later ones indented by at least this.
    fn folded(&mut self, indent: usize) -> String {
        let mark = ["", "'", "\""][self.roll(3)];
        let mut text = format!("{mark}first");
        for nth in 0..=self.roll(3) {
            if mark == "\"" && self.one_in(3) {
                text += ["\\ ", "\\", " \\\\"][self.roll(3)];
            }
            if self.one_in(4) {
                text += "  \n";
            }
            let _ = write!(text, "{}\n{:indent$}{}line{nth} #no", self.blanks(0), "", self.blanks(0));
            if mark.is_empty() {
                text.truncate(text.len() - 4);
            }
        }
        text + mark
    }

    /// A block with its head; its lines are indented by more than `indent`.
    fn block(&mut self, indent: usize) -> String {
        let style = ["|", ">"][self.roll(2)];
        let chomp = ["", "-", "+"][self.roll(3)];
        let step = 1 + self.roll(4);
        let says = self.one_in(3);
        let column = indent + step;
        let mut text =
            format!("{style}{}{chomp}{}", if says { step.to_string() } else { String::new() }, self.end());
        if self.one_in(8) {
            return text;
        }
        for _ in 0..self.roll(3) {
            text.push('\n');
        }
        let first = if says { self.blanks(0) } else { String::new() };
        let _ = writeln!(text, "{:column$}{first}{}x", "", self.word());
        for _ in 0..self.roll(5) {
            let _ = match self.roll(5) {
                0 => writeln!(text),
                1 => writeln!(text, "{:column$}  ", ""),
                2 => writeln!(text, "{:column$}\t# {}", "", self.word()),
                3 => writeln!(text, "{:column$}{}# {}  ", "", self.blanks(0), self.word()),
                _ => writeln!(text, "{:column$}{}{}x", "", self.blanks(0), self.word()),
            };
        }
        text
    }

    fn key(&mut self) -> String {
        self.keys += 1;
        match self.roll(6) {
            1 => "twice".to_owned(),
            2 => format!("'it''s {}'", self.keys),
            3 => format!("\"a: {}\"", self.keys),
            4 => format!("键🎉{}", self.keys),
            _ => format!("key{}", self.keys),
        }
    }

    fn marks(&mut self) -> String {
        match self.roll(12) {
            0 => {
                self.anchors += 1;
                format!("&a{} ", self.anchors)
            }
            1 => "!!str ".to_owned(),
            _ => String::new(),
        }
    }

    /// What may stand between two things in brackets.
    fn inner(&mut self, indent: usize) -> String {
        match self.roll(7) {
            0 => self.blanks(1),
            1 => format!("{}{}\n{:indent$}", self.blanks(1), self.comment(), ""),
            2 => format!("\n{:indent$}", ""),
            3 => format!("\n\n{:indent$}{}\n{:indent$}", "", self.comment(), ""),
            _ => String::new(),
        }
    }

    /// Something in brackets, whose further lines are indented by at least this.
    fn brackets(&mut self, indent: usize, depth: usize) -> String {
        let is_list = self.one_in(2);
        let mut text = if is_list { "[" } else { "{" }.to_owned() + &self.inner(indent);
        let count = self.roll(5);
        for nth in 0..count {
            if !is_list || self.one_in(9) {
                text += &self.key();
                text += ":";
                text += &self.blanks(1);
                if !is_list {
                    text += &self.inner(indent);
                }
            }
            text += &match self.roll(6) {
                0 if depth < 4 => self.brackets(indent, depth + 1),
                1 if is_list => format!("\"first\n\n{:indent$}second\"", ""),
                2 if self.anchors > 0 => format!("*a{} ", 1 + self.roll(self.anchors)),
                _ => format!("{}{}", self.marks(), self.flat(true)),
            };
            text += &self.inner(indent);
            if nth + 1 < count || self.one_in(3) {
                text += ",";
                text += &self.inner(indent);
            }
        }
        text + if is_list { "]" } else { "}" }
    }

    /// What stands behind a key or a dash at a column, with the end of its line.
    fn value(&mut self, column: usize, depth: usize) -> String {
        let deeper = column + 1 + self.roll(4);
        match self.roll(12) {
            0 if depth < 5 => {
                let marks = if self.one_in(4) { self.marks() } else { String::new() };
                let head = format!(" {}", marks).trim_end().to_owned() + &self.end();
                let head = if self.one_in(3) { head + &self.gap(deeper) } else { head };
                head + &self.mapping(deeper, depth + 1, false)
            }
            1 if depth < 5 => self.end() + &self.list(deeper, depth + 1, false),
            2 => format!(" {}{}", self.marks(), self.block(column)),
            3 => format!(" {}{}", self.folded(column + 1), self.end()),
            4 | 5 => format!("{}{}{}", self.blanks(1), self.brackets(column + 1, 0), self.end()),
            6 => self.end(),
            7 if self.anchors > 0 => format!(" *a{}{}", 1 + self.roll(self.anchors), self.end()),
            8 => format!("{}{:deeper$}{}{}", self.end(), "", self.flat(false), self.end()),
            _ => format!("{}{}{}{}", self.blanks(1), self.marks(), self.flat(false), self.end()),
        }
    }

    fn mapping(&mut self, column: usize, depth: usize, inline: bool) -> String {
        let mut text = String::new();
        for nth in 0..=self.roll(4) {
            if nth > 0 || !inline {
                text += &self.gap(column);
                let _ = write!(text, "{:column$}", "");
            }
            let key = self.key();
            if self.one_in(12) {
                let _ = write!(text, "? {key}{}{:column$}:", self.end(), "");
            } else {
                text += &key;
                text += &if self.one_in(8) { self.blanks(1) } else { String::new() };
                text += ":";
            }
            // Dashes may stand right below their key.
            text += &if self.one_in(10) && depth < 5 {
                self.end() + &self.list(column, depth + 1, false)
            } else {
                self.value(column, depth)
            };
        }
        text
    }

    fn list(&mut self, column: usize, depth: usize, inline: bool) -> String {
        let mut text = String::new();
        for nth in 0..=self.roll(4) {
            if nth > 0 || !inline {
                text += &self.gap(column);
                let _ = write!(text, "{:column$}", "");
            }
            text.push('-');
            let blanks = 1 + self.roll(3);
            text += &match self.roll(5) {
                0 if depth < 5 => " ".repeat(blanks) + &self.mapping(column + 1 + blanks, depth + 1, true),
                1 if depth < 5 => " ".repeat(blanks) + &self.list(column + 1 + blanks, depth + 1, true),
                _ => self.value(column, depth),
            };
        }
        text
    }

    /// A file of some documents.
    pub(super) fn file(&mut self) -> String {
        let mut text = String::new();
        for nth in 0..=self.roll(3) {
            text += &self.gap(0);
            if nth > 0 || self.one_in(3) {
                self.anchors = 0;
                text += "---";
                text += &self.end();
            }
            text += &match self.roll(8) {
                0 => self.list(0, 0, false),
                1 => format!("{}\n", self.brackets(1, 0)),
                2 => self.gap(0),
                _ => self.mapping(0, 0, false),
            };
            text += &self.gap(0);
            if self.one_in(6) {
                text += "...\n";
            }
        }
        match self.roll(4) {
            0 => text.replace('\n', "\r\n"),
            1 => text.trim_end().to_owned(),
            2 => format!("\u{feff}{text}"),
            _ => text,
        }
    }

    /// How many comments were written.
    pub(super) fn comments(&self) -> usize {
        self.comments
    }
}
