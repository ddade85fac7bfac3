//! Readers and writers without their kind: typed inside, plain bodies outside.

use std::marker::PhantomData;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::{Found, Lane, Links, Reader, VendorError, Watch, Writer};
use crate::model::{Action, Body, Finding, Kind, RemoteId};
use crate::text;

/// [`Reader`] on plain bodies.
pub trait AnyReader: Send + Sync {
    /// See [`Reader::REMEMBERED`].
    fn remembered(&self) -> bool;
    /// See [`Reader::SETTLED`].
    fn settled(&self) -> bool;
    /// See [`Reader::list`].
    fn list(&self) -> BoxFuture<'_, Result<Vec<Found<Body>>, VendorError>>;
    /// See [`Reader::list_again`].
    fn list_again(&self) -> BoxFuture<'_, Result<Vec<Found<Body>>, VendorError>>;
    /// See [`Reader::read`].
    fn read<'a>(
        &'a self,
        id: &'a RemoteId,
        want: Option<&'a Body>,
        known: Option<&'a Body>,
    ) -> BoxFuture<'a, Result<Option<Body>, VendorError>>;
    /// See [`Reader::fit`].
    fn fit<'a>(
        &'a self,
        want: &'a mut Body,
        have: Option<(&'a RemoteId, &'a Body)>,
    ) -> BoxFuture<'a, Result<Vec<Finding>, VendorError>>;
    /// See [`Reader::draft`].
    fn draft(&self) -> BoxFuture<'_, Result<Option<String>, VendorError>>;
}

/// [`Writer`] on plain bodies.
pub trait AnyWriter: Send + Sync {
    /// See [`Writer::lane`].
    fn lane(&self, action: Action, want: Option<&Body>) -> Lane;
    /// See [`Writer::unlisted`].
    fn unlisted(&self, want: &Body) -> usize;
    /// See [`Writer::create`].
    fn create<'a>(
        &'a self,
        key: &'a str,
        want: &'a Body,
        links: &'a Links,
        watch: &'a dyn Watch,
    ) -> BoxFuture<'a, Result<RemoteId, VendorError>>;
    /// See [`Writer::update`].
    fn update<'a>(
        &'a self,
        id: &'a RemoteId,
        have: &'a Body,
        want: &'a Body,
        links: &'a Links,
        watch: &'a dyn Watch,
    ) -> BoxFuture<'a, Result<(), VendorError>>;
    /// See [`Writer::delete`].
    fn delete<'a>(&'a self, key: &'a str, id: &'a RemoteId) -> BoxFuture<'a, Result<(), VendorError>>;
    /// See [`Writer::commit`].
    fn commit<'a>(&'a self, order: &'a [RemoteId]) -> BoxFuture<'a, Result<(), VendorError>>;
}

/// A kind and who reads or writes it.
pub type Kinds<T> = Vec<(&'static str, Arc<T>)>;

/// Takes the type off a reader.
pub fn reader<K: Kind>(typed: impl Reader<K>) -> (&'static str, Arc<dyn AnyReader>) {
    (K::NAME, Arc::new(Erased { typed, kind: PhantomData::<fn() -> K> }))
}

/// Takes the type off a writer.
pub fn writer<K: Kind>(typed: impl Writer<K>) -> (&'static str, Arc<dyn AnyWriter>) {
    (K::NAME, Arc::new(Erased { typed, kind: PhantomData::<fn() -> K> }))
}

struct Erased<K, T> {
    typed: T,
    kind: PhantomData<fn() -> K>,
}

fn typed<K: Kind>(body: &Body) -> Result<K, VendorError> {
    body.read()
        .map_err(|error| VendorError::not_sent(text!("not a body of {name}: {error}", name = K::NAME, error)))
}

fn plain<K: Kind>(body: &K) -> Result<Body, VendorError> {
    Body::of(body)
        .map_err(|error| VendorError::not_sent(text!("not a body of {name}: {error}", name = K::NAME, error)))
}

fn plainly<K: Kind>(one: Found<K>) -> Result<Found<Body>, VendorError> {
    let body = one.body.as_ref().map(plain).transpose()?;
    Ok(one.with(body))
}

impl<K: Kind, R: Reader<K>> AnyReader for Erased<K, R> {
    fn remembered(&self) -> bool {
        R::REMEMBERED
    }

    fn settled(&self) -> bool {
        R::SETTLED
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Found<Body>>, VendorError>> {
        Box::pin(async { self.typed.list().await?.into_iter().map(plainly).collect() })
    }

    fn list_again(&self) -> BoxFuture<'_, Result<Vec<Found<Body>>, VendorError>> {
        Box::pin(async { self.typed.list_again().await?.into_iter().map(plainly).collect() })
    }

    fn read<'a>(
        &'a self,
        id: &'a RemoteId,
        want: Option<&'a Body>,
        known: Option<&'a Body>,
    ) -> BoxFuture<'a, Result<Option<Body>, VendorError>> {
        Box::pin(async move {
            let want = want.filter(|_| R::COMPARES).map(typed::<K>).transpose()?;
            // What is remembered may be of another version's making; then it tells nothing.
            let known = known.filter(|_| R::COMPARES).and_then(|known| typed::<K>(known).ok());
            self.typed.read(id, want.as_ref(), known.as_ref()).await?.as_ref().map(plain).transpose()
        })
    }

    fn fit<'a>(
        &'a self,
        want: &'a mut Body,
        have: Option<(&'a RemoteId, &'a Body)>,
    ) -> BoxFuture<'a, Result<Vec<Finding>, VendorError>> {
        Box::pin(async move {
            let mut body = typed::<K>(want)?;
            let have = have.map(|(id, body)| typed::<K>(body).map(|body| (id, body))).transpose()?;
            let findings = self.typed.fit(&mut body, have.as_ref().map(|(id, body)| (*id, body))).await?;
            *want = plain(&body)?;
            Ok(findings)
        })
    }

    fn draft(&self) -> BoxFuture<'_, Result<Option<String>, VendorError>> {
        Box::pin(self.typed.draft())
    }
}

impl<K: Kind, W: Writer<K>> AnyWriter for Erased<K, W> {
    fn lane(&self, action: Action, want: Option<&Body>) -> Lane {
        let want = want.and_then(|want| typed::<K>(want).ok());
        self.typed.lane(action, want.as_ref())
    }

    fn unlisted(&self, want: &Body) -> usize {
        typed::<K>(want).map(|want| self.typed.unlisted(&want)).unwrap_or_default()
    }

    fn create<'a>(
        &'a self,
        key: &'a str,
        want: &'a Body,
        links: &'a Links,
        watch: &'a dyn Watch,
    ) -> BoxFuture<'a, Result<RemoteId, VendorError>> {
        Box::pin(async move { self.typed.create(key, &typed(want)?, links, watch).await })
    }

    fn update<'a>(
        &'a self,
        id: &'a RemoteId,
        have: &'a Body,
        want: &'a Body,
        links: &'a Links,
        watch: &'a dyn Watch,
    ) -> BoxFuture<'a, Result<(), VendorError>> {
        Box::pin(async move { self.typed.update(id, &typed(have)?, &typed(want)?, links, watch).await })
    }

    fn delete<'a>(&'a self, key: &'a str, id: &'a RemoteId) -> BoxFuture<'a, Result<(), VendorError>> {
        Box::pin(self.typed.delete(key, id))
    }

    fn commit<'a>(&'a self, order: &'a [RemoteId]) -> BoxFuture<'a, Result<(), VendorError>> {
        Box::pin(self.typed.commit(order))
    }
}
