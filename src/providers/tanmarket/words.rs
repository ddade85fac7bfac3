//! Plans at Tanmarket: to customer groups, named one by one or selected by what the vendor says of them.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::groups::Group;
use super::items::Item;
use crate::model::schedule::Date;
use crate::model::sop::{Own, Words};
use crate::model::{Finding, Step, Zone};
use crate::problem::Code;
use crate::providers::{Plans, SentBy, read_plan, words};
use crate::text;
use crate::words::Text;

/// How plans are written. Their days begin in China, whatever the project's timezone: the vendor knows no other.
pub(super) const PLANS: Plans = Plans {
    sent_by: SentBy::Vendor,
    zone: Some(Zone::CHINA),
    material: |_| vec![],
    money: &[],
    read: read_plan::<Audience, Item>,
    audience: words::<Audience>,
    message: words::<Item>,
    recipients,
    reach,
};

/// Which customer groups get the messages: named ones, selected ones, or both together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(
    rename = "TanmarketAudience",
    description = "Which customer groups get the messages, at tanmarket: named ones, selected ones, or both together. 受众",
    extend("minProperties" = 1)
)]
pub(super) struct Audience {
    /// Groups by their ids. 客户群
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Chat>")]
    pub(super) groups: Option<Vec<Chat>>,
    /// Groups by what the vendor says of them when a run is created; nothing said means every group. 筛选
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Select")]
    pub(super) select: Option<Select>,
    /// An audience of nobody is no error; default: false. 允许为空
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) allow_empty: bool,
}

/// A customer group. 客户群
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Chat {
    /// The vendor's id of the group (chatId). 群编号
    #[schemars(example = &"wrvRo3DwAAWTbx-K7XDplMusYYlHs_uw")]
    pub(super) chat: String,
    /// The vendor's id of the member of staff who owns it (salesId). 群主编号
    #[schemars(example = &"399653652604992")]
    pub(super) owner: String,
}

/// What a group must be to be selected: all that is said. 筛选条件
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Select {
    /// The vendor's id of the member of staff who owns it. 群主编号
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) owner: Option<String>,
    /// A part of its name. 群名包含
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) name_contains: Option<String>,
    /// Tags that it has, by name. 群标签
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub(super) tags: Option<Vec<String>>,
    /// Whether one of the tags is enough; default: any. 标签匹配方式
    #[serde(skip_serializing_if = "TagsMatch::is_any")]
    pub(super) tags_match: TagsMatch,
    /// It was made on this day or later, in China. 建群不早于
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Date", example = &"2026-01-01")]
    pub(super) created_after: Option<Date>,
    /// It was made on this day or earlier, in China. 建群不晚于
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Date", example = &"2026-11-22")]
    pub(super) created_before: Option<Date>,
}

/// Whether one of several tags is enough. 标签匹配方式
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum TagsMatch {
    /// One is. 任一
    #[default]
    Any,
    /// It must have all of them. 全部
    All,
}

impl TagsMatch {
    fn is_any(&self) -> bool {
        *self == Self::Any
    }
}

impl Select {
    /// True if a group is meant. One whose day of making the list does not say is not, where that is asked for.
    pub(super) fn fits(&self, group: &Group) -> bool {
        let has = |tag: &String| group.tags.contains(tag);
        let tagged = self.tags.as_ref().is_none_or(|tags| match self.tags_match {
            TagsMatch::Any => tags.iter().any(has),
            TagsMatch::All => tags.iter().all(has),
        });
        let made = |fits: &dyn Fn(chrono::NaiveDate) -> bool| group.created.is_some_and(fits);
        self.owner.as_ref().is_none_or(|owner| group.owner == *owner)
            && self.name_contains.as_ref().is_none_or(|part| group.name.contains(part.as_str()))
            && tagged
            && self.created_after.is_none_or(|first| made(&|day| day >= first.0))
            && self.created_before.is_none_or(|last| made(&|day| day <= last.0))
    }

    fn check(&self) -> Vec<Finding> {
        let mut found = vec![];
        for (field, text) in [("owner", &self.owner), ("name_contains", &self.name_contains)] {
            if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
                found.push(empty([field.into()], field, text!("write what is meant, or take it out")));
            }
        }
        if self.tags.as_ref().is_some_and(Vec::is_empty) {
            let help = text!("name a tag, or take `tags` out to select whatever tags a group has");
            found.push(empty(["tags".into()], "tags", help));
        }
        if self.tags.is_none() && self.tags_match == TagsMatch::All {
            found.push(Finding::error(
                Code::MissingKey,
                ["tags_match".into()],
                text!("`tags_match` without `tags`"),
                text!("name the tags, or take it out"),
            ));
        }
        if let (Some(first), Some(last)) = (self.created_after, self.created_before)
            && last < first
        {
            found.push(Finding::error(
                Code::BadValue,
                ["created_before".into()],
                text!("`created_before` {last} lies before `created_after` {first}", last, first),
                text!("both days are included; no group can be made between them"),
            ));
        }
        found
    }
}

/// Something that says nothing.
pub(super) fn empty(path: impl IntoIterator<Item = Step>, what: &str, help: Text) -> Finding {
    Finding::error(Code::CannotBeEmpty, path, text!("`{what}` is empty", what), help)
}

impl Words for Audience {
    fn check(&self) -> Vec<Finding> {
        let mut found = vec![];
        if self.groups.is_none() && self.select.is_none() {
            found.push(Finding::error(
                Code::MissingKey,
                [],
                text!("an audience without `groups` and `select`"),
                text!("write groups: [{{chat: wr…, owner: \"…\"}}], or select: {{owner: \"…\"}}; `select: {{}}` is every group"),
            ));
        }
        let mut chats = HashSet::new();
        for (nth, Chat { chat, owner }) in self.groups.iter().flatten().enumerate() {
            let path = |field: &str| [Step::from("groups"), nth.into(), field.into()];
            if chat.trim().is_empty() {
                found.push(empty(path("chat"), "chat", text!("write the group's id as the vendor gives it")));
            } else if !chats.insert(chat) {
                found.push(Finding::error(
                    Code::Duplicate,
                    path("chat"),
                    text!("the group {chat} is named twice", chat),
                    text!("take one of the two out: a group that is named twice gets everything twice"),
                ));
            }
            if owner.trim().is_empty() {
                found.push(empty(
                    path("owner"),
                    "owner",
                    text!("write the id of the group's owner (salesId)"),
                ));
            }
        }
        found.extend(self.select.iter().flat_map(Select::check).map(|finding| finding.under("select")));
        found
    }
}

/// Whom it goes to, where that is said without asking the vendor.
fn recipients(audience: &Own) -> Option<Vec<String>> {
    let audience: Audience = audience.typed().ok()?;
    let chats = audience.groups.filter(|_| audience.select.is_none())?;
    Some(chats.into_iter().map(|chat| chat.chat).collect())
}

/// Which groups a selection finds nobody knows offline: it counts as an audience of its own.
fn reach(audiences: &[&Own]) -> Vec<Vec<Text>> {
    let reached = |audience: Audience| {
        let chats =
            audience.groups.into_iter().flatten().map(|chat| text!("the group {chat}", chat = chat.chat));
        let select = audience.select.and_then(|select| serde_json::to_string(&select).ok());
        chats.chain(select.map(|select| text!("the groups selected by {select}", select))).collect()
    };
    audiences.iter().map(|audience| audience.typed().map(reached).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests;
