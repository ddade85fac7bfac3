//! What is still on its way to a bucket when its command has ended.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::problem::{Code, Problem};
use crate::text;

/// How long the program waits for it at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who is still at work, and what went wrong when nobody listened any more.
#[derive(Clone, Debug, Default)]
pub struct Leaving {
    at_work: watch::Sender<()>,
    problems: Arc<Mutex<Vec<Problem>>>,
}

impl Leaving {
    /// Held by whoever has still something to write.
    pub(super) fn stay(&self) -> watch::Receiver<()> {
        self.at_work.subscribe()
    }

    /// Something went wrong, and whom it concerns has gone.
    pub(super) fn tell(&self, problem: Problem) {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).push(problem);
    }

    /// Comes back when nobody has anything to write any more, or nobody should wait any longer for it, with what went
    /// wrong.
    pub async fn done(&self) -> Vec<Problem> {
        let late = timeout(PATIENCE, self.at_work.closed()).await.err().map(|_| {
            Problem::error(Code::StateBucket, text!("the bucket does not answer: a lock may still be held"))
                .help(text!("if the next run names this one as its holder, free it by `mpform state unlock`"))
        });
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *problems).into_iter().chain(late).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_done_when_the_last_has_left() {
        let leaving = Leaving::default();
        assert_eq!(leaving.done().await, []);
        let stays = leaving.stay();
        let waits = tokio::spawn({
            let leaving = leaving.clone();
            async move { leaving.done().await }
        });
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        leaving.tell(Problem::error(Code::StateBucket, text!("no lock")));
        drop(stays);
        assert_eq!(waits.await.expect("ends").len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waited_long_enough_says_so() {
        let leaving = Leaving::default();
        let _stays = leaving.stay();
        assert_eq!(leaving.done().await.len(), 1);
    }
}
