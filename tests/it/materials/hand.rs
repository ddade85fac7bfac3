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

/// What the configuration leaves open is nobody's drift, and stays.
#[test]
fn what_nobody_declared_may_change() {
    let open = SHOP.replace(", title: 探店}", "}").replace(", digest: 八折", "");
    let world = applied(&open);
    let id = ours(&world, "videos", "tour.mp4");
    world.hand("POST", &format!("video/{id}"), json!({"title": "手写的", "description": "手写的"}));
    digest_by_hand(&world, "春", "手写的");
    world.run("drift --detailed-exitcode").expect_code(0);
    world.settled();
    world.apply();
    // What was seen of it once is not held against the next change.
    world.hand("POST", &format!("video/{id}"), json!({"title": "又改的", "description": "手写的"}));
    digest_by_hand(&world, "春", "又改的");
    world.run("drift --detailed-exitcode").expect_code(0);
    world.settled();
    // Another film, another text: both keep it.
    world.shop(&open.replace("assets/tour.mp4", "later/tour.mp4").replace("<p>春</p>", "<p>夏</p>"));
    world.apply();
    world.settled();
    world.run("drift --detailed-exitcode").expect_code(0);
    let live = world.live();
    assert_eq!(
        (&live["videos"][0]["title"], &live["videos"][0]["description"]),
        (&json!("又改的"), &json!("手写的"))
    );
    assert_eq!(live["news"][0]["items"][0]["digest"], "又改的");
}

/// Somebody deleted ours and uploaded the same again: that is the one from now on.
#[test]
fn one_that_somebody_made_anew_is_taken() {
    let world = applied(SHOP);
    world.hand("DELETE", &format!("image/{}", ours(&world, "images", "poster.jpg")), Value::Null);
    world.upload("image", "poster.jpg", "first poster.jpg");
    assert!(planned(&world).iter().all(|line| !line.contains("shop/material/")), "{:?}", planned(&world));
    world.calls();
    world.apply();
    assert!(!world.writes().iter().any(|call| call == "POST image"));
    world.settled();
    assert_eq!(count(&world), 4);
}

/// An old one that was left is deleted by hand.
#[test]
fn an_old_one_that_somebody_deleted_is_forgotten() {
    let world = applied(SHOP);
    let old = ours(&world, "images", "poster.jpg");
    world.shop(&exchanged());
    world.sandbox.fault(Rule::new("DELETE", "/image/", Fault::Code { code: 500, message: "boom".into() }));
    world.run("apply --yes").expect_code(3);
    world.run("drift --detailed-exitcode").expect_code(0);
    world.hand("DELETE", &format!("image/{old}"), Value::Null);
    world.settled();
    world.apply();
    assert!(!world.run("state list").expect_code(0).out.contains(&old));
}
