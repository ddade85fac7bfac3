//! Files to be written: texts that were made here, and copies of what was saved.

use std::io;
use std::path::{Path, PathBuf};

use crate::layout::canonical;
use crate::state::atomic;

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path below the project's folder.
    pub name: String,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Text(String),
    Copy(PathBuf),
}

impl File {
    /// One that holds this text.
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), content: Content::Text(text.into()) }
    }

    /// One that holds this YAML, in the layout that `fmt` would give it.
    pub(super) fn yaml(name: impl Into<String>, text: &str) -> Self {
        let name = name.into();
        let text = canonical(&name, text).unwrap_or_else(|_| text.to_owned());
        Self { name, content: Content::Text(text) }
    }

    /// One that holds what a saved file does.
    pub(super) fn copy(name: impl Into<String>, from: PathBuf) -> Self {
        Self { name: name.into(), content: Content::Copy(from) }
    }

    /// Writes it into a project's folder, whole or not at all.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let path = self.made_way(folder)?;
        match &self.content {
            Content::Text(text) => atomic::publish(&path, text.as_bytes()),
            Content::Copy(from) => atomic::copy(&path, from),
        }
    }

    /// Puts it into a folder that nobody keeps: what is saved lies there a second time without its bytes, where the
    /// disk can do that.
    pub(super) fn try_out(&self, folder: &Path) -> io::Result<()> {
        let path = self.made_way(folder)?;
        match &self.content {
            Content::Text(text) => std::fs::write(path, text),
            Content::Copy(from) => {
                std::fs::hard_link(from, &path).or_else(|_| std::fs::copy(from, &path).map(|_| ()))
            }
        }
    }

    fn made_way(&self, folder: &Path) -> io::Result<PathBuf> {
        let path = folder.join(&self.name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(path)
    }

    #[cfg(test)]
    pub(super) fn as_text(&self) -> &str {
        match &self.content {
            Content::Text(text) => text,
            Content::Copy(_) => "",
        }
    }
}
