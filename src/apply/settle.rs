//! Looking what came of a write whose answer was lost.

use super::shared::Shared;
use crate::diff::differing;
use crate::live::has_content;
use crate::model::{Body, KindInfo, RemoteId, Rule};
use crate::providers::{AnyReader, Found, VendorError};

/// What a look showed.
pub(super) enum Look {
    /// It is not there.
    Absent,
    /// It is there and as it is wanted.
    AsWanted(RemoteId),
    /// It is there and not, or not yet, as it is wanted.
    Otherwise(RemoteId, Body),
}

/// What is looked for.
pub(super) struct Sought<'a> {
    pub(super) kind: &'a KindInfo,
    /// Its id, if the vendor gave one.
    pub(super) id: Option<&'a RemoteId>,
    /// By what it is found otherwise.
    pub(super) natural: &'a str,
    /// What it lies under.
    pub(super) parent: Option<&'a RemoteId>,
    /// What was to come of it.
    pub(super) want: Option<&'a Body>,
    /// Knows whose id is whose, also of what is being done beside this.
    pub(super) shared: &'a Shared,
}

/// Looks for an object by its id, or where that is not known by its natural key among those that are nobody's.
pub(super) async fn look(reader: &dyn AnyReader, sought: Sought<'_>) -> Result<Look, VendorError> {
    let Sought { kind, id, natural, parent, want, shared } = sought;
    let ours = |id: &RemoteId| shared.state().state().resources.values().any(|record| record.id == *id);
    let names = |kind: &str, id: &RemoteId| shared.state().state().key_of(kind, id);
    let id = match id {
        Some(id) => id.clone(),
        None => {
            let among = async |found: Vec<Found<Body>>| {
                let same = |found: &&Found<Body>| {
                    found.natural == natural && found.parent.as_ref() == parent && !ours(&found.id)
                };
                let mut candidates = found.iter().filter(same);
                if kind.by_content {
                    same_content(reader, kind, candidates, want).await
                } else {
                    Ok(candidates.next().map(|found| found.id.clone()))
                }
            };
            let mut it = among(reader.list().await?).await?;
            if it.is_none() {
                it = among(reader.list_again().await?).await?;
            }
            match it {
                Some(id) => id,
                None => return Ok(Look::Absent),
            }
        }
    };
    let Some(mut have) = reader.read(&id, want, None).await? else { return Ok(Look::Absent) };
    (kind.name_links)(&mut have, &names);
    let Some(want) = want else { return Ok(Look::Otherwise(id, have)) };
    // What lies beside it may not be in its place yet, and its parent is where it was looked for.
    let differs = differing(&have, want, kind.rules)
        .iter()
        .any(|change| !matches!(kind.rules.at(&change.path), Some(Rule::Immutable)));
    Ok(if differs { Look::Otherwise(id, have) } else { Look::AsWanted(id) })
}

/// The first of some objects of one name that also has the wanted content.
async fn same_content(
    reader: &dyn AnyReader,
    kind: &KindInfo,
    candidates: impl Iterator<Item = &Found<Body>>,
    want: Option<&Body>,
) -> Result<Option<RemoteId>, VendorError> {
    let Some(want) = want else { return Ok(None) };
    for found in candidates {
        if has_content(kind, reader, &found.id, want).await? {
            return Ok(Some(found.id.clone()));
        }
    }
    Ok(None)
}
