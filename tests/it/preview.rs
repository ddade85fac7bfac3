//! `mpform preview` and `plan --html`: the page as a file. How it behaves is in `browser`.

use std::path::Path;

use mpform::sandbox::{Fault, Rule};
use serde_json::{Value, json};

use crate::plan::SHOP;
use crate::world::{PROJECT, World};

const NOW: &str = "--now 2026-11-22T09:00:00+08:00";

/// The data of a page.
fn data(page: &Path) -> Value {
    let page = std::fs::read_to_string(page).expect("there is a page");
    let (_, rest) = page.split_once("id=\"data\">").expect("a block");
    serde_json::from_str(rest.split_once("</script>").expect("ends").0).expect("JSON")
}

/// The object with an address.
fn object<'a>(data: &'a Value, address: &str) -> &'a Value {
    let accounts = data["accounts"].as_array().expect("accounts").iter();
    let mut objects = accounts.flat_map(|account| account["objects"].as_array().into_iter().flatten());
    objects.find(|object| object["address"] == address).unwrap_or_else(|| panic!("no {address} in {data:#}"))
}

#[test]
fn both_commands_write_the_same_page_and_change_nothing() {
    let world = World::applied(SHOP);
    world.shop(&SHOP.replace("每天九点到九点", "每天九点到八点"));
    let state = std::fs::read(world.state_file()).expect("a state");
    let ran = world.run(&format!("{NOW} preview -o one.html")).expect_code(0);
    assert_eq!(ran.out, "Plan: 0 to create, 1 to update, 0 to delete.\n");
    assert_eq!(ran.err, "one.html shows it: open it in a browser\n");
    let with = world.run(&format!("{NOW} plan --html two.html")).expect_code(0);
    let without = world.run(&format!("{NOW} plan")).expect_code(0);
    assert_eq!(with.out, without.out, "the plan is printed as ever");
    let read = |name: &str| std::fs::read(world.path(name)).expect("a page");
    assert_eq!(read("one.html"), read("two.html"));
    assert_eq!(std::fs::read(world.state_file()).expect("a state"), state);
    assert_eq!(world.writes(), Vec::<String>::new());
    let left: Vec<_> = std::fs::read_dir(world.path(""))
        .expect("lists")
        .map(|entry| entry.expect("one").file_name())
        .collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".mpform-")), "{left:?}");
}

#[test]
fn what_nobody_manages_is_on_it_and_is_read_for_it_alone() {
    let world = World::applied(SHOP);
    let text = world.hand("POST", "text", json!({"content": "车位很多"}));
    let words = json!([{"content": "车位", "fuzzy": "0"}]);
    world.hand(
        "POST",
        "keyword",
        json!({"rule_name": "旧", "reply_id": text, "reply_type": "text", "keyword": words}),
    );
    world.calls();
    world.run("plan").expect_code(0);
    let plain = world.calls();
    world.run("preview -o page.html").expect_code(0);
    let mut more = world.calls();
    plain.iter().for_each(|call| {
        let at = more.iter().position(|other| other == call);
        drop(at.map(|at| more.remove(at)));
    });
    assert_eq!(more, ["GET keyword/…", "GET text/…"], "the rule and its text, and nothing a second time");
    let data = data(&world.path("page.html"));
    let rule = object(&data, "shop/keyword/旧");
    assert_eq!(rule["fate"], "unmanaged");
    assert_eq!(rule["body"]["match"], json!(["车位"]));
    assert_eq!(rule["body"]["reply"]["text"], "车位很多");
}

#[test]
fn a_stray_rule_that_cannot_be_read_is_no_reason_to_plan_nothing() {
    let world = World::applied(SHOP);
    let text = world.hand("POST", "text", json!({"content": "车位很多"}));
    let words = json!([{"content": "车位", "fuzzy": "0"}]);
    let id = world.hand(
        "POST",
        "keyword",
        json!({"rule_name": "旧", "reply_id": text, "reply_type": "text", "keyword": words}),
    );
    let id = id.as_str().expect("an id");
    let down = Fault::Code { code: 500, message: "Communications link failure".into() };
    world.sandbox.fault(Rule::new("GET", id, down).always());
    world.run("preview -o page.html").expect_code(0);
    let data = data(&world.path("page.html"));
    assert_eq!(object(&data, "shop/keyword/旧")["unread"], true);
}

