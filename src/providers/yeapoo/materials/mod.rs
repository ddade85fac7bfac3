//! Materials: images, voices, videos and news, each in a table of its own.
//!
//! The vendor tells no fingerprint of a file and can't change the file of an image or a voice, so what a material is
//! shows only in its bytes. They are downloaded once: what was seen at a place is never there otherwise later.

mod contents;
mod listed;
mod news;
mod write;

use std::sync::Arc;

use futures::future::try_join_all;
use tokio::sync::OnceCell;

use super::api::ReadApi;
use super::leftovers::Leftovers;
use crate::model::kinds::{Article, Material};
use crate::model::{Asset, RemoteId};
use crate::providers::{Found, Reader, VendorError};

pub(super) use contents::{Contents, address};
pub(super) use news::Covers;
pub(super) use write::MaterialsWriter;

/// A table of materials. Ids of one mean nothing in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Image,
    Voice,
    Video,
    News,
}

impl Table {
    pub(super) const ALL: [Self; 4] = [Self::Image, Self::Voice, Self::Video, Self::News];

    /// Its word in paths, and the type of a reply that shows one of it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::News => "news",
        }
    }

    /// The id that one of its objects has among all materials.
    pub(super) fn id(self, plain: &str) -> RemoteId {
        RemoteId(format!("{}/{plain}", self.word()))
    }

    pub(super) fn of(id: &RemoteId) -> Option<Self> {
        let word = id.as_str().split_once('/')?.0;
        Self::ALL.into_iter().find(|table| table.word() == word)
    }
}

/// Reads materials.
pub(super) struct Materials {
    api: Arc<ReadApi>,
    contents: Arc<Contents>,
    leftovers: Arc<Leftovers>,
    listed: OnceCell<Vec<Found<Material>>>,
}

impl Materials {
    pub(super) fn new(api: &Arc<ReadApi>, contents: &Arc<Contents>, leftovers: &Arc<Leftovers>) -> Self {
        let (api, contents, leftovers) = (Arc::clone(api), Arc::clone(contents), Arc::clone(leftovers));
        Self { api, contents, leftovers, listed: OnceCell::new() }
    }

    async fn listed(&self) -> Result<&Vec<Found<Material>>, VendorError> {
        self.listed.get_or_try_init(|| listed::list(&self.api)).await
    }

    /// A live file with its fingerprint; `known` are files whose fingerprints are known already, by their places.
    async fn read_file<'a>(
        &self,
        mut live: Asset,
        mut known: impl Iterator<Item = &'a Asset>,
    ) -> Result<Asset, VendorError> {
        let Some(at) = &live.at else { return Ok(live) };
        if let Some(same) = known.find(|known| known.at == live.at && !known.sha256.is_empty()) {
            (live.sha256, live.size) = (same.sha256.clone(), same.size);
        } else if let Some(read) = self.contents.read(&self.api, at).await? {
            (live.sha256, live.size) = (read.sha256, read.size);
        }
        Ok(live)
    }

    async fn read_covers(
        &self,
        news: Vec<Article>,
        known: Option<&Material>,
    ) -> Result<Vec<Article>, VendorError> {
        let covers = || known.iter().flat_map(|known| known.news.iter().flatten());
        try_join_all(news.into_iter().map(|mut article| async move {
            if let Some(cover) = article.cover.take() {
                if let Some(id) = cover.at.as_deref().and_then(contents::cover_id) {
                    self.leftovers.seen(id);
                }
                let known = covers().filter_map(|article| article.cover.as_ref());
                article.cover = Some(self.read_file(cover, known).await?);
            }
            Ok(article)
        }))
        .await
    }
}

impl Reader<Material> for Materials {
    async fn list(&self) -> Result<Vec<Found<Material>>, VendorError> {
        self.listed().await.cloned()
    }

    /// Deleted files are still answered for by id: only the lists tell that they are gone.
    async fn read(
        &self,
        id: &RemoteId,
        want: Option<&Material>,
        known: Option<&Material>,
    ) -> Result<Option<Material>, VendorError> {
        let Some(found) = self.listed().await?.iter().find(|found| found.id == *id) else { return Ok(None) };
        let mut body = found.body.clone().unwrap_or_default();
        let Some(want) = want else { return Ok(Some(body)) };
        if body.news.is_some() {
            let read = news::read(&self.api, id.plain(), want.news.as_deref()).await?;
            let read = if want.news.is_some() { self.read_covers(read, known).await? } else { read };
            body.news = Some(read);
            return Ok(Some(body));
        }
        let files = [
            (&mut body.image, &want.image, known.and_then(|known| known.image.as_ref())),
            (&mut body.voice, &want.voice, known.and_then(|known| known.voice.as_ref())),
            (&mut body.video, &want.video, known.and_then(|known| known.video.as_ref())),
        ];
        for (live, want, known) in files {
            if want.is_some()
                && let Some(file) = live.take()
            {
                *live = Some(self.read_file(file, known.into_iter()).await?);
            }
        }
        Ok(Some(body))
    }
}
