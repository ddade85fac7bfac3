//! The page in a real browser: clicked, typed into, walked through by keyboard, read in both languages, printed, held
//! in the hand, and given hostile text. Every test also sees to it that the console stays empty and nobody is asked for
//! anything: see [`Browser::close`](driver::Browser::close).

mod driver;
mod session;

mod calendar;
mod chat;
mod hostile;
mod looks;
mod menu;
mod plan;
mod screenshot;

use std::path::PathBuf;

use crate::world::World;
use driver::{Browser, DESK, PHONE, View};

/// A shop as it is live.
const BEFORE: &str = "
replies:
  subscribe: {text: 欢迎关注}
  default: {text: 稍等}
keywords:
  时间: {match: [几点, {fuzzy: 你们几点开门}], reply: {text: 每天九点到九点}}
  地址: {match: [在哪], reply: {text: 花园路 18 号}}
  路线: {match: [路线], reply: {text: 地铁 2 号线}}
materials:
  poster: {image: assets/poster.jpg}
menu:
  - name: 新品
    items:
      - {name: 官网, link: https://m.example.com}
      - {name: 客服, reply: {text: 您好}}
  - {name: 关于, link: https://m.example.com/about}
";

/// The same shop as it is declared now: a bit of every sort of change.
fn after() -> String {
    BEFORE
        .replace("欢迎关注", "欢迎关注我们")
        .replace("每天九点到九点", "每天九点到八点")
        .replace(
            "  地址: {match: [在哪], reply: {text: 花园路 18 号}}\n",
            "  停车: {match: [停车], reply: {text: 地下二层}}\n",
        )
        .replace(
            "      - {name: 客服, reply: {text: 您好}}\n",
            "      - {name: 海报, reply: {material: poster}}\n",
        )
        .replace("match: [路线]", "match: [路线, 怎么走]")
        .replace("m.example.com/about", "m.example.com/us")
}

/// A world with the shop applied, edited, and something unmanaged beside it; the page is written.
fn shop() -> (World, PathBuf) {
    let world = World::empty();
    world.assets();
    world.shop(BEFORE);
    world.apply();
    let text = world.hand("POST", "text", serde_json::json!({"content": "车位很多"}));
    let words = serde_json::json!([{"content": "车位", "fuzzy": "0"}, {"content": "停车费", "fuzzy": "1"}]);
    let rule =
        serde_json::json!({"rule_name": "旧", "reply_id": text, "reply_type": "text", "keyword": words});
    world.hand("POST", "keyword", rule);
    world.shop(&after());
    let page = page_of(&world);
    (world, page)
}

/// Writes the page of a world.
fn page_of(world: &World) -> PathBuf {
    world.run("--now 2026-11-22T09:00:00+08:00 preview -o page.html").expect_code(0);
    world.path("page.html")
}

/// The shop in a browser; nothing where there is none.
fn open(view: View) -> Option<(World, Browser)> {
    let (world, page) = shop();
    Browser::open(&page, view).map(|browser| (world, browser))
}
