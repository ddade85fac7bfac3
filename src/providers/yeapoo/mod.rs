//! Yeapoo.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Connect, Provider};
use crate::config::{Node, read};
use crate::problem::{Code, Problem};

pub mod limits;

/// The provider.
pub const PROVIDER: Provider = Provider {
    name: "yeapoo",
    kinds: &["group", "reply", "keyword", "menu"],
    schema: Settings::json_schema,
    settings,
    limits: limits::limits,
    together: limits::together,
};

/// How an account is reached.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Settings {
    /// Where its API lives; requests go to {base_url}/v1/{info_id}/… 接口地址
    #[schemars(example = &"https://mp.example.com")]
    pub base_url: String,
    /// The account's id at the vendor. 账号编号
    pub info_id: String,
}

impl Connect for Settings {}

fn settings(node: &Node, problems: &mut Vec<Problem>) -> Option<Box<dyn Connect>> {
    let mut settings: Settings = read(node, problems)?;
    settings.base_url.truncate(settings.base_url.trim_end_matches('/').len());
    let written = |key: &str| node.get(key).filter(|node| !node.is_stand_in());
    if let Some(at) = written("base_url") {
        let is_url = reqwest::Url::parse(&settings.base_url).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none()
        });
        if !is_url {
            problems.push(
                Problem::error(Code::BadValue, "`base_url` is not an address of http or https")
                    .at(at.place())
                    .help("write e.g. https://mp.example.com, without /v1"),
            );
            return None;
        }
    }
    if let Some(at) = written("info_id")
        && (settings.info_id.is_empty()
            || settings.info_id.contains(['/', '?', '#'])
            || settings.info_id.contains(char::is_whitespace))
    {
        problems.push(
            Problem::error(Code::BadValue, "`info_id` is not an account's id")
                .at(at.place())
                .help("it is one word, as the vendor gives it"),
        );
        return None;
    }
    Some(Box::new(settings))
}
