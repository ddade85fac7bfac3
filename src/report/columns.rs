//! Text measured in the columns of a terminal: a Chinese character fills two. Also the escaping that keeps foreign
//! text from steering the terminal.

use std::borrow::Cow;

use similar::DiffableStr;
use unicode_width::UnicodeWidthStr;

pub use crate::words::escape;

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
}
