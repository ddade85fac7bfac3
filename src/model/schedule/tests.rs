//! Years that are lived through: holidays, clocks that jump, months that end, leap days.

use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};

use super::{Date, DateRange, Days, Schedule, Time, instant};
use crate::model::Zone;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn range(text: &str) -> DateRange {
    DateRange::try_from(text.to_owned()).expect("dates")
}

fn schedule(body: Value) -> Schedule {
    serde_json::from_value(body).expect("a schedule")
}

/// The days on which runs start, as many as there are, `-` for one that is dropped.
fn starts(body: Value, days: &Days, from: &str, to: &str) -> Vec<String> {
    let runs = schedule(body).runs(days, day(from), day(to));
    let shown = runs.into_iter().map(|run| match run.starts {
        Some(starts) if starts == run.date => starts.to_string(),
        Some(starts) => format!("{} on {starts}", run.date),
        None => format!("{} -", run.date),
    });
    shown.collect()
}

fn dates(start: &str, repeat: &str, from: &str, to: &str) -> Vec<String> {
    starts(json!({"start": start, "repeat": repeat}), &Days::default(), from, to)
}

/// The public holidays of 2026 in China.
fn china() -> Days {
    let mut days = Days::default();
    let off = [
        "2026-01-01..2026-01-03",
        "2026-02-15..2026-02-23",
        "2026-04-04..2026-04-06",
        "2026-05-01..2026-05-05",
        "2026-06-19..2026-06-21",
        "2026-09-25..2026-09-27",
        "2026-10-01..2026-10-07",
    ];
    let worked = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"];
    days.skip(off.map(range), "cn");
    days.work(worked.map(range));
    days
}

#[test]
fn without_a_rule_there_is_one_run() {
    let once = json!({"start": "2026-11-23"});
    assert_eq!(starts(once.clone(), &Days::default(), "2000-01-01", "2100-12-31"), ["2026-11-23"]);
    assert_eq!(starts(once, &Days::default(), "2026-11-24", "2100-12-31"), Vec::<String>::new());
}

#[test]
fn a_year_of_mondays_passes_over_the_holidays() {
    let weekly = json!({"start": "2026-01-01", "repeat": "FREQ=WEEKLY;BYDAY=MO"});
    let all = starts(weekly.clone(), &Days::default(), "2026-01-01", "2026-12-31");
    assert_eq!((all.len(), all[0].as_str(), all[51].as_str()), (52, "2026-01-05", "2026-12-28"));
    let kept = starts(weekly, &china(), "2026-01-01", "2026-12-31");
    let dropped: Vec<_> = kept.iter().filter(|run| run.ends_with('-')).collect();
    assert_eq!(dropped, ["2026-02-16 -", "2026-02-23 -", "2026-04-06 -", "2026-05-04 -", "2026-10-05 -"]);
    assert_eq!(kept.len(), 52);
}

#[test]
fn a_run_on_a_holiday_moves_to_the_next_workday_under_its_own_name() {
    let weekly =
        json!({"start": "2026-01-01", "repeat": "FREQ=WEEKLY;BYDAY=MO", "when_skipped": "next_workday"});
    let moved: Vec<_> = starts(weekly, &china(), "2026-01-01", "2026-12-31")
        .into_iter()
        .filter(|run| run.contains("on"))
        .collect();
    // Two runs land on 24 February, and both are held.
    assert_eq!(
        moved,
        [
            "2026-02-16 on 2026-02-24",
            "2026-02-23 on 2026-02-24",
            "2026-04-06 on 2026-04-07",
            "2026-05-04 on 2026-05-06",
            "2026-10-05 on 2026-10-08",
        ]
    );
}

#[test]
fn a_make_up_day_is_a_workday_and_a_weekend_is_none() {
    let on = |start: &str| {
        let mut days = china();
        days.skip([range("2026-10-08..2026-10-09"), range("2026-11-27")], "stock-taking");
        starts(json!({"start": start, "when_skipped": "next_workday"}), &days, "2026-01-01", "2026-12-31")
    };
    assert_eq!(on("2026-10-01"), ["2026-10-01 on 2026-10-10"]);
    assert_eq!(on("2026-11-27"), ["2026-11-27 on 2026-11-30"]);
    // Nobody asked for a Saturday to be left out.
    assert_eq!(on("2026-11-28"), ["2026-11-28"]);
}

#[test]
fn a_moved_run_stands_in_the_window_of_the_day_it_moved_to() {
    let body = json!({"start": "2026-10-05", "when_skipped": "next_workday"});
    assert_eq!(starts(body.clone(), &china(), "2026-10-08", "2026-10-08"), ["2026-10-05 on 2026-10-08"]);
    assert_eq!(starts(body, &china(), "2026-10-05", "2026-10-07"), Vec::<String>::new());
}

