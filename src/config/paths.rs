//! Paths that configuration names: relative to the file that names them, and never outside the project.

use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// More than this is not read from one file.
pub(super) const LARGEST: u64 = 64 * 1024 * 1024;

/// Why a path is refused.
#[derive(Debug)]
pub(super) enum Refused {
    /// It leads out of the project.
    Outside,
    /// It can't be read, with the reason.
    Unreadable(String),
}

/// The path below the project's root that `name` means in a file of `folder`, without `.` and `..`.
pub(super) fn below(folder: &Path, name: &str) -> Result<PathBuf, Refused> {
    let mut path = folder.to_path_buf();
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

/// The real path of a file below the root; links may lead anywhere inside it.
pub(super) fn real(root: &Path, below: &Path) -> Result<PathBuf, Refused> {
    let real = root.join(below).canonicalize().map_err(|error| Refused::Unreadable(reason(&error)))?;
    if real.starts_with(root) { Ok(real) } else { Err(Refused::Outside) }
}

/// A file's text, without a byte order mark.
pub(super) fn text(path: &Path) -> Result<String, Refused> {
    let unreadable = |error: std::io::Error| Refused::Unreadable(reason(&error));
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(Refused::Unreadable("it is no file".to_owned()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(about.len().min(LARGEST)).unwrap_or_default());
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Refused::Unreadable("it is larger than 64 MiB".to_owned()));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        Refused::Unreadable(format!("it is not UTF-8 (byte {})", error.utf8_error().valid_up_to()))
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// A path with `/` between its parts, as it is shown.
pub(super) fn shown(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        _ => error.to_string(),
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
