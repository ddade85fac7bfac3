//! All that an account holds, read once. What is written from it is checked against it, so both see the same.

use std::sync::Arc;

use futures::future::{BoxFuture, join_all};
use serde_json::Value;

use crate::model::{Finding, KindInfo, RemoteId, kinds};
use crate::providers::{AnyReader, Found, Provider, Reads, VendorError};

/// Everything of an account, kind by kind, as its first listing found it.
pub(super) struct Snapshot {
    reads: Arc<dyn Reads>,
    kept: Vec<Arc<Kept>>,
}

impl Snapshot {
    /// Of an account that these reads show. Nothing is read yet.
    pub(super) fn new(provider: &Provider, reads: Arc<dyn Reads>) -> Self {
        let kept = kinds().iter().filter(|info| provider.kinds.contains(&info.name)).filter_map(|info| {
            let reader = reads.reader(info.name)?;
            Some(Arc::new(Kept { info, reader, found: tokio::sync::OnceCell::new() }))
        });
        Self { kept: kept.collect(), reads }
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
}

struct Kept {
    info: &'static KindInfo,
    reader: Arc<dyn AnyReader>,
    found: tokio::sync::OnceCell<Vec<Found<Value>>>,
}

impl Kept {
    async fn found(&self) -> Result<&Vec<Found<Value>>, VendorError> {
        self.found.get_or_try_init(|| self.read_all()).await
    }

    /// Lists, and reads each object whole. What is built in belongs to everybody and is only named.
    async fn read_all(&self) -> Result<Vec<Found<Value>>, VendorError> {
        let everything = (self.info.everything)();
        let reading = self.reader.list().await?.into_iter().map(|mut found| {
            let everything = everything.as_ref();
            async move {
                if found.built_in {
                    return Ok(Some(found));
                }
                // What went between the two calls is not there.
                let body = self.reader.read(&found.id, everything, None).await?;
                Ok(body.map(|body| {
                    found.body = Some(body);
                    found
                }))
            }
        });
        join_all(reading).await.into_iter().filter_map(Result::transpose).collect()
    }
}

impl AnyReader for Kept {
    fn list(&self) -> BoxFuture<'_, Result<Vec<Found<Value>>, VendorError>> {
        Box::pin(async { self.found().await.cloned() })
    }

    fn read<'a>(
        &'a self,
        id: &'a RemoteId,
        _: Option<&'a Value>,
        _: Option<&'a Value>,
    ) -> BoxFuture<'a, Result<Option<Value>, VendorError>> {
        Box::pin(async move {
            Ok(self.found().await?.iter().find(|found| found.id == *id).and_then(|found| found.body.clone()))
        })
    }

    fn fit<'a>(
        &'a self,
        want: &'a mut Value,
        have: Option<(&'a RemoteId, &'a Value)>,
    ) -> BoxFuture<'a, Result<Vec<Finding>, VendorError>> {
        self.reader.fit(want, have)
    }

    fn draft(&self) -> BoxFuture<'_, Result<Option<String>, VendorError>> {
        self.reader.draft()
    }
}
