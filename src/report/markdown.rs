//! The plan as a comment on a pull request: the summary, then what would be deleted, then the rest, folded. It fits
//! into a comment, and says what it left out for that.
//!
//! What a vendor or a user wrote stands in code and nowhere else, so that it can't link, mention or hide anything.

mod change;
mod escape;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use indexmap::IndexMap;

use self::escape::{code, fence, word};
use super::columns::{escape, truncate};
use super::upcoming;
use crate::plan::{Change, Live, Plan};
use crate::problem::Problem;
use crate::words::Lang;

/// The bytes that fit into a comment; a Chinese character is three.
pub const LIMIT: usize = 60_000;

/// Kept for what says what was left out.
const RESERVE: usize = 600;

/// The most that problems may take, so that there is room for the changes.
const PROBLEMS: usize = 12_000;

/// Fields are not looked at for less room than this.
const WORTH: usize = 300;

/// So many objects of a list are named.
const NAMED: usize = 10;

/// A name in a list is cut to so many columns.
const LONG: usize = 120;

/// A plan as a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The text, never longer than [`LIMIT`].
    pub text: String,
    /// False if not even the addresses of what would be deleted fit. Then none of them is shown, and this is nothing
    /// to approve a plan by.
    pub whole: bool,
}

/// The plan of a project as a comment.
pub fn plan(plan: &Plan, project: &str) -> Comment {
    let mut text = head(plan, project);
    text += &problems(plan);
    let (losses, others): (Vec<_>, Vec<_>) = plan.changes.iter().partition(|change| change::is_loss(change));
    let replaced = losses.iter().any(|change| change.replace);
    let lost = if replaced { "Would be deleted or replaced" } else { "Would be deleted" };
    let sections = [(lost, losses), ("Would be created or updated", others)];
    let noticed = noticed(plan);
    let mut room = LIMIT.saturating_sub(text.len() + noticed.len() + RESERVE);
    let mut left_out = vec![];
    let mut whole = true;
    for (nth, (title, changes)) in sections.iter().enumerate().filter(|(_, (_, changes))| !changes.is_empty())
    {
        let title = format!("\n#### {title} ({})\n\n", changes.len());
        room = room.saturating_sub(title.len());
        text += &title;
        let must = nth == 0;
        // The addresses of what comes later are worth more than the fields of what comes first.
        let later: usize = sections[nth + 1..]
            .iter()
            .flat_map(|(_, changes)| changes)
            .map(|change| change::short(change).len())
            .sum();
        let shorts: Vec<_> = changes.iter().map(|change| change::short(change)).collect();
        let all: usize = shorts.iter().map(String::len).sum();
        // Each may stand after an empty line.
        if must && all + shorts.len() + 1 > room {
            text += &too_many(changes);
            whole = false;
            room = 0;
            continue;
        }
        let (shown, without_fields, unnamed) = section(changes, &shorts, room, later);
        room = room.saturating_sub(shown.len());
        text += &shown;
        let deletions = if must { " that would be deleted" } else { "" };
        if without_fields > 0 {
            left_out
                .push(format!("the fields of {} named above{deletions}", count(without_fields, "change")));
        }
        if unnamed > 0 {
            left_out.push(format!("{} to create or update", count(unnamed, "change")));
        }
    }
    text += &noticed;
    if !left_out.is_empty() {
        let left_out = left_out.join("; ");
        text += &format!(
            "\n**Left out, since a comment holds no more:** {left_out}. `mpform plan` shows all of it.\n"
        );
    }
    Comment { text, whole }
}

/// The changes of a section, as many as fit; how many of them without their fields, and how many not at all.
fn section(changes: &[&Change], shorts: &[String], room: usize, later: usize) -> (String, usize, usize) {
    let mut lines: usize = shorts.iter().map(String::len).sum();
    let mut text = String::new();
    let (mut without_fields, mut unnamed) = (0, 0);
    let (mut listed, mut is_list) = (0, false);
    // Comparing long texts takes its time: not for what will not fit.
    let mut everything = later;
    let mut fulls = vec![];
    for (change, short) in changes.iter().zip(shorts) {
        if everything >= room {
            break;
        }
        let full = change::full(change);
        everything += full.as_ref().unwrap_or(short).len() + 1;
        fulls.push(full);
    }
    let fits = everything < room;
    let mut fulls = fulls.into_iter();
    for (change, short) in changes.iter().zip(shorts) {
        lines -= short.len();
        let free = room.saturating_sub(text.len() + 1);
        // What is left once everything behind has its line.
        let spare = free.saturating_sub(lines + later + shorts.len() - listed);
        listed += 1;
        // One long change must not take what all the others need.
        let spare = if fits || listed == shorts.len() { spare } else { spare / 2 };
        let full = match fulls.next() {
            None if spare < WORTH => None,
            None => change::full(change),
            Some(full) => full,
        };
        let full = match full {
            Some(full) if full.len() > spare => change::cut(change, spare),
            full => full,
        };
        match full {
            Some(full) => {
                // A list goes on until an empty line.
                text += if is_list { "\n" } else { "" };
                text += &full;
                is_list = false;
            }
            None if short.len() <= free => {
                text += short;
                is_list = true;
                without_fields += usize::from(change::has_fields(change));
            }
            None => unnamed += 1,
        }
    }
    (text, without_fields, unnamed)
}

