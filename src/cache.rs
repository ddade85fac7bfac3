//! What a vendor can't change, kept from run to run so that it is not asked for twice.
//!
//! A file for each account as its vendor knows it, in `.mpform/cache`, for nobody but its owner: what lies there may not
//! be published yet. Everything in it can be read again, so a file that is damaged, of another version or not to be read
//! is passed over without a word, and it is safe to delete at any time. What goes into it is the vendors' to say: see
//! [`Connect::remember`](crate::providers::Connect::remember).

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use self::file::Kept;

mod file;

/// What a run has open of it.
#[derive(Clone, Debug)]
pub struct Cache {
    /// Nothing is kept if nobody wants that.
    shelves: Option<Arc<Mutex<Vec<Arc<Shelf>>>>>,
}

impl Cache {
    /// One that is read and written.
    pub fn new() -> Self {
        Self { shelves: Some(Arc::default()) }
    }

    /// One in which nothing is kept and nothing is found.
    pub fn off() -> Self {
        Self { shelves: None }
    }

    /// What is kept of an account, in this folder; none if nothing is. `whose` says which account of which server it is:
    /// ids of others mean something else.
    pub fn shelf(&self, folder: &Path, whose: &str) -> Option<Arc<Shelf>> {
        let mut shelves = self.shelves.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let path = file::path(folder, whose);
        let open = shelves.iter().find(|shelf| shelf.path == path).cloned();
        Some(open.unwrap_or_else(|| {
            let shelf = Arc::new(Shelf::new(path, whose));
            shelves.push(Arc::clone(&shelf));
            shelf
        }))
    }

    /// How often something was found, and so not asked for.
    pub fn hits(&self) -> usize {
        let count = |shelf: &Arc<Shelf>| shelf.hits.load(Ordering::Relaxed);
        self.shelves().iter().map(count).sum()
    }

    /// Writes what is new.
    ///
    /// # Errors
    /// The first file that could not be written; the others are.
    pub fn save(&self) -> io::Result<()> {
        let saved: Vec<_> = self.shelves().iter().map(|shelf| shelf.save()).collect();
        saved.into_iter().collect()
    }

    fn shelves(&self) -> Vec<Arc<Shelf>> {
        let shelves =
            self.shelves.as_ref().map(|shelves| shelves.lock().unwrap_or_else(PoisonError::into_inner));
        shelves.map(|shelves| shelves.clone()).unwrap_or_default()
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self::new()
    }
}

/// What is kept of one account.
#[derive(Debug)]
pub struct Shelf {
    path: PathBuf,
    whose: String,
    /// What earlier runs have kept; read when it is first asked for.
    kept: OnceLock<Kept>,
    /// What this run adds.
    fresh: Mutex<BTreeMap<String, String>>,
    hits: AtomicUsize,
}

impl Shelf {
    fn new(path: PathBuf, whose: &str) -> Self {
        Self {
            path,
            whose: whose.to_owned(),
            kept: OnceLock::new(),
            fresh: Mutex::default(),
            hits: AtomicUsize::default(),
        }
    }

    /// What an id stands for, as the vendor once said.
    pub fn get(&self, id: &str) -> Option<String> {
        let kept = self.kept.get_or_init(|| Kept::read(&self.path, &self.whose).unwrap_or_default());
        let fresh = || self.fresh.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        let content = kept.get(id).or_else(fresh)?;
        self.hits.fetch_add(1, Ordering::Relaxed);
        Some(content)
    }

    /// Keeps what the vendor says an id stands for.
    pub fn put(&self, id: &str, content: &str) {
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        fresh.insert(id.to_owned(), content.to_owned());
    }

