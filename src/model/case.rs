//! A conversation test: what a follower does, and what should come of it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Address;
use super::kinds::RawReply;
use crate::problem::Place;

/// A conversation test.
#[derive(Clone, Debug)]
pub struct Case {
    /// What the follower does.
    pub on: On,
    /// What should come of it.
    pub expect: Expect,
    /// Where it stands.
    pub place: Place,
}

/// What a follower does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// Sends a text.
    Say(String),
    /// Something that is no message.
    Event(Event),
    /// Presses a button.
    Click(Address),
}

/// What a follower does that is neither a message nor a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Begins to follow the account. 关注
    Subscribe,
}

/// What should come of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Expect {
    /// No rule answers: what is said when nothing else fits.
    Default,
    /// Nothing is said at all.
    Nothing,
    /// An answer with all of this.
    Answer(Box<Wants>),
}

/// What an answer should be; all that is said must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(description = "What an answer should be; all that is said must hold. 期望的回复", extend("minProperties" = 1))]
pub struct Wants {
    /// The rule that answers, by its key or its name. 回复规则
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"营业时间")]
    pub rule: Option<String>,
    /// The whole text of the answer. 完整文本
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub text: Option<String>,
    /// A part of the answer's text. 文本包含
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"10:00")]
    pub text_contains: Option<String>,
    /// The material that is sent, by its key. 素材
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"spring")]
    pub material: Option<String>,
    /// The material that is sent, by the vendor's own type and id. 不受管理的素材
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "RawReply")]
    pub raw: Option<RawReply>,
    /// The page that a button opens. 跳转链接
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"https://m.example.com")]
    pub link: Option<String>,
}

impl On {
    /// Its key in a test.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Say(_) => "say",
            Self::Event(_) => "event",
            Self::Click(_) => "click",
        }
    }

    /// Its value in a test.
    pub fn what(&self) -> &str {
        match self {
            Self::Say(text) => text,
            Self::Event(Event::Subscribe) => "subscribe",
            Self::Click(button) => button.within_kind(),
        }
    }
}

/// As a test says it: `say 营业时间`.
impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.word(), self.what())
    }
}

impl Wants {
    /// The forms of an answer that it names. An answer has one.
    pub fn forms(&self) -> Vec<&'static str> {
        let text = self.text.is_some() || self.text_contains.is_some();
        let forms = [
            ("text", text),
            ("material", self.material.is_some()),
            ("raw", self.raw.is_some()),
            ("link", self.link.is_some()),
        ];
        forms.into_iter().filter(|(_, named)| *named).map(|(form, _)| form).collect()
    }

    /// True if it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
