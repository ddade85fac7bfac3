//! The world before the first request, as YAML. All but `secret` may be left out.
//!
//! ```yaml
//! youmi:
//!   clients:
//!     c1:                                  # the client_id
//!       secret: s
//!       scope: Ls.Qkl.PublicApi
//!       expires_in: 3600                   # seconds a token lasts by the sandbox's clock
//!       tokens: [t]                        # tokens that are there from the start and never expire
//!       delivery_seconds: 5                # how long a message is queued
//!       accounts:
//!         - wechat: wx1                    # the WechatId
//!           relation: 0                    # 0 personal WeChat, 1 official account, 2 mini-program, 3 WeCom
//!           friends: [f1, f2]              # the ToUserNames
//!           crowd: [{prefix: f-many-, count: 50}]
//!           former: [f8]                   # no friend any more: refused
//!           unreachable: [f9]              # a friend whose messages are queued, and fail
//!       takeovers: [{key: k1, wechat: wx1, friend: f1}]
//! ```

use anyhow::{Context as _, Result, ensure};
use indexmap::IndexMap;
use serde::Deserialize;

use crate::sandbox::Seed;

const DEMO: &str = include_str!("seed.yaml");

/// Other vendors' parts of the same file are none of ours.
#[derive(Debug, Clone, Default, Deserialize)]
struct File {
    #[serde(default)]
    youmi: World,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct World {
    #[serde(default)]
    pub(super) clients: IndexMap<String, Client>,
}

impl World {
    pub(super) fn read(seed: &Seed) -> Result<Self> {
        let world = seed.read::<File>(DEMO)?.youmi;
        for (id, client) in &world.clients {
            client.check().with_context(|| format!("in the sandbox's seed, youmi's client {id}"))?;
        }
        Ok(world)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    pub(super) secret: String,
    #[serde(default = "scope")]
    pub(super) scope: String,
    #[serde(default = "an_hour")]
    pub(super) expires_in: u32,
    #[serde(default)]
    pub(super) tokens: Vec<String>,
    #[serde(default = "five")]
    pub(super) delivery_seconds: u32,
    #[serde(default)]
    pub(super) accounts: Vec<Account>,
    #[serde(default)]
    pub(super) takeovers: Vec<Takeover>,
}

impl Client {
    fn check(&self) -> Result<()> {
        for account in &self.accounts {
            ensure!(account.relation <= 3, "a relation is 0, 1, 2 or 3");
        }
        for takeover in &self.takeovers {
            let known = self.accounts.iter().any(|account| account.wechat == takeover.wechat);
            ensure!(known, "{} is not under accounts", takeover.wechat);
        }
        Ok(())
    }
}

/// An account that the client operates.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    pub(super) wechat: String,
    #[serde(default)]
    pub(super) relation: u8,
    #[serde(default)]
    pub(super) friends: Vec<String>,
    #[serde(default)]
    pub(super) crowd: Vec<Crowd>,
    #[serde(default)]
    pub(super) former: Vec<String>,
    #[serde(default)]
    pub(super) unreachable: Vec<String>,
}

/// Many friends alike: `prefix` with 001, 002, … behind it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Crowd {
    pub(super) prefix: String,
    pub(super) count: u32,
}

/// A key that stands for an account and one of its friends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Takeover {
    pub(super) key: String,
    pub(super) wechat: String,
    pub(super) friend: String,
}

fn scope() -> String {
    "Ls.Qkl.PublicApi".to_owned()
}

fn an_hour() -> u32 {
    3600
}

fn five() -> u32 {
    5
}
