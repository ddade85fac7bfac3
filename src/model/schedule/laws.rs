//! What holds for every schedule.

use std::collections::BTreeSet;

use chrono::{DateTime, Days as DaysLong, NaiveDate, TimeZone};
use proptest::prelude::*;
use serde_json::json;

use super::{DateRange, Days, Rule, Schedule, Start};

fn date(offset: u64) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date");
    first.checked_add_days(DaysLong::new(offset)).expect("a date")
}

/// Any rule that is understood.
fn rules() -> impl Strategy<Value = String> {
    let days = prop::sample::subsequence(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"], 0..4);
    let months = prop::sample::subsequence((1..=12).collect::<Vec<i32>>(), 0..4);
    let month_days = prop::collection::btree_set((1..=31, any::<bool>()).prop_map(sign), 0..4);
    // The crate refuses the fifth of a month's weekdays.
    let ordinal = prop::option::weighted(0.3, (1..=4, any::<bool>()).prop_map(sign));
    let position = prop::option::weighted(0.3, (1..=4, any::<bool>()).prop_map(sign));
    let year_days = prop::collection::btree_set((1..=366, any::<bool>()).prop_map(sign), 0..3);
    let freq = prop::sample::select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]);
    let week = prop::sample::select(vec!["MO", "SU", "WE"]);
    let ends = prop_oneof![
        Just(String::new()),
        (1..40).prop_map(|count| format!(";COUNT={count}")),
        (0..900u64).prop_map(|offset| format!(";UNTIL={}", date(offset).format("%Y%m%d"))),
    ];
    ((freq, 1..5), (days, months, month_days), (ordinal, position, year_days), (week, ends)).prop_map(
        |((freq, interval), (days, months, month_days), (ordinal, position, year_days), (week, ends))| {
            let mut rule = format!("FREQ={freq};INTERVAL={interval};WKST={week}{ends}");
            let fine = matches!(freq, "MONTHLY" | "YEARLY");
            let days: Vec<_> = days
                .iter()
                .map(|day| match ordinal {
                    Some(number) if fine => format!("{number}{day}"),
                    _ => (*day).to_owned(),
                })
                .collect();
            let month_days: Vec<_> =
                month_days.into_iter().filter(|_| freq != "WEEKLY").map(|day| day.to_string()).collect();
            let year_days: Vec<_> =
                year_days.into_iter().filter(|_| freq == "YEARLY").map(|day| day.to_string()).collect();
            let months: Vec<_> = months.iter().map(ToString::to_string).collect();
            let parts =
                [("BYDAY", days), ("BYMONTH", months), ("BYMONTHDAY", month_days), ("BYYEARDAY", year_days)];
            let mut any = false;
            for (name, values) in parts.iter().filter(|(_, values)| !values.is_empty()) {
                rule += &format!(";{name}={}", values.join(","));
                any = true;
            }
            // In the week of the start the crate counts positions from the start on, and not from the week's first day.
            if let Some(position) = position.filter(|_| any && freq != "WEEKLY") {
                rule += &format!(";BYSETPOS={position}");
            }
            rule
        },
    )
}

fn sign((number, back): (i32, bool)) -> i32 {
    if back { -number } else { number }
}

fn days() -> impl Strategy<Value = Days> {
    let ranges = prop::collection::vec((0..800u64, 0..12u64), 0..8);
    (ranges, prop::collection::vec(0..800u64, 0..8)).prop_map(|(off, worked)| {
        let mut days = Days::default();
        days.skip(
            off.into_iter().map(|(from, long)| DateRange { from: date(from), to: date(from + long) }),
            "off",
        );
        days.work(worked.into_iter().map(|day| DateRange { from: date(day), to: date(day) }));
        days
    })
}

fn schedules() -> impl Strategy<Value = Schedule> {
    (0..400u64, rules(), prop::option::of(0..900u64), any::<bool>()).prop_map(
        |(start, repeat, until, moves)| {
            let mut body = json!({"start": date(start).to_string(), "repeat": repeat});
            if let Some(until) = until {
                body["until"] = json!(date(start + until).to_string());
            }
            if moves {
                body["when_skipped"] = json!("next_workday");
            }
            serde_json::from_value(body).expect("a schedule")
        },
    )
}

