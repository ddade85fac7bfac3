//! Texts and covers that were made and that nothing uses. The vendor neither lists nor deletes them, so all that can be
//! done about them is to count.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What was made, and has not been seen in use since.
#[derive(Debug, Default)]
pub(super) struct Leftovers(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    unused: HashSet<String>,
    /// Made or not: the answer was lost.
    lost: usize,
}

impl Leftovers {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something was made under this id.
    pub(super) fn made(&self, id: &str) {
        self.counts().unused.insert(id.to_owned());
    }

    /// Something may have been made under an id that nobody will ever know.
    pub(super) fn lost(&self) {
        self.counts().lost += 1;
    }

    /// A rule, a button or news was read that uses it.
    pub(super) fn seen(&self, id: &str) {
        self.counts().unused.remove(id);
    }

    /// How many there may be.
    pub(super) fn count(&self) -> usize {
        let counts = self.counts();
        counts.unused.len() + counts.lost
    }
}

#[cfg(test)]
mod tests {
    use super::Leftovers;

    #[test]
    fn what_is_seen_in_use_is_not_left_over() {
        let leftovers = Leftovers::default();
        leftovers.made("5f");
        leftovers.made("6a");
        leftovers.lost();
        leftovers.seen("5f");
        assert_eq!(leftovers.count(), 2);
    }
}
