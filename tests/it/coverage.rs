//! `mpform coverage`: which received texts no rule answers, and which rules never fire.

use insta::assert_snapshot;
use mpform::sandbox::{Fault, Rule};
use serde_json::json;

use crate::world::{PROJECT, World};

/// Messages as followers send them; the sandbox begins at nine in the morning of 2026-01-05.
const TALK: &str = "\
accounts:
  shop:
    app_id: wx1
    app_secret: s
    followers: [{openid: o-1, nickname: 一}]
    rules:
      - {name: 营业时间, match: [营业时间, 几点开门], text: 每天}
      - {name: 优惠活动, match: [{fuzzy: 优惠活动}], text: 八折}
      - {name: 活动, match: [{fuzzy: 会员活动}], text: 每月}
      - {name: 退换货, match: [退货], text: 七天}
    default: {text: 稍等}
    messages:
      - {from: o-1, content: 停车, minutes_ago: 5}
      - {from: o-1, content: '停车 ', minutes_ago: 6}
      - {from: o-1, content: 请问优惠活动有吗, minutes_ago: 7}
      - {from: o-1, content: 优惠, minutes_ago: 8}
      - {from: o-1, content: 活动, minutes_ago: 9}
      - {from: o-1, content: '营业时间 ', minutes_ago: 10}
      - {from: o-1, content: 营业时间, minutes_ago: 11}
      - {from: o-1, content: 几点开门, minutes_ago: 12}
      - {from: o-1, type: image, minutes_ago: 13}
      - {from: stranger, content: 谁, minutes_ago: 14}
      - {from: o-1, content: 太早, minutes_ago: 10000}
";

#[test]
fn what_no_rule_answers_and_which_rules_never_fire() {
    let world = World::new(TALK);
    world.shop("");
    let ran = world.run("coverage shop --since 2026-01-05").expect_code(0);
    assert_snapshot!(ran.out, @"
    shop: 8 texts since 2026-01-05 00:00 +08:00, judged by the rules as they are now

    no rule answers 3 of 8; the default reply is sent:
      2  停车
      1  请问优惠活动有吗

    rules that answer:
      3  营业时间
      2  优惠活动  (1 fits other rules too)
      1  活动      (1 fits other rules too)

    rules that answer nothing:
      退换货

    not counted: 1 message that is no text (image 1)
    ");
    assert_eq!(ran.err, "");
    assert_eq!(world.writes(), Vec::<String>::new());
    let left: Vec<_> = std::fs::read_dir(world.path(".mpform")).expect("a folder").flatten().collect();
    assert!(left.iter().all(|one| one.file_name() == "cache"), "a look leaves only what it read: {left:?}");
}

#[test]
fn for_programs() {
    let world = World::new(TALK);
    world.shop("");
    let found = world.run("coverage shop --since 2026-01-05T08:50 --json").expect_code(0).json();
    assert_eq!(found["summary"], json!({"texts": 6, "unanswered": 3, "rules": 4, "never": 1}));
    assert_eq!(found["unanswered"][0], json!({"text": "停车", "count": 2}));
    assert_eq!(
        (&found["since"], &found["default_reply"]),
        (&json!("2026-01-05T08:50:00+08:00"), &json!(true))
    );
    assert_eq!(found["rules"][3]["count"], 0);
}

#[test]
fn nobody_wrote() {
    let world = World::new(TALK);
    world.shop("");
    // Thirty days back from now, long after what the sandbox holds.
    let ran = world.run("coverage shop").expect_code(0);
    assert!(ran.out.starts_with("shop: no texts since 20"), "{}", ran.out);
    let asked = world.calls().into_iter().find(|call| call.starts_with("GET msg")).expect("it asks");
    assert!(asked.contains("?start_date=20") && !asked.contains("filter"), "{asked}");
}

#[test]
fn the_project_s_time_zone_counts() {
    let world = World::new(TALK);
    world.write("mpform.yaml", &PROJECT.replace("version: 1", "version: 1\ntimezone: Europe/Berlin"));
    world.shop("");
    // 02:00 in Berlin is nine in the morning in Shanghai.
    let count = |since: &str| {
        world.run(&format!("coverage shop --json --since {since}")).json()["summary"]["texts"].clone()
    };
    assert_eq!((count("2026-01-05T01:55"), count("2026-01-05T01:54")), (json!(1), json!(2)));
}

#[test]
fn refusals() {
    let world = World::new(TALK);
    world.shop("");
    world
        .run("coverage shpo")
        .expect_code(1)
        .says(&["error[MP010]: there is no account `shpo`", "did you mean `shop`?"]);
    world.run("coverage shop --since soon").expect_code(1).says(&["write 2026-11-01"]);
    world.run("coverage shop --since 2999-01-01").expect_code(1).says(&["error[MP014]", "lies ahead"]);
    assert_eq!(world.calls(), Vec::<String>::new());
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: shpo"));
    world
        .run("coverage shop")
        .expect_code(1)
        .says(&["error[MP051]: shop: the vendor does not know this account"]);
    world.write("mpform.yaml", PROJECT);
    world.sandbox.fault(Rule::new("GET", "/msg", Fault::Status { status: 403 }).always());
    world.run("coverage shop").expect_code(1).says(&["error[MP050]: shop: GET msg"]);
}
