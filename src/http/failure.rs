//! Why there is no answer, in words that hold no address beyond host and port.

use std::error::Error as _;

use super::tls::untrusted;
use crate::text;
use crate::words::Text;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection: nothing has happened at the vendor's.
    Unsent(Text),
    /// The request went out and no whole answer came back: it may have been carried out.
    Lost(Text),
    /// A file or the disk on this side: nothing has happened at the vendor's, and the same call would end the same way.
    Ours(Text),
    /// Who answers there could not show who it is, or there is nothing to judge that by: nothing was sent, and the same
    /// call would end the same way.
    Untrusted {
        /// What was wrong with its certificate, or with what this machine trusts.
        why: Text,
        /// What to do about it.
        help: Text,
    },
}

impl Failure {
    /// What went wrong.
    pub fn message(&self) -> &Text {
        match self {
            Self::Unsent(message) | Self::Lost(message) | Self::Ours(message) => message,
            Self::Untrusted { why, .. } => why,
        }
    }
}

/// Sent, and no whole answer came back.
pub(super) fn lost(error: reqwest::Error) -> Failure {
    Failure::Lost(reason(&error))
}

/// There was no connection.
pub(super) fn unconnected(error: &reqwest::Error) -> Failure {
    let host = error.url().and_then(|url| Some((url.host_str()?, url.port_or_known_default()?)));
    let host = host.map(|(host, port)| format!("{host}:{port}")).unwrap_or_default();
    untrusted(&host, error).unwrap_or_else(|| Failure::Unsent(unreachable(error)))
}

/// Host and port are no secret, and without them nobody can tell what could not be reached.
pub(super) fn unreachable(error: &reqwest::Error) -> Text {
    let host = error.url().and_then(|url| Some((url.host_str()?, url.port_or_known_default()?)));
    match host {
        Some((host, port)) => text!("can't reach {host}:{port}: {why}", host, port, why = reason(error)),
        None => reason(error),
    }
}

/// The innermost reason of an error, without the URL, which may hold what is nobody's business.
pub(super) fn reason(error: &reqwest::Error) -> Text {
    if error.is_timeout() {
        return text!("no answer in time");
    }
    let mut deepest = error.source();
    while let Some(deeper) = deepest.and_then(std::error::Error::source) {
        deepest = Some(deeper);
    }
    match deepest {
        Some(deepest) => Text::verbatim(deepest.to_string()),
        None => Text::verbatim(error.to_string().split(" for url").next().unwrap_or_default()),
    }
}
