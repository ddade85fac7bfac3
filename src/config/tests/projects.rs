//! The project document.

use serde_json::json;

use super::{SHOP, Trial};
use crate::config::{MaxDeletes, StateAt};
use crate::model::Body;

fn said(text: &str) -> Vec<String> {
    Trial::new(&[("mpform.yaml", text)]).said()
}

#[test]
fn a_whole_project() {
    let text = "version: 1
timezone: Asia/Shanghai
vars: {site: https://m.example.com}
accounts:
  shop:
    provider: yeapoo
    base_url: https://mp.example.com/
    info_id: ${env.SHOP_INFO_ID}
    headers: {Authorization: \"Bearer ${env.SHOP_GATEWAY_TOKEN}\"}
    vars: {city: 上海}
    limits: {concurrency: 16, requests_per_second: 200}
calendars:
  cn-holidays: {dates: [\"2026-10-01..2026-10-07\"], workdays: [2026-10-10]}
policy:
  max_deletes: 30%
  protect: [\"shop/keyword/*\"]
  quiet_hours: \"22:00-08:00\"
  max_messages_per_audience_per_day: 3
  allow_money_messages: false
  forbidden_words: [最便宜]
state: {path: .mpform/state}
env: [SHOP_*]
---
account: shop
prune: [keywords, groups]
groups:
  vip: {name: VIP会员, members: [oDef, oAbc], protect: true, ignore: [members]}
  bare:
replies:
  subscribe: {text: \"欢迎来${var.city}\"}
  default: none
keywords:
  营业时间:
    match: [营业时间, {fuzzy: 几点开门}, 1, 10086, 1.10, yes]
    reply: {text: 1.10}
  老规则: {match: [老], reply: {raw: {type: image, id: 5e3}}}
menu:
  - name: 新品
    items:
      - {name: 官网, link: \"${var.site}\"}
      - {name: a/b, reply: {text: 您好}}
  - {name: 关于, link: \"${var.site}/about\"}
moved: [{from: shop/keyword/old, to: shop/keyword/营业时间}]
";
    let trial = Trial::new(&[("mpform.yaml", text)])
        .env(&[("SHOP_INFO_ID", "demo"), ("SHOP_GATEWAY_TOKEN", "s3cret")]);
    let (project, problems) = trial.load();
    assert!(problems.is_empty(), "{problems:?}");
    let project = project.expect("a project");
    assert_eq!(project.environment, "default");
    assert_eq!(project.policy.max_deletes, MaxDeletes::Percent(30));
    let StateAt::Folder(folder) = &project.state else { panic!("a folder") };
    assert!(folder.ends_with(".mpform/state") && folder.is_absolute());
    assert_eq!(project.accounts["shop"].limits.concurrency, Some(16));
    assert!(!format!("{project:?}").contains("s3cret"), "secrets don't show");
    assert_eq!(project.calendars["cn-holidays"].workdays.len(), 1);

    let desired = trial.fine();
    let shop = &desired.accounts["shop"];
    let bodies: Vec<_> = shop
        .resources
        .values()
        .map(|wanted| (wanted.address.within_account(), wanted.body.as_ref().map(Body::tree)))
        .collect();
    assert_eq!(
        bodies,
        [
            ("group/vip", Some(json!({"name": "VIP会员", "members": ["oAbc", "oDef"]}))),
            ("group/bare", Some(json!({"name": "bare"}))),
            ("reply/subscribe", Some(json!({"text": "欢迎来上海"}))),
            ("reply/default", None),
            (
                "keyword/营业时间",
                Some(json!({
                    "name": "营业时间", "reply": {"text": "1.10"},
                    "match": ["1", "1.10", "10086", "yes", {"fuzzy": "几点开门"}, "营业时间"],
                }))
            ),
            (
                "keyword/老规则",
                Some(
                    json!({"name": "老规则", "match": ["老"], "reply": {"raw": {"type": "image", "id": "5e3"}}})
                )
            ),
            ("menu/新品", Some(json!({"name": "新品", "position": 1}))),
            (
                "menu/新品/官网",
                Some(
                    json!({"name": "官网", "link": "https://m.example.com", "parent": "新品", "position": 1})
                )
            ),
            (
                "menu/新品/a%2Fb",
                Some(json!({"name": "a/b", "reply": {"text": "您好"}, "parent": "新品", "position": 2}))
            ),
            (
                "menu/关于",
                Some(json!({"name": "关于", "link": "https://m.example.com/about", "position": 2}))
            ),
        ]
    );
    let vip = &shop.resources[0];
    assert_eq!((vip.protect, vip.ignore.as_slice()), (Some(true), &["members".to_owned()][..]));
    assert_eq!(vip.natural, "VIP会员");
    assert_eq!(vip.place_of(&["members".into(), 0.into()]).to_string(), "mpform.yaml:27:38");
    assert_eq!(vip.place_of(&["members_mode".into()]).to_string(), "mpform.yaml:27:3");
    assert_eq!(shop.resources[7].links, [shop.resources[6].address.clone()]);
    assert_eq!(shop.moved[0].from.as_str(), "shop/keyword/old");
    let managed: Vec<_> = shop.managed.iter().map(|(kind, why)| (*kind, why.section, why.prune)).collect();
    assert_eq!(
        managed,
        [("group", true, true), ("keyword", true, true), ("menu", true, false), ("reply", true, false)]
    );
}

#[test]
fn an_account_without_documents_is_there_and_manages_nothing() {
    let desired = Trial::new(&[("mpform.yaml", SHOP)]).fine();
    assert!(desired.accounts["shop"].managed.is_empty());
    assert!(desired.accounts["shop"].resources.is_empty());
}

#[test]
fn no_project_at_all() {
    let said = Trial::new(&[]).said();
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("MP007  `") && said[0].contains("there is no such file"), "{said:?}");
    assert!(said[0].contains("run `mpform init`"), "{said:?}");
}

#[test]
fn the_version() {
    assert_eq!(
        said("version: 2\n"),
        [
            "MP014 mpform.yaml:1:10 version 2 of the language is not known to this mpform | write `version: 1`, or use a newer mpform"
        ]
    );
    assert_eq!(
        said("accounts: {}\n"),
        ["MP005 mpform.yaml:1:1 the key `version` is missing | add `version: …`"]
    );
    assert_eq!(
        said("account: shop\n"),
        [
            "MP005 mpform.yaml:1:1 no project document: none has `version: 1` | begin mpform.yaml with `version: 1`, or run `mpform init`"
        ]
    );
    assert_eq!(
        said("version: 1\n---\nversion: 1\n"),
        [
            "MP004 mpform.yaml:3:1 mpform.yaml:1:1 a second project document | a project has one document with `version`, in mpform.yaml; merge the two"
        ]
    );
}

#[test]
fn mistakes_of_the_project_document() {
    let text = "version: 1
timezone: Asia/Shanghia
acounts: {}
state: {path: ../state}
policy: {max_deletes: many, quiet_hours: night, lint: {MP021: loud}, protect: ['[']}
calendars: {a: {dates: [2026-13-01, 2026-02-02..2026-01-01]}}
environments: {staging: {vras: {}}}
accounts:
  Shop: {provider: yeapoo, base_url: https://a.example, info_id: a}
  a: {provider: yeapo}
  b: {provider: yeapoo, base_url: mp.example.com, infoid: a, header: {}}
  c: {provider: yeapoo, base_url: https://a.example, info_id: a, limits: {concurrency: 0, requests_per_second: 0}}
  d: {base_url: https://a.example}
---
account: sohp
---
account: a
accounts: [a]
---
groups: {}
---
accounts: [x-*]
";
    let expected = [
        "MP003 mpform.yaml:7:26 unknown key `vras` | did you mean `vars`?",
        "MP003 mpform.yaml:3:1 unknown key `acounts` | did you mean `accounts`?",
        "MP014 mpform.yaml:2:11 there is no timezone `Asia/Shanghia` | did you mean `Asia/Shanghai`?",
        "MP014 mpform.yaml:5:23 `many` is neither a share nor a number | write e.g. 30% or 5",
        "MP014 mpform.yaml:5:42 `night` is not a stretch of the day | write e.g. \"22:00-08:00\"",
        "MP014 mpform.yaml:5:63 `loud` is not known here | known here: `off`, `warn`, `error`",
    ];
    let said = said(text);
    for line in expected {
        assert!(said.iter().any(|said| said == line), "{line}\nnot in {said:#?}");
    }
    let begins = [
        "MP014 mpform.yaml:5:80 `[` is not a pattern",
        "MP014 mpform.yaml:6:25 `2026-13-01` is not a date",
        "MP014 mpform.yaml:6:37 `2026-02-02..2026-01-01` ends before it begins",
        "MP008 mpform.yaml:4:15 `../state` leads out",
        "MP014 mpform.yaml:9:3 `Shop` can't be an account's name",
        "MP011 mpform.yaml:10:17 there is no provider `yeapo` | did you mean `yeapoo`?",
        "MP003 mpform.yaml:11:62 unknown key `header` | did you mean `headers`?",
        "MP003 mpform.yaml:11:51 unknown key `infoid` | did you mean `info_id`?",
        "MP014 mpform.yaml:12:88 no request at once",
        "MP014 mpform.yaml:12:112 no request a second",
        "MP005 mpform.yaml:13:3 the key `provider` is missing",
        "MP010 mpform.yaml:15:10 there is no account `sohp` | did you mean `Shop`?",
        "MP019 mpform.yaml:18:1 mpform.yaml:17:1 both `account` and `accounts`",
        "MP005 mpform.yaml:20:1 a document that is for no account",
        "MP010 mpform.yaml:22:12 `x-*` matches no further account",
    ];
    for line in begins {
        assert!(said.iter().any(|said| said.starts_with(line)), "{line}\nnot in {said:#?}");
    }
    assert_eq!(said.len(), expected.len() + begins.len(), "{said:#?}");
}

#[test]
fn an_address_is_http_and_its_slash_goes() {
    let account = |url: &str| {
        format!("version: 1\naccounts: {{a: {{provider: yeapoo, base_url: {url}, info_id: x}}}}\n")
    };
    assert_eq!(said(&account("https://a.example/api/")), Vec::<String>::new());
    for wrong in ["ftp://a.example", "a.example", "https://", "https://a.example/?x=1"] {
        assert!(said(&account(wrong))[0].starts_with("MP014 mpform.yaml:2:44 `base_url` is not"), "{wrong}");
    }
}

#[test]
fn resources_in_the_project_document() {
    let said = said("version: 1\naccount: shop\ngroups: {}\n");
    assert_eq!(said.len(), 2);
    assert_eq!(
        said[1],
        "MP003 mpform.yaml:3:1 `groups` in the project document | resources stand in a document of their own: put `---` and `account: NAME` before them"
    );
}

#[test]
fn numbers_have_their_range() {
    let of = |policy: &str| {
        said(&format!("version: 1\npolicy: {{max_messages_per_audience_per_day: {policy}}}\n"))
    };
    assert_eq!(of("0x10"), Vec::<String>::new());
    assert_eq!(of("-1"), ["MP014 mpform.yaml:2:45 `-1` is too small | write a number from 0"]);
    assert_eq!(
        of("99999999999"),
        ["MP014 mpform.yaml:2:45 `99999999999` is too large | write a smaller number"]
    );
    assert_eq!(
        of("1.5"),
        ["MP002 mpform.yaml:2:45 expected a whole number, found `1.5` | write a whole number here"]
    );
    assert_eq!(
        of("'3'"),
        ["MP002 mpform.yaml:2:45 expected a whole number, found `'3'` | write a whole number here"]
    );
    assert_eq!(
        of(""),
        [
            "MP002 mpform.yaml:2:10 expected a whole number, found nothing | write a value, or take the key out to leave it alone"
        ]
    );
}

#[test]
fn a_shared_document_moves_by_short_addresses() {
    let text = "version: 1
accounts: {a: &a {provider: yeapoo, base_url: https://a.example, info_id: a}, b: *a}
---
accounts: [a, b]
groups: {new: {}}
moved: [{from: group/old, to: group/new}]
";
    let desired = Trial::new(&[("mpform.yaml", text)]).fine();
    let moved = |account: &str| desired.accounts[account].moved[0].to.as_str().to_owned();
    assert_eq!((moved("a"), moved("b")), ("a/group/new".to_owned(), "b/group/new".to_owned()));
}

#[test]
fn a_hole_in_a_text_is_said_once() {
    let text = format!(
        "{SHOP}---\naccount: shop\ngroups: {{a: {{name: \"${{var.x}}\"}}, b: {{name: \"${{var.x}}\"}}}}\nreplies: {{default: {{text: \"${{var.x}}\"}}}}\nmenu: [{{name: \"${{var.x}}\", link: \"${{var.x}}\"}}]\n"
    );
    let said = said(&text);
    assert_eq!(said.len(), 5, "{said:#?}");
    assert!(said.iter().all(|line| line.starts_with("MP006")), "{said:#?}");
}
