//! Why a word of the command line can't be read.

use std::fmt;

use crate::problem::Flaw;
use crate::text;
use crate::words::Text;

/// What a value's own reader says of it. clap says it in English; whoever asked for another language finds the text.
#[derive(Clone, Debug)]
pub(super) struct Wrong(pub(super) Text);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.en())
    }
}

impl std::error::Error for Wrong {}

impl From<Flaw> for Wrong {
    fn from(Flaw { message, help }: Flaw) -> Self {
        Self(text!("{message}; {help}", message, help))
    }
}
