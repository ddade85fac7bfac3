//! The files that a body may name.

use std::path::{Path, PathBuf};

use super::paths::{self, Refused};
use crate::model::{Asset, Files, Finding};
use crate::problem::Code;
use crate::text;

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
        let read = paths::below(&self.folder, name).and_then(|below| paths::text(&self.root, &below));
        read.map(|(_, text)| text).map_err(|refused| told(refused, name))
    }

    fn file(&self, name: &str) -> Result<Asset, Finding> {
        let read = paths::below(&self.folder, name).and_then(|below| {
            let paths::Content { sha256, size, begins } = paths::digest(&self.root, &below)?;
            Ok(Asset { file: paths::shown(&below), sha256, size, at: None, begins })
        });
        read.map_err(|refused| told(refused, name))
    }
}

fn told(refused: Refused, name: &str) -> Finding {
    match refused {
        Refused::Outside => outside(name),
        Refused::Unreadable(why) | Refused::TooMuch(why) => Finding::error(
            Code::File,
            [],
            text!("`{name}` can't be read: {why}", name, why),
            text!("a path is relative to the file that names it"),
        ),
    }
}

fn outside(name: &str) -> Finding {
    Finding::error(
        Code::OutsideProject,
        [],
        text!("`{name}` leads out of the project folder", name),
        text!("put the file into the project and name it relative to the file that names it"),
    )
}
