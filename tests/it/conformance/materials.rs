//! The cases of materials: one for each form.

use serde_json::{Value, json};

use super::cases::{Case, Variant};
use crate::world::World;

pub(super) const IMAGE: Case = Case {
    kind: "material",
    address: "shop/material/poster",
    declared: "materials: {poster: {image: assets/poster.jpg}}",
    variants: &[
        Variant {
            yaml: "materials: {poster: {image: later/poster.jpg}}",
            plan: &["update shop/material/poster (replaced): image"],
        },
        Variant {
            yaml: "materials: {poster: {image: assets/other.jpg}}",
            plan: &["update shop/material/poster (replaced): image"],
        },
    ],
    removed: Variant { yaml: "materials: {}", plan: &["delete shop/material/poster: image"] },
    protected: "materials: {poster: {image: assets/poster.jpg, protect: true}}",
    ignored: "materials: {poster: {image: assets/poster.jpg, ignore: [image]}}",
    by_hand: |world| rename(world, "image", "images", "poster.jpg"),
};

pub(super) const VOICE: Case = Case {
    kind: "material",
    address: "shop/material/jingle",
    declared: "materials: {jingle: {voice: assets/jingle.mp3}}",
    variants: &[
        Variant {
            yaml: "materials: {jingle: {voice: later/jingle.mp3}}",
            plan: &["update shop/material/jingle (replaced): voice"],
        },
        Variant {
            yaml: "materials: {jingle: {voice: assets/hello.amr}}",
            plan: &["update shop/material/jingle (replaced): voice"],
        },
    ],
    removed: Variant { yaml: "materials: {}", plan: &["delete shop/material/jingle: voice"] },
    protected: "materials: {jingle: {voice: assets/jingle.mp3, protect: true}}",
    ignored: "materials: {jingle: {voice: assets/jingle.mp3, ignore: [voice]}}",
    by_hand: |world| rename(world, "voice", "voices", "jingle.mp3"),
};

pub(super) const VIDEO: Case = Case {
    kind: "material",
    address: "shop/material/tour",
    declared: "materials: {tour: {video: assets/tour.mp4, title: 探店, description: 三分钟逛完}}",
    variants: &[
        Variant {
            yaml: "materials: {tour: {video: assets/tour.mp4, title: 逛店, description: 三分钟逛完}}",
            plan: &["update shop/material/tour: title"],
        },
        Variant {
            yaml: "materials: {tour: {video: assets/tour.mp4, title: 逛店, description: \"\"}}",
            plan: &["update shop/material/tour: description"],
        },
        Variant {
            yaml: "materials: {tour: {video: later/tour.mp4, title: 逛店, description: 一分钟}}",
            plan: &["update shop/material/tour (replaced): description, video"],
        },
        // What is not said is left as it is, also where the file makes another video of it.
        Variant { yaml: "materials: {tour: {video: later/tour.mp4}}", plan: &[] },
        Variant {
            yaml: "materials: {tour: {video: assets/tour.mp4, description: 一分钟}}",
            plan: &["update shop/material/tour (replaced): video"],
        },
    ],
    removed: Variant {
        yaml: "materials: {}",
        plan: &["delete shop/material/tour: description, title, video"],
    },
    protected: "materials: {tour: {video: assets/tour.mp4, title: 探店, protect: true}}",
    ignored: "materials: {tour: {video: assets/tour.mp4, title: 探店, ignore: [title]}}",
    by_hand: |world| {
        let body = json!({"title": "手写的", "description": "手写的"});
        world.hand("POST", &format!("video/{}", ours(world, "videos", "tour.mp4")), body);
    },
};

/// News of these articles: title, author, cover, whether it is shown, digest, content, source.
macro_rules! news {
    ($([$title:literal $author:literal $cover:literal $shown:literal $digest:literal $content:literal $source:literal])+) => {
        concat!(
            "materials: {spring: {news: [",
            $("{title: ", $title, ", author: ", $author, ", cover: ", $cover, ", show_cover: ", $shown, ", digest: ",
            $digest, ", ", $content, ", source_url: ", $source, "}, ",)+
            "]}}"
        )
    };
}

