//! Drift as a person reads it: what others changed since the last apply, and what an apply would make of it.

use crate::text;
use crate::words::Text;
use indexmap::IndexMap;

use super::{field, joined, sections};
use crate::model::Action;
use crate::plan::drift::{Count, Drift, Drifted, Fate, Field, Verdict};
use crate::report::columns::escape;
use crate::report::value::compact;
use crate::report::{Role, Style};

/// All of it, its lines fitted to so many columns.
pub fn drift(drift: &Drift, style: Style, width: usize) -> String {
    let mut parts = vec![];
    if !drift.environment.is_empty() && drift.environment != "default" {
        parts.push(format!(
            "{} {}",
            style.said(Role::Heading, &text!("Environment:")),
            escape(&drift.environment)
        ));
    }
    let mut accounts: IndexMap<&str, Vec<String>> = IndexMap::new();
    for one in &drift.drifted {
        accounts.entry(one.address.account()).or_default().push(entry(one, style, width));
    }
    for address in &drift.drafts {
        let lines = [
            format!(
                "{} {} {}",
                style.paint(Role::Update, "  ~"),
                style.paint(Role::Emphasis, &escape(address.as_str())),
                style.say(&text!("was changed since mpform published it"))
            ),
            format!("      {}", style.say(&text!("an apply makes it as declared and publishes it"))),
        ];
        accounts.entry(address.account()).or_default().push(lines.join("\n"));
    }
    for (account, entries) in accounts {
        parts.push(style.paint(Role::Heading, &escape(account)));
        parts.extend(entries);
    }
    let released: Vec<_> = drift.released.iter().map(sections::live_line).collect();
    if !released.is_empty() {
        parts.push(sections::named(&released, &text!("No longer declared, and not looked at:"), style));
    }
    parts.extend(counts(drift, style));
    parts.push(style.said(Role::Emphasis, &summary(drift)));
    joined(&parts)
}

fn entry(one: &Drifted, style: Style, width: usize) -> String {
    let (marker, role, fate) = match &one.fate {
        Fate::Changed => ("  ~", Role::Update, text!("was changed")),
        Fate::Remade(_) => ("-/+", Role::Delete, text!("was deleted, and another of its name was made")),
        Fate::Deleted => ("  -", Role::Delete, text!("was deleted")),
    };
    let place = match &one.origin {
        Some(origin) => format!(" ({}:{})", escape(&origin.source.name), origin.line_column().0),
        None => format!(" (id {})", escape(one.id.as_str())),
    };
    let address = style.paint(Role::Emphasis, &escape(one.address.as_str()));
    let mut lines = vec![format!(
        "{} {address} {}{}",
        style.paint(role, marker),
        style.say(&fate),
        style.paint(Role::Faint, &place)
    )];
    let next = match (&one.fate, one.declared) {
        (Fate::Deleted, true) => Some(text!("an apply makes it again")),
        (Fate::Deleted, false) => Some(text!("it is no longer declared: an apply forgets it")),
        (Fate::Remade(id), true) => Some(text!("an apply takes {id} for it", id = escape(id.as_str()))),
        (Fate::Changed | Fate::Remade(_), false) => {
            Some(text!("it is no longer declared: an apply deletes it"))
        }
        (Fate::Changed, true) => None,
    };
    lines.extend(next.map(|next| format!("      {}", style.say(&next))));
    let groups = [
        (Verdict::Others, text!("by others only; an apply puts it back:")),
        (Verdict::Both, text!("by others and in the configuration; an apply overwrites it:")),
        (Verdict::Agreed, text!("to what the configuration wants anyway:")),
    ];
    for (verdict, title) in groups {
        let fields: Vec<_> = one.fields.iter().filter(|field| field.verdict == verdict).collect();
        if fields.is_empty() {
            continue;
        }
        let indent = if one.declared { "        " } else { "      " };
        if one.declared {
            lines.push(format!("      {}", style.said(Role::Faint, &title)));
        }
        for field in fields {
            lines.extend(said(field, style, width).into_iter().map(|line| format!("{indent}{line}")));
        }
    }
    lines.join("\n")
}

/// What was applied and what is live, and what is wanted where that is neither.
fn said(field: &Field, style: Style, width: usize) -> Vec<String> {
    let mut lines = field::lines(&[&field.change], Action::Update, style, width.saturating_sub(8));
    if field.verdict == Verdict::Both && !field.wanted.is_null() {
        lines.push(format!(
            "    {} {}",
            style.said(Role::Faint, &text!("the configuration wants:")),
            compact(&field.wanted)
        ));
    }
    lines
}

fn counts(drift: &Drift, style: Style) -> Option<String> {
    let mut counts = vec![];
    if drift.as_applied > 0 {
        counts.push(text!("{count} as applied hidden", count = drift.as_applied));
    }
    if drift.unmanaged > 0 {
        counts.push(text!("{count} unmanaged", count = drift.unmanaged));
    }
    (!counts.is_empty()).then(|| style.said(Role::Faint, &Text::joined(counts, "; ")))
}

/// The one line that sums it up.
fn summary(drift: &Drift) -> Text {
    let count = drift.count();
    let line = if !drift.is_empty() {
        let Count { others, both, agreed, deleted, .. } = count;
        let drafts = drift.drafts.len();
        let counts = [
            (others, text!("{others} changed by others", others)),
            (both, text!("{both} by others and the configuration", both)),
            (agreed, text!("{agreed} as the configuration wants anyway", agreed)),
            (deleted, text!("{deleted} deleted", deleted)),
            (drafts, text!("{drafts} draft changed", drafts)),
        ];
        let said = counts.into_iter().filter(|(count, _)| *count > 0).map(|(_, said)| said);
        text!("Drift: {said}.", said = Text::joined(said, ", "))
    } else if drift.failed.is_empty() {
        text!("No drift. Everything is as it was applied.")
    } else {
        text!("No drift in what could be read.")
    };
    let failed: Vec<_> = drift.failed.iter().map(|failed| escape(&failed.account)).collect();
    if failed.is_empty() {
        return line;
    }
    Text::joined([line, text!(" Not read: {failed}.", failed = failed.join(", "))], "")
}
