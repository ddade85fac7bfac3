//! What is said to people, in their language.
//!
//! A text stays a template and what goes into it until somebody reads it: programs always get the English, people the
//! language that they asked for. The templates are the keys of the translations in `words/zh`, so there is nothing to
//! name and nothing to look up while writing code; a test holds the two against each other.

use indexmap::IndexMap;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

mod hidden;

pub use hidden::{escape, escape_json, escape_lines};

/// A language of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

/// A sentence or a part of one, not yet said in any language.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Text {
    template: Cow<'static, str>,
    with: Vec<(Cow<'static, str>, Word)>,
}

/// Stands before a text that is carried whole. Nobody writes it into a configuration.
const CARRIED: char = '\u{1}';

/// What goes into a text.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Word {
    /// Somebody's own words, a number, a name: the same in every language.
    Plain(String),
    /// A text of ours.
    Ours(Text),
}

/// Nothing said.
impl Default for Text {
    fn default() -> Self {
        Self::new("", Vec::new())
    }
}

impl Text {
    /// True if there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.template.is_empty()
    }

    /// A template with `{name}` for each thing that goes in, `{{` and `}}` for braces. What [`text!`](crate::text) makes.
    pub const fn new(template: &'static str, with: Vec<(Cow<'static, str>, Word)>) -> Self {
        Self { template: Cow::Borrowed(template), with }
    }

    /// Somebody else's words, or what was put together already: said as it stands, unless it is a template as a whole.
    pub fn verbatim(text: impl Into<String>) -> Self {
        Self::new("{text}", vec![("text".into(), Word::Plain(text.into()))])
    }

    /// The same where its lines are to stay lines.
    pub fn lines(text: &str) -> Self {
        let (mut template, mut with) = (String::new(), vec![]);
        for (nth, line) in text.split('\n').enumerate() {
            let break_before = if nth == 0 { "" } else { "\n" };
            template += &format!("{break_before}{{{nth}}}");
            let line = line.strip_suffix('\r').unwrap_or(line);
            with.push((nth.to_string().into(), Word::Plain(line.to_owned())));
        }
        Self { template: template.into(), with }
    }

    /// Texts one after the other, with a template between them.
    pub fn joined(texts: impl IntoIterator<Item = Self>, between: &'static str) -> Self {
        let mut texts = texts.into_iter();
        let first = texts.next().unwrap_or_default();
        texts.fold(first, |sum, text| {
            let between = Word::Ours(Self::new(between, vec![]));
            let with = vec![
                ("sum".into(), Word::Ours(sum)),
                ("between".into(), between),
                ("text".into(), Word::Ours(text)),
            ];
            Self::new("{sum}{between}{text}", with)
        })
    }

    /// Writes it where a text only passes through: whole for [`Text::carried`] if the alternate form is asked for, else
    /// in English. So serde's errors, which are made of what can be displayed, bring our texts back.
    pub fn carry(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return f.write_str(&self.en());
        }
        write!(f, "{CARRIED}{}", serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }

    /// What [`Text::carry`] wrote in its alternate form.
    pub fn carried(words: &str) -> Option<Self> {
        serde_json::from_str(words.strip_prefix(CARRIED)?).ok()
    }

    /// The same with everybody else's words changed, ours left as they are.
    #[must_use]
    pub fn with_plain(mut self, change: &impl Fn(&str) -> String) -> Self {
        for (_, word) in &mut self.with {
            match word {
                Word::Plain(text) => *text = change(text),
                Word::Ours(text) => *text = std::mem::take(text).with_plain(change),
            }
        }
        self
    }

    /// In English: for programs, and wherever a text is kept.
    pub fn en(&self) -> String {
        self.to(Lang::En)
    }

    /// In a language.
    pub fn to(&self, lang: Lang) -> String {
        let template = match lang {
            Lang::En => None,
            Lang::Zh => ZH.get(self.template.as_ref()).map(String::as_str),
        };
        let mut said = String::new();
        let mut rest = template.unwrap_or(&self.template);
        while let Some(at) = rest.find(['{', '}']) {
            said.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(brace) = ["{{", "}}"].into_iter().find(|brace| rest.starts_with(brace)) {
                said.push_str(&brace[1..]);
                rest = &rest[2..];
                continue;
            }
            let end = rest.find('}').map_or(rest.len(), |end| end + 1);
            let name = rest[..end].trim_matches(['{', '}']);
            match self.with.iter().find(|(known, _)| *known == name) {
                // Somebody else's words never do anything to who shows them.
                Some((_, Word::Plain(text))) => said.push_str(&escape(text)),
                Some((_, Word::Ours(text))) => said.push_str(&text.to(lang)),
                None => said.push_str(&rest[..end]),
            }
            rest = &rest[end..];
        }
        said + rest
    }
}

/// In English, as tests compare it.
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.en())
    }
}

/// Tests say what they like.
#[cfg(test)]
impl<T: fmt::Display> From<T> for Text {
    fn from(text: T) -> Self {
        Self::verbatim(text.to_string())
    }
}

#[cfg(test)]
impl<T: AsRef<str>> PartialEq<T> for Text {
    fn eq(&self, text: &T) -> bool {
        self.en() == text.as_ref()
    }
}

