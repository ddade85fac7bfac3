//! What each thing looks like. Code says what a text is; this table says which colour that has. Nothing is said by
//! colour alone.

use crate::words::{Lang, Text};
use anstyle::{AnsiColor, Effects};

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Something that is made, or was done.
    Create,
    /// Something that changes.
    Update,
    /// Something that goes, or failed.
    Delete,
    /// The characters of a line that come.
    Come,
    /// The characters of a line that go.
    Gone,
    /// The name of a part.
    Heading,
    /// What is there only to find one's way: origins, tree lines, what does not change.
    Faint,
    /// What one should know.
    Warning,
    /// What one should not overlook.
    Emphasis,
}

impl Role {
    fn style(self) -> anstyle::Style {
        match self {
            Self::Create => AnsiColor::Green.on_default(),
            Self::Update => AnsiColor::Yellow.on_default(),
            Self::Delete => AnsiColor::Red.on_default(),
            // Inverted rather than bold or underlined: a blank that comes or goes is seen as well.
            Self::Come => AnsiColor::Green.on_default().effects(Effects::INVERT),
            Self::Gone => AnsiColor::Red.on_default().effects(Effects::INVERT),
            Self::Heading | Self::Emphasis => anstyle::Style::new().bold(),
            Self::Faint => anstyle::Style::new().dimmed(),
            Self::Warning => AnsiColor::Yellow.on_default().bold(),
        }
    }
}

/// How to paint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether escape codes may be written.
    pub colour: bool,
    /// The language that it is read in.
    pub lang: Lang,
}

impl Style {
    /// Without colour.
    pub const PLAIN: Self = Self { colour: false, lang: Lang::En };

    /// A text of ours in the reader's language.
    pub fn say(self, text: &Text) -> String {
        text.to(self.lang)
    }

    /// A text of ours in the colour of its role.
    pub fn said(self, role: Role, text: &Text) -> String {
        self.paint(role, &self.say(text))
    }

    /// The text in the colour of its role. The text is taken as it is: escape it first.
    pub fn paint(self, role: Role, text: &str) -> String {
        if self.colour && !text.is_empty() {
            let style = role.style();
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paints_only_with_colour() {
        assert_eq!(Style::PLAIN.paint(Role::Create, "+"), "+");
        assert_eq!(Style { colour: true, ..Style::PLAIN }.paint(Role::Create, "+"), "\u{1b}[32m+\u{1b}[0m");
        assert_eq!(Style { colour: true, ..Style::PLAIN }.paint(Role::Create, ""), "");
    }
}