#[test]
fn the_bounds_are_included() {
    let daily = json!({"start": "2026-03-01", "repeat": "FREQ=DAILY", "until": "2026-03-03"});
    assert_eq!(
        starts(daily, &Days::default(), "2026-01-01", "2026-12-31"),
        ["2026-03-01", "2026-03-02", "2026-03-03"]
    );
    let by_rule = dates("2026-03-01", "FREQ=DAILY;UNTIL=20260302", "2026-01-01", "2026-12-31");
    assert_eq!(by_rule, ["2026-03-01", "2026-03-02"]);
    assert_eq!(dates("2026-03-01", "FREQ=DAILY;COUNT=2", "2026-03-02", "2026-12-31"), ["2026-03-02"]);
}

#[test]
fn months_end_when_they_end() {
    let of = |repeat: &str| dates("2026-01-31", repeat, "2026-01-01", "2026-08-31");
    assert_eq!(
        of("FREQ=MONTHLY;BYMONTHDAY=31"),
        ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31", "2026-08-31"]
    );
    assert_eq!(of("FREQ=MONTHLY"), of("FREQ=MONTHLY;BYMONTHDAY=31"));
    assert_eq!(
        of("FREQ=MONTHLY;BYMONTHDAY=-1"),
        [
            "2026-01-31",
            "2026-02-28",
            "2026-03-31",
            "2026-04-30",
            "2026-05-31",
            "2026-06-30",
            "2026-07-31",
            "2026-08-31",
        ]
    );
    // The last working day of the month.
    assert_eq!(
        dates("2026-01-01", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-01", "2026-03-31"),
        ["2026-01-30", "2026-02-27", "2026-03-31"]
    );
    assert_eq!(
        dates("2026-01-01", "FREQ=MONTHLY;BYDAY=-1FR,2TU", "2026-05-01", "2026-05-31"),
        ["2026-05-12", "2026-05-29"]
    );
    assert_eq!(
        dates("2026-01-01", "FREQ=MONTHLY;BYDAY=-5SA", "2026-01-01", "2026-08-31"),
        ["2026-01-03", "2026-05-02", "2026-08-01"]
    );
}

#[test]
fn a_leap_day_comes_in_leap_years() {
    assert_eq!(
        dates("2024-02-29", "FREQ=YEARLY", "2024-01-01", "2040-01-01"),
        ["2024-02-29", "2028-02-29", "2032-02-29", "2036-02-29"]
    );
    assert_eq!(dates("2027-01-01", "FREQ=YEARLY;BYYEARDAY=366", "2027-01-01", "2030-01-01"), ["2028-12-31"]);
    assert_eq!(
        dates("2028-01-01", "FREQ=MONTHLY;BYMONTHDAY=-1;BYMONTH=2", "2028-01-01", "2029-12-31"),
        ["2028-02-29", "2029-02-28"]
    );
}

/// As in the example of RFC 5545, 3.3.10: on which day weeks start decides which weeks are skipped.
#[test]
fn the_week_s_start_matters_to_every_other_week() {
    let of = |week: &str| {
        dates(
            "2003-08-05",
            &format!("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST={week}"),
            "2003-01-01",
            "2003-12-31",
        )
    };
    assert_eq!(of("MO"), ["2003-08-05", "2003-08-10", "2003-08-19", "2003-08-24"]);
    assert_eq!(of("SU"), ["2003-08-05", "2003-08-17", "2003-08-19", "2003-08-31"]);
}

#[test]
fn a_rule_that_never_comes_true_ends() {
    for rule in ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31"] {
        assert!(!schedule(json!({"start": "2000-01-01", "repeat": rule})).ever(&Days::default()), "{rule}");
    }
    let mut all = Days::default();
    all.skip([range("2000-01-01..2100-12-31")], "closed");
    assert!(!schedule(json!({"start": "2026-01-01", "repeat": "FREQ=DAILY"})).ever(&all));
    let for_ever = json!({"start": "2000-01-01", "repeat": "FREQ=DAILY"});
    assert!(schedule(for_ever).ever(&china()));
}

