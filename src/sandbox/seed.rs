//! What a sandbox holds at the start.

use anyhow::{Context as _, Result};
use serde::de::DeserializeOwned;

/// The world before the first request. Each vendor reads its own part and ignores the others'.
#[derive(Debug, Clone, Default)]
pub enum Seed {
    /// No account at all.
    #[default]
    Empty,
    /// The demo accounts that `mpform demo` and the examples use.
    Demo,
    /// A world written in YAML; the keys are each vendor's own.
    Yaml(String),
}

impl Seed {
    /// A world written in YAML. Mistakes in it come out when the sandbox starts.
    pub fn yaml(text: &str) -> Self {
        Self::Yaml(text.to_owned())
    }

    /// A vendor's part of it; `demo` is that vendor's demo.
    pub(crate) fn read<W: DeserializeOwned + Default>(&self, demo: &str) -> Result<W> {
        let text = match self {
            Self::Empty => return Ok(W::default()),
            Self::Demo => demo,
            Self::Yaml(text) => text,
        };
        serde_yaml::from_str(text).context("can't read the sandbox's seed")
    }
}
