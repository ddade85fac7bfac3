//! `mpform ask`: which rule answers a text, and why.

use insta::assert_snapshot;
use mpform::sandbox::{Fault, Rule};
use serde_json::json;

use crate::world::{PROJECT, World};

const RULES: &str = "\
replies: {default: {text: 稍等}}
keywords:
  hours: {name: 营业时间, match: [营业时间, {fuzzy: 你们几点开门}], reply: {text: \"每天 10:00\\n节假日照常\"}}
  door: {match: [{fuzzy: 门店几点开始营业}, 几点], reply: {raw: {type: image, id: 5f}}}
";

fn world() -> World {
    let world = World::empty();
    world.shop(RULES);
    world
}

#[test]
fn an_exact_keyword_goes_first() {
    assert_snapshot!(world().run("ask shop 几点").expect_code(0).out, @"
    “几点” is a keyword of a rule, which answers (step 1)

      rule     door  (shop.yaml:5)
      keyword  几点
      reply    image 5f (not managed)

    these do not answer:
      hours (营业时间): 你们几点开门 (fuzzy)  contains the message, but an exact keyword comes first
      door: 门店几点开始营业 (fuzzy)          contains the message, but an exact keyword comes first
    ");
}

#[test]
fn either_of_two_fuzzy_keywords() {
    let ran = world().run("ask shop 几点开").expect_code(0);
    assert_snapshot!(ran.out, @"
    “几点开” is part of fuzzy keywords of 2 rules, any of which may answer (step 2)

      rule     hours (营业时间)  (shop.yaml:4)
      keyword  你们几点开门 (fuzzy)
      reply    每天 10:00
               节假日照常

      rule     door  (shop.yaml:5)
      keyword  门店几点开始营业 (fuzzy)
      reply    image 5f (not managed)
    ");
    assert_eq!(ran.err, "");
}

#[test]
fn nobody_answers_and_why() {
    assert_snapshot!(world().run("ask shop 请问你们几点开门呀").expect_code(0).out, @"
    no rule answers “请问你们几点开门呀”: the default reply is sent (step 4)

      default  shop.yaml:2
      reply    稍等

    step 3, a search for the message's single words, practically never finds a keyword

    these do not answer:
      hours (营业时间): 你们几点开门 (fuzzy)  is part of the message, and not the other way round
      door: 几点                              is only part of the message
    ");
    assert_snapshot!(world().run("ask shop 在吗").expect_code(0).out, @"
    no rule answers “在吗”: the default reply is sent (step 4)

      default  shop.yaml:2
      reply    稍等

    step 3, a search for the message's single words, practically never finds a keyword
    ");
    let silent = World::empty();
    silent.shop("replies: {default: none}\n");
    assert_snapshot!(silent.run("ask shop 在吗").expect_code(0).out, @"
    no rule answers “在吗”, and there is no default reply

    step 3, a search for the message's single words, practically never finds a keyword
    ");
    silent.shop("");
    assert_snapshot!(silent.run("ask shop 在吗").expect_code(0).out, @"
    no rule answers “在吗”; whether there is a default reply is not declared here

    step 3, a search for the message's single words, practically never finds a keyword
    ");
}

#[test]
fn nobody_is_asked_and_no_secret_is_needed() {
    let world = world();
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: \"${env.NOT_SET}\""));
    let ran = world.run("ask shop 营业时间").expect_code(0);
    assert_eq!(ran.err, "");
    assert_eq!(world.calls(), Vec::<String>::new());
    assert!(!world.path(".mpform").exists(), "a look leaves nothing behind");
    world.run("ask shop 营业时间 --live").expect_code(1).says(&["NOT_SET"]);
}

#[test]
fn what_the_vendor_holds_now() {
    let world = world();
    let text = world.hand("POST", "text", json!({"content": "手工"}));
    let words = json!([{"content": "手工", "fuzzy": "0"}]);
    let rule = json!({"rule_name": "手工", "keyword": words, "reply_id": text, "reply_type": "text"});
    world.hand("POST", "keyword", rule);
    let music = json!({"rule_name": "歌", "keyword": [{"content": "歌", "fuzzy": "0"}], "reply_id": "x", "reply_type": "music"});
    world.hand("POST", "keyword", music);
    world.calls();
    world.run("ask shop 手工").expect_code(0).shows(&["no rule answers “手工”: the default reply is sent"]);
    assert_snapshot!(world.run("ask shop 手工 --live").expect_code(0).out, @"
    “手工” is a keyword of a rule, which answers (step 1)

      rule     手工
      keyword  手工
      reply    手工
    ");
    assert_snapshot!(world.run("ask shop 歌 --live").expect_code(0).out, @"
    “歌” is a keyword of a rule, which answers (step 1)

      rule     歌
      keyword  歌
      reply    the vendor can't send its reply, and sends the default reply instead: nothing is said
    ");
    world
        .run("ask shop 营业时间 --live")
        .expect_code(0)
        .shows(&["no rule answers “营业时间”, and there is no default reply"]);
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[test]
fn keywords_that_somebody_gave_the_default_reply_count() {
    let world = world();
    let text = world.hand("POST", "text", json!({"content": "都答"}));
    let words = json!([{"content": "特别", "fuzzy": "0"}]);
    let rule = json!({"rule_name": "__default", "keyword": words, "reply_id": text, "reply_type": "text"});
    world.hand("POST", "keyword", rule);
    world.run("ask shop 特别 --live").expect_code(0).shows(&["__default", "都答", "(step 1)"]);
}

#[test]
fn for_programs() {
    let world = world();
    let found = world.run("ask shop 几点开 --json").expect_code(0).json();
    assert_eq!(
        (&found["step"], &found["live"], &found["message"]),
        (&json!("fuzzy"), &json!(false), &json!("几点开"))
    );
    let of = |nth: usize| &found["possible"][nth];
    assert_eq!(of(0)["rule"]["key"], "hours");
    assert_eq!(of(0)["rule"]["place"], json!({"file": "shop.yaml", "line": 4, "column": 3}));
    assert_eq!(of(0)["keywords"], json!([{"content": "你们几点开门", "fuzzy": true}]));
    assert_eq!(of(0)["reply"], json!({"kind": "text", "text": "每天 10:00\n节假日照常"}));
    assert_eq!(of(1)["reply"]["material"], json!({"key": null, "type": "image", "name": "", "id": "5f"}));
    let long = world.run("ask shop 请问几点 --json").json();
    assert_eq!(long["others"][0]["keyword"], json!({"content": "几点", "fuzzy": false}));
    assert_eq!(
        (&long["others"][0]["rule"]["key"], &long["others"][0]["why"]),
        (&json!("door"), &json!("part"))
    );
    let step = |text: &str| world.run_args(&["ask", "shop", text, "--json"]).json()["step"].clone();
    assert_eq!((step("几点"), step("在吗")), (json!("exact"), json!("default")));
    world.shop("replies: {default: none}\n");
    assert_eq!(world.run("ask shop x --json").json()["step"], "none");
}

#[test]
fn foreign_text_stays_text() {
    let ran = world().run_args(&["ask", "shop", "\u{1b}[31m红\u{202e}"]).expect_code(0);
    assert!(!ran.out.contains('\u{1b}') && !ran.out.contains('\u{202e}'), "{}", ran.out);
    // A message may begin with a dash.
    world().run_args(&["ask", "shop", "-5度"]).expect_code(0).shows(&["“-5度”"]);
}

#[test]
fn refusals() {
    let world = world();
    world
        .run("ask shpo x")
        .expect_code(1)
        .says(&["error[MP010]: there is no account `shpo`", "did you mean `shop`?"]);
    world.sandbox.fault(Rule::new("GET", "/keyword", Fault::Status { status: 403 }).always());
    world.run("ask shop x --live").expect_code(1).says(&["error[MP050]: shop: GET keyword"]);
    world.write("mpform.yaml", "version: 1\naccounts: {t: {provider: tanmarket, app_id: a, app_key: b}}\n");
    world.run("ask t x").expect_code(1).says(&["error[MP097]: t: tanmarket answers no messages"]);
}

#[test]
fn in_chinese_its_columns_stand_as_straight() {
    let world = world();
    let ran = world.run("--lang zh ask shop 几点开").expect_code(0);
    assert!(
        ran.out.starts_with("“几点开”包含在 2 条规则的模糊关键字中，任何一条都可能回复（第 2 步）\n"),
        "{}",
        ran.out
    );
    let starts = |words: &str| {
        let line = ran.out.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{}", ran.out));
        columns(line.split_once(words).expect("it is there").0)
    };
    // Behind the widest label, 默认回复, and two blanks.
    for words in
        ["hours (营业时间)", "你们几点开门（模糊）", "每天 10:00", "节假日照常", "image 5f（未纳管）"]
    {
        assert_eq!(starts(words), 12, "{words}:\n{}", ran.out);
    }
    let english = world.run("ask shop 几点开 --json").expect_code(0).out;
    assert_eq!(world.run("--lang zh ask shop 几点开 --json").expect_code(0).out, english);
}

/// How wide it stands on a terminal.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}
