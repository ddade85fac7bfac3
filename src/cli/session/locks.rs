//! The locks of several accounts, taken so that two runs that wait for each other's never wait for ever.

use std::time::Duration;

use tokio::time::Instant;

use super::{Session, abreast, store};
use crate::cli::Context;
use crate::problem::{Code, Problem};
use crate::state::store::{Holder, Open, Store};

/// Opens the states of all accounts of a session, in their order. An account whose state can't be had is left out.
pub(in crate::cli) async fn locked(session: &mut Session<'_>, command: &str, context: &Context) -> Vec<Open> {
    let me = context.holder(command);
    let names: Vec<_> = session.accounts.iter().map(|account| account.config.name.clone()).collect();
    let opened = match store(session.project) {
        Ok(store) => opened(&store, &names, &me, context.lock_timeout).await,
        Err(problem) => names.iter().map(|_| Err(problem.clone())).collect(),
    };
    session.keep(opened)
}

async fn open(store: &Store, name: &str, me: &Holder) -> Result<Open, Problem> {
    store.open(name, me, Duration::ZERO).await
}

/// Opens the states of these accounts, whatever becomes of the others.
///
/// All that are free are taken at once. Who then waits for one holds none that comes behind it by name: were it
/// otherwise, another run could hold that one and wait for one of ours. The time to wait is that of the whole run.
pub(in crate::cli) async fn opened(
    store: &Store,
    names: &[String],
    me: &Holder,
    patience: Duration,
) -> Vec<Result<Open, Problem>> {
    let until = Instant::now() + patience;
    let mut row: Vec<_> = (0..names.len()).collect();
    row.sort_by_key(|nth| &names[*nth]);
    let mut found: Vec<Option<Result<Open, Problem>>> = names.iter().map(|_| None).collect();
    loop {
        let missing: Vec<_> = row.iter().copied().filter(|nth| found[*nth].is_none()).collect();
        let tried = abreast(missing.iter().map(|nth| open(store, &names[*nth], me))).await;
        for (nth, tried) in missing.into_iter().zip(tried) {
            found[nth] = Some(tried);
        }
        let is_held =
            |nth: &usize| matches!(&found[*nth], Some(Err(problem)) if problem.code == Code::Locked);
        let held = row.iter().position(is_held);
        let left = until.saturating_duration_since(Instant::now());
        let Some(at) = held.filter(|_| !left.is_zero()) else { break };
        let mut behind = vec![];
        for nth in &row[at..] {
            if let Some(Ok(state)) = found[*nth].take() {
                behind.push((*nth, state));
            }
        }
        let closing = abreast(behind.into_iter().map(async |(nth, state)| (nth, state.close().await)));
        for (nth, closed) in closing.await {
            found[nth] = closed.err().map(|(problem, _)| Err(problem));
        }
        found[row[at]] = Some(store.open(&names[row[at]], me, left).await);
    }
    found.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me() -> Holder {
        Holder {
            who: "ops".into(),
            pid: 1,
            since: "now".into(),
            command: "apply".into(),
            ..Holder::default()
        }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn fates(opened: &[Result<Open, Problem>]) -> Vec<Option<Code>> {
        opened.iter().map(|one| one.as_ref().err().map(|problem| problem.code)).collect()
    }

    #[tokio::test]
    async fn one_that_is_held_keeps_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        let held = open(&store, "b", &me()).await.expect("free");
        let states = opened(&store, &names(&["c", "b", "a"]), &me(), Duration::ZERO).await;
        assert_eq!(fates(&states), [None, Some(Code::Locked), None]);
        let accounts: Vec<_> = states.iter().flatten().map(|open| open.state().account.as_str()).collect();
        assert_eq!(accounts, ["c", "a"]);
        drop((held, states));
        assert_eq!(fates(&opened(&store, &names(&["b"]), &me(), Duration::ZERO).await), [None]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_holds_nothing_that_comes_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        let held = open(&store, "b", &me()).await.expect("free");
        let hour = Duration::from_secs(3600);
        let wanted = names(&["c", "a", "b"]);
        let who = me();
        let waiting = opened(&store, &wanted, &who, hour);
        tokio::pin!(waiting);
        let other = async {
            // Free once the first look has let go of it.
            let c = store.open("c", &me(), hour).await.expect("free");
            let a = open(&store, "a", &me()).await.map(|_| ()).expect_err("held").code;
            drop((c, held));
            a
        };
        let (states, a) = tokio::join!(&mut waiting, other);
        assert_eq!((fates(&states), a), (vec![None, None, None], Code::Locked));
    }
}
