//! One text as YAML that reads back byte for byte, and looks as a person would write it where that is safe.
//!
//! Plain is only what no reader of YAML takes for anything but text. Everything else is quoted, and a text of several
//! lines is a block where a block can hold it.

use std::fmt::Write as _;

/// Words that some reader of YAML takes for a truth, for nothing or for more than a word.
const WORDS: &[&str] =
    &["true", "false", "yes", "no", "on", "off", "y", "n", "null", "none", "nan", "inf", "infinity"];
/// What may stand in a plain text beside letters and digits, wherever it stands but in front.
const HARMLESS: &str = "-_./ ?=+()~!%&（）！？，。、：；《》·…—～“”";

/// A value: as [`key`], and `${` is kept from being filled in.
pub(super) fn value(text: &str, in_brackets: bool) -> String {
    written(&text.replace("${", "$${"), in_brackets)
}

/// A key. Nothing is filled in where keys stand.
pub(super) fn key(text: &str) -> String {
    written(text, true)
}

/// A text as it stands, `${…}` and all.
pub(super) fn written(text: &str, in_brackets: bool) -> String {
    if is_plain(text, in_brackets) { text.to_owned() } else { quoted(text) }
}

/// A value of several lines as a block whose lines are indented by `indent`; its head, and the lines. Nothing for
/// what a block can't hold, or what an editor might spoil in it.
pub(super) fn block(text: &str, indent: usize) -> Option<(&'static str, String)> {
    let (body, head) = match text.strip_suffix('\n') {
        Some(body) => (body, "|"),
        None => (text, "|-"),
    };
    let fits = |line: &str| line.trim_end() == line && line.chars().all(is_printable);
    let starts = body.chars().next().is_some_and(|first| !first.is_whitespace());
    let ends = body.chars().next_back().is_some_and(|last| !last.is_whitespace());
    if !body.contains('\n') || !starts || !ends || !body.split('\n').all(fits) {
        return None;
    }
    let mut lines = String::new();
    for line in body.replace("${", "$${").split('\n') {
        // Tabs in front of a line are read as what they are, and shown as if they were its indentation.
        if line.starts_with('\t') {
            return None;
        }
        if !line.is_empty() {
            let _ = write!(lines, "{:indent$}{line}", "");
        }
        lines.push('\n');
    }
    Some((head, lines))
}

/// Words for a comment: one line, whatever they hold.
pub(super) fn comment(text: &str) -> String {
    let mut line = String::new();
    for c in text.chars() {
        if is_printable(c) {
            line.push(c);
        } else if matches!(c, '\n' | '\r') {
            line.push(' ');
        } else {
            line.extend(c.escape_unicode());
        }
    }
    line.trim().to_owned()
}

fn is_plain(text: &str, in_brackets: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let is_word = first.is_alphabetic()
        || (first.is_ascii_digit() && text.chars().any(|c| !c.is_ascii() && c.is_alphabetic()));
    let mut before = first;
    for c in text.chars() {
        let fits = c.is_alphanumeric()
            || (HARMLESS.contains(c) && !(c == ' ' && before == ' '))
            || (c == ':' && !in_brackets && before != ':');
        if !fits || (c == ' ' && before == ':') {
            return false;
        }
        before = c;
    }
    let lower = text.to_ascii_lowercase();
    is_word && !matches!(before, ' ' | ':') && !WORDS.contains(&lower.as_str())
}

/// What shows on a page, and what YAML takes for no line break.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{e000}'..='\u{f8ff}'
                | '\u{feff}'
                | '\u{fff0}'..='\u{ffff}'
        )
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\t' => out += "\\t",
            '\r' => out += "\\r",
            _ if is_printable(c) => out.push(c),
            _ => {
                let number = u32::from(c);
                let _ = if number > 0xffff {
                    write!(out, "\\U{number:08x}")
                } else {
                    write!(out, "\\u{number:04x}")
                };
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_text_to_everybody_needs_no_quotes() {
        for text in ["营业时间", "VIP会员", "9点半", "https://m.example.com/a?b=c", "欢迎光临！", "a - b"]
        {
            assert_eq!(value(text, false), text);
        }
    }

    #[test]
    fn what_some_reader_takes_for_something_else_is_quoted() {
        let odd = [
            "",
            "10086",
            "1e5",
            "2026-11-23",
            "yes",
            "None",
            "- a",
            "a: b",
            "a #b",
            " a",
            "a ",
            "<<",
            "a:",
            "*",
        ];
        for text in odd {
            assert!(value(text, false).starts_with('"'), "{text}");
        }
        assert_eq!(value("https://m.example.com", true), "\"https://m.example.com\"");
    }

    #[test]
    fn nothing_is_filled_in() {
        assert_eq!(value("${env.HOME}", false), "\"$${env.HOME}\"");
        assert_eq!(value("$${", false), "\"$$${\"");
        assert_eq!(key("${var.a}"), "\"${var.a}\"");
    }

    #[test]
    fn several_lines_are_a_block_where_it_holds_them() {
        assert_eq!(block("一\n\n二", 4), Some(("|-", "    一\n\n    二\n".to_owned())));
        assert_eq!(block("一\n二\n", 2).map(|(head, _)| head), Some("|"));
        for text in ["一", " 一\n二", "一 \n二", "一\r\n二", "一\n\t二", "一\n二\n\n", "\n一", "一\n\u{2028}"]
        {
            assert_eq!(block(text, 2), None, "{text:?}");
        }
    }

    #[test]
    fn a_comment_is_one_line() {
        assert_eq!(comment("a\nkeywords: {}\u{85}\u{2028}b"), "a keywords: {}\\u{85}\\u{2028}b");
    }
}
