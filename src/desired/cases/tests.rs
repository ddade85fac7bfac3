use crate::config::tests::{SHOP, Trial};
use crate::model::case::{Expect, On, Wants};

const DECLARED: &str = "\
replies: {default: {text: 稍等}}
materials: {spring: {news: [{title: 春, cover: a.jpg, content: x}]}}
keywords:
  营业时间: {match: [营业时间], reply: {text: 九点}}
  sale: {name: 优惠活动, match: [优惠], reply: {text: 八折}}
menu:
  - {name: 新品, items: [{name: 特惠, reply: {text: 您好}}, {name: a/b, link: https://a.example}]}
";

fn trial(tests: &str) -> Trial {
    let document =
        format!("{SHOP}policy: {{lint: {{MP034: off}}}}\n---\naccount: shop\n{DECLARED}tests:\n{tests}");
    Trial::new(&[("mpform.yaml", &document), ("a.jpg", "a")])
}

#[track_caller]
fn said(test: &str) -> Vec<String> {
    let said = trial(&format!("  - {test}\n")).said();
    said.into_iter().map(|line| line.replace("mpform.yaml:14:", "")).collect()
}

#[test]
fn what_is_written_is_read() {
    let tests = "  - {say: 10086, expect: default}\n  - {event: subscribe, expect: none}\n  - {click: 新品/特惠, expect: {text: 您好}}\n  - {click: 新品/a%2Fb, expect: {link: https://a.example}}\n  - {say: x, expect: {rule: 优惠活动}}\n";
    let desired = trial(tests).fine();
    let cases = &desired.tests["shop"];
    let on: Vec<_> = cases.iter().map(|case| case.on.to_string()).collect();
    assert_eq!(on, ["say 10086", "event subscribe", "click 新品/特惠", "click 新品/a%2Fb", "say x"]);
    assert_eq!((&cases[0].expect, &cases[1].expect), (&Expect::Default, &Expect::Nothing));
    let text = Wants { text: Some("您好".into()), ..Wants::default() };
    assert_eq!(cases[2].expect, Expect::Answer(Box::new(text)));
    assert_eq!(cases[1].place.to_string(), "mpform.yaml:15:5");
    assert!(matches!(&cases[3].on, On::Click(button) if button.last() == "a/b"));
}

#[test]
fn what_nobody_declares_is_said_with_what_is_near() {
    assert_eq!(
        said("{say: x, expect: {rule: 营业时问}}"),
        ["MP120 29 there is no rule `营业时问` | did you mean `营业时间`?"]
    );
    assert_eq!(
        said("{say: x, expect: {material: sping}}"),
        ["MP120 33 there is no material `sping` | did you mean `spring`?"]
    );
    assert_eq!(
        said("{click: 新品/特卖, expect: none}"),
        ["MP120 13 there is no button `新品/特卖` | did you mean `新品/特惠`?"]
    );
}

#[test]
fn a_button_with_others_below_it_answers_nothing() {
    assert_eq!(
        said("{click: 新品, expect: none}"),
        [
            "MP121 13 `新品` opens a sub-menu and answers nothing | press one that lies below it, e.g. `click: 新品/特惠`"
        ]
    );
}

#[test]
fn what_no_answer_can_be() {
    for (test, message) in [
        ("{say: ' ', expect: none}", "nobody can send a blank message"),
        ("{say: x, expect: {}}", "a test that expects nothing in particular"),
        ("{say: x, expect: {text: a, material: spring}}", "no answer is both `text` and `material`"),
        ("{say: x, expect: {text: a, text_contains: b}}", "a text that does not contain what it should"),
        ("{say: x, expect: {link: https://a.example}}", "only a button opens a page"),
        ("{event: subscribe, expect: default}", "only a message gets the default reply"),
        ("{event: subscribe, expect: {rule: 营业时间}}", "only a message is answered by a rule"),
        ("{click: 新品/特惠, expect: {rule: 营业时间}}", "only a message is answered by a rule"),
    ] {
        let said = said(test);
        assert!(
            said.len() == 1 && said[0].starts_with("MP121") && said[0].contains(message),
            "{test}: {said:?}"
        );
    }
}

#[test]
fn mistakes_in_writing() {
    for (test, problem) in [
        ("{say: x}", "MP005 5 the key `expect` is missing"),
        ("{expect: none}", "MP005 5 a test in which nothing happens"),
        ("{say: x, click: 新品/特惠, expect: none}", "MP019 5 a test is exactly one of"),
        (
            "{say: x, expect: defualt}",
            "MP014 22 `defualt` is nothing that a test can expect | did you mean `default`?",
        ),
        ("{say: x, expect: {txt: a}}", "MP003 23 unknown key `txt` | did you mean `text`?"),
        ("{sya: x, expect: none}", "MP003 6 unknown key `sya` | did you mean `say`?"),
        ("{say: [x], expect: none}", "MP002 11 "),
        ("{say: x, expect: }", "MP002 "),
        ("nothing", "MP002 5 "),
    ] {
        let said = said(test);
        assert!(!said.is_empty() && said[0].starts_with(problem), "{test}: {said:?}");
    }
    let none = Trial::shop("tests: {}\n").said();
    assert!(none[0].contains("expected a list of tests"), "{none:?}");
    assert_eq!(Trial::shop("tests: []\n").said(), Vec::<String>::new());
}

#[test]
fn several_accounts_may_share_tests() {
    let project = "version: 1\naccounts:\n  a: {provider: yeapoo, base_url: https://a.example, info_id: a}\n  b: {provider: yeapoo, base_url: https://a.example, info_id: b, vars: {city: 北京}}\nvars: {city: 上海}\n---\naccounts: [a, b]\nkeywords: {地址: {match: [地址], reply: {text: \"${var.city}\"}}}\ntests: [{say: 地址, expect: {text: \"${var.city}\"}}]\n";
    let desired = Trial::new(&[("mpform.yaml", project)]).fine();
    let text = |account: &str| match &desired.tests[account][0].expect {
        Expect::Answer(wants) => wants.text.clone(),
        _ => None,
    };
    assert_eq!((text("a").as_deref(), text("b").as_deref()), (Some("上海"), Some("北京")));
    // What is wrong for both is said once.
    let wrong = project.replace("expect: {text: \"${var.city}\"}", "expect: {rule: 地此}");
    let said = Trial::new(&[("mpform.yaml", &wrong)]).said();
    assert_eq!(said.len(), 1, "{said:?}");
}

#[test]
fn an_account_that_answers_nobody_has_no_tests() {
    let project = "version: 1\naccounts:\n  t: {provider: tanmarket, app_id: a, app_key: b}\n---\naccount: t\ntests: []\n";
    assert_eq!(
        Trial::new(&[("mpform.yaml", project)]).said(),
        [
            "MP028 mpform.yaml:6:1 tanmarket answers no messages: there is nothing to test | take `tests` out of this account's documents"
        ]
    );
}

#[test]
fn the_level_of_what_is_unknown_can_be_changed() {
    let project = SHOP.to_owned()
        + "policy: {lint: {MP120: off}}\n---\naccount: shop\ntests: [{say: x, expect: {rule: 在线上}}]\n";
    let desired = Trial::new(&[("mpform.yaml", &project)]).fine();
    assert_eq!(desired.tests["shop"].len(), 1);
}

#[test]
fn a_missing_variable_is_no_unknown_rule() {
    let trial = Trial::shop("tests: [{say: x, expect: {rule: \"${var.none}\"}}]\n");
    let said = trial.said();
    assert!(said.len() == 1 && said[0].starts_with("MP006"), "{said:?}");
}
