//! A kind that is a tree (the menu), drawn as one: what changes in its place among what stays.

use super::change;
use crate::model::{Action, Address, kind_named};
use crate::plan::{Change, FieldChange};
use crate::report::columns::escape;
use crate::report::{Role, Style};
use crate::text;
use crate::words::Text;

/// The tree with the changes in it; `None` if none of them belongs to it.
pub(super) fn lines(
    tree: &[Address],
    changes: &[&Change],
    style: Style,
    width: usize,
) -> Option<Vec<String>> {
    let root = root(tree.first()?);
    let find = |address: &Address| changes.iter().find(|change| change.address == *address).copied();
    let commit = find(&root);
    let drawn = tree.iter().any(|address| find(address).is_some());
    if !drawn && commit.is_none() {
        return None;
    }
    let mut shown = vec![];
    let title = style.paint(Role::Emphasis, &escape(root.as_str()));
    shown.push(format!(
        "    {title}{}",
        commit.map(|commit| change::beside(commit, style)).unwrap_or_default()
    ));
    if drawn {
        let mut open: Vec<bool> = vec![];
        for (nth, address) in tree.iter().enumerate() {
            let depth = address.key().count().saturating_sub(1);
            let rest = &tree[nth + 1..];
            open.truncate(depth);
            let before: String = open.iter().map(|open| if *open { "│  " } else { "   " }).collect();
            let more = has_sibling(rest, depth);
            open.push(more);
            let fork = if more { "├─ " } else { "└─ " };
            let lead = style.paint(Role::Faint, &format!("    {before}{fork}"));
            let Some(change) = find(address) else {
                shown.push(format!(
                    "{lead}{}",
                    style.paint(Role::Faint, &format!("  {}", escape(&address.last())))
                ));
                continue;
            };
            let (marker, role) = change::marker(change);
            let name = style.paint(Role::Emphasis, &escape(&address.last()));
            let marker = style.paint(role, marker);
            shown.push(format!("{lead}{marker} {name}{}", change::beside(change, style)));
            let below =
                if rest.first().is_some_and(|next| next.key().count() > depth + 1) { "│" } else { " " };
            let side = if more { "│  " } else { "   " };
            let lead = style.paint(Role::Faint, &format!("    {before}{side}{below}   "));
            let room = width.saturating_sub(4 + 3 * (depth + 1) + 4);
            shown.extend(
                change::details(change, &fields(change), style, room).map(|line| format!("{lead}{line}")),
            );
        }
    }
    if let Some(commit) = commit {
        let marker = style.paint(Role::Update, "  ~");
        shown.push(format!("{marker} {}", style.say(&said(commit))));
        let notes = commit
            .notes
            .iter()
            .map(|note| style.said(Role::Warning, &text!("note: ")) + &escape(&style.say(note)));
        shown.extend(notes.map(|note| format!("      {note}")));
    }
    Some(shown)
}

/// The address of the whole that an address is part of.
pub(super) fn root(address: &Address) -> Address {
    Address::new(address.account(), address.kind(), [])
}

/// The line of the change of the whole.
fn said(commit: &Change) -> Text {
    let word = kind_named(commit.address.kind()).and_then(|kind| kind.commit);
    let kind = escape(commit.address.kind()).into_owned();
    match word {
        Some("published") => text!("publish the {kind}", kind),
        _ => text!("commit the {kind}", kind),
    }
}

fn has_sibling(rest: &[Address], depth: usize) -> bool {
    let depths = rest.iter().map(|address| address.key().count().saturating_sub(1));
    depths.take_while(|other| *other >= depth).any(|other| other == depth)
}

/// The name stands in the tree already.
fn fields(change: &Change) -> Vec<&FieldChange> {
    let mut fields = change::shown_fields(change);
    let name = change.address.last();
    let same = |field: &FieldChange| {
        [&field.before, &field.after].iter().any(|value| value.as_str() == Some(&*name))
    };
    fields.retain(|field| change.action == Action::Update || field.path != "name" || !same(field));
    fields
}
