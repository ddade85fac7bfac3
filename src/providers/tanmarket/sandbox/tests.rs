use bytes::Bytes;
use serde_json::json;

use super::Tanmarket;
use super::ids::time_of;
use super::seed::World;
use super::testing::{Desk, WORLD};
use crate::sandbox::{Seed, Vendor as _, china};

#[test]
fn paths_of_both_bases_are_its_own() {
    let desk = Desk::new(WORLD);
    assert!(desk.vendor.claims("/apiServer/api/v3/x") && desk.vendor.claims("/api/v3/groupSop/getGroupList"));
    assert!(!desk.vendor.claims("/v1/demo/menu") && !desk.vendor.claims("/api/v2/x"));
}

#[test]
fn only_creates_are_writes() {
    let desk = Desk::new(WORLD);
    let write = |path: &str| desk.vendor.is_write("POST", path);
    assert!(write("/api/v3/groupSop/addGroupCorporate"));
    assert!(write("/apiServer/api/v3/groupSop/addGroupAssistant"));
    assert!(!write("/apiServer/api/v3/groupSop/getGroupList"));
    assert!(!desk.vendor.is_write("GET", "/api/v3/groupSop/addGroupCorporate"));
}

#[test]
fn failures_are_http_200_and_only_unmapped_paths_are_not_found() {
    let mut desk = Desk::new(WORLD);
    let get = desk.raw("GET", "/api/v3/groupSop/getGroupList", &[], Bytes::new());
    assert_eq!((get.status, get.code), (200, Some(-1)));
    assert_eq!(desk.raw("POST", "/api/v3/groupSop/getGroupList", &[], Bytes::new()).code, Some(40417));
    assert_eq!(desk.raw("POST", "/api/v3/groupSop/delete", &[], Bytes::new()).status, 404);
    let fault = desk.vendor.refuse(-1, "boom");
    assert_eq!(fault.value(), json!({"code": -1, "message": "boom", "data": null}));
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    let mut desk = Desk::new(WORLD);
    assert_eq!(desk.code("groupSop/getGroupList", &json!([])), 40417);
}

/// The ids of the published rows carry the minute that stands beside them.
#[test]
fn every_published_task_was_made_in_its_minute() {
    let world = World::read(&Seed::Demo).expect("the demo");
    let groups = world.apps.values().flat_map(|app| &app.groups);
    let tasks: Vec<_> = groups.flat_map(|group| &group.tasks).collect();
    assert_eq!(tasks.len(), 29);
    for task in tasks {
        for id in [&task.id, &task.sop] {
            assert_eq!(china(time_of(id)).format("%Y-%m-%d %H:%M").to_string(), task.at, "{id}");
        }
    }
}

#[test]
fn reset_brings_everything_back_to_the_same_ids() {
    let body = json!({"title": "t", "groupInfos": [{"chatId": "wr1", "chatOwner": "4516"}],
        "sopContents": [{"showDate": 2, "showTime": "08:00", "sopDatas": [{"type": 1, "content": "早"}]}]});
    let mut desk = Desk::new(WORLD);
    desk.signed("groupSop/addGroupCorporate", &body);
    let made = desk.vendor_dump();
    desk.vendor.reset(desk.now);
    assert_eq!(desk.app()["sops"], json!([]));
    desk.signed("groupSop/addGroupCorporate", &body);
    assert_eq!(desk.vendor_dump(), made);
}

#[test]
fn a_seed_with_mistakes_is_refused() {
    let wrong = |text: &str| Tanmarket::new(&Seed::yaml(text)).is_err();
    assert!(wrong("tanmarket: {apps: {a: {}}}"), "no key");
    assert!(wrong("tanmarket: {apps: {a: {app_key: k, flowers: 1}}}"));
    assert!(wrong("tanmarket: {apps: {a: {app_key: k, groups: [{chat: c, name: n, owner: x}]}}}"));
    assert!(wrong("tanmarket: {apps: {a: {app_key: k, first_day: 2}}}"));
    assert!(!wrong("accounts: {a: {}}"), "another vendor's part");
}

#[test]
fn the_seeds_own_example_can_be_read() {
    let example: String = include_str!("seed.rs")
        .lines()
        .skip_while(|line| *line != "//! ```yaml")
        .skip(1)
        .take_while(|line| *line != "//! ```")
        .map(|line| format!("{}\n", line.trim_start_matches("//!").strip_prefix(' ').unwrap_or_default()))
        .collect();
    let vendor = Tanmarket::new(&Seed::yaml(&example)).expect("it can be read");
    let groups = vendor.dump()["apps"]["wwX_1"]["groups"].take();
    assert_eq!(groups.as_array().map(Vec::len), Some(51));
    assert_eq!(groups[50]["chat"], "wr-many-050");
}
