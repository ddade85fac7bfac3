//! Yeapoo: menus, keyword replies, follower groups and materials of WeChat official accounts.
//!
//! The facts behind the comments in this folder come from the vendor's document and from its published server,
//! run and called endpoint by endpoint.

use std::path::Path;
use std::sync::Arc;

use futures::future::BoxFuture;
use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use self::api::{ReadApi, WriteApi};
use self::leftovers::Leftovers;
use self::materials::{Contents, Covers, Materials, MaterialsWriter, address};
use self::texts::Texts;
use super::{
    AnyReader, AnyWriter, Armed, Connect, Kinds, Messages, Onboard, Provider, Reads, Sends, VendorError,
    Writes, base, reader, writer,
};
use crate::cache::Shelf;
use crate::config::{self, Node};
use crate::http;
use crate::model::kinds::{Button, Group, Keyword, Material, Reply, Scheduled};
use crate::model::{Asset, Kind};
use crate::problem::{Code, Problem};
use crate::text;

mod api;
mod bind;
mod broadcast;
mod groups;
mod keywords;
mod leftovers;
mod limits;
mod masssend;
mod matching;
mod materials;
mod menu;
mod messages;
mod replies;
pub mod sandbox;
mod sops;
#[cfg(test)]
mod testing;
mod texts;

/// Yeapoo.
pub(super) const PROVIDER: Provider = Provider {
    name: "yeapoo",
    known_by: "info_id",
    kinds: &[Group::NAME, Material::NAME, Reply::NAME, Keyword::NAME, Button::NAME, Scheduled::NAME],
    plans: Some(sops::PLANS),
    conversation: Some(matching::CONVERSATION),
    schema: |generator: &mut SchemaGenerator| -> Schema { Settings::json_schema(generator) },
    settings,
    limits: limits::limits,
    together: limits::together,
    fits: &[Group::NAME, Material::NAME, Button::NAME],
    // The published server's pool holds 30 database connections. It begins with half of them; whether a deployment
    // bears more shows.
    throttle: http::Limits { concurrency: http::MOST, requests_per_second: None, timeout: http::TIMEOUT },
    overloaded: Some(api::is_overloaded),
};

/// What an account at Yeapoo needs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Settings {
    /// Where the server answers; requests go to `{base_url}/v1/{info_id}/…`. 接口地址
    #[schemars(example = &"https://mp.example.com")]
    base_url: String,
    /// The account's id at Yeapoo. 账号编号
    info_id: String,
}

fn settings(node: &Node, problems: &mut Vec<Problem>) -> Option<Box<dyn Connect>> {
    let settings: Settings = config::read(node, problems)?;
    let example = "https://mp.example.com, without /v1";
    let url = base::address(node, "base_url", &settings.base_url, example, problems);
    if let Some(at) = base::written(node, "info_id")
        && (settings.info_id.is_empty()
            || settings.info_id.contains(['/', '?', '#'])
            || settings.info_id.contains(char::is_whitespace))
    {
        problems.push(
            Problem::error(Code::BadValue, text!("`info_id` is not an account's id"))
                .at(at.place())
                .help(text!("it is one word, as the vendor gives it")),
        );
        return None;
    }
    url.map(|url| -> Box<dyn Connect> { Box::new(Account { settings, url, known: Known::default() }) })
}

struct Account {
    settings: Settings,
    url: reqwest::Url,
    known: Known,
}

/// What has been seen of an account and never changes, kept from one view of it to the next.
#[derive(Default)]
struct Known {
    texts: Arc<Texts>,
    contents: Arc<Contents>,
    covers: Arc<Covers>,
    leftovers: Arc<Leftovers>,
}

