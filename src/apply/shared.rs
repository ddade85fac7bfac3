//! The state of an account while its changes run side by side.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::state::store::Open;

/// What all steps of one account share.
pub(super) struct Shared {
    state: Mutex<Open>,
}

impl Shared {
    /// Takes the state over.
    pub(super) fn new(state: Open) -> Self {
        Self { state: Mutex::new(state) }
    }

    /// The state, for a moment.
    pub(super) fn state(&self) -> MutexGuard<'_, Open> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives it back.
    pub(super) fn into_state(self) -> Open {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
