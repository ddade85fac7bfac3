//! A button of the menu below a chat (自定义菜单). The menu is two levels of them; a button is known by its
//! path of names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reply::listed;
use super::{Ids, Kind, Names, Reply, Shape};
use crate::model::{Files, Finding, Link, Rule, Rules};
use crate::problem::Code;
use crate::text;

/// A button of the menu. One with `items` has no action of its own; any other has exactly one. 菜单按钮
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Button {
    /// What stands on the button; also its identity among its siblings. 按钮名
    #[schemars(example = &"官网")]
    pub name: String,
    /// Opens a page. 跳转链接
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"https://m.example.com")]
    pub link: Option<String>,
    /// Answers with a message. 回复消息
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Reply")]
    pub reply: Option<Reply>,
    /// A click key that was set on WeChat's own side: kept as it is, can't be created. 微信侧的点击键值
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"V2013_pop_199")]
    pub keycode: Option<String>,
    /// The button it lies under.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub parent: Option<Link<Button>>,
    /// Its place among its siblings, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub position: Option<u32>,
}

/// The forms of a button's action, the one to show first in front.
const ACTIONS: &[&str] = &["link", "reply", "keycode"];

impl Button {
    /// True if pressing it does something.
    pub fn acts(&self) -> bool {
        self.actions() > 0
    }

    /// The findings of a button of which it is known whether it has others below it.
    pub fn findings(&self, has_items: bool) -> Vec<Finding> {
        match (self.actions(), has_items) {
            (1, false) | (0, true) => vec![],
            (_, true) => vec![Finding::error(
                Code::NotExactlyOne,
                [],
                text!("a button with `items` and an action of its own"),
                text!("WeChat opens the sub-menu and never performs the action; keep one of the two"),
            )],
            (_, false) => vec![Finding::error(
                Code::NotExactlyOne,
                [],
                text!("a button has `items`, or exactly one of {actions}", actions = listed(ACTIONS)),
                text!("say what pressing it does, e.g. link: https://…"),
            )],
        }
    }

    fn actions(&self) -> usize {
        usize::from(self.link.is_some())
            + usize::from(self.reply.is_some())
            + usize::from(self.keycode.is_some())
    }
}

impl Kind for Button {
    const NAME: &'static str = "menu";
    const SECTION: &'static str = "menu";
    const SHAPE: Shape = Shape::Tree(2);
    const RULES: Rules = Rules(&[
        ("", Rule::OneOf(ACTIONS)),
        ("reply", Rule::OneOf(super::reply::FORMS)),
        ("position", Rule::Rank),
        ("parent", Rule::Immutable),
    ]);
    const WORKED_OUT: &'static [&'static str] = &["parent", "position"];
    const COMMIT: Option<&'static str> = Some("published");

    fn fill(&mut self, key: &str, _: &dyn Files) -> Vec<Finding> {
        if self.name.is_empty() {
            self.name = key.to_owned();
        }
        vec![]
    }

    fn check(&self) -> Vec<Finding> {
        self.reply.iter().flat_map(Reply::findings).map(|finding| finding.under("reply")).collect()
    }

    fn check_level(&self, has_items: bool) -> Vec<Finding> {
        self.findings(has_items)
    }

    fn name_links(&mut self, names: &Names<'_>) {
        if let Some(reply) = &mut self.reply {
            reply.name_links(names);
        }
    }

    fn id_links(&mut self, ids: &Ids<'_>) {
        if let Some(reply) = &mut self.reply {
            reply.id_links(ids);
        }
    }

    fn natural(&self, _: &str) -> String {
        self.name.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_wants_one_action_and_a_branch_none() {
        let link = Button { link: Some("https://m.example.com".into()), ..Button::default() };
        assert!(link.findings(false).is_empty());
        assert_eq!(link.findings(true).len(), 1);
        assert!(Button::default().findings(true).is_empty());
        assert_eq!(Button::default().findings(false).len(), 1);
        let both = Button { keycode: Some("V1".into()), ..link };
        assert_eq!(both.findings(false).len(), 1);
    }
}
