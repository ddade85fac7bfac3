//! The messages that followers sent, and those that were sent to many.

use std::sync::Arc;

use chrono::{DateTime, Days, Utc};
use futures::future::BoxFuture;
use serde::Deserialize;

use super::api::{Counts, Look, Page, Pagination, ReadApi};
use super::masssend;
use crate::providers::wire;
use crate::providers::{Messages, Received, Sent, Status, VendorError};

/// The vendor's type of a text.
const TEXT: &str = "text";

/// Reads messages.
pub(super) struct Talk {
    pub(super) api: Arc<ReadApi>,
}

#[derive(Deserialize)]
struct Listing {
    #[serde(deserialize_with = "wire::maybe")]
    message: Option<Vec<Listed>>,
    pagination: Option<Pagination>,
}

/// `content` is there for every kind, and null where it says nothing.
#[derive(Deserialize)]
struct Listed {
    #[serde(deserialize_with = "wire::text")]
    id: String,
    #[serde(rename = "type", deserialize_with = "wire::text")]
    kind: String,
    #[serde(default, deserialize_with = "wire::maybe_text")]
    content: Option<String>,
    #[serde(deserialize_with = "wire::time")]
    create_time: DateTime<Utc>,
}

impl Listed {
    fn said(self) -> Received {
        let text = (self.kind == TEXT).then(|| self.content.unwrap_or_default());
        Received { kind: self.kind, text, at: self.create_time }
    }
}

/// The day to ask from. The server takes a date, leaves out the very moment in which it begins, and begins its days
/// in a zone that nobody tells us: the beginning of this one is before the moment in any zone.
fn day_before(moment: DateTime<Utc>) -> String {
    let day = moment.date_naive();
    day.checked_sub_days(Days::new(1)).unwrap_or(day).to_string()
}

impl Messages for Talk {
    /// The count of a page includes unknown senders, whom the list leaves out. The vendor's own search (`filter`) is
    /// never used: it pastes what it is given into its statement.
    fn received(&self, since: DateTime<Utc>) -> BoxFuture<'_, Result<Vec<Received>, VendorError>> {
        Box::pin(async move {
            let open = |page: Listing| Page { items: page.message, pagination: page.pagination };
            let day = day_before(since);
            let query = [("start_date", day.as_str())];
            let listed = self
                .api
                .pages(&["msg"], &query, open, |message: &Listed| &message.id, Counts::More, Look::First)
                .await?;
            Ok(listed.into_iter().filter(|message| message.create_time >= since).map(Listed::said).collect())
        })
    }

    fn sent(&self) -> BoxFuture<'_, Result<Vec<Sent>, VendorError>> {
        Box::pin(masssend::list(&self.api))
    }

    fn status<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<Status>, VendorError>> {
        Box::pin(masssend::status(&self.api, id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::yeapoo::testing::served;

    const TALK: &str = "
accounts:
  a:
    crowd: [{prefix: o-, count: 1}]
    messages:
      - {from: o-001, content: 旧的, minutes_ago: 2881}
      - {from: o-001, content: 营业时间, minutes_ago: 2880}
      - {from: o-001, type: image, minutes_ago: 20}
      - {from: stranger, content: 谁, minutes_ago: 10}
";

    #[tokio::test]
    async fn everything_from_a_moment_on() {
        let (sandbox, api) = served(TALK, "a").await;
        // The sandbox begins at nine in the morning of the 5th in Beijing; two days before that, to the second.
        let since = "2026-01-03T01:00:00Z".parse().expect("a time");
        let received = Talk { api }.received(since).await.expect("reads");
        let said: Vec<_> = received.iter().map(|one| (one.kind.as_str(), one.text.as_deref())).collect();
        assert_eq!(said, [("image", None), ("text", Some("营业时间"))]);
        assert_eq!(received[1].at, since);
        let asked = &sandbox.journal()[0].path;
        assert_eq!(asked, "/v1/a/msg?start_date=2026-01-02&index=1&size=100");
    }

    #[tokio::test]
    async fn pages_end_where_one_is_short_since_strangers_are_only_counted() {
        let some: Vec<_> = (0..250)
            .map(|n| {
                let who = if n % 5 == 0 { "stranger" } else { "o-001" };
                format!("      - {{from: {who}, content: m{n}, minutes_ago: {n}}}\n")
            })
            .collect();
        let head = "accounts:\n  a:\n    crowd: [{prefix: o-, count: 1}]\n    messages:\n";
        let (sandbox, api) = served(&(head.to_owned() + &some.concat()), "a").await;
        let received = Talk { api }.received(DateTime::UNIX_EPOCH).await.expect("reads");
        assert_eq!((received.len(), sandbox.journal().len()), (200, 3));
    }

    #[test]
    fn the_day_asked_for_begins_before_the_moment_wherever_the_server_stands() {
        for (moment, day) in [("2026-01-05T00:00:00Z", "2026-01-04"), ("2026-03-01T23:59:59Z", "2026-02-28")]
        {
            assert_eq!(day_before(moment.parse().expect("a time")), day);
        }
    }
}
