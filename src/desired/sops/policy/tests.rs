use chrono::{DateTime, Utc};

use super::{Forbidden, against_policy};
use crate::config::tests::{Trial, line};

/// What the policy says of messages like these, sent on the third day of a year.
fn said(policy: &str, send: &str) -> Vec<String> {
    let project = format!(
        "version: 1\naccounts: {{care: {{provider: youmi, base_url: https://y.example.com, token: t}}}}\n{policy}\n---\n\
         account: care\nsops:\n  ask:\n    schedule: {{start: 2026-01-03}}\n    \
         audience: {{from: wx1, channel: wechat, friends: [f1]}}\n    steps:\n    - {{day: 1, at: '9:00', send: [{{text: 早}}]}}\n    \
         - {{day: 1, at: '10:00', send: [{send}]}}\n"
    );
    let trial = Trial::new(&[("mpform.yaml", &project)]);
    let now: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().expect("a time");
    let desired = trial.fine();
    let (project, _) = trial.load();
    let found = against_policy(&project.expect("a project").policy, &desired.sops["care"], now);
    found
        .iter()
        .map(|Forbidden { problem, .. }| {
            format!(
                "{} {}",
                problem.about.as_deref().unwrap_or_default(),
                line(problem).split(" | ").next().unwrap()
            )
        })
        .collect()
}

#[test]
fn money_is_moved_only_where_the_policy_says_so() {
    let step = "care/sop/ask@2026-01-03 MP119 mpform.yaml";
    let when = "step 2, due 2026-01-03 10:00";
    assert_eq!(said("", "{collect: {}}"), [format!("{step}:12:46 {when}: `collect` moves money")]);
    assert_eq!(
        said("policy: {allow_money_messages: false}", "{text: a}, {refund: {}}"),
        [format!("{step}:12:56 {when}: `refund` moves money")]
    );
    let allowed = "policy: {allow_money_messages: true}";
    assert_eq!(said(allowed, "{collect: {}}, {raw: {MsgType: returnmoney}}"), Vec::<String>::new());
}

#[test]
fn the_vendors_own_words_move_money_as_well() {
    let words = |send: &str| -> Vec<String> {
        let said = said("", send).into_iter();
        said.map(|line| line.rsplit_once(": ").unwrap_or_default().1.to_owned()).collect()
    };
    for send in [
        "{raw: {MsgType: ReturnMoney}}",
        "{raw: {msgtype: ReturnMoney}}",
        "{raw: {MsgType: batch, messList: [{MsgType: text}, {MsgType: ReturnMoney}]}}",
        "{text: a, extra: {MsgType: ' ReturnMoney '}}",
        "{batch: [{text: a, extra: {MsgType: ReturnMoney}}]}",
    ] {
        assert_eq!(words(send).len(), 1, "{send}");
        assert!(words(send)[0].to_lowercase().contains("returnmoney"), "{send}");
    }
    for send in
        ["{raw: {MsgType: text, Text: rebpacket}}", "{text: rebpacket}", "{link: {url: u, title: refund}}"]
    {
        assert_eq!(words(send), Vec::<String>::new(), "{send}");
    }
}
