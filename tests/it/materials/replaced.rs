//! Another file is another material: all that shows the old one is pointed to the new one before the old one goes.

use super::*;

const RE_POINTED: [&str; 5] = [
    "update shop/material/poster (replaced): image",
    "update shop/reply/subscribe: material",
    "update shop/keyword/海报: reply.material",
    "update shop/menu/看: reply.material",
    "update shop/menu: published",
];

#[test]
fn what_shows_it_is_pointed_anew_and_published_once_before_the_old_one_goes() {
    let world = applied(SHOP);
    world.shop(&exchanged());
    assert_eq!(planned(&world), RE_POINTED);
    world.calls();
    world.run("apply --yes --parallelism 1").expect_code(0);
    let expected = [
        "POST image",
        "PUT keyword/…",
        "PUT keyword/…",
        "POST menu/bind",
        "POST menu/publish",
        "DELETE image/…",
    ];
    assert_eq!(world.writes(), expected);
    world.settled();
    let live = world.live();
    let shown = &live["images"][0]["file"];
    for one in [&live["subscribe"]["reply"], &live["rules"][0]["reply"], &live["menu"][0]] {
        assert_eq!(one["shows"], *shown, "{live:#}");
    }
    assert_eq!(live["images"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_taken_out_goes_after_what_showed_it_let_go() {
    let world = applied(SHOP);
    world.shop(
        "materials: {}\nreplies: {subscribe: {text: 欢迎}}\nkeywords: {}\nmenu: [{name: 看, link: https://m}]\n",
    );
    world.run("plan --allow-deletes shop/material=4").expect_code(0);
    world.calls();
    world.run("apply --yes --parallelism 1 --allow-deletes shop/material=4").expect_code(0);
    let writes = world.writes();
    let at = |call: &str| {
        writes.iter().position(|one| one == call).unwrap_or_else(|| panic!("{call}: {writes:?}"))
    };
    for before in ["PUT keyword/…", "DELETE keyword/…", "POST menu/bind", "POST menu/publish"] {
        assert!(at(before) < at("DELETE image/…"), "{writes:?}");
    }
    world.settled();
    assert_eq!(count(&world), 0);
}

/// The old one is remembered under an address of its own until it is gone.
#[test]
fn an_old_one_that_stays_is_said_remembered_and_deleted_next_time() {
    let world = applied(SHOP);
    let old = ours(&world, "images", "poster.jpg");
    world.shop(&exchanged());
    world.sandbox.fault(Rule::new("DELETE", "/image/", Fault::Code { code: 500, message: "boom".into() }));
    let ran = world.run("apply --yes").expect_code(3);
    let beside = format!("shop/material/poster ({old})");
    let ran = ran.says(&[&format!("✗ {beside} not deleted: DELETE image/{old}: code 500: boom")]);
    assert!(ran.err.contains("Apply: 5 done, 1 failed, 0 not tried."), "{}", ran.err);
    world.run("state list").expect_code(0).shows(&[&beside]);
    assert_eq!(planned(&world), ["delete shop/material/poster (…): image"]);
    // Also where the other one is taken out meanwhile, or exchanged again.
    world.shop(&SHOP.replace("assets/poster.jpg", "assets/other.jpg"));
    assert_eq!(planned(&world).len(), 6);
    world.apply();
    world.settled();
    assert_eq!(count(&world), 4);
}

/// What still shows the old one keeps it alive.
#[test]
fn an_old_one_that_something_still_shows_stays() {
    let world = applied(SHOP);
    world.shop(&exchanged());
    world.sandbox.fault(Rule::new("PUT", "/keyword/", Fault::Code { code: 500, message: "boom".into() }));
    let ran = world.run("apply --yes --parallelism 1").expect_code(3);
    ran.says(&["shop/material/poster (", "not tried: needs shop/reply/subscribe"]);
    assert!(!world.writes().iter().any(|call| call.starts_with("DELETE")));
    let plan = ["update shop/reply/subscribe: material", "delete shop/material/poster (…): image"];
    assert_eq!(planned(&world), plan);
    world.apply();
    world.settled();
    assert_eq!(count(&world), 4);
}

/// Between the new one's creation and all that follows it.
#[cfg(unix)]
#[test]
fn an_interrupted_exchange_says_that_the_old_one_stays() {
    let world = applied(SHOP);
    world.shop(&exchanged());
    world.sandbox.fault(Rule::new("POST", "/menu/publish", Fault::Delay { ms: 600 }));
    let mut apply = world.start("apply --yes --parallelism 1");
    assert!(apply.until(|sandbox| sandbox.writes().iter().any(|entry| entry.path.ends_with("publish"))));
    apply.interrupt();
    let ran = apply.end().expect_code(3);
    ran.says(&["not tried: interrupted before it was tried", "Next: run `mpform apply` again"]);
    assert_eq!(planned(&world), ["delete shop/material/poster (…): image"]);
    world.apply();
    world.settled();
}

#[test]
fn what_is_protected_is_not_replaced() {
    let world = applied(&SHOP.replace("poster.jpg}", "poster.jpg, protect: true}"));
    let said =
        |protect: bool| exchanged().replace("poster.jpg}", &format!("poster.jpg, protect: {protect}}}"));
    // What lifts it is applied first, by itself.
    for shop in [exchanged(), said(true), said(false)] {
        world.shop(&shop);
        let ran = world.run("apply --yes").expect_code(1);
        ran.says(&["error[MP061]", "would be replaced", "apply that first, then change it"]);
    }
    assert_eq!(world.writes(), Vec::<String>::new());
    // News and a film's words may change: it stays the same object.
    let words = SHOP.replace("title: 探店}", "title: 探店, protect: true}");
    world.shop(&words.replace("poster.jpg}", "poster.jpg, protect: true}"));
    world.apply();
    world.shop(&words.replace("探店", "逛店").replace("poster.jpg}", "poster.jpg, protect: false}"));
    world.apply();
    world.shop(&exchanged().replace("探店", "逛店"));
    world.apply();
    world.settled();
}

/// Protection that was lifted before the exchange does not hold the old one.
#[test]
fn the_old_one_is_not_protected_any_more() {
    let world = applied(&SHOP.replace("poster.jpg}", "poster.jpg, protect: true}"));
    world.shop(&SHOP.replace("poster.jpg}", "poster.jpg, protect: false}"));
    world.apply();
    world.shop(&exchanged().replace("poster.jpg}", "poster.jpg, protect: false}"));
    world.sandbox.fault(Rule::new("DELETE", "/image/", Fault::Code { code: 500, message: "boom".into() }));
    world.run("apply --yes").expect_code(3);
    world.apply();
    world.settled();
    assert_eq!(count(&world), 4);
}

#[test]
fn a_target_takes_along_what_shows_it() {
    let world = applied(SHOP);
    world.shop(&exchanged().replace("探店", "逛店"));
    world.run("apply --yes --target shop/material/poster").expect_code(0);
    assert_eq!(planned(&world), ["update shop/material/tour: title"]);
    assert_eq!(world.live()["images"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_saved_plan_carries_an_exchange_out() {
    let world = applied(SHOP);
    world.shop(&exchanged());
    world.run("plan -o plan.json").expect_code(0);
    world.run("apply plan.json").expect_code(0);
    world.settled();
}

/// What was planned is what goes out.
#[test]
fn a_file_that_changed_since_the_plan_is_not_sent() {
    let world = applied(SHOP);
    world.shop(&exchanged());
    world.run("plan -o plan.json").expect_code(0);
    world.write("later/poster.jpg", "third poster.jpg");
    world.run("apply plan.json").expect_code(1).says(&["shop/material/poster"]);
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[test]
fn what_the_vendor_says_of_an_upload_is_shown() {
    for (code, hint) in [(413, "too large"), (415, "of a kind that this deployment does not take")] {
        let world = World::new(FOLLOWERS);
        world.assets();
        world.shop("materials: {poster: {image: assets/poster.jpg}}");
        world.sandbox.fault(Rule::new("POST", "/image", Fault::Code { code, message: "no".into() }));
        world.run("apply --yes").expect_code(3).says(&[
            "shop/material/poster",
            &format!("code {code}"),
            hint,
        ]);
        world.sandbox.clear_faults();
        world.apply();
        assert_eq!(count(&world), 1);
    }
}

/// A cover that is there already is used again.
#[test]
fn a_cover_is_uploaded_once() {
    let news = "materials: {spring: {news: [{title: 春, cover: assets/cover.jpg, content: a}, {title: 夏, cover: assets/cover.jpg, content: b}]}}\n";
    let world = World::new(FOLLOWERS);
    world.assets();
    world.shop(news);
    world.apply();
    assert_eq!(world.writes(), ["POST news/image", "POST news/multiple"]);
    world.shop(&news.replace("content: b", "content: c"));
    world.apply();
    assert_eq!(world.writes(), ["PUT news/multiple/…"]);
}

/// Any form may take the place of any other, and is shown instead.
#[test]
fn another_form_takes_the_place() {
    let forms = [
        "{image: assets/poster.jpg}",
        "{voice: assets/jingle.mp3}",
        "{video: assets/tour.mp4, title: 探店}",
        "{news: [{title: 春, cover: assets/cover.jpg, content: x}]}",
        "{video: later/tour.mp4}",
        "{image: later/poster.jpg}",
    ];
    let shop = |form: &str| {
        format!(
            "materials: {{a: {form}}}\nreplies: {{subscribe: {{material: a}}}}\nmenu: [{{name: 看, reply: {{material: a}}}}]\n"
        )
    };
    let world = applied(&shop(forms[0]));
    for form in &forms[1..] {
        world.shop(&shop(form));
        assert!(
            planned(&world)[0].starts_with("update shop/material/a (replaced): "),
            "{:?}",
            planned(&world)
        );
        world.apply();
        world.settled();
        assert_eq!(count(&world), 1, "{form}");
        let live = world.live();
        assert!(
            !live.to_string().contains("\"deleted\"") && !live["subscribe"]["reply"]["shows"].is_null(),
            "{live:#}"
        );
    }
}

/// Two files of one name change places, while no answer of an upload arrives.
#[test]
fn two_that_change_places_are_not_mixed_up() {
    let shop = |a: &str, b: &str| {
        format!(
            "materials: {{a: {{image: {a}/poster.jpg}}, b: {{image: {b}/poster.jpg}}}}\nreplies: {{subscribe: {{material: a}}, default: {{material: b}}}}\n"
        )
    };
    let world = applied(&shop("assets", "later"));
    let shown =
        |world: &World| ["subscribe", "default"].map(|key| world.live()[key]["reply"]["shows"].clone());
    let [first, second] = shown(&world);
    world.shop(&shop("later", "assets"));
    world.sandbox.fault(Rule::new("POST", "/image", Fault::ResetAfter).always());
    world.run("apply --yes");
    world.sandbox.clear_faults();
    world.apply();
    world.settled();
    assert_eq!(shown(&world), [second, first]);
    assert_eq!(count(&world), 2);
}

#[test]
fn events_tell_of_an_old_one_that_stays() {
    let world = applied(SHOP);
    world.shop(&exchanged());
    world.sandbox.fault(Rule::new("DELETE", "/image/", Fault::Code { code: 500, message: "boom".into() }));
    let ran = world.run("apply --yes --json").expect_code(3);
    let events: Vec<Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).expect("an event")).collect();
    let failed: Vec<_> = events.iter().filter(|event| event["outcome"] == "failed").collect();
    assert_eq!(failed.len(), 1, "{}", ran.out);
    assert_eq!(failed[0]["action"], "delete");
    let summary = events.last().expect("a summary");
    assert_eq!((&summary["done"], &summary["failed"]), (&json!(5), &json!(1)), "{summary}");
}

/// A vendor's word for success proves nothing.
#[test]
fn an_old_one_that_is_still_listed_is_said() {
    let world = applied(SHOP);
    let old = ours(&world, "images", "poster.jpg");
    world.shop(&exchanged());
    world.sandbox.fault(Rule::new("DELETE", "/image/", Fault::Code { code: 200, message: "OK".into() }));
    let ran = world.run("apply --yes").expect_code(3);
    ran.says(&["error[MP082]", &format!("shop/material/poster ({old})"), "a read still shows it"]);
}

/// What is left alone, or named by the vendor's id, does not follow: followers would get nothing.
#[test]
fn what_is_still_shown_does_not_go() {
    let ignored = "keywords: {海报: {match: [海报], ignore: [reply]}}\n";
    let world = applied(
        "materials: {poster: {image: assets/poster.jpg}}\nkeywords: {海报: {match: [海报], reply: {material: poster}}}\n",
    );
    let id = world.live()["images"][0]["id"].as_str().expect("an id").to_owned();
    let raw = format!("keywords: {{海报: {{match: [海报], reply: {{raw: {{type: image, id: {id}}}}}}}}}\n");
    for rule in [ignored, &raw] {
        for materials in ["materials: {}\n", "materials: {poster: {image: later/poster.jpg}}\n"] {
            world.shop(&format!("{materials}{rule}"));
            world.writes();
            let ran = world.run("apply --yes").expect_code(1);
            let said = ran.says(&["MP045", "shop/keyword/海报", "shop/material/poster: it would go"]);
            assert_eq!(world.writes(), Vec::<String>::new(), "{}", said.err);
        }
    }
}

#[test]
fn what_is_not_managed_any_more_and_shows_what_goes_is_warned_of() {
    let world = applied(
        "materials: {poster: {image: assets/poster.jpg}}\nkeywords: {海报: {match: [海报], reply: {material: poster}}}\n",
    );
    world.shop("materials: {}\n");
    let plan = world.run("plan").expect_code(0);
    assert!(
        plan.err.contains("warning[MP045]: shop/material/poster: it would go, and shop/keyword/海报"),
        "{}",
        plan.err
    );
}
