//! Which live material is which: by the state, and without it by name and bytes.

use std::net::TcpListener;

use super::*;
use crate::proxy::Proxy;
use crate::world::PROJECT;
use mpform::sandbox::{Fault, Rule, Sandbox, Seed};

#[test]
fn with_a_state_nothing_is_downloaded() {
    let world = applied(SHOP);
    world.settled();
    assert_eq!(downloads(&world.calls()), Vec::<&String>::new());
    world.run("drift").expect_code(0);
    assert_eq!(downloads(&world.calls()), Vec::<&String>::new());
}

#[test]
fn without_a_state_each_is_downloaded_once_and_none_is_uploaded() {
    let world = applied(SHOP);
    // Candidates by name only are looked at; others are not.
    world.upload("image", "other.jpg", "first poster.jpg");
    let before = world.live();
    world.lose_state();
    assert_eq!(planned(&world), Vec::<String>::new());
    let calls = world.calls();
    let fetched = downloads(&calls);
    assert_eq!(fetched.len(), 4, "{calls:?}");
    assert!(fetched.iter().all(|call| calls.iter().filter(|one| one == call).count() == 1), "{calls:?}");
    world.apply();
    assert_eq!(world.writes(), Vec::<String>::new());
    world.settled();
    assert_eq!(downloads(&world.calls()), Vec::<&String>::new(), "what was seen once is remembered");
    assert_eq!(world.live()["images"], before["images"]);
}

#[test]
fn of_one_name_and_other_bytes_it_is_another() {
    let world = World::new(FOLLOWERS);
    world.assets();
    let other = world.upload("image", "poster.jpg", "somebody else's")["id"].clone();
    world.shop("materials: {poster: {image: assets/poster.jpg}}");
    world.apply();
    assert_eq!(count(&world), 2);
    world.settled();
    let plan = world.plan();
    assert_eq!(plan["unmanaged"][0]["id"], format!("image/{}", other.as_str().expect("an id")));
}

#[test]
fn a_file_that_is_called_otherwise_is_the_same() {
    let world = applied(SHOP);
    world.write("assets/plakat.jpg", "first poster.jpg");
    world.shop(&SHOP.replace("assets/poster.jpg", "assets/plakat.jpg"));
    world.settled();
}

#[test]
fn a_moved_key_is_the_same_material() {
    let world = applied(SHOP);
    let moved = SHOP.replace("poster:", "plakat:").replace("material: poster", "material: plakat");
    world.shop(&format!("moved: [{{from: shop/material/poster, to: shop/material/plakat}}]\n{moved}"));
    world.settled();
    world.apply();
    assert_eq!(world.writes(), Vec::<String>::new());
    world.run("state list").expect_code(0).shows(&["shop/material/plakat"]);
}

#[test]
fn a_key_with_a_slash_is_pointed_at() {
    let slash = SHOP.replace("poster:", "海报/春:").replace("material: poster", "material: 海报/春");
    let world = applied(&slash);
    world.settled();
    world.shop(&slash.replace("assets/poster.jpg", "later/poster.jpg"));
    world.apply();
    world.settled();
    assert_eq!(count(&world), 4);
}

#[test]
fn twins_are_an_error_that_adoption_settles() {
    let world = World::new(FOLLOWERS);
    world.assets();
    let mut ids = ["first", "second"].map(|_| {
        let made = world.upload("image", "poster.jpg", "first poster.jpg");
        made["id"].as_str().expect("an id").to_owned()
    });
    ids.sort();
    world.shop("materials: {poster: {image: assets/poster.jpg}}");
    world.run("apply --yes").expect_code(1).says(&["MP041", &ids[0], &ids[1]]);
    assert_eq!(world.writes(), Vec::<String>::new());
    // The vendor's own id will do, as the console shows it.
    let ran = world.run(&format!("state adopt shop/material/poster {}", ids[0])).expect_code(0);
    assert!(
        ran.out.contains(&format!("shop/material/poster is image/{} from now on", ids[0])),
        "{}",
        ran.out
    );
    world.settled();
    // And the one that messages show.
    world.run(&format!("state adopt shop/material/poster image/{}", ids[1])).expect_code(0);
    world.settled();
    world.run("state adopt shop/material/other 77").expect_code(1).says(&["MP012"]);
    let taken = world.run(&format!("state adopt shop/material/other {}", ids[1])).expect_code(1);
    taken.says(&["is shop/material/poster already"]);
}

/// Unlisted ones go under `prune`, with the guard in front.
#[test]
fn under_prune_what_is_not_listed_goes() {
    let world = applied(SHOP);
    for nth in 0..3 {
        world.upload("image", &format!("{nth}.jpg"), "x");
        world.upload("voice", &format!("{nth}.mp3"), "x");
    }
    world.shop(&format!("prune: [materials]\n{SHOP}"));
    world.calls();
    world.run("apply --yes").expect_code(1).says(&["6 of 10 live objects of kind material would be deleted"]);
    assert_eq!(world.writes(), Vec::<String>::new());
    world.run("apply --yes --allow-deletes shop/material=6").expect_code(0);
    assert_eq!(world.writes().iter().filter(|call| call.starts_with("DELETE ")).count(), 6);
    world.settled();
    assert_eq!(count(&world), 4);
}

