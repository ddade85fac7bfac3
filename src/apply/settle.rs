//! Looking what came of a write whose answer was lost.

use serde_json::Value;

use crate::diff::diff;
use crate::model::{KindInfo, RemoteId, Rule};
use crate::providers::{AnyReader, VendorError};

/// What a look showed.
pub(super) enum Look {
    /// It is not there.
    Absent,
    /// It is there and as it is wanted.
    AsWanted(RemoteId),
    /// It is there and not, or not yet, as it is wanted.
    Otherwise(RemoteId, Value),
}

/// Looks for an object by its id, or where that is not known by its natural key among those that are nobody's.
pub(super) async fn look(
    reader: &dyn AnyReader,
    kind: &KindInfo,
    id: Option<&RemoteId>,
    natural: &str,
    parent: Option<&RemoteId>,
    ours: &(dyn Fn(&RemoteId) -> bool + Sync),
    want: Option<&Value>,
) -> Result<Look, VendorError> {
    let id = match id {
        Some(id) => id.clone(),
        None => {
            let found = reader.list().await?;
            let same = |found: &&crate::providers::Found<Value>| {
                found.natural == natural && found.parent.as_ref() == parent && !ours(&found.id)
            };
            match found.iter().find(same) {
                Some(found) => found.id.clone(),
                None => return Ok(Look::Absent),
            }
        }
    };
    let Some(have) = reader.read(&id, want).await? else { return Ok(Look::Absent) };
    let Some(want) = want else { return Ok(Look::Otherwise(id, have)) };
    // What lies beside it may not be in its place yet, and its parent is where it was looked for.
    let differs = diff(&have, want, kind.rules)
        .iter()
        .any(|change| !matches!(kind.rules.at(&change.path), Some(Rule::Immutable)));
    Ok(if differs { Look::Otherwise(id, have) } else { Look::AsWanted(id) })
}
