//! Files that are named on the command line: inside of the project's folder, and nowhere else, however links lead.

use std::path::{Path, PathBuf};

use super::Target;
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

/// The files that paths stand for: files for themselves, a folder for the YAML files in it and below. Names that begin with a
/// dot are left out there.
pub(super) fn named(root: &Path, paths: &[PathBuf], problems: &mut Vec<Problem>) -> Vec<Target> {
    let Ok(root) = root.canonicalize() else {
        let message = text!("`{root}` can't be read: there is no such folder", root = root.display());
        problems.push(
            Problem::error(Code::File, message).help(text!("name the project's folder with --project")),
        );
        return vec![];
    };
    let mut targets = vec![];
    for path in paths {
        if path.is_dir() {
            let mut found = vec![];
            below(path, &mut found);
            targets.extend(found.iter().filter_map(|path| inside(&root, path).ok()));
            continue;
        }
        match inside(&root, path) {
            Ok(target) => targets.push(target),
            Err(problem) => problems.push(problem),
        }
    }
    targets
}

fn inside(root: &Path, path: &Path) -> Result<Target, Problem> {
    let shown = path.display();
    let real = path.canonicalize().map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => text!("there is no such file"),
            _ => Text::verbatim(error.to_string()),
        };
        Problem::error(Code::File, text!("`{shown}` can't be read: {why}", shown, why))
            .help(text!("a path is relative to where you are, not to --project"))
    })?;
    match real.strip_prefix(root) {
        Ok(below) => Ok(Target { name: self::shown(below), path: real.clone() }),
        Err(_) => {
            Err(Problem::error(Code::OutsideProject, text!("`{shown}` is not in the project folder", shown))
                .help(text!(
                    "name its project with --project, or give it on standard input: mpform fmt - < FILE"
                )))
        }
    }
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        let is_link = path.is_symlink();
        if hidden {
            continue;
        }
        // A link to a folder may lead round in a circle; what it leads to is found where it is.
        if path.is_dir() && !is_link {
            below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") && path.is_file()
        {
            found.push(path);
        }
    }
}

/// A path with `/` between its parts.
pub(super) fn shown(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
