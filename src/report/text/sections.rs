//! What a plan noticed besides its changes, and its last lines.

use crate::words::Text;
use indexmap::IndexMap;
use std::collections::HashSet;

use crate::model::{KindInfo, kind_named};
use crate::plan::{FailedAccount, Live, Plan, Summary, UPCOMING_DAYS};
use crate::problem::Problem;
use crate::report::columns::escape;
use crate::report::{Role, Style, upcoming};
use crate::text;

/// So many objects of a section are named.
const NAMED: usize = 10;

/// So many unmanaged objects are named.
const UNMANAGED: usize = 3;

/// Everything besides the changes, a part each.
pub(super) fn noticed(plan: &Plan, style: Style) -> Vec<String> {
    let mut parts = vec![];
    // One that changes as well says so in its change.
    let changed: HashSet<_> = plan.changes.iter().map(|change| &change.address).collect();
    let adopted: Vec<_> =
        plan.adopted.iter().filter(|live| !changed.contains(&live.address)).map(live_line).collect();
    let moved: Vec<_> =
        plan.moved.iter().map(|(from, to)| (format!("{from} → {to}"), String::new())).collect();
    let lists = [
        (adopted, text!("Found by name, managed from the next apply on (nothing is written to them):")),
        (moved, text!("The same under another address:")),
        (
            plan.released.iter().map(live_line).collect(),
            text!("No longer declared, left alone from the next apply on:"),
        ),
        (
            plan.forgotten.iter().map(live_line).collect(),
            text!("Deleted by somebody else, forgotten with the next apply:"),
        ),
    ];
    for (lines, title) in lists {
        if !lines.is_empty() {
            parts.push(named(&lines, &title, style));
        }
    }
    let upcoming: Vec<_> = plan.upcoming.iter().map(|one| upcoming::line(one, style.lang)).collect();
    if !upcoming.is_empty() {
        let title = text!(
            "Messages that fall due in the next {days} days (no part of this plan):",
            days = UPCOMING_DAYS
        );
        parts.push(named(&upcoming, &title, style));
    }
    parts.extend(rest(plan, style));
    parts
}

/// Everything that is wrong, or worth a warning: why an account could not be planned, why the plan is refused.
pub(super) fn problems(plan: &Plan, style: Style) -> Vec<String> {
    let mut parts: Vec<_> = rendered(&plan.warnings, style).collect();
    // What keeps many accounts, e.g. a gateway that can't be reached, is said once.
    let mut failed: IndexMap<Vec<String>, (Vec<&str>, &FailedAccount)> = IndexMap::new();
    for one in &plan.failed {
        let about_it = |problem: &Problem| problem.about.as_deref() == Some(one.account.as_str());
        let said = one.problems.iter().map(|problem| match about_it(problem) {
            true => Problem { about: None, ..problem.clone() }.render(style.colour, style.lang),
            false => problem.render(style.colour, style.lang),
        });
        failed.entry(said.collect()).or_insert_with(|| (vec![], one)).0.push(&one.account);
    }
    for (nameless, (accounts, first)) in failed {
        let names: Vec<_> = accounts.iter().map(|name| escape(name)).collect();
        let title = text!("{account} could not be planned:", account = names.join(", "));
        parts.push(style.said(Role::Delete, &title));
        match accounts.len() {
            1 => parts.extend(rendered(&first.problems, style)),
            _ => parts.extend(nameless),
        }
    }
    if !plan.refusals.is_empty() {
        parts.push(style.said(Role::Delete, &text!("This plan is refused:")));
        parts.extend(rendered(&plan.refusals, style));
    }
    parts
}

/// The line that sums up the changes.
pub(in crate::report) fn counted(count: &Summary) -> Text {
    text!(
        "Plan: {create} to create, {update} to update, {delete} to delete.",
        create = count.create,
        update = count.update,
        delete = count.delete
    )
}

/// That there are no changes, and to what.
pub(in crate::report) fn nothing_to_do(plan: &Plan) -> Text {
    if plan.unasked {
        text!("No changes to what was last applied.")
    } else {
        text!("No changes. Everything is as declared.")
    }
}

/// The one line that sums it up.
pub(super) fn summary(plan: &Plan, style: Style) -> String {
    let count = plan.summary();
    let failed: Vec<_> = plan.failed.iter().map(|failed| escape(&failed.account)).take(NAMED).collect();
    let mut failed = failed.join(", ");
    if plan.failed.len() > NAMED {
        failed = style.say(&text!("{failed} and {rest} more", failed, rest = plan.failed.len() - NAMED));
    }
    let mut said = vec![if !plan.is_empty() {
        counted(&count)
    } else if failed.is_empty() && !plan.is_refused() {
        nothing_to_do(plan)
    } else {
        text!("No changes in what could be planned.")
    }];
    if !failed.is_empty() {
        said.push(text!(" Not planned: {failed}.", failed));
    }
    if plan.unasked {
        said.push(text!(" Planned from what was last applied: nothing was asked of the vendors."));
    }
    if plan.is_refused() {
        said.push(text!(" Refused: nothing will be applied."));
    }
    style.said(if plan.is_refused() { Role::Delete } else { Role::Emphasis }, &Text::joined(said, ""))
}

pub(super) fn live_line(live: &Live) -> (String, String) {
    (live.address.to_string(), format!(" (id {})", escape(live.id.as_str())))
}

/// Lines of something in front and something faint behind.
pub(super) fn named(these: &[(String, String)], title: &Text, style: Style) -> String {
    let mut lines = vec![style.said(Role::Heading, title)];
    for (front, behind) in these.iter().take(NAMED) {
        lines.push(format!("    {}{}", escape(front), style.paint(Role::Faint, behind)));
    }
    if these.len() > NAMED {
        lines.push(style.said(Role::Faint, &text!("    and {rest} more", rest = these.len() - NAMED)));
    }
    lines.join("\n")
}

fn rendered(problems: &[Problem], style: Style) -> impl Iterator<Item = String> {
    problems.iter().map(move |problem| problem.render(style.colour, style.lang))
}

fn rest(plan: &Plan, style: Style) -> Option<String> {
    let (unchanged, unmanaged) = (plan.unchanged.len(), plan.unmanaged.len());
    let mut counts = vec![];
    if unchanged > 0 {
        counts.push(text!("{unchanged} unchanged hidden", unchanged));
    }
    if unmanaged > 0 {
        let mut names: Vec<_> = plan
            .unmanaged
            .iter()
            .take(UNMANAGED)
            .map(|live| escape(live.address.as_str()).into_owned())
            .collect();
        if unmanaged > UNMANAGED {
            names.push(style.say(&text!("and {rest} more", rest = unmanaged - UNMANAGED)));
        }
        counts.push(text!("{unmanaged} unmanaged: {names}", unmanaged, names = names.join(", ")));
    }
    let mut text = (!counts.is_empty()).then(|| style.say(&Text::joined(counts, "; ")))?;
    let pruned = |live: &&Live| kind_named(live.address.kind()).is_some_and(KindInfo::can_be_pruned);
    if plan.unmanaged.iter().any(|live| pruned(&live)) {
        text += "\n";
        text += &style.say(&text!(
            "(unmanaged objects are left alone: declare one to manage it, or put its kind under `prune`)"
        ));
    }
    Some(style.paint(Role::Faint, &text))
}