/// What can go into a text.
pub trait IntoWord {
    /// As it goes in.
    fn word(&self) -> Word;
}

impl<T: fmt::Display + ?Sized> IntoWord for T {
    fn word(&self) -> Word {
        Word::Plain(self.to_string())
    }
}

// A text can't be displayed, since nobody would know in which language: so it is not one of the above.
impl IntoWord for Text {
    fn word(&self) -> Word {
        Word::Ours(self.clone())
    }
}

impl IntoWord for &Text {
    fn word(&self) -> Word {
        (*self).word()
    }
}

/// Makes a [`Text`](crate::words::Text): a template, then the names in it, each alone or with its value:
/// `text!("{count} of {all} are left", count, all = names.len())`.
#[macro_export]
macro_rules! text {
    ($template:literal $(,)?) => {
        $crate::words::Text::new($template, Vec::new())
    };
    ($template:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::words::Text::new($template, vec![$((::std::borrow::Cow::Borrowed(stringify!($name)), $crate::word!($name $(= $value)?))),*])
    };
}

/// One thing that goes into a [`text!`].
#[doc(hidden)]
#[macro_export]
macro_rules! word {
    ($name:ident) => {
        $crate::words::IntoWord::word(&$name)
    };
    ($name:ident = $value:expr) => {
        $crate::words::IntoWord::word(&$value)
    };
}

/// Our templates in Chinese.
static ZH: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let mut all = HashMap::new();
    for (_, file) in FILES {
        // A test reads each of them.
        let phrases: HashMap<String, String> = serde_yaml::from_str(file).unwrap_or_default();
        all.extend(phrases);
    }
    all
});

/// The translations, by room.
const FILES: &[(&str, &str)] = &[
    ("apply", include_str!("words/zh/apply.yaml")),
    ("audit", include_str!("words/zh/audit.yaml")),
    ("cli", include_str!("words/zh/cli.yaml")),
    ("config", include_str!("words/zh/config.yaml")),
    ("desired", include_str!("words/zh/desired.yaml")),
    ("export", include_str!("words/zh/export.yaml")),
    ("globs", include_str!("words/zh/globs.yaml")),
    ("help", include_str!("words/zh/help.yaml")),
    ("http", include_str!("words/zh/http.yaml")),
    ("layout", include_str!("words/zh/layout.yaml")),
    ("live", include_str!("words/zh/live.yaml")),
    ("model", include_str!("words/zh/model.yaml")),
    ("notify", include_str!("words/zh/notify.yaml")),
    ("plan", include_str!("words/zh/plan.yaml")),
    ("problem", include_str!("words/zh/problem.yaml")),
    ("providers", include_str!("words/zh/providers.yaml")),
    ("rehearse", include_str!("words/zh/rehearse.yaml")),
    ("report", include_str!("words/zh/report.yaml")),
    ("sending", include_str!("words/zh/sending.yaml")),
    ("state", include_str!("words/zh/state.yaml")),
    ("tanmarket", include_str!("words/zh/tanmarket.yaml")),
    ("words", include_str!("words/zh/words.yaml")),
    ("yeapoo", include_str!("words/zh/yeapoo.yaml")),
    ("youmi", include_str!("words/zh/youmi.yaml")),
];

/// A phrase that is no template, e.g. a line of help.
pub fn phrase(english: &str, lang: Lang) -> Option<&'static str> {
    match lang {
        Lang::En => None,
        Lang::Zh => ZH.get(english).map(String::as_str),
    }
}

/// What a file of translations holds, in order, or why it can't be read.
pub type Translations = Result<IndexMap<String, String>, serde_yaml::Error>;

/// Every file of translations by the room that it is for: for the test that holds them against the templates.
pub fn translations() -> impl Iterator<Item = (&'static str, Translations)> {
    FILES.iter().map(|(room, file)| (*room, serde_yaml::from_str(file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_is_said_in_the_same_language() {
        let inner = text!("{count} messages", count = 3);
        let whole = text!("{fate}: {message}", fate = text!("created"), message = inner);
        assert_eq!(whole.to(Lang::En), "created: 3 messages");
        assert_eq!(whole.to(Lang::Zh), "已创建：3 条消息");
    }

    #[test]
    fn what_is_not_ours_is_no_template() {
        assert_eq!(Text::lines("a\u{1b}\r\n{0}\n").en(), "a\\u{1b}\n{0}\n");
        let text = Text::verbatim("{count} created");
        assert_eq!(
            (text.to(Lang::En), text.to(Lang::Zh)),
            ("{count} created".into(), "{count} created".into())
        );
        let word = text!("now {what}", what = "{what} {{");
        assert_eq!(word.to(Lang::En), "now {what} {{");
    }

    #[test]
    fn braces_that_are_meant_are_doubled() {
        assert_eq!(text!("{title}, to {{{to}}}", title = "a", to = "b").to(Lang::Zh), "a，发给 {b}");
    }

    #[test]
    fn joined_texts_have_their_language_s_comma() {
        let both = Text::joined([text!("1 error"), text!("1 warning")], ", ");
        assert_eq!(
            (both.to(Lang::En), both.to(Lang::Zh)),
            ("1 error, 1 warning".into(), "1 个错误，1 个警告".into())
        );
        assert!(Text::joined([], ", ").is_empty());
    }
}
