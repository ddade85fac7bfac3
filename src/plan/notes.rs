//! What one should know about a change, in a line.

use super::FieldChange;
use crate::live::{By, Claim};
use crate::model::Address;

/// A live object that nobody has managed before is about to be changed.
pub(super) fn adoption(claim: &Claim) -> Option<String> {
    (claim.by == By::NaturalKey).then(|| "adopted: it is there already, and was found by its name".to_owned())
}

/// A new object stands in its place, and something went wrong before it could go.
pub(super) fn left_from(address: &Address) -> String {
    format!("left from an unfinished replacement of {address}")
}

/// Says what of a change is news to us.
pub(super) fn outside(drift: &[FieldChange]) -> Option<String> {
    let paths: Vec<_> = drift.iter().map(|change| change.path.as_str()).collect();
    (!paths.is_empty()).then(|| format!("changed outside mpform since the last apply: {}", paths.join(", ")))
}
