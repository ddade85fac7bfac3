//! Recurring plans for calendar programs, as RFC 5545 has it: an event for each message.
//!
//! The `icalendar` crate reads in the tests what is written here, and does not write it: it stamps events with the
//! machine's clock and a random number unless each is set, and brings four crates for these lines. Times are in UTC,
//! which every program shows in its reader's zone; so no zone has to be described.

use chrono::{DateTime, Utc};

use super::sop::Runs;

/// So many bytes of a line, its end not counted (RFC 5545, 3.1).
const LINE: usize = 75;
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// The messages of some days; `now` is when this was written.
pub fn calendar(found: &Runs<'_>, now: DateTime<Utc>) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: &str| fold(&mut out, &format!("{name}:{value}"));
    line("BEGIN", "VCALENDAR");
    line("VERSION", "2.0");
    line("PRODID", "-//mpform//sop calendar//EN");
    line("CALSCALE", "GREGORIAN");
    for (run, due) in found.dues() {
        let number = due.nth + 1;
        let contents = due.step.send.iter().map(|item| {
            let (form, content) = item.said();
            format!("{form}: {content}")
        });
        let contents = contents.collect::<Vec<_>>().join("\n");
        line("BEGIN", "VEVENT");
        // The same message is the same event however often the calendar is read in.
        line("UID", &text(&format!("mpform:{}/{number}", run.address)));
        line("DTSTAMP", &now.format(TIME).to_string());
        line("DTSTART", &due.at.with_timezone(&Utc).format(TIME).to_string());
        line("SUMMARY", &text(&format!("{} ({number}/{})", run.title(), run.dues.len())));
        line("DESCRIPTION", &text(&format!("{contents}\n{} step {number}", run.address)));
        line("TRANSP", "TRANSPARENT");
        line("END", "VEVENT");
    }
    line("END", "VCALENDAR");
    out
}

/// A text as a value (RFC 5545, 3.3.11).
fn text(plain: &str) -> String {
    let mut value = String::with_capacity(plain.len());
    for character in plain.replace("\r\n", "\n").chars() {
        match character {
            '\\' | ';' | ',' => value.extend(['\\', character]),
            '\n' => value.push_str("\\n"),
            _ if character.is_control() => {}
            _ => value.push(character),
        }
    }
    value
}

/// Writes a line; what does not fit goes on in the next, behind a blank.
fn fold(out: &mut String, line: &str) {
    let mut filled = 0;
    for character in line.chars() {
        let length = character.len_utf8();
        if filled + length > LINE {
            out.push_str("\r\n ");
            filled = 1;
        }
        out.push(character);
        filled += length;
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::{LINE, fold, text};

    #[test]
    fn long_lines_are_folded_between_characters() {
        let mut out = String::new();
        let line = format!("SUMMARY:{}", "周一早报".repeat(20));
        fold(&mut out, &line);
        assert!(out.lines().all(|line| line.len() <= LINE), "{out}");
        assert!(out.lines().count() > 3 && out.ends_with("\r\n"));
        assert_eq!(out.replace("\r\n ", "").trim_end(), line);
    }

    #[test]
    fn what_has_a_meaning_is_escaped() {
        assert_eq!(text("a;b, c\\d\r\ne\u{7}"), "a\\;b\\, c\\\\d\\ne");
    }
}
