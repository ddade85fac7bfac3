//! One change: what happens to which resource, where that is declared, and its fields.

use super::field;
use crate::model::{Action, kind_named};
use crate::plan::{Change, FieldChange};
use crate::report::columns::escape;
use crate::report::words::will_be;
use crate::report::{Role, Style};
use crate::text;

/// `+`, `~`, `-`, or `-/+` for a new object in place of the old one.
pub(in crate::report) fn marker(change: &Change) -> (&'static str, Role) {
    match change.action {
        Action::Update if change.replace => ("-/+", Role::Delete),
        Action::Create => ("+", Role::Create),
        Action::Update => ("~", Role::Update),
        Action::Delete => ("-", Role::Delete),
    }
}

/// The whole change as an entry of the list.
pub(super) fn lines(change: &Change, style: Style, width: usize) -> Vec<String> {
    let (marker, role) = marker(change);
    let fate = match change.action {
        Action::Update if change.replace => text!("will be replaced by a new one"),
        action => will_be(action, &change.address),
    };
    let address = style.paint(Role::Emphasis, &escape(change.address.as_str()));
    let marker = style.paint(role, &format!("{marker:>3}"));
    let mut shown = vec![format!("{marker} {address} {}{}", style.say(&fate), beside(change, style))];
    shown.extend(
        details(change, &shown_fields(change), style, width.saturating_sub(6)).map(|line| indent(&line)),
    );
    shown
}

/// Where it is declared; the vendor's id of what is declared nowhere.
pub(super) fn beside(change: &Change, style: Style) -> String {
    let text = match (&change.origin, &change.id) {
        (Some(origin), _) => format!(" ({}:{})", escape(&origin.source.name), origin.line_column().0),
        (None, Some(id)) => format!(" (id {})", escape(id.as_str())),
        (None, None) => String::new(),
    };
    style.paint(Role::Faint, &text)
}

/// Fields, notes, and what somebody else changed that this overwrites.
pub(in crate::report) fn details<'a>(
    change: &'a Change,
    fields: &[&FieldChange],
    style: Style,
    room: usize,
) -> impl Iterator<Item = String> + 'a {
    let notes = change
        .notes
        .iter()
        .map(move |note| style.said(Role::Warning, &text!("note: ")) + &escape(&style.say(note)));
    field::lines(fields, change.action, style, room)
        .into_iter()
        .chain(notes)
        .chain(theirs(change, style, room))
}

fn theirs(change: &Change, style: Style, room: usize) -> Vec<String> {
    if change.drift.is_empty() {
        return vec![];
    }
    let fields: Vec<_> = change.drift.iter().collect();
    let title = style.said(Role::Faint, &text!("  what was applied → what is live now:"));
    let lines = field::lines(&fields, Action::Update, style, room.saturating_sub(4));
    std::iter::once(title).chain(lines.into_iter().map(|line| format!("    {line}"))).collect()
}

/// What nobody wrote is not worth a line where everything comes or goes.
pub(in crate::report) fn shown_fields(change: &Change) -> Vec<&FieldChange> {
    let worked_out = kind_named(change.address.kind()).map_or(&[][..], |kind| kind.worked_out);
    let all = change.action == Action::Update;
    change.fields.iter().filter(|field| all || !worked_out.contains(&field.path.as_str())).collect()
}

fn indent(line: &str) -> String {
    format!("      {line}")
}
