//! Who hears how a run ended.

use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::node::Node;
use super::read::read;
use crate::problem::{Code, Place, Problem};
use crate::text;

/// A webhook that hears how a run ended.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Webhook")]
pub struct Webhook {
    /// Where the summary is posted to. It is kept secret: who knows a robot's address can write in its group. 地址
    #[schemars(with = "String")]
    pub webhook: SecretString,
    /// What the receiver understands; default: json. 格式
    #[serde(default)]
    pub format: Format,
    /// The key that the robot's messages are signed with (DingTalk 加签, Feishu 签名校验). 签名密钥
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub secret: Option<SecretString>,
    /// The commands that are told of; default: all. 通知哪些命令
    #[serde(default = "all")]
    pub on: Vec<Occasion>,
    /// Where it is declared.
    #[serde(skip)]
    #[schemars(skip)]
    pub place: Option<Place>,
}

impl Webhook {
    /// Whom it belongs to: all of its address that may be shown. Nothing if it is no address of the web.
    pub fn host(&self) -> Option<&str> {
        let address = self.webhook.expose_secret();
        let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
        let host = rest.split(['/', '?', '#']).next()?;
        // A name and password before it are as secret as the rest.
        let host = host.rsplit('@').next()?;
        let host = match host.strip_prefix('[') {
            Some(six) => six.split(']').next()?,
            None => host.split(':').next()?,
        };
        (!host.is_empty()).then_some(host)
    }
}

/// What a receiver understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One object, for programs. 通用
    #[default]
    Json,
    /// A group robot of WeCom. 企业微信群机器人
    Wecom,
    /// A group robot of DingTalk. 钉钉群机器人
    Dingtalk,
    /// A group robot of Feishu. 飞书群机器人
    Feishu,
}

/// A command that others hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Occasion {
    /// `mpform apply`. 应用
    Apply,
    /// `mpform drift`. 漂移
    Drift,
    /// `mpform sop run`. 发送
    #[serde(rename = "sop run")]
    SopRun,
}

impl Occasion {
    /// As it is typed.
    pub fn command(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Drift => "drift",
            Self::SopRun => "sop run",
        }
    }
}

fn all() -> Vec<Occasion> {
    vec![Occasion::Apply, Occasion::Drift, Occasion::SopRun]
}

/// The webhooks of a project document that is filled in.
pub(super) fn webhooks(node: Option<&Node>, problems: &mut Vec<Problem>) -> Vec<Webhook> {
    let Some(node) = node else { return vec![] };
    if !node.is_sequence() {
        // What stands there is most likely an address, which is not to be shown.
        problems.push(
            Problem::error(Code::WrongType, text!("expected a list of webhooks"))
                .at(node.place())
                .help(text!("write `notify: [{{webhook: \"${{env.…}}\", format: wecom}}]`")),
        );
        return vec![];
    }
    node.items().iter().filter_map(|item| webhook(item, problems)).collect()
}

fn webhook(node: &Node, problems: &mut Vec<Problem>) -> Option<Webhook> {
    if !node.is_mapping() {
        problems.push(
            Problem::error(Code::WrongType, text!("expected a webhook and its format"))
                .at(node.place())
                .help(text!("write `{{webhook: \"${{env.…}}\", format: wecom}}`")),
        );
        return None;
    }
    let hook: Webhook = read(node, problems)?;
    let written = node.get("webhook").unwrap_or(node);
    // A variable that is not set has been warned of: nobody is told, and nothing else depends on it.
    if written.is_stand_in() || node.get("secret").is_some_and(Node::is_stand_in) {
        return None;
    }
    if hook.host().is_none() {
        problems.push(
            Problem::error(Code::BadValue, text!("`webhook` is not the address of one"))
                .at(written.place())
                .help(text!(
                    "write the whole address as the robot's settings show it, beginning with https://"
                )),
        );
    }
    if let (Some(_), Format::Json | Format::Wecom, Some(at)) = (&hook.secret, hook.format, node.get("secret"))
    {
        problems.push(
            Problem::error(Code::BadValue, text!("`secret` where nothing is signed"))
                .at(at.place())
                .help(text!("take it out; only robots of dingtalk and feishu take signatures")),
        );
    }
    Some(Webhook { place: Some(node.place()), ..hook })
}
