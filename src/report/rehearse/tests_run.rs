//! Tests that were run, for people: a line each, and below one that failed what was expected and what would come.

use super::words;
use crate::model::case::{Case, Expect};
use crate::problem::Place;
use crate::rehearse::{Account, Outcome, Possible, Ran, Says, Tally, Tested};
use crate::report::columns::{escape, pad, width};
use crate::report::text::diff::{self, Side};
use crate::report::{Role, Style};
use crate::text;

/// How far in it stands what is said of a test.
const BELOW: &str = "      ";

/// The tests of one account.
pub fn tested(tested: &Tested<'_>, style: Style, columns: usize) -> String {
    let mut lines = vec![style.paint(Role::Heading, &escape(tested.name))];
    let places = |cases: &mut dyn Iterator<Item = &Case>| -> usize {
        cases.map(|case| width(&place(&case.place))).max().unwrap_or_default()
    };
    match &tested.outcome {
        Outcome::Ran(account, ran) => {
            let widest = places(&mut ran.iter().map(|ran| ran.case));
            let (well, ill) = (style.say(&text!("✓ ok")), style.say(&text!("✗ failed")));
            let marks = width(&well).max(width(&ill));
            for ran in ran {
                let (mark, role) = if ran.passed() { (&well, Role::Create) } else { (&ill, Role::Delete) };
                lines.push(line(&style.paint(role, &pad(mark, marks)), ran.case, widest));
                if !ran.passed() {
                    lines.extend(why(account, ran, style, columns.saturating_sub(BELOW.len())));
                }
            }
        }
        Outcome::NotRun(cases, _) => {
            let widest = places(&mut cases.iter());
            let mark = style.said(Role::Warning, &text!("· not run"));
            lines.extend(cases.iter().map(|case| line(&mark, case, widest)));
        }
    }
    lines.join("\n") + "\n"
}

fn line(mark: &str, case: &Case, widest: usize) -> String {
    format!("  {mark}  {}  {}", pad(&place(&case.place), widest), escape(&case.on.to_string()))
}

/// `file:line`.
pub(super) fn place(place: &Place) -> String {
    format!("{}:{}", place.source.name, place.line_column().0)
}

/// What was expected and what would come, in so many columns.
fn why(account: &Account, ran: &Ran<'_>, style: Style, room: usize) -> Vec<String> {
    let mut lines = match (&ran.case.expect, ran.reaction.possible.as_slice()) {
        (Expect::Answer(wants), [only]) if wants.text.is_some() && text(only).is_some() => {
            let (want, have) = (wants.text.as_deref().unwrap_or_default(), text(only).unwrap_or_default());
            let by = style.say(&text!("{by}:", by = words::by(account, &only.by)));
            std::iter::once(escape(&by).into_owned()).chain(diff::lines(want, have, style, room)).collect()
        }
        (expect, possible) => {
            let expected = text!("expected: {what}", what = words::expected(expect));
            let mut lines = diff::line(Side::Gone, &style.say(&expected), style, room);
            for (one, met) in possible.iter().zip(&ran.met) {
                let would = style.say(&text!("answered: {what}", what = words::answered(account, one)));
                if *met {
                    lines.extend(
                        diff::wrap(&would, room.saturating_sub(2)).iter().map(|row| format!("  {row}")),
                    );
                } else {
                    lines.extend(diff::line(Side::Come, &would, style, room));
                }
            }
            lines
        }
    };
    if ran.reaction.possible.len() > 1 {
        let either = text!(
            "any of these rules may answer: the vendor takes the first that it finds, in no defined order"
        );
        lines.push(style.said(Role::Faint, &either));
    }
    lines.iter().map(|line| format!("{BELOW}{line}")).collect()
}

fn text<'a>(possible: &Possible<'a>) -> Option<&'a str> {
    match possible.act.says() {
        Some(Says::Text(text)) => Some(text),
        _ => None,
    }
}

/// The line below everything.
pub fn sum(tally: Tally, style: Style) -> String {
    let Tally { passed, failed, not_run } = tally;
    let sum = match not_run {
        0 => text!("Tests: {passed} passed, {failed} failed.", passed, failed),
        _ => {
            text!("Tests: {passed} passed, {failed} failed, {not_run} not run.", passed, failed, not_run)
        }
    };
    style.said(if tally.is_clean() { Role::Emphasis } else { Role::Delete }, &sum)
}