    /// Adds what is new to what lies there by now: another process may have written meanwhile.
    fn save(&self) -> io::Result<()> {
        let fresh = std::mem::take(&mut *self.fresh.lock().unwrap_or_else(PoisonError::into_inner));
        if fresh.is_empty() {
            return Ok(());
        }
        let there = Kept::read(&self.path, &self.whose).unwrap_or_default();
        file::write(&self.path, &self.whose, &there, &fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What another run finds.
    fn found(folder: &Path, whose: &str, id: &str) -> Option<String> {
        Cache::new().shelf(folder, whose).expect("it is on").get(id)
    }

    fn kept(folder: &Path, whose: &str, entries: &[(&str, &str)]) -> PathBuf {
        let cache = Cache::new();
        let shelf = cache.shelf(folder, whose).expect("it is on");
        entries.iter().for_each(|(id, content)| shelf.put(id, content));
        cache.save().expect("writes");
        shelf.path.clone()
    }

    #[test]
    fn what_is_kept_is_found_by_another_run_and_by_no_other_account() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("a/cache");
        assert_eq!(found(&folder, "shop", "5f"), None);
        kept(&folder, "shop", &[("5f", "每天\n\"10:00\"\t–22:00"), ("6a", "")]);
        kept(&folder, "shop", &[("4e", "又")]);
        assert_eq!(found(&folder, "shop", "5f").as_deref(), Some("每天\n\"10:00\"\t–22:00"));
        assert_eq!(
            (found(&folder, "shop", "6a"), found(&folder, "shop", "4e")),
            (Some("".into()), Some("又".into()))
        );
        assert_eq!((found(&folder, "shop", "5"), found(&folder, "other", "5f")), (None, None));
    }

    #[test]
    fn what_was_found_is_counted() {
        let folder = tempfile::tempdir().expect("a folder");
        kept(folder.path(), "shop", &[("5f", "好")]);
        let cache = Cache::new();
        let shelf = cache.shelf(folder.path(), "shop").expect("it is on");
        let again = cache.shelf(folder.path(), "shop").expect("it is on");
        assert_eq!(
            (shelf.get("5f").is_some(), again.get("5f").is_some(), shelf.get("6a")),
            (true, true, None)
        );
        shelf.put("6a", "又");
        assert_eq!(again.get("6a").as_deref(), Some("又"), "also what this run has read");
        assert_eq!(cache.hits(), 3);
    }

    #[test]
    fn nothing_is_written_where_nothing_is_new_or_nobody_wants_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new();
        assert_eq!(cache.shelf(folder.path(), "shop").expect("it is on").get("5f"), None);
        cache.save().expect("writes");
        assert!(Cache::off().shelf(folder.path(), "shop").is_none());
        assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 0);
    }

    #[test]
    fn what_is_damaged_is_as_if_it_were_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = kept(folder.path(), "shop", &[("5f", "一"), ("6a", "二"), ("7c", "三")]);
        let whole = std::fs::read(&path).expect("reads");
        let text = String::from_utf8(whole.clone()).expect("text");
        let mut broken: Vec<Vec<u8>> = (0..whole.len()).map(|length| whole[..length].to_vec()).collect();
        broken.extend((0..whole.len()).map(|at| {
            let mut other = whole.clone();
            other[at] ^= 1;
            other
        }));
        broken.push(text.replace("cache 1", "cache 2").into_bytes());
        broken.push([whole.clone(), whole.clone()].concat());
        for bytes in broken {
            std::fs::write(&path, &bytes).expect("writes");
            assert_eq!(found(folder.path(), "shop", "6a"), None, "{}", String::from_utf8_lossy(&bytes));
        }
        // Nor does it keep anything from being kept.
        kept(folder.path(), "shop", &[("8d", "四")]);
        assert_eq!(found(folder.path(), "shop", "8d").as_deref(), Some("四"));
        // A folder in its place can't be read, nor written over.
        std::fs::remove_file(&path).expect("is there");
        std::fs::create_dir(&path).expect("makes it");
        assert_eq!(found(folder.path(), "shop", "8d"), None);
        let cache = Cache::new();
        cache.shelf(folder.path(), "shop").expect("it is on").put("9e", "五");
        assert!(cache.save().is_err());
    }

    /// The file of another account, put in the place of this one's.
    #[test]
    fn a_file_says_whose_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, other) =
            (kept(folder.path(), "one", &[("5f", "一")]), kept(folder.path(), "other", &[("5f", "二")]));
        std::fs::copy(one, other).expect("copies");
        assert_eq!(found(folder.path(), "other", "5f"), None);
    }

    #[test]
    fn many_that_write_at_once_leave_a_whole_file() {
        let folder = tempfile::tempdir().expect("a folder");
        std::thread::scope(|scope| {
            for nth in 0..8 {
                let folder = folder.path();
                scope.spawn(move || kept(folder, "shop", &[(&format!("id{nth}"), "好")]));
            }
        });
        let there = (0..8).filter(|nth| found(folder.path(), "shop", &format!("id{nth}")).is_some()).count();
        assert!(there > 0, "whoever was last is there");
        assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_look_into_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = kept(&folder.path().join("cache"), "shop", &[("5f", "好")]);
        let mode = |path: &Path| std::fs::metadata(path).expect("is there").permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().expect("a folder"))), (0o600, 0o700));
    }
}
