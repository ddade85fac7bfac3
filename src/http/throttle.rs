//! How much may be under way at once, and how often a call may start.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::server::{Server, Visit};

/// What an account allows, or its vendor's habit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Calls under way at once, at least 1. Fewer as long as the server is not known to bear so many.
    pub concurrency: usize,
    /// Calls started in a second; none means no limit.
    pub requests_per_second: Option<f64>,
    /// How long one call may take until its answer is whole.
    pub timeout: Duration,
}

/// What all accounts of a process have in common: so many calls are under way at once, whoever makes them.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Semaphore>);

impl Gate {
    /// A gate that lets so many through at once, at least 1.
    pub fn new(calls: usize) -> Self {
        Self(Arc::new(Semaphore::new(calls.max(1))))
    }
}

/// A call's place in its account, at its server, and among all calls.
pub(super) struct Permit<'a> {
    pub(super) visit: Visit<'a>,
    _place: Option<SemaphorePermit<'a>>,
    _gate: Option<SemaphorePermit<'a>>,
}

/// The usual patience with one call.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// Keeps one account within its limits.
#[derive(Debug)]
pub struct Throttle {
    places: Semaphore,
    server: Server,
    gate: Option<Gate>,
    gap: Option<Duration>,
    next: Mutex<Option<Instant>>,
    timeout: Duration,
}

impl Throttle {
    /// A throttle with these limits, at a server of its own.
    pub fn new(limits: Limits) -> Self {
        let concurrency = limits.concurrency.max(1);
        Self {
            places: Semaphore::new(concurrency),
            server: Server::new(concurrency),
            gate: None,
            gap: limits
                .requests_per_second
                .filter(|rate| *rate > 0.0)
                .map(|rate| Duration::from_secs_f64(1.0 / rate)),
            next: Mutex::new(None),
            timeout: limits.timeout,
        }
    }

    /// The same at a server whose limits other accounts share.
    #[must_use]
    pub fn at(self, server: &Server) -> Self {
        Self { server: server.clone(), ..self }
    }

    /// The same behind a gate that other accounts go through as well.
    #[must_use]
    pub fn behind(self, gate: &Gate) -> Self {
        Self { gate: Some(gate.clone()), ..self }
    }

    /// How long one call may take until its answer is whole.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    #[cfg(test)]
    pub(super) fn at_once(&self) -> usize {
        self.server.at_once()
    }

    /// Waits until a call may start. The call is over when the permit is dropped.
    pub(super) async fn enter(&self) -> Permit<'_> {
        let own = self.places.acquire().await.ok();
        loop {
            let place = self.server.place().await;
            let gate = match &self.gate {
                Some(Gate(calls)) => calls.acquire().await.ok(),
                None => None,
            };
            // Whoever waits for its turn keeps nobody else out.
            match self.take_turn() {
                None => return Permit { visit: self.server.visit(place), _place: own, _gate: gate },
                Some(later) => {
                    drop((place, gate));
                    tokio::time::sleep_until(later).await;
                }
            }
        }
    }

    /// Takes the turn if it has come; else when it comes.
    fn take_turn(&self) -> Option<Instant> {
        let closed = self.server.closed(Instant::now);
        if closed.is_some() {
            return closed;
        }
        let gap = self.gap?;
        let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = Instant::now();
        if let Some(later) = next.filter(|at| *at > now) {
            return Some(later);
        }
        // Timers are coarse: a turn that was taken late does not move those behind it.
        *next = Some(next.filter(|at| now - *at < gap).unwrap_or(now) + gap);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::MOST;
    use tokio::time::timeout;

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

    #[tokio::test(start_paused = true)]
    async fn accounts_share_the_gate_and_none_keeps_it_while_it_waits_for_its_turn() {
        let gate = Gate::new(1);
        let slow = Throttle::new(Limits { concurrency: 4, requests_per_second: Some(1.0), timeout: TIMEOUT })
            .behind(&gate);
        let quick = Throttle::new(Limits { concurrency: 4, requests_per_second: None, timeout: TIMEOUT })
            .behind(&gate);
        let first = slow.enter().await;
        let waiting = tokio::time::timeout(Duration::from_millis(1), quick.enter()).await;
        assert!(waiting.is_err(), "the gate lets one through");
        drop(first);
        let begun = Instant::now();
        let (second, others) = tokio::join!(slow.enter(), async {
            drop(quick.enter().await);
            begun.elapsed()
        });
        assert_eq!(others, Duration::ZERO);
        assert!(begun.elapsed() >= Duration::from_millis(999), "{:?}", begun.elapsed());
        drop(second);
    }

    #[tokio::test(start_paused = true)]
    async fn accounts_of_one_server_share_what_it_bears_and_each_keeps_its_own_limit() {
        let server = Server::new(MOST);
        let limits = |concurrency| Limits { concurrency, requests_per_second: None, timeout: TIMEOUT };
        let (one, two) = (Throttle::new(limits(4)).at(&server), Throttle::new(limits(MOST)).at(&server));
        let in_time = Duration::from_millis(1);
        let mut permits = vec![];
        for _ in 0..4 {
            permits.push(timeout(in_time, one.enter()).await.expect("four of its own"));
        }
        assert!(timeout(in_time, one.enter()).await.is_err(), "no more than it allows");
        for _ in 0..12 {
            permits.push(timeout(in_time, two.enter()).await.expect("sixteen in all"));
        }
        assert!(timeout(in_time, two.enter()).await.is_err(), "no more than the server is known to bear");
        permits[0].visit.overloaded(None);
        permits.truncate(8);
        assert!(timeout(in_time, two.enter()).await.is_err(), "trouble that one has keeps the other back");
        permits.pop();
        assert!(timeout(in_time, two.enter()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_calls_before_the_time_that_a_server_names() {
        let throttle = Throttle::new(Limits { concurrency: 4, requests_per_second: None, timeout: TIMEOUT });
        throttle.enter().await.visit.overloaded(Some(Duration::from_secs(7)));
        let begun = Instant::now();
        drop(throttle.enter().await);
        assert_eq!(begun.elapsed().as_secs(), 7);
    }
}
