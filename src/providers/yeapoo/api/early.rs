//! Writes that come too early. Of all that may go wrong with a write only this says for sure that it did not happen,
//! so it alone is sent again without a look.

use std::future::Future;

use super::VendorError;
use crate::http::retry::{Again, MayPass, until_it_passes};

/// The code of an answer that something came too early.
const TOO_EARLY: &str = "HTTP 429";

struct Refused(VendorError);

impl MayPass for Refused {
    fn again(&self) -> Again {
        if self.0.code.as_deref() == Some(TOO_EARLY) { self.0.again } else { Again::No }
    }
}

/// Sends a write again while the answer is that it came too early.
pub(super) async fn until_it_is_time<T, F: Future<Output = Result<T, VendorError>>>(
    write: impl Fn() -> F,
) -> Result<T, VendorError> {
    let sent = until_it_passes(|| async { write().await.map_err(Refused) }).await;
    sent.map_err(|Refused(error)| error)
}
