//! Trying again. It stands above decoding, since these vendors answer errors inside HTTP 200.

use std::future::Future;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};

/// Whether the same call may be made again, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Never: it would end the same way, or might do something twice.
    No,
    /// After the usual pause.
    Soon,
    /// After the pause that the vendor asks for.
    After(Duration),
}

/// An error that knows whether trying again helps.
pub trait MayPass {
    /// Whether and when to try again.
    fn again(&self) -> Again;
}

/// Tries in all, the first included.
pub const TRIES: usize = 4;

/// The longest pause that a vendor can impose on us.
pub(super) const LONGEST: Duration = Duration::from_secs(30);

/// Calls until it succeeds, fails for good, or has been tried [`TRIES`] times.
pub async fn until_it_passes<T, E: MayPass, F: Future<Output = Result<T, E>>>(
    call: impl FnMut() -> F,
) -> Result<T, E> {
    let pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(50))
        .with_factor(4.0)
        .with_max_times(TRIES - 1);
    call.retry(pauses)
        .when(|error: &E| error.again() != Again::No)
        .adjust(|error: &E, pause: Option<Duration>| match error.again() {
            Again::After(asked) => pause.map(|_| asked.min(LONGEST)),
            Again::Soon | Again::No => pause,
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[derive(Debug, PartialEq)]
    struct Error(Again);
    impl MayPass for Error {
        fn again(&self) -> Again {
            self.0
        }
    }

    async fn fails_with(again: Again, times: usize) -> (Result<usize, Error>, usize, Duration) {
        let calls = Cell::new(0);
        let begun = tokio::time::Instant::now();
        let result = until_it_passes(|| async {
            calls.set(calls.get() + 1);
            if calls.get() <= times { Err(Error(again)) } else { Ok(calls.get()) }
        })
        .await;
        (result, calls.get(), begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn tries_until_it_passes() {
        assert_eq!(fails_with(Again::Soon, 2).await.0, Ok(3));
    }

    #[tokio::test(start_paused = true)]
    async fn gives_up_in_the_end() {
        let (result, calls, _) = fails_with(Again::Soon, 99).await;
        assert_eq!((result, calls), (Err(Error(Again::Soon)), TRIES));
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_pass_is_tried_once() {
        assert_eq!(fails_with(Again::No, 99).await.1, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn waits_as_long_as_asked_but_not_for_ever() {
        assert_eq!(fails_with(Again::After(Duration::from_secs(7)), 1).await.2, Duration::from_secs(7));
        assert_eq!(fails_with(Again::After(Duration::from_secs(9999)), 1).await.2, LONGEST);
    }
}
