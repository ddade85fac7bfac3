use serde_json::{Value, json};

use super::super::ids::time_of;
use super::super::testing::{APP, Desk, WORLD};

const CORPORATE: &str = "groupSop/addGroupCorporate";
const ASSISTANT: &str = "groupSop/addGroupAssistant";
const LIST: &str = "groupSop/getGroupList";

/// The request that the document prints.
fn documents() -> Value {
    json!({
        "groupInfos": [
            {"chatId": "wrvRo3DwAAWTbx-K7XDplMusYYlHs_uw", "chatOwner": "399653652604992"},
            {"chatId": "wrvRo3DwAAnjo-sVKj5b8T1zecpRxV6w", "chatOwner": "412770248998976"}
        ],
        "title": "API测试0424145100002",
        "sopContents": [{
            "showDate": 5,
            "showTime": "10:00",
            "sopDatas": [
                {"type": 1, "content": "#客户备注##客户昵称##员工姓名#"},
                {"type": 99, "mcId": "bbbfe85ba01711ecacc500163e106b20", "title": "官网测一波", "content": "大大滴",
                 "fileUrl": "https://dev.tanmarket.cn/a.jpg", "mcType": 2},
                {"type": 3, "fileName": "a.png", "fileUrl": "https://dev.tanmarket.cn/a.png", "mediaId": "31sR",
                 "fileId": 9176, "link": "https://ww.tm.com", "title": "这是一个链接"}
            ]
        }],
        "mode": 1
    })
}

fn small() -> Value {
    json!({"title": "周一早报", "groupInfos": [{"chatId": "wr1", "chatOwner": 4516}],
        "sopContents": [{"showDate": 1, "showTime": "08:00", "sopDatas": [{"type": 1, "content": "早"}]}]})
}

fn absolute() -> Value {
    json!({"title": "周一早报", "chatIds": ["wr1", "wr2"], "owners": ["4516"], "instruction": "请发送",
        "sopContents": [{"sendTime": "2026-01-06 10:00", "sopDatas": [{"type": 1, "content": "早"}]}]})
}

/// The body with one field, given by its pointer, set to another value; null takes it out.
fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    *body.pointer_mut(pointer).expect("a field") = value;
    body
}

#[test]
fn the_documents_request_works_and_is_answered_by_nothing() {
    let mut desk = Desk::demo();
    let answer = desk.signed(CORPORATE, &documents());
    assert_eq!((answer.status, answer.code, &answer.body[..]), (200, None, &b"{}"[..]));
    let app = desk.app();
    assert_eq!(app["sops"].as_array().map(Vec::len), Some(1));
    let sop = &app["sops"][0];
    assert_eq!(
        (&sop["title"], &sop["endpoint"]),
        (&json!("API测试0424145100002"), &json!("addGroupCorporate"))
    );
    for group in [10, 11] {
        let group = &app["groups"][group];
        let messages = group["messages"].as_array().expect("messages");
        assert_eq!(messages.len(), 3);
        // Made on 2026-01-05, which is day 1.
        assert!(messages.iter().all(|one| one["at"] == "2026-01-09 10:00" && one["sop"] == sop["id"]));
        assert_eq!(messages[2]["data"]["fileId"], 9176);
    }
}

#[test]
fn what_was_made_is_listed_with_the_minute_of_its_making() {
    let mut desk = Desk::new(WORLD);
    desk.now += 61_000;
    desk.signed(CORPORATE, &small());
    let task = desk.data(LIST, &json!({}))["result"][0]["tasks"][0].take();
    assert_eq!((&task["title"], &task["startTime"]), (&json!("周一早报"), &json!("2026-01-05 09:01")));
    assert_eq!((&task["creatorId"], &task["mode"]), (&json!(4545), &json!(1)), "a number, not a string");
    assert_eq!(time_of(task["id"].as_str().expect("an id")), desk.now);
    assert_ne!(task["id"], task["sopInfoId"]);
}

#[test]
fn the_same_request_twice_makes_two() {
    let mut desk = Desk::new(WORLD);
    for _ in 0..2 {
        desk.signed(CORPORATE, &small());
    }
    let app = desk.app();
    assert_eq!(app["sops"].as_array().map(Vec::len), Some(2));
    assert_eq!(app["groups"][0]["messages"].as_array().map(Vec::len), Some(2));
    assert_eq!(app["groups"][0]["tasks"][0]["title"], app["groups"][0]["tasks"][1]["title"]);
    assert_ne!(app["sops"][0]["id"], app["sops"][1]["id"]);
}

