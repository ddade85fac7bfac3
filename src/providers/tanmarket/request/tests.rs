use serde_json::json;

use super::super::testing::{run, run_to};
use super::*;

const COUNTING: Counting = Counting { first_day: 1, mode: 1 };

fn chosen(chat: &str, owner: &str) -> Chosen {
    Chosen { chat: chat.into(), owner: owner.into(), name: None, owner_name: None }
}

fn at(time: &str) -> DateTime<Utc> {
    time.parse().expect("a time")
}

fn made(run: &Scheduled, counting: Counting, now: &str) -> Result<Value, VendorError> {
    let groups = [chosen("wr1", "4516"), chosen("wr2", "4516"), chosen("wr3", "4633")];
    let groups: Vec<_> = groups.iter().collect();
    let json = |body: Body<'_>| match body {
        Body::Corporate(body) => serde_json::to_value(body),
        Body::Assistant(body) => serde_json::to_value(body),
    };
    body(run, &groups, counting, at(now)).map(|body| json(body).expect("JSON"))
}

fn two_steps() -> Scheduled {
    let mut run = run_to(&[]);
    let mut second = run.steps[0].clone();
    second.date = serde_json::from_value(json!("2026-02-01")).expect("a date");
    second.at = serde_json::from_value(json!("08:05")).expect("a time");
    run.steps.push(second);
    run
}

#[test]
fn days_are_counted_in_china_from_the_create() {
    let made = made(&two_steps(), COUNTING, "2026-01-05T01:00:00Z").expect("a body");
    assert_eq!(
        made,
        json!({
            "groupInfos": [
                {"chatId": "wr1", "chatOwner": "4516"},
                {"chatId": "wr2", "chatOwner": "4516"},
                {"chatId": "wr3", "chatOwner": "4633"},
            ],
            "title": "早报 2026-01-07",
            "mode": 1,
            "sopContents": [
                {"showDate": 3, "showTime": "10:00", "sopDatas": [{"type": 1, "content": "早"}]},
                {"showDate": 28, "showTime": "08:05", "sopDatas": [{"type": 1, "content": "早"}]},
            ],
        })
    );
    // 01:30 of the 6th in China.
    let days = |first_day, now| {
        let made = self::made(&two_steps(), Counting { first_day, mode: 0 }, now).expect("a body");
        assert_eq!(made["mode"], 0);
        made["sopContents"][0]["showDate"].as_i64()
    };
    assert_eq!(days(1, "2026-01-05T17:30:00Z"), Some(2));
    assert_eq!(days(0, "2026-01-05T17:30:00Z"), Some(1));
    assert_eq!(days(0, "2026-01-07T01:30:00Z"), Some(0));
}

#[test]
fn the_assistant_is_told_times() {
    let mut run = two_steps();
    run.delivery = Some(Delivery::Assistant);
    // Midnight is nothing to fear where no days are counted.
    let made = made(&run, COUNTING, "2026-01-05T16:00:00Z").expect("a body");
    assert_eq!(
        made,
        json!({
            "title": "早报 2026-01-07",
            "chatIds": ["wr1", "wr2", "wr3"],
            "owners": ["4516", "4633"],
            "instruction": "早报 2026-01-07",
            "sopContents": [
                {"sendTime": "2026-01-07 10:00", "sopDatas": [{"type": 1, "content": "早"}]},
                {"sendTime": "2026-02-01 08:05", "sopDatas": [{"type": 1, "content": "早"}]},
            ],
        })
    );
}

#[test]
fn what_is_due_already_is_not_sent() {
    for delivery in [Delivery::Manual, Delivery::Assistant] {
        let mut run = two_steps();
        run.delivery = Some(delivery);
        for (now, fine) in [("2026-01-07T01:59:59Z", true), ("2026-01-07T02:00:00Z", false)] {
            assert_eq!(made(&run, COUNTING, now).is_ok(), fine, "{now}");
        }
        let error = made(&run, COUNTING, "2026-01-08T02:00:00Z").expect_err("due");
        assert_eq!(error.call, "nothing sent");
        assert!(error.message.en().starts_with("the step of 2026-01-07 10:00 is due already"), "{error}");
    }
}

#[test]
fn nothing_is_sent_within_a_minute_of_midnight_in_china() {
    for (now, fine) in [
        ("2026-01-05T15:58:59Z", true),
        ("2026-01-05T15:59:00Z", false),
        ("2026-01-05T16:00:59Z", false),
        ("2026-01-05T16:01:00Z", true),
    ] {
        assert_eq!(made(&two_steps(), COUNTING, now).is_ok(), fine, "{now}");
    }
}

#[test]
fn a_run_of_another_vendors_is_not_sent() {
    let mut other = run(json!({"groups": []}));
    other.steps[0].send = serde_json::from_value(json!([{"link": 5}])).expect("items");
    let error = made(&other, COUNTING, "2026-01-05T01:00:00Z").expect_err("no message");
    assert_eq!(error.problem("community").help, VendorError::not_sent("").problem("").help);
    other.steps[0].date = None;
    assert!(made(&other, COUNTING, "2026-01-05T01:00:00Z").is_err());
}
