//! `mpform export`: what is live becomes files that plan to no change.

use std::time::Duration;

use mpform::sandbox::{Fault, Rule, Sandbox, Seed};
use mpform::state::store::{Holder, Store};
use serde_json::{Value, json};

use crate::world::{Ran, World, changes};

mod materials;

/// A world with an account that is declared and of which nothing else is.
fn world(account: &Value) -> World {
    let mut account = account.clone();
    account["app_id"] = "wx1".into();
    account["app_secret"] = "s".into();
    let world = World::new(&json!({"accounts": {"shop": account}}).to_string());
    world.write("mpform.yaml", &crate::world::PROJECT.replace("include: [shop.yaml]\n", ""));
    world
}

fn read(world: &World, name: &str) -> String {
    std::fs::read_to_string(world.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Checks that a project plans to no change, with what it remembers and without.
#[track_caller]
fn settled(world: &World, project: &str) {
    let plan = |what: &str| {
        let ran = world.run(&format!("plan --project {project} --json --detailed-exitcode"));
        assert_eq!(ran.code, Some(0), "{what}: {}\n{}", ran.out, ran.err);
        assert_eq!(changes(&ran.json()), Vec::<String>::new(), "{what}");
    };
    plan("with the state");
    world.run(&format!("validate --project {project}")).expect_code(0);
    std::fs::remove_dir_all(world.path(project).join(".mpform")).expect("there is a state");
    plan("without the state");
    assert_eq!(world.writes(), Vec::<String>::new(), "exporting and planning write nothing");
}

#[test]
fn the_demo_account_plans_to_no_change() {
    let world = World::with(Sandbox::new().seed(Seed::Demo));
    world.write(
        "mpform.yaml",
        &crate::world::PROJECT.replace("include: [shop.yaml]\n", "").replace("shop", "demo"),
    );
    let ran = world.run("export demo -o fresh").expect_code(0).says(&["26 objects of demo exported"]);
    assert_eq!(
        ran.out,
        "fresh/demo/groups.yaml\nfresh/demo/materials.yaml\nfresh/demo/assets/春季海报.jpg\nfresh/demo/assets/门店地图.jpg\n\
         fresh/demo/assets/欢迎语.mp3\nfresh/demo/assets/73cc52eb091a6f2cd4e8f0a213c4d501.mp4\nfresh/demo/assets/cover.jpg\n\
         fresh/demo/assets/2/cover.jpg\nfresh/demo/replies.yaml\nfresh/demo/keywords.yaml\nfresh/demo/menu.yaml\nfresh/mpform.yaml\n"
    );
    let calls = world.calls();
    assert!(calls.iter().all(|call| call.starts_with("GET ")), "{calls:?}");
    // Each is read once, although what was written is tried before it is shown.
    let mut once = calls.clone();
    once.retain(|call| !call.contains('…') && !call.starts_with("GET user"));
    once.sort();
    once.dedup();
    assert_eq!(calls.iter().filter(|call| once.contains(call)).count(), once.len(), "{calls:?}");
    let state = world.run("state list --project fresh").expect_code(0).out;
    assert_eq!(state.lines().count(), 26, "{state}");
    let again = world.run("export demo -o other").expect_code(0);
    assert_eq!(again.out.replace("other/", "fresh/"), ran.out);
    for file in
        ["mpform.yaml", "demo/keywords.yaml", "demo/menu.yaml", "demo/groups.yaml", "demo/materials.yaml"]
    {
        assert_eq!(read(&world, &format!("fresh/{file}")), read(&world, &format!("other/{file}")), "{file}");
    }
    settled(&world, "fresh");
}

#[test]
fn a_project_may_take_in_its_own_account() {
    let world = world(&json!({"rules": [{"name": "时间", "match": ["几点"], "text": "九点"}]}));
    world
        .run("export shop")
        .expect_code(0)
        .says(&["does not include the files", "include: [\"shop/*.yaml\"]"]);
    assert!(
        !world.path(".mpform/state/default/shop.json").exists(),
        "what is not included is not remembered"
    );
    world.run("export shop").expect_code(1).says(&["MP091", "shop/keywords.yaml", "--force"]);
    world.write("mpform.yaml", &crate::world::PROJECT.replace("shop.yaml", "\"shop/*.yaml\""));
    world.write(
        "shop/keywords.yaml",
        "account: shop\nkeywords: {别的: {match: [别的], reply: {text: 别的}}}\n",
    );
    world.run("export shop --force").expect_code(0);
    assert!(read(&world, "shop/keywords.yaml").contains("时间"));
    settled(&world, ".");
}

#[test]
fn nothing_is_overwritten_and_nothing_half_written() {
    let world = world(&json!({"menu": [{"name": "关于", "url": "https://m.example.com"}]}));
    world.write("fresh/shop/menu.yaml", "mine");
    world.run("export shop -o fresh").expect_code(1).says(&["shop/menu.yaml would be overwritten"]);
    assert_eq!(read(&world, "fresh/shop/menu.yaml"), "mine");
    let there: Vec<_> = std::fs::read_dir(world.path("fresh")).expect("lists").collect();
    assert_eq!(there.len(), 1, "{there:?}");
    world.run("export shop -o fresh --force").expect_code(0);
    settled(&world, "fresh");
}

#[test]
fn what_can_not_be_read_is_not_exported() {
    let world = world(&json!({"rules": [{"name": "时间", "match": ["几点"], "text": "九点"}]}));
    world.sandbox.fault(Rule::new("GET", "/keyword", Fault::Html).always());
    world.run("export shop -o fresh").expect_code(1);
    assert!(!world.path("fresh").exists());
    world.run("export cafe").expect_code(1).says(&["MP010", "there is no account `cafe`"]);
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[test]
fn odd_names_and_texts_stay_what_they_are() {
    let odd = [
        "10086",
        "yes",
        "none",
        "${env.HOME}",
        "$${",
        "a: b # c",
        "- x",
        "a/b%2F",
        "*.[a]",
        "\"'\\",
        "<<",
        " 前后 ",
        "一\n二",
        "<a href=\"https://m.example.com?a=b&c\">去</a>",
        "第一行\n\n  第二行\n",
        "{fuzzy: x}",
    ];
    let rules: Vec<_> =
        odd.iter().map(|odd| json!({"name": odd, "match": [odd, {"fuzzy": odd}], "text": odd})).collect();
    let groups: Vec<_> = odd.iter().map(|odd| json!({"name": odd, "members": []})).collect();
    let buttons: Vec<_> =
        odd.iter().skip(3).step_by(3).map(|odd| json!({"name": odd, "text": odd})).collect();
    let menu = json!([{"name": "a/b: c", "buttons": buttons}]);
    let world =
        world(&json!({"rules": rules, "groups": groups, "menu": menu, "subscribe": {"text": "${var.x}"}}));
    let ran = world.run("export shop -o fresh").expect_code(0);
    assert_eq!(ran.err.matches("MP090").count(), 0, "{}", ran.err);
    settled(&world, "fresh");
}

#[test]
fn many_members_come_in_a_file() {
    let members: Vec<_> = (1..=30).map(|nth| format!("o-{nth:03}")).collect();
    let world = world(&json!({
        "crowd": [{"prefix": "o-", "count": 40, "nickname": "顾客"}],
        "groups": [{"name": "VIP", "members": members}, {"id": "100", "name": "老客户", "members": ["o-040"]}],
    }));
    world.run("export shop -o fresh").expect_code(0);
    let table = read(&world, "fresh/shop/assets/vip.csv");
    assert_eq!(table, format!("# members of VIP\n{}\n", members.join("\n")));
    assert!(read(&world, "fresh/shop/groups.yaml").contains("老客户 (100)"));
    settled(&world, "fresh");
}

#[test]
fn what_can_not_be_declared_stands_there_as_a_comment() {
    let world = world(&json!({
        "rules": [
            {"id": "twin1", "name": "优惠", "match": ["优惠"], "text": "八折\nkeywords: {}"},
            {"id": "twin2", "name": "优惠", "match": ["打折"], "text": "九折"},
            {"id": "dull1", "name": "不答", "match": ["不答"]},
            {"id": "twice", "name": "两遍", "match": ["两遍", "两遍"], "text": "好"},
            {"id": "blank", "name": "空白", "match": [" "], "text": "好"},
            {"id": "stray", "name": "悬空", "match": ["悬空"], "reply": {"type": "text", "id": "nosuchtext"}},
            {"id": "pic01", "name": "图片", "match": ["图片"], "reply": {"type": "image", "id": "51aa"}},
        ],
        "groups": [{"id": "100", "name": "同名"}, {"id": "own100", "name": "同名"}],
        "subscribe": {},
        "menu": [
            {"name": "好的", "url": "https://m.example.com"},
            {"id": "empty1", "name": "没用"},
        ],
    }));
    let ran = world.run("export shop -o fresh").expect_code(0);
    let rules = read(&world, "fresh/shop/keywords.yaml");
    for line in [
        "  # left out: 2 live objects are named `优惠` (twin1 and twin2), and nothing tells which of them is meant",
        "  # 优惠: # twin1",
        "  #       keywords: {}",
        "  # 优惠-2: # twin2",
        "  # 空白: # blank",
        "    # `match` is not managed, since it can't be declared as it is: [两遍, 两遍]",
        "  不答: # dull1",
        "    # the vendor knows no text of this id: nobody is answered",
        "    reply: {raw: {type: text, id: nosuchtext}}",
    ] {
        assert!(rules.lines().any(|have| have.trim_end().starts_with(line)), "no `{line}` in\n{rules}");
    }
    let menu = read(&world, "fresh/shop/menu.yaml");
    assert!(
        !menu.contains("\nmenu:") && menu.contains("# menu:") && menu.contains("#   - name: 没用 # empty1"),
        "{menu}"
    );
    assert!(read(&world, "fresh/shop/groups.yaml").contains("# 同名: # own100"));
    assert!(ran.err.contains("MP090") && ran.err.contains("shop/menu"), "{}", ran.err);
    settled(&world, "fresh");
}

#[test]
fn settings_stay_as_they_are_written() {
    let world = world(&json!({}));
    world.write(
        "mpform.yaml",
        "version: 1\nvars: {host: \"${env.SANDBOX}\", other: x}\nenv: [SANDBOX]\naccounts:\n  shop:\n    provider: yeapoo\n    \
         base_url: ${var.host}\n    info_id: ${env.ID:-shop}\n    headers: {Authorization: \"Bearer ${env.TOKEN}\"}\n    \
         limits: {concurrency: 3, requests_per_second: 500}\n",
    );
    let secret = [("TOKEN", "s3cr3t")];
    let ran = world.run_with("export shop -o fresh --var other=y", &secret).expect_code(0);
    let project = read(&world, "fresh/mpform.yaml");
    for line in [
        "base_url: \"${var.host}\"",
        "info_id: \"${env.ID:-shop}\"",
        "Authorization: \"Bearer ${env.TOKEN}\"",
        "concurrency: 3",
    ] {
        assert!(project.contains(line), "no `{line}` in\n{project}");
    }
    assert!(!project.contains("s3cr3t") && !ran.out.contains("s3cr3t") && !ran.err.contains("s3cr3t"));
    let plan: Ran = world.run_with("plan --project fresh --detailed-exitcode", &secret);
    plan.expect_code(0);
}

#[test]
fn secrets_that_stand_in_the_file_are_not_copied() {
    let world = world(&json!({}));
    world.write(
        "mpform.yaml",
        "version: 1\nvars: {token: s3cr3t-2}\naccounts:\n  shop:\n    provider: yeapoo\n    base_url: ${env.SANDBOX}\n    info_id: shop\n    \
         headers: {Authorization: Bearer s3cr3t-1, X-Token: \"${var.token}\", X-Key: \"${env.KEY:-s3cr3t-3}\", X-Fine: \"${env.FINE}\"}\n",
    );
    let ran = world.run_with("export shop -o fresh", &[("FINE", "f")]).expect_code(0);
    let all = "SHOP_HEADERS_AUTHORIZATION, SHOP_HEADERS_X_TOKEN, SHOP_HEADERS_X_KEY";
    let ran = ran
        .says(&[&format!("secrets of its settings were not copied; put them into the environment: {all}")]);
    let project = read(&world, "fresh/mpform.yaml");
    for text in [&project, &ran.out, &ran.err] {
        assert!(!text.contains("s3cr3t"), "{text}");
    }
    for line in ["Authorization: \"${env.SHOP_HEADERS_AUTHORIZATION}\"", "X-Fine: \"${env.FINE}\"", all] {
        assert!(project.contains(line), "no `{line}` in\n{project}");
    }
    let plan = world.run_with("plan --project fresh", &[("FINE", "f")]).expect_code(1);
    plan.says(&["SHOP_HEADERS_X_KEY"]);
    let variables: Vec<_> = all.split(", ").chain(["FINE"]).map(|name| (name, "s3cr3t")).collect();
    world.run_with("plan --project fresh --detailed-exitcode", &variables).expect_code(0);
}

#[test]
fn an_environment_is_laid_over_the_settings() {
    let world = world(&json!({}));
    world.write(
        "mpform.yaml",
        "version: 1\naccounts: {shop: {provider: yeapoo, base_url: \"http://127.0.0.1:9\", info_id: shop}}\n\
         environments: {test: {accounts: {shop: {base_url: \"${env.SANDBOX}\"}}}}\n",
    );
    world.run("export shop -o fresh --env test").expect_code(0);
    world.run("plan --project fresh --detailed-exitcode").expect_code(0);
}

#[test]
fn what_another_project_says_is_not_contradicted() {
    let world = world(&json!({"rules": [{"name": "时间", "match": ["几点"], "text": "九点"}]}));
    world.write("other/mpform.yaml", &crate::world::PROJECT.replace("shop:", "cafe:"));
    world.write("other/shop.yaml", "account: cafe\n");
    world.run("export shop -o other").expect_code(1).says(&["MP010", "has no account `shop`"]);
    world.write("other/mpform.yaml", &crate::world::PROJECT.replace("info_id: shop", "info_id: else"));
    world.write("other/shop.yaml", "account: shop\n");
    world.run("export shop -o other").expect_code(1).says(&["`info_id` differs"]);
    world.write("other/mpform.yaml", crate::world::PROJECT);
    world.write("other/shop.yaml", "account: shop\nkeywords: {}\n");
    world
        .run("export shop -o other")
        .expect_code(1)
        .says(&["MP004", "declares resources of it already, in shop.yaml"]);
    assert!(!world.path("other/shop").exists());
}

#[test]
fn what_is_remembered_is_kept() {
    let world = world(&json!({}));
    world.write("mpform.yaml", &crate::world::PROJECT.replace("shop.yaml", "\"shop/*.yaml\""));
    world.write(
        "shop/keywords.yaml",
        "account: shop\nkeywords: {hours: {name: 时间, match: [几点], reply: {text: 九点}}}\n",
    );
    world.apply();
    let state = std::fs::read(world.state_file()).expect("reads");
    world.run("export shop --force").expect_code(0).says(&["what the state remembered stays as it is"]);
    assert!(read(&world, "shop/keywords.yaml").contains("  hours: #"), "its key is kept");
    assert_eq!(std::fs::read(world.state_file()).expect("reads"), state);
    world.writes();
    settled(&world, ".");

    // Of two rules of one name neither can be declared, and one of them is ours: that would plan its deletion.
    world.apply();
    let text = world.hand("POST", "text", json!({"content": "八点"}));
    let twin = json!({"rule_name": "时间", "keyword": [{"content": "时间", "fuzzy": "0"}], "reply_id": text, "reply_type": "text"});
    world.hand("POST", "keyword", twin);
    world
        .run("export shop --force")
        .expect_code(1)
        .says(&["does not fit what is live", "shop/keyword/hours"]);
    assert!(read(&world, "shop/keywords.yaml").contains("  hours: #"), "nothing was written");
}

#[test]
fn a_menu_is_exported_whole_or_not_at_all() {
    let page = |name: &str| json!({"name": name, "url": "https://m.example.com"});
    let menus = [
        ("twice", json!([page("关于"), page("关于")])),
        ("nameless", json!([page("关于"), page("")])),
        ("four", json!([page("一"), page("二"), page("三"), page("四")])),
        ("idle below", json!([{"name": "更多", "buttons": [page("关于"), {"name": "没用"}]}])),
    ];
    for (what, menu) in menus {
        let world = world(&json!({"menu": menu, "subscribe": {"text": "欢迎"}}));
        let ran = world.run("export shop -o fresh").expect_code(0).says(&["MP090", "shop/menu: "]);
        let text = read(&world, "fresh/shop/menu.yaml");
        assert!(!text.contains("\nmenu:") && text.contains("# menu:"), "{what}: {text}\n{}", ran.err);
        settled(&world, "fresh");
    }
}

#[test]
fn a_locked_state_stops_it_before_the_first_file() {
    let world = world(&json!({"rules": [{"name": "时间", "match": ["几点"], "text": "九点"}]}));
    let store = Store::new(&world.path("fresh/.mpform/state"), "default");
    let holder = Holder {
        who: "ops@ci".into(),
        pid: 7,
        since: "2026-11-21T10:00:00+08:00".into(),
        command: "apply".into(),
        job: None,
        nonce: String::new(),
    };
    let runtime = tokio::runtime::Runtime::new().expect("runs");
    let open = runtime.block_on(store.open("shop", &holder, Duration::ZERO)).expect("opens");
    world.run("export shop -o fresh").expect_code(1).says(&["MP072", "ops@ci"]);
    assert!(!world.path("fresh/shop").exists());
    runtime.block_on(open.close()).expect("closes");
    world.run("export shop -o fresh").expect_code(0);
    settled(&world, "fresh");
}
