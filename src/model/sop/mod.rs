//! A recurring plan (SOP): messages over some days, run once or again and again. Whom it goes to and what a message
//! may be each vendor says in words of its own; from reading on they are plain data ([`Own`]).

mod own;
mod planned;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::schedule::{Day, Schedule, Span, Time};
use super::{Files, Finding, Step};
use crate::problem::Code;
use crate::text;
use crate::words::Text;

pub use own::{EXTRA, Own, Raw};
pub use planned::{Due, Planned, Run};

/// A recurring plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "A recurring plan: messages over some days, once or again and again. 群发计划")]
pub struct Sop<A = Own, I = Own> {
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
    pub audience: A,
    /// The messages. 步骤
    #[schemars(extend("minItems" = 1))]
    pub steps: Vec<SopStep<I>>,
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

/// The word for every follower.
pub const ALL: &str = "all";

/// Who sends the messages of a plan when they are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentBy {
    /// The vendor: each run is made there ahead of time.
    Vendor,
    /// We do: the plan is armed, and `sop run` sends.
    Us,
}

/// One message, or several at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "One message: on which day of the run, at what time, and what. 步骤")]
pub struct SopStep<I = Own> {
    /// The day of the run; 1 is its start date. 第几天
    pub day: Day,
    /// The time of that day, in the project's timezone. 时间
    #[schemars(example = &"10:00")]
    pub at: Time,
    /// What is sent. 内容
    #[schemars(extend("minItems" = 1))]
    pub send: Vec<I>,
}

/// A vendor's own words in a plan: of its audience, or of one message.
pub trait Words: Serialize + DeserializeOwned + JsonSchema {
    /// Of a message: its forms, of which it has exactly one.
    const FORMS: &'static [&'static str] = &[];

    /// Puts in what stands in files.
    fn fill(&mut self, files: &dyn Files) -> Vec<Finding> {
        let _ = files;
        vec![]
    }

    /// What is wrong with it, each field for itself.
    fn check(&self) -> Vec<Finding> {
        vec![]
    }
}

impl<A: Words, I: Words> Sop<A, I> {
    /// Puts in what stands in files.
    pub fn fill(&mut self, files: &dyn Files) -> Vec<Finding> {
        self.audience.fill(files).into_iter().map(|finding| finding.under("audience")).collect()
    }

    /// The same with the vendor's words as plain data.
    pub fn plain(&self) -> Sop {
        let step = |step: &SopStep<I>| SopStep {
            day: step.day,
            at: step.at,
            send: step.send.iter().map(Own::of).collect(),
        };
        Sop {
            title: self.title.clone(),
            schedule: self.schedule.clone(),
            delivery: self.delivery,
            audience: Own::of(&self.audience),
            steps: self.steps.iter().map(step).collect(),
            grace: self.grace,
        }
    }

    /// What is wrong with it whoever the vendor is.
    pub fn check(&self) -> Vec<Finding> {
        let mut found = vec![];
        found.extend(self.title.as_deref().and_then(misnamed));
        if let Some(until) = self.schedule.until.filter(|until| *until < self.schedule.start) {
            found.push(Finding::error(
                Code::BadValue,
                ["schedule".into(), "until".into()],
                text!("`until` {until} lies before `start` {start}", until, start = self.schedule.start),
                text!("a run starts from `start` to `until`, both included"),
            ));
        }
        if self.steps.is_empty() {
            found.push(nothing(
                ["steps".into()],
                text!("a plan without steps"),
                text!("add a step: {{day: 1, at: \"10:00\", send: [{{text: …}}]}}"),
            ));
        }
        for (nth, step) in self.steps.iter().enumerate() {
            found.extend(step.check().into_iter().map(|finding| finding.under(nth).under("steps")));
        }
        found.extend(self.audience.check().into_iter().map(|finding| finding.under("audience")));
        found
    }
}

impl Sop {
    /// How late a message may be sent, if nobody says otherwise.
    pub const GRACE: Span = Span::minutes(30);
}

impl<I: Words> SopStep<I> {
    fn check(&self) -> Vec<Finding> {
        let mut found = vec![];
        if self.send.is_empty() {
            found.push(nothing(
                ["send".into()],
                text!("a step that sends nothing"),
                text!("add what is sent, e.g. send: [{{text: …}}]"),
            ));
        }
        for (nth, item) in self.send.iter().enumerate() {
            found.extend(check_item(item).into_iter().map(|finding| finding.under(nth).under("send")));
        }
        found
    }
}

fn check_item<I: Words>(item: &I) -> Vec<Finding> {
    let plain = Own::of(item);
    if plain.text("text") == Some("") {
        return vec![nothing(["text".into()], text!("an empty text"), text!("write what is to be read"))];
    }
    if plain.forms().count() == 1 {
        return item.check();
    }
    let forms: Vec<_> = I::FORMS.iter().map(|form| format!("`{form}`")).collect();
    let message = text!("what is sent is exactly one of {forms}", forms = forms.join(", "));
    vec![Finding::error(
        Code::NotExactlyOne,
        [],
        message,
        text!("keep one of them; write a message for each"),
    )]
}

/// What is wrong with a title, which is the key where there is none. There are vendors at which a run is known by nothing else, and nobody sees a blank at an
/// end of it, or a control character; what the vendor takes away is not found again.
pub fn misnamed(title: &str) -> Option<Finding> {
    let path = ["title".into()];
    let trimmed = title.trim();
    if trimmed.is_empty() {
        let help = text!("give it a title, or leave `title` out: it defaults to the key");
        return Some(Finding::error(Code::EmptyName, path, text!("a plan with an empty title"), help));
    }
    let what = if title.chars().any(char::is_control) {
        text!("a title with a line break or another control character")
    } else if trimmed.len() < title.len() {
        text!("a title with a blank at one of its ends")
    } else {
        return None;
    };
    Some(Finding::error(Code::BadValue, path, what, text!("take it out; a run is found again by its title")))
}

fn nothing(path: impl IntoIterator<Item = Step>, message: Text, help: Text) -> Finding {
    Finding::error(Code::CannotBeEmpty, path, message, help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    impl Words for Own {}

    /// The codes of what is wrong with a title.
    fn found(title: &str) -> Vec<Code> {
        let plan = json!({
            "title": title,
            "schedule": {"start": "2026-12-01"},
            "audience": {},
            "steps": [],
        });
        let plan: Sop = serde_json::from_value(plan).expect("a plan");
        let of_title = plan.check().into_iter().filter(|finding| finding.path == ["title".into()]);
        of_title.map(|finding| finding.code).collect()
    }

    #[test]
    fn a_title_is_one_line_without_blanks_at_its_ends() {
        for fine in ["周一早报", "周一 早报", "a"] {
            assert_eq!(found(fine), [], "{fine}");
        }
        for empty in ["", " ", "\u{3000}", "\n"] {
            assert_eq!(found(empty), [Code::EmptyName], "{empty:?}");
        }
        for wrong in [" a", "a ", "a\u{3000}", "a\n", "a\nb", "a\tb", "a\u{0}b", "a\u{7f}b"] {
            assert_eq!(found(wrong), [Code::BadValue], "{wrong:?}");
        }
    }
}
