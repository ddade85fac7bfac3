use serde_json::{Value, json};

use super::{diff, plan};
use crate::model::Action;
use crate::plan::{FailedAccount, Plan};
use crate::problem::{Code, Problem};
use crate::report::columns::width;
use crate::report::{Style, fixture};

const COLOUR: Style = Style { colour: true, ..Style::PLAIN };

fn shown(of: &Plan) -> String {
    let problems = super::problems(of, Style::PLAIN).map(|problems| format!("\n{problems}\n"));
    plan(of, &Style::PLAIN, 100) + &problems.unwrap_or_default()
}

/// One update of one field.
fn field(before: Value, after: Value, width: usize) -> String {
    let change = fixture::change(Action::Update, "shop/keyword/a", &[("reply.text", before, after)]);
    let shown = plan(&Plan { changes: vec![change], ..Plan::default() }, &Style::PLAIN, width);
    let fields = shown.lines().skip(3).take_while(|line| !line.starts_with("Plan:"));
    fields.map(|line| format!("{line}\n")).collect()
}

#[test]
fn everything() {
    insta::assert_snapshot!(shown(&fixture::full()), @r"
    Environment: staging

    shop (2 to create, 6 to update, 2 to delete)

      + shop/keyword/预约 will be created (accounts/shop.yaml:4)
          + name:       预约
          + match:      预约, 怎么预约 (fuzzy)
          + reply.text:
              │ 您好！
              │ 请留下姓名和电话，
              │ 我们一小时内回电。

      ~ shop/keyword/营业时间 will be updated (accounts/shop.yaml:4)
          ~ name:       营业时间 → 营业时间与地址
          ~ match:      +1 −1 (3 → 3)
              + 几点开门 (fuzzy)
              - 几点
          ~ reply.text:
                欢迎光临上海静安店！

                营业时间
              - 周一至周五 10:00–22:00
                           ^^^^
              + 周一至周五 9:30–22:00
                           ^^^
                周六、周日 09:30–22:30

                地址：静安区南京西路 1788 号
              - 电话：021-6288 1234
                               ^^^^
              + 电话：021-6288 5678
                               ^^^^

                回复「菜单」看今天的菜单。
                回复「会员」了解会员。
                回复「客服」找人工客服。
              - 谢谢！
          note: changed outside mpform since the last apply: name

    -/+ shop/keyword/海报 will be replaced by a new one (accounts/shop.yaml:4)
          ~ reply.raw: {type: image, id: 5f01} → {type: image, id: 60a2}

      ~ shop/keyword/官网 will be updated (accounts/shop.yaml:4)
          ~ reply.text:
              - 请看 https://m.example.com/spring/index.html?from=wechat&utm_source=menu 了解春季新品
                                            ^^^^^                                   ^^^^     ^^
              + 请看 https://m.example.com/summer/index.html?from=wechat&utm_source=keyword 了解夏季新品
                                            ^^^^                                    ^^^^^^^     ^^

      ~ shop/group/vip will be updated (accounts/shop.yaml:4)
          ~ members: +15 −1 (120 → 134)
              + oAbc000000000000000000000120
              + oAbc000000000000000000000121
              + oAbc000000000000000000000122
              + oAbc000000000000000000000123
              + oAbc000000000000000000000124
              + oAbc000000000000000000000125
              + oAbc000000000000000000000126
              + oAbc000000000000000000000127
              + oAbc000000000000000000000128
              + oAbc000000000000000000000129
                and 5 more
              - oAbc000000000000000000000000

        shop/menu
        ├─   新品
        │  ├─ ~ 官网 (accounts/shop.yaml:4)
        │  │      ~ link:     https://m.example.com → https://m.example.com/new
        │  │      ~ position: 2 → 1
        │  ├─ + 特惠 (accounts/shop.yaml:4)
        │  │      + reply.text: 全场八折
        │  └─ - 客服 (id 5f31)
        │         - reply.text:
        │             │ 您好，\u{202e}请问
        │             │ 有什么可以帮您？
        ├─   服务
        │  └─   门店
        └─   关于
      ~ publish the menu

      - shop/keyword/双十一 will be deleted (id 5f31)
          - match:      双十一
          - reply.text: 满 300 减 50

    beijing (1 to create)

      + beijing/group/vip will be created (accounts/shop.yaml:4)
          + name:    VIP会员
          + members: 12 items
              │ oAbc000000000000000000000000
              │ oAbc000000000000000000000001
              │ oAbc000000000000000000000002
              │ oAbc000000000000000000000003
              │ oAbc000000000000000000000004
              │ oAbc000000000000000000000005
              │ oAbc000000000000000000000006
              │ oAbc000000000000000000000007
              │ oAbc000000000000000000000008
              │ oAbc000000000000000000000009
                and 2 more

    Found by name, managed from the next apply on (nothing is written to them):
        shop/group/新客 (id 12)

    No longer declared, left alone from the next apply on:
        shop/reply/default (id default)

    Deleted by somebody else, forgotten with the next apply:
        shop/keyword/旧活动 (id 33)

    14 unchanged hidden; 5 unmanaged: shop/keyword/旧1, shop/keyword/旧2, shop/keyword/旧3, and 2 more
    (unmanaged objects are left alone: declare one to manage it, or put its kind under `prune`)

    Plan: 3 to create, 6 to update, 2 to delete.

    warning[MP065]: `--allow-deletes shop/group=1` is not needed
    help: leave it out: it would allow something that nobody looked at
    ");
}

#[test]
fn nothing() {
    assert_eq!(shown(&Plan::default()), "No changes. Everything is as declared.\n");
}

#[test]
fn refused() {
    insta::assert_snapshot!(shown(&fixture::refused()), @"
    shop

      ~ shop/keyword/营业时间 will be updated (accounts/shop.yaml:4)
          ~ reply.text: 每天 10:00–22:00 → 每天 9:30–22:00
          note: changed outside mpform since the last apply: reply.text

    Found by name, managed from the next apply on (nothing is written to them):
        shop/group/vip (id 12)

    1 unchanged hidden; 1 unmanaged: shop/keyword/旧
    (unmanaged objects are left alone: declare one to manage it, or put its kind under `prune`)

    Plan: 0 to create, 1 to update, 0 to delete. Refused: nothing will be applied.

    This plan is refused:

    error[MP060]: shop/keyword: 12 of 20 keyword rules would be deleted, more than 30%
    help: if they are all to go, say so: --allow-deletes shop/keyword=12
    ");
}

#[test]
fn in_colour() {
    let plan = plan(&fixture::small(), &COLOUR, 100).replace('\u{1b}', "␛");
    insta::assert_snapshot!(plan, @"
    ␛[1mshop␛[0m

    ␛[33m  ~␛[0m ␛[1mshop/keyword/营业时间␛[0m will be updated␛[2m (accounts/shop.yaml:4)␛[0m
          ␛[33m~␛[0m reply.text: ␛[31m每天 ␛[0m␛[7m␛[31m10:0␛[0m␛[31m0–22:00␛[0m → ␛[32m每天 ␛[0m␛[7m␛[32m9:3␛[0m␛[32m0–22:00␛[0m
          ␛[1m␛[33mnote: ␛[0mchanged outside mpform since the last apply: reply.text

    ␛[1mFound by name, managed from the next apply on (nothing is written to them):␛[0m
        shop/group/vip␛[2m (id 12)␛[0m

    ␛[2m1 unchanged hidden; 1 unmanaged: shop/keyword/旧
    (unmanaged objects are left alone: declare one to manage it, or put its kind under `prune`)␛[0m

    ␛[1mPlan: 0 to create, 1 to update, 0 to delete.␛[0m
    ");
}

#[test]
fn colour_adds_nothing_but_colour() {
    // Only the marks below a changed line stand for the colour.
    let marks = |line: &&str| line.trim_matches(['^', ' ']).is_empty() && line.contains('^');
    let painted = anstream::adapter::strip_str(&plan(&fixture::full(), &COLOUR, 100)).to_string();
    let plain = plan(&fixture::full(), &Style::PLAIN, 100);
    let plain: Vec<_> = plain.lines().filter(|line| !marks(line)).collect();
    assert_eq!(painted.lines().collect::<Vec<_>>(), plain);
}

#[test]
fn an_account_that_failed_is_not_said_to_be_as_declared() {
    let problem = Problem::error(Code::Vendor, "no answer within 30 s").about("care");
    let failed = vec![FailedAccount { account: "care".into(), problems: vec![problem] }];
    insta::assert_snapshot!(shown(&Plan { failed, ..Plan::default() }), @"
    No changes in what could be planned. Not planned: care.

    care could not be planned:

    error[MP050]: care: no answer within 30 s
    ");
}

#[test]
fn only_a_publish_is_one_line() {
    let publish = fixture::change(Action::Update, "shop/menu", &[("published", Value::Null, Value::Null)]);
    let trees = vec![vec![fixture::address("shop/menu/新品")]];
    insta::assert_snapshot!(shown(&Plan { changes: vec![publish], trees, ..Plan::default() }), @"
    shop

        shop/menu (accounts/shop.yaml:4)
      ~ publish the menu

    Plan: 0 to create, 1 to update, 0 to delete.
    ");
}

#[test]
fn long_lines_wrap_and_lose_no_change() {
    let before = json!("春季新品上市，全场八折，欢迎到店选购，地址：上海市静安区南京西路 1788 号");
    let after = json!("夏季新品上市，全场七折，欢迎到店选购，地址：上海市静安区南京东路 1788 号");
    let shown = field(before, after, 50);
    assert!(shown.lines().all(|line| width(line) <= 50), "{shown}");
    insta::assert_snapshot!(shown, @"
    ~ reply.text:
        - 春季新品上市，全场八折，欢迎到店选购，
          ^^                ^^
        ↳ 地址：上海市静安区南京西路 1788 号
                                ^^
        + 夏季新品上市，全场七折，欢迎到店选购，
          ^^                ^^
        ↳ 地址：上海市静安区南京东路 1788 号
                                ^^
    ");
}

#[test]
fn what_stays_in_a_very_long_line_is_cut_and_counted() {
    let stay = "好".repeat(300);
    let shown = diff::lines(&format!("一{stay}二"), &format!("一{stay}三"), Style::PLAIN, 100).join("\n");
    insta::assert_snapshot!(shown, @"
    - 一好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好
    ↳ ⟨221 characters unchanged⟩好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好
    ↳ 好好好好二
              ^^
    + 一好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好
    ↳ ⟨221 characters unchanged⟩好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好
    ↳ 好好好好三
              ^^
    ");
}

#[test]
fn lines_that_stay_are_counted() {
    let text = |hours: &str, end: &str| format!("一\n二\n三\n四\n{hours}\n六\n七\n八\n九\n十\n十一\n{end}\n");
    insta::assert_snapshot!(field(json!(text("10:00 开门", "完")), json!(text("9:30 开门", "完了")), 100), @"
    ~ reply.text:
          … 2 lines unchanged
          三
          四
        - 10:00 开门
          ^^^^
        + 9:30 开门
          ^^^
          六
          七
          … 2 lines unchanged
          十
          十一
        - 完
        + 完了
            ^^
    ");
}

#[test]
fn a_last_line_break_that_goes_is_seen() {
    insta::assert_snapshot!(field(json!("一\n二\n"), json!("一\n二"), 100), @"
    ~ reply.text:
          一
          二
        - ⏎
    ");
}

#[test]
fn the_same_items_in_another_order_are_said_to_be_so() {
    insta::assert_snapshot!(field(json!(["甲", "乙", "丙"]), json!(["乙", "甲", "丙"]), 100), @"
    ~ reply.text: the same items in another order
        + 乙
          甲
        - 乙
          丙
    ");
}

#[test]
fn a_value_of_another_form_is_shown_in_both() {
    insta::assert_snapshot!(field(json!({"type": "image", "id": "5f"}), json!("您好"), 100), @"      ~ reply.text: {type: image, id: 5f} → 您好");
    insta::assert_snapshot!(field(json!("您好"), Value::Null, 100), @"      - reply.text: 您好");
}

#[test]
fn what_a_vendor_wrote_cannot_steer_the_terminal() {
    let shown = field(json!("好\u{1b}[2J\u{202e}"), json!("一\u{7}\n二\u{2066}"), 100);
    assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{7}', '\u{2066}']), "{shown}");
}
