//! What an editor makes of the schema: the YAML language server that editors run, asked as they ask it.

mod server;

use serde_json::Value;

use self::server::Server;
use crate::left_out::can_run;
use crate::world::World;

/// A project as `init` writes it, and the file that is being edited, a `|` where the cursor is.
fn at(cursor: &str) -> Option<(World, Server, String, Value)> {
    if !can_run("editor") {
        return None;
    }
    let world = World::empty();
    world.run("init flowers").expect_code(0);
    let server = Server::start(&world.path("flowers"));
    let offset = cursor.find('|').expect("a cursor");
    let before = &cursor[..offset];
    let line = before.matches('\n').count();
    // The protocol counts in UTF-16.
    let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
    let text = cursor.replacen('|', "", 1);
    Some((world, server, text, serde_json::json!({"line": line, "character": column})))
}

const MODELINE: &str = "# yaml-language-server: $schema=../mpform.schema.json\n";

#[track_caller]
fn completes(cursor: &str, wanted: &[&str]) {
    let Some((_world, mut server, text, position)) = at(&format!("{MODELINE}{cursor}")) else { return };
    let labels = server.completions("accounts/shop.yaml", &text, &position);
    for want in wanted {
        assert!(labels.iter().any(|label| label == want), "{want} in {labels:?}");
    }
}

#[track_caller]
fn explains(cursor: &str, wanted: &[&str]) {
    let Some((_world, mut server, text, position)) = at(&format!("{MODELINE}{cursor}")) else { return };
    let hover = server.hover("accounts/shop.yaml", &text, &position);
    for want in wanted {
        assert!(hover.contains(want), "{want} in {hover}");
    }
}

#[test]
fn keys_of_a_rule_are_completed() {
    completes(
        "account: shop\nkeywords:\n  营业时间:\n    match: [几点]\n    |",
        &["reply", "name", "protect", "ignore"],
    );
}

#[test]
fn forms_of_a_reply_are_completed() {
    completes("account: shop\nreplies:\n  subscribe:\n    |", &["text", "material", "raw"]);
}

#[test]
fn words_of_a_field_are_completed() {
    completes(
        "account: shop\ngroups:\n  vip:\n    members: [oA]\n    members_mode: |",
        &["exact", "at_least"],
    );
}

#[test]
fn a_section_says_what_it_is_in_both_languages() {
    explains("account: shop\nkey|words: {}\n", &["A keyword rule", "关键字"]);
}

#[test]
fn a_field_says_what_it_is_in_both_languages() {
    explains(
        "account: shop\ngroups:\n  vip: {members_mo|de: exact}\n",
        &["The listed followers and nobody else", "恰好这些"],
    );
}

#[test]
fn a_slip_of_the_pen_is_shown_as_one_types() {
    let text =
        format!("{MODELINE}account: shop\nkeywords:\n  营业时间: {{mach: [几点], reply: {{text: 十点}}}}\n");
    let Some((_world, mut server, text, _)) = at(&(text + "|")) else { return };
    let problems = server.problems("accounts/shop.yaml", &text);
    let on_line_4 = problems.iter().find(|problem| problem["range"]["start"]["line"] == 3);
    let message = on_line_4.and_then(|problem| problem["message"].as_str()).unwrap_or_default();
    assert!(message.contains("mach"), "{problems:?}");
}

#[test]
fn what_init_writes_is_fine() {
    if !can_run("editor") {
        return;
    }
    let world = World::empty();
    world.run("init flowers").expect_code(0);
    let mut server = Server::start(&world.path("flowers"));
    for file in ["mpform.yaml", "accounts/shop.yaml"] {
        let text = std::fs::read_to_string(world.path("flowers").join(file)).expect("reads");
        assert_eq!(server.problems(file, &text), Vec::<Value>::new(), "{file}");
    }
}
