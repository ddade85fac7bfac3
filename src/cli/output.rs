//! Files that the command line names for what a command makes. They take the place of what the same command made
//! before, and of nothing else.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::config::{Project, StateAt};
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

/// So many first bytes tell a plan from a state, and a page from a document.
const BEGINS: usize = 14;

/// Says why something must not be written to a path.
///
/// # Errors
/// It is a link, a device or the like; it lies where the states do; something else stands there.
pub(super) fn free(path: &Path, bytes: &[u8], project: &Project) -> Result<(), Problem> {
    let shown = path.display();
    let occupied = |message: Text, help: Text| Err(Problem::error(Code::Occupied, message).help(help));
    if matches!(&project.state, StateAt::Folder(folder) if in_folder(path, folder)) {
        return occupied(
            text!("`{shown}` lies in the folder of the states; nothing was written", shown),
            text!("name a file elsewhere"),
        );
    }
    let Ok(about) = std::fs::symlink_metadata(path) else { return Ok(()) };
    if about.is_symlink() {
        return occupied(
            text!("`{shown}` is a link; nothing was written", shown),
            text!("name the file itself: what a link leads to is not written over"),
        );
    }
    if !about.is_file() {
        return occupied(
            text!("`{shown}` is no file; nothing was written", shown),
            text!("name a file, which need not be there yet"),
        );
    }
    let mut there = vec![];
    // What can't be read is not known to be ours.
    let read = File::open(path).and_then(|file| file.take(BEGINS as u64).read_to_end(&mut there));
    if read.is_err() || (!there.is_empty() && !bytes.starts_with(&there)) {
        return occupied(
            text!(
                "`{shown}` is something else than what would be written over it; nothing was written",
                shown
            ),
            text!("name another file, or delete it"),
        );
    }
    Ok(())
}

/// True for a path in a folder or below it, however links lead there.
fn in_folder(path: &Path, folder: &Path) -> bool {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (parent.canonicalize(), folder.canonicalize()) {
        (Ok(parent), Ok(folder)) => parent.starts_with(folder),
        _ => false,
    }
}
