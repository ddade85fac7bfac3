//! What is still on its way to a bucket when its command has ended.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// How long the program waits for it at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whoever holds a copy is not done yet.
#[derive(Clone, Debug)]
pub struct Leaving(watch::Sender<()>);

impl Default for Leaving {
    fn default() -> Self {
        Self(watch::Sender::new(()))
    }
}

impl Leaving {
    /// Held by whoever has still something to write.
    pub(super) fn stay(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }

    /// Comes back when nobody has anything to write any more, or nobody should wait any longer for it.
    pub async fn done(&self) {
        let _ = timeout(PATIENCE, self.0.closed()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_done_when_the_last_has_left() {
        let leaving = Leaving::default();
        leaving.done().await;
        let stays = leaving.stay();
        let waits = tokio::spawn({
            let leaving = leaving.clone();
            async move { leaving.done().await }
        });
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        drop(stays);
        waits.await.expect("ends");
    }
}
