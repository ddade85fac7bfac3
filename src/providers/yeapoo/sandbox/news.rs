//! Articles: one or several under one id, with pictures of their own.

use serde_json::{Map, Value, json};

use super::check::{DIGEST, LONGTEXT, NAME, URL, cast, optional, required};
use super::files::{PICTURE, uploaded};
use super::page::Page;
use super::route::{Ask, Refusal, Reply, Route, Takes, data, void};
use super::store::{Article, News, Store, Time, url};
use crate::order::sort_by_key;

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "*/news/image", Takes::File, cover),
    Route::new("POST", "*/news/single", Takes::Objects, create),
    Route::new("POST", "*/news/multiple", Takes::List, create),
    Route::new("GET", "*/news", Takes::Nothing, list),
    Route::new("GET", "*/news/*", Takes::Nothing, read),
    Route::new("PUT", "*/news/single/*", Takes::Objects, update),
    Route::new("PUT", "*/news/multiple/*", Takes::List, update),
    Route::new("DELETE", "*/news/*", Takes::Nothing, delete),
];

/// Not an image like others: only these ids are good for `image_id`.
fn cover(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let (part, name) = uploaded(ask, &PICTURE)?;
    let id = store.ids.id();
    let path = store.keep(ask.account(), "news", name, part.body.clone());
    let answer = json!({ "id": id, "url": url(ask.base, &path) });
    store.covers.insert(id, path);
    data(answer)
}

fn articles(body: &Value) -> Result<Vec<Article>, Refusal> {
    match body {
        Value::Array(items) => items.iter().map(article).collect(),
        item => Ok(vec![article(item)?]),
    }
}

/// The document leaves `show_cover_pic` out and calls `digest` optional; both are needed.
fn article(item: &Value) -> Result<Article, Refusal> {
    Ok(Article {
        title: required(item, "title", NAME)?,
        author: optional(item, "author", NAME)?,
        image_id: required(item, "image_id", LONGTEXT)?,
        show_cover_pic: flag(item.get("show_cover_pic"))?,
        digest: required(item, "digest", DIGEST)?,
        content: required(item, "content", LONGTEXT)?,
        content_source_url: optional(item, "content_source_url", URL)?,
    })
}

fn flag(value: Option<&Value>) -> Result<bool, Refusal> {
    match value {
        Some(Value::Bool(truth)) => Ok(*truth),
        Some(Value::Number(number)) => Ok(number.as_i64() != Some(0)),
        Some(Value::String(text)) => text.parse::<i64>().map(|number| number != 0).map_err(|_| {
            Refusal::thrown(format!("Incorrect integer value: '{text}' for column 'show_cover_pic' at row 1"))
        }),
        None | Some(Value::Null) => Err(Refusal::thrown("Column 'show_cover_pic' cannot be null")),
        Some(other) => Err(cast(other, "Boolean")),
    }
}

fn create(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let items = articles(&ask.body)?;
    let id = store.ids.id();
    let account = ask.account().to_owned();
    store.news.insert(id.clone(), News { account, items, updated: ask.now, deleted: false });
    data(id)
}

/// All items are replaced; a deleted one stays deleted.
fn update(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let items = articles(&ask.body)?;
    if let Some(news) = store.news.get_mut(ask.id()) {
        news.items = items;
        news.updated = ask.now;
    }
    void()
}

/// Items whose picture is unknown are in no answer: the server joins the two.
fn visible<'a>(store: &'a Store, news: &'a News) -> impl Iterator<Item = (&'a Article, &'a String)> {
    news.items.iter().filter_map(|item| Some((item, store.covers.get(&item.image_id)?)))
}

fn list(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let mut found: Vec<(&String, &News)> =
        store.news.iter().filter(|(_, news)| news.account == ask.account() && !news.deleted).collect();
    sort_by_key(&mut found, |(id, news)| (std::cmp::Reverse(news.updated), *id));
    let count = found.len();
    let mut found = page.cut(found);
    // The server's hash map loses the order again.
    sort_by_key(&mut found, |(id, _)| id.bytes().rev().collect::<Vec<u8>>());
    let mut answer = Map::new();
    for (id, news) in found {
        let items: Vec<Value> = visible(store, news)
            .map(|(item, cover)| {
                json!({
                    "update_time": news.updated,
                    "title": item.title,
                    "url": url(ask.base, cover),
                    "show_cover_pic": item.show_cover_pic,
                    "digest": item.digest,
                })
            })
            .collect();
        if !items.is_empty() {
            answer.insert(id.clone(), Value::Array(items));
        }
    }
    data(json!({ "news": answer, "pagination": page.json(count) }))
}

