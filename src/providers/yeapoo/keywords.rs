//! Keyword rules.

use std::sync::Arc;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::api::{Counts, Look, Page, Pagination, ReadApi, WriteApi};
use super::texts;
use crate::model::kinds::{Keyword, Match};
use crate::model::{Action, RemoteId};
use crate::providers::wire;
use crate::providers::{Found, Lane, Links, Reader, VendorError, Watch, Writer};

/// Reads rules.
pub(super) struct Keywords {
    pub(super) api: Arc<ReadApi>,
    pub(super) texts: texts::Reader,
}

#[derive(Deserialize)]
struct Listing {
    #[serde(deserialize_with = "wire::maybe")]
    keyword: Option<Vec<Listed>>,
    pagination: Option<Pagination>,
}

/// The list shows the keywords too, but cut off, unescaped and in any order: they are never taken from it.
#[derive(Deserialize)]
struct Listed {
    #[serde(deserialize_with = "wire::text")]
    id: String,
    #[serde(deserialize_with = "wire::text")]
    name: String,
}

#[derive(Deserialize)]
struct Rule {
    #[serde(deserialize_with = "wire::text")]
    name: String,
    #[serde(default, deserialize_with = "wire::maybe_text")]
    reply_id: Option<String>,
    reply_type: Option<String>,
    #[serde(default, deserialize_with = "wire::or_empty")]
    keyword: Vec<Word>,
}

#[derive(Deserialize)]
struct Word {
    #[serde(deserialize_with = "wire::text")]
    content: String,
    #[serde(deserialize_with = "wire::truth")]
    fuzzy: bool,
}

impl Keywords {
    /// Rules without keywords are counted and not shown.
    async fn listed(&self, look: Look) -> Result<Vec<Found<Keyword>>, VendorError> {
        let open = |page: Listing| Page { items: page.keyword, pagination: page.pagination };
        let listed = self
            .api
            .pages(&["keyword"], &[], open, |rule: &Listed| &rule.id, Counts::AlsoHidden, look)
            .await?;
        let found = listed.into_iter().map(|rule| Found {
            id: RemoteId::from(rule.id),
            natural: rule.name,
            parent: None,
            built_in: false,
            body: None,
        });
        Ok(found.collect())
    }
}

impl Reader<Keyword> for Keywords {
    const COMPARES: bool = false;

    async fn list(&self) -> Result<Vec<Found<Keyword>>, VendorError> {
        self.listed(Look::First).await
    }

    async fn list_again(&self) -> Result<Vec<Found<Keyword>>, VendorError> {
        self.listed(Look::Again).await
    }

    async fn read(
        &self,
        id: &RemoteId,
        _: Option<&Keyword>,
        _: Option<&Keyword>,
    ) -> Result<Option<Keyword>, VendorError> {
        let rule: Option<Rule> = self.api.get(&["keyword", id.as_str()], &[]).await?;
        let Some(rule) = rule else { return Ok(None) };
        let reply = self.texts.reply(rule.reply_id.as_deref(), rule.reply_type.as_deref()).await?;
        let mut matches: Vec<_> =
            rule.keyword.into_iter().map(|word| Match { content: word.content, fuzzy: word.fuzzy }).collect();
        matches.sort();
        Ok(Some(Keyword { name: Some(rule.name), matches: Some(matches), reply }))
    }
}

/// Writes rules.
pub(super) struct KeywordsWriter {
    pub(super) api: Arc<WriteApi>,
    pub(super) texts: texts::Writer,
}

/// `fuzzy` goes out as text and comes back as a boolean.
fn words(matches: &[Match]) -> Value {
    matches
        .iter()
        .map(|word| json!({"content": word.content, "fuzzy": if word.fuzzy { "1" } else { "0" }}))
        .collect()
}

impl Writer<Keyword> for KeywordsWriter {
    fn lane(&self, action: Action, _: Option<&Keyword>) -> Lane {
        if action == Action::Delete { Lane::Alone } else { Lane::Free }
    }

    fn unlisted(&self, want: &Keyword) -> usize {
        want.reply.as_ref().map_or(0, texts::unlisted)
    }

    async fn create(
        &self,
        key: &str,
        want: &Keyword,
        links: &Links,
        _: &dyn Watch,
    ) -> Result<RemoteId, VendorError> {
        let mut body = Map::new();
        body.insert("rule_name".into(), want.name.as_deref().unwrap_or(key).into());
        body.insert("keyword".into(), words(want.matches.as_deref().unwrap_or_default()));
        self.point(&mut body, None, want, links).await?;
        // It is the last call, so whoever waits for the id learns it at once.
        Ok(RemoteId::from(self.api.make(&["keyword"], &Value::Object(body)).await?))
    }

    /// A PUT overwrites name and reply whether they are sent or not; keywords that are not sent stay.
    async fn update(
        &self,
        id: &RemoteId,
        have: &Keyword,
        want: &Keyword,
        links: &Links,
        _: &dyn Watch,
    ) -> Result<(), VendorError> {
        let mut body = Map::new();
        body.insert("rule_name".into(), want.name.as_ref().or(have.name.as_ref()).cloned().into());
        if let Some(matches) = want.matches.as_ref().filter(|matches| have.matches.as_ref() != Some(matches))
        {
            body.insert("keyword".into(), words(matches));
        }
        self.point(&mut body, Some(have), want, links).await?;
        self.api.send(Method::PUT, &["keyword", id.as_str()], Some(&Value::Object(body))).await.map(|_| ())
    }

    async fn delete(&self, _: &str, id: &RemoteId) -> Result<(), VendorError> {
        self.api.send(Method::DELETE, &["keyword", id.as_str()], None).await.map(|_| ())
    }
}

impl KeywordsWriter {
    /// Puts the reply into the body of a write; the one there is, where none is wanted.
    async fn point(
        &self,
        body: &mut Map<String, Value>,
        have: Option<&Keyword>,
        want: &Keyword,
        links: &Links,
    ) -> Result<(), VendorError> {
        let live = have.and_then(|have| have.reply.as_ref());
        let Some(reply) = want.reply.as_ref().or(live) else { return Ok(()) };
        if let Some(target) = self.texts.target(live, reply, links).await? {
            body.insert("reply_id".into(), target.id.into());
            body.insert("reply_type".into(), target.kind.into());
        }
        Ok(())
    }
}
