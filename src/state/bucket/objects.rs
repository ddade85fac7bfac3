//! The few things that are done to objects. A write whose answer was lost is tried again; where its condition fails then,
//! the object tells whether it was us: no two of us ever write the same bytes.

use std::sync::Arc;
use std::time::Duration;

use opendal::{Error, ErrorKind, Metadata, Operator};
use tokio::time::sleep;

use super::errors::{is_absent, is_refused, may_pass, problem};
use crate::problem::Problem;

/// How long is waited before each next try.
const TRIES: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(300), Duration::from_secs(1), Duration::from_secs(2)];

/// The objects of a bucket.
#[derive(Clone, Debug)]
pub struct Objects {
    operator: Operator,
    shown: Arc<str>,
}

/// An object as it was read or written.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) bytes: Vec<u8>,
    /// What tells it from what it was before and after.
    version: String,
    /// The bucket keeps what was there before.
    pub(super) is_kept: bool,
}

/// How a conditional write ended.
#[derive(Debug)]
pub(super) enum Put {
    /// It is there as it was to be.
    Ours(Object),
    /// Something else is there.
    Theirs,
}

#[derive(Clone, Copy)]
enum Condition<'a> {
    New,
    Version(&'a str),
    None,
}

impl Objects {
    pub(super) fn new(operator: Operator, shown: String) -> Self {
        Self { operator, shown: shown.into() }
    }

    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// True if the service itself refuses to write over a version that it does not have.
    pub(super) fn guards_versions(&self) -> bool {
        self.operator.info().full_capability().write_with_if_match
    }

    /// True if the service itself refuses to make what is there.
    pub(super) fn guards_names(&self) -> bool {
        self.operator.info().full_capability().write_with_if_not_exists
    }

    fn problem(&self, error: &Error) -> Problem {
        problem(&self.shown, error)
    }

    /// Does something until it goes well or won't.
    async fn tried<T, F: IntoFuture<Output = Result<T, Error>>>(
        &self,
        act: impl Fn() -> F,
    ) -> Result<T, Error> {
        for wait in TRIES {
            match act().await {
                Err(error) if may_pass(&error) => sleep(wait).await,
                ended => return ended,
            }
        }
        act().await
    }

    /// What an object holds.
    pub(super) async fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Problem> {
        match self.tried(|| self.operator.read(path)).await {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(self.problem(&error)),
        }
    }

    /// The same with its version.
    pub(super) async fn object(&self, path: &str) -> Result<Option<Object>, Problem> {
        self.read(path).await.map_err(|error| self.problem(&error))
    }

    async fn read(&self, path: &str) -> Result<Option<Object>, Error> {
        for wait in TRIES {
            let Some(version) = self.version(path).await? else { return Ok(None) };
            let Version { etag: version, is_kept } = version;
            match self.tried(|| self.operator.read_with(path).if_match(&version)).await {
                Ok(bytes) => return Ok(Some(Object { bytes: bytes.to_vec(), version, is_kept })),
                // It changed in between.
                Err(error) if is_absent(&error) || is_refused(&error) => sleep(wait).await,
                Err(error) => return Err(error),
            }
        }
        Err(Error::new(
            ErrorKind::Unexpected,
            "it changes all the time, or its ETag is another one each time",
        ))
    }

