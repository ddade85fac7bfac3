//! The project document as a user writes it.

use crate::problem::Flaw;
use crate::text;
use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::config::account::AccountText;
use crate::config::audit::Audit;
use crate::config::calendar::Calendar;
use crate::config::nearest::nearest;
use crate::config::notify::Webhook;
use crate::config::policy::{Pattern, Policy};
use crate::config::state::StateText;
use crate::model::Zone;

/// The project document, as a user writes it.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "Project")]
pub(crate) struct Written {
    /// The version of this language. 版本
    #[schemars(extend("const" = 1))]
    pub(super) version: u64,
    /// An IANA name; default: Asia/Shanghai. 时区
    #[serde(default)]
    pub(super) timezone: Timezone,
    /// Files with resources documents, by name or pattern, relative to this file. 包含的文件
    #[serde(default, rename = "include")]
    #[schemars(with = "Vec<String>")]
    _include: IgnoredAny,
    /// Values for `${var.NAME}`. 变量
    #[serde(default, rename = "vars")]
    #[schemars(with = "IndexMap<String, String>")]
    _vars: IgnoredAny,
    /// Who is managed, by a name of your own. 账号
    #[serde(default, rename = "accounts")]
    #[schemars(with = "IndexMap<String, AccountText>")]
    _accounts: IgnoredAny,
    /// Keys that are laid over the ones above, chosen with --env. 环境
    #[serde(default, rename = "environments")]
    #[schemars(with = "IndexMap<String, serde_json::Value>")]
    _environments: IgnoredAny,
    /// Days that are special. 日历
    #[serde(default)]
    pub(super) calendars: IndexMap<String, Calendar>,
    /// What the project forbids itself. 约束
    #[serde(default)]
    pub(super) policy: Policy,
    /// Where it is kept what a vendor can't tell. 状态
    #[serde(default)]
    pub(super) state: StateText,
    /// Where a line for every write goes; default: .mpform/audit.jsonl. 审计日志
    #[serde(default, rename = "audit")]
    #[schemars(with = "Audit")]
    _audit: IgnoredAny,
    /// Who hears how `apply`, `drift` and `sop run` ended. 通知
    #[serde(default, rename = "notify")]
    #[schemars(with = "Vec<Webhook>")]
    _notify: IgnoredAny,
    /// Variables that `${env.…}` may read outside `accounts`, `state` and `notify`; default none. 允许读取的环境变量
    #[serde(default, rename = "env")]
    #[schemars(with = "Vec<Pattern>")]
    _env: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Timezone(pub(super) Zone);

impl Default for Timezone {
    fn default() -> Self {
        Self(Zone::CHINA)
    }
}

impl TryFrom<String> for Timezone {
    type Error = Flaw;

    fn try_from(name: String) -> Result<Self, Flaw> {
        name.parse().map(Self).map_err(|_| {
            let near = nearest(&name, Zone::names());
            let help = match near {
                Some(near) => text!("did you mean `{near}`?", near),
                None => text!("write an IANA name, e.g. Asia/Shanghai"),
            };
            Flaw::new(text!("there is no timezone `{name}`", name), help)
        })
    }
}

impl JsonSchema for Timezone {
    fn schema_name() -> Cow<'static, str> {
        "Timezone".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "examples": ["Asia/Shanghai"]})
    }
}
