//! The plan as a comment on a pull request: the summary, then what would be deleted, then the rest, folded. It fits
//! into a comment, and says what it left out for that.
//!
//! What a vendor or a user wrote stands in code and nowhere else, so that it can't link, mention or hide anything.

mod change;
mod escape;

#[cfg(test)]
mod tests;

use super::alike::{Alike, alike};
use super::text::{counted, nothing_to_do};
use crate::text;
use crate::words::Text;
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

/// The plan of a project as a comment, or of a part of its accounts, which has a comment of its own.
pub fn plan(plan: &Plan, project: &str, part: Option<&str>, lang: Lang) -> Comment {
    let mut text = head(plan, project, part, lang);
    text += &problems(plan, lang);
    let alike = alike(plan, lang);
    let parts = parts(&alike, lang);
    let noticed = noticed(plan, lang);
    let mut room = LIMIT.saturating_sub(text.len() + noticed.len() + RESERVE);
    let mut left_out = Left::default();
    // What would be deleted is named whole or not at all. Each may stand after an empty line.
    let must = parts.iter().filter(|part| part.is_loss).map(|part| part.least() + part.shorts.len() + 1);
    let whole = must.sum::<usize>() <= room;
    for (nth, part) in parts.iter().enumerate() {
        if part.is_loss && !whole {
            if nth == 0 {
                let losses: Vec<_> = plan.changes.iter().filter(|change| change::is_loss(change)).collect();
                text += &part.title;
                text += &too_many(&losses, lang);
            }
            room = 0;
            continue;
        }
        room = room.saturating_sub(part.title.len());
        text += &part.title;
        // The addresses of what comes later are worth more than the fields of what comes first.
        let later: usize = parts[nth + 1..].iter().map(|part| part.least() + part.shorts.len()).sum();
        let (shown, without_fields, unnamed) = section(&part.changes, &part.shorts, (room, later), lang);
        room = room.saturating_sub(shown.len());
        text += &shown;
        left_out.take(part, without_fields, unnamed);
    }
    let left_out = left_out.said();
    text += &noticed;
    if !left_out.is_empty() {
        let left_out = Text::joined(left_out, "; ");
        let said = text!(
            "**Left out, since a comment holds no more:** {left_out}. `mpform plan` shows all of it.",
            left_out
        );
        text += &format!("\n{}\n", said.to(lang));
    }
    Comment { text, whole }
}

/// Changes under one title: of single accounts, or the same of several.
struct Part<'a> {
    is_loss: bool,
    title: String,
    changes: Vec<&'a Change>,
    /// Each change in one line.
    shorts: Vec<String>,
    /// Of how many accounts each is.
    accounts: usize,
}

impl Part<'_> {
    /// The bytes of its title and one line for each change.
    fn least(&self) -> usize {
        self.title.len() + self.shorts.iter().map(String::len).sum::<usize>()
    }
}

/// What would be deleted, then the rest; in each the accounts that stand for themselves come first.
fn parts<'a>(alike: &'a [Alike<'a>], lang: Lang) -> Vec<Part<'a>> {
    let mut parts = vec![];
    for is_loss in [true, false] {
        let of = |these: &'a Alike<'a>| {
            let changes = these.changes.iter().map(AsRef::as_ref);
            changes.filter(|change| change::is_loss(change) == is_loss).collect::<Vec<_>>()
        };
        let (single, several): (Vec<_>, Vec<_>) = alike.iter().partition(|these| these.accounts.len() == 1);
        let single: Vec<&Change> = single.into_iter().flat_map(of).collect();
        let several = several.into_iter().map(|these| (these.accounts.as_slice(), of(these)));
        let several: Vec<_> = several.filter(|(_, changes)| !changes.is_empty()).collect();
        let count = single.len()
            + several.iter().map(|(accounts, changes)| accounts.len() * changes.len()).sum::<usize>();
        if count == 0 {
            continue;
        }
        let replaced =
            single.iter().chain(several.iter().flat_map(|(_, changes)| changes)).any(|change| change.replace);
        let title = match is_loss {
            true if replaced => text!("Would be deleted or replaced"),
            true => text!("Would be deleted"),
            false => text!("Would be created or updated"),
        };
        let mut title = format!("\n#### {} ({count})\n\n", title.to(lang));
        let mut part = |title: &mut String, changes: Vec<&'a Change>, accounts: usize| {
            let shorts = changes.iter().map(|change| change::short(change, lang)).collect();
            parts.push(Part { is_loss, title: std::mem::take(title), changes, shorts, accounts });
        };
        if !single.is_empty() {
            part(&mut title, single, 1);
        }
        for (accounts, changes) in several {
            let names: Vec<_> = accounts.iter().map(|name| code(name)).collect();
            let names = names.join(", ");
            let same = text!("**The same for {count} accounts:** {names}", count = accounts.len(), names);
            title += if title.is_empty() { "\n" } else { "" };
            title += &format!("{}\n\n", same.to(lang));
            part(&mut title, changes, accounts.len());
        }
    }
    parts
}

