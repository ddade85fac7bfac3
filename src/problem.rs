//! What is wrong, where, and what to do next.
//!
//! A problem is data: it has a code that never changes its meaning, the places that show it, and a line of
//! help. Nothing here decides whether the program stops; the caller looks at the level.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::order::sort_by_key;
use crate::text;
use crate::words::{Lang, Text, escape, escape_lines};
use annotate_snippets::{AnnotationKind, Group, Level as Title, Origin, Renderer, Snippet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod code;
mod flaw;
mod mask;
mod told;

pub use code::Code;
pub use flaw::Flaw;
pub use mask::masked;
pub use told::{Told, ToldPlace};

/// A text that a place can point into, kept whole for as long as a problem may show it.
#[derive(Debug)]
pub struct Source {
    /// The file's path below the project folder, with `/` between its parts.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// What of it is secret, found when it is first asked for: many problems may lie in one text.
    secrets: OnceLock<Vec<Range<usize>>>,
    /// Where its lines begin, likewise.
    lines: OnceLock<Vec<usize>>,
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.text) == (&other.name, &other.text)
    }
}

impl Eq for Source {}

impl Source {
    /// A text by its name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), secrets: OnceLock::new(), lines: OnceLock::new() }
    }

    fn secrets(&self) -> &[Range<usize>] {
        self.secrets.get_or_init(|| mask::secrets(&self.text))
    }

    /// Line and column of a byte offset, both from 1, the column in characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let offset = self.floor(offset);
        let line = self.line(offset);
        (line, self.text[self.lines()[line - 1]..offset].chars().count() + 1)
    }

    /// The line that a byte offset lies in, from 1.
    fn line(&self, offset: usize) -> usize {
        self.lines().partition_point(|start| *start <= offset)
    }

    /// Where each line begins.
    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let ends = self.text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(ends).collect()
        })
    }

    fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

/// A stretch of a source, in bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    /// The text it lies in.
    pub source: Arc<Source>,
    /// First byte, and the byte after the last.
    pub span: Range<usize>,
    /// What to say beside it. Few places have that, and there are many.
    pub label: Option<Box<Text>>,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Place {
    /// A place without a label.
    pub fn new(source: &Arc<Source>, span: Range<usize>) -> Self {
        Self { source: Arc::clone(source), span, label: None }
    }

    /// The same place with a word beside it.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<Text>) -> Self {
        self.label = Some(Box::new(label.into()));
        self
    }

    /// Line and column, both from 1.
    pub fn line_column(&self) -> (usize, usize) {
        self.source.line_column(self.span.start)
    }

    /// The lines that it stands on, secrets blotted out.
    fn shown(&self) -> Shown {
        let text = &self.source.text;
        let end = self.source.floor(self.span.end);
        let start = self.source.floor(self.span.start).min(end);
        // Of what goes on for long its beginning shows, and of a long line what stands around it.
        let end = if end - start > LONGEST { self.source.floor(start + LONGEST) } else { end };
        let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let from = if start - from > LONGEST { self.source.floor(start - LONGEST / 4) } else { from };
        let to = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
        let to = if to - end > LONGEST { self.source.floor(end + LONGEST / 4) } else { to };
        let shown = mask::blotted(text, from..to, self.source.secrets());
        // What is hidden in a line is shown, which makes the line longer: the place moves along.
        let cut = |at: usize| (0..=at).rev().find(|at| shown.is_char_boundary(*at)).unwrap_or_default();
        let (start, end) = (cut(start - from), cut(end - from));
        let [before, meant, after] =
            [&shown[..start], &shown[start..end], &shown[end..]].map(|part| escape_lines(part));
        let line = self.source.line(from);
        let span = before.len()..before.len() + meant.len();
        let moved = from > self.source.lines()[line - 1] || before.len() != start;
        Shown { text: [before, meant, after].concat(), line, span, moved }
    }
}

/// Bytes of a line, of a place, or of a message, that show.
const LONGEST: usize = 4_000;

