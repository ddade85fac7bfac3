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

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;
    use crate::problem::Code;
    use crate::text;

    #[test]
    fn both_languages_are_there_where_they_differ() {
        let said = |text: Text| to_value(Said::from(&text)).expect("plain data");
        assert_eq!(
            said(text!("it changed meanwhile")),
            json!({"en": "it changed meanwhile", "zh": "它在此期间发生了变化"})
        );
        assert_eq!(said(Text::verbatim("花店")), json!({"en": "花店"}));
    }

    #[test]
    fn a_problem_is_said_in_both_with_its_help() {
        let problem = Problem::warning(
            Code::PageFile,
            text!(
                "the page does not show {file}: {why}",
                file = "a.jpg",
                why = text!("it changed meanwhile")
            ),
        )
        .help(text!("write the page again"));
        assert_eq!(
            to_value(Trouble::from(&problem)).expect("plain data"),
            json!({
                "code": Code::PageFile.as_str(),
                "level": "warning",
                "message": {
                    "en": "the page does not show a.jpg: it changed meanwhile",
                    "zh": "页面不显示 a.jpg：它在此期间发生了变化",
                },
                "about": null,
                "places": [],
                "help": {"en": "write the page again", "zh": "请重新生成页面"},
            })
        );
    }
}
