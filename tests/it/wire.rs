//! What goes over the wire, and what is made of answers that only some deployments give.

use mpform::sandbox::{Fault, Rule};

use crate::proxy::Proxy;
use crate::world::{PROJECT, World};

#[test]
fn a_publish_says_that_it_has_no_body() {
    let world = World::empty();
    world.shop("menu: [{name: 官网, link: https://m}]\n");
    let proxy = Proxy::before(world.sandbox.address());
    world.run_with("apply --yes", &[("SANDBOX", &proxy.url)]).expect_code(0);
    let sent = proxy.sent().to_ascii_lowercase();
    let (_, publish) = sent.split_once("post /v1/shop/menu/publish http/1.1\r\n").expect("it was published");
    let head: Vec<_> = publish.split("\r\n").take_while(|line| !line.is_empty()).collect();
    assert!(head.contains(&"content-length: 0"), "{head:?}");
    assert!(head.contains(&"content-type: application/json"), "{head:?}");
}

#[test]
fn never_more_requests_at_once_than_are_allowed() {
    let world = World::empty();
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: shop, limits: {concurrency: 3}"));
    let rules: String =
        (1..=30).map(|nth| format!("  r{nth}: {{match: [词{nth}], reply: {{text: 答{nth}}}}}\n")).collect();
    world.shop(&format!("keywords:\n{rules}"));
    let proxy = Proxy::before(world.sandbox.address());
    world.sandbox.fault(Rule::new("", "", Fault::Delay { ms: 20 }).always());
    world.run_with("apply --yes", &[("SANDBOX", &proxy.url)]).expect_code(0);
    world.run_with("plan", &[("SANDBOX", &proxy.url)]).expect_code(0);
    // Fewer would mean that nothing was under way at once, and the limit not put to the test.
    assert_eq!(proxy.most(), 3);
}

#[test]
fn more_at_once_where_nobody_limits_it_and_the_server_bears_it() {
    let world = World::empty();
    let rules: String =
        (1..=99).map(|nth| format!("  r{nth}: {{match: [词{nth}], reply: {{text: 答{nth}}}}}\n")).collect();
    world.shop(&format!("keywords:\n{rules}"));
    let proxy = Proxy::before(world.sandbox.address());
    world.sandbox.fault(Rule::new("", "", Fault::Delay { ms: 20 }).always());
    for command in ["apply --yes", "plan"] {
        world.run_with(command, &[("SANDBOX", &proxy.url)]).expect_code(0);
    }
    assert!((17..=64).contains(&proxy.most()), "{}", proxy.most());
}

/// Only the words for an unknown id mean that it is gone; any other failure of a read is one.
#[test]
fn a_failed_read_is_not_taken_for_an_object_that_is_gone() {
    let world = World::empty();
    let shop = "groups: {vip: {members: [o-001]}}\nkeywords: {时间: {match: [几点], reply: {text: 九点}}}\n";
    world.shop(shop);
    world.apply();
    world.shop(&shop.replace("o-001", "o-001, o-002"));
    for path in ["/text/", "/user/o-002"] {
        world.calls();
        let down = Fault::Code { code: 500, message: "Communications link failure".into() };
        world.sandbox.fault(Rule::new("GET", path, down).always());
        // What is kept of earlier reads would not be asked for.
        for command in ["--no-cache plan", "--no-cache apply --yes"] {
            let ran = world.run(command).expect_code(1);
            let said = format!("{}{}", ran.out, ran.err);
            assert!(said.contains("shop could not be planned"), "{path}: {said}");
            assert!(said.contains("Communications link failure"), "{path}: {said}");
        }
        assert_eq!(world.writes(), Vec::<String>::new(), "{path}");
        world.sandbox.clear_faults();
    }
    world.apply();
    world.settled();
}
