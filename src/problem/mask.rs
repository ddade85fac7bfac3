//! What a file says under the keys of secrets is never shown, not even where the file is broken.
//!
//! It works on the text, since a file that is not YAML has nothing else, and rather hides too much: after the key of
//! a secret, or a word much like it, the rest of the line, and everything that is indented below it.

use std::borrow::Cow;
use std::ops::Range;

/// Keys whose values are secret by their type.
const SECRET: &[&str] =
    &["headers", "authorization", "app_key", "client_secret", "token", "notify", "webhook", "secret"];

/// The same text with every secret blotted out, byte for byte, so that places in it stay where they are.
pub fn masked(text: &str) -> Cow<'_, str> {
    let hidden = secrets(text);
    if hidden.is_empty() { text.into() } else { blotted(text, 0..text.len(), &hidden).into() }
}

/// A stretch of a text without its secrets, which are given in order and apart.
pub(super) fn blotted(text: &str, part: Range<usize>, hidden: &[Range<usize>]) -> String {
    let mut shown = String::with_capacity(part.len());
    let mut at = part.start;
    for range in hidden {
        let (from, to) = (range.start.clamp(at, part.end), range.end.clamp(at, part.end));
        shown.push_str(&text[at..from]);
        shown.extend(text[from..to].bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }));
        at = to;
    }
    shown.push_str(&text[at..part.end]);
    shown
}

/// The stretches of a text that are secret, in order and apart.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = vec![];
    let mut below: Option<Key> = None;
    // How far the lines around the current one are indented.
    let mut around: Vec<usize> = vec![];
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let indent = body.len() - body.trim_start_matches(' ').len();
        let blank = body.trim().is_empty();
        // A line that is indented like nothing around it, or by a tab, is a mistake, and most likely belongs to it.
        let stray = body.starts_with('\t') || !around.contains(&indent);
        let is_below = |key: Key| {
            indent > key.indent || stray || (!key.in_list && indent == key.indent && is_item(body))
        };
        if below.is_some_and(is_below) && !blank {
            // A key says nothing; what stands behind it does.
            let from = body.find(": ").map_or(indent, |colon| colon + 2);
            found.push(start + from..start + body.len());
        } else if !blank {
            below = None;
            around.retain(|level| *level < indent);
            around.push(indent);
            if let Some((at, end)) = secret_key(body) {
                found.push(start + end..start + body.len());
                below = Some(Key { indent: at.min(indent), in_list: is_item(body) });
            }
        }
        start += line.len();
    }
    found.retain(|range| !range.is_empty());
    found
}

/// The key of a secret: how far its line is indented, and whether that is an item of a list.
#[derive(Clone, Copy)]
struct Key {
    indent: usize,
    in_list: bool,
}

/// An item of a list, which may stand as far out as the key that it belongs to.
fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    line == "-" || line.starts_with("- ")
}

/// Where the first key of a secret begins on a line, and where its value does.
fn secret_key(line: &str) -> Option<(usize, usize)> {
    let start = line.len() - line.trim_start_matches([' ', '-']).len();
    if line[start..].starts_with(':') {
        // `? key` stands on a line before, or a key in a bracket: nobody knows here which.
        return Some((start, start + 1));
    }
    line.match_indices(':').find_map(|(colon, _)| {
        let front = line[..colon].trim_end_matches(['"', '\'', ' ']);
        let word = front.rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).next()?;
        // Who writes a key with `\\u…` has something to hide.
        let is_odd = front
            .rsplit('"')
            .next()
            .is_some_and(|key| line[..colon].trim_end().ends_with('"') && key.contains('\\'));
        let is_secret = is_odd
            || SECRET.iter().any(|key| {
                let word = word.to_ascii_lowercase();
                word == *key || strsim::osa_distance(&word, key) <= if key.len() > 6 { 2 } else { 1 }
            });
        is_secret.then_some((front.len() - word.len(), colon + 1))
    })
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn the_rest_of_the_line_is_hidden() {
        let text = "a: {info_idx: demo, headers: {Authorization: \"Bearer 密钥\"}}\nb: 1\n";
        let shown = masked(text);
        assert!(shown.starts_with("a: {info_idx: demo, headers:***"), "{shown}");
        assert!(!shown.contains("Bearer") && !shown.contains('密') && shown.ends_with("\nb: 1\n"), "{shown}");
        assert_eq!(shown.len(), text.len());
    }

    #[test]
    fn so_is_what_is_indented_below_and_nothing_after() {
        let text = "  headers:\n    X-Key: one\n    Other:\n      - two\n  info_id: demo\n";
        assert_eq!(masked(text), "  headers:\n    X-Key: ***\n    ******\n      *****\n  info_id: demo\n");
    }

    #[test]
    fn the_value_of_a_key_on_another_line_is_hidden() {
        for text in [
            "a:\n  ? app_key\n  : geheim\n  b: 1\n",
            "a:\n- ? \"app_key\"\n  : geheim\n- b: 1\n",
            "a:\n  ? app_key\n  :\n    geheim\n  b: 1\n",
            "a:\n  ? app_key\n  :\n  - geheim\n  b: 1\n",
            "a:\n  ? |\n    app_key\n  : |\n    geheim\n  b: 1\n",
            "a: {\"app_key\"\n  : geheim}\n  b: 1\n",
            "a:\n  \"app\\u005fkey\": geheim\n  b: 1\n",
        ] {
            let shown = masked(text);
            assert!(!shown.contains("geheim") && shown.contains("b: 1"), "{text}\n{shown}");
        }
    }

    #[test]
    fn a_list_may_stand_as_far_out_as_its_key() {
        let text = "  headers:\n  - one\n  info_id: demo\n";
        assert_eq!(masked(text), "  headers:\n  *****\n  info_id: demo\n");
        let text = "- token: one\n- name: x\n";
        assert_eq!(masked(text), "- token:****\n- name: x\n");
    }

    #[test]
    fn a_line_out_of_place_is_hidden_as_well() {
        let text = "a:\n    headers:\n        X: one\n   Y: two\n\tZ: three\n    info_id: demo\n";
        let shown = masked(text);
        assert!(
            !shown.contains("two") && !shown.contains("three") && shown.ends_with("info_id: demo\n"),
            "{shown}"
        );
    }

    #[test]
    fn a_slip_of_the_pen_hides_as_well() {
        assert!(!masked("header: {A: S3CRET}\n").contains("S3CRET"));
        assert!(!masked("clint_secret: S3CRET\n").contains("S3CRET"));
    }

    #[test]
    fn other_keys_are_shown() {
        for text in [
            "token_url: https://sso.example.com\n",
            "info_id: demo\nlimits: {concurrency: 4}\n",
            "- {name: 官网, link: x}\n",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
