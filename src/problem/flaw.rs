//! What is wrong with one value, on its way through serde.

use std::fmt;

use crate::words::Text;

/// Why a value is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// A lower-case fragment, no full stop.
    pub message: Text,
    /// What to do next.
    pub help: Text,
}

impl Flaw {
    /// A message with its help.
    pub fn new(message: Text, help: Text) -> Self {
        Self { message, help }
    }

    /// What the alternate form of one holds.
    pub fn carried(words: &str) -> Option<Self> {
        let (message, help) = words.split_once('\n')?;
        Some(Self { message: Text::carried(message)?, help: Text::carried(help)? })
    }
}

/// In English; in its alternate form whole, for [`Flaw::carried`].
impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.carry(f)?;
        f.write_str(if f.alternate() { "\n" } else { "\nhelp: " })?;
        self.help.carry(f)
    }
}

impl std::error::Error for Flaw {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text;

    #[test]
    fn comes_back_whole_and_reads_as_english() {
        let inner = text!("{count} lines", count = 3);
        let flaw = Flaw::new(text!("`{text}` is not a date", text = "a\nb {x}"), text!("see {inner}", inner));
        assert_eq!(Flaw::carried(&format!("{flaw:#}")), Some(flaw.clone()));
        assert_eq!(flaw.to_string(), "`a⏎b {x}` is not a date\nhelp: see 3 lines");
        assert_eq!(Flaw::carried(&flaw.to_string()), None);
    }
}
