//! The world before the first request, as YAML. All but `app_key` may be left out.
//!
//! ```yaml
//! tanmarket:
//!   apps:
//!     wwX_1:                               # the appId
//!       app_key: k
//!       first_day: 1                       # what showDate calls the day of the create, 1 or 0 (not published)
//!       skew_seconds: 300                  # how far a client's clock may be off (not published)
//!       strict_user_filter: false          # true: userId finds the groups of this owner and no others
//!       create_answer: empty               # or envelope: {code: 0, …} in place of {}
//!       creator: 454548673615872
//!       sales: [{id: "4516", name: 甲, department: 一部}]
//!       tags: [{id: 7001, name: 重点}]
//!       groups:
//!         - {chat: wr1, name: 一群, owner: "4516", created: "2026-01-02 03:04:05", found_by: ["4633"], tags: [7001]}
//!       crowd: [{prefix: wr-many-, count: 50, name: 群, owner: "4516", created: "2026-01-02 03:04:05"}]
//! ```

use anyhow::{Context as _, Result, ensure};
use indexmap::IndexMap;
use serde::Deserialize;

use crate::sandbox::Seed;

/// The demo: the group list of the vendor's document.
const DEMO: &str = include_str!("seed.yaml");

/// Other vendors' parts of the same file are none of ours.
#[derive(Debug, Clone, Default, Deserialize)]
struct File {
    #[serde(default)]
    tanmarket: World,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct World {
    #[serde(default)]
    pub(super) apps: IndexMap<String, App>,
}

impl World {
    pub(super) fn read(seed: &Seed) -> Result<Self> {
        let world = seed.read::<File>(DEMO)?.tanmarket;
        for (id, app) in &world.apps {
            app.check().with_context(|| format!("in the sandbox's seed, tanmarket's app {id}"))?;
        }
        Ok(world)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct App {
    pub(super) app_key: String,
    #[serde(default = "one")]
    pub(super) first_day: u8,
    #[serde(default = "five_minutes")]
    pub(super) skew_seconds: u32,
    #[serde(default)]
    pub(super) strict_user_filter: bool,
    #[serde(default)]
    pub(super) create_answer: CreateAnswer,
    #[serde(default)]
    pub(super) creator: u64,
    #[serde(default)]
    pub(super) sales: Vec<Sales>,
    #[serde(default)]
    pub(super) tags: Vec<Tag>,
    #[serde(default)]
    pub(super) groups: Vec<Group>,
    #[serde(default)]
    pub(super) crowd: Vec<Crowd>,
}

impl App {
    fn check(&self) -> Result<()> {
        ensure!(self.first_day <= 1, "first_day is 1 or 0");
        let owners = self.groups.iter().map(|group| &group.owner);
        for owner in owners.chain(self.crowd.iter().map(|crowd| &crowd.owner)) {
            ensure!(self.sales.iter().any(|sales| sales.id == *owner), "{owner} is not under sales");
        }
        for tag in self.groups.iter().flat_map(|group| &group.tags) {
            ensure!(self.tags.iter().any(|known| known.id == *tag), "{tag} is not under tags");
        }
        Ok(())
    }
}

/// What a create that works is answered with. The document prints `{}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CreateAnswer {
    #[default]
    Empty,
    Envelope,
}

/// A member of the staff who owns groups.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sales {
    pub(super) id: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) department: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tag {
    pub(super) id: i64,
    pub(super) name: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    pub(super) chat: String,
    pub(super) name: String,
    pub(super) owner: String,
    #[serde(default = "long_ago")]
    pub(super) created: String,
    /// User ids besides the owner's that a filter by `userId` finds this group for.
    #[serde(default)]
    pub(super) found_by: Vec<String>,
    #[serde(default)]
    pub(super) tags: Vec<i64>,
    /// Nobody gave it a name: the list puts one together of its members', its tasks have an empty one.
    #[serde(default)]
    pub(super) nameless: bool,
    #[serde(default)]
    pub(super) tasks: Vec<Task>,
}

/// One SOP in one group.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Task {
    pub(super) id: String,
    pub(super) sop: String,
    pub(super) title: String,
    pub(super) mode: i64,
    /// The minute of its making, in China.
    pub(super) at: String,
}

/// Many groups alike: `prefix` and `name` with 001, 002, … behind them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Crowd {
    pub(super) prefix: String,
    pub(super) count: u32,
    #[serde(default)]
    pub(super) name: String,
    pub(super) owner: String,
    #[serde(default = "long_ago")]
    pub(super) created: String,
}

fn one() -> u8 {
    1
}

fn five_minutes() -> u32 {
    300
}

fn long_ago() -> String {
    "2022-01-01 00:00:00".to_owned()
}
