//! What we say ourselves, in both languages: the page's reader chooses one.

use serde::Serialize;

use crate::problem::{Level, Problem, ToldPlace};
use crate::words::{Lang, Text};

/// A text of ours.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Said {
    en: String,
    /// Nothing where it is the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    zh: Option<String>,
}

impl Said {
    /// What is said in a language.
    pub(super) fn of(say: impl Fn(Lang) -> String) -> Self {
        let (en, zh) = (say(Lang::En), say(Lang::Zh));
        Self { zh: Some(zh).filter(|zh| *zh != en), en }
    }
}

impl From<&Text> for Said {
    fn from(text: &Text) -> Self {
        Self::of(|lang| text.to(lang))
    }
}

/// A problem.
#[derive(Serialize)]
pub(super) struct Trouble<'a> {
    code: &'static str,
    level: Level,
    message: Said,
    about: Option<&'a str>,
    places: Vec<ToldPlace>,
    help: Option<Said>,
}

impl<'a> From<&'a Problem> for Trouble<'a> {
    fn from(problem: &'a Problem) -> Self {
        Self {
            code: problem.code.as_str(),
            level: problem.level,
            message: Said::of(|lang| problem.discreet(lang)),
            about: problem.about.as_deref(),
            places: problem.places.iter().map(ToldPlace::from).collect(),
            help: problem.help.as_ref().map(Said::from),
        }
    }
}
