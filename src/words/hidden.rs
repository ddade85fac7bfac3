//! What cannot be seen in a text, or would do something to who shows it, is shown by its number.
//!
//! Whatever goes into a [`Text`](super::Text) passes through here, and whatever a report shows beside texts: a vendor, a
//! follower or a file's name can neither move a terminal's cursor, nor turn a line round, nor hide a part of it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text on one line and harmless: line breaks as `⏎`; control characters, and those that are invisible or turn
/// the direction of writing round, as `\u{…}`.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !hides(text) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    let mut before = None;
    for character in text.chars() {
        match character {
            '\n' => shown.push('⏎'),
            '\t' => shown.push_str("\\t"),
            '\r' => shown.push_str("\\r"),
            _ if is_hidden(before, character) => {
                // Writing to a string can't fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
            }
            _ => shown.push(character),
        }
        before = Some(character);
    }
    shown.into()
}

/// The same with its lines and tabs as they are.
pub fn escape_lines(text: &str) -> Cow<'_, str> {
    if !hides(text) {
        return text.into();
    }
    let lines = text.split_inclusive('\n').map(|line| {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let parts: Vec<_> = line.split('\t').map(escape).collect();
        parts.join("\t") + end
    });
    lines.collect::<String>().into()
}

/// A JSON text that means the same and shows all that is hidden in its strings. Outside of strings JSON has nothing
/// hidden but line breaks and blanks.
pub fn escape_json(json: &str) -> Cow<'_, str> {
    if !hides(json) {
        return json.into();
    }
    let mut shown = String::with_capacity(json.len() + 8);
    let (mut before, mut units) = (None, [0; 2]);
    for character in json.chars() {
        if character != '\n' && is_hidden(before, character) {
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(character);
        }
        before = Some(character);
    }
    shown.into()
}

/// True if there is anything in it that does not show as what it is.
fn hides(text: &str) -> bool {
    // Most texts are Chinese, and most of their bytes tell at once.
    let mut before = None;
    text.chars().any(|character| {
        let hidden = is_hidden(before, character);
        before = Some(character);
        hidden
    })
}

/// Emoji are made with the joiner, and say with a selector how they look: behind a picture both are part of it. The
/// selectors beyond the first plane belong to Chinese characters.
fn is_hidden(before: Option<char>, character: char) -> bool {
    match character {
        '\u{20}'..='\u{7e}' | '\u{4e00}'..='\u{9fff}' => false,
        '\u{200d}' => !before.is_some_and(is_picture),
        '\u{fe00}'..='\u{fe0f}' => {
            !before.is_some_and(|before| is_picture(before) || matches!(before, '#' | '*' | '0'..='9'))
        }
        '\u{e0100}'..='\u{e01ef}' => before.is_none_or(|before| before < '\u{2e80}'),
        _ => {
            character.is_control()
                || matches!(
                    character,
                    '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                        | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
                        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
                        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
                        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
                )
        }
    }
}

/// A sign or a picture, or what may stand between it and a joiner: how it looks, which colour its skin has.
fn is_picture(character: char) -> bool {
    matches!(
        character,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{2bff}'
            | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_steer_the_terminal() {
        assert_eq!(escape("好\u{1b}[31m\u{202e}x\u{200b}"), "好\\u{1b}[31m\\u{202e}x\\u{200b}");
        assert_eq!(escape("一\n二\t三\r"), "一⏎二\\t三\\r");
        assert_eq!(escape("\u{9b}2J\u{85}\u{7f}"), "\\u{9b}2J\\u{85}\\u{7f}");
    }

    #[test]
    fn what_nobody_sees_is_shown() {
        for hidden in ['\u{200d}', '\u{fe0f}', '\u{2066}', '\u{2069}', '\u{3164}', '\u{e0041}', '\u{34f}'] {
            let text = format!("a{hidden}b");
            assert_eq!(escape(&text), format!("a\\u{{{:x}}}b", u32::from(hidden)));
        }
    }

    #[test]
    fn emoji_and_chinese_stay() {
        for text in ["👨‍👩‍👧 ❤️", "1️⃣", "👩🏽‍🚀", "🏳️‍🌈", "葛\u{e0100}", "营业时间 10:00–22:00"]
        {
            assert!(matches!(escape(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn lines_may_stay_lines() {
        assert_eq!(escape_lines("a\tb\n\u{1b}c\r\n"), "a\tb\n\\u{1b}c\\r\n");
        assert_eq!(escape_lines("a\n\tb"), "a\n\tb");
    }

    #[test]
    fn json_means_the_same() {
        let value = serde_json::json!({"a\u{202e}\u{e0041}": "\u{9b}\u{1b}\n👩🏽‍🚀\u{7f}", "b": ["\u{200d}"]});
        for json in [format!("{value:#}"), value.to_string()] {
            let shown = escape_json(&json);
            assert!(!shown.chars().any(|c| c != '\n'
                && escape(c.encode_utf8(&mut [0; 4])) != c.to_string()
                && c != '\u{200d}'));
            assert!(
                shown.contains("\\u202e") && shown.contains("\\udb40\\udc41") && shown.contains("\\u009b"),
                "{shown}"
            );
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).expect("JSON"), value);
        }
    }

    #[test]
    fn what_was_shown_once_is_shown_alike() {
        let shown = escape("\u{1b}\u{202e}\n");
        assert!(matches!(escape(&shown), Cow::Borrowed(_)));
    }
}
