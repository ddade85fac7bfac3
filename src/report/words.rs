//! Words that several reports say alike.

use std::fmt::Display;

use chrono::{DateTime, Datelike, TimeZone, Weekday};

use crate::model::kinds::Scheduled;
use crate::model::{Action, Address, Kind};
use crate::plan::is_commit;
use crate::sending::RunState;
use crate::text;
use crate::words::{Lang, Text};

/// What becomes of a resource.
#[derive(Clone, Copy)]
enum Fate {
    Created,
    Updated,
    Deleted,
    Published,
    Armed,
    ArmedAnew,
    Disarmed,
}

impl Fate {
    /// To commit is to publish, and a plan that is sent from here is armed.
    fn of(action: Action, address: &Address) -> Self {
        let is_armed = address.kind() == Scheduled::NAME && address.of_run().is_none();
        match action {
            Action::Update if is_commit(address) => Self::Published,
            Action::Create if is_armed => Self::Armed,
            Action::Update if is_armed => Self::ArmedAnew,
            Action::Delete if is_armed => Self::Disarmed,
            Action::Create => Self::Created,
            Action::Update => Self::Updated,
            Action::Delete => Self::Deleted,
        }
    }
}

/// Before it is done.
pub(super) fn will_be(action: Action, address: &Address) -> Text {
    match Fate::of(action, address) {
        Fate::Created => text!("will be created"),
        Fate::Updated => text!("will be updated"),
        Fate::Deleted => text!("will be deleted"),
        Fate::Published => text!("will be published"),
        Fate::Armed => text!("will be armed"),
        Fate::ArmedAnew => text!("will be armed anew"),
        Fate::Disarmed => text!("will be disarmed"),
    }
}

/// Once it is done.
pub(super) fn done(action: Action, address: &Address) -> Text {
    match Fate::of(action, address) {
        Fate::Created => text!("created"),
        Fate::Updated => text!("updated"),
        Fate::Deleted => text!("deleted"),
        Fate::Published => text!("published"),
        Fate::Armed => text!("armed"),
        Fate::ArmedAnew => text!("armed anew"),
        Fate::Disarmed => text!("disarmed"),
    }
}

/// When nobody knows whether it was done.
pub(super) fn perhaps(action: Action, address: &Address) -> Text {
    match Fate::of(action, address) {
        Fate::Created => text!("perhaps created"),
        Fate::Updated => text!("perhaps updated"),
        Fate::Deleted => text!("perhaps deleted"),
        Fate::Published => text!("perhaps published"),
        Fate::Armed => text!("perhaps armed"),
        Fate::ArmedAnew => text!("perhaps armed anew"),
        Fate::Disarmed => text!("perhaps disarmed"),
    }
}

/// When it failed.
pub(super) fn not_done(action: Action, address: &Address) -> Text {
    match Fate::of(action, address) {
        Fate::Created => text!("not created"),
        Fate::Updated => text!("not updated"),
        Fate::Deleted => text!("not deleted"),
        Fate::Published => text!("not published"),
        Fate::Armed => text!("not armed"),
        Fate::ArmedAnew => text!("not armed anew"),
        Fate::Disarmed => text!("not disarmed"),
    }
}

/// An action by its name.
pub(super) fn action(action: Action) -> Text {
    match action {
        Action::Create => text!("create"),
        Action::Update => text!("update"),
        Action::Delete => text!("delete"),
    }
}

/// So many messages.
pub(super) fn messages(count: usize) -> Text {
    match count {
        1 => text!("1 message"),
        count => text!("{count} messages", count),
    }
}

/// A day of the week in three letters.
pub(super) fn weekday(day: Weekday) -> Text {
    match day {
        Weekday::Mon => text!("Mon"),
        Weekday::Tue => text!("Tue"),
        Weekday::Wed => text!("Wed"),
        Weekday::Thu => text!("Thu"),
        Weekday::Fri => text!("Fri"),
        Weekday::Sat => text!("Sat"),
        Weekday::Sun => text!("Sun"),
    }
}

/// A month of a year.
pub(super) fn month(day: &impl Datelike) -> Text {
    let year = day.year();
    match day.month() {
        1 => text!("January {year}", year),
        2 => text!("February {year}", year),
        3 => text!("March {year}", year),
        4 => text!("April {year}", year),
        5 => text!("May {year}", year),
        6 => text!("June {year}", year),
        7 => text!("July {year}", year),
        8 => text!("August {year}", year),
        9 => text!("September {year}", year),
        10 => text!("October {year}", year),
        11 => text!("November {year}", year),
        _ => text!("December {year}", year),
    }
}

/// How far a run has come.
pub(super) fn state(state: RunState) -> Text {
    match state {
        RunState::Uncertain => text!("uncertain"),
        RunState::Due => text!("due"),
        RunState::Missed => text!("missed"),
        RunState::Armed => text!("armed"),
        RunState::Scheduled => text!("scheduled"),
        RunState::Created => text!("created"),
        RunState::Sent => text!("sent"),
        RunState::Skipped => text!("skipped"),
    }
}

/// A day with the day of the week before it.
pub(super) fn day(day: &impl Datelike, lang: Lang) -> String {
    let (week, year, month, of_month) = (weekday(day.weekday()), day.year(), day.month(), day.day());
    format!("{} {year:04}-{month:02}-{of_month:02}", week.to(lang))
}

/// A moment to the minute, as the clocks of its zone show it.
pub(super) fn moment<Z: TimeZone<Offset: Display>>(at: &DateTime<Z>, lang: Lang) -> String {
    format!("{} {}", day(at, lang), at.format("%H:%M"))
}