#[test]
fn rules_that_mean_nothing_are_refused() {
    let refused = |text: &str| super::Rule::try_from(text.to_owned()).expect_err(text);
    for (rule, word) in [
        ("", "no part"),
        ("MO", "no part"),
        ("BYDAY=MO", "no FREQ"),
        ("FREQ=HOURLY", "finer than a day"),
        ("FREQ=DAILY;BYHOUR=9", "start"),
        ("FREQ=FORTNIGHTLY", "does not exist"),
        ("FREQ=DAILY;FREQ=DAILY", "twice"),
        ("FREQ=DAILY;INTERVAL=0", "out of range"),
        ("FREQ=DAILY;COUNT=-1", "out of range"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "both"),
        ("FREQ=DAILY;UNTIL=20270101T000000Z", "not a date"),
        ("FREQ=DAILY;UNTIL=20270230", "not a date"),
        ("FREQ=WEEKLY;BYDAY=XX", "day of the week"),
        ("FREQ=WEEKLY;BYDAY=周一", "day of the week"),
        ("FREQ=WEEKLY;BYDAY=", "day of the week"),
        ("FREQ=WEEKLY;BYDAY=2MO", "needs FREQ"),
        ("FREQ=MONTHLY;BYDAY=0MO", "out of range"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "out of range"),
        ("FREQ=YEARLY;BYMONTH=-1", "out of range"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "does not go"),
        ("FREQ=MONTHLY;BYYEARDAY=1", "needs FREQ"),
        ("FREQ=MONTHLY;BYSETPOS=1", "nothing to count"),
        ("FREQ=YEARLY;BYWEEKNO=1", "not understood"),
        ("FREQ=DAILY;", "no part"),
        ("FREQ=DAILY;BYEASTER=1", "no part"),
    ] {
        assert!(refused(rule).to_string().contains(word), "{rule}: {}", refused(rule));
        assert!(refused(rule).to_string().contains("\nhelp: "), "{rule}");
    }
}

fn zone(name: &str) -> Zone {
    name.parse().expect("a zone")
}

fn local(zone: Zone, date: &str, time: &str) -> String {
    let time = Time::try_from(time.to_owned()).expect("a time");
    instant(zone, day(date), time.0).to_rfc3339()
}

#[test]
fn clocks_that_jump_neither_lose_nor_double_a_message() {
    let york = zone("America/New_York");
    // RFC 5545, 3.3.5 has these two.
    assert_eq!(local(york, "2007-03-11", "02:30"), "2007-03-11T03:30:00-04:00");
    assert_eq!(local(york, "2007-11-04", "01:30"), "2007-11-04T01:30:00-04:00");
    let berlin = zone("Europe/Berlin");
    assert_eq!(local(berlin, "2026-03-29", "01:59"), "2026-03-29T01:59:00+01:00");
    assert_eq!(local(berlin, "2026-03-29", "02:00"), "2026-03-29T03:00:00+02:00");
    assert_eq!(local(berlin, "2026-03-29", "02:59"), "2026-03-29T03:59:00+02:00");
    assert_eq!(local(berlin, "2026-03-29", "03:00"), "2026-03-29T03:00:00+02:00");
    assert_eq!(local(berlin, "2026-10-25", "02:30"), "2026-10-25T02:30:00+02:00");
    assert_eq!(local(Zone::CHINA, "2026-03-29", "02:30"), "2026-03-29T02:30:00+08:00");
    // A day that Samoa left out.
    assert_eq!(local(zone("Pacific/Apia"), "2011-12-30", "10:00"), "2011-12-31T10:00:00+14:00");
}

#[test]
fn a_step_keeps_its_time_of_the_day_through_the_year() {
    let body = json!({"start": "2026-01-01", "repeat": "FREQ=DAILY"});
    let runs = schedule(body).runs(&Days::default(), day("2026-01-01"), day("2026-12-31"));
    let times = runs.iter().map(|run| {
        let starts = run.day_of(1).expect("it starts");
        instant(zone("America/New_York"), starts, chrono::NaiveTime::from_hms_opt(9, 0, 0).expect("a time"))
    });
    let times: Vec<_> = times.collect();
    assert_eq!(times.len(), 365);
    assert!(times.iter().all(|time| time.time().to_string() == "09:00:00"));
    assert!(times.windows(2).all(|two| two[0] < two[1]));
    let odd: Vec<_> =
        times.windows(2).map(|two| (two[1] - two[0]).num_hours()).filter(|hours| *hours != 24).collect();
    assert_eq!(odd, [23, 25]);
}

#[test]
fn days_of_a_run_are_counted_from_the_day_it_starts() {
    let body = json!({"start": "2026-10-05", "when_skipped": "next_workday"});
    let run = schedule(body).runs(&china(), day("2026-10-01"), day("2026-10-31")).remove(0);
    assert_eq!(run.day_of(1), Some(day("2026-10-08")));
    assert_eq!(run.day_of(30).map(|day| (day.month(), day.day())), Some((11, 6)));
}

#[test]
fn dates_outside_the_years_and_half_written_ones_are_refused() {
    for wrong in ["2026-1-05", "0226-11-23", "2126-11-23", "2026-02-30", "26-11-23", "20261123", "+026-11-23"]
    {
        assert!(Date::try_from(wrong.to_owned()).is_err(), "{wrong}");
    }
    for wrong in ["24:00", "9", "9:5", "9:5:1", "9:005", "009:05", "+9:05", "9: 05", "-1:00", "nine", "10:60"]
    {
        assert!(Time::try_from(wrong.to_owned()).is_err(), "{wrong}");
    }
}
