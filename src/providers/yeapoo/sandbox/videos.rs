//! Videos: a file with a title and a description.

use serde_json::{Map, Value, json};

use super::check::{NAME, TEXT, required};
use super::files::{Upload, any_upload, uploaded};
use super::page::Page;
use super::route::{Ask, Refusal, Reply, Route, Takes, data, void};
use super::store::{Store, Video, url};
use crate::order::sort_by_key;

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "*/video/upload", Takes::File, create),
    Route::new("POST", "*/video/upload/*", Takes::File, replace),
    Route::new("POST", "*/video/*", Takes::Strings, describe),
    Route::new("GET", "*/video", Takes::Nothing, list),
    Route::new("GET", "*/video/*", Takes::Nothing, read),
    Route::new("DELETE", "*/video/*", Takes::Nothing, delete),
];

const VIDEO: Upload = Upload { folder: "video", endings: &[".mp4"], bytes: 10 << 20 };

fn create(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let (part, name) = uploaded(ask, &VIDEO)?;
    store.account(ask.account())?;
    let id = store.ids.id();
    let path = store.keep(ask.account(), VIDEO.folder, name, part.body.clone());
    let answer = json!({ "id": id, "url": url(ask.base, &path) });
    let account = ask.account().to_owned();
    let video = Video {
        account,
        title: String::new(),
        description: String::new(),
        path,
        created: ask.now,
        deleted: false,
    };
    store.videos.insert(id, video);
    data(answer)
}

/// Neither the file nor the id is checked.
fn replace(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let part = any_upload(ask)?;
    store.account(ask.account())?;
    let name = part.file_name.clone().unwrap_or_default();
    let path = store.keep(ask.account(), VIDEO.folder, &name, part.body.clone());
    let answer = json!({ "url": url(ask.base, &path) });
    if let Some(video) = store.videos.get_mut(ask.id()) {
        video.path = path;
    }
    data(answer)
}

fn describe(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let title = required(&ask.body, "title", NAME)?;
    let description = required(&ask.body, "description", TEXT)?;
    if let Some(video) = store.videos.get_mut(ask.id()) {
        video.title = title;
        video.description = description;
    }
    void()
}

fn list(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let mut found: Vec<(&String, &Video)> =
        store.videos.iter().filter(|(_, video)| video.account == ask.account() && !video.deleted).collect();
    sort_by_key(&mut found, |(id, video)| (std::cmp::Reverse(video.created), *id));
    let count = found.len();
    let items: Vec<Value> = page
        .cut(found)
        .into_iter()
        .map(|(id, video)| {
            let mut item = Map::from_iter([("id".to_owned(), json!(id))]);
            item.extend(shown(ask, video));
            Value::Object(item)
        })
        .collect();
    data(json!({ "video": items, "pagination": page.json(count) }))
}

fn shown(ask: &Ask<'_>, video: &Video) -> Map<String, Value> {
    let fields = [
        ("title", json!(video.title)),
        ("description", json!(video.description)),
        ("url", json!(url(ask.base, &video.path))),
        ("create_time", json!(video.created)),
    ];
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Deleted ones too.
fn read(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    data(Value::Object(shown(ask, store.videos.get(ask.id()).ok_or_else(Refusal::no_row)?)))
}

fn delete(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    if let Some(video) = store.videos.get_mut(ask.id()) {
        video.deleted = true;
    }
    void()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{Desk, WORLD};

    #[test]
    fn life_of_a_video() {
        let mut desk = Desk::new(WORLD);
        assert_eq!(desk.upload("/v1/a/video/upload", "x.avi", b"v")["code"], 415);
        let made = desk.upload("/v1/a/video/upload", "x.mp4", b"v");
        let path = format!("/v1/a/video/{}", made["data"]["id"].as_str().expect("an id"));
        assert_eq!(desk.get(&path)["title"], "");
        assert_eq!(desk.code("POST", &path, json!({"title": "t"})), 500, "the description is needed");
        desk.data("POST", &path, json!({"title": "t", "description": "d"}));
        let listed = desk.get("/v1/a/video");
        assert_eq!(listed["video"][0]["description"], "d");
        assert!(listed["video"][0]["create_time"].is_i64());
        desk.data("DELETE", &path, json!(null));
        assert_eq!(desk.get("/v1/a/video")["video"], json!([]));
        assert_eq!(desk.get(&path)["title"], "t", "still served");
        assert_eq!(desk.code("GET", "/v1/a/video/unknown", json!(null)), 500);
    }

    #[test]
    fn replacing_checks_nothing() {
        let mut desk = Desk::new(WORLD);
        let answer = desk.upload("/v1/a/video/upload/unknown", "x.txt", b"v");
        assert_eq!(answer["code"], 200);
        assert!(answer["data"]["url"].is_string());
    }
}
