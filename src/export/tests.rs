//! Whatever a vendor holds comes back byte for byte from the files it is written to.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::fates::Fates;
use super::page::{Around, Page, page};
use super::saved::Saved;
use super::{File, scalar};
use crate::config::{self, Options, parse};
use crate::desired::desired;
use crate::model::{Address, RemoteId, kind_named};
use crate::problem::Source;
use crate::providers::Found;

const PROJECT: &str = "\
version: 1
include: [\"a/*.yaml\"]
accounts: {a: {provider: yeapoo, base_url: http://127.0.0.1:7070, info_id: a}}
";

fn found(kind: &str, nth: usize, natural: &str, body: Value) -> Found<Value> {
    let id = RemoteId::from(format!("{kind}-{nth}\n- {natural}"));
    Found { id, natural: natural.to_owned(), parent: None, built_in: false, body: Some(body) }
}

/// The files of these objects.
fn page_of(kind: &str, all: &[Found<Value>]) -> (Page, Saved) {
    let (known, listed, saved) = (HashMap::new(), HashSet::new(), Saved::new().expect("a folder"));
    saved.keep("cover", b"bytes");
    let fates = Fates::default();
    let around = Around { account: "a", fates: &fates, known: &known, listed: &listed, saved: &saved };
    (page(&around, kind_named(kind).expect("a kind"), all, &HashMap::new()), saved)
}

/// The bodies that the files of these objects are read as, by the objects' ids.
fn read_back(kind: &str, all: &[Found<Value>]) -> HashMap<RemoteId, Value> {
    let (page, _saved) = page_of(kind, all);
    let folder = tempfile::tempdir().expect("a folder");
    for file in page.files.iter().chain([&File::text("mpform.yaml", PROJECT)]) {
        file.try_out(folder.path()).expect("writes");
    }
    let options = Options { environment: None, vars: vec![], env: Arc::new(|_| None), stand_in: false };
    let mut problems = vec![];
    let project = config::load(folder.path(), &options, &mut problems).expect("loads");
    assert_eq!(problems, [], "{}", page.files[0].as_text());
    // What the vendor would refuse is none of this test's business.
    let desired = desired(&project, chrono::DateTime::UNIX_EPOCH, &mut problems);
    let account = &desired.accounts["a"];
    assert_eq!(account.resources.len(), page.declared.len(), "{}", page.files[0].as_text());
    let body = |address: &Address| account.resources[address].body.as_ref().expect("a body").tree();
    page.declared.iter().map(|(address, id)| (id.clone(), body(address))).collect()
}

/// Texts made of what means something to YAML, to `${…}` or to somebody else on the way.
fn hostile() -> impl Strategy<Value = String> {
    let parts = [
        "${",
        "$${",
        "$",
        "{",
        "}",
        "\n",
        "\n\n",
        " ",
        "  ",
        "\t",
        "\r",
        "\r\n",
        ": ",
        ":",
        " #",
        "#",
        "- ",
        "-",
        "---",
        "...",
        "'",
        "\"",
        "\\",
        "\\n",
        "<<",
        "none",
        "null",
        "yes",
        "1",
        "e5",
        "0x1f",
        "|",
        ">",
        "&a",
        "*a",
        "!",
        "%",
        "@",
        "`",
        "[",
        "]",
        ",",
        "?",
        "=",
        "营业",
        "时间",
        "a",
        "b",
        "\u{0}",
        "\u{7f}",
        "\u{85}",
        "\u{a0}",
        "\u{2028}",
        "\u{feff}",
        "\u{fffd}",
        "\u{1f600}",
        "e\u{301}",
        "，",
    ];
    let made = prop::collection::vec(prop::sample::select(parts.to_vec()), 0..8);
    prop_oneof![3 => made.prop_map(|parts| parts.concat()), 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_rule_comes_back(names in prop::collection::vec(hostile(), 1..4), text in hostile(), word in hostile()) {
        let body = |name: &String| json!({
            "name": name,
            "match": [word, {"fuzzy": text}],
            "reply": {"text": text, "raw": {"type": "text", "id": "5f"}},
        });
        let all: Vec<_> =
            names.iter().enumerate().map(|(nth, name)| found("keyword", nth, name, body(name))).collect();
        let back = read_back("keyword", &all);
        for one in &all {
            let back = &back[&one.id];
            prop_assert_eq!(&back["name"], &json!(one.natural));
            prop_assert_eq!(&back["reply"], &json!({"text": text}));
            let words = back["match"].as_array().expect("a list");
            let has = |word: Value| words.contains(&word);
            let both = has(json!(word)) && has(json!({"fuzzy": text}));
            prop_assert!(both && words.len() == 2, "{:?}", words);
        }
    }

    #[test]
    fn a_button_comes_back(name in hostile().prop_filter("a name", |name| !name.is_empty()), text in hostile()) {
        let all = [found("menu", 1, &name, json!({"name": name, "link": text, "position": 7}))];
        let back = &read_back("menu", &all)[&all[0].id];
        prop_assert_eq!(back, &json!({"name": name, "link": text, "position": 1}));
    }

    #[test]
    fn news_come_back(texts in prop::collection::vec((hostile(), hostile(), any::<bool>()), 1..4)) {
        let cover = json!({"file": "c.jpg", "sha256": "1", "size": 5, "at": "cover"});
        let articles: Vec<_> = texts
            .iter()
            .map(|(word, text, long)| {
                let content = text.repeat(if *long { 20 } else { 1 });
                json!({"title": format!("a{word}"), "author": text, "cover": cover, "digest": word,
                    "content": content, "show_cover": long, "source_url": ""})
            })
            .collect();
        let all = [found("material", 1, &texts[0].0, json!({"news": articles}))];
        let back = &read_back("material", &all)[&all[0].id];
        prop_assert_eq!(back["news"].as_array().map(Vec::len), Some(articles.len()));
        for (nth, article) in articles.iter().enumerate() {
            let back = &back["news"][nth];
            prop_assert_eq!(&back["cover"]["size"], &json!(5));
            for field in ["title", "content", "author", "digest", "show_cover"] {
                let (back, there) = (&back[field], &article[field]);
                let is_default = there == "" || *there == json!(false);
                prop_assert!(back == there || (back.is_null() && is_default), "{}: {} {}", field, back, there);
            }
        }
    }

    #[test]
    fn a_comment_stays_one(text in hostile()) {
        let source = format!("a: 1 # {}\nb: 2\n", scalar::comment(&text));
        let mut problems = vec![];
        let parsed = parse(&Arc::new(Source::new("a", source)), &mut problems);
        prop_assert!(problems.is_empty());
        prop_assert_eq!(parsed.documents[0].entries().len(), 2);
    }
}

#[test]
fn many_members_stand_in_a_table_and_few_in_a_list() {
    let members = |count: usize| -> Vec<String> { (0..count).map(|nth| format!("o-{nth:03}")).collect() };
    let all = [
        found("group", 1, "VIP/会员", json!({"name": "VIP/会员", "members": members(21)})),
        found("group", 2, "店员", json!({"name": "店员", "members": members(20)})),
        found("group", 3, "没有人", json!({"name": "没有人", "members": []})),
        found(
            "group",
            4,
            "odd",
            json!({"name": "odd", "members": (0..30).map(|nth| format!("#{nth:02}\"")).collect::<Vec<_>>()}),
        ),
    ];
    let files = page_of("group", &all).0.files;
    let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["a/groups.yaml", "a/assets/vip-会员.csv"]);
    assert!(files[0].as_text().contains("members_file: assets/vip-会员.csv"), "{}", files[0].as_text());
    let back = read_back("group", &all);
    for one in &all {
        assert_eq!(Some(&back[&one.id]), one.body.as_ref());
    }
}
