//! Each thing that can be wrong in a document: its code, place, message and help.

use super::{SHOP, Trial};

fn said(document: &str) -> Vec<String> {
    Trial::shop(document).said()
}

#[test]
fn all_mistakes_at_once() {
    let said = said(
        "prune: [keyword]
groups:
  vip: {nmae: VIP, members: oAbc, members_mode: exat, ignore: [member]}
  svip: {protect: maybe, name: [1]}
keywords:
  价格: {match: [价格, {regex: x}], reply: {raw: {type: image}, texxt: 1}}
  hours: {match: hours, reply: text}
replies: {subscribed: {text: 1}}
colour: red
menu:
  - {name: 一, position: 2, link: https://m.example.com}
  - {link: https://m.example.com}
",
    );
    let expected = [
        "MP003 mpform.yaml:13:1 unknown key `colour` | known here: `account`, `accounts`, `prune`, `moved`, `tests`, `include`, `groups`, `materials`, `replies`, `keywords`, `menu`, `sops`",
        "MP014 mpform.yaml:5:9 there is no section `keyword` to prune | did you mean `keywords`?",
        "MP014 mpform.yaml:7:64 a group has no field `member` to ignore | did you mean `members`?",
        "MP003 mpform.yaml:7:9 unknown key `nmae` | did you mean `name`?",
        "MP002 mpform.yaml:7:29 expected a list, found `oAbc` | write a list here",
        "MP014 mpform.yaml:7:49 `exat` is not known here | did you mean `exact`?",
        "MP002 mpform.yaml:8:19 expected `true` or `false`, found `maybe` | write `true` or `false` here",
        "MP002 mpform.yaml:8:32 expected text, found a list | write text here",
        "MP003 mpform.yaml:12:11 unknown key `subscribed` | did you mean `subscribe`?",
        "MP003 mpform.yaml:10:21 unknown key `regex` | known here: `fuzzy`",
        "MP003 mpform.yaml:10:61 unknown key `texxt` | did you mean `text`?",
        "MP005 mpform.yaml:10:41 the key `id` is missing | add `id: …`",
        "MP002 mpform.yaml:11:18 expected a list, found `hours` | write a list here",
        "MP002 mpform.yaml:11:32 expected a mapping (`text: …`), found `text` | write a mapping (`text: …`) here",
        "MP003 mpform.yaml:15:15 unknown key `position` | known here: `name`, `link`, `reply`, `keycode`, `protect`, `ignore`, `items`",
        "MP005 mpform.yaml:16:5 the key `name` is missing | add `name: …`; it is what stands on the button",
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_value_that_was_left_out() {
    assert_eq!(
        said("groups:\n  vip: {members: }\nkeywords:\n"),
        [
            "MP002 mpform.yaml:6:9 expected a list, found nothing | write `[]` for an empty list, or take the key out to leave it alone",
            "MP002 mpform.yaml:7:1 expected a mapping, found nothing | write `{}` if there is to be nothing, or take `keywords` out to leave it alone",
        ]
    );
}

#[test]
fn a_missing_key_that_was_mistyped_is_said_once() {
    assert_eq!(
        said("replies: {default: {raw: {type: image, idd: 5f}}}\n"),
        ["MP003 mpform.yaml:5:40 unknown key `idd` | did you mean `id`?"]
    );
}

#[test]
fn what_no_vendor_lets_go() {
    assert_eq!(
        said("prune: [sops]\n"),
        [
            "MP014 mpform.yaml:5:9 `sops` can't stand under `prune` | no vendor lets plans be deleted that it sends; those of ours go with their entry",
        ]
    );
}

#[test]
fn the_same_thing_twice_names_both_places() {
    let text = "groups: {vip: {}}\nmenu: [{name: 一, link: https://a.example}]\n---\naccount: shop\ngroups: {vip: {name: x}}\nmenu: [{name: 二, link: https://a.example}]\n";
    assert_eq!(
        said(text),
        [
            "MP004 mpform.yaml:9:10 mpform.yaml:5:10 `group/vip` is declared twice | keep one of the two, or give one another key",
            "MP004 mpform.yaml:10:1 mpform.yaml:6:1 two `menu:` of one account | it is the whole of it, so there can be one only; put the two together",
        ]
    );
    assert_eq!(
        said("menu:\n  - {name: 一, link: https://a.example}\n  - {name: 一, link: https://b.example}\n"),
        [
            "MP004 mpform.yaml:7:12 mpform.yaml:6:12 `menu/一` is declared twice | keep one of the two, or give one another key"
        ]
    );
    assert_eq!(
        said("groups: {a: {name: x}, x: {}}\n"),
        [
            "MP004 mpform.yaml:5:24 mpform.yaml:5:20 two groups named `x` | they would be one live object: a live one is found by its name; give one another name"
        ]
    );
}

#[test]
fn menus() {
    let menu = "menu:
  - name: 一
    items: [{name: a, link: https://a}, {name: b, link: https://a}, {name: c, link: https://a}, {name: d, link: https://a}, {name: e, link: https://a}, {name: f, link: https://a}]
  - {name: 二}
  - {name: 三, items: [{name: x, items: [{name: y}]}]}
  - {name: 四, link: https://a, items: [{name: x, keycode: V1}]}
";
    let said = said(menu);
    let codes: Vec<_> = said.iter().map(|line| line.split(" | ").next().unwrap_or_default()).collect();
    assert_eq!(
        codes,
        [
            "MP019 mpform.yaml:8:12 a button has `items`, or exactly one of `link`, `reply` or `keycode`",
            "MP020 mpform.yaml:9:33 buttons below buttons below buttons",
            "MP019 mpform.yaml:10:12 a button with `items` and an action of its own",
            "MP020 mpform.yaml:7:160 more than 5 buttons below one button",
            "MP020 mpform.yaml:10:12 more than 3 buttons at the top",
        ]
    );
}

#[test]
fn an_empty_menu_can_not_be_made() {
    for empty in ["[]", "none"] {
        let said = said(&format!("menu: {empty}\n"));
        assert_eq!(said.len(), 1);
        assert!(said[0].starts_with("MP029 mpform.yaml:5:1 an empty menu | yeapoo's API cannot"), "{said:?}");
    }
}

#[test]
fn keywords_that_two_rules_answer() {
    let said = said(
        "keywords:\n  a: {match: [b, Open WiFi], reply: {text: x}}\n  b: {match: [{fuzzy: open wifi}, 'open wifi '], reply: {text: x}}\n",
    );
    assert_eq!(said.len(), 1);
    assert!(
        said[0].starts_with(
            "MP025 mpform.yaml:7:35 mpform.yaml:6:18 `open wifi ` is a keyword of `shop/keyword/a` already"
        ),
        "{said:?}"
    );
}

#[test]
fn a_fuzzy_keyword_that_stands_in_one_of_another_rule() {
    let rules = |a: &str, b: &str| {
        said(&format!(
            "keywords:\n  a: {{match: [{a}], reply: {{text: x}}}}\n  b: {{match: [{b}], reply: {{text: x}}}}\n"
        ))
    };
    let both = rules("{fuzzy: 停车场收费}", "{fuzzy: 附近停车场收费吗}, {fuzzy: 停车场收费标准}");
    assert_eq!(both.len(), 1, "{both:?}");
    assert!(
        both[0].starts_with(
            "MP025 mpform.yaml:6:23 mpform.yaml:7:42 whatever `停车场收费` answers, `停车场收费标准` of `shop/keyword/b` answers too | either rule may answer"
        ),
        "{both:?}"
    );
    // Within one rule nothing is lost, an exact keyword goes first, and parts of both are what fuzzy keywords are for.
    assert_eq!(rules("{fuzzy: 停车场收费}, {fuzzy: 停车场收费吗}", "停车场收费标准").len(), 0);
    assert_eq!(rules("停车场收费", "{fuzzy: 停车场收费标准}").len(), 0);
    assert_eq!(rules("{fuzzy: 停车场收费}", "{fuzzy: 停车场在哪}").len(), 0);
}

#[test]
fn findings_in_sorted_lists_stand_at_their_own_place() {
    let said = said("keywords:\n  a: {match: [z, '  ', {fuzzy: b👍}], reply: {text: x}}\n");
    assert!(said[0].starts_with("MP024 mpform.yaml:6:18 "), "{said:?}");
    assert!(said[1].starts_with("MP023 mpform.yaml:6:32 "), "{said:?}");
}

#[test]
fn moves() {
    let moved = "groups: {new: {}, other: {}}
moved:
  - {from: shop/group/old, to: shop/group/new}
  - {from: shop/group/old, to: shop/group/other}
  - {from: shop/group/other, to: shop/group/new}
  - {from: shop/group/a, to: shop/group/nwe}
  - {from: group/a, to: shop/keyword/x}
  - {from: shop/group/a, to: shop/keyword/x}
";
    assert_eq!(
        said(moved),
        [
            "MP018 mpform.yaml:10:12 `group/a` is no address of this document | write e.g. `shop/keyword/KEY`",
            "MP018 mpform.yaml:8:12 mpform.yaml:7:12 `group/old` is moved twice | keep one of the two",
            "MP018 mpform.yaml:9:12 mpform.yaml:5:19 `group/other` is still declared | rename the key first, or take the move out",
            "MP018 mpform.yaml:10:12 `group/nwe` is not declared | did you mean `shop/group/new`?",
            "MP018 mpform.yaml:11:30 a group can't become a keyword | move within one kind",
        ]
        .map(|line| line.replace("mpform.yaml:10:12 `group/nwe`", "mpform.yaml:10:30 `group/nwe`"))
        .map(|line| line.replace("mpform.yaml:10:12 `group/a`", "mpform.yaml:11:12 `group/a`"))
        .map(|line| line.replace("mpform.yaml:11:30 a group", "mpform.yaml:12:30 a group"))
    );
}

#[test]
fn the_policy_judges() {
    let project = |policy: &str| {
        let text = format!(
            "{SHOP}policy: {policy}\n---\naccount: shop\ngroups: {{a: {{name: 👍}}}}\nreplies: {{default: {{text: 全网最便宜}}}}\n"
        );
        let (_, problems) = Trial::new(&[("mpform.yaml", &text)]).desired();
        problems.iter().map(|problem| (problem.code.as_str(), problem.level)).collect::<Vec<_>>()
    };
    use crate::problem::Level::{Error, Warning};
    assert_eq!(project("{}"), [("MP023", Warning)]);
    assert_eq!(project("{lint: {MP023: off}}"), []);
    assert_eq!(project("{lint: {MP023: error}}"), [("MP023", Error)]);
    assert_eq!(project("{forbidden_words: [最便宜]}"), [("MP023", Warning), ("MP027", Error)]);
    assert_eq!(project("{lint: {MP23: off}}")[0], ("MP014", Error));
    // What the configuration itself must be is no matter of taste.
    for code in ["MP001", "MP010", "MP014", "MP041", "MP060", "MP063"] {
        assert_eq!(project(&format!("{{lint: {{{code}: off}}}}"))[0], ("MP014", Error), "{code}");
    }
}

#[test]
fn a_shared_document_is_blamed_once() {
    let text = "version: 1
accounts:
  bj-1: &a {provider: yeapoo, base_url: 'https://a.example/', info_id: a}
  bj-2: *a
  sh: *a
---
accounts: [\"bj-*\"]
groups: {vip: {nmae: x}}
";
    assert_eq!(
        Trial::new(&[("mpform.yaml", text)]).said(),
        ["MP003 mpform.yaml:8:16 unknown key `nmae` | did you mean `name`?"]
    );
}

#[test]
fn what_is_wrong_in_a_list_of_articles_is_shown_there() {
    let article = "{title: 春🎉, cover: ../a.jpg, content: x}";
    assert_eq!(
        said(&format!("materials:\n  n: {{news: [{article}]}}\n  e: {{image: {{file: a.jpg}}}}\n")),
        [
            "MP008 mpform.yaml:6:33 `../a.jpg` leads out of the project folder | put the file into the project and name it relative to the file that names it",
            "MP023 mpform.yaml:6:22 `🎉` may be refused | write it without emoji (source: the vendor's published server keeps 3-byte UTF-8 only and refuses such a text as a whole; a deployment may differ)",
            "MP002 mpform.yaml:7:14 expected the path of a file, found a mapping | write the path of a file here",
        ]
    );
}
