use indexmap::IndexMap;

use super::*;
use crate::config::tests::Trial;
use crate::desired::Desired;
use crate::live::talk::Talk;
use crate::model::case::Case;
use crate::model::kinds::{self, Keyword, Reply};
use crate::providers::{Found, provider_named};
use crate::state::State;

fn conversation() -> Conversation {
    provider_named("yeapoo").and_then(|vendor| vendor.conversation).expect("it answers")
}

fn declared(desired: &Desired) -> Account {
    Account::declared(&desired.accounts["shop"], conversation())
}

/// Which tests of a document fail, by their place in the list.
#[track_caller]
fn failing(document: &str, tests: &str) -> Vec<usize> {
    let desired = Trial::shop(&format!("{document}tests:\n{tests}")).fine();
    let account = declared(&desired);
    let failed = desired.tests["shop"].iter().enumerate().filter(|(_, case)| !run(&account, case).passed());
    failed.map(|(nth, _)| nth).collect()
}

const RULES: &str = "\
replies: {subscribe: {text: 欢迎关注}, default: {text: 稍等}}
keywords:
  hours: {name: 营业时间, match: [营业时间, {fuzzy: 你们几点开门}], reply: {text: \"每天 10:00\"}}
  老规则: {match: [老], reply: {raw: {type: image, id: 5f}}}
menu:
  - {name: 官网, link: https://m.example.com}
  - {name: 更多, items: [{name: 客服, reply: {text: 您好}}, {name: 旧, keycode: V1}]}
";

#[test]
fn what_is_met() {
    let tests = "\
- {say: 营业时间, expect: {rule: hours}}
- {say: 营业时间, expect: {rule: 营业时间, text: \"每天 10:00\"}}
- {say: 几点开, expect: {text_contains: \"10:00\"}}
- {say: 随便聊聊, expect: default}
- {say: 随便聊聊, expect: {text: 稍等}}
- {say: 老, expect: {raw: {type: Image, id: 5f}}}
- {event: subscribe, expect: {text_contains: 欢迎}}
- {click: 官网, expect: {link: https://m.example.com}}
- {click: 更多/客服, expect: {text: 您好}}
- {click: 更多/旧, expect: none}
";
    assert_eq!(failing(RULES, tests), Vec::<usize>::new());
}

#[test]
fn what_is_not_met() {
    let tests = "\
- {say: 营业时间, expect: default}
- {say: 营业时间, expect: none}
- {say: 营业时间, expect: {rule: 老规则}}
- {say: 营业时间, expect: {text: \"10:00\"}}
- {say: 营业时间, expect: {rule: hours, text_contains: 九点}}
- {say: 请问几点开门, expect: {rule: hours}}
- {say: 随便聊聊, expect: none}
- {say: 老, expect: {raw: {type: image, id: 6f}}}
- {say: 老, expect: {text_contains: 5f}}
- {event: subscribe, expect: none}
- {click: 官网, expect: {link: https://m.example.com/}}
- {click: 官网, expect: none}
- {click: 更多/客服, expect: none}
";
    assert_eq!(failing(RULES, tests), (0..13).collect::<Vec<_>>());
}

#[test]
fn silence_is_declared_or_not_known() {
    let tests = "- {say: x, expect: default}\n- {say: x, expect: none}\n- {say: x, expect: {text: a}}\n- {event: subscribe, expect: none}\n";
    // Whether there is a default reply is not known: that no rule answers is all that can be said.
    assert_eq!(failing("keywords: {}\n", tests), [1, 2, 3]);
    assert_eq!(failing("replies: {default: none, subscribe: none}\n", tests), [0, 2]);
}

#[test]
fn where_either_of_two_rules_may_answer_both_must_be_right() {
    let rules = "\
keywords:
  a: {match: [{fuzzy: 优惠活动说明}], reply: {text: 八折}}
  b: {match: [{fuzzy: 会员活动时间}], reply: {text: 八折，每月一次}}
";
    let tests = "\
- {say: 活动, expect: {text_contains: 八折}}
- {say: 活动, expect: {rule: a}}
- {say: 活动, expect: {text: 八折}}
- {say: 优惠, expect: {rule: a}}
";
    assert_eq!(failing(rules, tests), [1, 2]);
}

#[test]
fn a_key_goes_before_a_name() {
    let rules = "\
keywords:
  a: {name: b, match: [一], reply: {text: 一}}
  b: {name: c, match: [二], reply: {text: 二}}
";
    let tests =
        "- {say: 一, expect: {rule: b}}\n- {say: 二, expect: {rule: b}}\n- {say: 二, expect: {rule: c}}\n";
    assert_eq!(failing(rules, tests), [0]);
}

#[test]
fn what_the_vendor_never_sends_is_the_default_reply() {
    let rules = |default: &str| {
        format!(
            "replies: {{default: {default}}}\nkeywords: {{a: {{match: [歌], reply: {{raw: {{type: Music, id: x}}}}}}}}\n"
        )
    };
    let run = |document: &str| {
        let (desired, _) = Trial::shop(document).desired();
        let account = declared(&desired.expect("a project"));
        let on = crate::model::case::On::Say("歌".into());
        let act = react(&account, &on).possible.remove(0);
        (act.by.clone(), act.act.says().cloned())
    };
    let rule = By::Rule(0, vec![0]);
    assert_eq!(run(&rules("{text: 稍等}")), (rule.clone(), Some(Says::Text("稍等".into()))));
    assert_eq!(run(&rules("{raw: {type: music, id: x}}")), (rule, Some(Says::Nothing)));
}

/// A live account: rules, materials and buttons that hand or machine made.
fn talk() -> Talk {
    let rule = |id: &str, name: &str, word: &str, reply: Reply| {
        let matches = Some(vec![Match::exact(word)]);
        (id.into(), Keyword { name: Some(name.into()), matches, reply: Some(reply) })
    };
    let shows = |kind: &str, id: &str| Reply {
        raw: Some(RawReply { kind: kind.into(), id: id.into() }),
        ..Reply::default()
    };
    let button = |id: &str, name: &str, parent: Option<&str>, body: kinds::Button| Found {
        id: id.into(),
        natural: name.into(),
        parent: parent.map(Into::into),
        built_in: false,
        body: Some(body),
    };
    let link = kinds::Button { link: Some("https://a.example".into()), ..kinds::Button::default() };
    Talk {
        rules: vec![
            rule("r1", "海报", "海报", shows("image", "i1")),
            rule("r2", "手工", "手工", shows("news", "n9")),
            rule("r3", "改了名", "旧", Reply::text("旧")),
        ],
        replies: vec![],
        buttons: vec![
            button("b1", "更多", None, kinds::Button::default()),
            button("b2", "官/网", Some("b1"), link),
        ],
        materials: vec![("image/i1".into(), "poster.jpg".into()), ("news/n9".into(), "旧闻".into())],
    }
}

#[test]
fn what_is_live_goes_by_the_keys_of_what_is_declared() {
    let document = "\
materials: {poster: {image: poster.jpg}}
keywords:
  poster: {name: 海报, match: [海报], reply: {material: poster}}
  old: {match: [旧], reply: {text: 新}}
menu: [{name: 更多, items: [{name: a, link: https://a.example}]}]
tests:
- {say: 海报, expect: {rule: poster, material: poster}}
- {say: 手工, expect: {rule: 手工}}
- {say: 旧, expect: {rule: old, text: 新}}
- {say: x, expect: none}
- {click: 更多/官%2F网, expect: {link: https://a.example}}
";
    let text = format!(
        "{}policy: {{lint: {{MP120: off, MP034: off}}}}\n---\naccount: shop\n{document}",
        crate::config::tests::SHOP
    );
    let desired = Trial::new(&[("mpform.yaml", &text), ("poster.jpg", "x")]).fine();
    let shop = &desired.accounts["shop"];
    let failed = |state: &State| {
        let account = Account::live(talk(), shop, state, conversation());
        let wrong = |case: &&Case| !run(&account, case).passed();
        desired.tests["shop"].iter().filter(wrong).map(|case| case.on.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(failed(&State::default()), ["say 旧"]);
    // What the state remembers is known by its id, whatever it is called now.
    let mut state = State::default();
    let old = crate::model::Address::new("shop", "keyword", ["old"]);
    state.resources.insert(old, crate::state::Record::new("r3".into(), serde_json::Value::Null, false));
    let live = Account::live(talk(), shop, &state, conversation());
    assert_eq!((live.rules[2].key.as_deref(), live.rules[2].name.as_str()), (Some("old"), "改了名"));
    let account = Account::live(talk(), shop, &State::default(), conversation());
    let key = |nth: usize| account.rules[nth].key.as_deref();
    assert_eq!((key(0), key(1), key(2)), (Some("poster"), None, None));
    let Says::Material(news) = &account.rules[1].says else { panic!("{:?}", account.rules[1].says) };
    assert_eq!((news.key.as_deref(), news.name.as_str(), news.kind.as_str()), (None, "旧闻", "news"));
    let paths: IndexMap<_, _> = account.buttons.iter().map(|one| (one.path.as_str(), &one.does)).collect();
    assert_eq!(paths["更多"], &Does::Opens);
}
