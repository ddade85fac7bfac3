use serde_json::{Value, json};

use super::{schema, schema_text};

fn errors(document: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[track_caller]
fn fine(document: &Value) {
    assert_eq!(errors(document), Vec::<String>::new(), "{document}");
}

#[track_caller]
fn wrong(document: &Value) {
    assert_ne!(errors(document), Vec::<String>::new(), "{document}");
}

#[test]
fn the_file_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/mpform.schema.json");
    let written = std::fs::read_to_string(path).expect("the schema is written");
    assert_eq!(written, schema_text(), "write it anew: `mpform schema > schema/mpform.schema.json`");
}

#[test]
fn it_is_a_schema_and_always_the_same() {
    assert!(jsonschema::meta::is_valid(&schema()));
    assert_eq!(schema_text(), schema_text());
    assert!(schema_text().ends_with("}\n"));
}

fn project() -> Value {
    json!({
        "version": 1, "timezone": "Asia/Shanghai", "include": ["accounts/*.yaml"], "vars": {"site": "https://m", "n": 1},
        "accounts": {"shop": {
            "provider": "yeapoo", "base_url": "https://mp.example.com", "info_id": "${env.A}",
            "headers": {"Authorization": "Bearer x"}, "vars": {"city": "上海"},
            "limits": {"concurrency": 16, "requests_per_second": 200.5, "timeout": "90s"}
        }},
        "environments": {"staging": {"vars": {"site": "x"}, "accounts": {"shop": {"info_id": "demo"}}}},
        "calendars": {"cn": {"dates": ["2026-10-01..2026-10-07"], "workdays": ["2026-10-10"]}},
        "policy": {
            "max_deletes": "30%", "protect": ["shop/keyword/*"], "quiet_hours": "22:00-08:00",
            "max_messages_per_audience_per_day": 3, "allow_money_messages": false, "forbidden_words": ["最便宜"],
            "lint": {"MP021": "off"}
        },
        "state": {"path": ".mpform/state"}, "env": ["SHOP_*"]
    })
}

fn resources() -> Value {
    json!({
        "account": "shop", "prune": ["keywords", "groups"],
        "groups": {"vip": {"name": "VIP", "members": ["o1"], "members_mode": "exact", "protect": true, "ignore": ["members"]}, "bare": null},
        "replies": {"subscribe": {"text": 1.10}, "default": "none"},
        "keywords": {"营业时间": {"match": ["a", {"fuzzy": "b"}, 10086, true], "reply": {"raw": {"type": "image", "id": "5f"}}}},
        "menu": [
            {"name": "新品", "items": [{"name": "官网", "link": "https://m"}, {"name": "客服", "reply": {"text": "您好"}, "protect": true}]},
            {"name": "旧", "keycode": "V1"}
        ],
        "moved": [{"from": "shop/keyword/old", "to": "shop/keyword/new"}],
        "tests": [
            {"say": 10086, "expect": {"rule": "营业时间", "text_contains": "b"}},
            {"event": "subscribe", "expect": "none"},
            {"click": "新品/官网", "expect": {"link": "https://m"}}
        ],
        "sops": {"monday": {
            "title": "周一早报",
            "schedule": {
                "start": "2026-11-23", "repeat": "FREQ=WEEKLY;BYDAY=MO", "until": "2027-06-30",
                "skip": ["cn-holidays", "2026-12-07"], "when_skipped": "next_workday", "ahead": "14d"
            },
            "delivery": "manual", "audience": {"group": "vip", "gender": "male", "allow_empty": true}, "grace": "30m",
            "steps": [{"day": 1, "at": "10:00", "send": [{"text": 1}]}, {"day": 2, "at": "9:00", "send": [{"material": "spring"}]}]
        }}
    })
}

fn with(mut document: Value, pointer: &str, key: &str, value: Value) -> Value {
    document.pointer_mut(pointer).expect("there")[key] = value;
    document
}

#[test]
fn documents_of_the_language_are_fine() {
    fine(&project());
    fine(&with(project(), "/accounts/shop/limits", "concurrency", json!("${env.MANY:-4}")));
    fine(&with(project(), "/policy", "max_deletes", json!(5)));
    fine(&resources());
    fine(&json!({"accounts": ["shop", "bj-*"], "groups": {}}));
    fine(&json!({"include": ["a.yaml"]}));
    fine(&with(resources(), "", "keywords", json!("none")));
}

#[test]
fn mistakes_of_a_project_are_shown() {
    wrong(&with(project(), "", "acounts", json!({})));
    wrong(&with(project(), "", "version", json!(2)));
    wrong(&with(project(), "/accounts/shop", "info", json!("x")));
    wrong(&with(project(), "/accounts/shop", "provider", json!("yeapo")));
    wrong(&with(project(), "/accounts/shop/limits", "concurrency", json!(0)));
    wrong(&with(project(), "/accounts/shop/limits", "concurrency", json!("many")));
    wrong(&with(project(), "/accounts", "Shop", project()["accounts"]["shop"].clone()));
    wrong(&with(project(), "/policy", "max_delete", json!(5)));
    wrong(&with(project(), "/policy/lint", "MP021", json!("loud")));
    wrong(&with(project(), "/environments/staging", "vras", json!({})));
    wrong(&json!({"version": 1, "accounts": {"shop": {"provider": "yeapoo", "base_url": "https://a"}}}));
}

#[test]
fn mistakes_of_resources_are_shown() {
    wrong(&with(resources(), "", "keyword", json!({})));
    wrong(&with(resources(), "", "accounts", json!(["shop"])));
    wrong(&json!({"groups": {}}));
    wrong(&with(resources(), "", "prune", json!(["menu"])));
    wrong(&with(resources(), "", "menu", json!([])));
    wrong(&with(resources(), "/groups/vip", "nmae", json!("x")));
    wrong(&with(resources(), "/groups/vip", "members_mode", json!("exat")));
    wrong(&with(resources(), "/groups/vip", "ignore", json!(["member"])));
    wrong(&with(resources(), "/replies", "subscribed", json!("none")));
    wrong(&with(resources(), "/replies", "default", json!({"text": "a", "picture": "b"})));
    wrong(&with(resources(), "/keywords/营业时间", "match", json!([{"regex": "a"}])));
    wrong(&with(resources(), "/menu/0", "position", json!(1)));
    wrong(&with(resources(), "/menu/0/items/0", "items", json!([{"name": "x", "link": "https://m"}])));
    wrong(&with(resources(), "/menu/0/items/0", "name", json!(["x"])));
    wrong(&with(resources(), "/moved/0", "too", json!("x")));
    wrong(&with(resources(), "/tests/0", "click", json!("新品")));
    wrong(&with(resources(), "/tests/0", "expect", json!("nothing")));
    wrong(&with(resources(), "/tests/0", "expect", json!({})));
    wrong(&with(resources(), "/tests/1", "event", json!("scan")));
    wrong(&with(resources(), "/tests/2/expect", "txt", json!("x")));
    wrong(&json!({"account": "shop", "tests": [{"say": "x"}]}));
    wrong(&with(resources(), "", "sops", json!([])));
    wrong(&with(resources(), "/sops/monday", "schedule", json!({})));
    wrong(&with(resources(), "/sops/monday/schedule", "start", json!("23.11.2026")));
    wrong(&with(resources(), "/sops/monday/audience", "gender", json!("women")));
    wrong(&with(resources(), "/sops/monday", "steps", json!([])));
    wrong(&with(resources(), "/sops/monday/steps/0", "day", json!(0)));
    wrong(&with(resources(), "/sops/monday/steps/0", "send", json!([{"text": "a", "material": "b"}])));
}
