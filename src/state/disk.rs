//! States on this machine's disk: a file for each account, and beside it a journal that takes in every change at once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::lock::{Attempt, Holder, Lock, attempt};
use super::parse::parse;
use super::store::held;
use super::{Entry, State, atomic};
use crate::private;
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

/// The folder with the states of one environment.
#[derive(Clone, Debug)]
pub(super) struct Disk {
    folder: PathBuf,
    environment: String,
}

/// The journal of a state that is open, and its lock.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    journal: File,
    /// The first failure to write.
    broken: Option<io::Error>,
    /// The file is to be written although no line says so.
    stale: bool,
    _lock: Lock,
}

impl Disk {
    /// Below the project's state folder.
    pub(super) fn new(folder: &Path, environment: &str) -> Self {
        Self { folder: folder.join(environment), environment: environment.to_owned() }
    }

    /// Where it is, for people.
    pub(super) fn shown(&self) -> String {
        self.folder.display().to_string()
    }

    /// What is remembered of an account, its journal included. Takes no lock and writes nothing.
    pub(super) fn read(&self, account: &str) -> Result<State, Problem> {
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
            Ok(bytes) => parse(&path.display().to_string(), &bytes, || {
                let backup = path.with_extension("json.backup");
                if backup.exists() {
                    text!(
                        "the version before it lies beside it as {backup}; it does not know what `sop run` sent since: put it \
                         back when the longest `grace` is over, or run `mpform apply` without it, which arms anew",
                        backup = backup.display()
                    )
                } else {
                    text!("put back a copy of it; without it, objects are found again by their names")
                }
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::new(&self.environment, account),
            Err(error) => {
                return Err(failed(text!("can't read {path}: {error}", path = path.display(), error)));
            }
        };
        if !replay(&mut state, &lines) {
            let (path, journal) = (path.display(), journal.display());
            let message =
                text!("the journal {journal} can't be read, or does not go on from {path}", journal, path);
            return Err(Problem::error(Code::State, message).help(text!(
                "it holds what was done and is nowhere else: use the mpform that wrote it, or put back the file that it goes with; \
                 nothing was changed"
            )));
        }
        Ok(state)
    }

    /// The accounts of which something is remembered, in order.
    pub(super) fn accounts(&self) -> Result<Vec<String>, Problem> {
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
    pub(super) fn holder(&self, account: &str, me: &Holder) -> Result<Option<Option<Holder>>, Problem> {
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
    pub(super) async fn open(
        &self,
        account: &str,
        me: &Holder,
        patience: Duration,
    ) -> Result<(State, Journal), Problem> {
        private::folder(&self.folder).map_err(|error| {
            failed(text!("can't make {path}: {error}", path = self.folder.display(), error))
        })?;
        let lock = self.lock(account, me, patience).await?;
        let state = self.read(account)?;
        let path = self.path(account, "journal");
        let is_new = !path.exists();
        let journal = private::file(OpenOptions::new().create(true).append(true))
            .open(&path)
            .map_err(|error| failed(text!("can't write {path}: {error}", path = path.display(), error)))?;
        if is_new {
            // Its lines can't be on the disk for certain before its name is.
            atomic::sync_folder(&self.folder).map_err(|error| {
                failed(text!("can't write {path}: {error}", path = path.display(), error))
            })?;
        }
        let path = self.path(account, "json");
        let mut journal = Journal { path, journal, broken: None, stale: false, _lock: lock };
        // A journal that an earlier run left behind is folded in before anything is added to it.
        journal.fold(&state).map_err(|error| {
            failed(text!("can't write {path}: {error}", path = journal.path.display(), error))
        })?;
        Ok((state, journal))
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
                    return Err(held(account, holder.as_ref()));
                }
                Attempt::Held(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    fn path(&self, account: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{account}.{ending}"))
    }
}

impl Journal {
    /// Writes an entry down, as the one with this number.
    pub(super) fn take(&mut self, serial: u64, entry: &Entry) {
        if self.broken.is_none()
            && let Err(error) = self.append(serial, entry)
        {
            self.broken = Some(error);
        }
    }

    /// Comes back only when all is on the disk: not even a power cut loses it then.
    pub(super) fn sync(&mut self) {
        if self.broken.is_none()
            && let Err(error) = self.journal.sync_data()
        {
            self.broken = Some(error);
        }
    }

    /// Something else is remembered from now on.
    pub(super) fn adopt(&mut self) {
        self.stale = true;
    }

    pub(super) fn broken(&self) -> Option<&io::Error> {
        self.broken.as_ref()
    }

    /// Folds the journal into the file and lets go of the lock.
    pub(super) fn close(mut self, state: &State) -> Result<(), Problem> {
        self.fold(state).map_err(|error| {
            let error = self.broken.take().unwrap_or(error);
            failed(text!("can't write {path}: {error}", path = self.path.display(), error))
        })
    }

    fn append(&mut self, serial: u64, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(&Line { serial, entry })?;
        line.push(b'\n');
        self.journal.write_all(&line)
    }

    /// The file first, then the journal is emptied: entries that are in both are known by their serial.
    fn fold(&mut self, state: &State) -> io::Result<()> {
        if self.journal.metadata()?.len() == 0 && self.broken.is_none() && !self.stale {
            return Ok(());
        }
        if self.path.exists() {
            fs::copy(&self.path, self.path.with_extension("json.backup"))?;
        }
        atomic::write(&self.path, &bytes(state)?)?;
        self.journal.set_len(0)
    }
}

/// As it stands on disk.
fn bytes(state: &State) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(state)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A line of the journal, of an entry or of one that is only looked at.
#[derive(serde::Serialize, serde::Deserialize)]
struct Line<E> {
    serial: u64,
    #[serde(rename = "change")]
    entry: E,
}

/// A state of a file's and a journal's bytes, and the bytes it would be written as.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn of_bytes(file: &[u8], journal: &[u8]) -> Result<(State, Vec<u8>), Problem> {
    let mut state = parse("shop.json", file, Text::default)?;
    if !replay(&mut state, &String::from_utf8_lossy(journal)) {
        return Err(failed(Text::default()));
    }
    let bytes = bytes(&state).map_err(|error| failed(Text::verbatim(error.to_string())))?;
    Ok((state, bytes))
}

/// Takes in every line that is newer than the state. The last may be half written. False if another can't be read, or
/// does not go on from the state: what stands behind it would be lost.
fn replay(state: &mut State, lines: &str) -> bool {
    for line in lines.split_inclusive('\n') {
        let Ok(Line::<Entry> { serial, entry }) = serde_json::from_str(line) else {
            return !line.ends_with('\n');
        };
        if serial > state.serial.saturating_add(1) {
            return false;
        }
        if serial > state.serial {
            state.take(entry);
        }
    }
    true
}

fn failed(message: Text) -> Problem {
    Problem::error(Code::State, message)
        .help(text!("check the folder's permissions and the disk's free space"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, Body};
    use crate::state::store::{Keeping, Open, Store};
    use crate::state::{Entry, Intent, Record, VERSION};
    use serde_json::json;
    use std::io::Read;

    fn me() -> Holder {
        Holder {
            who: "ops@ci".into(),
            pid: 7,
            since: "2026-11-21T10:00:00+08:00".into(),
            command: "apply".into(),
            job: None,
            nonce: String::new(),
        }
    }

    fn path(folder: &tempfile::TempDir, ending: &str) -> PathBuf {
        folder.path().join("default").join(format!("shop.{ending}"))
    }

    fn journal(open: &mut Open) -> &mut Journal {
        match &mut open.keeping {
            Keeping::Disk(journal) => journal,
            Keeping::Bucket(_) => panic!("it is on disk"),
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
        opened.close().await.expect("closes");
        let state = store.read("shop").await.expect("reads");
        assert_eq!((state.resources.len(), state.serial, state.version), (1, 1, VERSION));
        assert_eq!(store.accounts().await.expect("lists"), ["shop"]);
    }

    #[tokio::test]
    async fn a_journal_that_was_never_folded_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        let mut opened = open(&store).await;
        opened.record(keep("a"));
        opened.record(Entry::Begin {
            address: Address::new("shop", "keyword", ["b"]),
            intent: Intent { natural: "b".into(), id: None, begun: None, want: Body::default() },
        });
        journal(&mut opened).journal.write_all(b"{\"serial\": 3, \"chan").expect("half a line");
        drop(opened);
        let state = store.read("shop").await.expect("reads");
        assert_eq!((state.resources.len(), state.intents.len()), (1, 1));
        assert_eq!(open(&store).await.state(), &state);
    }

    #[tokio::test]
    async fn what_is_recorded_durably_is_in_the_journal_and_after_a_failure_nothing_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        let mut opened = open(&store).await;
        opened.record_durably(keep("a")).safe().await.expect("writes");
        assert_eq!(store.read("shop").await.expect("reads").resources.len(), 1);
        journal(&mut opened).journal = File::open(path(&folder, "journal")).expect("opens for reading only");
        assert!(opened.record_durably(keep("b")).safe().await.is_err() && opened.broken().is_some());
        assert!(opened.record_durably(keep("c")).safe().await.is_err());
        let begun = |at: i64| Intent {
            natural: "早报".into(),
            id: None,
            begun: chrono::DateTime::from_timestamp(at, 0),
            want: Body::default(),
        };
        let (old, new) =
            (Address::new("shop", "sop", ["a@2026-11-23"]), Address::new("shop", "sop", ["b@2026-11-23"]));
        opened.record(Entry::Begin { address: old.clone(), intent: begun(1) });
        for address in [&old, &new] {
            let begun = opened.begin(address.clone(), begun(2), true);
            assert!(begun.ticket.safe().await.is_err());
            opened.record(begun.undo);
        }
        assert_eq!(opened.state().intents, [(old, begun(1))].into(), "as it was before");
        assert_eq!(store.read("shop").await.expect("reads").resources.len(), 1);
    }

    #[tokio::test]
    async fn a_journal_that_ends_within_a_character_opens() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        let mut opened = open(&store).await;
        opened.record(keep("营业时间"));
        drop(opened);
        let path = path(&folder, "journal");
        let whole = fs::read(&path).expect("reads");
        // The same line once more, cut after the first byte of 营.
        let cut = whole.windows(3).position(|bytes| bytes == "营".as_bytes()).expect("is in it") + 1;
        atomic::write(&path, &[&whole[..], &whole[..cut]].concat()).expect("writes");
        assert_eq!(open(&store).await.state().resources.len(), 1);
        assert_eq!(store.read("shop").await.expect("reads").resources.len(), 1);
    }

    /// Whatever stands behind it would be forgotten: sends, too.
    #[tokio::test]
    async fn a_journal_with_a_hole_is_refused_and_untouched() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        let mut opened = open(&store).await;
        for key in ["a", "b", "c"] {
            opened.record(keep(key));
        }
        drop(opened);
        let path = path(&folder, "journal");
        let whole = fs::read_to_string(&path).expect("reads");
        let lines: Vec<_> = whole.split_inclusive('\n').collect();
        for broken in [
            [lines[0], "{\"serial\": 2, \"change\": {\"entry\": \"new\"}}\n", lines[2]],
            [lines[0], "", lines[2]],
        ] {
            atomic::write(&path, broken.concat().as_bytes()).expect("writes");
            let problem = store.open("shop", &me(), Duration::ZERO).await.expect_err("a hole");
            assert_eq!(problem.code, Code::State);
            assert_eq!(fs::read_to_string(&path).expect("reads"), broken.concat());
        }
    }

    #[tokio::test]
    async fn entries_that_the_file_has_already_are_passed_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        let mut opened = open(&store).await;
        opened.record(keep("a"));
        let journal = fs::read(path(&folder, "journal")).expect("reads");
        opened.record(Entry::Forget { address: Address::new("shop", "keyword", ["a"]) });
        opened.close().await.expect("closes");
        // As a crash between writing the file and emptying the journal leaves it.
        atomic::write(&path(&folder, "journal"), &journal).expect("writes");
        assert!(store.read("shop").await.expect("reads").resources.is_empty());
    }

    #[tokio::test]
    async fn a_newer_version_is_refused_and_untouched() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path(), "default");
        fs::create_dir_all(folder.path().join("default")).expect("a folder");
        let path = path(&folder, "json");
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
            opened.close().await.expect("closes");
        }
        let mut backup = String::new();
        let path = path(&folder, "json.backup");
        File::open(path).expect("is there").read_to_string(&mut backup).expect("reads");
        assert!(backup.contains("keyword/a") && !backup.contains("keyword/b"));
    }
}
