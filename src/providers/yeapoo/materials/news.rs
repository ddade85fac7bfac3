//! News: articles with covers, replaced as a whole.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;

use super::Table;
use super::contents::{cover_id, cover_place};
use super::listed::{file_name, with_ending};
use crate::model::Asset;
use crate::model::kinds::Article;
use crate::providers::wire;
use crate::providers::yeapoo::api::{ReadApi, WriteApi};
use crate::providers::yeapoo::leftovers::Leftovers;
use crate::providers::{Happened, VendorError, Watch};

#[derive(Deserialize)]
struct Wire {
    #[serde(default, deserialize_with = "wire::text")]
    title: String,
    #[serde(default, deserialize_with = "wire::text")]
    author: String,
    #[serde(default, deserialize_with = "wire::text")]
    image_id: String,
    /// The cover's address, not the article's.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    url: Option<String>,
    /// Some deployments don't show it.
    #[serde(default, deserialize_with = "wire::maybe_truth")]
    show_cover_pic: Option<bool>,
    #[serde(default, deserialize_with = "wire::text")]
    digest: String,
    #[serde(default, deserialize_with = "wire::text")]
    content: String,
    #[serde(default, deserialize_with = "wire::text")]
    content_source_url: String,
}

/// The articles of an id. An article whose cover the vendor does not know is in no answer.
pub(super) async fn read(
    api: &ReadApi,
    id: &str,
    want: Option<&[Article]>,
) -> Result<Vec<Article>, VendorError> {
    let read: Option<Vec<Wire>> = api.get(&["news", id], &[]).await?;
    let articles = read.unwrap_or_default().into_iter().enumerate().map(|(nth, wire)| {
        let place = cover_place(&wire.image_id, wire.url.as_deref().unwrap_or_default());
        let name = with_ending(wire.url.as_deref().map(file_name).unwrap_or_default(), Table::News);
        // What can't be read is taken to be as it was sent.
        let sent = || want.and_then(|want| want.get(nth)).and_then(|article| article.show_cover);
        Article {
            title: Some(wire.title),
            author: Some(wire.author),
            cover: Some(Asset { at: Some(place), ..Asset::named(name) }),
            show_cover: wire.show_cover_pic.or_else(sent),
            digest: Some(wire.digest),
            content: Some(wire.content),
            content_file: None,
            source_url: Some(wire.content_source_url),
        }
    });
    Ok(articles.collect())
}

/// Covers that are there, by fingerprint. They can't be listed, so one that is known is used again.
#[derive(Debug, Default)]
pub(in crate::providers::yeapoo) struct Covers(Mutex<HashMap<String, Arc<OnceCell<String>>>>);

impl Covers {
    /// The id of a cover; uploaded if none of these live articles has it.
    pub(super) async fn id(
        &self,
        api: &WriteApi,
        cover: &Asset,
        live: &[Article],
        leftovers: &Leftovers,
        watch: &dyn Watch,
    ) -> Result<String, VendorError> {
        let mut live = live.iter().filter_map(|article| article.cover.as_ref());
        let there = live.find(|live| live.same(cover)).and_then(|live| cover_id(live.at.as_deref()?));
        if let Some(id) = there {
            return Ok(id.to_owned());
        }
        let cell = {
            let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(cover.sha256.clone()).or_default())
        };
        let id = cell.get_or_try_init(|| async {
            let made = api.upload(&["news", "image"], cover, "image/jpeg", watch).await;
            match &made {
                Ok(id) => leftovers.made(id),
                Err(error) if error.happened == Happened::Maybe => leftovers.lost(),
                Err(_) => {}
            }
            made
        });
        id.await.cloned()
    }
}

/// An article as the vendor takes it. `show_cover_pic` and `digest` are needed, whatever the document says of them.
pub(super) fn wire(article: &Article, image_id: String) -> Value {
    let text = |text: &Option<String>| Value::from(text.clone().unwrap_or_default());
    let mut body = Map::new();
    body.insert("title".into(), text(&article.title));
    body.insert("image_id".into(), image_id.into());
    body.insert("show_cover_pic".into(), json!(article.show_cover.unwrap_or_default()));
    body.insert("digest".into(), text(&article.digest));
    body.insert("content".into(), text(&article.content));
    let optional = [("author", &article.author), ("content_source_url", &article.source_url)];
    for (field, value) in optional {
        if value.as_ref().is_some_and(|value| !value.is_empty()) {
            body.insert(field.into(), text(value));
        }
    }
    Value::Object(body)
}
