//! What a check says about a body. It names its place symbolically, by the way into the body; where that
//! stands in a file is looked up only when it is shown.

use super::Asset;
use crate::problem::{Code, Level};
use crate::words::Text;

/// One step into a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into a mapping, by key.
    Key(String),
    /// Into a list, from 0.
    Index(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// Something a check found in one body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its stable code.
    pub code: Code,
    /// How much it weighs, before `policy.lint` has its say.
    pub level: Level,
    /// The way to the value; empty for the whole body.
    pub path: Vec<Step>,
    /// A lower-case fragment, no full stop.
    pub message: Text,
    /// What to do next, and the source of the rule.
    pub help: Text,
}

impl Finding {
    /// An error at a path.
    pub fn error(
        code: Code,
        path: impl IntoIterator<Item = Step>,
        message: impl Into<Text>,
        help: impl Into<Text>,
    ) -> Self {
        let path = path.into_iter().collect();
        Self { code, level: Level::Error, path, message: message.into(), help: help.into() }
    }

    /// A warning at a path.
    pub fn warning(
        code: Code,
        path: impl IntoIterator<Item = Step>,
        message: impl Into<Text>,
        help: impl Into<Text>,
    ) -> Self {
        Self { level: Level::Warning, ..Self::error(code, path, message, help) }
    }

    /// The same, found one step further out.
    #[must_use]
    pub fn under(mut self, step: impl Into<Step>) -> Self {
        self.path.insert(0, step.into());
        self
    }
}

/// The files that a body may name. Who implements it keeps them inside the project.
pub trait Files {
    /// The text of a file named relative to the document that names it. On failure a message and a help line.
    fn text(&self, name: &str) -> Result<String, Finding>;

    /// What a file's content is, its path now below the project's folder. On failure as [`Files::text`].
    fn file(&self, name: &str) -> Result<Asset, Finding>;
}
