//! Messages that were sent to many: the list, and how far each has come. Nothing is sent here.

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::api::{Counts, Look, Page, Pagination, ReadApi, is_unknown_id};
use crate::order::sort_by_key;
use crate::providers::wire;
use crate::providers::{Sent, Status, VendorError};
use crate::text;

#[derive(Deserialize)]
struct Listing {
    /// Null, not an empty list, if nothing was ever sent.
    #[serde(deserialize_with = "wire::maybe")]
    message: Option<Vec<Listed>>,
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(deserialize_with = "wire::text")]
    id: String,
    /// As it was sent: `mpnews`, where the document shows `news`.
    #[serde(deserialize_with = "wire::text")]
    msg_type: String,
    #[serde(deserialize_with = "wire::text")]
    msg_id: String,
    #[serde(deserialize_with = "wire::time")]
    create_time: DateTime<Utc>,
    #[serde(default, deserialize_with = "wire::maybe_text")]
    content: Option<String>,
}

#[derive(Deserialize)]
struct State {
    #[serde(default, deserialize_with = "wire::text")]
    status: String,
    #[serde(default)]
    total_count: Option<u64>,
    #[serde(default)]
    filter_count: Option<u64>,
    #[serde(default)]
    sent_count: Option<u64>,
    #[serde(default)]
    error_count: Option<u64>,
}

impl From<Listed> for Sent {
    fn from(sent: Listed) -> Self {
        Self {
            id: sent.id,
            kind: sent.msg_type,
            material: sent.msg_id,
            at: sent.create_time,
            text: sent.content,
        }
    }
}

/// All that was sent, newest first. One whose material's row is missing altogether makes the server refuse the whole
/// list.
pub(super) async fn list(api: &ReadApi) -> Result<Vec<Sent>, VendorError> {
    Ok(counted(api).await?.0)
}

/// The same, and an error if the list shows less than it counts: then it says nothing of what is not in it.
pub(super) async fn whole(api: &ReadApi) -> Result<Vec<Sent>, VendorError> {
    let (listed, count) = counted(api).await?;
    if listed.len() < count {
        let message = text!("the list shows {listed} of {count} messages", listed = listed.len(), count);
        return Err(VendorError::refused("GET masssend", message));
    }
    Ok(listed)
}

/// The list, and how many the vendor counts.
async fn counted(api: &ReadApi) -> Result<(Vec<Sent>, usize), VendorError> {
    let count = AtomicUsize::new(0);
    let open = |page: Listing| {
        let counts = page.pagination.as_ref().map_or(0, |pagination| pagination.count);
        count.store(counts, Ordering::Relaxed);
        Page { items: page.message, pagination: page.pagination }
    };
    let listed = api
        .pages(&["masssend"], &[], open, |sent: &Listed| &sent.id, Counts::AlsoHidden, Look::First)
        .await?;
    Ok((listed.into_iter().map(Sent::from).collect(), count.load(Ordering::Relaxed)))
}

/// The id of the newest message that is meant; none if there is none, or if another of that second could be it as well.
pub(super) async fn newest(
    api: &ReadApi,
    is_meant: impl Fn(&Sent) -> bool,
) -> Result<Option<String>, VendorError> {
    let page: Listing = api.get(&["masssend"], &[("index", "1"), ("size", "100")]).await?;
    let mut meant: Vec<_> =
        page.message.into_iter().flatten().map(Sent::from).filter(|sent| is_meant(sent)).collect();
    sort_by_key(&mut meant, |sent| std::cmp::Reverse(sent.at));
    let alone = meant.get(1).is_none_or(|next| next.at < meant[0].at);
    Ok(meant.into_iter().next().filter(|sent| alone && !sent.id.is_empty()).map(|sent| sent.id))
}

/// How far one has come. A message that WeChat refused stays at `sending` for ever.
pub(super) async fn status(api: &ReadApi, id: &str) -> Result<Option<Status>, VendorError> {
    match api.get::<State>(&["masssend", id], &[]).await {
        Ok(state) => Ok(Some(Status {
            word: state.status,
            total: state.total_count,
            filtered: state.filter_count,
            sent: state.sent_count,
            failed: state.error_count,
        })),
        Err(error) if is_unknown_id(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::yeapoo::testing::served;

    #[tokio::test]
    async fn the_list_is_null_before_the_first() {
        let (_sandbox, api) = served("accounts: {a: {}}", "a").await;
        assert_eq!(list(&api).await, Ok(vec![]));
        assert_eq!(status(&api, "unknown").await, Ok(None));
    }

    #[tokio::test]
    async fn what_was_sent_and_what_became_of_it() {
        let seed = "
accounts:
  a:
    sends:
      - {text: 大家好, recipients: 2, minutes_ago: 60}
      - {text: 被拒绝, minutes_ago: 30}
";
        let (_sandbox, api) = served(seed, "a").await;
        let sent = list(&api).await.expect("reads");
        let said: Vec<_> = sent.iter().map(|one| (one.kind.as_str(), one.text.as_deref())).collect();
        assert_eq!(said, [("text", Some("被拒绝")), ("text", Some("大家好"))]);
        assert!(sent[0].at > sent[1].at && !sent[0].material.is_empty());
        let refused = status(&api, &sent[0].id).await.expect("reads").expect("known");
        assert_eq!((refused.word.as_str(), refused.total), ("sending", None));
        let good = status(&api, &sent[1].id).await.expect("reads").expect("known");
        assert_eq!(
            good,
            Status {
                word: "send success".into(),
                total: Some(2),
                filtered: Some(2),
                sent: Some(2),
                failed: Some(0)
            }
        );
    }
}
