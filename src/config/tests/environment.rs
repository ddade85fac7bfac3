//! `${…}` and environments.

use super::{SHOP, Trial};

fn text_of(trial: &Trial, account: &str) -> String {
    let desired = trial.fine();
    let body = desired.accounts[account].resources[0].body.clone().expect("a body");
    body.tree()["text"].as_str().expect("a text").to_owned()
}

fn greeting(vars: &str, text: &str) -> Trial {
    let text = format!(
        "{SHOP}vars: {vars}\nenv: [PUBLIC_*]\n---\naccount: shop\nreplies: \n  default:\n    text: {text}\n"
    );
    Trial::new(&[("mpform.yaml", &text)])
}

#[test]
fn values_are_put_in() {
    let text = |vars: &str, text: &str| {
        text_of(&greeting(vars, text).env(&[("PUBLIC_A", "甲"), ("PUBLIC_E", "")]), "shop")
    };
    assert_eq!(text("{a: 1}", "'x${var.a}y${var.a}'"), "x1y1");
    assert_eq!(text("{a: 1}", "\n      ${var.a}"), "1");
    assert_eq!(text("{}", "'${env.PUBLIC_A}'"), "甲");
    assert_eq!(text("{}", "'${env.PUBLIC_B:-乙}'"), "乙");
    assert_eq!(text("{}", "'${env.PUBLIC_E:-丙}'"), "丙");
    assert_eq!(text("{a: 1}", "'${env.PUBLIC_B:-<${var.a}>}'"), "<1>");
    assert_eq!(text("{}", "'$${var.a} $5 $$'"), "${var.a} $5 $$");
    assert_eq!(text("{a: '${var.b}${var.b}', b: 2}", "'${var.a}'"), "22");
    assert_eq!(text("{a: '$${var.b}'}", "'${var.a}'"), "${var.b}", "what was put in is not read again");
    assert_eq!(text("{}", "'${var.x:-}y'"), "y");
}

#[test]
fn a_missing_name_is_shown_where_it_stands() {
    let said = |vars: &str, text: &str| greeting(vars, text).said();
    assert_eq!(
        said("{city: 上海}", "'来${var.ctiy}'"),
        ["MP006 mpform.yaml:9:13 there is no var `ctiy` | did you mean `${var.city}`?"]
    );
    assert_eq!(
        said("{}", "${env.PUBLIC_X}"),
        [
            "MP006 mpform.yaml:9:11 the environment variable `PUBLIC_X` is not set | set PUBLIC_X, or give a default: `${env.PUBLIC_X:-…}`"
        ]
    );
    assert_eq!(
        said("{}", "'${env.SECRET}'"),
        [
            "MP016 mpform.yaml:9:12 `SECRET` may not be read from the environment here | allow it in mpform.yaml: `env: [SECRET]`; only `accounts`, `state` and `notify` read freely"
        ]
    );
    assert_eq!(
        said("{}", "'a ${site}'"),
        [
            "MP006 mpform.yaml:9:14 `${site}` is neither `${env.NAME}` nor `${var.NAME}` | write `$${` for a literal `${`"
        ]
    );
    assert_eq!(
        said("{}", "'a ${var.a'"),
        ["MP006 mpform.yaml:9:14 `${` without its `}` | close it, or write `$${` for a literal `${`"]
    );
    assert_eq!(
        said("{a: '${var.b}', b: '${var.a}'}", "x"),
        [
            "MP014 mpform.yaml:3:27 the var `a` is made of itself: `a` → `b` → `a` | give one of them a value of its own"
        ]
    );
    assert_eq!(said("{a: '${env.SECRET}'}", "x").len(), 1);
}

