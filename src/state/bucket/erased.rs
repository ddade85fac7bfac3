//! A service of whichever sort as one type: what opendal does with a service is compiled once instead of once for each,
//! and what no state asks for (copies, signed addresses, other names) not at all.

use std::sync::Arc;

use opendal::raw::oio::{Copier, Deleter, Lister, Reader, Writer};
use opendal::raw::{
    Access, Accessor, LayeredAccess, OpCreateDir, OpList, OpPresign, OpRead, OpRename, OpWrite, RpCreateDir,
    RpDelete, RpList, RpPresign, RpRead, RpRename, RpWrite,
};
use opendal::{Builder, Error, ErrorKind, Operator, OperatorBuilder};

/// What reads and writes in a service.
pub(super) fn operator(service: impl Builder) -> Result<Operator, Error> {
    let service: Accessor = Arc::new(Service(service.build()?));
    Ok(OperatorBuilder::new(service).finish())
}

#[derive(Debug)]
struct Service<A>(A);

fn unsupported<T>() -> Result<T, Error> {
    Err(Error::new(ErrorKind::Unsupported, "no state needs this"))
}

impl<A: Access> LayeredAccess for Service<A> {
    type Inner = A;
    type Reader = Reader;
    type Writer = Writer;
    type Lister = Lister;
    type Deleter = Deleter;
    type Copier = Copier;

    fn inner(&self) -> &A {
        &self.0
    }

    async fn read(&self, path: &str, args: OpRead) -> Result<(RpRead, Reader), Error> {
        self.0.read(path, args).await.map(|(reply, reader)| (reply, Box::new(reader) as Reader))
    }

    async fn write(&self, path: &str, args: OpWrite) -> Result<(RpWrite, Writer), Error> {
        self.0.write(path, args).await.map(|(reply, writer)| (reply, Box::new(writer) as Writer))
    }

    async fn delete(&self) -> Result<(RpDelete, Deleter), Error> {
        self.0.delete().await.map(|(reply, deleter)| (reply, Box::new(deleter) as Deleter))
    }

    async fn list(&self, path: &str, args: OpList) -> Result<(RpList, Lister), Error> {
        self.0.list(path, args).await.map(|(reply, lister)| (reply, Box::new(lister) as Lister))
    }

    async fn create_dir(&self, _: &str, _: OpCreateDir) -> Result<RpCreateDir, Error> {
        unsupported()
    }

    async fn rename(&self, _: &str, _: &str, _: OpRename) -> Result<RpRename, Error> {
        unsupported()
    }

    async fn presign(&self, _: &str, _: OpPresign) -> Result<RpPresign, Error> {
        unsupported()
    }
}
