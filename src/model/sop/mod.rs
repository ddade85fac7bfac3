//! A recurring plan (SOP): messages over some days, run once or again and again. It is no [`super::Kind`] yet:
//! nothing is made of it at a vendor, it can only be read, checked and looked at.

mod planned;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::schedule::{Day, Schedule, Span, Time};
use super::{Finding, Step};
use crate::problem::Code;

pub use planned::{Due, Planned, Run};

/// A recurring plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "A recurring plan: messages over some days, once or again and again. 群发计划")]
pub struct Sop {
    /// What staff see, the run's date is added; default: the key. 标题
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"周一早报")]
    pub title: Option<String>,
    /// When runs start. 日程
    pub schedule: Schedule,
    /// How a vendor that sends by itself does it. 发送方式
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Delivery")]
    pub delivery: Option<Delivery>,
    /// Who gets it. 受众
    pub audience: Audience,
    /// The messages. 步骤
    #[schemars(extend("minItems" = 1))]
    pub steps: Vec<SopStep>,
    /// How late a message may still be sent; default 30m. 宽限时间
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Span", example = &"30m")]
    pub grace: Option<Span>,
}

/// How a vendor that sends by itself does it. 发送方式
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Staff send it with a tap. 员工手动
    Manual,
    /// The vendor's assistant sends it. 助手
    Assistant,
}

/// Who gets the messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "Who gets the messages. 受众")]
pub struct Audience {
    /// A group of this account, by its key, or `all` for every follower. 分组
    #[schemars(example = &"vip")]
    pub group: String,
    /// Only these of them; default: any. 性别
    #[serde(default, skip_serializing_if = "Gender::is_any")]
    pub gender: Gender,
    /// An audience of nobody is no error; default: false. 允许为空
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_empty: bool,
}

/// The word for every follower.
pub const ALL: &str = "all";

/// Followers by what WeChat says of their gender. 性别
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
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

/// One message, or several at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "One message: on which day of the run, at what time, and what. 步骤")]
pub struct SopStep {
    /// The day of the run; 1 is its start date. 第几天
    pub day: Day,
    /// The time of that day, in the project's timezone. 时间
    #[schemars(example = &"10:00")]
    pub at: Time,
    /// What is sent. 内容
    #[schemars(extend("minItems" = 1))]
    pub send: Vec<Item>,
}

/// What is sent: exactly one of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(description = "What is sent: exactly one of its fields. 消息", extend("minProperties" = 1, "maxProperties" = 1))]
pub struct Item {
    /// A text message. 文本
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"早上好")]
    pub text: Option<String>,
    /// A material of this account, by its key. 素材
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"spring")]
    pub material: Option<String>,
}

impl Sop {
    /// How late a message may be sent, if nobody says otherwise.
    pub const GRACE: Span = Span::minutes(30);

    /// What is wrong with it whoever the vendor is.
    pub fn check(&self) -> Vec<Finding> {
        let mut found = vec![];
        if self.title.as_deref().is_some_and(|title| title.trim().is_empty()) {
            found.push(Finding::error(
                Code::EmptyName,
                ["title".into()],
                "a plan with an empty title",
                "give it a title, or leave `title` out: it defaults to the key",
            ));
        }
        if let Some(until) = self.schedule.until.filter(|until| *until < self.schedule.start) {
            found.push(Finding::error(
                Code::BadValue,
                ["schedule".into(), "until".into()],
                format!("`until` {until} lies before `start` {}", self.schedule.start),
                "a run starts from `start` to `until`, both included",
            ));
        }
        if self.steps.is_empty() {
            found.push(nothing(
                ["steps".into()],
                "a plan without steps",
                "add a step: {day: 1, at: \"10:00\", send: [{text: …}]}",
            ));
        }
        for (nth, step) in self.steps.iter().enumerate() {
            found.extend(step.check().into_iter().map(|finding| finding.under(nth).under("steps")));
        }
        found
    }
}

impl SopStep {
    fn check(&self) -> Vec<Finding> {
        let mut found = vec![];
        if self.send.is_empty() {
            found.push(nothing(
                ["send".into()],
                "a step that sends nothing",
                "add what is sent, e.g. send: [{text: …}]",
            ));
        }
        for (nth, item) in self.send.iter().enumerate() {
            found.extend(item.check().map(|finding| finding.under(nth).under("send")));
        }
        found
    }
}

impl Item {
    fn check(&self) -> Option<Finding> {
        match (&self.text, &self.material) {
            (Some(text), None) if text.is_empty() => {
                Some(nothing(["text".into()], "an empty text", "write what followers are to read"))
            }
            (Some(_), None) | (None, Some(_)) => None,
            _ => Some(Finding::error(
                Code::NotExactlyOne,
                [],
                "what is sent is exactly one of `text` or `material`",
                "keep one of the two",
            )),
        }
    }
}

fn nothing(path: impl IntoIterator<Item = Step>, message: &str, help: &str) -> Finding {
    Finding::error(Code::CannotBeEmpty, path, message, help)
}
