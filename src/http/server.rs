//! One server, as all accounts that call it meet it: where its limits are shared, so is what is known of them.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::pace::{Pace, Sort};
use super::retry::LONGEST;

/// So many calls are under way at once at one server, if it bears them.
pub const MOST: usize = 64;

/// A server's limits, shared by whoever holds a copy.
#[derive(Clone)]
pub struct Server(Arc<Inner>);

struct Inner {
    places: Semaphore,
    state: Mutex<State>,
}

struct State {
    pace: Pace,
    /// Places that there are: one that is taken goes only when it is given back.
    places: usize,
    under_way: usize,
    /// Until then the server wants to hear of nobody.
    closed: Option<Instant>,
}

impl Server {
    /// A server that is never asked for more at once.
    pub fn new(most: usize) -> Self {
        let pace = Pace::new(most);
        let places = pace.now();
        Self(Arc::new(Inner {
            places: Semaphore::new(places),
            state: Mutex::new(State { pace, places, under_way: 0, closed: None }),
        }))
    }

    /// Waits for a place among the calls to this server.
    pub(super) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.0.places.acquire().await.ok()
    }

    /// When it may be called again, if it does not want to be called now.
    pub(super) fn closed(&self, now: impl FnOnce() -> Instant) -> Option<Instant> {
        let mut state = self.0.state();
        let until = state.closed?;
        state.closed = (until > now()).then_some(until);
        state.closed
    }

    /// A call goes out on this place.
    pub(super) fn visit<'a>(&'a self, place: Option<SemaphorePermit<'a>>) -> Visit<'a> {
        let mut state = self.0.state();
        state.under_way += 1;
        let under_way = state.under_way;
        state.pace.sent(under_way);
        Visit { server: &self.0, place }
    }

    #[cfg(test)]
    pub(super) fn at_once(&self) -> usize {
        self.0.state().pace.now()
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes as many places as the pace allows, as far as they are not taken.
    fn fit(&self, state: &mut State) {
        let (is, wanted) = (state.places, state.pace.now());
        if is < wanted {
            self.places.add_permits(wanted - is);
            state.places = wanted;
        } else {
            state.places -= self.places.forget_permits(is - wanted);
        }
    }
}

/// One call to a server, until it is dropped.
pub(super) struct Visit<'a> {
    server: &'a Inner,
    place: Option<SemaphorePermit<'a>>,
}

impl Visit<'_> {
    /// An answer has come, and shows no trouble.
    pub(super) fn answered(&self, sort: Sort, took: Duration) {
        let mut state = self.server.state();
        let under_way = state.under_way;
        state.pace.answered(sort, took, under_way);
        self.server.fit(&mut state);
    }

    /// It was too much for the server, which may say when it wants to be called again.
    pub(super) fn overloaded(&self, again: Option<Duration>) {
        let mut state = self.server.state();
        let under_way = state.under_way;
        state.pace.overloaded(under_way);
        state.closed = state.closed.max(again.map(|pause| Instant::now() + pause.min(LONGEST)));
        self.server.fit(&mut state);
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        let mut state = self.server.state();
        state.under_way -= 1;
        if state.places > state.pace.now()
            && let Some(place) = self.place.take()
        {
            place.forget();
            state.places -= 1;
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at once", self.0.state().pace.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn visits(server: &Server, many: usize) -> Vec<Visit<'_>> {
        let mut visits = vec![];
        for _ in 0..many {
            visits.push(server.visit(server.place().await));
        }
        visits
    }

    #[tokio::test]
    async fn places_come_with_good_answers_and_go_with_bad_ones_when_they_are_given_back() {
        let server = Server::new(MOST);
        let first = visits(&server, 16).await;
        assert_eq!(server.0.places.available_permits(), 0);
        first.iter().for_each(|visit| visit.answered(Sort::Read, Duration::from_millis(20)));
        assert_eq!((server.at_once(), server.0.places.available_permits()), (32, 16));
        first[0].overloaded(None);
        assert_eq!((server.at_once(), server.0.places.available_permits()), (8, 0), "half of what was tried");
        drop(first);
        assert_eq!(server.0.places.available_permits(), 8);
        let state = server.0.state();
        assert_eq!((state.places, state.under_way), (8, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_names_a_time_is_left_alone_until_then() {
        let server = Server::new(4);
        let visits = visits(&server, 2).await;
        visits[0].overloaded(Some(Duration::from_secs(7)));
        visits[1].overloaded(Some(Duration::from_secs(2)));
        let now = Instant::now();
        assert_eq!(server.closed(|| now), Some(now + Duration::from_secs(7)));
        assert_eq!(server.closed(|| now + Duration::from_secs(7)), None);
        visits[0].overloaded(Some(Duration::from_secs(9999)));
        assert_eq!(server.closed(|| now), Some(now + LONGEST));
    }
}
