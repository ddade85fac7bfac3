//! Bodies that never lie in memory as a whole: one that trickles, and one that is huge.

use std::io;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::stream::unfold;
use tokio::sync::watch;

use super::serve::until_closed;

/// Blanks are sent so many at a time.
const PIECE: usize = 64 << 10;

/// A byte at a time, each after a pause; it breaks off when the sandbox stops.
pub(super) fn trickling(body: Bytes, ms: u64, closing: watch::Receiver<bool>) -> Body {
    Body::from_stream(unfold((body, closing), move |(mut rest, closing)| async move {
        if rest.is_empty() {
            return None;
        }
        let stopped = tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(ms)) => false,
            () = until_closed(closing.clone()) => true,
        };
        let piece = if stopped { Err(stop()) } else { Ok(rest.split_to(1)) };
        if stopped {
            rest.clear();
        }
        Some((piece, (rest, closing)))
    }))
}

/// A body and blanks behind it.
pub(super) fn filled(body: Bytes, size: u64) -> Body {
    let blanks = Bytes::from(vec![b' '; PIECE]);
    let left = size.saturating_sub(body.len() as u64);
    Body::from_stream(unfold((Some(body), left), move |(body, left)| {
        let piece = match body {
            Some(body) => Some((Ok::<_, io::Error>(body), (None, left))),
            None if left == 0 => None,
            None => {
                let many = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
                Some((Ok(blanks.slice(..many)), (None, left - many as u64)))
            }
        };
        std::future::ready(piece)
    }))
}

fn stop() -> io::Error {
    io::Error::from(io::ErrorKind::ConnectionReset)
}
