//! States in a bucket: an object for each account, so that any number of jobs work side by side, and a lock object beside
//! it. Nothing but conditional writes keeps two of them apart, so what a service can't promise is asked of it again right
//! before, and said in the README.

use std::time::Duration;

use tokio::time::{Instant, sleep};

pub use self::leaving::Leaving;
pub use self::service::{connect, credentials};
pub(super) use self::writing::{Safe, Writing};

use self::objects::{Object, Objects, Put};
use super::lock::Holder;
use super::store::held;
use super::{State, parse};
use crate::problem::{Code, Problem};
use crate::text;

mod erased;
mod errors;
mod leaving;
mod lock;
mod objects;
mod service;
mod writing;

/// How often a lock that is held is looked at while somebody waits for it.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The states of one environment in a bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    objects: Objects,
    /// The folder of the environment, with a slash at its end.
    folder: String,
    environment: String,
    leaving: Leaving,
}

impl Bucket {
    /// The states of an environment below a prefix. Whoever ends the program waits for what is leaving.
    pub fn new(objects: Objects, prefix: &str, environment: &str, leaving: Leaving) -> Self {
        let prefix = prefix.trim_matches('/');
        let folder =
            if prefix.is_empty() { format!("{environment}/") } else { format!("{prefix}/{environment}/") };
        Self { objects, folder, environment: environment.to_owned(), leaving }
    }

    pub(super) fn shown(&self) -> String {
        format!("{}/{}", self.objects.shown(), self.folder.trim_end_matches('/'))
    }

    fn path(&self, account: &str, ending: &str) -> String {
        format!("{}{account}.{ending}", self.folder)
    }

    pub(super) async fn read(&self, account: &str) -> Result<State, Problem> {
        let bytes = self.objects.bytes(&self.path(account, "json")).await?;
        self.parsed(account, bytes.as_deref())
    }

    fn parsed(&self, account: &str, bytes: Option<&[u8]>) -> Result<State, Problem> {
        let Some(bytes) = bytes else { return Ok(State::new(&self.environment, account)) };
        let shown = format!("{}/{}", self.objects.shown(), self.path(account, "json"));
        parse::parse(&shown, bytes, || {
            text!(
                "the version before it lies beside it as {account}.json.backup; it does not know what `sop run` sent since: \
                 put it back when the longest `grace` is over, or run `mpform apply` without it, which arms anew",
                account
            )
        })
    }

    pub(super) async fn accounts(&self) -> Result<Vec<String>, Problem> {
        let names = self.objects.names(&self.folder).await?;
        let mut names: Vec<_> =
            names.iter().filter_map(|name| name.strip_suffix(".json")).map(str::to_owned).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    pub(super) async fn holder(&self, account: &str) -> Result<Option<Option<Holder>>, Problem> {
        let bytes = self.objects.bytes(&self.path(account, "lock")).await?;
        Ok(bytes.map(|bytes| lock::read(&bytes)))
    }

    pub(super) async fn open(
        &self,
        account: &str,
        me: &Holder,
        patience: Duration,
    ) -> Result<(State, Writing), Problem> {
        let me = Holder { nonce: lock::nonce(), ..me.clone() };
        let path = self.path(account, "lock");
        let until = Instant::now() + patience;
        loop {
            let taken = lock::take(&self.objects, &path, &me).await;
            if taken.is_err() {
                // It may be made all the same, and nobody would ever free it.
                let _ = lock::release(&self.objects, &path, &me).await;
            }
            match taken.map_err(|problem| problem.about(account))? {
                lock::Attempt::Ours => break,
                lock::Attempt::Held(holder) if Instant::now() >= until => {
                    let problem = held(account, holder.as_ref());
                    return Err(problem.help(text!("wait until it has ended, or give `--lock-timeout 5m` to wait for it; if it died, `mpform state unlock {account}` frees it", account)));
                }
                lock::Attempt::Held(_) => {
                    sleep(LOOK_AGAIN.min(until.saturating_duration_since(Instant::now()))).await;
                }
            }
        }
        let opened = self.opened(account).await;
        match opened {
            Ok((state, object)) => {
                let keeping = writing::Keeping {
                    objects: self.objects.clone(),
                    path: self.path(account, "json"),
                    lock: path,
                    me,
                    object,
                    account: account.to_owned(),
                };
                Ok((state.clone(), Writing::start(keeping, state, self.leaving.clone())))
            }
            Err(problem) => {
                // The first problem is the one that matters; a lock that stays is named to whoever finds it.
                let _ = lock::release(&self.objects, &path, &me).await;
                Err(problem)
            }
        }
    }

    async fn opened(&self, account: &str) -> Result<(State, Option<Object>), Problem> {
        let object = self.objects.object(&self.path(account, "json")).await?;
        let state = self.parsed(account, object.as_ref().map(|object| &*object.bytes))?;
        Ok((state, object))
    }

    /// Frees a lock. First the state is written anew as nobody's: whoever held it notices at the next write, although
    /// the lock is gone and somebody else's by then.
    pub(super) async fn free(&self, account: &str, holder: Option<&Holder>) -> Result<(), Problem> {
        let lock = self.path(account, "lock");
        let nonce = |holder: Option<&Holder>| holder.map(|holder| holder.nonce.clone()).unwrap_or_default();
        let same = async || -> Result<bool, Problem> {
            match self.holder(account).await? {
                Some(now) if nonce(now.as_ref()) != nonce(holder) => Err(held(account, now.as_ref())),
                now => Ok(now.is_some()),
            }
        };
        same().await?;
        let (state, object) = self.opened(account).await?;
        let bytes = writing::bytes(&state, &format!("nobody since {}", lock::nonce()));
        if let Put::Theirs = self.objects.replace(&self.path(account, "json"), bytes, object.as_ref()).await?
        {
            return Err(Problem::error(
                Code::Locked,
                text!("whoever holds the lock is at work: the state changed just now"),
            )
            .about(account)
            .help(text!("let it end; if it does not, unlock once more")));
        }
        let mut nth = 0;
        while same().await? && !self.objects.delete(&lock, nth).await? {
            nth += 1;
        }
        Ok(())
    }
}
