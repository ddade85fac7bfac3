//! The state of an account while its changes run side by side.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::state::store::Open;

/// What all steps of one account share.
pub(super) struct Shared {
    state: Mutex<Open>,
    left_over: AtomicUsize,
}

impl Shared {
    /// Takes the state over.
    pub(super) fn new(state: Open) -> Self {
        Self { state: Mutex::new(state), left_over: AtomicUsize::new(0) }
    }

    /// The state, for a moment.
    pub(super) fn state(&self) -> MutexGuard<'_, Open> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many things may have been made in an earlier run that nobody will find again.
    pub(super) fn leave(&self, count: usize) {
        self.left_over.fetch_add(count, Ordering::Relaxed);
    }

    /// How many that is in all.
    pub(super) fn left_over(&self) -> usize {
        self.left_over.load(Ordering::Relaxed)
    }

    /// Gives it back.
    pub(super) fn into_state(self) -> Open {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