/// How much was left out, for want of room.
#[derive(Default)]
struct Left {
    fields_of_losses: usize,
    fields: usize,
    unnamed: usize,
}

impl Left {
    fn take(&mut self, part: &Part<'_>, without_fields: usize, unnamed: usize) {
        let fields = if part.is_loss { &mut self.fields_of_losses } else { &mut self.fields };
        *fields += without_fields;
        self.unnamed += unnamed * part.accounts;
    }

    fn said(&self) -> Vec<Text> {
        let losses = match self.fields_of_losses {
            0 => None,
            1 => Some(text!("the fields of 1 change named above that would be deleted")),
            count => Some(text!("the fields of {count} changes named above that would be deleted", count)),
        };
        let fields = match self.fields {
            0 => None,
            1 => Some(text!("the fields of 1 change named above")),
            count => Some(text!("the fields of {count} changes named above", count)),
        };
        let unnamed = match self.unnamed {
            0 => None,
            1 => Some(text!("1 change to create or update")),
            count => Some(text!("{count} changes to create or update", count)),
        };
        [losses, fields, unnamed].into_iter().flatten().collect()
    }
}

/// The changes of a section, as many as fit; how many of them without their fields, and how many not at all.
fn section(
    changes: &[&Change],
    shorts: &[String],
    (room, later): (usize, usize),
    lang: Lang,
) -> (String, usize, usize) {
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
        let full = change::full(change, lang);
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
            None => change::full(change, lang),
            Some(full) => full,
        };
        let full = match full {
            Some(full) if full.len() > spare => change::cut(change, spare, lang),
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

fn head(plan: &Plan, project: &str, part: Option<&str>, lang: Lang) -> String {
    let mut sum = vec![if plan.is_empty() && plan.failed.is_empty() && !plan.is_refused() {
        nothing_to_do(plan)
    } else {
        counted(&plan.summary())
    }];
    if plan.unasked {
        sum.push(text!(" Planned from what was last applied: nothing was asked of the vendors."));
    }
    if plan.is_refused() {
        sum.push(text!(" Refused: nothing will be applied."));
    }
    let sum = Text::joined(sum, "").to(lang);
    let environment = code(&plan.environment);
    let title = match part {
        None => text!("mpform: {project} in {environment}", project = code(project), environment),
        Some(part) => {
            text!(
                "mpform: {project} in {environment}, part {part}",
                project = code(project),
                environment,
                part
            )
        }
    };
    let marker = part.map(|part| format!(":{part}")).unwrap_or_default();
    let mut text = format!(
        "<!-- mpform:{}:{}{marker} -->\n### {}\n\n**{sum}**\n",
        word(project),
        word(&plan.environment),
        title.to(lang)
    );
    if !plan.failed.is_empty() {
        let accounts = named(plan.failed.iter().map(|failed| &*failed.account), plan.failed.len());
        text += &format!("\n{}\n", text!("Not planned: {accounts}", accounts).to(lang));
    }
    text
}

fn problems(plan: &Plan, lang: Lang) -> String {
    let failed = plan.failed.iter().flat_map(|failed| &failed.problems);
    let all: Vec<&Problem> = plan.refusals.iter().chain(failed).chain(&plan.warnings).collect();
    if all.is_empty() {
        return String::new();
    }
    let mut shown = String::new();
    let mut rest = 0;
    for problem in &all {
        let rendered: String = problem
            .render(false, lang)
            .lines()
            .map(|line| escape(line).into_owned() + "\n")
            .chain(["\n".into()])
            .collect();
        if shown.len() + rendered.len() > PROBLEMS {
            let headline =
                format!("{}: {}\n\n", problem.code.as_str(), first_line(&problem.message.to(lang)));
            if shown.len() + headline.len() <= PROBLEMS {
                shown += &headline;
            }
            rest += 1;
        } else {
            shown += &rendered;
        }
    }
    let cut = match rest {
        0 => String::new(),
        1 => format!("\n{}\n", text!("1 problem cut; `mpform plan` shows them whole.").to(lang)),
        _ => format!("\n{}\n", text!("{rest} problems cut; `mpform plan` shows them whole.", rest).to(lang)),
    };
    format!("\n{}{cut}", fence("", &shown))
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    truncate(&escape(line), 200).into_owned()
}

/// Instead of a list that would have to be cut.
fn too_many(changes: &[&Change], lang: Lang) -> String {
    let mut kinds: IndexMap<String, usize> = IndexMap::new();
    for change in changes {
        *kinds.entry(format!("{}/{}", change.address.account(), change.address.kind())).or_default() += 1;
    }
    let counts =
        kinds.iter().take(NAMED).map(|(kind, count)| text!("{count} of {kind}", count, kind = code(kind)));
    let counts = Text::joined(counts, ", ");
    let said = text!(
        "**{deletions} deletions are more than a comment holds, and a part of them would mislead:** {counts}. Read them with `mpform plan` before anybody approves this.",
        deletions = changes.len(),
        counts = and_more(counts, kinds.len())
    );
    said.to(lang) + "\n"
}

/// What else was noticed: a line each.
fn noticed(plan: &Plan, lang: Lang) -> String {
    // One that changes as well says so in its change.
    let changed: HashSet<_> = plan.changes.iter().map(|change| &change.address).collect();
    let adopted = plan.adopted.iter().filter(|live| !changed.contains(&live.address));
    let adopted = adopted.map(|live| live.address.to_string()).collect();
    let upcoming = plan.upcoming.iter().map(|one| {
        let (run, when) = upcoming::line(one, lang);
        run + &when
    });
    let names = |lives: &[Live]| lives.iter().map(|live| live.address.to_string()).collect::<Vec<_>>();
    let lists = [
        (text!("Found by name, managed from the next apply on"), adopted),
        (
            text!("The same under another address"),
            plan.moved.iter().map(|(from, to)| format!("{from} → {to}")).collect(),
        ),
        (text!("No longer declared, left alone from the next apply on"), names(&plan.released)),
        (text!("Deleted by somebody else, forgotten with the next apply"), names(&plan.forgotten)),
        (text!("Unmanaged, left alone"), names(&plan.unmanaged)),
        (text!("Messages that fall due in the next days, no part of this plan"), upcoming.collect()),
    ];
    let mut text = String::new();
    for (title, these) in lists.iter().filter(|(_, these)| !these.is_empty()) {
        let (count, names) = (these.len(), named(these.iter().map(|this| truncate(this, LONG)), these.len()));
        text += &format!("\n{}\n", text!("{title} ({count}): {names}", title, count, names).to(lang));
    }
    let unchanged = plan.unchanged.len();
    if unchanged > 0 && !plan.is_empty() {
        text += &format!("\n{}\n", text!("{unchanged} unchanged", unchanged).to(lang));
    }
    text
}

/// The first of some names, and how many more there are.
fn named(names: impl Iterator<Item = impl AsRef<str>>, all: usize) -> Text {
    let names: Vec<_> = names.take(NAMED).map(|name| code(name.as_ref())).collect();
    and_more(Text::verbatim(names.join(", ")), all)
}

fn and_more(first: Text, all: usize) -> Text {
    if all > NAMED { text!("{first} and {rest} more", first, rest = all - NAMED) } else { first }
}
