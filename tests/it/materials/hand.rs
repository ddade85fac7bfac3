//! What others do to materials in the vendor's console.

use super::*;

/// The vendor goes on answering for a deleted file by its id; only the list shows that it is gone.
#[test]
fn a_deleted_one_is_made_again_and_shown_by_all_that_showed_it() {
    let world = applied(SHOP);
    let old = ours(&world, "images", "poster.jpg");
    world.hand("DELETE", &format!("image/{old}"), Value::Null);
    let plan = planned(&world);
    assert_eq!(plan[0], "create shop/material/poster: image");
    assert_eq!(plan.len(), 5, "{plan:?}");
    world.apply();
    world.settled();
    let live = world.live();
    assert!(!live.to_string().contains("deleted"), "{live:#}");
}

#[test]
fn deleted_news_and_films_are_made_again() {
    let world = applied(SHOP);
    world.hand("DELETE", &format!("news/{}", ours(&world, "news", "春")), Value::Null);
    world.hand("DELETE", &format!("video/{}", ours(&world, "videos", "探店")), Value::Null);
    let mut plan = planned(&world);
    plan.retain(|line| line.starts_with("create shop/material/"));
    assert_eq!(plan.len(), 2, "{plan:?}");
    world.apply();
    world.settled();
    assert_eq!(count(&world), 4);
}

#[test]
fn another_name_in_the_console_means_nothing() {
    let world = applied(SHOP);
    for (table, list, name) in [("image", "images", "poster.jpg"), ("voice", "voices", "jingle.mp3")] {
        let id = ours(&world, list, name);
        world.hand("PUT", &format!("{table}/{id}"), json!({"name": "改名"}));
    }
    world.calls();
    world.settled();
    world.run("drift --detailed-exitcode").expect_code(0);
    assert_eq!(downloads(&world.calls()), Vec::<&String>::new());
}

#[test]
fn the_file_of_a_film_that_somebody_exchanged_is_drift() {
    let world = applied(SHOP);
    let id = ours(&world, "videos", "tour.mp4");
    world.upload(&format!("video/upload/{id}"), "tour.mp4", "another film");
    let ran = world.run("drift --detailed-exitcode").expect_code(2);
    assert!(ran.out.contains("shop/material/tour") && ran.out.contains("video"), "{}", ran.out);
    assert_eq!(planned(&world), ["update shop/material/tour (replaced): video"]);
    world.apply();
    world.settled();
    world.run("drift --detailed-exitcode").expect_code(0);
    assert_eq!(count(&world), 4);
    let live = world.live();
    assert_eq!(live["videos"][0]["title"], "探店");
}

/// The same film under another address is the same film.
#[test]
fn the_same_film_uploaded_again_is_no_change() {
    let world = applied(SHOP);
    let id = ours(&world, "videos", "tour.mp4");
    world.upload(&format!("video/upload/{id}"), "tour.mp4", "first tour.mp4");
    world.settled();
    world.run("drift --detailed-exitcode").expect_code(0);
}

#[test]
fn words_that_somebody_changed_are_drift_and_nothing_else_is() {
    let world = applied(SHOP);
    let id = ours(&world, "videos", "tour.mp4");
    world.hand("POST", &format!("video/{id}"), json!({"title": "手写的", "description": "手写的"}));
    digest_by_hand(&world, "春", "手写的");
    let drift = world.run("drift --json --detailed-exitcode");
    let drift = if drift.code == Some(2) {
        drift.out
    } else {
        world.run("drift --detailed-exitcode").expect_code(2).out
    };
    for words in ["shop/material/tour", "title", "shop/material/spring", "news[0].digest"] {
        assert!(drift.contains(words), "{drift}");
    }
    for words in ["poster", "jingle", "description", "cover", "shop/reply", "shop/menu"] {
        assert!(!drift.contains(words), "{words}: {drift}");
    }
    let plan = ["update shop/material/tour: title", "update shop/material/spring: news[0].digest"];
    assert_eq!(planned(&world), plan);
    world.apply();
    world.settled();
    world.run("drift --detailed-exitcode").expect_code(0);
    assert_eq!(world.live()["videos"][0]["description"], "手写的", "what nobody declared stays");
}
