//! Files that are read before their turn comes, side by side: what one core reads of a large project, two read in half
//! the time.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::include::MOST_BYTES;
use super::parse::{Parsed, parse};
use super::paths::{self, Refused};
use crate::problem::{Problem, Source};

/// A file's documents, and what is wrong with them.
pub(super) struct Read {
    /// The file's real path.
    pub(super) real: PathBuf,
    /// How long it is.
    pub(super) bytes: usize,
    pub(super) parsed: Parsed,
    pub(super) problems: Vec<Problem>,
}

/// Reads one file below the root.
pub(super) fn read(root: &Path, below: &Path) -> Result<Read, Refused> {
    let (real, text) = paths::text(root, below)?;
    let text = super::parse::ended(text);
    let (bytes, mut problems) = (text.len(), vec![]);
    let source = Arc::new(Source::new(paths::shown(below), text));
    let parsed = parse(&source, &mut problems);
    Ok(Read { real, bytes, parsed, problems })
}

/// What was read ahead, by the path below the root.
#[derive(Default)]
pub(super) struct Ahead(HashMap<PathBuf, Result<Read, Refused>>);

impl Ahead {
    /// Reads these files, or the first so many of them, on as many cores as there are.
    pub(super) fn read(&mut self, root: &Path, files: &BTreeSet<PathBuf>, most: usize) {
        let files: Vec<_> = files.iter().filter(|file| !self.0.contains_key(*file)).take(most).collect();
        let cores = thread::available_parallelism().map_or(1, usize::from).min(files.len());
        if cores < 2 {
            return;
        }
        let (next, bytes, done) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(HashMap::new()));
        let work = || {
            // What is more than a project may have is left to its turn, and refused there.
            while bytes.load(Ordering::Relaxed) <= MOST_BYTES {
                let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                let read = read(root, file);
                bytes.fetch_add(read.as_ref().map_or(0, |read| read.bytes), Ordering::Relaxed);
                done.lock().unwrap_or_else(PoisonError::into_inner).insert((*file).clone(), read);
            }
        };
        thread::scope(|scope| {
            for _ in 1..cores {
                scope.spawn(work);
            }
            work();
        });
        self.0.extend(done.into_inner().unwrap_or_else(PoisonError::into_inner));
    }

    /// What was read of a file, once.
    pub(super) fn take(&mut self, below: &Path) -> Option<Result<Read, Refused>> {
        self.0.remove(below)
    }
}