/// The lines of a source that show, the first one's number, and the bytes in them that are meant.
struct Shown {
    text: String,
    line: usize,
    span: Range<usize>,
    /// The place does not stand in its column, since the line is cut or shows what was hidden.
    moved: bool,
}

/// `file:line:column`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.line_column();
        write!(f, "{}:{line}:{column}", escape(&self.source.name))
    }
}

/// How much a problem weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Said, but nothing stops.
    Warning,
    /// Nothing is planned or written.
    Error,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its stable code.
    pub code: Code,
    /// Whether it stops the work.
    pub level: Level,
    /// A lower-case fragment, no full stop.
    pub message: Text,
    /// Where it shows, the most telling place first.
    pub places: Vec<Place>,
    /// The address (or account) it is about, where there is one.
    pub about: Option<String>,
    /// What to do next.
    pub help: Option<Text>,
}

impl Problem {
    /// An error with a message.
    pub fn error(code: Code, message: impl Into<Text>) -> Self {
        Self { code, level: Level::Error, message: message.into(), places: vec![], about: None, help: None }
    }

    /// A warning with a message.
    pub fn warning(code: Code, message: impl Into<Text>) -> Self {
        Self { level: Level::Warning, ..Self::error(code, message) }
    }

    /// The same with one more place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    /// The same with the address or account it is about.
    #[must_use]
    pub fn about(mut self, about: impl fmt::Display) -> Self {
        self.about = Some(about.to_string());
        self
    }

    /// The same with a line of help.
    #[must_use]
    pub fn help(mut self, help: impl Into<Text>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// As rustc shows its own: title, snippet with the place underlined, help.
    pub fn render(&self, colour: bool, lang: Lang) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let title = match self.level {
            Level::Error => Title::ERROR.with_name(text!("error").to(lang)),
            Level::Warning => Title::WARNING.with_name(text!("warning").to(lang)),
        };
        let next = Title::HELP.with_name(text!("help").to(lang));
        let headline = match &self.about {
            Some(about) => format!("{}: {}", escape(about), self.discreet(lang)),
            None => self.discreet(lang),
        };
        // Only the lines that show go to the renderer, which looks at all that it gets.
        let texts: Vec<_> = self.places.iter().map(|place| place.shown()).collect();
        let mut group = Group::with_title(title.primary_title(headline).id(self.code.as_str()));
        for (nth, (place, shown)) in self.places.iter().zip(&texts).enumerate() {
            let kind = if nth == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let mut mark = kind.span(shown.span.clone());
            if let Some(label) = &place.label {
                mark = mark.label(label.to(lang));
            }
            let snippet = Snippet::source(shown.text.as_str()).line_start(shown.line);
            let (name, snippet) = (escape(&place.source.name), snippet.annotation(mark));
            group = if shown.moved {
                let (line, column) = place.line_column();
                group.element(Origin::path(name).line(line).char_column(column)).element(snippet)
            } else {
                group.element(snippet.path(name))
            };
        }
        let Some(help) = self.help.as_ref().map(|help| help.to(lang)) else {
            return renderer.render(&[group]).to_string();
        };
        // Without a place to hang it below, the help is a line of its own.
        if self.places.is_empty() {
            let help = Group::with_title(next.primary_title(help));
            return renderer.render(&[group]).to_string() + "\n" + &renderer.render(&[help]).to_string();
        }
        renderer.render(&[group.element(next.message(help))]).to_string()
    }

    /// The message without what it may quote from the value of a secret.
    pub fn discreet(&self, lang: Lang) -> String {
        let mut message = self.message.to(lang);
        for place in &self.places {
            let text = &place.source.text;
            let hidden = place.source.secrets();
            let touched =
                hidden.iter().any(|range| range.start < place.span.end && place.span.start < range.end);
            let quoted = text.get(place.span.clone()).unwrap_or_default();
            let quoted = quoted.trim_matches(['"', '\'']);
            if touched && !quoted.is_empty() {
                message = message.replace(escape(quoted).as_ref(), "•••");
            }
        }
        // A message may name a value, and a value may be a whole file.
        if message.len() > LONGEST {
            let end = (0..=LONGEST).rev().find(|end| message.is_char_boundary(*end)).unwrap_or_default();
            message.truncate(end);
            message.push('…');
        }
        message
    }

