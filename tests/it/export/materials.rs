//! Materials: the vendor's files become files of the project, and what points at them says so by key.

use mpform::sandbox::{Fault, Rule, Sandbox, Seed};
use serde_json::{Value, json};

use super::{read, settled, world};
use crate::proxy::Proxy;
use crate::world::{FOLLOWERS, PROJECT, World};

/// A file that looks like a picture.
fn picture(world: &World, name: &str, content: &str) {
    let path = world.path(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("makes the folder");
    std::fs::write(path, [&[0xff, 0xd8, 0xff][..], content.as_bytes()].concat()).expect("writes");
}

/// A world whose account holds what these resources say, of which nothing is remembered and nothing declared.
fn holding(files: &[(&str, &str)], resources: &str) -> World {
    let world = World::new(FOLLOWERS);
    for (name, content) in files {
        picture(&world, name, content);
    }
    world.shop(resources).apply();
    world.lose_state();
    world.write("mpform.yaml", &PROJECT.replace("include: [shop.yaml]\n", ""));
    world.writes();
    world
}

/// The plain id of a material by its key before the export.
fn id_of(world: &World, table: &str, name: &str) -> String {
    let live = &world.live()[table];
    let named = live.as_array().and_then(|all| all.iter().find(|one| one["name"] == name));
    named.and_then(|one| one["id"].as_str()).unwrap_or_else(|| panic!("no {name} in {live:#}")).to_owned()
}

#[test]
fn every_sort_comes_with_its_files_and_what_points_at_it() {
    let content = "<section>\r\n一\r<p>${var.x} #{} </p>\n\n</section>";
    let world = holding(
        &[
            ("a/海 报 1.jpg", "海报"),
            ("a/欢迎.mp3", "你好"),
            ("a/欢迎.amr", "您好"),
            ("a/探店.mp4", "电影"),
            ("a/cover.jpg", "封面"),
            ("a/other.jpg", "另一张"),
        ],
        "materials:
  poster: {image: a/海 报 1.jpg}
  hello: {voice: a/欢迎.mp3}
  hello-2: {voice: a/欢迎.amr}
  tour: {video: a/探店.mp4, title: 三分钟, description: \"逛完\\n一楼\"}
  bare: {video: a/探店.mp4}
  one: {news: [{title: 春季上新, author: 店长, cover: a/cover.jpg, show_cover: true, digest: 八折, content_file: long.html, source_url: \"https://m.example.com/?a=b&c\"}]}
  many:
    news:
      - {title: 头条, cover: a/cover.jpg, content: <p>短</p>}
      - {title: 二条, cover: a/other.jpg, content_file: bom.html}
      - {title: 三条, cover: a/cover.jpg, content: \"\"}
replies: {subscribe: {material: one}, default: {material: poster}}
keywords:
  语音: {match: [语音], reply: {material: hello}}
  视频: {match: [视频], reply: {material: tour}}
menu:
  - {name: 新品, reply: {material: many}}
  - {name: 更多, items: [{name: 海报, reply: {material: poster}}]}
"
        .replace("  bare: {video: a/探店.mp4}\n", "")
        .replace("content_file: long.html", &format!("content: {}", json!(content.replace("${", "$${"))))
        .replace("content_file: bom.html", &format!("content: {}", json!("\u{feff}有标记\n")))
        .as_str(),
    );
    let ran = world.run("export shop -o fresh").expect_code(0);
    assert_eq!(ran.err.matches("MP090").count(), 0, "{}", ran.err);
    let materials = read(&world, "fresh/shop/materials.yaml");
    for line in [
        "    image: assets/海 报 1.jpg",
        "    voice: assets/欢迎.mp3",
        "    voice: assets/欢迎.amr",
        "    video: assets/探店.mp4",
        "    description: |-",
        "        content_file: assets/春季上新.html",
        "        show_cover: true",
        "      - {title: 二条, cover: assets/other.jpg, content_file: assets/头条.html}",
    ] {
        assert!(materials.lines().any(|have| have == line), "no `{line}` in\n{materials}");
    }
    assert!(!materials.contains("show_cover: false") && !materials.contains("author: \"\""), "{materials}");
    assert_eq!(materials.matches("assets/cover.jpg").count(), 3, "one file for one cover\n{materials}");
    assert_eq!(read(&world, "fresh/shop/assets/春季上新.html"), content);
    let film = std::fs::read(world.path("fresh/shop/assets/探店.mp4")).expect("reads");
    assert_eq!(film, std::fs::read(world.path("a/探店.mp4")).expect("reads"));
    assert!(read(&world, "fresh/shop/replies.yaml").contains("material: 春季上新"));
    assert!(read(&world, "fresh/shop/keywords.yaml").contains("reply: {material: 三分钟}"));
    let menu = read(&world, "fresh/shop/menu.yaml");
    assert!(menu.contains("{material: 头条}") && menu.contains("{material: 海 报 1}"), "{menu}");
    settled(&world, "fresh");
    // Each file is fetched once for an export.
    world.calls();
    world.run("export shop -o again").expect_code(0);
    let journal = world.sandbox.journal();
    let mut files: Vec<_> =
        journal.iter().map(|entry| &entry.path).filter(|path| path.contains("/static/")).collect();
    files.sort();
    let all = files.len();
    files.dedup();
    assert_eq!((all, files.len()), (3, 3), "{files:?}");
}

#[test]
fn files_of_one_name_lie_in_folders_of_their_own() {
    let world = holding(
        &[("a/海报.jpg", "一"), ("b/海报.jpg", "二"), ("c/Logo.jpg", "三"), ("d/logo.jpg", "四")],
        "materials: {a: {image: a/海报.jpg}, b: {image: b/海报.jpg}, c: {image: c/Logo.jpg}, d: {image: d/logo.jpg}}\n\
         replies: {default: {material: b}}\n",
    );
    world.run("export shop -o fresh").expect_code(0);
    let materials = read(&world, "fresh/shop/materials.yaml");
    for path in ["assets/海报.jpg", "assets/2/海报.jpg", "assets/Logo.jpg", "assets/2/logo.jpg"] {
        assert!(materials.contains(&format!("image: {path}\n")), "no {path} in\n{materials}");
    }
    settled(&world, "fresh");
}

#[test]
fn twins_are_left_out_and_what_points_at_them_is_raw() {
    let image = |id: &str, name: &str| json!({"id": id, "name": name});
    let world = world(&json!({
        "images": [image("51aa", "海报.jpg"), image("51ab", "海报.jpg"), image("51ac", "别的.jpg")],
        "rules": [
            {"name": "海报", "match": ["海报"], "reply": {"type": "image", "id": "51ab"}},
            {"name": "别的", "match": ["别的"], "reply": {"type": "image", "id": "51ac"}},
            {"name": "没了", "match": ["没了"], "reply": {"type": "image", "id": "51ad"}},
            {"name": "音乐", "match": ["音乐"], "reply": {"type": "music", "id": "51ae"}},
        ],
        "menu": [{"name": "海报", "reply": {"type": "image", "id": "51aa"}}],
    }));
    let ran = world.run("export shop -o fresh").expect_code(0).says(&["MP090", "image/51aa and image/51ab"]);
    assert_eq!(ran.err.matches("MP090").count(), 1, "{}", ran.err);
    let materials = read(&world, "fresh/shop/materials.yaml");
    assert!(
        materials.contains("  # 海报: # image/51aa\n") && materials.contains("  别的: # image/51ac"),
        "{materials}"
    );
    assert!(!world.path("fresh/shop/assets/海报.jpg").exists());
    let rules = read(&world, "fresh/shop/keywords.yaml");
    for lines in [
        "    # a material that can't be declared: see the comment in the file of the materials\n    reply: {raw: {type: image, id: \"51ab\"}}",
        "    reply: {material: 别的}",
        "    # the vendor lists no material of this id: it may be deleted\n    reply: {raw: {type: image, id: \"51ad\"}}",
        "    # no text and no material: answered with what the vendor keeps under this id\n    reply: {raw: {type: music, id: \"51ae\"}}",
    ] {
        assert!(rules.contains(lines), "no `{lines}` in\n{rules}");
    }
    settled(&world, "fresh");
}

#[test]
fn a_renamed_file_keeps_what_can_be_its_name() {
    let files = ["1", "2", "3", "4", "5"].map(|nth| (format!("a/{nth}.jpg"), format!("图{nth}")));
    let files: Vec<_> = files.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
    let declared: String = (1..=5).map(|nth| format!("  p{nth}: {{image: a/{nth}.jpg}}\n")).collect();
    let world = holding(
        &files,
        &format!(
            "materials:\n{declared}replies: {{default: {{material: p1}}, subscribe: {{material: p3}}}}\n"
        ),
    );
    let long = "长".repeat(100);
    for (from, to) in [("1.jpg", "海报"), ("2.jpg", "海报.png"), ("3.jpg", "../a/b.jpg"), ("4.jpg", &long)]
    {
        let id = id_of(&world, "images", from);
        world.hand("PUT", &format!("image/{id}"), json!({"name": to}));
    }
    world.writes();
    world.run("export shop -o fresh").expect_code(0).says(&["can't be the name of a file"]);
    let materials = read(&world, "fresh/shop/materials.yaml");
    assert!(materials.contains("image: assets/海报.jpg\n"), "as it is served\n{materials}");
    assert!(
        materials.contains("image: assets/海报.png.jpg\n") && materials.contains("image: assets/5.jpg\n"),
        "{materials}"
    );
    assert!(materials.contains("`../a/b.jpg` can't be the name of a file"), "{materials}");
    assert_eq!(materials.matches("# left out: ").count(), 2, "{materials}");
    let replies = read(&world, "fresh/shop/replies.yaml");
    assert!(replies.contains("material: 海报") && replies.contains("raw: {type: image, id: "), "{replies}");
    settled(&world, "fresh");
}

#[test]
fn a_file_that_is_gone_is_left_out_and_one_that_can_not_be_had_stops_it() {
    let world = holding(
        &[("a/探店.mp4", "电影"), ("a/海报.jpg", "海报"), ("a/cover.jpg", "封面")],
        "materials:\n  tour: {video: a/探店.mp4, title: 探店}\n  poster: {image: a/海报.jpg}\n  \
         news: {news: [{title: 春季上新, cover: a/cover.jpg, content: 好}]}\nreplies: {default: {material: tour}}\n",
    );
    world.sandbox.fault(Rule::new("GET", "/upload/video/", Fault::Status { status: 404 }).always());
    world.sandbox.fault(Rule::new("GET", "/upload/news/", Fault::Status { status: 502 }).times(1));
    let ran = world.run("export shop -o fresh").expect_code(0);
    assert!(ran.err.contains("the vendor lists `探店.mp4` and has no such file any more"), "{}", ran.err);
    let materials = read(&world, "fresh/shop/materials.yaml");
    assert!(
        materials.contains("\n  # 探店: # video/") && materials.contains("  海报: # image/"),
        "{materials}"
    );
    assert!(read(&world, "fresh/shop/replies.yaml").contains("raw: {type: video"));
    settled(&world, "fresh");
    world.sandbox.fault(Rule::new("GET", "/upload/news/", Fault::Status { status: 403 }).always());
    world.run("export shop -o other").expect_code(1).says(&["a static file", "403"]);
    assert!(!world.path("other").exists());
}

#[test]
fn news_of_one_title_are_told_apart_by_what_they_say() {
    let item = |author: Option<&str>, content: &str| json!({"title": "会员日", "author": author, "content": content});
    let news = |id: &str, item: Value| json!({"id": id, "items": [item]});
    let world = world(&json!({
        "news": [
            news("84aa", item(None, "好")),
            news("84ab", item(Some("店长"), "好")),
            news("84ac", item(None, "很好")),
            news("84ad", item(None, "很好")),
        ],
    }));
    let ran = world.run("export shop -o fresh").expect_code(0).says(&["news/84ac and news/84ad"]);
    assert!(ran.err.contains("2 objects of shop exported, 2 left out"), "{}", ran.err);
    assert!(read(&world, "fresh/shop/materials.yaml").contains("author: \"\""));
    settled(&world, "fresh");
}

#[test]
fn files_are_overwritten_only_if_somebody_says_so() {
    let world = holding(&[("a/海报.jpg", "海报")], "materials: {poster: {image: a/海报.jpg}}\n");
    picture(&world, "fresh/shop/assets/海报.jpg", "mine");
    world.run("export shop -o fresh").expect_code(1).says(&["shop/assets/海报.jpg would be overwritten"]);
    world.run("export shop -o fresh --force").expect_code(0);
    settled(&world, "fresh");
    // What is remembered keeps its key.
    world.run("export shop -o fresh --force").expect_code(0);
    assert!(read(&world, "fresh/shop/materials.yaml").contains("  海报: # image/"));
    settled(&world, "fresh");
}

#[test]
fn hundreds_of_files_come_side_by_side() {
    let images: Vec<_> = (0..300).map(|nth| json!({"name": format!("图 {nth}.jpg")})).collect();
    let account = json!({"app_id": "wx1", "app_secret": "s", "images": images});
    let seed = Seed::yaml(&json!({"accounts": {"shop": account}}).to_string());
    let world = World::with(Sandbox::new().seed(seed));
    world.write("mpform.yaml", &PROJECT.replace("include: [shop.yaml]\n", ""));
    world.run("export shop -o fresh").expect_code(0).says(&["300 objects of shop exported"]);
    let files = std::fs::read_dir(world.path("fresh/shop/assets")).expect("lists").count();
    assert_eq!(files, 300);
    settled(&world, "fresh");
}

#[test]
fn a_static_address_gets_nothing_of_the_account() {
    let world = World::with(Sandbox::new().seed(Seed::Demo));
    let proxy = Proxy::before(world.sandbox.address());
    world.write(
        "mpform.yaml",
        "version: 1\naccounts:\n  demo:\n    provider: yeapoo\n    base_url: ${env.SANDBOX}\n    info_id: demo\n    \
         headers: {Authorization: Bearer s3cr3t}\n",
    );
    world.run_with("export demo -o fresh", &[("SANDBOX", &proxy.url)]).expect_code(0);
    let sent = proxy.sent();
    let requests: Vec<_> = sent.split("\r\n\r\n").filter(|request| request.starts_with("GET ")).collect();
    let (files, calls): (Vec<_>, Vec<_>) =
        requests.into_iter().partition(|request| request.starts_with("GET /static/"));
    assert_eq!(files.len(), 3, "a film and two covers: {sent}");
    assert!(files.iter().all(|request| !request.contains("s3cr3t")), "{files:?}");
    assert!(calls.iter().all(|request| request.contains("s3cr3t")), "{calls:?}");
}

#[test]
fn a_cover_or_an_image_that_is_gone_takes_only_its_own_material_along() {
    let world = holding(
        &[("a/海报.jpg", "海报"), ("a/图.jpg", "图"), ("a/cover.jpg", "封面"), ("a/other.jpg", "另一张")],
        "materials:\n  poster: {image: a/海报.jpg}\n  picture: {image: a/图.jpg}\n  \
         one: {news: [{title: 春季上新, cover: a/cover.jpg, content: 好}]}\n  \
         two: {news: [{title: 会员日, cover: a/other.jpg, content: 好}]}\nreplies: {default: {material: one}}\n",
    );
    let unknown = Fault::Code { code: 500, message: "Incorrect result size: expected 1, actual 0".into() };
    let poster = id_of(&world, "images", "海报.jpg");
    world.sandbox.fault(Rule::new("GET", &format!("/image/{poster}"), unknown).always());
    world.sandbox.fault(Rule::new("GET", "*_cover.jpg", Fault::Status { status: 404 }).always());
    let ran = world.run("export shop -o fresh").expect_code(0);
    assert!(ran.err.contains("3 objects of shop exported, 2 left out"), "{}", ran.err);
    let materials = read(&world, "fresh/shop/materials.yaml");
    for line in ["  图: # image/", "  会员日: # news/", "  # 海报: # image/", "  # 春季上新: # news/"]
    {
        assert!(materials.contains(line), "no `{line}` in\n{materials}");
    }
    assert!(read(&world, "fresh/shop/replies.yaml").contains("raw: {type: news"));
    settled(&world, "fresh");
}
