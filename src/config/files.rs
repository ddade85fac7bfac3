//! The files that a body may name.

use std::path::{Path, PathBuf};

use super::paths::{self, Refused};
use crate::model::{Files, Finding};
use crate::problem::Code;

/// Reads files named relative to one folder of a project, and none outside the project.
#[derive(Clone, Debug)]
pub struct Jail {
    root: PathBuf,
    folder: PathBuf,
}

impl Jail {
    /// `root` is the project's real path, `folder` lies below it.
    pub fn new(root: &Path, folder: &Path) -> Self {
        Self { root: root.to_path_buf(), folder: folder.to_path_buf() }
    }
}

impl Files for Jail {
    fn text(&self, name: &str) -> Result<String, Finding> {
        let read = paths::below(&self.folder, name)
            .and_then(|below| paths::real(&self.root, &below))
            .and_then(|real| paths::text(&real));
        read.map_err(|refused| match refused {
            Refused::Outside => outside(name),
            Refused::Unreadable(why) => Finding::error(
                Code::File,
                [],
                format!("`{name}` can't be read: {why}"),
                "a path is relative to the file that names it",
            ),
        })
    }
}

fn outside(name: &str) -> Finding {
    Finding::error(
        Code::OutsideProject,
        [],
        format!("`{name}` leads out of the project folder"),
        "put the file into the project and name it relative to the file that names it",
    )
}
