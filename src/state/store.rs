//! Where states are kept, on this machine's disk.

use crate::words::Text;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use super::lock::Holder;
use super::lock::{Attempt, Lock, attempt};
use super::{Entry, Intent, State, VERSION, atomic};
use crate::model::Address;
use crate::problem::{Code, Problem};
use crate::text;

/// The folder with the states of one environment.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    environment: String,
}

/// A state that is open for writing, and locked.
#[derive(Debug)]
pub struct Open {
    /// What is remembered now.
    state: State,
    path: PathBuf,
    journal: File,
    /// The first failure to write; it is told at the end, and nothing new is begun after it.
    broken: Option<io::Error>,
    _lock: Lock,
}

impl Store {
    /// The store of an environment below the project's state folder.
    pub fn new(folder: &Path, environment: &str) -> Self {
        Self { folder: folder.join(environment), environment: environment.to_owned() }
    }

    /// What is remembered of an account, its journal included. Takes no lock and writes nothing.
    ///
    /// # Errors
    /// A file that can't be read, is broken, or comes from a newer version.
    pub fn read(&self, account: &str) -> Result<State, Problem> {
        // The journal first: were it folded in between, its lines would be in the file too and be passed over.
        let journal = self.path(account, "journal");
        let lines = match fs::read(&journal) {
            // The last line may have been cut off, even in the middle of a character.
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(failed(text!("can't read {path}: {error}", path = journal.display(), error)));
            }
        };
        let path = self.path(account, "json");
        let mut state = match fs::read(&path) {
            Ok(bytes) => parse(&path, &bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::new(&self.environment, account),
            Err(error) => {
                return Err(failed(text!("can't read {path}: {error}", path = path.display(), error)));
            }
        };
        replay(&mut state, &lines);
        Ok(state)
    }

