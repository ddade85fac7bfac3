//! `plan --refresh=false`: planned from what was last applied, and nobody is asked.

use insta::assert_snapshot;
use serde_json::json;

use crate::world::{FOLLOWERS, World, changes};

/// Something of every kind.
const ALL: &str = "\
groups: {vip: {members: [o-001]}, old: {}}
materials:
  poster: {image: assets/poster.jpg}
  spring: {news: [{title: 春季上新, cover: assets/cover.jpg, content_file: spring.html}]}
replies: {subscribe: {text: 欢迎关注}, default: {material: poster}}
keywords:
  营业时间: {match: [营业时间, {fuzzy: 几点开门}], reply: {text: 全天}}
  地址: {match: [地址], reply: {material: spring}}
menu:
  - name: 新品
    items:
      - {name: 官网, link: https://m.example.com}
      - {name: 客服, reply: {text: 您好}}
  - {name: 关于, link: https://m.example.com/about}
sops:
  monday:
    title: 周一早报
    schedule: {start: 2030-01-07, repeat: FREQ=WEEKLY;BYDAY=MO}
    audience: {group: vip}
    steps: [{day: 1, at: \"10:00\", send: [{text: 早上好}]}]
";

fn world() -> World {
    let world = World::new(FOLLOWERS);
    world.assets().shop(ALL);
    world.apply();
    world.calls();
    world
}

/// Where nobody else has changed anything, it is the plan that one gets by asking.
#[test]
fn it_is_the_plan_where_nobody_has_changed_anything() {
    let world = world();
    let without = |line: &str| ALL.lines().filter(|one| !one.contains(line)).collect::<Vec<_>>().join("\n");
    for edited in [
        ALL.to_owned(),
        ALL.replace("text: 全天", "text: 9 点").replace("[地址]", "[地址, 在哪]"),
        ALL.replace("vip: {", "vip: {name: VIP会员, ").replace(", old: {}", ""),
        ALL.replace("{name: 关于, ", "{name: 关于我们, "),
        ALL.replace("name: 官网, link: https://m.example.com}", "name: 官网, link: https://m.example.com/2}"),
        ALL.replace("春季上新", "夏季上新").replace("assets/poster", "later/poster"),
        ALL.replace("早上好", "上午好"),
        without("  地址:"),
        without("  spring:").replace("{material: spring}", "{text: 人民路}"),
        without("replies:"),
    ] {
        world.shop(&edited);
        let asked = world.plan();
        world.calls();
        let unasked = world.run("plan --json --refresh=false").expect_code(0).json();
        assert_eq!(world.calls(), Vec::<String>::new());
        assert_eq!(changes(&unasked), changes(&asked), "{edited}");
        assert_eq!(unasked["changes"], asked["changes"], "{edited}");
        for list in ["upcoming", "released", "refusals"] {
            assert_eq!(unasked[list], asked[list], "{edited}");
        }
        assert_eq!((&unasked["refreshed"], &asked["refreshed"]), (&json!(false), &json!(null)));
    }
}

#[test]
fn it_says_that_nobody_was_asked() {
    let world = world();
    let ran = world.run("plan --refresh=false").expect_code(0);
    assert_snapshot!(ran.out, @"
    13 unchanged hidden

    No changes to what was last applied. Planned from what was last applied: nothing was asked of the vendors.
    ");
    let (_, said) = ran.err.split_once("warning[MP066]").expect("it is said");
    assert_snapshot!(said, @"
    : planned from what was last applied: nothing was asked of the vendors
    help: what others have changed since is not in it, and what guards a plan by what is live was not checked; `mpform plan` asks for both
    ");
    let text = world.hand("POST", "text", json!({"content": "别的"}));
    let words = json!([{"content": "营业时间", "fuzzy": "0"}]);
    let id = world.hand("GET", "keyword?index=1&size=1", json!(null))["keyword"][0]["id"].clone();
    let body = json!({"rule_name": "别人改的", "keyword": words, "reply_id": text, "reply_type": "text"});
    world.hand("PUT", &format!("keyword/{}", id.as_str().expect("an id")), body);
    world.run("plan --refresh=false --detailed-exitcode").expect_code(0).shows(&["No changes to what was"]);
    world.run("plan --refresh=true --detailed-exitcode").expect_code(2);
    let comment = world.run("plan --refresh=false --markdown").expect_code(0);
    comment
        .shows(&["**No changes to what was last applied. Planned from what was last applied: nothing was"]);
}

/// What was shown without a look is not carried out.
#[test]
fn nothing_is_done_by_it() {
    let world = world();
    let refused = "needs what is live, and `--refresh=false` asks for none of it";
    for (given, option) in
        [("-o plan.json", "--out"), ("--html page.html", "--html"), ("--rebind shop", "--rebind")]
    {
        world.run(&format!("plan --refresh=false {given}")).expect_code(1).says(&[option, refused]);
    }
    assert!(!world.path("plan.json").exists());
    world.run("apply --yes --refresh=false").expect_code(1).says(&["--refresh"]);
    let plan = world.run("plan --refresh=false --json").expect_code(0);
    world.write("plan.json", &plan.out);
    world.run("apply plan.json").expect_code(1);
    assert_eq!(world.calls(), Vec::<String>::new());
}

#[test]
fn it_needs_no_secrets() {
    let world = world();
    let project = std::fs::read_to_string(world.path("mpform.yaml")).expect("reads");
    let with = project
        .replace("info_id: shop", "info_id: \"${env.NO_ID}\", headers: {Authorization: \"${env.NO_TOKEN}\"}");
    world.write("mpform.yaml", &with.replace("env.SANDBOX", "env.NO_SANDBOX"));
    world.run("plan").expect_code(1).says(&["NO_TOKEN"]);
    world.shop(&ALL.replace("全天", "9 点"));
    let plan = world.run("plan --refresh=false --json").expect_code(0).json();
    assert_eq!(changes(&plan), ["update shop/keyword/营业时间: reply.text"]);
    assert_eq!(world.calls(), Vec::<String>::new());
}

/// What was never applied is to be created, and what guards a plan by what is remembered still does.
#[test]
fn without_a_state_everything_is_new() {
    let world = world();
    world.shop("groups: {}\nkeywords: {营业时间: {match: [营业时间], reply: {text: 全天}, protect: true}}\n");
    world.apply();
    world.shop("keywords: {}\n");
    world.run("plan --refresh=false").expect_code(1).says(&["protected"]);
    world.lose_state();
    world.shop("groups: {vip: {}}\n");
    let plan = world.run("plan --refresh=false --json").expect_code(0).json();
    assert_eq!(changes(&plan), ["create shop/group/vip: name"]);
}
