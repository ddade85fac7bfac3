//! One change in a comment: a line of its own, or folded with its fields.

use super::escape::{code, fence, html_code};
use crate::model::{Action, kind_named};
use crate::plan::{Change, is_commit};
use crate::report::Style;
use crate::report::columns::escape;
use crate::report::text::change::{details, marker, shown_fields};
use crate::report::words::action;
use crate::text;
use crate::words::{Lang, Text};

/// Columns of the lines in a block of code.
const WIDTH: usize = 96;

/// The fewest lines that are worth to be unfolded, and the most notes beside a line.
const LINES: usize = 6;

/// The change in one line, with what one must know about it.
pub(super) fn short(change: &Change, lang: Lang) -> String {
    let notes: String =
        change.notes.iter().take(LINES).map(|note| format!("; {}", code(&note.to(lang)))).collect();
    format!("- {} {}{}{notes}\n", word(change).to(lang), code(change.address.as_str()), beside(change))
}

/// A word, since `+` and `-` would begin a list of their own.
fn word(change: &Change) -> Text {
    match change.action {
        _ if is_commit(&change.address) => {
            let field = kind_named(change.address.kind()).and_then(|kind| kind.commit);
            if field == Some("published") { text!("publish") } else { text!("commit") }
        }
        Action::Update if change.replace => text!("replace"),
        done => action(done),
    }
}

/// The change with its fields; none if the line says all there is.
pub(super) fn full(change: &Change, lang: Lang) -> Option<String> {
    folded(change, &lines(change, lang))
}

/// As much of the change as fits; none if that would be next to nothing.
pub(super) fn cut(change: &Change, room: usize, lang: Lang) -> Option<String> {
    if room < 1000 {
        return None;
    }
    let all = lines(change, lang);
    // What stands around the lines, the fence and the line that says what is missing.
    let around = folded(change, &[])?.len() + 200;
    let mut left = room.checked_sub(around)?;
    let fits = |line: &&String| {
        let fits = line.len() < left;
        left = left.saturating_sub(line.len() + 1);
        fits
    };
    let mut shown: Vec<_> = all.iter().take_while(fits).cloned().collect();
    if shown.len() < LINES.min(all.len()) {
        return None;
    }
    let rest = all.len() - shown.len();
    if rest > 0 {
        shown.push(text!("… {rest} more lines left out", rest).to(lang));
    }
    // A long run of ticks lengthens the fence.
    folded(change, &shown).filter(|text| text.len() <= room)
}

/// True if there is more to say than what its line says.
pub(super) fn has_fields(change: &Change) -> bool {
    change.fields.iter().any(|field| !field.before.is_null() || !field.after.is_null())
}

fn folded(change: &Change, lines: &[String]) -> Option<String> {
    if !has_fields(change) {
        return None;
    }
    let summary =
        format!("{} {}{}", marker(change).0.trim(), html_code(change.address.as_str()), beside_html(change));
    Some(format!(
        "<details><summary>{summary}</summary>\n\n{}\n</details>\n\n",
        fence("diff", &lines.join("\n"))
    ))
}

/// The lines as the plan has them; what comes and what goes begins at the left, where it gets its colour.
fn lines(change: &Change, lang: Lang) -> Vec<String> {
    let lines = details(change, &shown_fields(change), Style { lang, ..Style::PLAIN }, WIDTH);
    let coloured = |line: String| match line.strip_prefix("    ") {
        Some(rest) if rest.starts_with("+ ") || rest.starts_with("- ") => {
            format!("{}     {}", &rest[..1], &rest[2..])
        }
        _ if line.trim().is_empty() => String::new(),
        _ => line,
    };
    lines.map(coloured).collect()
}

fn beside(change: &Change) -> String {
    place(change).map(|place| format!(" ({})", code(&place))).unwrap_or_default()
}

fn beside_html(change: &Change) -> String {
    place(change).map(|place| format!(" ({})", html_code(&place))).unwrap_or_default()
}

/// Where it is declared; the vendor's id of what is declared nowhere.
fn place(change: &Change) -> Option<String> {
    match (&change.origin, &change.id) {
        (Some(origin), _) => Some(format!("{}:{}", escape(&origin.source.name), origin.line_column().0)),
        (None, Some(id)) => Some(format!("id {id}")),
        (None, None) => None,
    }
}

/// True if a live object goes.
pub(super) fn is_loss(change: &Change) -> bool {
    change.action == Action::Delete || change.replace
}
