//! Whatever the program writes anywhere, with vendors that show it its own requests: no secret is in it, nor what was
//! reckoned from one, nor a piece of either.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::echo::{Echo, TOKEN};
use crate::world::World;

const APP_KEY: &str = "Kq7-tanmarket'key/&+x";
const CLIENT_SECRET: &str = "Cx9-youmi secret/&=";
const GATE: &str = "Hv3-header-value/+<x>";
const BEARER: &str = "Bz5-bearer/token+abc";
const HOOK_KEY: &str = "Wd1-webhook-key-0815";
const HOOK_SECRET: &str = "SECn2-signing-secret";
const CARE_TOKEN: &str = "Yt8-token-of-another";

/// All vendors at one that shows what it was sent.
fn project(echo: &Echo) -> String {
    format!(
        "\
version: 1
include: [shop.yaml, plans.yaml]
accounts:
  shop:
    provider: yeapoo
    base_url: \"${{env.ECHO}}\"
    info_id: shop
    headers: {{X-Gate: \"{GATE}\", Authorization: \"Bearer {BEARER}\"}}
  community:
    provider: tanmarket
    base_url: \"${{env.ECHO}}/apiServer\"
    app_id: ww1
    app_key: \"{APP_KEY}\"
    send_app_key: true
    headers: {{X-Gate: \"{GATE}\"}}
  care:
    provider: youmi
    base_url: \"${{env.ECHO}}\"
    token_url: \"${{env.ECHO}}/connect/token\"
    client_id: client
    client_secret: \"{CLIENT_SECRET}\"
  other: {{provider: youmi, base_url: \"${{env.ECHO}}\", token: {CARE_TOKEN}}}
notify:
  - {{webhook: \"{}/robot/send?access_token={HOOK_KEY}\", format: dingtalk, secret: {HOOK_SECRET}}}
",
        echo.url
    )
}

const PLANS: &str = "\
account: community
sops:
  brief:
    schedule: {start: 2030-01-07}
    audience: {groups: [{chat: wr1, owner: u1}]}
    steps: [{day: 1, at: \"10:00\", send: [{text: 早上好}]}]
---
account: care
sops:
  hello:
    schedule: {start: 2030-01-07}
    audience: {from: wx1, channel: wechat, friends: [f1]}
    steps: [{day: 1, at: \"10:00\", send: [{text: 您好}]}]
";

/// Everything that lets somebody in: what is declared, what was given out, and what was reckoned for each request.
fn secrets(echo: &Echo) -> Vec<String> {
    let declared = [APP_KEY, CLIENT_SECRET, GATE, BEARER, HOOK_KEY, HOOK_SECRET, CARE_TOKEN, TOKEN];
    let mut secrets: Vec<_> = declared.map(str::to_owned).to_vec();
    for request in echo.seen() {
        let head = request.split("\r\n\r\n").next().unwrap_or_default();
        let signed = head.lines().filter_map(|line| line.strip_prefix("sign: "));
        let query = head.lines().next().unwrap_or_default().split([' ', '?', '&']);
        let signed = signed.chain(query.filter_map(|pair| pair.strip_prefix("sign=")));
        secrets.extend(signed.map(str::to_owned));
    }
    secrets.sort();
    secrets.dedup();
    secrets
}

/// How it might be written: the first bytes of it suffice.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let whole = [secret.to_owned(), json[1..json.len() - 1].to_owned(), percent];
    let mut forms: Vec<_> = whole.iter().map(|form| form.chars().take(8).collect()).collect();
    forms.extend(whole.iter().map(|form| form.chars().skip(form.chars().count() - 8).collect()));
    for skip in 0..3 {
        let rest = &secret.as_bytes()[skip..skip + 12];
        forms.extend([STANDARD.encode(rest), URL_SAFE.encode(rest)]);
    }
    forms
}

#[track_caller]
fn clean(what: &str, text: &str, secrets: &[String]) {
    for secret in secrets {
        for form in forms(secret) {
            assert!(!text.contains(&form), "{what} shows {secret} as {form}:\n{text}");
        }
    }
}

/// Every file below a folder, but for the project document, where the secrets are written.
fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            files(&entry, found);
        } else if !entry.ends_with("mpform.yaml") || entry.parent().is_some_and(|at| at.ends_with("out")) {
            let text = String::from_utf8_lossy(&std::fs::read(&entry).expect("reads")).into_owned();
            found.push((entry.display().to_string(), text));
        }
    }
}

#[test]
fn nothing_that_is_written_anywhere_shows_a_secret() {
    let (world, echo) = (World::empty(), Echo::start());
    world.write("mpform.yaml", &project(&echo));
    world.shop(
        "groups: {vip: {}}\nreplies: {subscribe: {text: 欢迎}}\ntests: [{say: 你好, expect: {text: 您好}}]\n",
    );
    world.write("plans.yaml", PLANS);
    let mut ran = vec![];
    let all = [
        "validate --json",
        "plan -vvv --json --trace-http calls.jsonl --timings times.json",
        "plan --lang zh --markdown",
        "plan --html page.html -o plan.json",
        "apply --yes --json -vvv",
        "apply --yes --account care -vvv",
        "doctor -vvv --trace-http doctor.jsonl",
        "drift --lang zh",
        "test --live --junit tests.xml",
        "coverage shop",
        "export shop -o out",
        "sop list",
        "state list",
    ];
    let some = ["plan -vvv", "doctor -vvv --lang zh"];
    let rounds = [
        ("403 Forbidden", &all[..]),
        ("200 OK", &some[..]),
        ("401 Unauthorized", &some[..]),
        ("500 Internal Server Error", &some[1..]),
    ];
    for (status, commands) in rounds {
        echo.answers(status);
        for words in commands {
            ran.push(((*words).to_owned(), world.run_with(words, &[("ECHO", &echo.url)])));
        }
    }
    // The same, where the way there is broken: no TLS is spoken there.
    let broken = echo.url.replace("http://", "https://");
    let failed = world.run_with("plan -vvv --trace-http tls.jsonl", &[("ECHO", &broken)]).expect_code(1);
    ran.push(("over TLS".to_owned(), failed));

    let secrets = secrets(&echo);
    let requests = echo.seen().join("\n");
    for secret in [APP_KEY, GATE, BEARER, CARE_TOKEN, HOOK_KEY] {
        assert!(requests.contains(secret) || secret == CARE_TOKEN, "{secret} was sent");
    }
    let token = utf8_percent_encode(CLIENT_SECRET, NON_ALPHANUMERIC).to_string();
    assert!(requests.contains(&token), "the client asked for a token");
    assert!(secrets.len() > 10, "many signatures were seen: {}", secrets.len());
    let all: String = ran.iter().map(|(_, ran)| format!("{}{}", ran.out, ran.err)).collect();
    assert!(all.contains("•••"), "what was shown was masked");
    for (words, ran) in &ran {
        clean(words, &ran.out, &secrets);
        clean(words, &ran.err, &secrets);
    }
    let mut written = vec![];
    files(&world.path(""), &mut written);
    for name in ["calls.jsonl", "doctor.jsonl", "care.json"] {
        assert!(written.iter().any(|(path, text)| path.ends_with(name) && !text.is_empty()), "no {name}");
    }
    for (path, text) in &written {
        clean(path, text, &secrets);
    }
    // What others are told is theirs to know, but for what lets them in elsewhere.
    let told: Vec<_> =
        echo.seen().into_iter().filter(|request| request.starts_with("POST /robot/")).collect();
    assert!(!told.is_empty(), "the webhook was told");
    for request in told {
        let body = request.split("\r\n\r\n").nth(1).unwrap_or_default();
        clean("the notice", body, &secrets);
    }
}