/// Films and covers are fetched from a static address, which has no business with the account's secrets.
#[test]
fn the_account_s_headers_go_to_the_api_only() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let world = World::with(Sandbox::new().seed(Seed::yaml(FOLLOWERS)).known_as(&base));
    let proxy = Proxy::on(listener, world.sandbox.address());
    world.assets();
    world.write("mpform.yaml", &PROJECT.replace("shop}", "shop, headers: {X-Key: s3cr3t-key}}"));
    world.shop(SHOP);
    world.apply();
    world.lose_state();
    world.settled();
    let sent = proxy.sent();
    let heads = |path: &'static str| {
        let from = sent.match_indices(path).map(|(from, _)| from);
        from.map(|from| sent[from..].split("\r\n\r\n").next().unwrap_or_default()).collect::<Vec<_>>()
    };
    let (api, files) = (heads("GET /v1/"), heads("GET /static/"));
    assert!(api.len() > 10 && api.iter().all(|head| head.contains("s3cr3t-key")), "{api:?}");
    assert!(files.len() > 1 && !files.iter().any(|head| head.contains("s3cr3t-key")), "{files:?}");
    let uploads = heads("POST /v1/shop/image");
    assert!(uploads.len() == 1 && uploads[0].contains("s3cr3t-key"), "{uploads:?}");
}

fn unserved(world: &World) {
    let gone = Rule::new("GET", "/static/", Fault::Status { status: 404 });
    world.sandbox.fault(gone.always());
}

/// That a file can't be read says nothing about what is in it.
#[test]
fn a_file_that_is_not_served_is_no_other_file() {
    let world = World::new(FOLLOWERS);
    world.assets();
    world.shop(SHOP);
    unserved(&world);
    world.apply();
    let plan = world.run("plan --detailed-exitcode").expect_code(0);
    assert!(plan.err.contains("MP044") && plan.err.contains("shop/material/tour"), "{}", plan.err);
    world.writes();
    world.apply();
    assert_eq!(world.writes(), Vec::<String>::new());
    world.sandbox.clear_faults();
    world.settled();
}

#[test]
fn without_a_state_nothing_is_made_beside_a_file_that_is_not_served() {
    let world = applied(SHOP);
    world.lose_state();
    unserved(&world);
    world.run("apply --yes").expect_code(1).says(&["does not serve its file", "tour.mp4"]);
    assert_eq!(world.writes(), Vec::<String>::new());
    world.sandbox.clear_faults();
    world.apply();
    assert_eq!(world.writes(), Vec::<String>::new());
}

/// Static files may move to another host; what is in them does not change by that.
#[test]
fn a_cover_is_known_by_its_id_wherever_it_is_served_from() {
    let world = applied(SHOP);
    let state = std::fs::read_to_string(world.state_file()).expect("a state");
    let moved = state.replace("/static/", "/moved/");
    assert_ne!(moved, state);
    std::fs::write(world.state_file(), moved).expect("writes");
    world.settled();
    assert_eq!(downloads(&world.calls()).len(), 1, "only the video, which has no id of its own");
}

#[test]
fn a_file_may_begin_like_a_document() {
    let world = World::new(FOLLOWERS);
    world.write("assets/poster.jpg", "{\"a\": 1}");
    world.shop("materials: {poster: {image: assets/poster.jpg}}\n");
    world.apply();
    world.lose_state();
    world.settled();
}

/// Files of one name are told apart by their ids, and each of them is deleted.
#[test]
fn unmanaged_twins_have_addresses_of_their_own() {
    let world = World::new(FOLLOWERS);
    world.assets();
    for content in ["one", "two", "three"] {
        world.upload("/image", "twin.jpg", content);
    }
    world.shop("materials: {}");
    let plan = world.plan();
    let listed = plan["unmanaged"].as_array().expect("a list");
    let mut addresses: Vec<_> = listed.iter().map(|one| one["address"].to_string()).collect();
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 3, "{plan:#}");
    assert!(addresses.iter().all(|address| address.contains("twin.jpg (")), "{plan:#}");
    world.shop("prune: [materials]\nmaterials: {}");
    world.run("apply --yes --allow-deletes shop/material=3").expect_code(0).says(&["3 done"]);
    world.settled();
    assert_eq!(count(&world), 0);
}

/// One of ours that goes, and one of nobody's that is called like its key.
#[test]
fn an_unmanaged_one_is_not_taken_for_one_that_is_ours() {
    let world = applied("materials: {other.jpg: {image: assets/poster.jpg}}");
    world.upload("/image", "other.jpg", "theirs");
    world.shop("materials: {}");
    let plan = world.plan();
    assert_eq!(changes(&plan), ["delete shop/material/other.jpg: image"]);
    assert!(
        plan["unmanaged"][0]["address"].as_str().is_some_and(|one| one.contains("other.jpg (")),
        "{plan:#}"
    );
}
