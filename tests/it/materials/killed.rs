//! What a kill leaves is found again, also where the configuration has changed before the next run.

use super::*;

/// An upload that was done, whose answer nobody heard, and who sent it is dead.
pub(super) fn killed_at(world: &World, path: &str) {
    world.sandbox.fault(Rule::new("POST", path, Fault::Delay { ms: 600_000 }));
    let mut apply = world.start("apply --yes --parallelism 1");
    assert!(apply.until(|sandbox| sandbox.writes().iter().any(|entry| entry.fault.is_some())));
    apply.kill();
    world.sandbox.clear_faults();
    world.calls();
}

fn begun(shop: &str, path: &str) -> World {
    let world = World::new(FOLLOWERS);
    world.assets();
    world.shop(shop);
    killed_at(&world, path);
    assert_eq!(count(&world), 1);
    world
}

#[test]
fn an_upload_is_found_and_not_made_again() {
    for (shop, path) in [
        ("materials: {a: {image: assets/poster.jpg}}", "/image"),
        ("materials: {a: {voice: assets/jingle.mp3}}", "/voice"),
        ("materials: {a: {video: assets/tour.mp4, title: 探店}}", "/video/upload"),
        ("materials: {a: {news: [{title: 春, cover: assets/cover.jpg, content: x}]}}", "/news/single"),
    ] {
        let world = begun(shop, path);
        world.apply();
        let writes = world.writes();
        assert!(writes.iter().all(|call| call == "POST video/…"), "{writes:?}");
        world.settled();
        assert_eq!(count(&world), 1);
    }
}

#[test]
fn an_upload_that_is_no_longer_wanted_goes() {
    for (shop, path) in [
        ("materials: {a: {image: assets/poster.jpg}}", "/image"),
        ("materials: {a: {video: assets/tour.mp4, title: 探店}}", "/video/upload"),
        ("materials: {a: {news: [{title: 春, cover: assets/cover.jpg, content: x}]}}", "/news/single"),
    ] {
        let world = begun(shop, path);
        world.shop("materials: {}");
        world.apply();
        world.settled();
        assert_eq!(count(&world), 0, "{shop}");
    }
}

#[test]
fn an_upload_that_is_wanted_otherwise_is_exchanged() {
    for (shop, path, other) in [
        ("materials: {a: {image: assets/poster.jpg}}", "/image", "later/poster.jpg"),
        ("materials: {a: {image: assets/poster.jpg}}", "/image", "assets/other.jpg"),
        ("materials: {a: {video: assets/tour.mp4, title: 探店}}", "/video/upload", "later/tour.mp4"),
    ] {
        let world = begun(shop, path);
        let before = shop.split(": ").last().expect("a path");
        let before = if path == "/image" { before.trim_end_matches('}') } else { "assets/tour.mp4" };
        world.shop(&shop.replace(before, other));
        world.apply();
        world.settled();
        assert_eq!(count(&world), 1, "{other}");
    }
    let shop = "materials: {a: {news: [{title: 春, cover: assets/cover.jpg, content: x}]}}";
    let world = begun(shop, "/news/single");
    world.shop(&shop.replace("content: x", "content: y").replace("春", "夏"));
    world.apply();
    world.settled();
    assert_eq!(count(&world), 1);
}

/// In the place of an old one, and then exchanged once more or taken back.
#[test]
fn an_exchange_is_found_whatever_is_wanted_then() {
    for then in ["later/poster.jpg", "assets/other.jpg", "assets/poster.jpg", ""] {
        let world = applied(SHOP);
        world.shop(&exchanged());
        killed_at(&world, "/image");
        assert_eq!(count(&world), 5);
        if then.is_empty() {
            world.shop("materials: {}\nreplies: {subscribe: {text: 好}}\nkeywords: {}\nmenu: [{name: 看, link: https://m}]\n");
            world.run("apply --yes --allow-deletes shop/material=4").expect_code(0);
        } else {
            world.shop(&SHOP.replace("assets/poster.jpg", then));
            world.apply();
        }
        world.settled();
        assert_eq!(count(&world), if then.is_empty() { 0 } else { 4 }, "{then}");
        assert!(!world.live().to_string().contains("\"deleted\""));
    }
}

/// A rule that was begun, and has got another name before the next run.
#[test]
fn a_rule_that_is_wanted_otherwise_is_not_doubled() {
    let world = World::new(FOLLOWERS);
    let shop = "keywords: {时间: {name: 甲, match: [几点], reply: {text: 九点}}}\n";
    world.shop(shop);
    killed_at(&world, "/keyword");
    world.shop(&shop.replace('甲', "乙"));
    world.apply();
    world.settled();
    assert_eq!(world.live()["rules"].as_array().map(Vec::len), Some(1));
}
