//! Text from vendors is data: whatever they write into a name, a text or a reason, it is shown and does nothing.
//!
//! Every field that a vendor's account can hold is planted with a text that would move a terminal's cursor, turn a line
//! round, call people, load a picture or end a block of code; then every command is run and all that it says is held
//! against what each form allows.

use std::collections::BTreeSet;

use mpform::sandbox::{Fault, Rule};
use mpform::words::escape;
use serde_json::{Value, json};

use crate::world::{Ran, World};

#[cfg(target_os = "linux")]
mod bombs;
#[cfg(unix)]
mod paths;

/// What no reader may be shown as it is, with a mark to find it by: `Ж`.
const EVIL: &str = "Ж\u{1b}[8m\u{1b}]0;t\u{7}\u{9b}31m\u{202e}\u{2066}\u{200b}\u{2028}\r\n```\n# @all #1 ![x](http://evil.test/x) <img src=x> | =cmd|'/C'!A0 `";

/// The same where a vendor takes one line, without what JSON Pointers and paths are made of.
fn evil(nth: usize) -> String {
    format!("{nth}{EVIL}")
}

fn seed() -> String {
    let e = evil;
    let seed = json!({
        "accounts": {"shop": {
            "app_id": "wx1", "app_secret": "s", "weixin_id": e(1),
            "followers": [
                {"openid": "o-1", "nickname": e(2), "province": e(3), "city": e(4)},
                {"openid": e(5), "nickname": e(6)},
            ],
            "groups": [{"id": "100", "name": e(7), "members": ["o-1", e(5)]}, {"id": "101", "name": e(8)}],
            "images": [{"id": "i-1", "name": format!("{}.jpg", e(9))}, {"id": "i-2", "name": "../../x.jpg"}, {"id": "i-3", "name": "\u{0}CON"}],
            "voices": [{"id": "v-1", "name": format!("{}.mp3", e(10))}],
            "videos": [{"id": "f-1", "name": e(11), "description": e(12)}],
            "news": [{"id": "n-1", "items": [{"title": e(13), "author": e(14), "digest": e(15), "content": e(16), "source_url": e(17)}]}],
            "rules": [
                {"id": "r-1", "name": e(18), "match": [e(19), {"fuzzy": e(20)}], "text": e(21)},
                {"id": "r-2", "name": "plain", "match": ["plain"], "reply": {"type": "image", "id": "i-1"}},
                {"id": "r-3", "name": "ours", "match": ["ours"], "text": e(22)},
            ],
            "subscribe": {"text": e(23)},
            "default": {"reply": {"type": "news", "id": "n-1"}},
            "menu": [
                {"name": e(24), "buttons": [{"name": e(25), "url": e(26)}, {"name": e(27), "text": e(28)}]},
                {"name": "key", "key": e(29)},
            ],
            "published": true,
            "messages": [{"from": "o-1", "content": e(30), "minutes_ago": 5}, {"from": e(5), "type": e(31), "minutes_ago": 6}],
            "sends": [{"text": e(32), "recipients": 2, "minutes_ago": 60}],
        }},
        "tanmarket": {"apps": {"ww1": {
            "app_key": "key-of-ww1",
            "sales": [{"id": "4516", "name": e(40), "department": e(41)}],
            "tags": [{"id": 7001, "name": e(42)}],
            "groups": [{"chat": "wr1", "name": e(43), "owner": "4516", "tags": [7001],
                "tasks": [{"id": "9", "sop": "s-1", "title": e(44), "mode": 1, "at": "2022-04-26 11:47"}]}],
        }}},
        "youmi": {"clients": {"client": {"secret": "secret-of-client",
            "accounts": [{"wechat": "wx", "relation": 0, "friends": ["f"]}]}}},
    });
    serde_yaml::to_string(&seed).expect("YAML")
}

