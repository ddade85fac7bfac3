//! Values in one line.

use super::tree::{Entry, Item, Node, Shape, Value};

/// A value in one line, with its anchor and tag; none if it takes several.
pub(super) fn line(node: &Node) -> Option<String> {
    let value = match &node.value {
        Value::Nothing => String::new(),
        Value::Flat(text) if text.contains('\n') => return None,
        Value::Flat(text) => quoted(text),
        Value::Alias(name) => name.clone(),
        Value::Block(_) | Value::List(Shape::Lines(_), _) | Value::Mapping(Shape::Lines(_), _) => {
            return None;
        }
        Value::List(Shape::Brackets, items) => {
            let items: Option<Vec<_>> = items.iter().map(|Item { node, .. }| line(node)).collect();
            format!("[{}]", items?.join(", "))
        }
        Value::Mapping(Shape::Brackets, entries) => {
            let entries: Option<Vec<_>> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries?.join(", "))
        }
    };
    let mut words: Vec<&str> = node.marks.iter().map(String::as_str).collect();
    words.extend(Some(value.as_str()).filter(|value| !value.is_empty()));
    Some(words.join(" "))
}

fn entry(Entry { key, value, .. }: &Entry) -> Option<String> {
    Some(format!("{} {}", self::key(key)?, line(value)?))
}

/// A key and its colon.
pub(super) fn key(node: &Node) -> Option<String> {
    let text = line(node)?;
    // A colon may be part of an anchor's name.
    let gap = if matches!(node.value, Value::Alias(_)) { " " } else { "" };
    Some(format!("{text}{gap}:"))
}

/// Double quotes where both kinds say the same: what stands in single ones needs no escape in double ones.
pub(super) fn quoted(text: &str) -> String {
    match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) if !inner.contains(['"', '\\', '\n']) => format!("\"{}\"", inner.replace("''", "'")),
        _ => text.to_owned(),
    }
}

/// The lines of a text that is written over several, the way they are folded: blanks around them say nothing.
pub(super) fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let last = lines.len() - 1;
    for (nth, line) in lines.iter_mut().enumerate() {
        if nth > 0 {
            *line = line.trim_start_matches([' ', '\t']);
        }
        if nth < last {
            let bare = line.trim_end_matches([' ', '\t']);
            // `\` and a blank behind it are a blank that counts.
            let escapes = bare.len() - bare.trim_end_matches('\\').len();
            *line = if escapes % 2 == 1 && bare.len() < line.len() { &line[..=bare.len()] } else { bare };
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_change_only_where_nothing_is_escaped() {
        assert_eq!(quoted("'VIP会员'"), "\"VIP会员\"");
        assert_eq!(quoted("'it''s'"), "\"it's\"");
        assert_eq!(quoted("''"), "\"\"");
        for text in [r#"'say "hi"'"#, r"'C:\temp'", "yes", "\"yes\""] {
            assert_eq!(quoted(text), text);
        }
    }

    #[test]
    fn a_blank_that_is_escaped_stays() {
        assert_eq!(lines("\"a  \n   b\\  \n  \\ c\\\n  d\""), ["\"a", "b\\ ", "\\ c\\", "d\""]);
    }
}
