//! What is said to people, in their language.
//!
//! A text stays a template and what goes into it until somebody reads it: programs always get the English, people the
//! language that they asked for. The templates are the keys of the translations in `words/zh`, so there is nothing to
//! name and nothing to look up while writing code; a test holds the two against each other.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

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
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Text {
    template: Cow<'static, str>,
    with: Vec<(&'static str, Word)>,
}

/// What goes into a text.
#[derive(Clone, PartialEq, Eq, Hash)]
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

    /// A template with `{name}` for each thing that goes in, `{{` and `}}` for braces. What [`text!`] makes.
    pub const fn new(template: &'static str, with: Vec<(&'static str, Word)>) -> Self {
        Self { template: Cow::Borrowed(template), with }
    }

    /// Somebody else's words, or what was put together already: said as it stands, unless it is a template as a whole.
    pub fn verbatim(text: impl Into<String>) -> Self {
        Self { template: Cow::Borrowed("{text}"), with: vec![("text", Word::Plain(text.into()))] }
    }

    /// Texts one after the other.
    pub fn joined(texts: impl IntoIterator<Item = Self>, between: &'static str) -> Self {
        let mut texts = texts.into_iter();
        let first = texts.next().unwrap_or_default();
        texts.fold(first, |sum, text| {
            let with =
                vec![("sum", Word::Ours(sum)), ("between", between.word()), ("text", Word::Ours(text))];
            Self::new("{sum}{between}{text}", with)
        })
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
                Some((_, Word::Plain(text))) => said.push_str(text),
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
        $crate::words::Text::new($template, vec![$((stringify!($name), $crate::word!($name $(= $value)?))),*])
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
    ("layout", include_str!("words/zh/layout.yaml")),
    ("new", include_str!("words/zh/new.yaml")),
    ("notify", include_str!("words/zh/notify.yaml")),
    ("rehearse", include_str!("words/zh/rehearse.yaml")),
];

/// A phrase that is no template, e.g. a line of help, in Chinese.
pub fn zh(phrase: &str) -> Option<&'static str> {
    ZH.get(phrase).map(String::as_str)
}