#[test]
fn validate_stands_in_for_what_is_not_set() {
    let text = "version: 1
accounts:
  shop:
    provider: yeapoo
    base_url: ${env.BASE}
    info_id: ${env.ID}
    limits: {concurrency: \"${env.MANY}\"}
---
account: shop
menu: [{name: a, link: \"${env.SITE:-https://a.example}\"}]
";
    let mut trial = Trial::new(&[("mpform.yaml", &format!("env: [SITE]\n{text}"))]);
    trial.options.stand_in = true;
    let said = trial.said();
    assert_eq!(said.len(), 3, "{said:#?}");
    assert_eq!(
        said[0],
        "MP017 mpform.yaml:6:15 `BASE` is not set, a stand-in was checked instead | set BASE before plan and apply"
    );
    trial.options.stand_in = false;
    assert!(trial.said().iter().all(|line| line.starts_with("MP006")), "{:#?}", trial.said());
}

const ENVIRONMENTS: &str = "version: 1
vars: {site: a, other: b}
accounts: {shop: {provider: yeapoo, base_url: https://a.example, info_id: real, headers: {A: '1'}}}
environments:
  staging:
    vars: {site: s}
    accounts: {shop: {info_id: demo}}
  empty:
---
account: shop
replies: {default: {text: \"${var.site}${var.other}\"}}
";

#[test]
fn an_environment_is_laid_over() {
    let trial = |name: &str| Trial::new(&[("mpform.yaml", ENVIRONMENTS)]).environment(name);
    assert_eq!(text_of(&trial("staging"), "shop"), "sb");
    assert_eq!(text_of(&trial("empty"), "shop"), "ab");
    assert_eq!(text_of(&Trial::new(&[("mpform.yaml", ENVIRONMENTS)]), "shop"), "ab");
    let (project, _) = trial("staging").load();
    let project = project.expect("a project");
    let shop = &project.accounts["shop"];
    assert_eq!(
        shop.node.get("info_id").and_then(|node| node.text().map(str::to_owned)),
        Some("demo".to_owned())
    );
    assert_eq!((shop.headers.len(), project.environment.as_str()), (1, "staging"));
    assert_eq!(
        trial("stagin").said(),
        ["MP015 mpform.yaml:4:1 there is no environment `stagin` | did you mean `staging`?"]
    );
}

#[test]
fn no_environment_is_named_as_what_stands_without_one() {
    let text = ENVIRONMENTS.replace("  empty:\n", "  default: {vars: {site: d}}\n");
    let said = Trial::new(&[("mpform.yaml", &text)]).said();
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(
        said[0].starts_with("MP014 mpform.yaml:8:3 an environment can't be named `default`"),
        "{said:#?}"
    );
}

#[test]
fn the_command_line_goes_over_everything() {
    let trial = || Trial::new(&[("mpform.yaml", ENVIRONMENTS)]);
    assert_eq!(text_of(&trial().var("site", "${var.x}"), "shop"), "${var.x}b");
    assert_eq!(
        trial().var("sight", "x").said(),
        ["MP006 mpform.yaml:2:1 --var sight: there is no such var | known here: `site`, `other`"]
    );
}

#[test]
fn one_document_serves_accounts_with_vars_of_their_own() {
    let text = "version: 1
vars: {city: 上海, hello: \"来${var.city}\"}
accounts:
  a: {provider: yeapoo, base_url: https://a.example, info_id: a}
  b: {provider: yeapoo, base_url: https://a.example, info_id: b, vars: {city: \"${env.CITY}\"}}
---
accounts: [\"*\"]
replies: {default: {text: \"${var.hello}\"}}
";
    let trial = Trial::new(&[("mpform.yaml", text)]).env(&[("CITY", "北京")]);
    assert_eq!((text_of(&trial, "a"), text_of(&trial, "b")), ("来上海".to_owned(), "来北京".to_owned()));
}

#[test]
fn a_secret_of_the_wrong_type_does_not_show() {
    let text = "version: 1\naccounts: {a: {provider: yeapoo, base_url: https://a.example, info_id: a, headers: \"${env.TOKEN}\"}}\n";
    let trial = Trial::new(&[("mpform.yaml", text)]).env(&[("TOKEN", "s3cret")]);
    let (_, problems) = trial.load();
    assert_eq!(problems.len(), 1);
    assert!(!format!("{problems:?}").contains("s3cret"), "{problems:?}");
}