#[test]
fn before_and_after_stand_side_by_side() {
    let world = World::applied(SHOP);
    world.shop(
        &SHOP
            .replace("每天九点到九点", "每天九点到八点")
            .replace("  地址: {match: [在哪], reply: {text: 花园路 18 号}}\n", ""),
    );
    world.run("preview -o page.html").expect_code(0);
    let data = data(&world.path("page.html"));
    let hours = object(&data, "shop/keyword/时间");
    assert_eq!(hours["before"]["reply"]["text"], "每天九点到九点");
    assert_eq!(hours["after"]["reply"]["text"], "每天九点到八点");
    let gone = object(&data, "shop/keyword/地址");
    assert!(gone["after"].is_null() && gone["before"]["reply"]["text"] == "花园路 18 号");
    let change = data["changes"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["address"] == "shop/keyword/时间"));
    let field = &change.expect("a change")["fields"][0];
    assert_eq!(
        *field,
        json!({"path": "reply.text", "in_bodies": true, "edits": [["=", 5], ["-", 1], ["+", 1], ["=", 1]]})
    );
    assert_eq!(
        data["accounts"][0]["read"],
        json!(["group", "keyword", "menu", "reply"]),
        "materials are not managed here"
    );
}

#[test]
fn a_refused_plan_is_written_all_the_same() {
    let world = World::applied(SHOP);
    world.shop(&format!(
        "{}\n",
        SHOP.replace("keywords:", "keywords:\n  x: {match: [y], reply: {text: z}}")
            .replace("vip:", "vip: {}\n  other:")
    ));
    world.write("mpform.yaml", &format!("{PROJECT}policy: {{max_deletes: 0}}\n"));
    world.shop("keywords: {}\n");
    world.run("preview -o page.html").expect_code(1).says(&["This plan is refused", "MP060"]);
    let data = data(&world.path("page.html"));
    assert_eq!(data["refused"], true);
    assert_eq!(data["refusals"][0]["code"], "MP060");
}

#[test]
fn an_account_that_cannot_be_reached_is_shown_with_its_problem() {
    let world = World::applied(SHOP);
    let other = "  away: {provider: yeapoo, base_url: \"http://127.0.0.1:9\", info_id: away, headers: {Authorization: s3cr3t-0815}}\n";
    world.write("mpform.yaml", &format!("{PROJECT}{other}"));
    world.write("shop.yaml", &format!("account: shop\n{SHOP}---\naccount: away\nkeywords: {{}}\n"));
    world.run("preview -o page.html").expect_code(1).says(&["away could not be planned"]);
    let page = std::fs::read_to_string(world.path("page.html")).expect("a page");
    assert!(!page.contains("s3cr3t-0815"));
    let data = data(&world.path("page.html"));
    assert_eq!(data["failed"][0]["account"], "away");
    assert_eq!(
        (&data["accounts"][0]["failed"], &data["accounts"][1]["failed"]),
        (&json!(false), &json!(true))
    );
    assert!(data["accounts"][0]["objects"].as_array().is_some_and(|all| all.len() > 5));
}

#[test]
fn files_are_in_it_as_long_as_there_is_room() {
    let world = World::empty();
    world.assets();
    let big = |name: &str, byte: u8| {
        let mut bytes = b"\0\0\0\x20ftypisom".to_vec();
        bytes.resize(5 * 1024 * 1024, byte);
        std::fs::write(world.path(name), bytes).expect("writes");
    };
    big("assets/one.mp4", 1);
    big("assets/two.mp4", 2);
    std::fs::write(world.path("assets/poster.jpg"), b"\xFF\xD8\xFF\xE0 a picture").expect("writes");
    world.shop(
        "materials:\n  one: {video: assets/one.mp4, title: 一}\n  two: {video: assets/two.mp4, title: 二}\n  poster: {image: assets/poster.jpg}\n",
    );
    world.run("preview -o page.html").expect_code(0);
    let data = data(&world.path("page.html"));
    let files: Vec<_> = data["files"].as_array().expect("files").iter().collect();
    let told = |nth: usize| {
        (files[nth]["name"].as_str(), files[nth]["type"].as_str(), files[nth]["left_out"].as_bool())
    };
    assert_eq!(told(0), (Some("one.mp4"), Some("video/mp4"), None));
    assert_eq!(told(1), (Some("two.mp4"), None, Some(true)));
    assert_eq!(told(2), (Some("poster.jpg"), Some("image/jpeg"), None));
    assert_eq!(files[2]["data"], "/9j/4CBhIHBpY3R1cmU=");
}

#[test]
fn a_page_that_cannot_be_written_is_a_problem_with_help() {
    let world = World::applied(SHOP);
    for command in ["preview -o no/such/page.html", "plan --html no/such/page.html"] {
        world.run(command).expect_code(1).says(&["MP140", "no/such/page.html", "name a file in a folder"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn it_may_be_read_by_whom_any_other_file_may_and_a_plan_file_by_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::applied(SHOP);
    world.run_in_a_shell("umask 022", "plan -o plan.json --html page.html").expect_code(0);
    let mode =
        |name: &str| std::fs::metadata(world.path(name)).expect("is there").permissions().mode() & 0o777;
    assert_eq!((mode("page.html"), mode("plan.json")), (0o644, 0o600));
}