fn own_dates(runs: &[Start]) -> BTreeSet<NaiveDate> {
    runs.iter().map(|run| run.date).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// The crate knows rules by instants; at midnight in UTC they are dates.
    #[test]
    fn a_rule_means_what_others_take_it_for(start in 0..400u64, rule in rules()) {
        let (start, to) = (date(start), date(1200));
        let ours: Vec<_> = Rule::try_from(rule.clone()).expect("a rule").dates(start, to).collect();
        let midnight = |date: NaiveDate| -> DateTime<rrule::Tz> {
            rrule::Tz::UTC.from_utc_datetime(&date.and_hms_opt(0, 0, 0).expect("midnight"))
        };
        // The crate wants the end of a rule to be a moment, as its start is.
        let with_moment: Vec<_> = rule.split(';').map(|part| match part.strip_prefix("UNTIL=") {
            Some(day) => format!("UNTIL={day}T000000Z"),
            None => part.to_owned(),
        }).collect();
        let theirs = with_moment.join(";").parse::<rrule::RRule<rrule::Unvalidated>>().expect("a rule");
        // It refuses a rule that ends before it starts, which for us has no dates.
        let Ok(theirs) = theirs.validate(midnight(start)) else {
            prop_assert!(ours.is_empty(), "{rule} from {start}");
            return Ok(());
        };
        let set = rrule::RRuleSet::new(midnight(start)).rrule(theirs).before(midnight(to)).limit();
        let theirs: Vec<_> = set.all(u16::MAX).dates.into_iter().map(|at| at.date_naive()).collect();
        prop_assert_eq!(ours, theirs, "{} from {}", rule, start);
    }

    #[test]
    fn no_run_comes_twice_and_none_outside_its_bounds(schedule in schedules(), days in days()) {
        let (from, to) = (date(0), date(1500));
        let runs = schedule.runs(&days, from, to);
        prop_assert_eq!(own_dates(&runs).len(), runs.len());
        for run in &runs {
            prop_assert!(run.date >= schedule.start.0);
            prop_assert!(schedule.until.is_none_or(|until| run.date <= until.0));
            prop_assert!((from..=to).contains(&run.day()));
            prop_assert!(run.starts.is_none_or(|starts| starts >= run.date && days.off(starts).is_none()));
            prop_assert_eq!(run.why.is_some(), run.starts != Some(run.date));
        }
    }

    #[test]
    fn a_run_is_the_same_in_every_window(schedule in schedules(), days in days(), a in 0..700u64, b in 0..300u64, c in 1..300u64) {
        let whole = schedule.runs(&days, date(a), date(a + b + c));
        let mut parts = schedule.runs(&days, date(a), date(a + b));
        parts.extend(schedule.runs(&days, date(a + b + 1), date(a + b + c)));
        prop_assert_eq!(whole, parts);
    }

    #[test]
    fn a_day_more_that_is_skipped_only_drops_or_moves(schedule in schedules(), days in days(), more in 0..800u64) {
        // Far enough that nothing leaves the window by moving.
        let (from, to) = (date(0), date(2000));
        let before = schedule.runs(&days, from, to);
        let mut skipped = days.clone();
        skipped.skip([DateRange { from: date(more), to: date(more) }], "more");
        let after = schedule.runs(&skipped, from, to);
        prop_assert_eq!(own_dates(&before), own_dates(&after));
        for run in &before {
            let now = after.iter().find(|other| other.date == run.date).expect("it keeps its name");
            // Whoever did not start on that day starts as before.
            prop_assert!(now.starts == run.starts || run.starts == Some(date(more)), "{run:?} {now:?}");
            prop_assert!(now.starts != Some(date(more)));
            prop_assert!(run.starts.is_some() || now.starts.is_none());
        }
    }

    #[test]
    fn nothing_that_is_typed_makes_it_stumble(text in "[A-Z0-9;=,+-]{0,40}|FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;(BYDAY|COUNT|UNTIL|BYMONTHDAY|WKST|BYSETPOS)=[A-Z0-9,+-]{0,10}){0,3}") {
        if let Ok(rule) = Rule::try_from(text) {
            let _ = rule.dates(date(0), date(800)).count();
        }
    }
}
