//! The greeting after subscribing and the answer when nothing else fits. At Yeapoo both are rules with a fixed
//! name and no keywords, which the list of rules never shows.

use std::sync::Arc;

use futures::future::try_join_all;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::OnceCell;

use super::api::{ReadApi, WriteApi};
use super::texts;
use crate::model::kinds::Reply;
use crate::model::{Action, RemoteId};
use crate::providers::wire;
use crate::providers::{Found, Lane, Links, Reader, VendorError, Watch, Writer};
use crate::text;

const KEYS: [&str; 2] = ["subscribe", "default"];
/// Rules of one fixed name that may lie on top of each other before something must be wrong.
const DEEPEST: usize = 20;

/// Reads the two.
pub(super) struct Replies {
    api: Arc<ReadApi>,
    texts: texts::Reader,
    both: OnceCell<Vec<Found<Reply>>>,
    /// A further look.
    again: OnceCell<Vec<Found<Reply>>>,
}

#[derive(Deserialize)]
struct Special {
    #[serde(deserialize_with = "wire::text")]
    id: String,
    #[serde(default, deserialize_with = "wire::maybe_text")]
    reply_id: Option<String>,
    reply_type: Option<String>,
}

impl Replies {
    pub(super) fn new(api: &Arc<ReadApi>, texts: texts::Reader) -> Self {
        Self { api: Arc::clone(api), texts, both: OnceCell::new(), again: OnceCell::new() }
    }

    async fn both(&self) -> Result<Vec<Found<Reply>>, VendorError> {
        let both = KEYS.map(|key| async move {
            let special: Option<Special> = self.api.get(&["keyword", key], &[]).await?;
            let Some(special) = special else { return Ok(None) };
            let reply = self.texts.reply(special.reply_id.as_deref(), special.reply_type.as_deref()).await?;
            Ok::<_, VendorError>(Some(Found {
                id: RemoteId::from(special.id),
                natural: key.to_owned(),
                parent: None,
                built_in: false,
                body: Some(reply.unwrap_or_default()),
            }))
        });
        Ok(try_join_all(both).await?.into_iter().flatten().collect())
    }
}

impl Reader<Reply> for Replies {
    const COMPARES: bool = false;

    async fn list(&self) -> Result<Vec<Found<Reply>>, VendorError> {
        self.both.get_or_try_init(|| self.both()).await.cloned()
    }

    /// That one is not set is one short answer; made because of a wrong one, there would be two of it.
    async fn list_again(&self) -> Result<Vec<Found<Reply>>, VendorError> {
        self.again.get_or_try_init(|| self.both()).await.cloned()
    }

    async fn read(
        &self,
        id: &RemoteId,
        _: Option<&Reply>,
        _: Option<&Reply>,
    ) -> Result<Option<Reply>, VendorError> {
        let both = self.list().await?;
        let all = self.again.get().into_iter().flatten().chain(&both);
        Ok(all.filter(|found| found.id == *id).find_map(|found| found.body.clone()))
    }
}

/// Writes the two.
pub(super) struct RepliesWriter {
    pub(super) api: Arc<WriteApi>,
    pub(super) texts: texts::Writer,
}

impl RepliesWriter {
    /// That none is set is believed when it is said twice: made because of one wrong answer, there would be two.
    async fn current(&self, key: &str) -> Result<Option<Special>, VendorError> {
        match self.api.read.get(&["keyword", key], &[]).await? {
            Some(there) => Ok(Some(there)),
            None => self.api.read.get(&["keyword", key], &[]).await,
        }
    }

    async fn body(
        &self,
        rule_name: &str,
        have: Option<&Reply>,
        want: &Reply,
        links: &Links,
    ) -> Result<serde_json::Value, VendorError> {
        let target = self.texts.target(have, want, links).await?;
        Ok(match target {
            Some(target) => json!({"rule_name": rule_name, "reply_id": target.id, "reply_type": target.kind}),
            None => json!({"rule_name": rule_name}),
        })
    }
}

impl Writer<Reply> for RepliesWriter {
    fn lane(&self, _: Action, _: Option<&Reply>) -> Lane {
        Lane::Alone
    }

    fn unlisted(&self, want: &Reply) -> usize {
        texts::unlisted(want)
    }

    /// A second rule of the name would be added beside the first, and followers would get the newer one: what is
    /// there is looked at first.
    async fn create(
        &self,
        key: &str,
        want: &Reply,
        links: &Links,
        watch: &dyn Watch,
    ) -> Result<RemoteId, VendorError> {
        let body = self.body(&format!("__{key}"), None, want, links).await?;
        let id = match self.current(key).await? {
            Some(there) => {
                self.api.send(Method::PUT, &["keyword", &there.id], Some(&body)).await?;
                there.id
            }
            None => self.api.make(&["keyword"], &body).await?,
        };
        let id = RemoteId::from(id);
        watch.made(&id);
        Ok(id)
    }

    async fn update(
        &self,
        id: &RemoteId,
        have: &Reply,
        want: &Reply,
        links: &Links,
        _: &dyn Watch,
    ) -> Result<(), VendorError> {
        // The name is overwritten too, so it must be the one of this rule.
        for key in KEYS {
            if self.current(key).await?.is_some_and(|there| there.id == id.as_str()) {
                let body = self.body(&format!("__{key}"), Some(have), want, links).await?;
                return self.api.send(Method::PUT, &["keyword", id.as_str()], Some(&body)).await.map(|_| ());
            }
        }
        Err(VendorError::refused(
            "GET keyword",
            text!("rule {id} is no longer one of the two fixed rules", id),
        ))
    }

    /// Deleting one uncovers another of the same name that lies below it.
    async fn delete(&self, key: &str, _: &RemoteId) -> Result<(), VendorError> {
        for _ in 0..DEEPEST {
            let Some(there) = self.current(key).await? else { return Ok(()) };
            self.api.send(Method::DELETE, &["keyword", &there.id], None).await?;
        }
        Err(VendorError::refused("DELETE keyword", text!("there is no end to the rules named __{key}", key)))
    }
}
