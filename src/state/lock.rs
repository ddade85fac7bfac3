//! The lock on a state file. It is the operating system's: it dies with its holder, so there is nothing to free by
//! hand, and a file that is left behind locks nobody out.

use crate::private;
use crate::text;
use crate::words::Text;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Who holds a lock. Written into the lock file for the one who finds it held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// User and machine.
    pub who: String,
    /// The process.
    pub pid: u32,
    /// Since when, as RFC 3339.
    pub since: String,
    /// What it is doing.
    pub command: String,
    /// The page of the CI job in which it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// What tells this lock from every other one, where locks are objects.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub nonce: String,
}

impl Holder {
    /// Who holds a lock, as far as it is known.
    pub fn said(holder: Option<&Self>) -> Text {
        let Some(Self { who, pid, command, since, job, .. }) = holder else {
            return text!("another process");
        };
        match job {
            None => text!("{who} (process {pid}), `{command}` since {since}", who, pid, command, since),
            Some(job) => text!(
                "{who} (process {pid}), `{command}` since {since}, in {job}",
                who,
                pid,
                command,
                since,
                job
            ),
        }
    }
}

/// A lock that is held; letting go of it frees it.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Drop for Lock {
    /// A child that is just being made holds the file too, until it becomes another program: closing it here is not enough.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum Attempt {
    /// It is ours.
    Ours(Lock),
    /// Somebody else has it; who, if the file says so.
    Held(Option<Holder>),
}

/// Takes the lock if it is free.
pub(super) fn attempt(path: &Path, holder: &Holder) -> io::Result<Attempt> {
    let mut file =
        private::file(OpenOptions::new().read(true).write(true).create(true).truncate(false)).open(path)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&serde_json::to_vec(holder)?)?;
            file.flush()?;
            Ok(Attempt::Ours(Lock { file }))
        }
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let _ = file.read_to_string(&mut text);
            Ok(Attempt::Held(serde_json::from_str(&text).ok()))
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_learns_who_was_first_and_the_third_gets_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("shop.lock");
        let holder = Holder {
            who: "ops@ci".into(),
            pid: 7,
            since: "2026-11-21T10:00:00+08:00".into(),
            command: "apply".into(),
            job: None,
            nonce: String::new(),
        };
        let Attempt::Ours(first) = attempt(&path, &holder).expect("opens") else { panic!("it was free") };
        let Attempt::Held(Some(who)) = attempt(&path, &holder).expect("opens") else { panic!("it was held") };
        assert_eq!(who, holder);
        let a_child_has_it = first.file.try_clone().expect("another handle");
        drop(first);
        assert!(matches!(attempt(&path, &holder), Ok(Attempt::Ours(_))));
        drop(a_child_has_it);
    }
}
