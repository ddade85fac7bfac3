//! Files that we wrote, or that somebody wants us to take for such, and lists that people keep.

use chrono::NaiveDate;

use crate::config;
use crate::model::schedule::{DateRange, Days, Rule, Schedule};
use crate::model::{Entries, first_column};
use crate::plan;
use crate::plan::saved::Saved;
use crate::state::{self, store};
use crate::words::Lang;

/// Reads a plan file, as it is and as if its digest were right: what is read is written alike.
pub(super) fn plan(bytes: &[u8]) {
    if let Err(problem) = Saved::read("plan.json", bytes) {
        problem.render(false, Lang::En);
    }
    let Some(forged) = plan::file::forged(bytes) else { return };
    let Ok(saved) = Saved::read("plan.json", &forged) else { return };
    let _ = (saved.environment(), saved.selection(), saved.accounts().count());
    let Ok(mut file) = plan::file::File::read("plan.json", &forged) else { return };
    let text = file.clone().text(file.check.take().unwrap_or_default());
    let again = plan::file::File::read("plan.json", text.as_bytes());
    let mut again = again.expect("what was written is read");
    let check = again.check.take().unwrap_or_default();
    assert_eq!(again.text(check), text, "it is not written as it was read");
}

/// Reads a state, and behind a 0x1e its journal: what is read is written alike.
pub(super) fn state(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == 0x1e);
    let (file, journal) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match store::of_bytes(file, journal) {
        Ok((read, written)) => {
            for record in read.resources.values() {
                state::fingerprint(&record.applied);
            }
            let (again, same) = store::of_bytes(&written, b"").expect("what was written is read");
            assert_eq!(again, read);
            assert_eq!(same, written);
        }
        Err(problem) => drop(problem.render(false, Lang::En)),
    }
}

/// Reads a schedule as JSON and a rule as text, and looks at their runs.
pub(super) fn schedule(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut lines = text.lines();
    let rule = lines.next().unwrap_or_default();
    let day = |number: i32| NaiveDate::from_num_days_from_ce_opt(number).expect("a day");
    // 2026-01-01 and two years on.
    let (from, to) = (day(739_617), day(740_347));
    if let Ok(rule) = Rule::try_from(rule.to_owned()) {
        let again = Rule::try_from(rule.to_string()).expect("a rule is read as it is written");
        let dates: Vec<_> = rule.dates(from, to).collect();
        assert!(dates.is_sorted() && dates.iter().all(|date| (from..=to).contains(date)));
        assert_eq!(again.dates(from, to).collect::<Vec<_>>(), dates);
    }
    let mut days = Days::default();
    for line in lines.by_ref().take_while(|line| !line.starts_with('{')) {
        if let Ok(range) = DateRange::try_from(line.to_owned()) {
            days.skip([range], "skipped");
        }
    }
    let json = text.find("\n{").map_or("", |at| &text[at..]);
    let Ok(schedule) = serde_json::from_str::<Schedule>(json) else { return };
    let written = serde_json::to_string(&schedule).expect("plain data");
    assert_eq!(serde_json::from_str::<Schedule>(&written).expect("reads"), schedule);
    for run in schedule.runs(&days, from, to) {
        assert!((from..=to).contains(&run.day()));
    }
    schedule.ever(&days);
}

/// Reads a list of followers or friends and the file of a calendar.
pub(super) fn tables(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for entries in [Entries::Openids, Entries::Friends] {
        let Ok(read) = first_column(text, entries) else { continue };
        assert!(read.len() <= text.len());
        assert!(read.iter().all(|entry| !entry.is_empty()));
        // Inside of quotes a line begins wherever it likes.
        let something = !text.contains('"')
            && text.lines().any(|line| {
                let line = line.trim_start_matches('\u{feff}');
                line.starts_with(|c: char| c.is_ascii_alphanumeric())
            });
        assert!(!(read.is_empty() && something), "a list that holds something is taken for an empty one");
    }
    let mut calendar = config::Calendar::default();
    if config::fill_calendar(&mut calendar, text).is_ok() {
        let mut again = config::Calendar::default();
        let written = calendar.lines().join("\n");
        assert!(config::fill_calendar(&mut again, &written).is_ok());
        assert_eq!(again, calendar);
    }
}
