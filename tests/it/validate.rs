//! `mpform validate`: everything that can be wrong with what somebody wrote, found offline.

use insta::assert_snapshot;

use crate::world::{PROJECT, World};

/// What validate says of these resources; it must refuse them.
#[track_caller]
fn refused(resources: &str) -> String {
    let world = World::empty();
    world.shop(resources);
    let ran = world.run("validate").expect_code(1);
    assert_eq!(ran.out, "");
    // The same is refused before anything is asked or written.
    world.run("plan").expect_code(1);
    world.run("apply --yes").expect_code(1);
    assert_eq!(world.calls(), Vec::<String>::new());
    ran.err
}

#[test]
fn a_sound_project_is_valid() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\nkeywords: {时间: {match: [几点], reply: {text: 九点}}}\n");
    let ran = world.run("validate").expect_code(0);
    assert_snapshot!(ran.out, @"valid: 2 resources in 1 account");
    assert_eq!(ran.err, "");
}

#[test]
fn broken_yaml() {
    assert_snapshot!(refused("groups: {vip: {name: VIP}\nkeywords: [\n"), @r#"
    error[MP001]: not YAML: invalid indentation in flow construct
     --> shop.yaml:3:1
      |
    3 | keywords: [
      | ^
      |
      = help: see that the lines around it are indented alike and that quotes and brackets are closed

    1 error
    "#);
}

#[test]
fn a_wrong_type() {
    assert_snapshot!(refused("groups: {vip: {members: {a: 1}}}\n"), @r#"
    error[MP002]: expected a list, found a mapping
     --> shop.yaml:2:25
      |
    2 | groups: {vip: {members: {a: 1}}}
      |                         ^^^^^^
      |
      = help: write a list here

    1 error
    "#);
}

#[test]
fn an_unknown_key_names_the_nearest() {
    assert_snapshot!(refused("keywrods: {}\n"), @r#"
    error[MP003]: unknown key `keywrods`
     --> shop.yaml:2:1
      |
    2 | keywrods: {}
      | ^^^^^^^^
      |
      = help: did you mean `keywords`?

    1 error
    "#);
}

#[test]
fn a_key_defined_twice_names_both_places() {
    assert_snapshot!(refused("groups: {vip: {}}\n---\naccount: shop\ngroups: {vip: {name: VIP}}\n"), @r#"
    error[MP004]: shop/group/vip: `group/vip` is declared twice
     --> shop.yaml:5:10
      |
    5 | groups: {vip: {name: VIP}}
      |          ^^^ again here
      |
     ::: shop.yaml:2:10
      |
    2 | groups: {vip: {}}
      |          --- first here
      |
      = help: keep one of the two, or give one another key

    1 error
    "#);
}

#[test]
fn an_unknown_account() {
    assert_snapshot!(refused("---\naccount: shpo\ngroups: {}\n"), @r#"
    error[MP010]: there is no account `shpo`
     --> shop.yaml:3:10
      |
    3 | account: shpo
      |          ^^^^
      |
      = help: did you mean `shop`?

    1 error
    "#);
}

#[test]
fn a_menu_of_four_by_six() {
    let top = |nth: usize| {
        let items: Vec<_> = (1..=6).map(|item| format!("{{name: 钮{item}, link: https://m}}")).collect();
        format!("  - {{name: 顶{nth}, items: [{}]}}\n", items.join(", "))
    };
    let menu: String = (1..=4).map(top).collect();
    assert_snapshot!(refused(&format!("menu:\n{menu}")), @r#"
    error[MP020]: shop/menu/顶1/钮6: more than 5 buttons below one button
     --> shop.yaml:3:176
      |
    3 | ...e: 钮4, link: https://m}, {name: 钮5, link: https://m}, {name: 钮6, link: https://m}]}
      |                                                                   ^^^
      |
      = help: WeChat takes at most 5 below one button (source: WeChat's menu/create)

    error[MP020]: shop/menu/顶2/钮6: more than 5 buttons below one button
     --> shop.yaml:4:176
      |
    4 | ...e: 钮4, link: https://m}, {name: 钮5, link: https://m}, {name: 钮6, link: https://m}]}
      |                                                                   ^^^
      |
      = help: WeChat takes at most 5 below one button (source: WeChat's menu/create)

    error[MP020]: shop/menu/顶3/钮6: more than 5 buttons below one button
     --> shop.yaml:5:176
      |
    5 | ...e: 钮4, link: https://m}, {name: 钮5, link: https://m}, {name: 钮6, link: https://m}]}
      |                                                                   ^^^
      |
      = help: WeChat takes at most 5 below one button (source: WeChat's menu/create)

    error[MP020]: shop/menu/顶4: more than 3 buttons at the top
     --> shop.yaml:6:12
      |
    6 |   - {name: 顶4, items: [{name: 钮1, link: https://m}, {name: 钮2, link: https://m}, {name: 钮3, link: https://m}, {name: 钮4, link: h...
      |            ^^^
      |
      = help: WeChat takes at most 3 at the top (source: WeChat's menu/create)

    error[MP020]: shop/menu/顶4/钮6: more than 5 buttons below one button
     --> shop.yaml:6:176
      |
    6 | ...e: 钮4, link: https://m}, {name: 钮5, link: https://m}, {name: 钮6, link: https://m}]}
      |                                                                   ^^^
      |
      = help: WeChat takes at most 5 below one button (source: WeChat's menu/create)

    5 errors
    "#);
}

#[test]
fn a_name_that_is_too_long() {
    let name = "长".repeat(101);
    assert_snapshot!(refused(&format!("groups: {{vip: {{name: {name}}}}}\n")), @r#"
    error[MP021]: shop/group/vip: the group's name has 101 characters
     --> shop.yaml:2:22
      |
    2 | ...e: 长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长}}
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: shorten it to 100 (source: the vendor's database keeps 100 characters and refuses more)

    1 error
    "#);
}

#[test]
fn a_text_that_is_too_long() {
    let text = "长".repeat(1001);
    assert_snapshot!(refused(&format!("replies: {{subscribe: {{text: {text}}}}}\n")).replace(&text, "长…"), @r#"
    error[MP022]: shop/reply/subscribe: the text has 1001 characters
     --> shop.yaml:2:29
      |
    2 | ...t: 长…}}
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: shorten it to 1000 (source: the vendor's database keeps 1000 characters and refuses more)

    1 error
    "#);
}

#[test]
fn a_reference_to_something_that_is_not_declared() {
    assert_snapshot!(refused("keywords: {时间: {match: [几点], reply: {material: spring}}}\n"), @r#"
    error[MP012]: shop/keyword/时间: there is no material `spring`
     --> shop.yaml:2:48
      |
    2 | keywords: {时间: {match: [几点], reply: {material: spring}}}
      |                                                    ^^^^^^
      |
      = help: declare it in a document of this account

    1 error
    "#);
}

#[test]
fn a_move_to_something_that_is_not_declared() {
    let yaml = "keywords: {}\nmoved: [{from: shop/keyword/旧, to: shop/keyword/新}]\n";
    assert_snapshot!(refused(yaml), @r#"
    error[MP018]: shop/keyword/新: `keyword/新` is not declared
     --> shop.yaml:3:36
      |
    3 | moved: [{from: shop/keyword/旧, to: shop/keyword/新}]
      |                                     ^^^^^^^^^^^^^^^
      |
      = help: declare it under its new key

    1 error
    "#);
}

#[test]
fn a_reply_of_two_forms_and_of_none() {
    let yaml = "\
replies:
  subscribe: {text: 您好, raw: {type: image, id: 5f}}
  default: {}
";
    assert_snapshot!(refused(yaml), @r#"
    error[MP019]: shop/reply/subscribe: a reply is exactly one of `text`, `material` or `raw`
     --> shop.yaml:3:3
      |
    3 |   subscribe: {text: 您好, raw: {type: image, id: 5f}}
      |   ^^^^^^^^^
      |
      = help: keep the one that followers are to get, and delete the others

    error[MP019]: shop/reply/default: a reply is exactly one of `text`, `material` or `raw`
     --> shop.yaml:4:3
      |
    4 |   default: {}
      |   ^^^^^^^
      |
      = help: keep the one that followers are to get, and delete the others

    2 errors
    "#);
}

#[test]
fn an_empty_menu_can_not_be_published() {
    assert_snapshot!(refused("menu: []\n"), @r#"
    error[MP029]: shop: an empty menu
     --> shop.yaml:2:1
      |
    2 | menu: []
      | ^^^^
      |
      = help: yeapoo's API cannot remove a published menu (source: WeChat refuses an empty menu/create); keep one button, or take `menu` out to leave the menu alone

    1 error
    "#);
}

#[test]
fn all_problems_come_in_one_run() {
    let said =
        refused("groups: {vip: {nmae: VIP}}\nkeywords: {a: {match: [], reply: {}}}\nreplies: {later: {}}\n");
    assert!(said.contains("MP003") && said.contains("MP029") && said.contains("MP019"), "{said}");
    assert!(said.trim_end().ends_with("errors"), "{said}");
}

#[test]
fn an_emoji_is_a_warning() {
    let world = World::empty();
    world.shop("replies: {subscribe: {text: 欢迎🌹}}\n");
    let ran = world.run("validate").expect_code(0);
    assert_snapshot!(ran.err, @r#"
    warning[MP023]: shop/reply/subscribe: `🌹` may be refused
     --> shop.yaml:2:29
      |
    2 | replies: {subscribe: {text: 欢迎🌹}}
      |                             ^^^^^^
      |
      = help: write it without emoji (source: the vendor's published server keeps 3-byte UTF-8 only and refuses such a text as a whole; a deployment may differ)
    "#);
}

#[test]
fn a_missing_variable_is_an_error_at_its_place() {
    assert_snapshot!(refused("keywords: {a: {match: [a], reply: {text: \"${var.phone}\"}}}\n"), @r#"
    error[MP006]: there is no var `phone`
     --> shop.yaml:2:43
      |
    2 | keywords: {a: {match: [a], reply: {text: "${var.phone}"}}}
      |                                           ^^^^^^^^^^^^
      |
      = help: add it: `vars: {phone: …}`

    1 error
    "#);
}

#[test]
fn a_missing_environment_variable_gets_a_stand_in_here_and_is_an_error_elsewhere() {
    let world = World::empty();
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: \"${env.SHOP_INFO_ID}\""));
    world.shop("groups: {}\n");
    let ran = world.run("validate").expect_code(0);
    assert_snapshot!(ran.err, @r#"
    warning[MP017]: `SHOP_INFO_ID` is not set, a stand-in was checked instead
     --> mpform.yaml:4:66
      |
    4 |   shop: {provider: yeapoo, base_url: "${env.SANDBOX}", info_id: "${env.SHOP_INFO_ID}"}
      |                                                                  ^^^^^^^^^^^^^^^^^^^
      |
      = help: set SHOP_INFO_ID before plan and apply
    "#);
    assert_snapshot!(world.run("plan").expect_code(1).err, @r#"

    shop could not be planned:

    error[MP006]: the environment variable `SHOP_INFO_ID` is not set
     --> mpform.yaml:4:66
      |
    4 |   shop: {provider: yeapoo, base_url: "${env.SANDBOX}", info_id: "${env.SHOP_INFO_ID}"}
      |                                                                  ^^^^^^^^^^^^^^^^^^^
      |
      = help: set SHOP_INFO_ID, or give a default: `${env.SHOP_INFO_ID:-…}`
    "#);
    world.run_with("plan", &[("SHOP_INFO_ID", "shop")]).expect_code(0);
}

#[test]
fn an_unknown_provider() {
    let world = World::empty();
    world.write("mpform.yaml", &PROJECT.replace("provider: yeapoo", "provider: yaepoo"));
    world.shop("groups: {}\n");
    assert_snapshot!(world.run("validate").expect_code(1).err, @r#"
    error[MP011]: there is no provider `yaepoo`
     --> mpform.yaml:4:20
      |
    4 |   shop: {provider: yaepoo, base_url: "${env.SANDBOX}", info_id: shop}
      |                    ^^^^^^
      |
      = help: did you mean `yeapoo`?

    1 error
    "#);
}

#[test]
fn an_unknown_environment() {
    let world = World::empty();
    world.shop("groups: {}\n");
    assert_snapshot!(world.run("validate --env staging").expect_code(1).err, @r#"
    error[MP015]: there is no environment `staging`
     --> mpform.yaml:1:1
      |
    1 | version: 1
      | ^^^^^^^^^^
      |
      = help: the project has none: add `environments:`, or leave out --env

    1 error
    "#);
}

#[test]
fn files_that_include_each_other() {
    let world = World::empty();
    world.write("shop.yaml", "include: [other.yaml]\n---\naccount: shop\ngroups: {}\n");
    world.write("other.yaml", "include: [shop.yaml]\n");
    assert_snapshot!(world.run("validate").expect_code(1).err, @r#"
    error[MP009]: `shop.yaml` is included by itself
     --> other.yaml:1:11
      |
    1 | include: [shop.yaml]
      |           ^^^^^^^^^
      |
      = help: take one of these includes out: mpform.yaml → shop.yaml → other.yaml → shop.yaml

    1 error
    "#);
}

#[test]
fn a_path_outside_the_project() {
    let world = World::empty();
    world.write("mpform.yaml", &PROJECT.replace("[shop.yaml]", "[../secrets.yaml]"));
    assert_snapshot!(world.run("validate").expect_code(1).err, @r#"
    error[MP008]: `../secrets.yaml` leads out of the project folder
     --> mpform.yaml:2:11
      |
    2 | include: [../secrets.yaml]
      |           ^^^^^^^^^^^^^^^
      |
      = help: put the file into the project and name it relative to the file that includes it

    1 error
    "#);
    world.write("mpform.yaml", PROJECT);
    world.shop("groups: {vip: {members_file: /etc/passwd}}\n");
    let ran = world.run("validate").expect_code(1).says(&["MP008"]);
    assert!(!ran.err.contains("root:"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_outside_the_project() {
    let world = World::empty();
    std::os::unix::fs::symlink("/etc/passwd", world.path("vip.csv")).expect("links");
    world.shop("groups: {vip: {members_file: vip.csv}}\n");
    let ran = world.run("validate").expect_code(1).says(&["MP008"]);
    assert!(!ran.err.contains("root:"), "{}", ran.err);
}

#[test]
fn no_project_at_all() {
    let world = World::empty();
    std::fs::remove_file(world.path("mpform.yaml")).expect("removes");
    assert_snapshot!(world.run("validate").expect_code(1).err, @r#"
    error[MP007]: `./mpform.yaml` can't be read: there is no such file
    help: run `mpform init` to begin a project, or name its folder with --project

    1 error
    "#);
}

#[test]
fn json_for_programs() {
    let world = World::empty();
    world.shop("keywrods: {}\n");
    assert_snapshot!(world.run("validate --json").expect_code(1).out, @r#"
    {
      "format_version": "1.0",
      "valid": false,
      "problems": [
        {
          "code": "MP003",
          "level": "error",
          "message": "unknown key `keywrods`",
          "about": null,
          "places": [
            {
              "file": "shop.yaml",
              "line": 2,
              "column": 1,
              "label": ""
            }
          ],
          "help": "did you mean `keywords`?"
        }
      ]
    }
    "#);
    world.shop("groups: {}\n");
    assert_snapshot!(world.run("validate --json").expect_code(0).out, @r#"
    {
      "format_version": "1.0",
      "valid": true,
      "problems": []
    }
    "#);
}

#[test]
fn secrets_are_never_shown() {
    let world = World::empty();
    let header = "info_id: shop, headers: {Authorization: \"Bearer ${env.TOKEN}\"}";
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", header));
    world.shop("groups: {vip: {}}\n");
    let secret = [("TOKEN", "s3cr3t-value")];
    for command in ["validate --json", "plan", "plan --json", "apply --yes", "state list", "plan -vv"] {
        let ran = world.run_with(command, &secret).expect_code(0);
        assert!(!format!("{}{}", ran.out, ran.err).contains("s3cr3t"), "{command}");
    }
    let state = std::fs::read_to_string(world.state_file()).expect("a state");
    assert!(!state.contains("s3cr3t"));
    // Also where it is what is wrong.
    let ran = world.run_with("plan", &[("TOKEN", "s3cr3t\nvalue")]).expect_code(1);
    assert!(!format!("{}{}", ran.out, ran.err).contains("s3cr3t"), "{}", ran.err);
}
