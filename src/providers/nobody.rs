//! In the place of a vendor that is not asked for anything.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

use super::{AnyReader, AnyWriter, Connect, Reads, Writes};
use crate::http::{Reader, Writer};

/// Has no kind, knows no account, and takes no write.
#[derive(Debug)]
pub struct Nobody;

impl Connect for Nobody {
    fn identity(&self) -> IndexMap<&'static str, String> {
        IndexMap::new()
    }

    fn reads(&self, _: Reader) -> Arc<dyn Reads> {
        Arc::new(Self)
    }

    fn writes(&self, _: Writer, _: &Path) -> Arc<dyn Writes> {
        Arc::new(Self)
    }
}

impl Reads for Nobody {
    fn reader(&self, _: &str) -> Option<Arc<dyn AnyReader>> {
        None
    }
}

impl Writes for Nobody {
    fn writer(&self, _: &str) -> Option<Arc<dyn AnyWriter>> {
        None
    }
}