    /// The same for programs: `validate --json` prints these.
    pub fn to_json(&self) -> serde_json::Value {
        // Plain data: it can't fail.
        serde_json::to_value(Told::from(self)).unwrap_or_default()
    }
}

/// So many problems are told of; nobody reads more of them, and a broken file may have millions.
pub const MOST: usize = 1_000;

/// True if the latest problems are as many errors as are told of: one more tells nobody anything.
pub fn enough(problems: &[Problem]) -> bool {
    let is_error = |problem: &Problem| problem.level == Level::Error;
    problems.len() >= MOST && problems.iter().rev().take(MOST).all(is_error)
}

/// Leaves as many problems as are told of, errors first where some must go, and says so.
pub fn limited(problems: &mut Vec<Problem>) {
    if problems.len() <= MOST {
        return;
    }
    let all = problems.len();
    if any_error(&problems[MOST..]) {
        // Sorting keeps the order of those that are alike.
        sort_by_key(problems, |problem| std::cmp::Reverse(problem.level));
    }
    problems.truncate(MOST);
    let message = text!("{count} more problems are not shown", count = all - MOST);
    let rest = Problem::warning(Code::TooMuch, message);
    problems.push(rest.help(text!("mend these first; many mistakes are often one")));
}

/// True if any of them stops the work.
pub fn any_error(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.level == Level::Error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, part: &str) -> Place {
        let source = Arc::new(Source::new("shop.yaml", text));
        let start = text.find(part).expect("the part stands in the text");
        Place::new(&source, start..start + part.len())
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        assert_eq!(place("a: 1\n营业时间: x\n", "x").to_string(), "shop.yaml:2:7");
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        let source = Arc::new(Source::new("a", "营"));
        assert_eq!(source.line_column(99), (1, 2));
    }

    #[test]
    fn a_place_keeps_its_column_though_its_line_is_cut_or_shows_more() {
        let problem = |text: &str| {
            Problem::error(Code::UnknownKey, "no").at(place(text, "here")).render(false, Lang::En)
        };
        let shown = problem("a: 1\n\u{1b}\u{202e} here\n");
        assert!(shown.contains("shop.yaml:2:4") && shown.contains("2 | \\u{1b}\\u{202e} here"), "{shown}");
        let shown = problem(&format!("a: 1\nb: {}here{}\n", "营".repeat(50_000), "业".repeat(50_000)));
        assert!(shown.contains("shop.yaml:2:50004") && shown.contains("营here业"), "{shown}");
        assert!(shown.len() < 5_000, "{} bytes", shown.len());
    }

    #[test]
    fn no_more_are_told_than_are_read() {
        let told = |error: usize, warnings: usize| {
            let warnings = (0..warnings).map(|_| Problem::warning(Code::UnknownKey, "w"));
            let mut all: Vec<_> =
                warnings.chain((0..error).map(|_| Problem::error(Code::UnknownKey, "e"))).collect();
            limited(&mut all);
            (all.len(), any_error(&all))
        };
        assert_eq!(told(0, MOST), (MOST, false));
        assert_eq!(told(0, MOST + 1), (MOST + 1, false));
        assert_eq!(told(1, MOST + 1), (MOST + 1, true));
    }

    #[test]
    fn shows_place_and_help() {
        let shown = Problem::error(Code::UnknownKey, "unknown key `nmae`")
            .at(place("vip:\n  nmae: 会员\n", "nmae").labelled("not a key of a group"))
            .help("did you mean `name`?")
            .render(false, Lang::En);
        assert!(shown.contains("error[MP003]: unknown key `nmae`"), "{shown}");
        assert!(shown.contains("shop.yaml:2:3"), "{shown}");
        assert!(shown.contains("not a key of a group"), "{shown}");
        assert!(shown.contains("help: did you mean `name`?"), "{shown}");
    }
}
