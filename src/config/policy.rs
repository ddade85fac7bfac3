//! `policy:`, what the project forbids itself.

use crate::problem::Flaw;
use crate::text;
use std::borrow::Cow;
use std::fmt;

use chrono::NaiveTime;
use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::nearest::suggest;
use crate::globs::Glob;
use crate::model::Address;
use crate::model::schedule::time;
use crate::problem::{Code, Level, Problem};
use crate::words::Text;

/// What the project forbids itself. What is absent is not checked, except `max_deletes` and `allow_money_messages`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Policy {
    /// More deletions than that of one account's kind refuse the plan: a share like `30%` (default), or a number. 删除上限
    pub max_deletes: MaxDeletes,
    /// Addresses that may never be deleted; `*` and `**` work. 禁止删除的地址
    pub protect: Vec<Pattern>,
    /// No message may be due in it, in the project's timezone. 免打扰时段
    pub quiet_hours: Option<QuietHours>,
    /// How many messages one audience may get in a day. 每日消息上限
    pub max_messages_per_audience_per_day: Option<u32>,
    /// Whether messages that ask for or return money may be declared; default false. 允许收款与退款
    pub allow_money_messages: bool,
    /// Words that may not stand in any text that goes out. 禁用词
    pub forbidden_words: Vec<String>,
    /// The level of a finding, by its code. 检查级别
    pub lint: IndexMap<LintCode, LintLevel>,
}

impl Policy {
    /// True if the policy protects an address from deletion.
    pub fn protects(&self, address: &Address) -> bool {
        self.protect.iter().any(|pattern| pattern.is_match(address.as_str()))
    }

    /// The forbidden words that a text which goes out says.
    pub fn forbidden_in<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a String> {
        self.forbidden_words.iter().filter(move |word| !word.is_empty() && text.contains(word.as_str()))
    }

    /// That a text says one of them, and what to do.
    pub fn forbidden(said: Text) -> Problem {
        Problem::error(Code::ForbiddenWord, said)
            .help(text!("say it otherwise; `policy.forbidden_words` of the project forbids the word"))
    }

    /// The problem at the level that the policy gives it; nothing if it is off.
    pub fn judged(&self, problem: Problem) -> Option<Problem> {
        match self.lint.get(&LintCode(problem.code)) {
            None => Some(problem),
            Some(LintLevel::Off) => None,
            Some(LintLevel::Warn) => Some(Problem { level: Level::Warning, ..problem }),
            Some(LintLevel::Error) => Some(Problem { level: Level::Error, ..problem }),
        }
    }
}

/// How many deletions a plan may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum MaxDeletes {
    /// Of an account's live objects of one kind, in percent.
    Percent(u32),
    /// So many.
    Number(u64),
}

impl Default for MaxDeletes {
    fn default() -> Self {
        Self::Percent(30)
    }
}

impl TryFrom<String> for MaxDeletes {
    type Error = Flaw;

    fn try_from(text: String) -> Result<Self, Flaw> {
        let read = match text.strip_suffix('%') {
            Some(percent) => percent.trim().parse().ok().filter(|percent| *percent <= 100).map(Self::Percent),
            None => text.parse().ok().map(Self::Number),
        };
        read.ok_or_else(|| {
            Flaw::new(text!("`{text}` is neither a share nor a number", text), text!("write e.g. 30% or 5"))
        })
    }
}

impl JsonSchema for MaxDeletes {
    fn schema_name() -> Cow<'static, str> {
        "MaxDeletes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "oneOf": [
                {"type": "string", "pattern": "^[0-9]+ *%?$"},
                {"type": "integer", "minimum": 0}
            ],
            "examples": ["30%", 5]
        })
    }
}

/// A pattern of names or addresses: `*` stays inside one part, `**` does not.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(Glob);

impl Pattern {
    /// True if it matches the whole of a text.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl TryFrom<String> for Pattern {
    type Error = Flaw;

    fn try_from(text: String) -> Result<Self, Flaw> {
        Glob::new(&text).map(Self).map_err(|why| {
            Flaw::new(
                text!("`{text}` is not a pattern: {why}", text, why),
                text!("`*` and `**` stand for anything"),
            )
        })
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string"})
    }
}

/// A stretch of the day; it may go over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct QuietHours {
    /// Its first minute.
    pub from: NaiveTime,
    /// The minute after its last.
    pub to: NaiveTime,
}

impl TryFrom<String> for QuietHours {
    type Error = Flaw;

    fn try_from(text: String) -> Result<Self, Flaw> {
        text.split_once('-')
            .and_then(|(from, to)| Some(Self { from: time(from.trim())?, to: time(to.trim())? }))
            .filter(|hours| hours.from != hours.to)
            .ok_or_else(|| {
                Flaw::new(
                    text!("`{text}` is not a stretch of the day", text),
                    text!("write e.g. \"22:00-08:00\""),
                )
            })
    }
}

impl JsonSchema for QuietHours {
    fn schema_name() -> Cow<'static, str> {
        "QuietHours".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^ *[0-9]{1,2}:[0-9]{2} *- *[0-9]{1,2}:[0-9]{2} *$",
            "examples": ["22:00-08:00"]
        })
    }
}

/// The code of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct LintCode(pub Code);

impl TryFrom<String> for LintCode {
    type Error = Flaw;

    fn try_from(text: String) -> Result<Self, Flaw> {
        let lints = || Code::ALL.iter().filter(|code| code.is_lint());
        lints().find(|code| code.as_str() == text).map(|code| Self(*code)).ok_or_else(|| {
            let help = suggest(&text, lints().map(|code| code.as_str()), Text::default());
            Flaw::new(text!("there is no finding `{text}` whose level can be changed", text), help)
        })
    }
}

impl fmt::Display for LintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl JsonSchema for LintCode {
    fn schema_name() -> Cow<'static, str> {
        "LintCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^MP[0-9]{3}$"})
    }
}

/// The level of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LintLevel {
    /// Not said at all.
    Off,
    /// Said, but nothing stops.
    Warn,
    /// Nothing is planned.
    Error,
}
