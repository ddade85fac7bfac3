//! The table of exit codes.

use std::process::ExitCode;

/// How a command ended, as the shell sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to change.
    #[default]
    Done = 0,
    /// An error: configuration, network, declined, refused.
    Error = 1,
    /// `--detailed-exitcode`: there are changes.
    Changes = 2,
    /// Stopped part-way, or uncertain: some of it was carried out.
    Partial = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
