//! Recurring plans as a month: a table to see the days, and below it each message in full.

use super::words::{day, moment, month, weekday};
use crate::text;
use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};

use super::columns::{escape, pad, truncate, width};
use super::sop::{Runs, said, sum};
use super::{Role, Style};

/// A day's width in columns: the least in which a time can be read, and the most that helps.
const WIDE: (usize, usize) = (7, 22);

/// The month that the runs' days are, fitted to so many columns.
pub fn table(found: &Runs<'_>, style: Style, columns: usize) -> String {
    let wide = (columns.saturating_sub(8) / 7).clamp(WIDE.0, WIDE.1);
    let mut days: BTreeMap<NaiveDate, Vec<String>> = BTreeMap::new();
    for (run, due) in found.dues() {
        let line = format!("{} {}", due.at.format("%H:%M"), escape(&run.of.title()));
        days.entry(due.at.date_naive()).or_default().push(truncate(&line, wide).into_owned());
    }
    let month = text!("{month}, {zone}", month = month(&found.from), zone = found.zone);
    let mut lines = vec![style.said(Role::Heading, &month), String::new()];
    let rule = |left: &str, middle: &str, right: &str| {
        let line = vec!["─".repeat(wide); 7].join(middle);
        style.paint(Role::Faint, &format!("{left}{line}{right}"))
    };
    let wall = style.paint(Role::Faint, "│");
    let row = |cells: Vec<String>| format!("{wall}{}{wall}", cells.join(&wall));
    lines.push(rule("┌", "┬", "┐"));
    let first = found.from.week(Weekday::Mon).first_day();
    let names = first.iter_days().take(7).map(|day| pad(&style.say(&weekday(day.weekday())), wide));
    lines.push(row(names.collect()));
    for monday in first.iter_weeks().take_while(|monday| *monday <= found.to) {
        lines.push(rule("├", "┼", "┤"));
        let week: Vec<NaiveDate> = monday.iter_days().take(7).collect();
        let within = |day: &NaiveDate| (found.from..=found.to).contains(day);
        let number = |day: &NaiveDate| if within(day) { day.day().to_string() } else { String::new() };
        lines.push(row(week.iter().map(|day| pad(&number(day), wide)).collect()));
        let none = vec![];
        let entries: Vec<_> = week.iter().map(|day| days.get(day).unwrap_or(&none)).collect();
        let most = entries.iter().map(|entries| entries.len()).max().unwrap_or_default();
        for nth in 0..most {
            let cell = |entries: &&Vec<String>| pad(entries.get(nth).map_or("", String::as_str), wide);
            lines.push(row(entries.iter().map(cell).collect()));
        }
    }
    lines.push(rule("└", "┴", "┘"));
    lines.push(String::new());
    lines.extend(messages(found, style, columns));
    lines.extend(not_on_their_dates(found, style));
    lines.push(style.say(&sum(found)));
    lines.join("\n") + "\n"
}

/// Each message in full: the table cuts what is long.
fn messages(found: &Runs<'_>, style: Style, columns: usize) -> Vec<String> {
    let mut lines: Vec<_> = found
        .dues()
        .into_iter()
        .map(|(run, due)| {
            let when = moment(&due.at, style.lang);
            let run = escape(run.address.as_str());
            let step = style.say(&text!("{run} step {step}", run, step = due.nth + 1));
            let front = format!("{when}  {step}  ");
            let room = columns.saturating_sub(width(&front));
            format!("{front}{}", said(due, room))
        })
        .collect();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

fn not_on_their_dates(found: &Runs<'_>, style: Style) -> Vec<String> {
    let mut lines = vec![];
    for run in found.runs() {
        let Some(why) = &run.start.why else { continue };
        let (run, why, moved) = (escape(run.address.as_str()), escape(why), run.start.starts);
        let line = match moved.map(|moved| day(&moved, style.lang)) {
            None => text!("{run} is dropped ({why})", run, why),
            Some(day) => text!("{run} is moved to {day} ({why})", run, day, why),
        };
        lines.push(style.said(Role::Warning, &line));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines
}
