//! Drift as a person reads it: what others changed since the last apply, and what an apply would make of it.

use indexmap::IndexMap;

use super::{field, joined, sections};
use crate::model::Action;
use crate::plan::drift::{Drift, Drifted, Fate, Field, Verdict};
use crate::report::columns::escape;
use crate::report::value::compact;
use crate::report::{Role, Style};

/// All of it, its lines fitted to so many columns.
pub fn drift(drift: &Drift, style: Style, width: usize) -> String {
    let mut parts = vec![];
    if !drift.environment.is_empty() && drift.environment != "default" {
        parts.push(format!("{} {}", style.paint(Role::Heading, "Environment:"), escape(&drift.environment)));
    }
    let mut accounts: IndexMap<&str, Vec<String>> = IndexMap::new();
    for one in &drift.drifted {
        accounts.entry(one.address.account()).or_default().push(entry(one, style, width));
    }
    for address in &drift.drafts {
        let lines = [
            format!(
                "{} {} was changed since mpform published it",
                style.paint(Role::Update, "  ~"),
                style.paint(Role::Emphasis, &escape(address.as_str()))
            ),
            "      an apply makes it as declared and publishes it".to_owned(),
        ];
        accounts.entry(address.account()).or_default().push(lines.join("\n"));
    }
    for (account, entries) in accounts {
        parts.push(style.paint(Role::Heading, &escape(account)));
        parts.extend(entries);
    }
    let released: Vec<_> = drift.released.iter().map(sections::live_line).collect();
    if !released.is_empty() {
        parts.push(sections::named(&released, "No longer declared, and not looked at:", style));
    }
    parts.extend(counts(drift, style));
    parts.push(style.paint(Role::Emphasis, &summary(drift)));
    joined(&parts)
}

fn entry(one: &Drifted, style: Style, width: usize) -> String {
    let (marker, role, fate) = match &one.fate {
        Fate::Changed => ("  ~", Role::Update, "was changed"),
        Fate::Remade(_) => ("-/+", Role::Delete, "was deleted, and another of its name was made"),
        Fate::Deleted => ("  -", Role::Delete, "was deleted"),
    };
    let place = match &one.origin {
        Some(origin) => format!(" ({}:{})", escape(&origin.source.name), origin.line_column().0),
        None => format!(" (id {})", escape(one.id.as_str())),
    };
    let address = style.paint(Role::Emphasis, &escape(one.address.as_str()));
    let mut lines =
        vec![format!("{} {address} {fate}{}", style.paint(role, marker), style.paint(Role::Faint, &place))];
    match (&one.fate, one.declared) {
        (Fate::Deleted, true) => lines.push("      an apply makes it again".into()),
        (Fate::Deleted, false) => lines.push("      it is no longer declared: an apply forgets it".into()),
        (Fate::Remade(id), true) => {
            lines.push(format!("      an apply takes {} for it", escape(id.as_str())))
        }
        (Fate::Changed | Fate::Remade(_), false) => {
            lines.push("      it is no longer declared: an apply deletes it".into());
        }
        (Fate::Changed, true) => {}
    }
    let groups = [
        (Verdict::Others, "by others only; an apply puts it back:"),
        (Verdict::Both, "by others and in the configuration; an apply overwrites it:"),
        (Verdict::Agreed, "to what the configuration wants anyway:"),
    ];
    for (verdict, title) in groups {
        let fields: Vec<_> = one.fields.iter().filter(|field| field.verdict == verdict).collect();
        if fields.is_empty() {
            continue;
        }
        let indent = if one.declared { "        " } else { "      " };
        if one.declared {
            lines.push(format!("      {}", style.paint(Role::Faint, title)));
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
            style.paint(Role::Faint, "the configuration wants:"),
            compact(&field.wanted)
        ));
    }
    lines
}

fn counts(drift: &Drift, style: Style) -> Option<String> {
    let mut counts = vec![];
    if drift.as_applied > 0 {
        counts.push(format!("{} as applied hidden", drift.as_applied));
    }
    if drift.unmanaged > 0 {
        counts.push(format!("{} unmanaged", drift.unmanaged));
    }
    (!counts.is_empty()).then(|| style.paint(Role::Faint, &counts.join("; ")))
}

/// The one line that sums it up.
fn summary(drift: &Drift) -> String {
    let count = drift.count();
    let mut line = if !drift.is_empty() {
        let mut said = vec![];
        let numbers = [
            (count.others, "changed by others"),
            (count.both, "by others and the configuration"),
            (count.agreed, "as the configuration wants anyway"),
            (count.deleted, "deleted"),
            (drift.drafts.len(), "draft changed"),
        ];
        said.extend(
            numbers.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")),
        );
        format!("Drift: {}.", said.join(", "))
    } else if drift.failed.is_empty() {
        "No drift. Everything is as it was applied.".to_owned()
    } else {
        "No drift in what could be read.".to_owned()
    };
    let failed: Vec<_> = drift.failed.iter().map(|failed| escape(&failed.account)).collect();
    if !failed.is_empty() {
        line += &format!(" Not read: {}.", failed.join(", "));
    }
    line
}
