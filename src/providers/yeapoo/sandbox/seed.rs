//! The world before the first request, as YAML.
//!
//! ```yaml
//! accounts:
//!   demo:                                  # the INFO_ID
//!     app_id: wx1                          # absent: bound but not filled in, without built-in groups
//!     app_secret: s                        # one that starts with "bad" is refused by WeChat
//!     followers: [{openid: o1, nickname: 一, gender: 2, blocked: true, subscribed: false}]
//!     crowd: [{prefix: o-shop-, count: 40, nickname: 顾客}]
//!     groups: [{id: "100", name: 老客户, members: [o1]}]
//!     images: [{name: a.jpg}]              # voices and videos alike; news: [{items: [{title: 春}]}]
//!     rules: [{name: 地址, match: [地址, {fuzzy: 怎么走}], reply: {type: image, id: a.jpg}}]
//!     subscribe: {text: 欢迎}
//!     default: {text: 稍等}
//!     menu: [{name: 首页, buttons: [{name: 官网, url: http://x}, {name: 问候, text: 您好}, {name: 旧, key: V1}]}]
//!     published: true
//!     messages: [{from: o1, content: 停车, minutes_ago: 5}]
//!     sends: [{text: 大家好, recipients: 2, minutes_ago: 60}]
//! ```

use anyhow::Result;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_yaml::Value;

use crate::sandbox::Seed;

/// The demo: an account that has been in use, and one that waits for its first apply.
const DEMO: &str = include_str!("seed.yaml");

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct World {
    #[serde(default)]
    pub(super) accounts: IndexMap<String, Account>,
}

impl World {
    pub(super) fn read(seed: &Seed) -> Result<Self> {
        seed.read(DEMO)
    }
}

/// All of it may be left out. An account with an `app_id` is filled in and has the built-in groups.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Account {
    pub(super) weixin_id: Option<String>,
    pub(super) app_id: Option<String>,
    pub(super) app_secret: Option<String>,
    pub(super) followers: Vec<Follower>,
    pub(super) crowd: Vec<Crowd>,
    pub(super) groups: Vec<Group>,
    pub(super) images: Vec<Media>,
    pub(super) voices: Vec<Media>,
    pub(super) videos: Vec<Media>,
    pub(super) news: Vec<News>,
    pub(super) rules: Vec<Rule>,
    pub(super) subscribe: Option<Answer>,
    pub(super) default: Option<Answer>,
    pub(super) menu: Vec<Button>,
    /// Whether WeChat shows this menu already.
    pub(super) published: bool,
    pub(super) messages: Vec<Message>,
    pub(super) sends: Vec<Send>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Follower {
    pub(super) openid: String,
    #[serde(default)]
    pub(super) nickname: String,
    #[serde(default)]
    pub(super) province: String,
    #[serde(default)]
    pub(super) city: String,
    #[serde(default)]
    pub(super) gender: u8,
    #[serde(default = "yes")]
    pub(super) subscribed: bool,
    #[serde(default)]
    pub(super) blocked: bool,
}

fn yes() -> bool {
    true
}

/// Many followers alike: `prefix` and `nickname` with 001, 002, … behind them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Crowd {
    pub(super) prefix: String,
    pub(super) count: u32,
    #[serde(default)]
    pub(super) nickname: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    pub(super) id: Option<String>,
    pub(super) name: String,
    #[serde(default)]
    pub(super) members: Vec<String>,
}

/// An image, voice or video (whose title is the name); replies refer to it by id or by name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Media {
    pub(super) id: Option<String>,
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
}

/// One or several articles; replies refer to them by id or by the first title.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct News {
    pub(super) id: Option<String>,
    pub(super) items: Vec<Article>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Article {
    pub(super) title: String,
    pub(super) author: Option<String>,
    #[serde(default)]
    pub(super) show_cover: bool,
    #[serde(default)]
    pub(super) digest: String,
    #[serde(default)]
    pub(super) content: String,
    pub(super) source_url: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) id: Option<String>,
    pub(super) name: String,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<Match>,
    pub(super) text: Option<String>,
    pub(super) reply: Option<Reply>,
}

/// A plain value is matched exactly, `{fuzzy: …}` as the vendor does it.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Value")]
pub(super) struct Match {
    pub(super) content: String,
    pub(super) fuzzy: bool,
}

impl TryFrom<Value> for Match {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let scalar = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let found = match value.get("fuzzy") {
            Some(fuzzy) => scalar(fuzzy).map(|content| Self { content, fuzzy: true }),
            None => scalar(&value).map(|content| Self { content, fuzzy: false }),
        };
        found.ok_or_else(|| "a match is a text or {fuzzy: text}".to_owned())
    }
}

/// `{text: …}` or `{reply: {type: …, id: …}}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) id: Option<String>,
    pub(super) text: Option<String>,
    pub(super) reply: Option<Reply>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reply {
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// The id or the name of a material of this account.
    pub(super) id: String,
}

/// A button: `url`, `text`, `reply`, a click `key` of WeChat's own, `buttons` below it, or nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Button {
    pub(super) id: Option<String>,
    pub(super) name: String,
    pub(super) key: Option<String>,
    pub(super) url: Option<String>,
    pub(super) text: Option<String>,
    pub(super) reply: Option<Reply>,
    #[serde(default)]
    pub(super) buttons: Vec<Button>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Message {
    pub(super) from: String,
    #[serde(default = "text", rename = "type")]
    pub(super) kind: String,
    pub(super) content: Option<String>,
    #[serde(default)]
    pub(super) matched: bool,
    #[serde(default)]
    pub(super) minutes_ago: i64,
}

fn text() -> String {
    "text".to_owned()
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Send {
    pub(super) text: String,
    pub(super) recipients: Option<usize>,
    #[serde(default)]
    pub(super) minutes_ago: i64,
}
