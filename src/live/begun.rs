//! What was begun and never ended: whether it came to be is found out by looking.

use super::claim::Book;
use super::{By, Kinds, has_content};
use crate::desired::DesiredAccount;
use crate::diff::differing;
use crate::model::{RemoteId, Rule};
use crate::providers::VendorError;
use crate::state::{Intent, State};

/// The new object that was begun in the place of one of ours, if it came to be.
pub(super) async fn begun_in_its_place(
    kind: &Kinds<'_>,
    old: &RemoteId,
    intent: &Intent,
    state: &State,
    book: &Book,
) -> Result<Option<RemoteId>, VendorError> {
    if let Some(id) = &intent.id {
        return Ok(kind.found.by_id(id).map(|found| found.id.clone()));
    }
    let ours = |id: &RemoteId| state.resources.values().any(|record| record.id == *id);
    for found in kind.found.named(&intent.natural).filter(|found| kind.info.by_content && found.id != *old) {
        if ours(&found.id) || book.taken.contains(&found.id) {
            continue;
        }
        if has_content(kind.info, kind.reader.as_ref(), &found.id, &intent.want).await? {
            return Ok(Some(found.id.clone()));
        }
    }
    Ok(None)
}

/// Something that was begun, may have come to be, and is wanted otherwise or not at all meanwhile: it is ours.
pub(super) async fn begun_and_no_longer_wanted(
    kind: &Kinds<'_>,
    desired: &DesiredAccount,
    state: &State,
    book: &mut Book,
) -> Result<(), VendorError> {
    for (address, intent) in &state.intents {
        let found = desired.resources.contains_key(address) && book.claimed.contains_key(address);
        if address.kind() != kind.info.name || found {
            continue;
        }
        let parent = address.parent().map(|parent| book.claimed.get(&parent).map(|(id, _)| id.clone()));
        let candidates: Vec<_> = kind
            .found
            .iter()
            .filter(|found| {
                let same_place = parent.as_ref().is_none_or(|parent| found.parent == *parent);
                let free = !found.built_in && !book.taken.contains(&found.id);
                free && found.natural == intent.natural && same_place
            })
            .map(|found| found.id.clone())
            .collect();
        for id in candidates {
            let ours = match &intent.id {
                Some(given) => id == *given,
                // Somebody else may have made one of that name since: it is ours only if it is what we were making.
                None if kind.info.by_content => {
                    has_content(kind.info, kind.reader.as_ref(), &id, &intent.want).await?
                }
                None => kind.reader.read(&id, Some(&intent.want), None).await?.is_some_and(|mut have| {
                    (kind.info.name_links)(&mut have, &|kind, id| state.key_of(kind, id));
                    let differs = differing(&have, &intent.want, kind.info.rules);
                    differs.iter().all(|change| kind.info.rules.at(&change.path) == Some(Rule::Immutable))
                }),
            };
            if ours {
                book.take(address.clone(), id, By::Intent);
                break;
            }
        }
    }
    Ok(())
}
