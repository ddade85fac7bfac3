//! All that an account holds, read once. What is written from it is checked against it, so both see the same.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use futures::future::{BoxFuture, join_all};
use serde_json::Value;
use tokio::sync::OnceCell;

use super::saved::Saved;
use crate::model::{Asset, Body, Finding, KindInfo, RemoteId, Shape, kinds};
use crate::providers::{AnyReader, Found, Provider, Reads, VendorError};

/// Everything of an account, kind by kind, as its first listing found it.
pub(super) struct Snapshot {
    reads: Arc<dyn Reads>,
    kept: Vec<Arc<Kept>>,
    saved: Arc<Saved>,
}

impl Snapshot {
    /// Of an account that these reads show. Nothing is read yet.
    pub(super) fn new(provider: &Provider, reads: Arc<dyn Reads>) -> io::Result<Self> {
        let saved = Arc::new(Saved::new()?);
        let exportable = |info: &&KindInfo| provider.kinds.contains(&info.name) && info.shape != Shape::Plans;
        let kept = kinds().iter().filter(exportable).filter_map(|info| {
            let reader = reads.reader(info.name)?;
            let (reads, saved) = (Arc::clone(&reads), Arc::clone(&saved));
            Some(Arc::new(Kept { info, reader, reads, saved, found: OnceCell::new(), ids: OnceLock::new() }))
        });
        Ok(Self { kept: kept.collect(), reads, saved })
    }

    /// The files of what was read.
    pub(super) fn saved(&self) -> &Arc<Saved> {
        &self.saved
    }

    /// The kinds that were read, each with what there is of it.
    pub(super) fn kinds(&self) -> impl Iterator<Item = (&'static KindInfo, &[Found<Value>])> {
        self.kept.iter().map(|kept| (kept.info, kept.found.get().map(Vec::as_slice).unwrap_or_default()))
    }
}

impl Reads for Snapshot {
    fn reader(&self, kind: &str) -> Option<Arc<dyn AnyReader>> {
        let kept = self.kept.iter().find(|kept| kept.info.name == kind)?;
        Some(Arc::<Kept>::clone(kept))
    }

    fn known(&self) -> BoxFuture<'_, Result<Option<bool>, VendorError>> {
        self.reads.known()
    }

    fn save<'a>(
        &'a self,
        file: &'a Asset,
        to: &'a Path,
    ) -> BoxFuture<'a, Result<Option<Asset>, VendorError>> {
        self.reads.save(file, to)
    }
}

struct Kept {
    info: &'static KindInfo,
    reader: Arc<dyn AnyReader>,
    reads: Arc<dyn Reads>,
    saved: Arc<Saved>,
    found: OnceCell<Vec<Found<Value>>>,
    ids: OnceLock<HashMap<RemoteId, usize>>,
}

impl Kept {
    async fn found(&self) -> Result<&Vec<Found<Value>>, VendorError> {
        self.found.get_or_try_init(|| self.read_all()).await
    }

    /// Lists, and reads each object whole, with its files. What is built in belongs to everybody and is only named.
    async fn read_all(&self) -> Result<Vec<Found<Value>>, VendorError> {
        let everything = (self.info.everything)();
        let reading = self.reader.list().await?.into_iter().map(|found| {
            let everything = everything.as_ref();
            async move {
                let body = if found.built_in {
                    found.body.clone()
                } else {
                    // What went between the two calls is not there.
                    let Some(body) = self.reader.read(&found.id, everything, None).await? else {
                        return Ok(None);
                    };
                    Some(body)
                };
                Ok(Some(found.with(body.as_ref().map(Body::tree))))
            }
        });
        let read: Result<Vec<_>, _> =
            join_all(reading).await.into_iter().filter_map(Result::transpose).collect();
        let mut all = read?;
        let bodies = all.iter_mut().filter_map(|found| found.body.as_mut());
        self.saved.fill(self.reads.as_ref(), self.info, bodies).await?;
        Ok(all)
    }
}

impl AnyReader for Kept {
    fn remembered(&self) -> bool {
        self.reader.remembered()
    }

    fn settled(&self) -> bool {
        self.reader.settled()
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Found<Body>>, VendorError>> {
        Box::pin(async {
            let found = self.found().await?.iter();
            Ok(found.map(|found| found.clone().with(found.body.as_ref().map(Body::new))).collect())
        })
    }

    /// A picture is taken once.
    fn list_again(&self) -> BoxFuture<'_, Result<Vec<Found<Body>>, VendorError>> {
        Box::pin(async { Ok(vec![]) })
    }

    fn read<'a>(
        &'a self,
        id: &'a RemoteId,
        _: Option<&'a Body>,
        _: Option<&'a Body>,
    ) -> BoxFuture<'a, Result<Option<Body>, VendorError>> {
        Box::pin(async move {
            let found = self.found().await?;
            let ids = self.ids.get_or_init(|| {
                found.iter().enumerate().map(|(nth, found)| (found.id.clone(), nth)).collect()
            });
            Ok(ids.get(id).and_then(|nth| found[*nth].body.as_ref().map(Body::new)))
        })
    }

    fn fit<'a>(
        &'a self,
        want: &'a mut Body,
        have: Option<(&'a RemoteId, &'a Body)>,
    ) -> BoxFuture<'a, Result<Vec<Finding>, VendorError>> {
        self.reader.fit(want, have)
    }

    fn draft(&self) -> BoxFuture<'_, Result<Option<String>, VendorError>> {
        self.reader.draft()
    }
}
