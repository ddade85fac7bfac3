//! Paths that configuration names: relative to the file that names them, and never outside the project.

use crate::hex::hex;
use crate::text;
use crate::words::Text;
use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

/// More than this is not read from one file.
pub(super) const LARGEST: u64 = 64 * 1024 * 1024;

/// Why a path is refused.
#[derive(Debug)]
pub(super) enum Refused {
    /// It leads out of the project.
    Outside,
    /// There is more of it than is read.
    TooMuch(Text),
    /// It can't be read, with the reason.
    Unreadable(Text),
}

/// The path below the project's root that `name` means in a file of `folder`, without `.` and `..`.
pub(super) fn below(folder: &Path, name: &str) -> Result<PathBuf, Refused> {
    let mut path = folder.to_path_buf();
    // Elsewhere these are parts of a name; a project is to mean the same everywhere.
    if name.contains(['\\', '\0']) || has_drive(name) {
        return Err(Refused::Outside);
    }
    for part in Path::new(name).components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir if path.pop() => {}
            _ => return Err(Refused::Outside),
        }
    }
    Ok(path)
}

/// `C:` and what else begins like it.
fn has_drive(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|letter| letter.is_ascii_alphabetic()) && letters.next() == Some(':')
}

/// The real path of a file below the root; links may lead anywhere inside it.
pub(super) fn real(root: &Path, below: &Path) -> Result<PathBuf, Refused> {
    let real = root.join(below).canonicalize().map_err(|error| Refused::Unreadable(reason(&error)))?;
    if real.starts_with(root) { Ok(real) } else { Err(Refused::Outside) }
}

fn unreadable(error: std::io::Error) -> Refused {
    Refused::Unreadable(reason(&error))
}

/// A file below the root, its real path and its length; a folder or a device is none.
///
/// What was opened is held against the path once more: a link that came into the way in between leads nowhere.
fn open(root: &Path, below: &Path) -> Result<(PathBuf, File, u64), Refused> {
    let path = real(root, below)?;
    // Asked before it is opened: opening a pipe waits for somebody to write to it.
    let is_file = std::fs::metadata(&path).map_err(unreadable)?.is_file();
    if !is_file {
        return Err(Refused::Unreadable(text!("it is no file")));
    }
    let file = File::open(&path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    let is_it = real(root, below)? == path && is_same(&about, &path);
    if is_it { Ok((path, file, about.len())) } else { Err(Refused::Outside) }
}

/// True if the file that was opened is what stands at the path, and no link.
#[cfg(unix)]
fn is_same(opened: &Metadata, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let there = std::fs::symlink_metadata(path);
    there.is_ok_and(|there| (there.dev(), there.ino()) == (opened.dev(), opened.ino()))
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, path: &Path) -> bool {
    !path.is_symlink()
}

/// True if a path that need not be there yet leads out of the root, as far as it is there.
fn leads_out(root: &Path, below: &Path) -> bool {
    let there = below.ancestors().find_map(|part| root.join(part).canonicalize().ok());
    // A link to nothing is there, and leads nobody knows where.
    let dangling = below.ancestors().any(|part| {
        let path = root.join(part);
        path.is_symlink() && !path.exists()
    });
    dangling || there.is_some_and(|real| !real.starts_with(root))
}

/// The path of a file or folder that we write: below the root, by its name and by where links lead, if so.
pub(super) fn inside(root: &Path, name: &str) -> Option<PathBuf> {
    let below = below(Path::new(""), name).ok()?;
    (!leads_out(root, &below)).then(|| root.join(below))
}

/// What is known of a file's bytes.
pub(super) struct Content {
    /// Their SHA-256.
    pub(super) sha256: String,
    /// How many they are.
    pub(super) size: u64,
    /// The first of them.
    pub(super) begins: Vec<u8>,
}

/// So many first bytes tell what a file is.
const BEGINS: usize = 16;

/// Looks at a file's bytes, piece by piece: a film needs no memory.
pub(super) fn digest(root: &Path, below: &Path) -> Result<Content, Refused> {
    let (_, mut file, length) = open(root, below)?;
    if length > LARGEST {
        return Err(Refused::Unreadable(text!("it is larger than 64 MiB, and than anything a vendor takes")));
    }
    let (mut digest, mut size, mut begins) = (Sha256::new(), 0, vec![]);
    let mut piece = vec![0; 64 * 1024];
    loop {
        let length = file.read(&mut piece).map_err(unreadable)?;
        if length == 0 {
            break;
        }
        digest.update(&piece[..length]);
        begins.extend(piece[..length].iter().take(BEGINS - begins.len()));
        size += length as u64;
    }
    Ok(Content { sha256: hex(&digest.finalize()), size, begins })
}

/// A file's real path and its text, without a byte order mark.
pub(super) fn text(root: &Path, below: &Path) -> Result<(PathBuf, String), Refused> {
    let (path, file, length) = open(root, below)?;
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(LARGEST)).unwrap_or_default());
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Refused::Unreadable(text!("it is larger than 64 MiB")));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        Refused::Unreadable(text!("it is not UTF-8 (byte {byte})", byte = error.utf8_error().valid_up_to()))
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok((path, text))
}

/// A path with `/` between its parts, as it is shown.
pub(super) fn shown(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn reason(error: &std::io::Error) -> Text {
    match error.kind() {
        std::io::ErrorKind::NotFound => text!("there is no such file"),
        std::io::ErrorKind::PermissionDenied => text!("it may not be read"),
        _ => Text::verbatim(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_stay_inside() {
        let folder = Path::new("accounts");
        assert_eq!(below(folder, "../shared/./a.csv").expect("inside"), Path::new("shared/a.csv"));
        assert!(matches!(below(folder, "../../a.csv"), Err(Refused::Outside)));
        assert!(matches!(below(folder, "/etc/passwd"), Err(Refused::Outside)));
    }
}