/// Unknown and deleted ones are empty lists.
fn read(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    data(shown(store, ask.id(), ask.base))
}

/// The articles of an id, as `GET news` by id and the list of mass-sends show them.
pub(super) fn shown(store: &Store, id: &str, base: &str) -> Vec<Value> {
    let Some(news) = store.news.get(id).filter(|news| !news.deleted) else { return vec![] };
    visible(store, news).map(|(item, cover)| full(item, cover, base, news.updated)).collect()
}

fn full(item: &Article, cover: &str, base: &str, updated: Time) -> Value {
    json!({
        "update_time": updated,
        "title": item.title,
        "author": item.author,
        "image_id": item.image_id,
        "url": url(base, cover),
        "show_cover_pic": item.show_cover_pic,
        "digest": item.digest,
        "content": item.content,
        "content_source_url": item.content_source_url,
    })
}

fn delete(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    if let Some(news) = store.news.get_mut(ask.id()) {
        news.deleted = true;
    }
    void()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{Desk, WORLD};

    fn cover(desk: &mut Desk) -> Value {
        desk.upload("/v1/a/news/image", "c.jpg", b"c")["data"]["id"].clone()
    }

    fn item(image: &Value) -> Value {
        json!({"title": "t", "image_id": image, "show_cover_pic": true, "digest": "d", "content": "<p>"})
    }

    #[test]
    fn two_fields_are_needed_whatever_the_document_says() {
        let mut desk = Desk::new(WORLD);
        let image = cover(&mut desk);
        for field in ["title", "image_id", "show_cover_pic", "digest", "content"] {
            let mut body = item(&image);
            body.as_object_mut().expect("an object").remove(field);
            assert_eq!(desk.code("POST", "/v1/a/news/single", body), 500, "{field}");
        }
        for (value, code) in [(json!(1), 200), (json!("0"), 200), (json!("true"), 500)] {
            let mut body = item(&image);
            body["show_cover_pic"] = value;
            assert_eq!(desk.code("POST", "/v1/a/news/single", body), code);
        }
    }

    #[test]
    fn the_list_is_an_object() {
        let mut desk = Desk::new(WORLD);
        let image = cover(&mut desk);
        let id = desk.id("POST", "/v1/a/news/multiple", json!([item(&image), item(&image)]));
        let data = desk.get("/v1/a/news");
        assert_eq!(data["news"][&id].as_array().map(Vec::len), Some(2));
        assert!(data["news"][&id][0].get("content").is_none());
        let read = desk.get(&format!("/v1/a/news/{id}"));
        assert_eq!(read[0]["author"], json!(null));
        assert_eq!(read[0]["image_id"], image);
    }

    #[test]
    fn a_wrong_picture_reads_like_a_deletion() {
        let mut desk = Desk::new(WORLD);
        let plain = desk.upload("/v1/a/image", "c.jpg", b"c")["data"]["id"].clone();
        let id = desk.id("POST", "/v1/a/news/single", item(&plain));
        assert_eq!(desk.get(&format!("/v1/a/news/{id}")), json!([]));
        assert_eq!(desk.get("/v1/a/news/unknown"), json!([]));
        assert_eq!(desk.get("/v1/a/news/image"), json!([]), "taken as an id");
    }

    #[test]
    fn put_replaces_all_and_revives_nothing() {
        let mut desk = Desk::new(WORLD);
        let image = cover(&mut desk);
        let id = desk.id("POST", "/v1/a/news/single", item(&image));
        desk.data("PUT", &format!("/v1/b/news/multiple/{id}"), json!([item(&image), item(&image)]));
        assert_eq!(desk.get(&format!("/v1/a/news/{id}")).as_array().map(Vec::len), Some(2));
        assert_eq!(desk.code("PUT", &format!("/v1/a/news/multiple/{id}"), json!([item(&image), {}])), 500);
        assert_eq!(desk.get(&format!("/v1/a/news/{id}")).as_array().map(Vec::len), Some(2));
        desk.data("DELETE", &format!("/v1/a/news/{id}"), json!(null));
        desk.data("PUT", &format!("/v1/a/news/single/{id}"), item(&image));
        assert_eq!(desk.get(&format!("/v1/a/news/{id}")), json!([]));
        assert_eq!(desk.code("PUT", "/v1/a/news/single/unknown", item(&image)), 200);
        assert_eq!(desk.code("POST", "/v1/a/news/multiple", json!([])), 200);
    }
}
