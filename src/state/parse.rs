//! Bytes become a state, or it is said what is wrong with them.

use super::{State, VERSION};
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

#[derive(serde::Deserialize)]
struct Version {
    version: u32,
}

/// Reads a state. `shown`: where it is; `help`: what can be done about one that is broken.
pub(super) fn parse(shown: &str, bytes: &[u8], help: impl Fn() -> Text) -> Result<State, Problem> {
    let broken = |error: &serde_json::Error| {
        Problem::error(Code::State, text!("the state file {path} is broken: {error}", path = shown, error))
            .help(help())
    };
    let version = match serde_json::from_slice::<State>(bytes) {
        Ok(state) if state.version <= VERSION => return Ok(state),
        Ok(state) => state.version,
        // One that is newer may have another form.
        Err(error) => match serde_json::from_slice(bytes) {
            Ok(Version { version }) if version > VERSION => version,
            _ => return Err(broken(&error)),
        },
    };
    Err(Problem::error(
        Code::StateVersion,
        text!(
            "the state file {path} has version {version}; this program knows {VERSION}",
            path = shown,
            version,
            VERSION
        ),
    )
    .help(text!("use the newer mpform that wrote it; nothing was read or changed")))
}
