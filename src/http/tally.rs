//! What all calls of a process came to: how many, how much went over the wire, and how long somebody waited for one.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The sum of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Calls made.
    pub calls: usize,
    /// Bytes of their bodies, as far as they went out.
    pub sent: u64,
    /// Bytes of their answers' bodies, as far as they came in.
    pub received: u64,
    /// How long at least one was under way.
    pub under_way: Duration,
}

/// Counts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    calls: AtomicUsize,
    sent: AtomicU64,
    received: AtomicU64,
    span: Mutex<Span>,
}

#[derive(Debug, Default)]
struct Span {
    under_way: usize,
    since: Option<Instant>,
    before: Duration,
}

impl Tally {
    pub(super) fn began(&self, at: Instant) {
        self.calls.fetch_add(1, Relaxed);
        let mut span = self.span.lock().unwrap_or_else(PoisonError::into_inner);
        span.under_way += 1;
        span.since.get_or_insert(at);
    }

    pub(super) fn ended(&self, at: Instant) {
        let mut span = self.span.lock().unwrap_or_else(PoisonError::into_inner);
        span.under_way -= 1;
        if span.under_way == 0
            && let Some(since) = span.since.take()
        {
            span.before += at - since;
        }
    }

    pub(super) fn sent(&self, bytes: u64) {
        self.sent.fetch_add(bytes, Relaxed);
    }

    pub(super) fn received(&self, bytes: u64) {
        self.received.fetch_add(bytes, Relaxed);
    }

    /// All so far. What is under way is not over, and not in it.
    pub(super) fn sum(&self) -> Sum {
        Sum {
            calls: self.calls.load(Relaxed),
            sent: self.sent.load(Relaxed),
            received: self.received.load(Relaxed),
            under_way: self.span.lock().unwrap_or_else(PoisonError::into_inner).before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn time_that_several_wait_for_counts_once() {
        let (tally, begun) = (Tally::default(), Instant::now());
        let at = |seconds| begun + Duration::from_secs(seconds);
        tally.began(at(1));
        tally.began(at(2));
        tally.ended(at(4));
        tally.ended(at(5));
        tally.began(at(8));
        tally.ended(at(9));
        tally.received(5);
        tally.sent(3);
        let sum = Sum { calls: 3, sent: 3, received: 5, under_way: Duration::from_secs(5) };
        assert_eq!(tally.sum(), sum);
    }
}
