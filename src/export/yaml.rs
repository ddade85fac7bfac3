//! Bodies as YAML: short things in one line, long ones below their key.

use std::fmt::Write as _;

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::scalar;

/// Columns of a line.
const WIDTH: usize = 100;

/// `key: value` at an indentation, in as many lines as it takes, with a comment behind its first line.
pub(super) fn entry(out: &mut String, indent: usize, key: &str, value: &Value, comment: Option<&str>) {
    let head = format!("{:indent$}{}:", "", scalar::key(key));
    let comment = comment.map_or_else(String::new, |comment| format!(" # {}", scalar::comment(comment)));
    let line = match value {
        Value::String(text) => scalar::value(text, false),
        _ => line(value),
    };
    let fits = head.width() + 1 + line.width() <= WIDTH && !has_lines(value);
    match value {
        Value::Object(fields) if !fits && !fields.is_empty() => {
            let _ = writeln!(out, "{head}{comment}");
            for (key, value) in fields {
                entry(out, indent + 2, key, value, None);
            }
        }
        Value::Array(items) if !fits && !items.is_empty() => {
            let _ = writeln!(out, "{head}{comment}");
            for item in items {
                let flat = self::line(item);
                match item {
                    // One field reads well in a line, however long.
                    Value::Object(fields) if fields.len() > 1 && indent + 4 + flat.width() > WIDTH => {
                        let mut lines = String::new();
                        for (key, value) in fields {
                            entry(&mut lines, indent + 4, key, value, None);
                        }
                        *out += &dashed(lines, indent + 2);
                    }
                    _ => {
                        let _ = writeln!(out, "{:indent$}  - {flat}", "");
                    }
                }
            }
        }
        Value::String(text) => match scalar::block(text, indent + 2) {
            Some((bar, lines)) => {
                let _ = write!(out, "{head} {bar}{comment}\n{lines}");
            }
            None => {
                let _ = writeln!(out, "{head} {line}{comment}");
            }
        },
        _ => {
            let _ = writeln!(out, "{head} {line}{comment}");
        }
    }
}

/// Lines as an item of a list.
pub(super) fn dashed(mut lines: String, indent: usize) -> String {
    lines.replace_range(indent..indent + 2, "- ");
    lines
}

/// A value in one line, however long.
pub(super) fn line(value: &Value) -> String {
    match value {
        Value::String(text) => scalar::value(text, true),
        Value::Array(items) => format!("[{}]", items.iter().map(line).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| format!("{}: {}", scalar::key(key), line(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// A comment line.
pub(super) fn comment(out: &mut String, indent: usize, text: &str) {
    let _ = writeln!(out, "{:indent$}# {}", "", scalar::comment(text));
}

/// Lines that say nothing to the program any more.
pub(super) fn commented(out: &mut String, indent: usize, lines: &str) {
    for line in lines.lines() {
        let own = line.get(indent..).unwrap_or(line);
        let _ = writeln!(out, "{}", format!("{:indent$}# {own}", "").trim_end());
    }
}

fn has_lines(value: &Value) -> bool {
    match value {
        Value::String(text) => scalar::block(text, 0).is_some(),
        Value::Object(fields) => fields.values().any(has_lines),
        _ => false,
    }
}