const PROJECT: &str = "\
version: 1
include: [\"*.yaml\"]
accounts:
  shop: {provider: yeapoo, base_url: \"${env.SANDBOX}\", info_id: shop}
  community:
    provider: tanmarket
    base_url: \"${env.SANDBOX}/apiServer\"
    app_id: ww1
    app_key: key-of-ww1
  care:
    provider: youmi
    base_url: \"${env.SANDBOX}\"
    token_url: \"${env.SANDBOX}/connect/token\"
    client_id: client
    client_secret: secret-of-client
";

/// Takes some of it over, deletes the rest.
const SHOP: &str = "\
prune: [keywords, groups, materials]
groups: {vip: {members: [o-1]}}
materials: {}
keywords:
  ours: {match: [ours], reply: {text: mine}}
replies: {subscribe: {text: 欢迎}, default: none}
menu:
- {name: one, link: https://m.example.com}
tests:
- {say: plain, expect: {rule: ours}}
- {event: subscribe, expect: {text_contains: nothing}}
sops:
  care:
    title: 问候
    schedule: {start: 2026-01-06}
    audience: {group: all}
    steps: [{day: 1, at: \"10:00\", send: [{text: hi}]}]
";

const COMMUNITY: &str = "\
account: community
sops:
  monday:
    title: 周一
    schedule: {start: 2026-01-07}
    audience: {select: {owner: \"4516\"}}
    steps: [{day: 1, at: \"10:00\", send: [{text: hi}]}]
";

fn world() -> World {
    let world = World::new(&seed());
    world.write("mpform.yaml", PROJECT);
    world.shop(SHOP);
    world.write("community.yaml", COMMUNITY);
    world
}

/// What a terminal is shown has nothing hidden in it but the ends of lines.
#[track_caller]
fn is_harmless(what: &str, text: &str) {
    for line in text.lines() {
        assert_eq!(escape(line), line, "`{what}` shows something hidden:\n{text}");
    }
}

#[track_caller]
fn is_json(what: &str, lines: &str) {
    is_harmless(what, lines);
    let whole = serde_json::from_str::<Value>(lines).is_ok();
    let each = lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok());
    assert!(whole || each, "`{what}` is no JSON:\n{lines}");
}

/// A text in Markdown without its blocks of code, its spans of code and its `<code>`, as the standard cuts them.
fn outside_of_code(markdown: &str) -> String {
    let mut outside = String::new();
    let mut fence: Option<usize> = None;
    for line in markdown.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(open) if ticks >= open && line.trim_start_matches('`').trim().is_empty() => fence = None,
            Some(_) => {}
            None if ticks >= 3 => fence = Some(ticks),
            None => {
                outside += &without_spans(line);
                outside.push('\n');
            }
        }
    }
    assert_eq!(fence, None, "a block of code has no end:\n{markdown}");
    outside
}

fn without_spans(line: &str) -> String {
    let (mut outside, mut rest) = (String::new(), line);
    while let Some(at) = rest.find(['`', '<']) {
        outside += &rest[..at];
        rest = &rest[at..];
        if let Some(code) = rest.strip_prefix("<code>") {
            let end = code.find("</code>").expect("it ends");
            assert!(!code[..end].contains('<'), "{line}");
            rest = &code[end + "</code>".len()..];
            continue;
        }
        let ticks = rest.len() - rest.trim_start_matches('`').len();
        match (ticks, end_of_span(&rest[ticks..], ticks)) {
            (1.., Some(end)) => rest = &rest[ticks + end..],
            _ => {
                outside += &rest[..ticks.max(1)];
                rest = &rest[ticks.max(1)..];
            }
        }
    }
    outside + rest
}

/// Behind the next run of exactly so many ticks.
fn end_of_span(text: &str, ticks: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        let from = at + found;
        let run = text[from..].len() - text[from..].trim_start_matches('`').len();
        if run == ticks {
            return Some(from + run);
        }
        at = from + run;
    }
    None
}

/// Runs a command for people, in both languages; what it says is harmless.
#[track_caller]
fn said(world: &World, command: &str) -> Ran {
    let ran = world.run(command);
    is_harmless(command, &ran.out);
    is_harmless(command, &ran.err);
    let chinese = world.run(&format!("--lang zh {command}"));
    is_harmless(command, &chinese.out);
    is_harmless(command, &chinese.err);
    ran
}

#[test]
fn what_people_read_is_harmless() {
    let world = world();
    let plan = said(&world, "plan");
    assert!(plan.out.contains("Ж\\u{1b}[8m"), "the planted text shows:\n{}\n{}", plan.out, plan.err);
    for command in [
        "plan --target shop/**",
        "drift",
        "ask shop plain --live",
        "ask shop ours",
        "test",
        "test --live",
        "coverage shop --since 2026-01-01",
        "doctor",
        "sop list",
        "sop calendar --month 2026-01",
        "sop history --account shop",
        "state list",
        "account fetch shop --menu",
        "preview -o page.html",
        "export shop -o out",
        "apply",
    ] {
        said(&world, command);
    }
}

#[test]
fn with_colours_only_ours_are_there() {
    let world = world();
    for command in
        ["plan", "drift", "coverage shop --since 2026-01-01", "ask shop plain --live", "test --live"]
    {
        let ran = world.run(&format!("--color always {command}"));
        for text in [&ran.out, &ran.err] {
            let mut plain = String::new();
            let mut rest = text.as_str();
            while let Some(at) = rest.find("\u{1b}[") {
                plain += &rest[..at];
                let end = at + rest[at..].find('m').expect("the end of a colour") + 1;
                let code = &rest[at + 2..end - 1];
                let ours = code.split(';').all(|part| part.parse::<u8>().is_ok_and(|part| part != 8));
                assert!(ours, "{code:?} in {text}");
                rest = &rest[end..];
            }
            is_harmless(command, &(plain + rest));
        }
    }
}

#[test]
fn what_programs_read_is_json() {
    let world = world();
    for command in [
        "plan --json",
        "drift --json",
        "ask shop plain --live --json",
        "test --live --json",
        "coverage shop --since 2026-01-01 --json",
        "sop list --json",
        "sop history --account shop --json",
        "validate --json",
    ] {
        let ran = world.run(command);
        is_json(command, &ran.out);
    }
    let plan = world.run("plan --json").json();
    assert!(plan.to_string().contains("Ж"), "{plan:#}");
    let ran = world.run("apply --yes --json --allow-deletes shop/material=9 --allow-deletes shop/menu=5");
    is_json("apply --json", &ran.out);
    is_harmless("apply --json", &ran.err);
}

#[test]
fn a_comment_holds_foreign_text_in_code_only() {
    let world = world();
    let ran = world.run("plan --markdown");
    is_harmless("plan --markdown", &ran.out);
    assert!(ran.out.contains('Ж'), "{}", ran.out);
    let outside = outside_of_code(&ran.out);
    for evil in ["Ж", "@all", "#1", "![", "<img", "evil.test"] {
        assert!(!outside.contains(evil), "{evil} in:\n{outside}\nof:\n{}", ran.out);
    }
}

#[test]
fn a_page_holds_foreign_text_in_its_data_only() {
    let world = world();
    world.run("plan --html page.html");
    let page = std::fs::read_to_string(world.path("page.html")).expect("a page");
    assert!(page.contains('Ж'));
    assert!(
        !page.contains("<img")
            && !page.contains('\u{202e}')
            && !page.contains('\u{1b}')
            && !page.contains('\u{2028}')
    );
    assert_eq!(page.matches("<script").count(), 2);
    let (_, data) = page.split_once("id=\"data\">").expect("a block");
    let data: Value = serde_json::from_str(data.split_once("</script>").expect("ends").0).expect("JSON");
    assert!(data.to_string().contains("Ж"));
}

#[test]
fn what_is_exported_says_the_same_and_stays_inside() {
    let world = world();
    let ran = world.run("export shop -o out").expect_code(0);
    is_harmless("export", &ran.out);
    is_harmless("export", &ran.err);
    let inside: BTreeSet<_> =
        std::fs::read_dir(world.path("")).expect("lists").map(|one| one.expect("one").file_name()).collect();
    // The fifth is what is kept of its texts.
    assert_eq!((inside.len(), inside.contains(std::ffi::OsStr::new(".mpform"))), (5, true), "{inside:?}");
    for file in std::fs::read_dir(world.path("out/shop")).expect("lists") {
        let file = file.expect("an entry").path();
        if file.extension().is_some_and(|ending| ending == "yaml") {
            let text = std::fs::read_to_string(&file).expect("reads");
            is_harmless("a file that was exported", &text);
        }
    }
    let again = world.run("--project out plan --json --account shop").expect_code(0).json();
    assert_eq!(again["changes"], json!([]), "{again:#}");
}

#[test]
fn reasons_are_data_too() {
    let world = world();
    let fault = Fault::Code { code: 500, message: EVIL.to_owned() };
    world.sandbox.fault(Rule::new("", "*", fault).always());
    for command in [
        "plan",
        "plan --markdown",
        "drift",
        "ask shop plain --live",
        "test --live",
        "coverage shop --since 2026-01-01",
        "doctor",
        "sop history --account shop",
        "export shop -o out",
        "account fetch shop --menu",
        "account bind shop gh_0123456789ab",
        "apply --yes",
        "preview -o page.html",
    ] {
        let ran = said(&world, command);
        assert!(
            format!("{}{}", ran.out, ran.err).contains('Ж') || ran.code == Some(0),
            "{command}: {}{}",
            ran.out,
            ran.err
        );
        let outside = outside_of_code(&ran.out);
        assert!(command != "plan --markdown" || !outside.contains('Ж'), "{outside}");
    }
    for command in ["plan --json", "drift --json", "test --live --json"] {
        is_json(command, &world.run(command).out);
    }
}

#[test]
fn a_write_that_fails_is_told_harmlessly() {
    let world = world();
    let fault = Fault::Code { code: 500, message: EVIL.to_owned() };
    for method in ["POST", "PUT", "DELETE"] {
        world.sandbox.fault(Rule::new(method, "", fault.clone()).always());
    }
    let arguments = "apply --yes --allow-deletes shop/material=9 --allow-deletes shop/menu=5";
    let ran = world.run(arguments);
    is_harmless(arguments, &ran.out);
    is_harmless(arguments, &ran.err);
    assert!(ran.err.contains('Ж'), "{}", ran.err);
    let ran = world.run(&format!("{arguments} --json"));
    is_json("apply --json", &ran.out);
}
