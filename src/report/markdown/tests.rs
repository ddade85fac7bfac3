use crate::words::Lang;
use serde_json::{Value, json};

use super::{Comment, LIMIT, plan};
use crate::model::Action;
use crate::plan::Plan;
use crate::problem::{Code, Problem};
use crate::report::fixture::{self, change};

fn rule(action: Action, nth: usize, text: &str) -> crate::plan::Change {
    let value = json!(text);
    let (before, after) = match action {
        Action::Create => (Value::Null, value),
        Action::Update => (json!("旧"), value),
        Action::Delete => (value, Value::Null),
    };
    change(action, &format!("shop/keyword/规则{nth}"), &[("reply.text", before, after)])
}

fn of(changes: Vec<crate::plan::Change>) -> Comment {
    let shown =
        plan(&Plan { environment: "default".into(), changes, ..Plan::default() }, "花店", None, Lang::En);
    assert!(shown.text.len() <= LIMIT, "{} bytes", shown.text.len());
    shown
}

/// Some text of so many bytes, in lines.
fn long(bytes: usize) -> String {
    "春季上新，全场八折，欢迎光临上海静安店。\n".repeat(bytes / 61 + 1)
}

#[test]
fn a_small_plan() {
    insta::assert_snapshot!(plan(&fixture::small(), "my shop", None, Lang::En).text, @r#"
    <!-- mpform:my%20shop:default -->
    ### mpform: `my shop` in `default`

    **Plan: 0 to create, 1 to update, 0 to delete.**

    #### Would be created or updated (1)

    <details><summary>~ <code>shop/keyword/营业时间</code> (<code>accounts/shop.yaml:4</code>)</summary>

    ```diff
    ~ reply.text: 每天 10:00–22:00 → 每天 9:30–22:00
    note: changed outside mpform since the last apply: reply.text
    ```

    </details>


    Found by name, managed from the next apply on (1): `shop/group/vip`

    Unmanaged, left alone (1): `shop/keyword/旧`

    1 unchanged
    "#);
}

#[test]
fn everything_that_a_plan_can_have() {
    insta::assert_snapshot!(plan(&fixture::full(), "花店", None, Lang::En).text, @r#"
    <!-- mpform:花店:staging -->
    ### mpform: `花店` in `staging`

    **Plan: 3 to create, 6 to update, 2 to delete.**

    ```
    warning[MP065]: `--allow-deletes shop/group=1` is not needed
    help: leave it out: it would allow something that nobody looked at
    ```

    #### Would be deleted or replaced (3)

    <details><summary>-/+ <code>shop/keyword/海报</code> (<code>accounts/shop.yaml:4</code>)</summary>

    ```diff
    ~ reply.raw: {type: image, id: 5f01} → {type: image, id: 60a2}
    ```

    </details>

    <details><summary>- <code>shop/menu/新品/客服</code> (<code>id 5f31</code>)</summary>

    ```diff
    - name:       客服
    - reply.text:
        │ 您好，\u{202e}请问
        │ 有什么可以帮您？
    ```

    </details>

    <details><summary>- <code>shop/keyword/双十一</code> (<code>id 5f31</code>)</summary>

    ```diff
    - match:      双十一
    - reply.text: 满 300 减 50
    ```

    </details>


    #### Would be created or updated (8)

    <details><summary>+ <code>shop/keyword/预约</code> (<code>accounts/shop.yaml:4</code>)</summary>

    ```diff
    + name:       预约
    + match:      预约, 怎么预约 (fuzzy)
    + reply.text:
        │ 您好！
        │ 请留下姓名和电话，
        │ 我们一小时内回电。
    ```

    </details>

    <details><summary>~ <code>shop/keyword/营业时间</code> (<code>accounts/shop.yaml:4</code>)</summary>

    ```diff
    ~ name:       营业时间 → 营业时间与地址
    ~ match:      +1 −1 (3 → 3)
    +     几点开门 (fuzzy)
    -     几点
    ~ reply.text:
          欢迎光临上海静安店！

          营业时间
    -     周一至周五 10:00–22:00
                     ^^^^
    +     周一至周五 9:30–22:00
                     ^^^
          周六、周日 09:30–22:30

          地址：静安区南京西路 1788 号
    -     电话：021-6288 1234
                         ^^^^
    +     电话：021-6288 5678
                         ^^^^

          回复「菜单」看今天的菜单。
          回复「会员」了解会员。
          回复「客服」找人工客服。
    -     谢谢！
    note: changed outside mpform since the last apply: name
    ```

    </details>

    <details><summary>~ <code>shop/keyword/官网</code> (<code>accounts/shop.yaml:4</code>)</summary>

    ```diff
    ~ reply.text:
    -     请看 https://m.example.com/spring/index.html?from=wechat&utm_source=menu 了解春季新品
                                      ^^^^^                                   ^^^^     ^^
    +     请看 https://m.example.com/summer/index.html?from=wechat&utm_source=keyword 了解夏季新品
                                      ^^^^                                    ^^^^^^^     ^^
    ```

    </details>

    <details><summary>~ <code>shop/group/vip</code> (<code>accounts/shop.yaml:4</code>)</summary>

    ```diff
    ~ members: +15 −1 (120 → 134)
    +     oAbc000000000000000000000120
    +     oAbc000000000000000000000121
    +     oAbc000000000000000000000122
    +     oAbc000000000000000000000123
    +     oAbc000000000000000000000124
    +     oAbc000000000000000000000125
    +     oAbc000000000000000000000126
    +     oAbc000000000000000000000127
    +     oAbc000000000000000000000128
    +     oAbc000000000000000000000129
          and 5 more
    -     oAbc000000000000000000000000
    ```

    </details>

    <details><summary>+ <code>shop/menu/新品/特惠</code> (<code>accounts/shop.yaml:4</code>)</summary>

    ```diff
    + name:       特惠
    + reply.text: 全场八折
    ```

    </details>

    <details><summary>~ <code>shop/menu/新品/官网</code> (<code>accounts/shop.yaml:4</code>)</summary>

    ```diff
    ~ link:     https://m.example.com → https://m.example.com/new
    ~ position: 2 → 1
    ```

    </details>

    - publish `shop/menu`

    <details><summary>+ <code>beijing/group/vip</code> (<code>accounts/shop.yaml:4</code>)</summary>

    ```diff
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
    ```

    </details>


    Found by name, managed from the next apply on (1): `shop/group/新客`

    No longer declared, left alone from the next apply on (1): `shop/reply/default`

    Deleted by somebody else, forgotten with the next apply (1): `shop/keyword/旧活动`

    Unmanaged, left alone (5): `shop/keyword/旧1`, `shop/keyword/旧2`, `shop/keyword/旧3`, `shop/keyword/旧4`, `shop/keyword/旧5`

    14 unchanged
    "#);
}

#[test]
fn nothing_to_do_and_refused() {
    insta::assert_snapshot!(of(vec![]).text, @r#"
    <!-- mpform:花店:default -->
    ### mpform: `花店` in `default`

    **No changes. Everything is as declared.**
    "#);
    insta::assert_snapshot!(plan(&fixture::refused(), "shop", None, Lang::En).text, @r#"
    <!-- mpform:shop:default -->
    ### mpform: `shop` in `default`

    **Plan: 0 to create, 1 to update, 0 to delete. Refused: nothing will be applied.**

    ```
    error[MP060]: shop/keyword: 12 of 20 keyword rules would be deleted, more than 30%
    help: if they are all to go, say so: --allow-deletes shop/keyword=12
    ```

    #### Would be created or updated (1)

    <details><summary>~ <code>shop/keyword/营业时间</code> (<code>accounts/shop.yaml:4</code>)</summary>

    ```diff
    ~ reply.text: 每天 10:00–22:00 → 每天 9:30–22:00
    note: changed outside mpform since the last apply: reply.text
    ```

    </details>


    Found by name, managed from the next apply on (1): `shop/group/vip`

    Unmanaged, left alone (1): `shop/keyword/旧`

    1 unchanged
    "#);
}

#[test]
fn deletions_come_first_and_are_all_named_however_much_else_there_is() {
    let mut changes: Vec<_> = (0..900).map(|nth| rule(Action::Update, nth, &long(3000))).collect();
    changes.extend((900..1500).map(|nth| rule(Action::Delete, nth, &long(300))));
    let shown = of(changes);
    assert!(shown.whole);
    for nth in 900..1500 {
        assert!(shown.text.contains(&format!("shop/keyword/规则{nth}`")), "{nth}");
    }
    let deletions = shown.text.find("Would be deleted (600)").expect("a title");
    assert!(deletions < shown.text.find("Would be created or updated (900)").expect("a title"));
    let last = shown.text.lines().last().expect("lines");
    assert!(
        last.starts_with(
            "**Left out, since a comment holds no more:** the fields of 600 changes named above that"
        ),
        "{last}"
    );
    assert!(last.contains("changes to create or update"), "{last}");
}

#[test]
fn whatever_the_sizes_it_fits_and_names_what_goes() {
    for count in [1, 2, 7, 40, 300, 700, 1100] {
        for size in [0, 10, 600, 6000] {
            let each = |nth| {
                let action = [Action::Create, Action::Update, Action::Delete][nth % 3];
                rule(action, nth, &long(size))
            };
            let shown = of((0..count).map(each).collect());
            assert!(shown.whole, "{count} of {size}");
            for nth in (0..count).filter(|nth| nth % 3 == 2) {
                let address = format!("shop/keyword/规则{nth}");
                assert!(
                    shown.text.contains(&format!("{address}`"))
                        || shown.text.contains(&format!("{address}<")),
                    "{nth} of {count}, {size}"
                );
            }
        }
    }
}

#[test]
fn a_text_that_fills_the_comment_is_cut_and_says_so() {
    let lines = |mark: &str| (0..3000).map(|nth| format!("{mark}第{nth}行，欢迎光临\n")).collect::<String>();
    let texts = [("reply.text", json!(lines("旧")), json!(lines("新")))];
    let shown = of(vec![change(Action::Update, "shop/keyword/长", &texts)]);
    assert!(shown.text.len() > LIMIT / 2, "{}", shown.text.len());
    assert!(shown.text.contains(" more lines left out"), "{}", &shown.text[..500]);
}

#[test]
fn deletions_that_can_not_fit_are_never_shown_in_part() {
    let shown = of((0..5000).map(|nth| rule(Action::Delete, nth, "")).collect());
    assert!(!shown.whole && !shown.text.contains("规则"));
    assert!(shown.text.contains("**5000 deletions are more than a comment holds"), "{}", shown.text);
}

#[test]
fn many_problems_leave_room_for_the_plan() {
    let refusal = |nth| Problem::error(Code::Protected, format!("r{nth} {}", long(2000))).help(long(500));
    let changes = (0..300).map(|nth| rule(Action::Delete, nth, "再见")).collect();
    let all = Plan { refusals: (0..200).map(refusal).collect(), changes, ..Plan::default() };
    let shown = plan(&all, "shop", None, Lang::En);
    assert!(shown.whole && shown.text.len() <= LIMIT);
    assert!(shown.text.contains("problems cut; `mpform plan` shows them whole."));
}

#[test]
fn foreign_text_breaks_out_of_nothing() {
    let hostile = "```\n</details>\n<!-- x --> @everyone #1 ![x](https://evil/p.png) [y](https://evil)\n````\n<img src=x>\u{202e}";
    let mut bad =
        change(Action::Update, "shop/keyword/`@x`<img>-->", &[("reply.text", json!("a"), json!(hostile))]);
    bad.notes = vec!["by @somebody ` ![x](https://evil)".into()];
    let gone =
        change(Action::Delete, "shop/keyword/**@all**", &[("reply.text", json!(hostile), Value::Null)]);
    let problem = Problem::warning(Code::NotNeeded, format!("{hostile} @team"));
    let mut all = Plan {
        environment: "a-->b".into(),
        changes: vec![bad, gone],
        warnings: vec![problem],
        ..fixture::small()
    };
    all.unmanaged[0].address = fixture::address("shop/keyword/[z](https:%2F%2Fevil)");
    insta::assert_snapshot!(plan(&all, "x --> @y", None, Lang::En).text, @r#"
    <!-- mpform:x%20-%2D%3E%20%40y:a-%2D%3Eb -->
    ### mpform: `x --> @y` in `a-->b`

    **Plan: 0 to create, 1 to update, 1 to delete.**

    `````
    warning[MP065]: ```⏎</details>⏎<!-- x --> @everyone #1 ![x](https://evil/p.png) [y](https://evil)⏎````⏎<img src=x>\u{202e} @team
    `````

    #### Would be deleted (1)

    <details><summary>- <code>shop/keyword/**@all**</code> (<code>id 5f31</code>)</summary>

    `````diff
    - reply.text:
        │ ```
        │ </details>
        │ <!-- x --> @everyone #1 ![x](https://evil/p.png) [y](https://evil)
        │ ````
        │ <img src=x>\u{202e}
    `````

    </details>


    #### Would be created or updated (1)

    <details><summary>~ <code>shop/keyword/`@x`&lt;img&gt;--&gt;</code> (<code>accounts/shop.yaml:4</code>)</summary>

    `````diff
    ~ reply.text:
    -     a
    +     ```
    +     </details>
    +     <!-- x --> @everyone #1 ![x](https://evil/p.png) [y](https://evil)
    +     ````
    +     <img src=x>\u{202e}
    note: by @somebody ` ![x](https://evil)
    `````

    </details>


    Found by name, managed from the next apply on (1): `shop/group/vip`

    Unmanaged, left alone (1): `shop/keyword/[z](https:%2F%2Fevil)`

    1 unchanged
    "#);
}
