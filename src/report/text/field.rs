//! The fields of a change: one line where that is enough to see what changes, more where it is not.

use crate::text;
use serde_json::Value;

use super::diff;
use super::list;
use crate::model::Action;
use crate::plan::FieldChange;
use crate::report::columns::{escape, pad, width};
use crate::report::value::compact;
use crate::report::{Role, Style};

/// Values on one line begin in one column, unless a path is longer than this.
const LONGEST_PATH: usize = 20;

/// Two texts stand side by side if neither is longer.
const SIDE_BY_SIDE: usize = 40;

/// So many rows of a text that comes are shown.
const ROWS_COMING: usize = 20;

/// So many rows of a text that goes are shown.
const ROWS_GOING: usize = 6;

/// What is said of one field.
struct Said {
    role: Role,
    marker: &'static str,
    path: String,
    /// Beside the path.
    beside: String,
    /// Below it.
    below: Vec<String>,
}

/// The lines of these fields, in so many columns.
pub(super) fn lines(fields: &[&FieldChange], action: Action, style: Style, room: usize) -> Vec<String> {
    let room = room.max(40);
    let paths = fields.iter().map(|field| width(&escape(&field.path)) + 1);
    let column = paths.filter(|columns| *columns <= LONGEST_PATH).max().unwrap_or_default();
    let mut shown = vec![];
    for field in fields {
        let said = say(field, action, style, room, column);
        let marker = style.paint(said.role, said.marker);
        let path = if said.beside.is_empty() { said.path } else { pad(&said.path, column) + " " };
        shown.push(format!("{marker} {path}{}", said.beside));
        shown.extend(said.below.into_iter().map(|line| format!("    {line}")));
    }
    shown
}

fn say(field: &FieldChange, action: Action, style: Style, room: usize, column: usize) -> Said {
    let path = format!("{}:", escape(&field.path));
    // Marker, blank, path, blank.
    let beside = room.saturating_sub(3 + column.max(width(&path)));
    let below = room.saturating_sub(4);
    let one = |role, marker, value, rows| {
        let (beside, below) = whole(value, style, beside, below, rows);
        Said { role, marker, path: path.clone(), beside, below }
    };
    match (&field.before, &field.after) {
        (Value::Null, Value::Null) => {
            let path = escape(&field.path).into_owned();
            Said { role: Role::Update, marker: "~", path, beside: String::new(), below: vec![] }
        }
        (before, _) if action == Action::Delete => one(Role::Delete, "-", before, ROWS_GOING),
        (_, after) if action == Action::Create => one(Role::Create, "+", after, ROWS_COMING),
        (Value::Null, after) => one(Role::Create, "+", after, ROWS_COMING),
        (before, Value::Null) => one(Role::Delete, "-", before, ROWS_GOING),
        (before, after) => {
            let (beside, below) = two(before, after, style, beside, below);
            Said { role: Role::Update, marker: "~", path, beside, below }
        }
    }
}

/// A value that comes or goes.
fn whole(value: &Value, style: Style, beside: usize, below: usize, rows: usize) -> (String, Vec<String>) {
    let bar = style.paint(Role::Faint, "│");
    let quote = |text: &str| if text.is_empty() { bar.clone() } else { format!("{bar} {text}") };
    match value {
        Value::Array(items) if !items.is_empty() => {
            let all = items.iter().map(compact).collect::<Vec<_>>();
            let joined = all.join(", ");
            if width(&joined) <= beside && !joined.contains('⏎') {
                return (joined, vec![]);
            }
            let mut shown: Vec<_> =
                all.iter().take(list::SHOWN).flat_map(|item| wrapped(item, below)).collect();
            shown = shown.iter().map(|row| quote(row)).collect();
            if all.len() > list::SHOWN {
                let rest = text!("  and {rest} more", rest = all.len() - list::SHOWN);
                shown.push(style.said(Role::Faint, &rest));
            }
            (style.said(Role::Faint, &text!("{items} items", items = all.len())), shown)
        }
        _ => {
            let short = compact(value);
            if width(&short) <= beside && !short.contains('⏎') {
                return (short, vec![]);
            }
            let all = match value {
                Value::String(text) => wrapped(text, below),
                _ => wrapped(&short, below),
            };
            let mut shown: Vec<_> = all.iter().take(rows).map(|row| quote(row)).collect();
            if all.len() > rows {
                let rest = text!("  and {rest} more lines", rest = all.len() - rows);
                shown.push(style.said(Role::Faint, &rest));
            }
            (String::new(), shown)
        }
    }
}

fn wrapped(text: &str, room: usize) -> Vec<String> {
    diff::wrap(text, room.saturating_sub(2))
}

/// A value and the one in its place.
fn two(before: &Value, after: &Value, style: Style, beside: usize, below: usize) -> (String, Vec<String>) {
    if let (Value::Array(before), Value::Array(after)) = (before, after) {
        return list::lines(before, after, style, below);
    }
    let (short, long) = (compact(before), compact(after));
    let one_line = !short.contains('⏎') && !long.contains('⏎');
    let fits = width(&short) + width(&long) + 3 <= beside;
    if one_line && fits && width(&short).max(width(&long)) <= SIDE_BY_SIDE {
        return (diff::arrow(&short, &long, style), vec![]);
    }
    let shown = match (before, after) {
        (Value::String(before), Value::String(after)) => diff::lines(before, after, style, below),
        _ => diff::lines(&short, &long, style, below),
    };
    (String::new(), shown)
}
