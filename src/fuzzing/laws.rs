//! What holds for whatever comes in, tried with what is made up anew in each run.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::run;
use crate::config::tests::Trial;
use crate::model::{Entries, RemoteId, first_column};
use crate::state::{Record, State, store};

/// Any JSON, with the words that vendors use among its keys.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}|[0-9]{1,20}|-1|200|text".prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "id",
        "name",
        "title",
        "count",
        "total",
        "totalCount",
        "size",
        "pagination",
        "group",
        "groups",
        "user",
        "openid",
        "keyword",
        "keywords",
        "image",
        "music",
        "video",
        "news",
        "message",
        "result",
        "tasks",
        "chatId",
        "sub_button",
        "reply_id",
        "reply_type",
        "type",
        "url",
        "values",
        "succeed",
        "x",
    ]);
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..5).prop_map(|fields| {
                let fields = fields.into_iter().map(|(key, value)| (key.to_owned(), value));
                Value::Object(fields.collect())
            }),
        ]
    })
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn no_answer_makes_a_vendors_reader_stumble(data in any_json(), bare in any_json()) {
        let answers = |envelope: Value| format!("{envelope}\u{1e}{bare}\u{1e}{envelope}");
        run("yeapoo", answers(json!({"code": 200, "message": "OK", "data": data})).as_bytes());
        run("tanmarket", answers(json!({"code": 0, "message": "success", "data": data})).as_bytes());
        let token = json!({"access_token": "abc", "expires_in": 3600});
        run("youmi", format!("{token}\u{1e}{}", json!({"succeed": data, "values": bare})).as_bytes());
        run("youmi", answers(json!({"access_token": data, "expires_in": bare})).as_bytes());
    }

    #[test]
    fn no_file_of_ours_makes_us_stumble(any in any_json()) {
        run("plan", any.to_string().as_bytes());
        let plan = json!({"format_version": "1.0", "tool_version": env!("CARGO_PKG_VERSION"), "check": any, "changes": [any]});
        run("plan", plan.to_string().as_bytes());
        run("state", any.to_string().as_bytes());
        let line = json!({"serial": 1, "change": any});
        run("state", format!("{}\u{1e}{line}\n{line}", json!({"version": 1, "serial": 0, "account": "a", "environment": "default"})).as_bytes());
    }

    #[test]
    fn a_state_comes_back_as_it_was(body in any_json(), key in "\\PC{1,12}", id in "\\PC{0,12}", protect in any::<bool>()) {
        let mut state = State::new("default", "shop");
        let address = crate::model::Address::new("shop", "keyword", [key.as_str()]);
        state.resources.insert(address, Record::new(RemoteId::from(id.as_str()), body, protect));
        let written = serde_json::to_vec(&state).expect("plain data");
        let (read, _) = store::of_bytes(&written, b"").expect("reads");
        // JSON knows no difference between some numbers.
        prop_assert_eq!(serde_json::to_string(&read).expect("plain"), serde_json::to_string(&state).expect("plain"));
    }

    #[test]
    fn a_text_without_anything_to_fill_in_stays(text in "[^$]{0,40}|(\\PC|\\$|\\{|\\}){0,20}") {
        let quoted = serde_json::to_string(&text.replace("${", "$${")).expect("a text");
        let trial = Trial::shop(&format!("keywords: {{a: {{match: [b], reply: {{text: {quoted}}}}}}}\n"));
        let (desired, problems) = trial.desired();
        let desired = desired.expect("a project");
        // Some characters no vendor takes, which is said; the text is what it was all the same.
        let body = desired.accounts["shop"].resources.values().find_map(|one| one.body.clone());
        match body {
            Some(body) => prop_assert_eq!(&body.tree()["reply"]["text"], &Value::from(text)),
            None => prop_assert!(!problems.is_empty()),
        }
    }

    #[test]
    fn a_list_comes_back_from_its_table(openids in prop::collection::vec("[^#\\s\"\u{feff}][^\\s]{0,10}", 1..8)) {
        let mut table = csv::WriterBuilder::new().has_headers(false).from_writer(vec![]);
        for openid in &openids {
            table.write_record([openid, "x, \"y\""]).expect("writes");
        }
        let text = String::from_utf8(table.into_inner().expect("whole")).expect("text");
        prop_assert_eq!(first_column(&text, Entries::Openids), Ok(openids));
    }

    #[test]
    fn yaml_of_any_kind_is_read_and_laid_out(text in "([a-c ]|: |- |\n|  |\\{|\\}|\\[|\\]|, |\"|'|#|&a |\\*a|\\| *\n|> *\n|\\? |!!str |---\n|\t|营|\u{feff}){0,30}") {
        run("fmt", text.as_bytes());
        run("config", format!("version: 1\nvars: {{a: b}}\naccounts: {{}}\n---\n{text}").as_bytes());
        run("config", text.as_bytes());
    }

    #[test]
    fn lists_and_schedules_of_any_kind_are_read(text in "(\\PC|\n|,|\"|#|workday |2026-0[1-9]-1[0-9]|\\.\\.){0,20}", rule in "FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;(BYDAY|COUNT|UNTIL|BYMONTHDAY|BYMONTH|WKST|BYSETPOS|INTERVAL)=[A-Z0-9,+-]{0,10}){0,3}") {
        run("tables", text.as_bytes());
        let schedule = json!({"start": "2026-01-31", "repeat": rule, "when_skipped": "next_workday"});
        run("schedule", format!("{rule}\n{text}\n{schedule}").as_bytes());
    }
}
