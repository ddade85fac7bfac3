//! Everything that an account answers its followers with, as it is live: whoever made it, and whether or not it is
//! declared.

use futures::future::{join, join_all, try_join_all};
use serde::de::DeserializeOwned;

use crate::model::kinds::{Button, Keyword, Material, Reply};
use crate::model::{Body, Kind, RemoteId};
use crate::providers::{AnyReader, Found, Reads, VendorError};
use crate::text;

/// What an account answers with.
#[derive(Debug, Default)]
pub struct Talk {
    /// Every rule.
    pub rules: Vec<(RemoteId, Keyword)>,
    /// The fixed replies, each with its key.
    pub replies: Vec<Found<Reply>>,
    /// Every button, each behind the one that it lies under.
    pub buttons: Vec<Found<Button>>,
    /// Every material with its name; only read if some answer is none of ours to tell.
    pub materials: Vec<(RemoteId, String)>,
}

/// Reads all of it once. `fixed`: the fixed replies are rules, which may have keywords.
///
/// # Errors
/// What could not be read.
pub async fn talk(reads: &dyn Reads, fixed: bool) -> Result<Talk, VendorError> {
    let ((rules, replies), buttons) = join(join(rules(reads), replies(reads)), buttons(reads)).await;
    let mut talk = Talk { rules: rules?, replies: replies?, buttons: buttons?, materials: vec![] };
    if fixed {
        talk.rules.extend(keywords_of(&talk.replies, reads).await?);
    }
    let replies = talk.rules.iter().filter_map(|(_, rule)| rule.reply.as_ref());
    let replies = replies.chain(talk.replies.iter().filter_map(|found| found.body.as_ref()));
    let bodies = talk.buttons.iter().filter_map(|found| found.body.as_ref());
    let mut all = replies.chain(bodies.filter_map(|button| button.reply.as_ref()));
    if all.any(|reply| reply.text.is_none() && reply.raw.is_some())
        && let Some(reader) = reads.reader(Material::NAME)
    {
        let listed = reader.list().await?;
        talk.materials = listed.into_iter().map(|found| (found.id, found.natural)).collect();
    }
    Ok(talk)
}

/// Every rule that is listed.
///
/// # Errors
/// What could not be read.
pub async fn rules(reads: &dyn Reads) -> Result<Vec<(RemoteId, Keyword)>, VendorError> {
    let Some(reader) = reads.reader(Keyword::NAME) else { return Ok(vec![]) };
    let listed = reader.list().await?;
    let read = listed.iter().map(|found| rule(reader.as_ref(), &found.id));
    Ok(try_join_all(read).await?.into_iter().flatten().collect())
}

/// One rule; `None` if it went away since it was listed: it answers nothing.
async fn rule(reader: &dyn AnyReader, id: &RemoteId) -> Result<Option<(RemoteId, Keyword)>, VendorError> {
    let Some(body) = reader.read(id, None, None).await? else { return Ok(None) };
    Ok(Some((id.clone(), understood(&body, &format!("rule {id}"))?)))
}

/// The fixed replies.
///
/// # Errors
/// What could not be read.
pub async fn replies(reads: &dyn Reads) -> Result<Vec<Found<Reply>>, VendorError> {
    listed(reads).await
}

async fn buttons(reads: &dyn Reads) -> Result<Vec<Found<Button>>, VendorError> {
    listed(reads).await
}

async fn listed<K: Kind>(reads: &dyn Reads) -> Result<Vec<Found<K>>, VendorError> {
    let Some(reader) = reads.reader(K::NAME) else { return Ok(vec![]) };
    let typed = |found: Found<Body>| {
        let what = format!("{} {}", K::NAME, found.id);
        let body = found.body.as_ref().map(|body| understood(body, &what)).transpose()?;
        Ok(found.with(body))
    };
    reader.list().await?.into_iter().map(typed).collect()
}

/// The keywords that somebody gave the fixed replies, by their vendor's own call.
async fn keywords_of(
    replies: &[Found<Reply>],
    reads: &dyn Reads,
) -> Result<Vec<(RemoteId, Keyword)>, VendorError> {
    let Some(reader) = reads.reader(Keyword::NAME) else { return Ok(vec![]) };
    let read = join_all(replies.iter().map(|found| rule(reader.as_ref(), &found.id))).await;
    let mut rules = vec![];
    for found in read {
        rules.extend(found?.filter(|(_, rule)| rule.matches.as_ref().is_some_and(|words| !words.is_empty())));
    }
    Ok(rules)
}

fn understood<T: DeserializeOwned>(body: &Body, what: &str) -> Result<T, VendorError> {
    body.read()
        .map_err(|error| VendorError::refused(what.to_owned(), text!("can't be understood: {error}", error)))
}
