//! The plan as a person reads it: what would change, grouped by account, then everything that was noticed, and last
//! one line that sums it up.

pub(super) mod change;
pub(super) mod diff;
pub mod drift;
mod field;
mod list;
mod sections;

pub(super) use sections::{counted, nothing_to_do};
mod tree;

use crate::text;
use crate::words::Text;
use std::collections::HashSet;

use super::alike::{Alike, alike};
use super::columns::{self, escape};
use super::{Role, Style};
use crate::model::Action;
use crate::plan::{Change, Plan};

#[cfg(test)]
mod tests;

/// The whole plan, its lines fitted to so many columns. What changes is never cut for that.
pub fn plan(plan: &Plan, style: &Style, width: usize) -> String {
    let style = *style;
    let mut parts = vec![];
    if !plan.environment.is_empty() && plan.environment != "default" {
        parts.push(format!(
            "{} {}",
            style.said(Role::Heading, &text!("Environment:")),
            escape(&plan.environment)
        ));
    }
    let alike = alike(plan, style.lang);
    for these in &alike {
        parts.push(heading(these, alike.len() > 1, style, width));
        parts.extend(entries(these, style, width));
    }
    parts.extend(sections::noticed(plan, style));
    parts.push(sections::summary(plan, style));
    joined(&parts)
}

/// Parts with an empty line in between. An empty line of somebody's text keeps no indentation.
fn joined(parts: &[String]) -> String {
    let tidy = |line: &str| if line.trim().is_empty() { String::new() } else { line.to_owned() };
    parts.join("\n\n").split('\n').map(|line| tidy(line) + "\n").collect()
}

/// The one line that sums it up.
pub fn summary(plan: &Plan, style: Style) -> String {
    sections::summary(plan, style)
}

/// What is wrong with it, or worth a warning; nothing if nothing is. Stands after the plan, and is no data.
pub fn problems(plan: &Plan, style: Style) -> Option<String> {
    let parts = sections::problems(plan, style);
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}

fn heading(these: &Alike<'_>, counted: bool, style: Style, width: usize) -> String {
    let count = |action| these.changes.iter().filter(|change| change.action == action).count();
    let (create, update, delete) = (count(Action::Create), count(Action::Update), count(Action::Delete));
    let said = [
        (create, text!("{create} to create", create)),
        (update, text!("{update} to update", update)),
        (delete, text!("{delete} to delete", delete)),
    ];
    let said = Text::joined(said.into_iter().filter(|(count, _)| *count > 0).map(|(_, said)| said), ", ");
    match these.accounts.as_slice() {
        [account] => {
            let name = style.paint(Role::Heading, &escape(account));
            if !counted {
                return name;
            }
            format!("{name} {}", style.said(Role::Faint, &text!("({said})", said)))
        }
        accounts => {
            let title =
                text!("The same for {count} accounts ({said} in each):", count = accounts.len(), said);
            let names = wrapped(accounts, width);
            format!("{}\n{}", style.said(Role::Heading, &title), names.join("\n"))
        }
    }
}

/// Names side by side, in lines of so many columns.
fn wrapped(names: &[&str], width: usize) -> Vec<String> {
    let mut lines = vec![];
    let mut line = String::new();
    for (nth, name) in names.iter().enumerate() {
        let name = format!("{}{}", escape(name), if nth + 1 < names.len() { "," } else { "" });
        if !line.is_empty() && columns::width(&line) + 1 + columns::width(&name) > width {
            lines.push(std::mem::take(&mut line));
        }
        line += if line.is_empty() { "    " } else { " " };
        line += &name;
    }
    lines.push(line);
    lines
}

/// The changes of an account, or of several, each tree in the place of the first change in it.
fn entries(these: &Alike<'_>, style: Style, width: usize) -> Vec<String> {
    let changes: Vec<&Change> = these.changes.iter().map(AsRef::as_ref).collect();
    let mut shown = vec![];
    let mut drawn = HashSet::new();
    for change in &changes {
        let root = tree::root(&change.address);
        if drawn.contains(&root) {
            continue;
        }
        let grown =
            these.trees.iter().find(|tree| tree.first().is_some_and(|first| tree::root(first) == root));
        let lines = match grown.and_then(|grown| tree::lines(grown, &changes, style, width)) {
            Some(lines) => {
                drawn.insert(root);
                lines
            }
            None => change::lines(change, style, width),
        };
        shown.push(lines.join("\n"));
    }
    shown
}
