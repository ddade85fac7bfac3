//! Materials: images, voices, videos and news, each in a table of its own.
//!
//! The vendor tells no fingerprint of a file and can't change the file of an image or a voice, so what a material is
//! shows only in its bytes. They are downloaded once: what was seen at a place is never there otherwise later.

mod contents;
mod listed;
mod news;
mod write;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::try_join_all;
use tokio::sync::OnceCell;

use super::api::{Look, ReadApi};
use super::leftovers::Leftovers;
use crate::model::kinds::{Article, Material};
use crate::model::{Asset, Finding, RemoteId};
use crate::problem::Code;
use crate::providers::{Found, Reader, VendorError};
use crate::text;
use crate::words::Text;

pub(super) use contents::{Contents, address, is_api};
pub(super) use news::Covers;
pub(super) use write::MaterialsWriter;

/// What to do about a file that is listed and not there.
const UNSERVED: Text = text!(
    "without its bytes nothing tells whether it is the one that is declared: delete it in the vendor's console, or give the declared file another name"
);

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
        RemoteId::from(format!("{}/{plain}", self.word()))
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
    /// What only further looks at the lists have shown.
    later: Mutex<Vec<Found<Material>>>,
    /// What has a file that could not be read and is taken to be what it was, and why.
    unread: Mutex<HashMap<RemoteId, Text>>,
}

impl Materials {
    pub(super) fn new(api: &Arc<ReadApi>, contents: &Arc<Contents>, leftovers: &Arc<Leftovers>) -> Self {
        let (api, contents, leftovers) = (Arc::clone(api), Arc::clone(contents), Arc::clone(leftovers));
        Self {
            api,
            contents,
            leftovers,
            listed: OnceCell::new(),
            later: Mutex::default(),
            unread: Mutex::default(),
        }
    }

    async fn listed(&self) -> Result<&Vec<Found<Material>>, VendorError> {
        self.listed.get_or_try_init(|| listed::list(&self.api, Look::First)).await
    }

    /// What some look at the lists has shown.
    async fn shown(&self, id: &RemoteId) -> Result<Option<Found<Material>>, VendorError> {
        let first = self.listed().await?.iter().find(|found| found.id == *id);
        let later = self.later.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(first.or_else(|| later.iter().find(|found| found.id == *id)).cloned())
    }

    /// A live file of a material with its fingerprint; `known` are files whose fingerprints are known already.
    ///
    /// A file that can't be read is never taken for another one: what was made or seen under this id stands there
    /// until a read shows otherwise.
    async fn read_file<'a>(
        &self,
        id: &RemoteId,
        mut live: Asset,
        known: impl Iterator<Item = &'a Asset> + Clone,
    ) -> Result<Asset, VendorError> {
        let at = live.at.as_deref().unwrap_or_default();
        let mut known = known.filter(|known| !known.sha256.is_empty());
        if let Some(same) =
            known.clone().find(|known| known.at.as_deref().is_some_and(|k| contents::same_place(k, at)))
        {
            (live.sha256, live.size) = (same.sha256.clone(), same.size);
            return Ok(live);
        }
        let nowhere = contents::address(at).is_empty();
        let read = if nowhere { Ok(None) } else { self.contents.read(&self.api, at).await };
        let error = match read {
            Ok(Some(read)) => {
                (live.sha256, live.size) = (read.sha256, read.size);
                return Ok(live);
            }
            Ok(None) => VendorError::refused(
                format!("GET {}", contents::told(at)),
                text!("the vendor lists `{name}` ({id}) and does not serve its file", name = live.name(), id),
            )
            .hint(UNSERVED),
            Err(error) => error,
        };
        let Some(made) = known.find(|known| nowhere || known.name() == live.name()) else {
            return Err(error);
        };
        (live.sha256, live.size) = (made.sha256.clone(), made.size);
        // Nobody has seen what stands there, so the next one is to look again. A cover's id says enough.
        live.at = live.at.filter(|at| contents::cover_id(at).is_some());
        self.unread.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), error.text());
        Ok(live)
    }

    async fn read_covers(
        &self,
        id: &RemoteId,
        news: Vec<Article>,
        known: Option<&Material>,
    ) -> Result<Vec<Article>, VendorError> {
        let known: &[Article] = known.and_then(|known| known.news.as_deref()).unwrap_or_default();
        try_join_all(news.into_iter().enumerate().map(|(nth, mut article)| async move {
            if let Some(cover) = article.cover.take() {
                if let Some(id) = cover.at.as_deref().and_then(contents::cover_id) {
                    self.leftovers.seen(id);
                }
                // The one in the same place first: several may go by one name.
                let known =
                    known.get(nth).into_iter().chain(known).filter_map(|article| article.cover.as_ref());
                article.cover = Some(self.read_file(id, cover, known).await?);
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

    async fn list_again(&self) -> Result<Vec<Found<Material>>, VendorError> {
        let again = listed::list(&self.api, Look::Again).await?;
        self.later.lock().unwrap_or_else(PoisonError::into_inner).extend(again.iter().cloned());
        Ok(again)
    }

    /// Deleted files are still answered for by id: only the lists tell that they are gone.
    async fn read(
        &self,
        id: &RemoteId,
        want: Option<&Material>,
        known: Option<&Material>,
    ) -> Result<Option<Material>, VendorError> {
        let Some(found) = self.shown(id).await? else { return Ok(None) };
        let mut body = found.body.unwrap_or_default();
        let Some(want) = want else { return Ok(Some(body)) };
        if body.news.is_some() {
            let read = news::read(&self.api, id.plain(), want.news.as_deref()).await?;
            let read = if want.news.is_some() { self.read_covers(id, read, known).await? } else { read };
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
                *live = Some(self.read_file(id, file, known.into_iter()).await?);
            }
        }
        Ok(Some(body))
    }

    async fn fit(
        &self,
        _: &mut Material,
        have: Option<(&RemoteId, &Material)>,
    ) -> Result<Vec<Finding>, VendorError> {
        let unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        let why = have.and_then(|(id, _)| unread.get(id));
        Ok(why
            .map(|why| {
                let message = text!("it can't be read, and is taken to be as it was applied: {why}", why);
                Finding::warning(
                    Code::Unserved,
                    [],
                    message,
                    text!("look whether followers still get to see it"),
                )
            })
            .into_iter()
            .collect())
    }
}
