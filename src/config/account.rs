//! `accounts:`, who is managed and how they are reached.

use std::fmt;

use indexmap::IndexMap;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::nearest::{nearest, suggest};
use super::node::Node;
use super::read::{Part, read_part};
use super::timeout::Timeout;
use super::vars::Vars;
use crate::http::Roots;
use crate::problem::{Code, Place, Problem};
use crate::providers::{Connect, Provider, provider_named, providers};
use crate::text;
use crate::words::Text;

/// An account of a provider.
pub struct Account {
    /// Its name in addresses.
    pub name: String,
    /// Where its name is declared.
    pub place: Place,
    /// Who keeps it.
    pub provider: &'static Provider,
    /// What `${…}` stands for in its documents.
    pub vars: Vars,
    /// How hard it may be pressed.
    pub limits: Limits,
    /// Headers that go with every request.
    pub headers: IndexMap<String, SecretString>,
    /// Whom it trusts besides whom this machine trusts.
    pub roots: Roots,
    /// The file that they are read from and its text.
    pub root_file: Option<(String, String)>,
    /// That file as it is written.
    pub(super) ca_cert: Option<Node>,
    /// Its keys that only its provider understands.
    pub node: Node,
    /// The provider's settings, read; nothing if they are wrong.
    pub connect: Option<Box<dyn Connect>>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("name", &self.name).field("provider", &self.provider.name).finish()
    }
}

/// How hard an account may be pressed. What is absent its provider decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Limits {
    /// Requests at once. 并发数
    #[schemars(range(min = 1))]
    pub concurrency: Option<u32>,
    /// Requests in a second. 每秒请求数
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub requests_per_second: Option<f64>,
    /// How long one call may take until its answer is whole, from 1s to 10m; 60s without it. 单次请求的时限
    #[schemars(with = "Option<Timeout>", example = &"60s")]
    pub timeout: Option<Timeout>,
}

/// The keys that accounts of all providers have.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct AccountText {
    /// Who keeps the account. 平台
    provider: String,
    /// Vars that go over the project's in this account's documents. 变量
    #[serde(default, rename = "vars")]
    #[schemars(with = "IndexMap<String, String>")]
    _vars: IgnoredAny,
    /// How hard it may be pressed. 限速
    #[serde(default)]
    limits: Limits,
    /// Headers that go with every request; their values never show anywhere. 请求头
    #[serde(default)]
    #[schemars(with = "IndexMap<String, String>")]
    headers: IndexMap<String, SecretString>,
    /// A PEM file with roots that are trusted besides the machine's own, relative to this file. 自有根证书
    #[serde(default, rename = "ca_cert")]
    #[schemars(with = "String", example = &"certs/private-ca.pem")]
    _ca_cert: Option<String>,
}

const COMMON: &[&str] = &["provider", "vars", "limits", "headers", "ca_cert"];

/// True for a name that may stand in addresses.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Reads an account whose `${…}` are filled in; nothing if there is no provider to speak of.
pub(super) fn read_account(
    key: &Node,
    node: &Node,
    vars: Vars,
    problems: &mut Vec<Problem>,
) -> Option<Account> {
    let name = key.text().unwrap_or_default();
    if !is_name(name) {
        problems.push(
            Problem::error(Code::BadValue, text!("`{name}` can't be an account's name", name))
                .at(key.place())
                .help(text!("a name is lower-case letters, digits and `-`, and begins with a letter")),
        );
    }
    // A key that looks like a mistyped common one is ours to report: the provider wouldn't know what was meant.
    let ours = |key: &str| COMMON.contains(&key) || nearest(key, COMMON.iter().copied()).is_some();
    let entries = || node.entries().iter().cloned();
    let (common, own) = if node.is_mapping() {
        (
            node.with_entries(entries().filter(|(key, _)| key.text().is_some_and(ours)).collect()),
            node.with_entries(entries().filter(|(key, _)| !key.text().is_some_and(ours)).collect()),
        )
    } else {
        (node.clone(), node.clone())
    };
    let part = Part { key: Some(key), ..Part::default() };
    let text: AccountText = read_part(&common, part, problems)?;
    check_limits(&common, text.limits, problems);
    let place = || common.get("provider").map_or_else(|| key.place(), Node::place);
    let Some(provider) = provider_named(&text.provider) else {
        let known = providers().iter().map(|provider| provider.name);
        problems.push(
            Problem::error(
                Code::UnknownProvider,
                text!("there is no provider `{provider}`", provider = text.provider),
            )
            .at(place())
            .help(suggest(&text.provider, known, Text::default())),
        );
        return None;
    };
    let connect = (provider.settings)(&own, problems);
    Some(Account {
        name: name.to_owned(),
        place: key.place(),
        provider,
        vars,
        limits: text.limits,
        headers: text.headers,
        roots: Roots::default(),
        root_file: None,
        ca_cert: common.get("ca_cert").cloned(),
        node: own,
        connect,
    })
}

fn check_limits(node: &Node, limits: Limits, problems: &mut Vec<Problem>) {
    let Some(written) = node.get("limits") else { return };
    let mut refuse = |key: &str, message: Text, help: Text| {
        let place = written.get(key).map_or_else(|| written.place(), Node::place);
        problems.push(Problem::error(Code::BadValue, message).at(place).help(help));
    };
    if limits.concurrency == Some(0) {
        refuse("concurrency", text!("no request at once is none at all"), text!("write 1 or more"));
    }
    if limits.requests_per_second.is_some_and(|rate| rate <= 0.0) {
        refuse(
            "requests_per_second",
            text!("no request a second is none at all"),
            text!("write a number above 0, e.g. 0.5"),
        );
    }
}