impl Connect for Account {
    fn identity(&self) -> IndexMap<&'static str, String> {
        IndexMap::from([("base_url", base::shown(&self.url)), ("info_id", self.settings.info_id.clone())])
    }

    /// One server with one database behind it serves all accounts of an address.
    fn shares(&self) -> Option<String> {
        Some(base::host(&self.url))
    }

    fn reads(&self, http: http::Reader) -> Arc<dyn Reads> {
        let api = Arc::new(ReadApi::new(http, &self.url, &self.settings.info_id));
        let texts = texts::Reader::new(&api, &self.known.texts, &self.known.leftovers);
        Arc::new(Opened {
            kinds: vec![
                reader(groups::Groups::new(&api)),
                reader(Materials::new(&api, &self.known.contents, &self.known.leftovers)),
                reader(replies::Replies::new(&api, texts.clone())),
                reader(keywords::Keywords { api: Arc::clone(&api), texts: texts.clone() }),
                reader(menu::Menu::new(&api, texts)),
                reader(Armed),
            ],
            api,
        })
    }

    fn remember(&self, shelf: Arc<Shelf>) {
        self.known.texts.keep_on(shelf);
    }

    fn writes(&self, http: http::Writer, root: &Path) -> Arc<dyn Writes> {
        let api = Arc::new(WriteApi::new(http, &self.url, &self.settings.info_id, root));
        let texts = texts::Writer::new(&api, &self.known.texts, &self.known.leftovers);
        let kinds: Kinds<dyn AnyWriter> = vec![
            writer(groups::GroupsWriter { api: Arc::clone(&api) }),
            writer(MaterialsWriter::new(&api, &self.known.covers, &self.known.leftovers)),
            writer(replies::RepliesWriter { api: Arc::clone(&api), texts: texts.clone() }),
            writer(keywords::KeywordsWriter { api: Arc::clone(&api), texts: texts.clone() }),
            writer(menu::MenuWriter { api, texts }),
            writer(Armed),
        ];
        Arc::new(Writing { kinds, leftovers: Arc::clone(&self.known.leftovers) })
    }

    fn onboard(&self, http: http::Writer) -> Option<Arc<dyn Onboard>> {
        // It sends no files.
        let api = Arc::new(WriteApi::new(http, &self.url, &self.settings.info_id, Path::new("")));
        Some(Arc::new(bind::Newcomer { api }))
    }

    fn sends(&self, http: http::Writer) -> Option<Arc<dyn Sends>> {
        // It sends no files.
        let api = Arc::new(WriteApi::new(http, &self.url, &self.settings.info_id, Path::new("")));
        Some(Arc::new(broadcast::Broadcast { api }))
    }

    fn messages(&self, http: http::Reader) -> Option<Arc<dyn Messages>> {
        let api = Arc::new(ReadApi::new(http, &self.url, &self.settings.info_id));
        Some(Arc::new(messages::Talk { api }))
    }
}

struct Opened {
    api: Arc<ReadApi>,
    kinds: Kinds<dyn AnyReader>,
}

impl Reads for Opened {
    fn reader(&self, kind: &str) -> Option<Arc<dyn AnyReader>> {
        self.kinds.iter().find(|(name, _)| *name == kind).map(|(_, reader)| Arc::clone(reader))
    }

    fn known(&self) -> BoxFuture<'_, Result<Option<bool>, VendorError>> {
        Box::pin(self.api.account_exists())
    }

    fn save<'a>(
        &'a self,
        file: &'a Asset,
        to: &'a Path,
    ) -> BoxFuture<'a, Result<Option<Asset>, VendorError>> {
        Box::pin(async move {
            let at = address(file.at.as_deref().unwrap_or_default());
            if at.is_empty() {
                return Ok(None);
            }
            let read = self.api.file(at, Some(to)).await?;
            Ok(read.map(|read| Asset { sha256: read.sha256, size: read.size, ..file.clone() }))
        })
    }
}

struct Writing {
    kinds: Kinds<dyn AnyWriter>,
    leftovers: Arc<Leftovers>,
}

impl Writes for Writing {
    fn writer(&self, kind: &str) -> Option<Arc<dyn AnyWriter>> {
        self.kinds.iter().find(|(name, _)| *name == kind).map(|(_, writer)| Arc::clone(writer))
    }

    fn left_over(&self) -> usize {
        self.leftovers.count()
    }
}
