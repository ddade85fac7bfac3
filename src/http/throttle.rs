//! How much may be under way at once, and how often a call may start.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// What an account allows, or its vendor's habit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Calls under way at once, at least 1.
    pub concurrency: usize,
    /// Calls started in a second; none means no limit.
    pub requests_per_second: Option<f64>,
    /// How long one call may take until its answer is whole.
    pub timeout: Duration,
}

/// The usual patience with one call.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// Keeps one account within its limits.
#[derive(Debug)]
pub struct Throttle {
    places: Semaphore,
    gap: Option<Duration>,
    next: Mutex<Option<Instant>>,
    timeout: Duration,
}

impl Throttle {
    /// A throttle with these limits.
    pub fn new(limits: Limits) -> Self {
        Self {
            places: Semaphore::new(limits.concurrency.max(1)),
            gap: limits
                .requests_per_second
                .filter(|rate| *rate > 0.0)
                .map(|rate| Duration::from_secs_f64(1.0 / rate)),
            next: Mutex::new(None),
            timeout: limits.timeout,
        }
    }

    /// How long one call may take until its answer is whole.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Waits until a call may start. The call is over when the permit is dropped.
    pub(super) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        let permit = self.places.acquire().await.ok();
        if let Some(gap) = self.gap {
            let turn = self.take_turn(gap);
            tokio::time::sleep_until(turn).await;
        }
        permit
    }

    fn take_turn(&self, gap: Duration) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let turn = next.map_or_else(Instant::now, |at| at.max(Instant::now()));
        *next = Some(turn + gap);
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn calls_keep_their_distance() {
        let throttle =
            Throttle::new(Limits { concurrency: 8, requests_per_second: Some(10.0), timeout: TIMEOUT });
        let begun = Instant::now();
        for _ in 0..4 {
            drop(throttle.enter().await);
        }
        assert_eq!(begun.elapsed(), Duration::from_millis(300));
    }

    #[tokio::test]
    async fn no_more_than_allowed_at_once() {
        let throttle = Throttle::new(Limits { concurrency: 2, requests_per_second: None, timeout: TIMEOUT });
        let (_one, _two) = (throttle.enter().await, throttle.enter().await);
        assert_eq!(throttle.places.available_permits(), 0);
    }
}
