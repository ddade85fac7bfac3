//! Writes materials.

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Covers, Table, news};
use crate::model::kinds::{Article, Material};
use crate::model::{Action, Asset, RemoteId};
use crate::providers::yeapoo::api::WriteApi;
use crate::providers::yeapoo::leftovers::Leftovers;
use crate::providers::{Lane, Links, VendorError, Watch, Writer};
use crate::text;

/// Writes materials.
pub(in crate::providers::yeapoo) struct MaterialsWriter {
    api: Arc<WriteApi>,
    covers: Arc<Covers>,
    leftovers: Arc<Leftovers>,
}

impl MaterialsWriter {
    pub(in crate::providers::yeapoo) fn new(
        api: &Arc<WriteApi>,
        covers: &Arc<Covers>,
        leftovers: &Arc<Leftovers>,
    ) -> Self {
        Self { api: Arc::clone(api), covers: Arc::clone(covers), leftovers: Arc::clone(leftovers) }
    }

    async fn upload(&self, table: Table, asset: &Asset, watch: &dyn Watch) -> Result<RemoteId, VendorError> {
        let (path, mime): (&[&str], _) = match table {
            Table::Image => (&["image"], "image/jpeg"),
            Table::Voice if asset.file.to_ascii_lowercase().ends_with(".amr") => (&["voice"], "audio/amr"),
            Table::Voice => (&["voice"], "audio/mpeg"),
            Table::Video | Table::News => (&["video", "upload"], "video/mp4"),
        };
        let id = table.id(&self.api.upload(path, asset, mime, watch).await?);
        watch.made(&id);
        Ok(id)
    }

    /// Both are needed, and both are overwritten.
    async fn describe(&self, id: &RemoteId, have: &Material, want: &Material) -> Result<(), VendorError> {
        let title = want.title.as_ref().or(have.title.as_ref());
        let description = want.description.as_ref().or(have.description.as_ref());
        let body = json!({
            "title": title.cloned().unwrap_or_default(),
            "description": description.cloned().unwrap_or_default(),
        });
        self.api.send(Method::POST, &["video", id.plain()], Some(&body)).await.map(|_| ())
    }

    /// The articles as the vendor takes them, and the word of the call that takes so many.
    async fn articles(
        &self,
        want: &[Article],
        live: &[Article],
        watch: &dyn Watch,
    ) -> Result<(&'static str, Value), VendorError> {
        let all = want.iter().map(|article| async move {
            let Some(cover) = &article.cover else {
                return Err(VendorError::not_sent(text!("an article without a cover")));
            };
            Ok(news::wire(article, self.covers.id(&self.api, cover, live, &self.leftovers, watch).await?))
        });
        // All to their ends: a write that is under way is not dropped because another failed.
        let mut all = join_all(all).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(if all.len() == 1 { ("single", all.remove(0)) } else { ("multiple", all.into()) })
    }
}

impl Writer<Material> for MaterialsWriter {
    fn lane(&self, action: Action, _: Option<&Material>) -> Lane {
        if action == Action::Delete { Lane::Alone } else { Lane::Free }
    }

    /// Covers, each once.
    fn unlisted(&self, want: &Material) -> usize {
        let covers = want.news.iter().flatten().filter_map(|article| article.cover.as_ref());
        covers.map(|cover| &cover.sha256).collect::<HashSet<_>>().len()
    }

    async fn create(
        &self,
        _: &str,
        want: &Material,
        _: &Links,
        watch: &dyn Watch,
    ) -> Result<RemoteId, VendorError> {
        if let Some(image) = &want.image {
            return self.upload(Table::Image, image, watch).await;
        }
        if let Some(voice) = &want.voice {
            return self.upload(Table::Voice, voice, watch).await;
        }
        if let Some(video) = &want.video {
            let id = self.upload(Table::Video, video, watch).await?;
            if want.title.is_some() || want.description.is_some() {
                self.describe(&id, &Material::default(), want).await?;
            }
            return Ok(id);
        }
        let (word, body) = self.articles(want.news.as_deref().unwrap_or_default(), &[], watch).await?;
        let id = Table::News.id(&self.api.make(&["news", word], &body).await?);
        watch.made(&id);
        Ok(id)
    }

    /// Only a video's words and news change; another file is another material.
    async fn update(
        &self,
        id: &RemoteId,
        have: &Material,
        want: &Material,
        _: &Links,
        watch: &dyn Watch,
    ) -> Result<(), VendorError> {
        match (&want.news, &want.video) {
            (Some(articles), _) => {
                let live = have.news.as_deref().unwrap_or_default();
                let (word, body) = self.articles(articles, live, watch).await?;
                self.api.send(Method::PUT, &["news", word, id.plain()], Some(&body)).await.map(|_| ())
            }
            (None, Some(_)) => self.describe(id, have, want).await,
            (None, None) => Ok(()),
        }
    }

    async fn delete(&self, _: &str, id: &RemoteId) -> Result<(), VendorError> {
        let Some(table) = Table::of(id) else {
            return Err(VendorError::not_sent(text!("{id} is no material's id", id)));
        };
        self.api.send(Method::DELETE, &[table.word(), id.plain()], None).await.map(|_| ())
    }
}
