//! Words of the language that this version does not manage. They are refused by name: "unknown key" would send
//! their reader looking for a typing mistake.

use crate::words::IntoWord;

use crate::problem::{Code, Place, Problem};
use crate::text;

/// Keys by the type they would stand in; the types are named as in the code.
const KEYS: &[(&str, &[&str])] =
    &[("StateText", &["backend", "type", "url", "bucket", "s3", "oss", "cos", "opendal", "remote"])];

/// True if a type gets such a key in a later version.
pub(super) fn is_later(kind: &str, key: &str) -> bool {
    KEYS.iter().any(|(of, keys)| *of == kind && keys.contains(&key))
}

/// The problem of using it already now.
pub(super) fn not_yet(what: impl IntoWord, place: Place) -> Problem {
    Problem::error(Code::NotYet, text!("{what} is not managed by this version of mpform yet", what))
        .at(place)
        .help(text!("take it out for now, or look for a newer mpform"))
}
