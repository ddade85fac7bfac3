//! Years of runs: what goes out on which day, held against dates that are reckoned here in another way.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use mpform::cli::Exit;
use serde_json::Value;

use super::trial::got;
use crate::town::{Town, project_of};

const AUDIENCE: &str = "{from: wxid_shop, channel: wechat, friends: [ajie]}";

/// A plan for one friend, who stands for everybody.
fn plan(schedule: &str, steps: &str) -> String {
    "account: care\nsops:\n".to_owned() + &more("hello", schedule, steps)
}

fn more(key: &str, schedule: &str, steps: &str) -> String {
    format!(
        "  {key}:\n    schedule: {schedule}\n    audience: {AUDIENCE}\n    grace: 6h\n    steps: {steps}\n"
    )
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn days(from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    from.iter_days().take_while(move |day| *day <= to)
}

/// In the evening in China.
fn evening(day: NaiveDate) -> String {
    format!("{day} 20:00")
}

/// Somebody runs the program twice a day: each message with the local time at which it was taken.
fn sent_each_day(town: &Town, zone: Tz, hours: &[&str], (from, to): (NaiveDate, NaiveDate)) -> Vec<String> {
    let mut sent = vec![];
    for day in days(from, to) {
        for hour in hours {
            let local = day.and_time(format!("{hour}:00").parse().expect("a time"));
            let moment: DateTime<Utc> = zone.from_local_datetime(&local).latest().expect("a moment").to_utc();
            move_to(town, moment);
            town.run("sop run -q").expect(Exit::Done);
            for (path, body) in town.sent() {
                assert!(path.contains("doSendPublicMes"), "{path}");
                sent.push(format!("{day} {hour} {}", body["Text"].as_str().expect("a text")));
            }
        }
        // A second look sends nothing.
        if day.day() % 7 == 0 {
            town.run("sop run -q").expect(Exit::Done);
            assert_eq!(town.sent(), []);
        }
    }
    assert_eq!(got(&town.sandbox).values().sum::<usize>(), sent.len());
    sent
}

fn move_to(town: &Town, moment: DateTime<Utc>) {
    let china = moment.with_timezone(&chrono_tz::Asia::Shanghai);
    town.until(&china.format("%Y-%m-%d %H:%M").to_string());
}

fn zoned(seed_at: &str, zone: &str, more: &str, plan: &str) -> Town {
    let town = Town::at(seed_at);
    town.write("mpform.yaml", &format!("{}timezone: {zone}\n{more}", project_of("care")));
    town.write("care.yaml", plan);
    town
}

/// The public holidays of a year, and the weekends that are worked for them: somebody looks every third day.
#[test]
fn a_year_with_public_holidays() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shop/cn-holidays.txt");
    let file = std::fs::read_to_string(file).expect("the example");
    // Read here by hand: off is what the file says; at work are the days between Monday and Friday and those worked.
    let line = |line: &str| line.split('#').next().unwrap_or_default().trim().to_owned();
    let lines: Vec<_> = file.lines().map(line).filter(|line| !line.is_empty()).collect();
    let worked: Vec<_> = lines.iter().filter_map(|line| line.strip_prefix("workday ")).map(date).collect();
    let range = |line: &String| {
        let (from, to) = line.split_once("..").unwrap_or((line, line));
        (date(from), date(to))
    };
    let off: Vec<_> = lines.iter().filter(|line| !line.starts_with("workday")).map(range).collect();
    let is_off = |day: NaiveDate| off.iter().any(|(from, to)| *from <= day && day <= *to);
    let is_work = |day: NaiveDate| {
        !is_off(day) && (worked.contains(&day) || !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
    };
    let moved = |day: NaiveDate| day.iter_days().find(|day| is_work(*day)).expect("a day at work");
    let mut planned = vec![];
    for day in days(date("2026-01-01"), date("2026-12-31")).filter(|day| day.weekday() == Weekday::Thu) {
        planned.extend((!is_off(day)).then(|| format!("{day}T10:00:00+08:00 text 照常")));
        planned.push(format!("{}T11:00:00+08:00 text 顺延", if is_off(day) { moved(day) } else { day }));
    }
    planned.sort();
    assert_eq!(planned.len(), 53 + 50, "three Thursdays are off");
    assert!(planned.iter().any(|line| line.starts_with("2026-01-04")), "a Sunday that is worked");

    let steps = |at: &str, words: &str| format!("[{{day: 1, at: \"{at}\", send: [{{text: {words}}}]}}]");
    let schedule = "{start: 2026-01-01, repeat: FREQ=WEEKLY;BYDAY=TH, skip: [cn]";
    let text = plan(&format!("{schedule}}}"), &steps("10:00", "照常"))
        + &more("later", &format!("{schedule}, when_skipped: next_workday}}"), &steps("11:00", "顺延"));
    let text = text.replace("grace: 6h", "grace: 74h");
    let town = zoned("2025-12-31 20:00", "Asia/Shanghai", "calendars: {cn: {file: cn.txt}}\n", "");
    town.write("cn.txt", &file);
    town.write("care.yaml", &text);
    town.apply();
    let mut sent = vec![];
    for day in days(date("2026-01-01"), date("2027-01-02")).step_by(3) {
        town.until(&format!("{day} 11:05"));
        let ran = town.run("sop run --json").expect(Exit::Done);
        let lines = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let messages = lines.filter(|line| line["event"] == "message");
        sent.extend(messages.map(|one| format!("{} {}", one["at"], one["what"]).replace('"', "")));
    }
    sent.sort();
    assert_eq!(sent, planned);
    assert_eq!(got(&town.sandbox).values().sum::<usize>(), planned.len());
}

/// An hour that does not exist once a year, and one that exists twice: each message goes out once on every day.
#[test]
fn a_zone_with_daylight_saving() {
    let steps = "[{day: 1, at: \"02:30\", send: [{text: 夜}]}, {day: 2, at: \"12:00\", send: [{text: 午}]}]";
    for (from, to) in [("2026-03-26", "2026-04-02"), ("2026-10-22", "2026-10-29")] {
        let daily = plan(&format!("{{start: {from}, repeat: FREQ=DAILY, until: {to}}}"), steps);
        let town = zoned("2026-03-24 20:00", "Europe/Berlin", "", &daily);
        town.apply();
        let (from, to) = (date(from), date(to));
        let sent =
            sent_each_day(&town, chrono_tz::Europe::Berlin, &["04:05", "12:05"], (from, to + Days::new(3)));
        let run = |day: NaiveDate| [format!("{day} 04:05 夜"), format!("{} 12:05 午", day + Days::new(1))];
        let mut planned: Vec<_> = days(from, to).flat_map(run).collect();
        planned.sort();
        assert_eq!(sent, planned);
    }
}

/// On the days of the change, minute by minute around the hour.
#[test]
fn the_hour_that_is_missing_and_the_one_that_comes_twice() {
    let steps = "[{day: 1, at: \"02:30\", send: [{text: 夜}]}]";
    let moments = |first: &str, last: &str| {
        let (first, last): (DateTime<Utc>, DateTime<Utc>) =
            (first.parse().expect("a time"), last.parse().expect("a time"));
        (0..).map(move |nth| first + chrono::TimeDelta::minutes(10 * nth)).take_while(move |at| *at <= last)
    };
    // In spring 02:30 is not there: it goes out once between 02:00 and 04:00. In autumn it comes twice, the first counts.
    for (day, from, to, expected) in [
        ("2026-03-29", "2026-03-29T00:05:00Z", "2026-03-29T03:05:00Z", "2026-03-29T01:3"),
        ("2026-10-25", "2026-10-24T23:05:00Z", "2026-10-25T03:05:00Z", "2026-10-25T00:3"),
    ] {
        let town = zoned("2026-03-20 20:00", "Europe/Berlin", "", &plan(&format!("{{start: {day}}}"), steps));
        town.apply();
        let mut sent = vec![];
        for at in moments(from, to) {
            move_to(&town, at);
            town.run("sop run -q").expect(Exit::Done);
            sent.extend(town.sent().into_iter().map(|_| at.to_rfc3339()));
        }
        assert!(sent.len() == 1 && sent[0].starts_with(expected), "{day}: {sent:?}");
    }
}

/// The end of each month that has a 31st, and a day that comes every fourth year.
#[test]
fn month_ends_and_leap_days() {
    let steps =
        "[{day: 1, at: \"10:00\", send: [{text: 月底}]}, {day: 2, at: \"10:00\", send: [{text: 次日}]}]";
    let last = "[{day: 1, at: \"11:00\", send: [{text: 末}]}]";
    let leap = "[{day: 1, at: \"12:00\", send: [{text: 闰}]}, {day: 2, at: \"12:00\", send: [{text: 三月}]}]";
    let text = plan("{start: 2027-01-01, repeat: FREQ=MONTHLY;BYMONTHDAY=31}", steps)
        + &more("last", "{start: 2027-01-01, repeat: FREQ=MONTHLY;BYMONTHDAY=-1}", last)
        + &more("leap", "{start: 2024-02-29, repeat: FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29}", leap);
    let town = zoned("2026-12-31 20:00", "Asia/Shanghai", "", &text);
    town.apply();
    let span = (date("2027-01-01"), date("2028-04-02"));
    // Only around the ends of months is there anything to see.
    let mut sent = vec![];
    for day in days(span.0, span.1).filter(|day| day.day() > 26 || day.day() < 3) {
        town.until(&format!("{day} 12:05"));
        town.run("sop run -q").expect(Exit::Done);
        let messages = town.sent().into_iter();
        sent.extend(
            messages.map(|(_, body): (String, Value)| {
                format!("{day} {}", body["Text"].as_str().expect("a text"))
            }),
        );
    }
    let mut planned = vec![];
    for day in days(span.0, span.1) {
        let before = day - Days::new(1);
        let mut push = |is_so: bool, words: &str| planned.extend(is_so.then(|| format!("{day} {words}")));
        push(before.day() == 31 && before >= span.0, "次日");
        push(day.day() == 31, "月底");
        push((day + Days::new(1)).day() == 1, "末");
        push((day.month(), day.day()) == (2, 29), "闰");
        push((before.month(), before.day()) == (2, 29), "三月");
    }
    planned.sort();
    sent.sort();
    assert_eq!(sent, planned);
    assert_eq!(sent.iter().filter(|line| line.contains("2028-02-29 闰")).count(), 1);
    assert!(!sent.iter().any(|line| line.contains("2027-03-01 三月")));
}

/// Runs at a vendor that sends them itself, made ahead week by week over a change of years.
#[test]
fn runs_that_are_made_ahead_over_a_year() {
    let town = Town::at("2027-12-01 20:00").only("community");
    town.write(
        "community.yaml",
        "account: community\nsops:\n  brief:\n    title: 早报\n    schedule: {start: 2027-12-01, repeat: \"FREQ=MONTHLY;BYMONTHDAY=29,31\", ahead: 10d}\n    audience: {select: {tags: [重点]}}\n    steps: [{day: 1, at: \"10:00\", send: [{text: 早上好}]}]\n",
    );
    for day in days(date("2027-12-02"), date("2028-12-01")).step_by(7) {
        town.until(&evening(day));
        town.apply();
        town.apply();
    }
    let state = town.sandbox.state();
    let group = &state["tanmarket"]["apps"]["ww1"]["groups"][0];
    let messages = group["messages"].as_array().expect("messages").iter();
    let sent: Vec<_> =
        messages.map(|one| format!("{} {}", one["at"], one["title"]).replace('"', "")).collect();
    let ends = days(date("2027-12-02"), date("2028-12-05")).filter(|day| matches!(day.day(), 29 | 31));
    let planned: Vec<_> = ends.map(|day| format!("{day} 10:00 早报 {day}")).collect();
    assert_eq!(sent, planned);
    assert!(planned.iter().any(|line| line.contains("2028-02-29")));
}