    async fn version(&self, path: &str) -> Result<Option<Version>, Error> {
        match self.tried(|| self.operator.stat(path)).await {
            Ok(found) => {
                let etag =
                    found.etag().ok_or_else(|| Error::new(ErrorKind::Unsupported, "it tells no ETag"))?;
                Ok(Some(Version { etag: etag.to_owned(), is_kept: found.version().is_some() }))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The names of what lies in a folder.
    pub(super) async fn names(&self, folder: &str) -> Result<Vec<String>, Problem> {
        let listed = self.tried(|| self.operator.list(folder)).await;
        match listed {
            Ok(entries) => Ok(entries.iter().map(|entry| entry.name().to_owned()).collect()),
            Err(error) if is_absent(&error) => Ok(vec![]),
            Err(error) => Err(self.problem(&error)),
        }
    }

    /// Makes an object, unless there is one.
    pub(super) async fn create(&self, path: &str, bytes: Vec<u8>) -> Result<Put, Problem> {
        self.put(path, bytes, Condition::New).await.map_err(|error| self.problem(&error))
    }

    /// Writes over an object as it was last known, or makes it.
    pub(super) async fn replace(
        &self,
        path: &str,
        bytes: Vec<u8>,
        known: Option<&Object>,
    ) -> Result<Put, Problem> {
        let known = known.map(|object| object.version.as_str());
        let put = async {
            let guarded = if known.is_some() { self.guards_versions() } else { self.guards_names() };
            if guarded {
                return self.put(path, bytes, known.map_or(Condition::New, Condition::Version)).await;
            }
            self.put_over(path, bytes, known).await
        };
        put.await.map_err(|error| self.problem(&error))
    }

    /// Writes an object, whatever was there.
    pub(super) async fn overwrite(&self, path: &str, bytes: Vec<u8>) -> Result<(), Problem> {
        self.put(path, bytes, Condition::None).await.map(drop).map_err(|error| self.problem(&error))
    }

    /// The service takes no condition: right before each try is the nearest there is.
    async fn put_over(&self, path: &str, bytes: Vec<u8>, known: Option<&str>) -> Result<Put, Error> {
        let mut waits = TRIES.into_iter();
        loop {
            let there = self.version(path).await?;
            if there.as_ref().map(|version| version.etag.as_str()) != known {
                // An earlier try may have written it.
                return self.was_it_us(path, bytes).await;
            }
            match (self.operator.write(path, bytes.clone()).await, waits.next()) {
                (Ok(written), _) => return self.made(path, bytes, &written).await,
                (Err(error), Some(wait)) if may_pass(&error) => sleep(wait).await,
                (Err(error), _) => return Err(error),
            }
        }
    }

    async fn put(&self, path: &str, bytes: Vec<u8>, condition: Condition<'_>) -> Result<Put, Error> {
        let write = || {
            let write = self.operator.write_with(path, bytes.clone());
            match condition {
                Condition::New => write.if_not_exists(true),
                Condition::Version(version) => write.if_match(version),
                Condition::None => write,
            }
        };
        match self.tried(write).await {
            Ok(written) => self.made(path, bytes, &written).await,
            // What was there may be what an earlier try wrote.
            Err(error) if is_refused(&error) => self.was_it_us(path, bytes).await,
            Err(error) => Err(error),
        }
    }

    async fn made(&self, path: &str, bytes: Vec<u8>, written: &Metadata) -> Result<Put, Error> {
        match written.etag() {
            Some(version) => {
                let is_kept = written.version().is_some();
                Ok(Put::Ours(Object { version: version.to_owned(), bytes, is_kept }))
            }
            None => self.was_it_us(path, bytes).await,
        }
    }

    async fn was_it_us(&self, path: &str, bytes: Vec<u8>) -> Result<Put, Error> {
        Ok(match self.read(path).await? {
            Some(object) if object.bytes == bytes => Put::Ours(object),
            _ => Put::Theirs,
        })
    }

    /// Adds to the end of an object, or makes it.
    pub(super) async fn append(&self, path: &str, bytes: Vec<u8>) -> Result<(), Error> {
        self.operator.write_with(path, bytes).append(true).await.map(drop)
    }

    /// Tries something whose failure says nothing of what it did, and asks after each failure.
    pub(super) async fn pause(&self, nth: usize) {
        sleep(TRIES.get(nth).copied().unwrap_or_default()).await;
    }

    pub(super) fn told(&self, error: &Error) -> Problem {
        self.problem(error)
    }

    /// Deletes an object, in this try of several. False if it may still be there after a pause: whether it is the one that
    /// is meant has to be asked again, since the answer may have been lost, and another stands in its place by now.
    pub(super) async fn delete(&self, path: &str, nth: usize) -> Result<bool, Problem> {
        match (self.operator.delete(path).await, TRIES.get(nth)) {
            (Ok(()), _) => Ok(true),
            (Err(error), Some(wait)) if may_pass(&error) => {
                sleep(*wait).await;
                Ok(false)
            }
            (Err(error), _) => Err(self.problem(&error)),
        }
    }
}

struct Version {
    etag: String,
    is_kept: bool,
}
