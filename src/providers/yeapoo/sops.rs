//! Plans at yeapoo: one text or material a step, sent to a group of followers or to all of them.

use crate::text;
use crate::words::Text;
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limits;
use crate::model::sop::{ALL, Own, Raw, Words};
use crate::providers::{Plans, SentBy, read_plan, words};

/// How plans are written.
pub(super) const PLANS: Plans = Plans {
    sent_by: SentBy::Us,
    zone: None,
    read: read_plan::<Audience, Item>,
    audience: words::<Audience>,
    message: words::<Item>,
    recipients: |audience| Some(vec![label(&audience.typed().ok()?)]),
    reach,
    material: limits::sent,
    money: &[],
};

/// Who gets the messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "YeapooAudience", description = "Who gets the messages, at yeapoo. 受众")]
pub(super) struct Audience {
    /// A group of this account, by its key, or `all` for every follower. 分组
    #[schemars(example = &"vip")]
    pub(super) group: String,
    /// Only these of them; default: any. 性别
    #[serde(default, skip_serializing_if = "Gender::is_any")]
    pub(super) gender: Gender,
    /// An audience of nobody is no error; default: false. 允许为空
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) allow_empty: bool,
}

/// Followers by what WeChat says of their gender. 性别
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub(super) enum Gender {
    /// Everybody. 不限
    #[default]
    Any,
    /// Men. 男
    Male,
    /// Women. 女
    Female,
}

impl Gender {
    fn is_any(&self) -> bool {
        *self == Self::Any
    }
}

/// What is sent: exactly one of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "YeapooMessage", description = "What is sent, at yeapoo: exactly one of its forms. 消息")]
pub(super) struct Item {
    /// A text message. 文本
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"早上好")]
    pub(super) text: Option<String>,
    /// A material of this account, by its key. 素材
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"spring")]
    pub(super) material: Option<String>,
    /// Fields of the vendor's own that go along. 附加字段
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Raw")]
    pub(super) extra: Option<Raw>,
}

impl Words for Audience {}

impl Words for Item {
    const FORMS: &'static [&'static str] = &["text", "material"];
}

fn label(audience: &Audience) -> String {
    match audience.gender {
        Gender::Any => audience.group.clone(),
        Gender::Male => format!("{} (male)", audience.group),
        Gender::Female => format!("{} (female)", audience.group),
    }
}

/// Whom a follower may be, for WeChat: it does not know everybody's gender.
const GENDERS: [Gender; 3] = [Gender::Any, Gender::Male, Gender::Female];

/// Messages reach a follower through any plan whose audience they are in. Groups may overlap, but nobody knows
/// offline whose members they share, so each group is counted with what goes to everybody.
fn reach(audiences: &[&Own]) -> Vec<Vec<Text>> {
    let audiences: Vec<Option<Audience>> = audiences.iter().map(|audience| audience.typed().ok()).collect();
    let groups: BTreeSet<_> = audiences.iter().flatten().map(|audience| audience.group.clone()).collect();
    let reached = |audience: &Audience| {
        let in_group = |group: &&String| audience.group == **group || audience.group == ALL;
        let people = groups.iter().filter(in_group).flat_map(|group| GENDERS.map(|gender| (group, gender)));
        let meant = people.filter(|(_, gender)| audience.gender == Gender::Any || audience.gender == *gender);
        meant.map(|(group, gender)| followers(group, gender)).collect()
    };
    audiences.iter().map(|audience| audience.as_ref().map(reached).unwrap_or_default()).collect()
}

fn followers(group: &str, gender: Gender) -> Text {
    match (gender, group) {
        (Gender::Any, ALL) => text!("all followers"),
        (Gender::Male, ALL) => text!("all men"),
        (Gender::Female, ALL) => text!("all women"),
        (Gender::Any, group) => text!("followers in the group `{group}`", group),
        (Gender::Male, group) => text!("men in the group `{group}`", group),
        (Gender::Female, group) => text!("women in the group `{group}`", group),
    }
}