#[test]
fn tasks_are_in_no_strict_order() {
    let mut desk = Desk::new(WORLD);
    for title in ["a", "b", "c", "d"] {
        desk.signed(CORPORATE, &with(small(), "/title", json!(title)));
    }
    let tasks = desk.data(LIST, &json!({}))["result"][0]["tasks"].take();
    let titles: Vec<_> = tasks.as_array().expect("tasks").iter().map(|task| task["title"].as_str()).collect();
    assert_eq!(titles, [Some("a"), Some("c"), Some("b"), Some("d")]);
}

#[test]
fn a_time_that_has_passed_is_taken() {
    let mut desk = Desk::new(WORLD);
    desk.signed(CORPORATE, &small());
    let message = &desk.app()["groups"][0]["messages"][0];
    assert_eq!((&message["at"], &message["past"]), (&json!("2026-01-05 08:00"), &json!(true)));
}

#[test]
fn which_day_is_the_first_is_a_setting() {
    let mut desk = Desk::new(&WORLD.replace("app_key:", "first_day: 0\n      app_key:"));
    desk.signed(CORPORATE, &small());
    assert_eq!(desk.app()["groups"][0]["messages"][0]["at"], "2026-01-06 08:00");
}

#[test]
fn the_answer_can_be_an_envelope() {
    let mut desk = Desk::new(&WORLD.replace("app_key:", "create_answer: envelope\n      app_key:"));
    assert_eq!(desk.code(CORPORATE, &small()), 0);
}

#[test]
fn by_absolute_time() {
    let mut desk = Desk::new(WORLD);
    assert_eq!(&desk.signed(ASSISTANT, &absolute()).body[..], b"{}");
    let app = desk.app();
    assert_eq!((&app["sops"][0]["instruction"], &app["sops"][0]["mode"]), (&json!("请发送"), &json!(0)));
    for group in [0, 1] {
        assert_eq!(app["groups"][group]["messages"][0]["at"], "2026-01-06 10:00");
    }
}

#[test]
fn wrong_parameters_make_nothing() {
    let mut desk = Desk::new(WORLD);
    let wrong = [
        ("/title", json!(null)),
        ("/title", json!(" ")),
        ("/groupInfos", json!([])),
        ("/groupInfos/0/chatId", json!(null)),
        ("/groupInfos/0/chatOwner", json!(null)),
        ("/sopContents", json!([])),
        ("/sopContents/0/showDate", json!(null)),
        ("/sopContents/0/showDate", json!(0)),
        ("/sopContents/0/showDate", json!(i64::MAX)),
        ("/sopContents/0/showTime", json!("8:00")),
        ("/sopContents/0/showTime", json!("24:00")),
        ("/sopContents/0/sopDatas", json!([])),
        ("/sopContents/0/sopDatas/0/content", json!(null)),
    ];
    for (pointer, value) in wrong {
        assert_eq!(desk.code(CORPORATE, &with(small(), pointer, value)), 40417, "{pointer}");
    }
    assert_eq!(desk.code(CORPORATE, &json!({})), 40417);
    let wrong = [
        ("/chatIds", json!([])),
        ("/chatIds/0", json!(7)),
        ("/owners", json!([])),
        ("/instruction", json!(7)),
        ("/sopContents/0/sendTime", json!("2026-01-06 10:00:00")),
        ("/sopContents/0/sendTime", json!("2026-1-6 10:00")),
    ];
    for (pointer, value) in wrong {
        assert_eq!(desk.code(ASSISTANT, &with(absolute(), pointer, value)), 40417, "{pointer}");
    }
    assert_eq!(desk.app()["sops"], json!([]));
}

#[test]
fn one_stranger_and_nothing_is_made() {
    let mut desk = Desk::new(WORLD);
    let chat = json!([{"chatId": "wr1", "chatOwner": "4516"}, {"chatId": "wr9", "chatOwner": "4516"}]);
    assert_eq!(desk.code(CORPORATE, &with(small(), "/groupInfos", chat)), -1);
    assert_eq!(desk.code(CORPORATE, &with(small(), "/groupInfos/0/chatOwner", json!("1"))), -1);
    assert_eq!(desk.code(ASSISTANT, &with(absolute(), "/chatIds/1", json!("wr9"))), -1);
    assert_eq!(desk.code(ASSISTANT, &with(absolute(), "/owners", json!(["1"]))), -1);
    assert_eq!(desk.vendor_dump()["apps"][APP]["sops"], json!([]));
}
