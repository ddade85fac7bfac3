//! The files that calls and timings are written to. The one of calls shows what people wrote to each other, so nobody else may read it; and what is
//! no trace is never overwritten by one.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;

use super::timings;
use crate::private;

/// What the first line of every trace begins with.
const MARK: &str = "{\"trace\":\"mpform\"";

/// Why there is no file to write to.
#[derive(Debug)]
pub enum Refused {
    /// Something else stands there.
    Taken,
    /// The file system says no.
    Unwritable(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Unwritable(error)
    }
}

/// Opens a new trace of calls, in the place of an older one.
///
/// # Errors
/// When something else stands there, or it can't be written.
pub fn open(path: &Path) -> Result<File, Refused> {
    let mut file = fresh(path, MARK)?;
    writeln!(file, "{}}}", head(MARK))?;
    Ok(file)
}

/// Opens a new record of timings, in the place of an older one.
///
/// # Errors
/// As [`open`].
pub fn open_timings(path: &Path) -> Result<File, Refused> {
    let mut file = fresh(path, timings::MARK)?;
    writeln!(file, "{},\"displayTimeUnit\":\"ms\",\"traceEvents\":[", head(timings::MARK))?;
    Ok(file)
}

fn head(mark: &str) -> String {
    format!("{mark},\"format_version\":\"1.0\",\"tool_version\":\"{}\"", env!("CARGO_PKG_VERSION"))
}

/// An empty file of which only its owner sees what will be in it.
fn fresh(path: &Path, mark: &str) -> Result<File, Refused> {
    let mut options = OpenOptions::new();
    private::file(options.write(true));
    let file = match options.clone().create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let mut first = String::new();
            let read = BufReader::new(File::open(path)?).read_line(&mut first);
            if !path.is_file() || read.is_err() || !(first.is_empty() || first.starts_with(mark)) {
                return Err(Refused::Taken);
            }
            let file = options.open(path)?;
            #[cfg(unix)]
            file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
            file.set_len(0)?;
            file
        }
        file => file?,
    };
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_takes_the_place_of_a_trace_and_of_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("calls.jsonl");
        for _ in 0..2 {
            drop(open(&path).expect("opens"));
            let text = std::fs::read_to_string(&path).expect("reads");
            assert!(text.starts_with(MARK) && text.ends_with("\n") && text.lines().count() == 1, "{text}");
        }
        assert!(matches!(open_timings(&path), Err(Refused::Taken)));
        std::fs::write(&path, "version: 1\n").expect("writes");
        assert!(matches!(open(&path), Err(Refused::Taken)));
        assert_eq!(std::fs::read_to_string(&path).expect("reads"), "version: 1\n");
        assert!(matches!(open(folder.path()), Err(Refused::Taken | Refused::Unwritable(_))));
        assert!(matches!(open(&folder.path().join("no/such/folder")), Err(Refused::Unwritable(_))));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("calls.jsonl");
        let mode = || std::fs::metadata(&path).expect("is there").permissions().mode() & 0o777;
        drop(open(&path).expect("opens"));
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("can be set");
        drop(open(&path).expect("opens"));
        assert_eq!(mode(), 0o600);
    }
}
