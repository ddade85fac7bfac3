//! What the vendor would refuse is said before anything is asked, with its place.

use super::*;

#[track_caller]
fn refused(world: &World, shop: &str, words: &[&str]) {
    world.shop(shop);
    world.run("validate").expect_code(1).says(words);
    world.run("apply --yes").expect_code(1).says(words);
    assert_eq!(world.calls(), Vec::<String>::new());
}

#[test]
fn endings() {
    let world = World::new(FOLLOWERS);
    for name in ["a.png", "a.wav", "a.avi", "a.jpeg"] {
        world.write(name, "x");
    }
    let places = ["MP031", "--> shop.yaml:2:", "code 415"];
    refused(&world, "materials: {a: {image: a.png}}\n", &places);
    refused(&world, "materials: {a: {image: a.jpeg}}\n", &places);
    refused(&world, "materials: {a: {voice: a.wav}}\n", &places);
    refused(&world, "materials: {a: {video: a.avi}}\n", &places);
    refused(&world, "materials: {a: {news: [{title: 春, cover: a.png, content: x}]}}\n", &places);
}

#[test]
fn sizes() {
    let world = World::new(FOLLOWERS);
    for (form, name, most) in
        [("image", "a.jpg", 1 << 20), ("voice", "a.amr", 2 << 20), ("video", "a.mp4", 10 << 20)]
    {
        let shop = format!("materials: {{a: {{{form}: {name}}}}}\n");
        world.write(name, &"x".repeat(most + 1));
        refused(&world, &shop, &["MP032", "--> shop.yaml:2:", "code 413"]);
        world.write(name, "");
        refused(&world, &shop, &["MP032", "is empty"]);
        world.write(name, &"x".repeat(most));
        world.shop(&shop);
        world.run("validate").expect_code(0);
    }
    // The largest that the vendor takes it takes.
    world.apply();
    world.settled();
}

#[test]
fn articles() {
    let world = World::new(FOLLOWERS);
    world.assets();
    let news = |count: usize| {
        let one = |nth| format!("{{title: 第{nth}, cover: assets/cover.jpg, content: x}}");
        format!("materials: {{a: {{news: [{}]}}}}\n", (0..count).map(one).collect::<Vec<_>>().join(", "))
    };
    refused(&world, &news(9), &["MP033", "news of 9 articles"]);
    refused(&world, &news(0), &["MP033", "news of 0 articles"]);
    world.shop(&news(8));
    world.apply();
    world.settled();
}

#[test]
fn a_material_that_is_not_declared() {
    let world = World::new(FOLLOWERS);
    world.assets();
    let shop = "materials: {poster: {image: assets/poster.jpg}}\nkeywords: {海报: {match: [海报], reply: {material: postr}}}\n";
    refused(&world, shop, &["MP012", "there is no material `postr`", "poster"]);
    let missing = "materials: {poster: {image: assets/gone.jpg}}\n";
    refused(&world, missing, &["assets/gone.jpg", "--> shop.yaml:2:"]);
}

/// Nothing would tell them apart once the state is lost.
#[test]
fn one_content_under_two_keys() {
    let world = World::new(FOLLOWERS);
    world.assets();
    let same = "materials: {a: {image: assets/poster.jpg}, b: {image: later/poster.jpg}, c: {image: assets/poster.jpg}}\n";
    refused(&world, same, &["MP004", "the same material twice: `poster.jpg`"]);
    let open = "materials: {a: {news: [{title: 春, cover: assets/cover.jpg, content: x, author: 甲}]}, b: {news: [{title: 春, cover: assets/cover.jpg, content: x}]}}\n";
    refused(&world, open, &["MP004"]);
}

/// Some characters of a name do not come back as they were sent, or make an address that leads nowhere.
#[test]
fn names() {
    let world = World::new(FOLLOWERS);
    for (form, unfit) in [("image", "\""), ("voice", "\""), ("video", "\"%?#")] {
        let ending = match form {
            "image" => "jpg",
            "voice" => "mp3",
            _ => "mp4",
        };
        for one in unfit.chars() {
            let name = format!("a{one}b.{ending}");
            world.write(&name, "x");
            refused(&world, &format!("materials: {{a: {{{form}: '{name}'}}}}\n"), &["MP031", "can't have"]);
        }
        // Others are fine, and are found again.
        let name = format!("海 报 (1)+&_é;'100.{ending}");
        world.write(&name, "x");
        world.shop(&format!("materials: {{a: {{{form}: \"{name}\"}}}}\n"));
        world.apply();
        world.settled();
        world.lose_state();
        world.settled();
        world.shop("materials: {}\n");
        world.calls();
    }
}
