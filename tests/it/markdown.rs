//! `plan --markdown`: a comment for a pull request.

use insta::assert_snapshot;

use crate::plan::SHOP;
use crate::world::{World, without_ids};

/// What fits into a comment.
const LIMIT: usize = 60_000;

#[test]
fn the_plan_as_a_comment() {
    let world = World::empty();
    world.shop(SHOP);
    world.apply();
    world.calls();
    let changed = SHOP
        .replace("每天九点到九点", "每天九点到八点")
        .replace("  地址: {match: [在哪], reply: {text: 花园路 18 号}}\n", "")
        .replace("  - {name: 关于, link: https://m.example.com/about}\n", "");
    world.shop(&changed);
    let ran = world.run("plan --markdown --detailed-exitcode").expect_code(2);
    assert_eq!(world.writes(), Vec::<String>::new());
    let folder = world.path("").file_name().expect("a name").to_string_lossy().into_owned();
    assert_snapshot!(without_ids(&ran.out.replace(&folder, "FOLDER")), @r#"
    <!-- mpform:FOLDER:default -->
    ### mpform: `FOLDER` in `default`

    **Plan: 0 to create, 2 to update, 2 to delete.**

    #### Would be deleted (2)

    <details><summary>- <code>shop/menu/关于</code> (<code>id …</code>)</summary>

    ```diff
    - name: 关于
    - link: https://m.example.com/about
    ```

    </details>

    <details><summary>- <code>shop/keyword/地址</code> (<code>id …</code>)</summary>

    ```diff
    - name:       地址
    - match:      在哪
    - reply.text: 花园路 18 号
    ```

    </details>


    #### Would be created or updated (2)

    <details><summary>~ <code>shop/keyword/时间</code> (<code>shop.yaml:7</code>)</summary>

    ```diff
    ~ reply.text: 每天九点到九点 → 每天九点到八点
    ```

    </details>

    - publish `shop/menu` (`shop.yaml:9`)

    5 unchanged
    "#);
    assert_eq!(ran.err, "");
}

#[test]
fn nothing_to_do_is_a_comment_too() {
    let world = World::empty();
    world.write("花店/mpform.yaml", "version: 1\naccounts: {}\n");
    let ran = world.run_args(&["plan", "--markdown", "--project", "花店"]).expect_code(0);
    assert_snapshot!(ran.out, @r#"
    <!-- mpform:花店:default -->
    ### mpform: `花店` in `default`

    **No changes. Everything is as declared.**
    "#);
}

#[test]
fn a_huge_plan_fits_and_says_what_it_left_out() {
    let world = World::empty();
    let old: String =
        (0..20).map(|nth| format!("  旧规则{nth}: {{match: [旧{nth}], reply: {{text: 再见}}}}\n")).collect();
    world.shop(&format!("keywords:\n{old}"));
    world.apply();
    let text = "春季上新，全场八折，欢迎光临上海静安店。".repeat(20);
    let new: String = (0..400)
        .map(|nth| format!("  新规则{nth}: {{match: [新{nth}], reply: {{text: {text}}}}}\n"))
        .collect();
    world.shop(&format!("keywords:\n{new}"));
    let ran = world.run("plan --markdown --allow-deletes shop/keyword=20").expect_code(0);
    assert!(ran.out.len() <= LIMIT && ran.out.len() > LIMIT * 3 / 4, "{} bytes", ran.out.len());
    assert!(ran.out.contains("**Plan: 400 to create, 0 to update, 20 to delete.**"), "{}", &ran.out[..300]);
    for nth in 0..20 {
        assert!(ran.out.contains(&format!("shop/keyword/旧规则{nth}<")), "{nth}");
    }
    let last = ran.out.lines().last().expect("lines");
    assert!(last.starts_with("**Left out, since a comment holds no more:** the fields of "), "{last}");
    // Refused, it still fits, and says why before all else.
    let ran = world.run("plan --markdown").expect_code(1).says(&["MP060"]);
    assert!(ran.out.len() <= LIMIT, "{} bytes", ran.out.len());
    assert!(ran.out.contains("Refused: nothing will be applied.**"), "{}", &ran.out[..300]);
}

#[test]
fn what_people_write_stands_in_code() {
    let world = World::empty();
    let text = "\"```\\n</details>\\n@everyone ![x](https://evil.example/p.png)\\n<!-- -->\"";
    world.shop(&format!(
        "keywords: {{\"@all <b>\": {{match: [\"![x](https://evil.example)\"], reply: {{text: {text}}}}}}}\n"
    ));
    let ran = world.run("plan --markdown").expect_code(0);
    let folder = world.path("").file_name().expect("a name").to_string_lossy().into_owned();
    assert_snapshot!(ran.out.replace(&folder, "FOLDER"), @r#"
    <!-- mpform:FOLDER:default -->
    ### mpform: `FOLDER` in `default`

    **Plan: 1 to create, 0 to update, 0 to delete.**

    #### Would be created or updated (1)

    <details><summary>+ <code>shop/keyword/@all &lt;b&gt;</code> (<code>shop.yaml:2</code>)</summary>

    ````diff
    + name:       @all <b>
    + match:      ![x](https://evil.example)
    + reply.text:
        │ ```
        │ </details>
        │ @everyone ![x](https://evil.example/p.png)
        │ <!-- -->
    ````

    </details>
    "#);
    world.run("plan --markdown --json").expect_code(1).says(&["cannot be used with"]);
}
