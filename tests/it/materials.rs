//! Materials: found again by what is in them, exchanged without a moment in which something shows nothing, and never
//! uploaded twice.

use serde_json::{Value, json};

use crate::conformance::materials::{digest_by_hand, ours};
use crate::world::{FOLLOWERS, World, changes, without_ids};
use mpform::sandbox::{Fault, Rule};

mod found;
mod hand;
mod killed;
mod limits;
mod renamed;
mod replaced;
mod unfinished;

/// One material of each form, and all that can show one.
const SHOP: &str = "
materials:
  poster: {image: assets/poster.jpg}
  jingle: {voice: assets/jingle.mp3}
  tour: {video: assets/tour.mp4, title: 探店}
  spring: {news: [{title: 春, cover: assets/cover.jpg, digest: 八折, content: <p>春</p>}]}
replies: {subscribe: {material: poster}}
keywords: {海报: {match: [海报], reply: {material: poster}}}
menu: [{name: 看, reply: {material: poster}}]
";

/// A shop that was applied.
fn applied(shop: &str) -> World {
    let world = World::new(FOLLOWERS);
    world.assets();
    world.shop(shop);
    world.run("apply --yes --parallelism 1").expect_code(0);
    world.calls();
    world
}

/// The same with another poster.
fn exchanged() -> String {
    SHOP.replace("assets/poster.jpg", "later/poster.jpg")
}

/// What a plan would change.
#[track_caller]
fn planned(world: &World) -> Vec<String> {
    changes(&world.plan()).iter().map(|line| without_ids(line)).collect()
}

/// Calls that fetch a file.
fn downloads(calls: &[String]) -> Vec<&String> {
    let is_file = |call: &&String| {
        ["GET image/…", "GET voice/…"].contains(&call.as_str()) || call.starts_with("GET /static/")
    };
    calls.iter().filter(is_file).collect()
}

/// How many live materials there are.
fn count(world: &World) -> usize {
    let live = world.live();
    ["images", "voices", "videos", "news"].iter().map(|list| live[*list].as_array().map_or(0, Vec::len)).sum()
}
