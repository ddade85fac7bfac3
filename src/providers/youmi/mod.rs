//! Youmi: messages to single people in personal WeChat, official accounts, mini-programs and WeCom, queued by the
//! vendor. It shows nothing of what it was given, so plans are armed here and only the state remembers them.
//!
//! The facts behind the comments in this folder come from the vendor's document of its open API, version 2, and from
//! the codes that it publishes for version 1.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use reqwest::Url;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use self::api::Api;
use self::send::Sender;
use self::settings::Settings;
use self::token::Tokens;
use super::{AnyReader, AnyWriter, Armed, Connect, Provider, Reads, Sends, Writes, base, reader, writer};
use crate::http;
use crate::model::Kind;
use crate::model::kinds::Scheduled;

mod api;
mod items;
mod limits;
pub mod sandbox;
mod send;
mod settings;
#[cfg(test)]
mod testing;
mod token;
mod words;

/// Youmi.
pub(super) const PROVIDER: Provider = Provider {
    name: "youmi",
    known_by: "base_url",
    kinds: &[Scheduled::NAME],
    plans: Some(words::PLANS),
    conversation: None,
    schema: |generator: &mut SchemaGenerator| -> Schema { Settings::json_schema(generator) },
    settings: settings::read,
    limits: limits::limits,
    together: |_| vec![],
    fits: &[],
    // The vendor publishes no limits; messages to people are nothing to hurry with.
    throttle: http::Limits { concurrency: 2, requests_per_second: Some(2.0), timeout: http::TIMEOUT },
    overloaded: None,
};

/// An account whose settings are in order.
struct Account {
    url: Url,
    client_id: Option<String>,
    tenant: Option<String>,
    tokens: Arc<Tokens>,
}

impl Connect for Account {
    fn identity(&self) -> IndexMap<&'static str, String> {
        let client_id = self.client_id.clone().map(|id| ("client_id", id));
        // An agent's tenants share all the rest.
        let tenant = self.tenant.clone().map(|id| ("tenant_id", id));
        let url = ("base_url", base::shown(&self.url));
        IndexMap::from_iter([url].into_iter().chain(client_id).chain(tenant))
    }

    fn reads(&self, _: http::Reader) -> Arc<dyn Reads> {
        Arc::new(Remembered)
    }

    fn writes(&self, _: http::Writer, _: &Path) -> Arc<dyn Writes> {
        Arc::new(Remembered)
    }

    fn sends(&self, http: http::Writer) -> Option<Arc<dyn Sends>> {
        let api = Api::new(http, &self.url, self.tenant.clone(), Arc::clone(&self.tokens));
        Some(Arc::new(Sender { api }))
    }
}

/// The vendor shows and keeps none of our kinds.
struct Remembered;

impl Reads for Remembered {
    fn reader(&self, kind: &str) -> Option<Arc<dyn AnyReader>> {
        let (name, armed) = reader(Armed);
        (name == kind).then_some(armed)
    }
}

impl Writes for Remembered {
    fn writer(&self, kind: &str) -> Option<Arc<dyn AnyWriter>> {
        let (name, armed) = writer(Armed);
        (name == kind).then_some(armed)
    }
}