    /// The accounts of which something is remembered, in order.
    ///
    /// # Errors
    /// A folder that can't be read.
    pub fn accounts(&self) -> Result<Vec<String>, Problem> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
            Err(error) => {
                return Err(failed(text!("can't read {path}: {error}", path = self.folder.display(), error)));
            }
        };
        let mut names: Vec<_> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| {
                name.strip_suffix(".json").or(name.strip_suffix(".journal")).map(str::to_owned)
            })
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Who holds the lock of an account, if somebody does.
    ///
    /// # Errors
    /// A lock file that can't be opened.
    pub fn holder(&self, account: &str, me: &Holder) -> Result<Option<Option<Holder>>, Problem> {
        let path = self.path(account, "lock");
        if !path.exists() {
            return Ok(None);
        }
        match attempt(&path, me) {
            Ok(Attempt::Ours(_)) => Ok(None),
            Ok(Attempt::Held(holder)) => Ok(Some(holder)),
            Err(error) => Err(failed(text!("can't lock {path}: {error}", path = path.display(), error))),
        }
    }

    /// Opens an account's state for writing. Waits so long for whoever holds it.
    ///
    /// # Errors
    /// A lock that somebody holds, with who and since when; a folder that can't be written; what [`Store::read`]
    /// fails for.
    pub async fn open(&self, account: &str, me: &Holder, patience: Duration) -> Result<Open, Problem> {
        make_folder(&self.folder).map_err(|error| {
            failed(text!("can't make {path}: {error}", path = self.folder.display(), error))
        })?;
        let lock = self.lock(account, me, patience).await?;
        let state = self.read(account)?;
        let path = self.path(account, "journal");
        let is_new = !path.exists();
        let journal = private(OpenOptions::new().create(true).append(true))
            .open(&path)
            .map_err(|error| failed(text!("can't write {path}: {error}", path = path.display(), error)))?;
        if is_new {
            // Its lines can't be on the disk for certain before its name is.
            atomic::sync_folder(&self.folder).map_err(|error| {
                failed(text!("can't write {path}: {error}", path = path.display(), error))
            })?;
        }
        let mut open = Open { state, path: self.path(account, "json"), journal, broken: None, _lock: lock };
        // A journal that an earlier run left behind is folded in before anything is added to it.
        open.fold().map_err(|error| {
            failed(text!("can't write {path}: {error}", path = open.path.display(), error))
        })?;
        Ok(open)
    }

    async fn lock(&self, account: &str, me: &Holder, patience: Duration) -> Result<Lock, Problem> {
        let path = self.path(account, "lock");
        let until = tokio::time::Instant::now() + patience;
        loop {
            match attempt(&path, me)
                .map_err(|error| failed(text!("can't lock {path}: {error}", path = path.display(), error)))?
            {
                Attempt::Ours(lock) => return Ok(lock),
                Attempt::Held(holder) if tokio::time::Instant::now() >= until => {
                    let who = Holder::said(holder.as_ref());
                    return Err(Problem::error(Code::Locked, text!("the state is locked by {who}", who))
                        .about(account)
                        .help(text!("wait until it has ended, or give `--lock-timeout 5m` to wait for it")));
                }
                Attempt::Held(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    fn path(&self, account: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{account}.{ending}"))
    }
}

impl Open {
    /// What is remembered now.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Takes an entry in and writes it to the journal.
    pub fn record(&mut self, entry: Entry) {
        if self.broken.is_none()
            && let Err(error) = self.append(&entry)
        {
            self.broken = Some(error);
        }
        self.state.take(entry);
    }

    /// The same, and comes back only when the entry is on the disk: not even a power cut loses it then.
    ///
    /// # Errors
    /// The disk's error: the entry may be lost, so what it announces must not be done.
    pub fn record_durably(&mut self, entry: Entry) -> io::Result<()> {
        self.record(entry);
        if self.broken.is_none()
            && let Err(error) = self.journal.sync_data()
        {
            self.broken = Some(error);
        }
        match &self.broken {
            Some(error) => Err(io::Error::new(error.kind(), error.to_string())),
            None => Ok(()),
        }
    }

    /// Writes down that something is about to be made, so that not even a power cut loses it. What can't be written down
    /// is not begun, and is as it was before.
    ///
    /// # Errors
    /// The disk's error.
    pub fn begin_durably(&mut self, address: Address, intent: Intent) -> io::Result<()> {
        let before = self.state.intents.get(&address).cloned();
        let begun = self.record_durably(Entry::Begin { address: address.clone(), intent });
        if begun.is_err() {
            self.record(match before {
                Some(intent) => Entry::Begin { address, intent },
                None => Entry::Drop { address },
            });
        }
        begun
    }

    /// Why the journal could not be written, if so: nothing new may be begun then.
    pub fn broken(&self) -> Option<&io::Error> {
        self.broken.as_ref()
    }

    /// Folds the journal into the file and lets go of the lock.
    ///
    /// # Errors
    /// The disk's error; what is remembered comes back as text, so that it can be shown and saved by hand.
    pub fn close(mut self) -> Result<(), (Problem, String)> {
        if let Err(error) = self.fold() {
            let error = self.broken.take().unwrap_or(error);
            let text = serde_json::to_string_pretty(&self.state).unwrap_or_default();
            return Err((
                failed(text!("can't write {path}: {error}", path = self.path.display(), error)),
                text,
            ));
        }
        Ok(())
    }

    fn append(&mut self, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(&Line { serial: self.state.serial + 1, entry: entry.clone() })?;
        line.push(b'\n');
        self.journal.write_all(&line)
    }

    /// The file first, then the journal is emptied: entries that are in both are known by their serial.
    fn fold(&mut self) -> io::Result<()> {
        if self.journal.metadata()?.len() == 0 && self.broken.is_none() {
            return Ok(());
        }
        if self.path.exists() {
            fs::copy(&self.path, self.path.with_extension("json.backup"))?;
        }
        let mut bytes = serde_json::to_vec_pretty(&self.state)?;
        bytes.push(b'\n');
        atomic::write(&self.path, &bytes)?;
        self.journal.set_len(0)
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Line {
    serial: u64,
    #[serde(rename = "change")]
    entry: Entry,
}

/// Takes in every whole line that is newer than the state. The last line may be half written.
fn replay(state: &mut State, lines: &str) {
    for line in lines.lines() {
        let Ok(line) = serde_json::from_str::<Line>(line) else { return };
        if line.serial == state.serial + 1 {
            state.take(line.entry);
        }
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<State, Problem> {
    #[derive(serde::Deserialize)]
    struct Version {
        version: u32,
    }
    let broken = |error: &serde_json::Error| {
        let backup = path.with_extension("json.backup");
        let help = if backup.exists() {
            text!(
                "the version before it lies beside it as {backup}; it does not know what `sop run` sent since: put it back \
                 when the longest `grace` is over, or run `mpform apply` without it, which arms anew",
                backup = backup.display()
            )
        } else {
            text!("put back a copy of it; without it, objects are found again by their names")
        };
        Problem::error(
            Code::State,
            text!("the state file {path} is broken: {error}", path = path.display(), error),
        )
        .help(help)
    };
    let Version { version } = serde_json::from_slice(bytes).map_err(|error| broken(&error))?;
    if version > VERSION {
        return Err(Problem::error(
            Code::StateVersion,
            text!(
                "the state file {path} has version {version}; this program knows {VERSION}",
                path = path.display(),
                version,
                VERSION
            ),
        )
        .help(text!("use the newer mpform that wrote it; nothing was read or changed")));
    }
    serde_json::from_slice(bytes).map_err(|error| broken(&error))
}

fn failed(message: Text) -> Problem {
    Problem::error(Code::State, message)
        .help(text!("check the folder's permissions and the disk's free space"))
}

/// Files that only their owner may read: they hold openids and unpublished texts.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Address;
    use crate::state::{Intent, Record};
    use serde_json::json;
    use std::io::Read;

    fn me() -> Holder {
        Holder {
            who: "ops@ci".into(),
            pid: 7,
            since: "2026-11-21T10:00:00+08:00".into(),
            command: "apply".into(),
        }
    }

    fn keep(key: &str) -> Entry {
        let record = Record::new("5f".into(), json!({"name": key}), false);
        Entry::Keep { address: Address::new("shop", "keyword", [key]), record }
    }

    async fn open(store: &Store) -> Open {
        store.open("shop", &me(), Duration::ZERO).await.expect("opens")
    }

    #[tokio::test]
    async fn what_is_recorded_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        let mut opened = open(&store).await;
        opened.record(keep("营业时间"));
        opened.close().expect("closes");
        let state = store.read("shop").expect("reads");
        assert_eq!((state.resources.len(), state.serial, state.version), (1, 1, VERSION));
        assert_eq!(store.accounts().expect("lists"), ["shop"]);
    }

    #[tokio::test]
    async fn a_journal_that_was_never_folded_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        let mut opened = open(&store).await;
        opened.record(keep("a"));
        opened.record(Entry::Begin {
            address: Address::new("shop", "keyword", ["b"]),
            intent: Intent { natural: "b".into(), id: None, begun: None, want: json!(null) },
        });
        opened.journal.write_all(b"{\"serial\": 3, \"chan").expect("half a line");
        drop(opened);
        let state = store.read("shop").expect("reads");
        assert_eq!((state.resources.len(), state.intents.len()), (1, 1));
        assert_eq!(open(&store).await.state(), &state);
    }

    #[tokio::test]
    async fn what_is_recorded_durably_is_in_the_journal_and_after_a_failure_nothing_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        let mut opened = open(&store).await;
        opened.record_durably(keep("a")).expect("writes");
        assert_eq!(store.read("shop").expect("reads").resources.len(), 1);
        opened.journal = File::open(store.path("shop", "journal")).expect("opens for reading only");
        assert!(opened.record_durably(keep("b")).is_err() && opened.broken().is_some());
        assert!(opened.record_durably(keep("c")).is_err());
        let begun = |at: i64| Intent {
            natural: "早报".into(),
            id: None,
            begun: chrono::DateTime::from_timestamp(at, 0),
            want: serde_json::Value::Null,
        };
        let (old, new) =
            (Address::new("shop", "sop", ["a@2026-11-23"]), Address::new("shop", "sop", ["b@2026-11-23"]));
        opened.state.take(Entry::Begin { address: old.clone(), intent: begun(1) });
        for address in [&old, &new] {
            assert!(opened.begin_durably(address.clone(), begun(2)).is_err());
        }
        assert_eq!(opened.state().intents, [(old, begun(1))].into(), "as it was before");
        assert_eq!(store.read("shop").expect("reads").resources.len(), 1);
    }

    #[tokio::test]
    async fn a_journal_that_ends_within_a_character_opens() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        let mut opened = open(&store).await;
        opened.record(keep("营业时间"));
        drop(opened);
        let path = store.path("shop", "journal");
        let whole = fs::read(&path).expect("reads");
        // The same line once more, cut after the first byte of 营.
        let cut = whole.windows(3).position(|bytes| bytes == "营".as_bytes()).expect("is in it") + 1;
        atomic::write(&path, &[&whole[..], &whole[..cut]].concat()).expect("writes");
        assert_eq!(open(&store).await.state().resources.len(), 1);
        assert_eq!(store.read("shop").expect("reads").resources.len(), 1);
    }

    #[tokio::test]
    async fn entries_that_the_file_has_already_are_passed_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        let mut opened = open(&store).await;
        opened.record(keep("a"));
        let journal = fs::read(store.path("shop", "journal")).expect("reads");
        opened.record(Entry::Forget { address: Address::new("shop", "keyword", ["a"]) });
        opened.close().expect("closes");
        // As a crash between writing the file and emptying the journal leaves it.
        atomic::write(&store.path("shop", "journal"), &journal).expect("writes");
        assert!(store.read("shop").expect("reads").resources.is_empty());
    }

    #[tokio::test]
    async fn a_newer_version_is_refused_and_untouched() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        fs::create_dir_all(&store.folder).expect("a folder");
        let path = store.path("shop", "json");
        atomic::write(&path, br#"{"version": 99, "things": []}"#).expect("writes");
        let problem = store.open("shop", &me(), Duration::ZERO).await.expect_err("too new");
        assert_eq!(problem.code, Code::StateVersion);
        assert_eq!(fs::read(&path).expect("reads"), br#"{"version": 99, "things": []}"#);
    }

    #[tokio::test]
    async fn a_held_lock_names_its_holder() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        let _first = open(&store).await;
        let problem = store.open("shop", &me(), Duration::ZERO).await.expect_err("held");
        assert_eq!(problem.code, Code::Locked);
        assert!(
            problem.message.en().contains("ops@ci (process 7), `apply` since 2026-11-21T10:00:00+08:00"),
            "{problem:?}"
        );
    }

    #[tokio::test]
    async fn the_version_before_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        for key in ["a", "b"] {
            let mut opened = open(&store).await;
            opened.record(keep(key));
            opened.close().expect("closes");
        }
        let mut backup = String::new();
        let path = store.path("shop", "json.backup");
        File::open(path).expect("is there").read_to_string(&mut backup).expect("reads");
        assert!(backup.contains("keyword/a") && !backup.contains("keyword/b"));
    }
}