fn head(plan: &Plan, project: &str) -> String {
    let count = plan.summary();
    let mut sum = if plan.is_empty() && plan.failed.is_empty() && !plan.is_refused() {
        "No changes. Everything is as declared.".to_owned()
    } else {
        format!("Plan: {} to create, {} to update, {} to delete.", count.create, count.update, count.delete)
    };
    if plan.is_refused() {
        sum += " Refused: nothing will be applied.";
    }
    let mut text = format!(
        "<!-- mpform:{}:{} -->\n### mpform: {} in {}\n\n**{sum}**\n",
        word(project),
        word(&plan.environment),
        code(project),
        code(&plan.environment)
    );
    if !plan.failed.is_empty() {
        let accounts: Vec<_> = plan.failed.iter().take(NAMED).map(|failed| code(&failed.account)).collect();
        text += &format!("\nNot planned: {}{}\n", accounts.join(", "), more(plan.failed.len()));
    }
    text
}

fn problems(plan: &Plan) -> String {
    let failed = plan.failed.iter().flat_map(|failed| &failed.problems);
    let all: Vec<&Problem> = plan.refusals.iter().chain(failed).chain(&plan.warnings).collect();
    if all.is_empty() {
        return String::new();
    }
    let mut shown = String::new();
    let mut rest = 0;
    for problem in &all {
        let rendered: String = problem
            .render(false, Lang::En)
            .lines()
            .map(|line| escape(line).into_owned() + "\n")
            .chain(["\n".into()])
            .collect();
        if shown.len() + rendered.len() > PROBLEMS {
            let headline = format!("{}: {}\n\n", problem.code.as_str(), first_line(&problem.message.en()));
            if shown.len() + headline.len() <= PROBLEMS {
                shown += &headline;
            }
            rest += 1;
        } else {
            shown += &rendered;
        }
    }
    let cut = if rest > 0 {
        format!("\n{} cut; `mpform plan` shows them whole.\n", count(rest, "problem"))
    } else {
        String::new()
    };
    format!("\n{}{cut}", fence("", &shown))
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    truncate(&escape(line), 200).into_owned()
}

/// Instead of a list that would have to be cut.
fn too_many(changes: &[&Change]) -> String {
    let mut kinds: IndexMap<String, usize> = IndexMap::new();
    for change in changes {
        *kinds.entry(format!("{}/{}", change.address.account(), change.address.kind())).or_default() += 1;
    }
    let counts: Vec<_> =
        kinds.iter().take(NAMED).map(|(kind, count)| format!("{count} of {}", code(kind))).collect();
    format!(
        "**{} deletions are more than a comment holds, and a part of them would mislead:** {}{}. Read them with `mpform plan` before anybody approves this.\n",
        changes.len(),
        counts.join(", "),
        more(kinds.len())
    )
}

/// What else was noticed: a line each.
fn noticed(plan: &Plan) -> String {
    // One that changes as well says so in its change.
    let changed: HashSet<_> = plan.changes.iter().map(|change| &change.address).collect();
    let adopted = plan.adopted.iter().filter(|live| !changed.contains(&live.address));
    let adopted = adopted.map(|live| live.address.to_string()).collect();
    let upcoming = plan.upcoming.iter().map(|one| {
        let (run, when) = upcoming::line(one);
        run + &when
    });
    let names = |lives: &[Live]| lives.iter().map(|live| live.address.to_string()).collect::<Vec<_>>();
    let lists = [
        ("Found by name, managed from the next apply on", adopted),
        (
            "The same under another address",
            plan.moved.iter().map(|(from, to)| format!("{from} → {to}")).collect(),
        ),
        ("No longer declared, left alone from the next apply on", names(&plan.released)),
        ("Deleted by somebody else, forgotten with the next apply", names(&plan.forgotten)),
        ("Unmanaged, left alone", names(&plan.unmanaged)),
        ("Messages that fall due in the next days, no part of this plan", upcoming.collect()),
    ];
    let mut text = String::new();
    for (title, these) in lists.iter().filter(|(_, these)| !these.is_empty()) {
        let named: Vec<_> = these.iter().take(NAMED).map(|this| code(&truncate(this, LONG))).collect();
        text += &format!("\n{title} ({}): {}{}\n", these.len(), named.join(", "), more(these.len()));
    }
    let unchanged = plan.unchanged.len();
    if unchanged > 0 && !plan.is_empty() {
        text += &format!("\n{unchanged} unchanged\n");
    }
    text
}

fn more(all: usize) -> String {
    if all > NAMED { format!(" and {} more", all - NAMED) } else { String::new() }
}

fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
