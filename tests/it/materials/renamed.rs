//! A key that changes takes along all that is remembered under it.

use super::*;

const MOVED: &str = "moved: [{from: shop/material/poster, to: shop/material/plakat}]\n";

fn renamed(shop: &str) -> String {
    shop.replace("poster:", "plakat:").replace("material: poster", "material: plakat") + MOVED
}

#[test]
fn an_upload_that_was_begun_is_found_under_another_key() {
    let world = applied(SHOP);
    world.shop(&exchanged());
    killed::killed_at(&world, "/image");
    world.shop(&renamed(&exchanged()));
    world.apply();
    assert!(!world.writes().contains(&"POST image".to_owned()));
    world.settled();
    assert_eq!(count(&world), 4);
}

#[test]
fn what_was_begun_for_the_first_time_is_found_under_another_key() {
    let world = World::new(FOLLOWERS);
    world.assets();
    world.shop("materials: {poster: {image: assets/poster.jpg}}");
    killed::killed_at(&world, "/image");
    // Neither name nor content is that of what was begun.
    world.shop(&("materials: {plakat: {image: later/other.jpg}}\n".to_owned() + MOVED));
    world.apply();
    world.settled();
    assert_eq!(count(&world), 1);
}

#[test]
fn an_old_one_that_waits_moves_along() {
    let world = applied(SHOP);
    world.shop(&exchanged());
    unfinished::undeletable(&world);
    world.shop(&renamed(&exchanged()));
    assert_eq!(planned(&world), ["delete shop/material/plakat (…): image"]);
    let note = "left from an unfinished replacement of shop/material/plakat";
    assert_eq!(world.plan()["changes"][0]["notes"], json!([note]));
    world.apply();
    world.settled();
    assert_eq!(count(&world), 4);
}

/// Whoever points at it pointed at it before, too.
#[test]
fn a_new_key_is_nobody_s_change() {
    let world = applied(SHOP);
    world.shop(&renamed(SHOP));
    let drift = world.run("drift --json").expect_code(0).json();
    assert_eq!(drift["drift"], json!([]), "{drift:#}");
    let other = renamed(SHOP).replace("reply: {material: plakat}", "reply: {material: jingle}");
    world.shop(&other);
    let plan = world.plan();
    assert_eq!(changes(&plan)[0], "update shop/keyword/海报: reply.material", "{plan:#}");
    assert!(!plan.to_string().contains("outside mpform"), "{plan:#}");
    world.apply();
    world.settled();
}
