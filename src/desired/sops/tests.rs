use crate::config::tests::Trial;

/// What is said of a plan at a vendor with these lines beside its own.
fn said(settings: &str, audience: &str, lines: &str) -> Vec<String> {
    let project = format!(
        "version: 1\naccounts: {{care: {{{settings}}}}}\n---\naccount: care\nsops:\n  ask:\n    audience: {audience}\n    \
         steps: [{{day: 1, at: '9:00', send: [{{text: 早}}]}}]\n    {lines}\n"
    );
    let said = Trial::new(&[("mpform.yaml", &project)]).said();
    said.into_iter().map(|line| line.split(" | ").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_key_that_is_the_title_is_one_line_without_blanks_at_its_ends() {
    let of = |key: &str, lines: &str| {
        let project = format!(
            "version: 1\naccounts: {{care: {{provider: tanmarket, app_id: a, app_key: k}}}}\n---\naccount: care\nsops:\n  \"{key}\":\n    \
             audience: {{groups: [{{chat: wr1, owner: '1'}}]}}\n    steps: [{{day: 1, at: '9:00', send: [{{text: 早}}]}}]\n    \
             schedule: {{start: 2026-01-03}}\n{lines}"
        );
        Trial::new(&[("mpform.yaml", &project)]).said()
    };
    for key in [" a", "a ", "a\\nb"] {
        let said = of(key, "");
        assert!(said.len() == 1 && said[0].starts_with("MP014 mpform.yaml:6:3 a title with"), "{said:?}");
        assert_eq!(of(key, "    title: A\n"), Vec::<String>::new());
    }
    assert_eq!(of("a b", ""), Vec::<String>::new());
}

#[test]
fn what_only_another_sender_keeps_is_refused() {
    let youmi = |lines: &str| {
        let settings = "provider: youmi, base_url: 'https://y.example.com', token: t";
        said(settings, "{from: wx1, channel: wechat, friends: [f1]}", lines)
    };
    let tanmarket = |lines: &str| {
        let settings = "provider: tanmarket, app_id: a, app_key: k";
        said(settings, "{groups: [{chat: wr1, owner: '1'}]}", lines)
    };
    let start = "schedule: {start: 2026-01-03}\n    ";
    let ahead = "schedule: {start: 2026-01-03, ahead: 7d}\n    delivery: manual";
    let grace = format!("{start}grace: 1h");
    assert_eq!(youmi(&grace), Vec::<String>::new());
    assert_eq!(
        youmi(ahead),
        ["MP028 mpform.yaml:10:15 `delivery` at youmi", "MP028 mpform.yaml:9:42 `ahead` at youmi"]
    );
    assert_eq!(tanmarket(ahead), Vec::<String>::new());
    assert_eq!(tanmarket(&grace), ["MP028 mpform.yaml:10:12 `grace` at tanmarket"]);
}
