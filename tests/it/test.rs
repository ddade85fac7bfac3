//! `mpform test`: conversation tests.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::world::{PROJECT, Ran, World};

const RULES: &str = "\
replies: {subscribe: {text: 欢迎}, default: {text: 稍等}}
keywords:
  hours: {name: 营业时间, match: [营业时间, {fuzzy: 你们几点开门}], reply: {text: \"每天 10:00\\n节假日照常\"}}
  door: {match: [{fuzzy: 门店几点开始营业}], reply: {text: 九点}}
menu: [{name: 新品, items: [{name: 官网, link: https://m.example.com}]}]
";

fn world(tests: &str) -> World {
    let world = World::empty();
    world.shop(&format!("{RULES}tests:\n{tests}"));
    world
}

const GOOD: &str = "\
- {event: subscribe, expect: {text_contains: 欢迎}}
- {say: 你们几点开门, expect: {rule: hours, text_contains: \"10:00\"}}
- {say: 在吗, expect: default}
- {click: 新品/官网, expect: {link: https://m.example.com}}
";

const BAD: &str = "\
- {say: 营业时间, expect: {text: \"每天 9:00\\n节假日照常\"}}
- {say: 请问你们几点开门, expect: {rule: hours}}
- {say: 几点开, expect: {rule: hours}}
- {click: 新品/官网, expect: none}
- {say: 在吗, expect: default}
";

#[test]
fn all_is_well() {
    let world = world(GOOD);
    let ran = world.run("test").expect_code(0);
    assert_snapshot!(ran.out, @"
    shop
      ✓ ok      shop.yaml:8   event subscribe
      ✓ ok      shop.yaml:9   say 你们几点开门
      ✓ ok      shop.yaml:10  say 在吗
      ✓ ok      shop.yaml:11  click 新品/官网

    Tests: 4 passed, 0 failed.
    ");
    assert_eq!(ran.err, "");
    assert_eq!(world.calls(), Vec::<String>::new());
    assert!(!world.path(".mpform").exists(), "a look leaves nothing behind");
}

#[test]
fn what_fails_is_shown_beside_what_was_expected() {
    let ran = world(BAD).run("test").expect_code(1);
    assert_snapshot!(ran.out, @"
    shop
      ✗ failed  shop.yaml:8   say 营业时间
          rule hours (营业时间), keyword 营业时间:
          - 每天 9:00
                 ^
          + 每天 10:00
                 ^^
            节假日照常
      ✗ failed  shop.yaml:9   say 请问你们几点开门
          - expected: rule hours
          + answered: the default reply: 稍等
      ✗ failed  shop.yaml:10  say 几点开
          - expected: rule hours
            answered: rule hours (营业时间), keyword 你们几点开门 (fuzzy): 每天 10:00
            节假日照常
          + answered: rule door, keyword 门店几点开始营业 (fuzzy): 九点
          any of these rules may answer: the vendor takes the first that it finds, in no defined order
      ✗ failed  shop.yaml:11  click 新品/官网
          - expected: no answer
          + answered: the button: opens https://m.example.com
      ✓ ok      shop.yaml:12  say 在吗

    Tests: 1 passed, 4 failed.
    ");
    assert_eq!(ran.err, "");
}

#[test]
fn what_the_vendor_holds_now() {
    let world = world(GOOD);
    let ran = world.run("test --live").expect_code(1);
    assert_snapshot!(ran.out, @"
    shop
      ✗ failed  shop.yaml:8   event subscribe
          - expected: a text with 欢迎
          + answered: the greeting: nothing is said
      ✗ failed  shop.yaml:9   say 你们几点开门
          - expected: rule hours, a text with 10:00
          + answered: no rule: nothing is said
      ✗ failed  shop.yaml:10  say 在吗
          - expected: the default reply
          + answered: no rule: nothing is said
      ✗ failed  shop.yaml:11  click 新品/官网
          - expected: the page https://m.example.com
          + answered: there is no such button

    Tests: 0 passed, 4 failed.
    ");
    world.apply();
    world.calls();
    world.run("test --live").expect_code(0).shows(&["Tests: 4 passed, 0 failed."]);
    let calls = world.calls();
    assert!(calls.iter().all(|call| call.starts_with("GET ")), "{calls:?}");
    let lists = calls.iter().filter(|call| call.starts_with("GET keyword?")).count();
    assert_eq!((lists, calls.iter().filter(|call| *call == "GET menu").count()), (1, 1), "{calls:?}");
}

#[test]
fn for_programs() {
    let lines = |ran: &Ran| -> Vec<Value> {
        ran.out.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
    };
    let world = world(BAD);
    let events = lines(&world.run("test --json").expect_code(1));
    assert_eq!(events.len(), 6);
    let summary = &events[5];
    assert_eq!((&summary["event"], &summary["format_version"]), (&json!("summary"), &json!("1.0")));
    let counts = ["passed", "failed", "not_run", "live"].map(|key| summary[key].clone());
    assert_eq!(counts, [json!(1), json!(4), json!(0), json!(false)]);
    let either = &events[2];
    assert_eq!(either["place"], json!({"file": "shop.yaml", "line": 10, "column": 3}));
    assert_eq!(
        (&either["on"], &either["what"], &either["outcome"]),
        (&json!("say"), &json!("几点开"), &json!("failed"))
    );
    assert_eq!((&either["step"], &either["expected"]), (&json!("fuzzy"), &json!({"rule": "hours"})));
    let met: Vec<_> = either["possible"].as_array().expect("a list").iter().map(|one| &one["met"]).collect();
    assert_eq!(met, [&json!(true), &json!(false)]);
    assert_eq!(events[3]["possible"][0]["reply"], json!({"kind": "link", "link": "https://m.example.com"}));
    world.shop("");
    let events = lines(&world.run("test --json").expect_code(0));
    assert_eq!(events.len(), 1);
}

#[test]
fn for_pipelines() {
    let hostile = "- {say: \"<b>&\\\"'\\u0001]]>\\n\", expect: {text: \"</failure>\\u0007\"}}\n";
    let world = world(&(BAD.to_owned() + hostile));
    world.run("test --junit out.xml").expect_code(1);
    let text = std::fs::read_to_string(world.path("out.xml")).expect("it was written");
    let xml = roxmltree::Document::parse(&text).expect("well-formed");
    let root = xml.root_element();
    assert_eq!(
        (root.tag_name().name(), root.attribute("tests"), root.attribute("failures")),
        ("testsuites", Some("6"), Some("5"))
    );
    let cases: Vec<_> = xml.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    let named = |nth: usize, name: &str| cases[nth].attribute(name).unwrap_or_default();
    assert_eq!((named(0, "classname"), named(0, "name")), ("shop", "say 营业时间"));
    assert_eq!((named(0, "file"), named(0, "line")), ("shop.yaml", "8"));
    assert!(cases[4].first_element_child().is_none(), "the one that passed");
    let failure = cases[5].first_element_child().expect("it failed");
    assert_eq!(named(5, "name"), "say <b>&\"'\\u{1}]]>\n");
    assert_eq!(failure.attribute("message"), Some("expected: the text </failure>\\u{7}"));
    assert_eq!(failure.text(), Some("answered: the default reply: 稍等"));
    // The same tests make the same bytes.
    world.run("test --junit again.xml").expect_code(1);
    assert_eq!(std::fs::read_to_string(world.path("again.xml")).expect("written"), text);
    world.run("test --junit no/such/folder.xml").expect_code(1).says(&["can't be written"]);
}

#[test]
fn an_account_that_can_not_be_read_fails_its_tests_alone() {
    let world = world(GOOD);
    let other = "  other: {provider: yeapoo, base_url: http://127.0.0.1:9, info_id: other}\n";
    world.write(
        "mpform.yaml",
        &PROJECT
            .replace("accounts:\n", &format!("accounts:\n{other}"))
            .replace("shop.yaml", "shop.yaml, other.yaml"),
    );
    world.write("other.yaml", "account: other\ntests: [{say: x, expect: none}, {say: y, expect: default}]\n");
    world.run("apply --yes --account shop").expect_code(0);
    let ran = world.run("test --live --junit out.xml").expect_code(1);
    assert_snapshot!(ran.out, @"
    other
      · not run  other.yaml:2  say x
      · not run  other.yaml:2  say y

    shop
      ✓ ok      shop.yaml:8   event subscribe
      ✓ ok      shop.yaml:9   say 你们几点开门
      ✓ ok      shop.yaml:10  say 在吗
      ✓ ok      shop.yaml:11  click 新品/官网

    Tests: 4 passed, 0 failed, 2 not run.
    ");
    ran.says(&["error[MP050]: other"]);
    let text = std::fs::read_to_string(world.path("out.xml")).expect("it was written");
    let xml = roxmltree::Document::parse(&text).expect("well-formed");
    assert_eq!(xml.descendants().filter(|node| node.has_tag_name("error")).count(), 2);
    assert_eq!(xml.root_element().attribute("errors"), Some("2"));
    world.run("test --account other").expect_code(1).shows(&["what is said is not declared here"]);
    world.run("test --account sh*").expect_code(0).shows(&["Tests: 4 passed, 0 failed."]);
    world
        .run("test --account shpo")
        .expect_code(1)
        .says(&["there is no account `shpo`", "did you mean `shop`?"]);
}

#[test]
fn no_test_at_all() {
    let world = World::empty();
    world.shop("");
    let ran = world.run("test").expect_code(0);
    assert_eq!(ran.out, "no tests: nothing was tested\n");
    ran.says(&["help: write some into a resources document"]);
    world.run("test --junit out.xml").expect_code(0);
    let text = std::fs::read_to_string(world.path("out.xml")).expect("it was written");
    assert_eq!(
        roxmltree::Document::parse(&text).expect("well-formed").root_element().attribute("tests"),
        Some("0")
    );
}

#[test]
fn what_is_missing_in_the_environment_is_said_where_it_may_be_why() {
    let world = world(GOOD);
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: \"${env.NOT_SET}\""));
    assert_eq!(world.run("test").expect_code(0).err, "");
    world.shop(&format!("{RULES}tests: [{{say: 在吗, expect: none}}]\n"));
    world.run("test").expect_code(1).says(&["some environment variables are not set"]);
}

#[test]
fn a_project_that_is_wrong_is_not_tested() {
    world("- {say: x, expect: {rule: huors}}\n")
        .run("test")
        .expect_code(1)
        .says(&["error[MP120]: shop: there is no rule `huors`", "did you mean `hours`?"]);
}

#[test]
fn in_chinese_for_people_and_in_english_for_programs() {
    let world = world(BAD);
    let ran = world.run("--lang zh test --junit zh.xml").expect_code(1);
    for words in [
        "✗ 未通过  shop.yaml",
        "✓ 通过    shop.yaml",
        "预期：规则 hours",
        "实际：默认回复：稍等",
        "测试：通过 1 个，未通过 4 个。",
    ] {
        assert!(ran.out.contains(words), "{words}:\n{}", ran.out);
    }
    let english = world.run("test --json --junit en.xml").expect_code(1).out;
    assert_eq!(world.run("--lang zh test --json").expect_code(1).out, english);
    let read = |name: &str| std::fs::read_to_string(world.path(name)).expect("a file");
    assert_eq!(read("zh.xml"), read("en.xml"));
}
