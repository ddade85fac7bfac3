//! Tanmarket (探马SCRM): SOPs of customer groups in WeCom, sent by the vendor.
//!
//! The facts behind the comments in this folder come from the vendor's public documents and from public clients that
//! run against it; what neither tells is said to be inferred or not published.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use self::api::{Caller, ReadApi, WriteApi};
use self::request::Counting;
use self::sops::{Sops, SopsWriter};
use super::{AnyReader, AnyWriter, Connect, Provider, Reads, Writes, base, reader, writer};
use crate::config::{self, Node};
use crate::http;
use crate::model::Kind;
use crate::model::kinds::Scheduled;
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

mod api;
mod chosen;
mod groups;
mod items;
mod request;
pub mod sandbox;
mod sign;
mod sops;
#[cfg(test)]
mod testing;
mod words;

/// Tanmarket.
pub(super) const PROVIDER: Provider = Provider {
    name: "tanmarket",
    known_by: "app_id",
    kinds: &[Scheduled::NAME],
    plans: Some(words::PLANS),
    conversation: None,
    schema: |generator: &mut SchemaGenerator| -> Schema { Settings::json_schema(generator) },
    settings,
    // Its documents give no lengths, so none are checked.
    limits: |_, _| vec![],
    together: |_| vec![],
    fits: &[Scheduled::NAME],
    // The vendor publishes no limits; this is what a busy person at its console might do.
    throttle: http::Limits { concurrency: 4, requests_per_second: Some(10.0), timeout: http::TIMEOUT },
    overloaded: None,
};

/// What an account at Tanmarket needs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Settings {
    /// Where the API answers; requests go to `{base_url}/api/v3/…`. 接口地址
    #[serde(default = "base_url")]
    #[schemars(example = &"https://account.tanmarket.cn/apiServer")]
    base_url: String,
    /// The id of the app. 应用 appId
    app_id: String,
    /// The key of the app; it never shows anywhere. 应用 appKey
    #[schemars(with = "String")]
    app_key: SecretString,
    /// What the vendor calls the day on which an SOP is created, 1 or 0 (it publishes neither). 创建当天算第几天
    #[serde(default = "one")]
    #[schemars(range(max = 1))]
    first_day: u8,
    /// Also sends the key itself with every request; default: false. 请求头带 appKey
    #[serde(default)]
    send_app_key: bool,
    /// The `mode` of SOPs that are sent by hand; default: 1. 模式
    #[serde(default = "mode")]
    mode: i64,
}

/// The base of today (source: clients that run against it).
fn base_url() -> String {
    "https://account.tanmarket.cn/apiServer".to_owned()
}

fn one() -> u8 {
    1
}

fn mode() -> i64 {
    1
}

fn settings(node: &Node, problems: &mut Vec<Problem>) -> Option<Box<dyn Connect>> {
    let settings: Settings = config::read(node, problems)?;
    let example = "https://account.tanmarket.cn/apiServer, without /api/v3";
    let url = base::address(node, "base_url", &settings.base_url, example, problems);
    let mut fine = true;
    let mut check = |is_right: bool, key: &str, message: Text, help: Text| {
        if let (false, Some(at)) = (is_right, base::written(node, key)) {
            fine = false;
            problems.push(Problem::error(Code::BadValue, message).at(at.place()).help(help));
        }
    };
    check(
        !settings.app_id.is_empty() && settings.app_id.bytes().all(|byte| byte.is_ascii_graphic()),
        "app_id",
        text!("`app_id` is not an app's id"),
        text!("it is one word, as the vendor gives it"),
    );
    check(
        !settings.app_key.expose_secret().is_empty(),
        "app_key",
        text!("`app_key` is empty"),
        text!("it is the key that the vendor gives with the app's id"),
    );
    check(
        settings.first_day <= 1,
        "first_day",
        text!("`first_day` is neither 0 nor 1"),
        text!(
            "it is what the vendor's `showDate` calls the day on which an SOP is created; try it with one group"
        ),
    );
    if !fine {
        return None;
    }
    let Settings { app_id, app_key, first_day, send_app_key, mode, .. } = settings;
    url.map(|root| -> Box<dyn Connect> {
        Box::new(Account {
            caller: Caller { root, app_id, app_key, send_app_key },
            counting: Counting { first_day, mode },
        })
    })
}

struct Account {
    caller: Caller,
    counting: Counting,
}

impl Connect for Account {
    fn identity(&self) -> IndexMap<&'static str, String> {
        IndexMap::from([("base_url", base::shown(&self.caller.root)), ("app_id", self.caller.app_id.clone())])
    }

    fn reads(&self, http: http::Reader) -> Arc<dyn Reads> {
        let (kind, reader) = reader(Sops::new(ReadApi::new(http, &self.caller), self.counting));
        Arc::new(Opened { kind, reader })
    }

    fn writes(&self, http: http::Writer, _: &Path) -> Arc<dyn Writes> {
        let api = WriteApi::new(http, &self.caller);
        let (kind, writer) = writer(SopsWriter { api, counting: self.counting });
        Arc::new(Writing { kind, writer })
    }
}

struct Opened {
    kind: &'static str,
    reader: Arc<dyn AnyReader>,
}

impl Reads for Opened {
    fn reader(&self, kind: &str) -> Option<Arc<dyn AnyReader>> {
        (self.kind == kind).then(|| Arc::clone(&self.reader))
    }
}

struct Writing {
    kind: &'static str,
    writer: Arc<dyn AnyWriter>,
}

impl Writes for Writing {
    fn writer(&self, kind: &str) -> Option<Arc<dyn AnyWriter>> {
        (self.kind == kind).then(|| Arc::clone(&self.writer))
    }
}

#[cfg(test)]
mod tests;
