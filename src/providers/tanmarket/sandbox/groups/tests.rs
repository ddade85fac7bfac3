use serde_json::{Value, json};

use super::super::testing::{Desk, WORLD};

const LIST: &str = "groupSop/getGroupList";

fn chats(answer: &Value) -> Vec<&str> {
    answer["result"].as_array().expect("rows").iter().filter_map(|row| row["chatId"].as_str()).collect()
}

#[test]
fn the_documents_question_gets_the_documents_answer() {
    let mut desk = Desk::demo();
    let answer = desk.data(LIST, &json!({"pageSize": 10, "userId": 463_352_988_837_952_u64}));
    let numbers = ["totalCount", "totalPage", "pageNo", "pageSize"].map(|name| answer[name].as_i64());
    assert_eq!(numbers, [Some(12), Some(2), Some(1), Some(10)]);
    let rows = answer["result"].as_array().expect("rows");
    assert_eq!(rows.len(), 10);
    let tasks: Vec<usize> = rows.iter().map(|row| row["tasks"].as_array().map_or(0, Vec::len)).collect();
    assert_eq!(tasks, [8, 15, 0, 0, 0, 0, 0, 6, 0, 0]);
    assert!(rows.iter().all(|row| row["salesId"] == "451653062381760"), "another id than the one asked for");
    let first = json!({"id": "e6968046c51111ecbc3000163e06cc86", "sopInfoId": "e69324e3c51111ecbc3000163e06cc86",
        "title": "手动多文件上传", "chatId": "wr2ohRCAAANeWIOTo-HM3xuWf7oRSrrg", "chatName": "", "owner": null,
        "ownerName": null, "sendStatus": 1, "creatorId": 454_548_673_615_872_u64, "mode": 1,
        "startTime": "2022-04-26 11:35", "ownerId": null, "sendStatusDetail": null, "startTimeExport": null,
        "qwSalesId": null});
    assert_eq!(rows[0]["tasks"][0], first);
    assert_eq!(rows[7]["tasks"][0]["chatName"], "🧵上兑还");
    let title = |task: &&Value| task["title"] == "多文件";
    assert_eq!(rows[1]["tasks"].as_array().expect("tasks").iter().filter(title).count(), 10, "not unique");
    let keys: Vec<&String> = rows[9].as_object().expect("a row").keys().collect();
    let wanted =
        "salesId salesName departmentName chatId chatName tasks calendars tagGroupNames createTimeGroup";
    assert_eq!(keys, wanted.split(' ').collect::<Vec<_>>());
}

#[test]
fn pages() {
    let mut desk = Desk::demo();
    let all = desk.data(LIST, &json!({}));
    assert_eq!((chats(&all).len(), &all["totalPage"]), (10, &json!(2)), "ten a page unless it is said");
    let rest = desk.data(LIST, &json!({"pageNo": 2}));
    assert_eq!(chats(&rest), ["wrvRo3DwAAWTbx-K7XDplMusYYlHs_uw", "wrvRo3DwAAnjo-sVKj5b8T1zecpRxV6w"]);
    let beyond = desk.data(LIST, &json!({"pageNo": 3}));
    assert_eq!((chats(&beyond).len(), &beyond["totalCount"]), (0, &json!(12)));
    let cut = desk.data(LIST, &json!({"pageSize": 1000}));
    assert_eq!((chats(&cut).len(), &cut["pageSize"]), (12, &json!(100)));
    for wrong in [json!({"pageNo": 0}), json!({"pageSize": 0}), json!({"pageNo": "x"})] {
        assert_eq!(desk.code(LIST, &wrong), 40417, "{wrong}");
    }
}

#[test]
fn filters() {
    let mut desk = Desk::demo();
    let mut found = |body: Value| chats(&desk.data(LIST, &body)).len();
    assert_eq!(found(json!({"userId": "463352988837952", "pageSize": 100})), 12, "digits in quotes will do");
    assert_eq!(found(json!({"userId": 412_770_248_998_976_u64})), 1);
    assert_eq!(found(json!({"userId": 1})), 0);
    assert_eq!(found(json!({"keyword": "示例群"})), 2);
    assert_eq!(found(json!({"keyword": ""})), 10);
    assert_eq!(found(json!({"tagGroupIds": [7001]})), 2);
    assert_eq!(found(json!({"tagGroupIds": [7001, 7002], "conditionOp": 0})), 2);
    assert_eq!(found(json!({"tagGroupIds": [7001, 7002], "conditionOp": 1})), 1);
    assert_eq!(found(json!({"startCreateTime": "2022-02-16 17:58:03"})), 2);
    assert_eq!(found(json!({"endCreateTime": "2022-01-05 10:20:30", "keyword": "区"})), 2);
    let body = json!({"startCreateTime": "2022-01-11 00:00:00", "endCreateTime": "2022-01-11 23:59:59", "userId": null});
    assert_eq!(found(body), 2);
}

#[test]
fn wrong_filters_are_refused() {
    let mut desk = Desk::demo();
    for wrong in [
        json!({"userId": []}),
        json!({"keyword": 1}),
        json!({"tagGroupIds": 7001}),
        json!({"tagGroupIds": ["x"]}),
        json!({"conditionOp": 2}),
        json!({"startCreateTime": "2022-1-1"}),
        json!({"endCreateTime": "2022-01-01 1:00:00"}),
    ] {
        assert_eq!(desk.code(LIST, &wrong), 40417, "{wrong}");
    }
}

#[test]
fn the_user_filter_can_be_made_strict() {
    let mut desk = Desk::new(WORLD);
    assert_eq!(desk.data(LIST, &json!({"userId": 9}))["totalCount"], 1);
    let mut desk = Desk::new(&WORLD.replace("app_key:", "strict_user_filter: true\n      app_key:"));
    assert_eq!(desk.data(LIST, &json!({"userId": 9}))["totalCount"], 0);
    assert_eq!(desk.data(LIST, &json!({"userId": "4516"}))["totalCount"], 2);
}
