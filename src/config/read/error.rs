//! What serde found wrong, in a user's words and at its place.

use crate::problem::Flaw;
use std::fmt;

use serde::de::{Expected, Unexpected};

use super::{Reader, id};
use crate::config::nearest::suggest;
use crate::problem::{Code, Place, Problem};
use crate::text;
use crate::words::Text;

/// An error of reading one value.
#[derive(Debug)]
pub(super) struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    what: What,
    /// The node that is to blame and the place to show.
    at: Option<(usize, Place)>,
}

/// What is wrong.
#[derive(Debug)]
pub(super) enum What {
    /// Expected, found.
    Type(Text, Text),
    /// Expected, and nothing was there.
    NoValue(Text),
    /// A key of a mapping that is not there.
    Missing(&'static str),
    /// A word that is none of these.
    Word(String, &'static [&'static str]),
    /// A key that is none of these, found by a type that reads its keys by itself.
    Key(String, &'static [&'static str]),
    /// In the type's own words, a line of help behind `\nhelp: `.
    Own(Text, Option<Text>),
    /// Something that has been reported already.
    Known,
}

impl Error {
    pub(super) fn new(what: What) -> Self {
        Self(Box::new(Inner { what, at: None }))
    }

    /// The same, to blame on this node unless a node further in has been blamed.
    pub(super) fn at(mut self, reader: Reader<'_>) -> Self {
        if self.0.at.is_some() {
            return self;
        }
        let mut place = reader.node.place();
        match &self.0.what {
            What::Missing(field) if reader.explained(field) => self.0.what = What::Known,
            What::Missing(_) | What::NoValue(_) => {
                if let Some(key) = reader.key {
                    place = key.place();
                }
            }
            What::Own(..) | What::Type(..) | What::Word(..) if reader.node.is_stand_in() => {
                self.0.what = What::Known;
            }
            What::Key(word, _) => {
                if let Some((key, _)) = reader.node.entry(word) {
                    place = key.place();
                }
            }
            _ => {}
        }
        self.0.at = Some((id(reader.node), place));
        self
    }

    /// The node to blame, and what to report if it has not been reported.
    pub(super) fn into_parts(self) -> (usize, Option<Problem>) {
        let (culprit, place) = match self.0.at {
            Some((culprit, place)) => (culprit, Some(place)),
            None => (0, None),
        };
        let problem = match self.0.what {
            What::Known => return (culprit, None),
            What::Type(expected, found) => {
                let help = match found.en().as_str() {
                    "`null`" | "`~`" => text!("write a value, or take the key out to leave it alone"),
                    _ => text!("write {expected} here", expected),
                };
                Problem::error(Code::WrongType, text!("expected {expected}, found {found}", expected, found))
                    .help(help)
            }
            What::NoValue(expected) => {
                Problem::error(Code::WrongType, text!("expected {expected}, found nothing", expected)).help(
                    match expected.en().as_str() {
                        "a list" => {
                            text!("write `[]` for an empty list, or take the key out to leave it alone")
                        }
                        "text" => text!(
                            "write a value, or take the key out to leave it alone; `\"\"` is an empty text"
                        ),
                        _ => text!("write a value, or take the key out to leave it alone"),
                    },
                )
            }
            What::Missing(field) => {
                Problem::error(Code::MissingKey, text!("the key `{field}` is missing", field))
                    .help(text!("add `{field}: …`", field))
            }
            What::Word(word, known) => Problem::error(
                Code::BadValue,
                text!("`{word}` is not known here", word),
            )
            .help(suggest(&word, known.iter().copied(), Text::default())),
            What::Key(word, known) => Problem::error(Code::UnknownKey, text!("unknown key `{word}`", word))
                .help(suggest(&word, known.iter().copied(), text!("there are no keys here"))),
            What::Own(message, help) => Problem::error(Code::BadValue, message)
                .help(help.unwrap_or_else(|| text!("write another value"))),
        };
        (
            culprit,
            Some(match place {
                Some(place) => problem.at(place),
                None => problem,
            }),
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.what)
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(words: T) -> Self {
        // Ours pass through serde whole.
        let words = format!("{words:#}");
        Self::new(match Flaw::carried(&words) {
            Some(Flaw { message, help }) => What::Own(message, Some(help)),
            None => What::Own(Text::verbatim(words), None),
        })
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Seq => text!("a list"),
            Unexpected::Map => text!("a mapping"),
            Unexpected::Str(text) => Text::verbatim(format!("`{text}`")),
            Unexpected::Unsigned(number) => Text::verbatim(format!("`{number}`")),
            Unexpected::Signed(number) => Text::verbatim(format!("`{number}`")),
            Unexpected::Unit | Unexpected::Option => text!("nothing"),
            other => Text::verbatim(other.to_string()),
        };
        let expected = format!("{expected:#}");
        Self::new(What::Type(Text::carried(&expected).unwrap_or_else(|| Text::verbatim(expected)), found))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        match found {
            Unexpected::Signed(number) if number < 0 => Self::new(What::Own(
                text!("`{number}` is too small", number),
                Some(text!("write a number from 0")),
            )),
            Unexpected::Unsigned(number) => Self::new(What::Own(
                text!("`{number}` is too large", number),
                Some(text!("write a smaller number")),
            )),
            other => Self::invalid_type(other, expected),
        }
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        Self::new(What::Word(word.to_owned(), known))
    }

    fn unknown_field(word: &str, known: &'static [&'static str]) -> Self {
        Self::new(What::Key(word.to_owned(), known))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(What::Missing(field))
    }
}