pub(super) const SINGLE: Case = Case {
    kind: "material",
    address: "shop/material/spring",
    declared: news!(["春" "店长" "assets/cover.jpg" "true" "八折" "content: <p>春</p>" "https://m/1"]),
    variants: &[
        Variant {
            yaml: news!(["夏" "店长" "assets/cover.jpg" "true" "八折" "content: <p>春</p>" "https://m/1"]),
            plan: &["update shop/material/spring: news[0].title"],
        },
        Variant {
            yaml: news!(["夏" "小王" "assets/cover.jpg" "true" "八折" "content: <p>春</p>" "https://m/1"]),
            plan: &["update shop/material/spring: news[0].author"],
        },
        Variant {
            yaml: news!(["夏" "小王" "later/cover.jpg" "true" "八折" "content: <p>春</p>" "https://m/1"]),
            plan: &["update shop/material/spring: news[0].cover"],
        },
        Variant {
            yaml: news!(["夏" "小王" "later/cover.jpg" "false" "八折" "content: <p>春</p>" "https://m/1"]),
            plan: &["update shop/material/spring: news[0].show_cover"],
        },
        Variant {
            yaml: news!(["夏" "小王" "later/cover.jpg" "false" "七折" "content: <p>春</p>" "https://m/1"]),
            plan: &["update shop/material/spring: news[0].digest"],
        },
        Variant {
            yaml: news!(["夏" "小王" "later/cover.jpg" "false" "七折" "content_file: spring.html" "https://m/1"]),
            plan: &["update shop/material/spring: news[0].content"],
        },
        Variant {
            yaml: news!(["夏" "小王" "later/cover.jpg" "false" "七折" "content_file: spring.html" "https://m/2"]),
            plan: &["update shop/material/spring: news[0].source_url"],
        },
        Variant {
            yaml: news!(["夏" "\"\"" "later/cover.jpg" "false" "\"\"" "content: \"\"" "\"\""]),
            plan: &[
                "update shop/material/spring: news[0].author, news[0].content, news[0].digest, news[0].source_url",
            ],
        },
        // What is not said is left as it is.
        Variant {
            yaml: "materials: {spring: {news: [{title: 夏, cover: later/cover.jpg, content: \"\"}]}}",
            plan: &[],
        },
        Variant {
            yaml: "materials: {spring: {news: [{title: 春, cover: later/cover.jpg, content: <p>春</p>, digest: 八折}]}}",
            plan: &["update shop/material/spring: news[0].content, news[0].digest, news[0].title"],
        },
    ],
    removed: Variant {
        yaml: "materials: {}",
        plan: &[
            "delete shop/material/spring: news[0].author, news[0].content, news[0].cover, news[0].digest, \
                 news[0].show_cover, news[0].source_url, news[0].title",
        ],
    },
    protected: "materials: {spring: {news: [{title: 春, cover: assets/cover.jpg, content: <p>春</p>}], protect: true}}",
    ignored: "materials: {spring: {news: [{title: 春, cover: assets/cover.jpg, content: <p>春</p>}], ignore: [news]}}",
    by_hand: |world| digest_by_hand(world, "春", "手写的"),
};

