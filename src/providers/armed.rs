//! Plans whose messages we send ourselves. No vendor knows of them: that they are armed only the state remembers, so
//! reading one back is remembering it, and writing one is writing it down.

use super::{Found, Lane, Links, Reader, VendorError, Watch, Writer};
use crate::model::kinds::Scheduled;
use crate::model::{Action, RemoteId};

/// The id of every armed plan; there is nothing that would give it one.
const ID: &str = "armed";

/// Remembers armed plans.
pub struct Armed;

impl Reader<Scheduled> for Armed {
    const REMEMBERED: bool = true;

    async fn list(&self) -> Result<Vec<Found<Scheduled>>, VendorError> {
        Ok(vec![])
    }

    async fn read(
        &self,
        _: &RemoteId,
        _: Option<&Scheduled>,
        known: Option<&Scheduled>,
    ) -> Result<Option<Scheduled>, VendorError> {
        Ok(known.cloned())
    }
}

impl Writer<Scheduled> for Armed {
    fn lane(&self, _: Action, _: Option<&Scheduled>) -> Lane {
        Lane::Free
    }

    async fn create(
        &self,
        _: &str,
        _: &Scheduled,
        _: &Links,
        _: &dyn Watch,
    ) -> Result<RemoteId, VendorError> {
        Ok(ID.into())
    }

    async fn update(
        &self,
        _: &RemoteId,
        _: &Scheduled,
        _: &Scheduled,
        _: &Links,
        _: &dyn Watch,
    ) -> Result<(), VendorError> {
        Ok(())
    }

    async fn delete(&self, _: &str, _: &RemoteId) -> Result<(), VendorError> {
        Ok(())
    }
}
