//! One file of the cache: a line that says the version and the fingerprint of all that follows, a line that says whose it
//! is, and a line for each entry, sorted by id: the id, a tab, the content as JSON text.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::hex::hex;
use crate::private;

/// What a file of this version begins with.
const MARK: &str = "mpform cache 1 ";

/// A larger file is not read, and begun anew when something is added: nobody is to wait for it, nor keep it in memory.
const MOST: u64 = 64 << 20;

/// Where the file of an account lies.
pub(super) fn path(folder: &Path, whose: &str) -> PathBuf {
    folder.join(&fingerprint(whose)[..32])
}

fn fingerprint(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// A file that was read. Its text stays as it is, and an entry is taken out when it is asked for.
#[derive(Debug, Default)]
pub(super) struct Kept {
    text: String,
    /// Where each entry's line begins.
    lines: Vec<usize>,
}

impl Kept {
    /// None unless it is whole, of this version and this account's.
    pub(super) fn read(path: &Path, whose: &str) -> Option<Self> {
        std::fs::metadata(path).ok().filter(|about| about.is_file() && about.len() <= MOST)?;
        let text = std::fs::read_to_string(path).ok()?;
        let (first, rest) = text.split_once('\n')?;
        if first.strip_prefix(MARK)? != fingerprint(rest) {
            return None;
        }
        let entries = rest.strip_prefix(whose)?.strip_prefix('\n')?;
        let begin = text.len() - entries.len();
        let ends = entries.match_indices('\n').map(|(at, _)| begin + at + 1);
        let lines = std::iter::once(begin).chain(ends).filter(|at| *at < text.len()).collect();
        Some(Self { text, lines })
    }

    /// What stands under an id.
    pub(super) fn get(&self, id: &str) -> Option<String> {
        let nth = self.lines.binary_search_by(|at| self.entry(*at).0.cmp(id)).ok()?;
        serde_json::from_str(self.entry(self.lines[nth]).1).ok()
    }

    fn entry(&self, at: usize) -> (&str, &str) {
        let line = self.text[at..].split('\n').next().unwrap_or_default();
        line.split_once('\t').unwrap_or_default()
    }

    fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines.iter().map(|at| self.entry(*at))
    }
}

/// Puts a file in place that holds what is there and what is new: whole or not at all, whoever else writes it.
pub(super) fn write(
    path: &Path,
    whose: &str,
    there: &Kept,
    fresh: &BTreeMap<String, String>,
) -> io::Result<()> {
    let room = u64::try_from(there.text.len()).unwrap_or(u64::MAX) <= MOST / 2;
    let mut old = there.entries().filter(|_| room).peekable();
    let mut rest = format!("{whose}\n");
    // An id is a word; in another the marks of this file might stand.
    for (id, content) in fresh.iter().filter(|(id, _)| !id.contains(char::is_control)) {
        while let Some((before, same)) = old.next_if(|(old, _)| old.cmp(&id.as_str()) != Ordering::Greater) {
            if before != id {
                line(&mut rest, before, same);
            }
        }
        line(&mut rest, id, &serde_json::Value::from(content.as_str()).to_string());
    }
    old.for_each(|(id, content)| line(&mut rest, id, content));
    let folder = path.parent().unwrap_or(Path::new("."));
    private::folder(folder)?;
    // It need not be on the disk for certain: half a file is none.
    let mut file = tempfile::Builder::new().prefix(".mpform-").tempfile_in(folder)?;
    file.write_all(format!("{MARK}{}\n", fingerprint(&rest)).as_bytes())?;
    file.write_all(rest.as_bytes())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn line(text: &mut String, id: &str, content: &str) {
    let _ = writeln!(text, "{id}\t{content}");
}
