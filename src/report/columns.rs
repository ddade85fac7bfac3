//! Text measured in the columns of a terminal: a Chinese character fills two. Also the escaping that keeps foreign
//! text from steering the terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

use similar::DiffableStr;
use unicode_width::UnicodeWidthStr;

/// How many columns a text fills.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text with blanks behind it up to so many columns.
pub fn pad(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(blanks))
}

/// The text cut to so many columns, with `…` as the last of them if something was cut.
pub fn truncate(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return text.into();
    }
    let mut cut = String::new();
    let mut filled = 1;
    for character in characters(text) {
        filled += width(character);
        if filled > columns {
            break;
        }
        cut.push_str(character);
    }
    cut.push('…');
    cut.into()
}

/// The characters as a reader counts them: an emoji of several code points is one.
pub fn characters(text: &str) -> Vec<&str> {
    text.tokenize_graphemes()
}

/// The text on one line and harmless: line breaks as `⏎`; control characters, and those that are invisible or turn
/// the direction of writing round, as `\u{…}`.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => shown.push('⏎'),
            '\t' => shown.push_str("\\t"),
            '\r' => shown.push_str("\\r"),
            _ if is_hidden(character) => {
                // Writing to a string can't fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
            }
            _ => shown.push(character),
        }
    }
    shown.into()
}

/// The zero-width joiner and the variation selectors are not among them: emoji are made with these.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_two_columns() {
        assert_eq!(width("a营业"), 5);
        assert_eq!(pad("营业", 6), "营业  ");
        assert_eq!(pad("营业时间", 6), "营业时间");
    }

    #[test]
    fn a_cut_never_exceeds_its_columns() {
        assert_eq!(truncate("营业时间", 8), "营业时间");
        assert_eq!(truncate("营业时间", 7), "营业时…");
        assert_eq!(truncate("营业时间", 6), "营业…");
        assert_eq!(truncate("👨‍👩‍👧家", 3), "👨‍👩‍👧…");
    }

    #[test]
    fn foreign_text_cannot_steer_the_terminal() {
        assert_eq!(escape("好\u{1b}[31m\u{202e}x\u{200b}"), "好\\u{1b}[31m\\u{202e}x\\u{200b}");
        assert_eq!(escape("一\n二\t三\r"), "一⏎二\\t三\\r");
        assert!(matches!(escape("👨‍👩‍👧 ❤️"), Cow::Borrowed(_)));
    }
}