pub(super) const MULTIPLE: Case = Case {
    kind: "material",
    address: "shop/material/spring",
    declared: news!(
        ["春" "店长" "assets/cover.jpg" "true" "八折" "content: <p>春</p>" "https://m/1"]
        ["夏" "店长" "assets/other.jpg" "false" "九折" "content: <p>夏</p>" "https://m/2"]
    ),
    variants: &[
        Variant {
            yaml: news!(
                ["春" "店长" "assets/cover.jpg" "true" "八折" "content: <p>春</p>" "https://m/1"]
                ["夏" "店长" "later/other.jpg" "false" "七折" "content: <p>夏</p>" "https://m/2"]
            ),
            plan: &["update shop/material/spring: news[1].cover, news[1].digest"],
        },
        Variant {
            yaml: news!(
                ["春" "店长" "assets/cover.jpg" "true" "八折" "content: <p>春</p>" "https://m/1"]
                ["夏" "店长" "later/other.jpg" "false" "七折" "content: <p>夏</p>" "https://m/2"]
                ["秋" "店长" "assets/cover.jpg" "false" "六折" "content: <p>秋</p>" "https://m/3"]
            ),
            plan: &["update shop/material/spring: news[2].author, news[2].content, news[2].cover, \
                     news[2].digest, news[2].show_cover, news[2].source_url, news[2].title"],
        },
        Variant {
            yaml: news!(
                ["秋" "店长" "assets/cover.jpg" "false" "六折" "content: <p>秋</p>" "https://m/3"]
                ["夏" "店长" "later/other.jpg" "false" "七折" "content: <p>夏</p>" "https://m/2"]
                ["春" "店长" "assets/cover.jpg" "true" "八折" "content: <p>春</p>" "https://m/1"]
            ),
            plan: &["update shop/material/spring: news[0].content, news[0].digest, news[0].show_cover, \
                     news[0].source_url, news[0].title, news[2].content, news[2].digest, news[2].show_cover, \
                     news[2].source_url, news[2].title"],
        },
        Variant {
            yaml: news!(
                ["秋" "店长" "assets/cover.jpg" "false" "六折" "content: <p>秋</p>" "https://m/3"]
                ["春" "店长" "assets/cover.jpg" "true" "八折" "content: <p>春</p>" "https://m/1"]
            ),
            plan: &["update shop/material/spring: news[1].content, news[1].cover, news[1].digest, \
                     news[1].show_cover, news[1].source_url, news[1].title, news[2].author, news[2].content, \
                     news[2].cover, news[2].digest, news[2].show_cover, news[2].source_url, news[2].title"],
        },
        Variant {
            yaml: news!(["秋" "店长" "assets/cover.jpg" "false" "六折" "content: <p>秋</p>" "https://m/3"]),
            plan: &["update shop/material/spring: news[1].author, news[1].content, news[1].cover, \
                     news[1].digest, news[1].show_cover, news[1].source_url, news[1].title"],
        },
    ],
    removed: BOTH_REMOVED,
    protected: "materials: {spring: {news: [{title: 春, cover: assets/cover.jpg, content: 春}, {title: 夏, cover: assets/other.jpg, content: 夏}], protect: true}}",
    ignored: "materials: {spring: {news: [{title: 春, cover: assets/cover.jpg, content: 春}, {title: 夏, cover: assets/other.jpg, content: 夏}], ignore: [news]}}",
    by_hand: |world| digest_by_hand(world, "夏", "手写的"),
};

const BOTH_REMOVED: Variant = Variant {
    yaml: "materials: {}",
    plan: &["delete shop/material/spring: news[0].author, news[0].content, news[0].cover, news[0].digest, \
             news[0].show_cover, news[0].source_url, news[0].title, news[1].author, news[1].content, \
             news[1].cover, news[1].digest, news[1].show_cover, news[1].source_url, news[1].title"],
};

/// The id of a live material of ours by some of its content.
#[track_caller]
pub(crate) fn ours(world: &World, list: &str, content: &str) -> String {
    let live = world.live();
    let found = live[list].as_array().expect("a list").iter().find(|one| one.to_string().contains(content));
    let found = found.unwrap_or_else(|| panic!("nothing has {content}: {live:#}"));
    found["id"].as_str().expect("an id").to_owned()
}

fn rename(world: &World, table: &str, list: &str, name: &str) {
    let body = json!({"name": "手写的"});
    world.hand("PUT", &format!("{table}/{}", ours(world, list, name)), body);
}

/// Gives an article another digest, in the vendor's console.
pub(crate) fn digest_by_hand(world: &World, title: &str, digest: &str) {
    let id = ours(world, "news", &format!("\"title\":\"{title}\""));
    let mut articles = world.hand("GET", &format!("news/{id}"), Value::Null);
    for article in articles.as_array_mut().expect("articles").iter_mut().filter(|one| one["title"] == title) {
        article["digest"] = digest.into();
    }
    world.hand("PUT", &format!("news/multiple/{id}"), articles);
}
