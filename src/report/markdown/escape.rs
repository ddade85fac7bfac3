//! Foreign text in Markdown. All of it stands in code: there nothing is a link, an image, a mention, or HTML.

use crate::report::columns::escape;

/// The text as a code span on one line.
pub(super) fn code(text: &str) -> String {
    let text = escape(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    // A blank on either side is taken off again, and keeps a tick of the text's own apart.
    let bare = !text.is_empty() && !text.starts_with(['`', ' ']) && !text.ends_with(['`', ' ']);
    if bare { format!("{ticks}{text}{ticks}") } else { format!("{ticks} {text} {ticks}") }
}

/// The text as code on one line, where HTML stands and Markdown is not read.
pub(super) fn html_code(text: &str) -> String {
    let text = escape(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<code>{}</code>", text.replace('"', "&quot;"))
}

/// Lines as a block of code, longer fenced than anything in it.
pub(super) fn fence(language: &str, lines: &str) -> String {
    let ticks = "`".repeat(longest_run(lines).max(2) + 1);
    format!("{ticks}{language}\n{}\n{ticks}\n", lines.trim_end_matches('\n'))
}

/// A word in the hidden marker: it can neither end the comment nor hold a colon.
pub(super) fn word(text: &str) -> String {
    let mut word = String::new();
    let mut bytes = [0; 4];
    for character in text.chars() {
        if character.is_alphanumeric()
            || matches!(character, '_' | '.')
            || (character == '-' && !word.ends_with('-'))
        {
            word.push(character);
        } else {
            for byte in character.encode_utf8(&mut bytes).bytes() {
                word += &format!("%{byte:02X}");
            }
        }
    }
    word
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_outnumbered() {
        assert_eq!(code("营业"), "`营业`");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(fence("", "```\n# big"), "````\n```\n# big\n````\n");
    }

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(code("a\n\n# b\u{202e}"), "`a⏎⏎# b\\u{202e}`");
    }

    #[test]
    fn html_is_text() {
        assert_eq!(
            html_code("</code><img src=\"x\">&"),
            "<code>&lt;/code&gt;&lt;img src=&quot;x&quot;&gt;&amp;</code>"
        );
    }

    #[test]
    fn nothing_ends_the_marker() {
        assert_eq!(word("花店-2"), "花店-2");
        assert_eq!(word("a--> b:c"), "a-%2D%3E%20b%3Ac");
    }
}
