//! How plans are written for this vendor: whom they go to. What they send is in [`super::items`].

use indexmap::IndexSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::items::Item;
use crate::model::sop::{Own, SentBy, Words};
use crate::model::{Entries, Files, Finding, Step, first_column};
use crate::problem::Code;
use crate::providers::{Money, Plans, read_plan, words};
use crate::text;
use crate::words::Text;

/// How plans are written.
pub(super) const PLANS: Plans = Plans {
    sent_by: SentBy::Us,
    zone: None,
    read: read_plan::<Audience, Item>,
    audience: words::<Audience>,
    message: words::<Item>,
    recipients,
    reach: |audiences| {
        let named =
            |one: &&Own| recipients(one).unwrap_or_default().into_iter().map(Text::verbatim).collect();
        audiences.iter().map(named).collect()
    },
    material: |_| vec![],
    money: MONEY,
};

/// The messages that move money: our words for them, and the vendor's own.
pub(super) const MONEY: &[Money] = &[
    Money::Form("collect"),
    Money::Form("refund"),
    Money::Own("MsgType", "rebpacket"),
    Money::Own("MsgType", "returnmoney"),
];

/// Who gets the messages: friends of one account, or the people behind takeover keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(
    rename = "YoumiAudience",
    description = "Who gets the messages, at youmi: `friends`, `friends_file` or `takeover_keys`. 受众"
)]
pub(super) struct Audience {
    /// The account that sends, by its WechatId; takeover keys say it themselves. 运营号
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) from: Option<String>,
    /// Where they are friends. 关系类型
    pub(super) channel: Channel,
    /// Who gets it, by their ToUserName; each once, in this order. 好友标识
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub(super) friends: Option<Vec<String>>,
    /// The friends from a file instead: first column, one a row, `#` comments. 好友文件
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"regulars.csv")]
    pub(super) friends_file: Option<String>,
    /// Conversations that were taken over, by the vendor's keys of them. 接管标识
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub(super) takeover_keys: Option<Vec<String>>,
    /// An audience of nobody is no error; default: false. 允许为空
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) allow_empty: bool,
}

/// Where people are friends of an account. 关系类型
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "YoumiChannel")]
pub(super) enum Channel {
    /// Personal WeChat. 个微
    Wechat,
    /// An official account. 公众号
    Mp,
    /// A mini-program. 小程序
    Mini,
    /// WeCom. 企业微信
    Wecom,
}

impl Channel {
    /// The vendor's number for it, `RelationType`. Its document wants it with takeover keys as well.
    pub(super) fn relation(self) -> u8 {
        match self {
            Self::Wechat => 0,
            Self::Mp => 1,
            Self::Mini => 2,
            Self::Wecom => 3,
        }
    }

    /// Our word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Wechat => "wechat",
            Self::Mp => "mp",
            Self::Mini => "mini",
            Self::Wecom => "wecom",
        }
    }
}

impl Words for Audience {
    fn fill(&mut self, files: &dyn Files) -> Vec<Finding> {
        let mut found = vec![];
        // With other lists beside it, it stays: that is refused later.
        if let (Some(file), None, None) = (&self.friends_file, &self.friends, &self.takeover_keys) {
            match files.text(file).and_then(|text| first_column(&text, Entries::Friends)) {
                Ok(friends) => {
                    self.friends = Some(friends);
                    self.friends_file = None;
                }
                Err(finding) => found.push(finding.under("friends_file")),
            }
        }
        found
    }

    fn check(&self) -> Vec<Finding> {
        let mut found = vec![];
        let lists = [
            ("friends", self.friends.is_some()),
            ("friends_file", self.friends_file.is_some()),
            ("takeover_keys", self.takeover_keys.is_some()),
        ];
        let given: Vec<_> = lists.iter().filter(|(_, given)| *given).map(|(key, _)| *key).collect();
        if given.len() != 1 {
            let message = match given.as_slice() {
                [] => text!("it does not say who gets it"),
                given => text!("it says in several ways who gets it: `{given}`", given = given.join("`, `")),
            };
            let help = text!("write exactly one of `friends`, `friends_file` and `takeover_keys`");
            let path = given.get(1).map(|key| (*key).into());
            found.push(Finding::error(Code::NotExactlyOne, path, message, help));
        }
        match (&self.from, &self.takeover_keys) {
            (None, None) => found.push(Finding::error(
                Code::MissingKey,
                [],
                text!("`from` is missing"),
                text!("write the WechatId of the account that sends; only takeover keys go without"),
            )),
            (Some(_), Some(_)) if given.len() == 1 => found.push(Finding::error(
                Code::BadValue,
                ["from".into()],
                text!("`from` beside takeover keys"),
                text!("take it out: each key says by itself which account sends"),
            )),
            _ => {}
        }
        if let Some(from) = self.from.as_ref().filter(|from| !is_word(from)) {
            found.push(not_a_word(from, ["from".into()]));
        }
        for (key, ids) in [("friends", &self.friends), ("takeover_keys", &self.takeover_keys)] {
            for (nth, id) in ids.iter().flatten().enumerate().filter(|(_, id)| !is_word(id)) {
                found.push(not_a_word(id, [key.into(), nth.into()]));
            }
        }
        found
    }
}

fn is_word(id: &str) -> bool {
    !id.is_empty() && !id.chars().any(|c| c.is_whitespace() || c.is_control())
}

fn not_a_word(id: &str, path: impl IntoIterator<Item = Step>) -> Finding {
    let message = text!("`{escape_debug}` is not an id", escape_debug = id.escape_debug());
    Finding::error(Code::BadValue, path, message, text!("an id is one word, as the vendor gives it"))
}

/// One message for each, in the order of the list: nobody gets it twice because the list names them twice. Nothing while
/// it is not known who they are.
fn recipients(audience: &Own) -> Option<Vec<String>> {
    let audience: Audience = audience.typed().ok()?;
    match (audience.friends, audience.friends_file, audience.takeover_keys) {
        (Some(ids), None, None) | (None, None, Some(ids)) => {
            Some(IndexSet::<String>::from_iter(ids).into_iter().collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
