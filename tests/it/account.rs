//! `mpform account`: bind, fill in, fetch. What is a write is made once, and nothing secret shows.

use insta::assert_snapshot;
use mpform::sandbox::{Fault, Rule};

use crate::plan::SHOP;
use crate::world::{PROJECT, Ran, World, without_ids};

const SECRET: &str = "5ec4e7-0815";

/// An account that is bound and not filled in.
const BOUND: &str = "accounts: {shop: {weixin_id: gh_shop}}";

fn world(seed: &str) -> World {
    let world = World::new(seed);
    world.shop("");
    world
}

/// Nothing that was printed and no file of the project holds the secret.
#[track_caller]
fn keeps_the_secret(world: &World, ran: &Ran) {
    assert!(!ran.out.contains(SECRET) && !ran.err.contains(SECRET), "{}\n{}", ran.out, ran.err);
    let mut folders = vec![world.path("")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = String::from_utf8_lossy(&std::fs::read(&path).expect("reads")).into_owned();
                assert!(!text.contains(SECRET), "{} holds it", path.display());
            }
        }
    }
}

#[test]
fn bind_prints_what_goes_where() {
    let world = world("accounts: {}");
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: new"));
    let ran = world.run("account bind shop gh_shop").expect_code(0);
    let id =
        ran.out.lines().next().and_then(|line| line.strip_prefix("info_id: ")).expect("an id").to_owned();
    assert_snapshot!(without_ids(&ran.out).trim_end(), @"
    info_id: …
    url: $URL/wx/…
    token: …
    ");
    assert_snapshot!(without_ids(&ran.err).trim_end(), @"
    url and token go into WeChat's developer page (基本配置 → 服务器配置); the token is a secret
    next: write `info_id: …` at mpform.yaml:4:65, where `new` stands for shop now (or set the variable it comes from); then `mpform account fill-in shop`
    ");
    assert_eq!(world.writes(), ["POST bind"]);
    // The same WeChat id is the same account, and with the id in its place nothing is left to write.
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", &format!("info_id: {id}")));
    let again = world.run("account bind shop gh_shop").expect_code(0).says(&["is this id already"]);
    assert_eq!(again.out, ran.out);
    assert!(!world.path(".mpform/state").exists());
}

#[test]
fn bind_refuses_what_is_no_word_and_says_what_is_uncertain() {
    let world = world("accounts: {}");
    world
        .run_args(&["account", "bind", "shop", "gh 1"])
        .expect_code(1)
        .says(&["error[MP014]: `gh 1` is not a WeChat id"]);
    world.run("account bind cafe gh_1").expect_code(1).says(&["error[MP010]: there is no account `cafe`"]);
    assert_eq!(world.calls(), Vec::<String>::new());
    world.sandbox.fault(Rule::new("POST", "/bind", Fault::ResetAfter));
    world
        .run("account bind shop gh_1")
        .expect_code(1)
        .says(&["error[MP081]: shop: POST bind", "run it again"]);
    assert_eq!(world.writes(), ["POST bind"]);
}

#[test]
fn fill_in_reads_two_lines_and_says_what_came() {
    let world = world(BOUND);
    let ran = world.run_told("account fill-in shop", &format!("wx1\n{SECRET}\n")).expect_code(0);
    assert_snapshot!(ran.out, @"
    shop: followers: 0 followers, 3 groups of WeChat's, 0 groups made at the vendor, 0 memberships (followers still come in: there may be more soon)
    shop: menu: 0 buttons, 0 of them with a reply (if WeChat shows a menu, it failed to give it: `mpform account fetch shop --menu`)
    ");
    assert_eq!(ran.err, "shop is filled in\n");
    keeps_the_secret(&world, &ran);
    let sent = world.sandbox.writes();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].body, format!(r#"{{"id":"shop","app_id":"wx1","app_secret":"{SECRET}"}}"#));
}

#[test]
fn a_second_time_only_keeps() {
    let world = world(BOUND);
    world.run_told("account fill-in shop", "wx1\nfirst\n").expect_code(0);
    let ran = world.run_told("account fill-in shop", &format!("wx1\n{SECRET}\n")).expect_code(1).says(&[
        "shop was filled in before: the vendor takes new credentials, loads nothing again",
        "error[MP098]: shop: the credentials are kept, but what follows failed: POST bind/fillin: code 400: Duplicate entry",
        "nothing was loaded again, as always after the first time",
    ]);
    keeps_the_secret(&world, &ran);
}

#[test]
fn credentials_that_wechat_refuses_are_kept() {
    let world = world(BOUND);
    let ran = world.run_told("account fill-in shop", "wx1\nbad-secret\n").expect_code(1);
    let ran = ran.says(&[
        "error[MP098]",
        "the credentials are kept",
        "errcode",
        "correct the credentials and run it again",
    ]);
    assert!(!ran.err.contains("bad-secret") && ran.out.is_empty());
    world.run_told("account fill-in shop", &format!("wx1\n{SECRET}\n")).expect_code(0);
}

#[test]
fn a_secret_that_comes_back_is_hidden() {
    let world = world(BOUND);
    let message = format!("invalid secret={SECRET} rid 1");
    world.sandbox.fault(Rule::new("POST", "/fillin", Fault::Code { code: 400, message }));
    let ran = world.run_told("account fill-in shop", &format!("wx1\n{SECRET}\n")).expect_code(1);
    let ran = ran.says(&["invalid secret=••• rid 1"]);
    keeps_the_secret(&world, &ran);
}

#[test]
fn a_lost_answer_is_not_asked_for_again() {
    for fault in [Fault::ResetAfter, Fault::Cut, Fault::Status { status: 502 }] {
        let world = world(BOUND);
        world.sandbox.fault(Rule::new("POST", "/fillin", fault));
        let ran = world.run_told("account fill-in shop", &format!("wx1\n{SECRET}\n")).expect_code(1);
        let ran = ran.says(&[
            "error[MP081]: shop: nobody knows whether the credentials were kept",
            "it was not repeated",
        ]);
        keeps_the_secret(&world, &ran);
        assert_eq!(world.writes(), ["POST bind/fillin"]);
    }
}

#[test]
fn fill_in_refuses_before_it_sends() {
    let world = world(BOUND);
    world
        .run("account fill-in shop")
        .expect_code(1)
        .says(&["error[MP083]: no app id was given", "nothing was sent"]);
    world.run_told("account fill-in shop", "wx1\n").expect_code(1).says(&["no app secret was given"]);
    let ran = world.run_told("account fill-in shop", &format!("wx1\n{SECRET} x\n")).expect_code(1);
    keeps_the_secret(&world, &ran.says(&["the app secret is not one word"]));
    // No option takes a secret.
    world.run(&format!("account fill-in shop --secret {SECRET}")).expect_code(1);
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: shpo"));
    world.run_told("account fill-in shop", "wx1\nx\n").expect_code(1).says(&["error[MP051]"]);
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[cfg(target_os = "linux")]
#[test]
fn at_a_terminal_the_secret_does_not_show() {
    let world = world(BOUND);
    let answers = [("app id: ", "wx1"), ("app secret (does not show): ", SECRET)];
    let ran = world.at_a_terminal("account fill-in shop", &answers).expect_code(0);
    keeps_the_secret(&world, &ran.says(&["wx1", "shop is filled in"]));
    assert!(world.sandbox.writes()[0].body.contains(SECRET));
}

/// In use, with a published menu of its own.
const USED: &str = "\
accounts:
  shop:
    app_id: wx1
    app_secret: s
    crowd: [{prefix: o-, count: 12, nickname: 顾客}]
    groups:
      - {id: '100', name: 老客户, members: [o-001]}
      - {name: VIP会员, members: [o-002, o-003]}
    menu: [{name: 逛一逛, buttons: [{name: 官网, url: http://x}, {name: 问候, text: 您好}]}, {name: 旧, key: V1}]
    published: true
";

#[test]
fn fetch_wants_to_know_what() {
    let world = world(USED);
    let ran = world.run("account fetch shop").expect_code(1);
    assert!(ran.err.contains("--followers") && ran.err.contains("--menu"), "{}", ran.err);
    assert_eq!(world.calls(), Vec::<String>::new());
}

#[test]
fn what_is_there_is_left_alone_without_force() {
    let world = world(USED);
    let before = world.live();
    world.run("account fetch shop --followers --menu").expect_code(1).says(&[
        "error[MP099]: shop: the vendor has fetched it already, and changed nothing: GET user/fetch: code 400",
        "not even a deleted one; `mpform account fetch shop --followers --force`",
        "changed nothing: GET menu/fetch: code 400",
    ]);
    assert_eq!(world.live(), before);
    let calls = world.calls();
    assert_eq!(
        calls.iter().filter(|call| call.contains("fetch")).collect::<Vec<_>>(),
        ["GET user/fetch", "GET menu/fetch"]
    );
    assert!(!calls.iter().any(|call| call.contains("force")), "{calls:?}");
}

#[test]
fn an_empty_menu_is_loaded() {
    let world = world(USED);
    for button in world.hand("GET", "menu", serde_json::Value::Null).as_array().expect("buttons") {
        world.hand(
            "DELETE",
            &format!("menu/{}", button["id"].as_str().expect("an id")),
            serde_json::Value::Null,
        );
    }
    let ran = world.run("account fetch shop --menu").expect_code(0);
    assert_eq!(ran.out, "shop: menu: 4 buttons, 0 of them with a reply\n");
    assert_eq!(world.writes(), ["GET menu/fetch"]);
}

#[test]
fn a_lost_fetch_is_not_repeated() {
    for fault in [Fault::ResetAfter, Fault::Status { status: 503 }, Fault::Html] {
        let world = world(USED);
        world.sandbox.fault(Rule::new("GET", "/menu/fetch", fault));
        let ran = world.run("account fetch shop --menu").expect_code(1);
        ran.says(&["error[MP081]: shop: nobody knows whether it was loaded", "it was not repeated"])
            .shows(&["shop: menu: 4 buttons"]);
        assert_eq!(world.writes(), ["GET menu/fetch"]);
    }
}

#[test]
fn force_needs_somebody_to_ask() {
    let world = world(USED);
    let ran = world.run_told("account fetch shop --menu --force", "shop\n").expect_code(1);
    ran.says(&["error[MP083]: shop: `--force` deletes what the vendor holds, and nobody can be asked"]);
    world.run("account fetch shop --menu --force --yes").expect_code(1);
    assert_eq!(world.calls(), Vec::<String>::new());
}

#[cfg(target_os = "linux")]
const QUESTION: &str = "Type the account's name, shop, to go on: ";

#[cfg(target_os = "linux")]
#[test]
fn force_wants_the_name_typed() {
    let world = world(USED);
    let before = world.live();
    for answer in ["yes", "Shop", ""] {
        let ran = world.at_a_terminal("account fetch shop --followers --menu --force", &[(QUESTION, answer)]);
        ran.expect_code(1).says(&["error[MP083]: shop: that is not the account's name; nothing was sent"]);
    }
    assert_eq!((world.writes(), world.live()), (vec![], before));
}

#[cfg(target_os = "linux")]
#[test]
fn force_says_what_is_lost_wipes_once_and_tells_what_is_there() {
    let world = World::new(USED);
    world.shop(SHOP);
    world.run("apply --yes --allow-deletes shop/menu=4").expect_code(0);
    world.calls();
    let ran = world.at_a_terminal("account fetch shop --followers --menu --force", &[(QUESTION, "shop")]);
    let ran = ran.expect_code(0);
    assert_snapshot!(ran.err.replace('\r', "").trim_end(), @"
    shop (yeapoo, $URL, shop): the vendor deletes all this for good, and asks WeChat then:
      followers: 12 followers, 4 groups of WeChat's, 2 groups made at the vendor, 5 memberships
        groups made at the vendor and memberships don't come back
      menu: 4 buttons, 1 of them with a reply
        replies don't come back: pressing such a button fails until an apply makes and publishes it again
    if WeChat does not answer, nothing comes back

    Type the account's name, shop, to go on: shop
    shop: followers: 0 followers, 4 groups of WeChat's, 0 groups made at the vendor, 0 memberships (followers still come in: there may be more soon)
    shop: menu: 4 buttons, 0 of them with a reply
    next: the state remembers 5 groups and buttons under ids that are gone; `mpform plan --account shop` shows what is to be made again
    ");
    assert_eq!(world.writes(), ["GET user/fetch?force=1", "GET menu/fetch?force=1"]);
    // What the state remembers is gone under its ids: a plan shows it, and an apply makes it again.
    world.run("plan").expect_code(0).shows(&["Plan: 1 to create, 2 to update, 0 to delete."]);
    world.apply();
    world.settled();
}

#[cfg(target_os = "linux")]
#[test]
fn a_wipe_after_which_wechat_fails_ends_it() {
    let world = world(&USED.replace("app_secret: s", "app_secret: bad"));
    let menu = world.live()["menu"].clone();
    let ran = world.at_a_terminal("account fetch shop --followers --menu --force", &[(QUESTION, "shop")]);
    ran.expect_code(1).says(&[
        "error[MP081]: shop: what the vendor held is most likely deleted, and not or not all loaded: GET user/fetch?force=1: code 500",
        "once WeChat answers run `mpform account fetch shop --followers`",
        "shop: the menu was not tried",
        "shop: followers: 0 followers, 0 groups of WeChat's, 0 groups made at the vendor, 0 memberships",
    ]);
    assert_eq!(world.live()["menu"], menu);
    assert_eq!(world.writes(), ["GET user/fetch?force=1"]);
}

#[test]
fn no_apply_may_run_beside_it() {
    let world = World::empty();
    world.shop(SHOP);
    world.sandbox.fault(Rule::new("POST", "/v1/", Fault::Delay { ms: 600_000 }));
    let mut apply = world.start("apply --yes");
    assert!(apply.until(|sandbox| !sandbox.writes().is_empty()));
    world.sandbox.clear_journal();
    world
        .run("account fetch shop --menu")
        .expect_code(1)
        .says(&["error[MP072]: shop: the state is locked by"]);
    world.run_told("account fill-in shop", "wx1\nx\n").expect_code(1).says(&["error[MP072]"]);
    assert!(!world.calls().iter().any(|call| call.contains("fetch") || call.contains("fillin")));
    apply.kill();
}

#[test]
fn another_account_than_the_state_remembers_is_left_alone() {
    let world = World::empty();
    world.shop(SHOP);
    world.apply();
    world.calls();
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: demo"));
    world.run("account fetch shop --followers").expect_code(1).says(&["error[MP063]"]);
    assert_eq!(world.calls(), Vec::<String>::new());
}
