//! What a sandbox holds at the start.

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
}
