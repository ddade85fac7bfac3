//! The plan as a person reads it: what would change, grouped by account, then everything that was noticed, and last
//! one line that sums it up.

pub(super) mod change;
pub(super) mod diff;
pub mod drift;
mod field;
mod list;
mod sections;

pub(super) use sections::counted;
mod tree;

use crate::text;
use crate::words::Text;
use indexmap::IndexMap;

use super::columns::escape;
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
    let mut accounts: IndexMap<&str, Vec<&Change>> = IndexMap::new();
    for change in &plan.changes {
        accounts.entry(change.address.account()).or_default().push(change);
    }
    for (account, changes) in &accounts {
        parts.push(heading(account, changes, accounts.len() > 1, style));
        parts.extend(entries(plan, changes, style, width));
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

fn heading(account: &str, changes: &[&Change], counted: bool, style: Style) -> String {
    let name = style.paint(Role::Heading, &escape(account));
    if !counted {
        return name;
    }
    let count = |action| changes.iter().filter(|change| change.action == action).count();
    let (create, update, delete) = (count(Action::Create), count(Action::Update), count(Action::Delete));
    let said = [
        (create, text!("{create} to create", create)),
        (update, text!("{update} to update", update)),
        (delete, text!("{delete} to delete", delete)),
    ];
    let said = said.into_iter().filter(|(count, _)| *count > 0).map(|(_, said)| said);
    format!("{name} {}", style.said(Role::Faint, &text!("({said})", said = Text::joined(said, ", "))))
}

/// The changes of one account, each tree in the place of the first change in it.
fn entries(plan: &Plan, changes: &[&Change], style: Style, width: usize) -> Vec<String> {
    let mut shown = vec![];
    let mut drawn = vec![];
    for change in changes {
        let root = tree::root(&change.address);
        if drawn.contains(&root) {
            continue;
        }
        let grown =
            plan.trees.iter().find(|tree| tree.first().is_some_and(|first| tree::root(first) == root));
        let lines = match grown.and_then(|grown| tree::lines(grown, changes, style, width)) {
            Some(lines) => {
                drawn.push(root);
                lines
            }
            None => change::lines(change, style, width),
        };
        shown.push(lines.join("\n"));
    }
    shown
}
