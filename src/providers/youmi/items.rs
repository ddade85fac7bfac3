//! What a message may be, in our words. What is wrong with one is found in [`check`]; how it looks on the wire is in
//! [`super::send`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::sop::Raw;

mod check;

/// What is sent: exactly one of its forms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "YoumiMessage", description = "What is sent, at youmi: exactly one of its forms. 消息")]
pub(super) struct Item {
    /// A text message. 文本
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"早上好")]
    pub(super) text: Option<String>,
    /// A picture. 图片
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Image")]
    pub(super) image: Option<Image>,
    /// A video. 视频
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Video")]
    pub(super) video: Option<Video>,
    /// A file to be downloaded. 文件
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "File")]
    pub(super) file: Option<File>,
    /// A link, shown as a card. 链接
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Link")]
    pub(super) link: Option<Link>,
    /// The card of somebody in WeChat. 个微名片
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Contact")]
    pub(super) contact: Option<Contact>,
    /// The card of somebody in WeCom. 企微名片
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "WecomContact")]
    pub(super) wecom_contact: Option<WecomContact>,
    /// A mini-program. 小程序
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Named")]
    pub(super) mini_program: Option<Named>,
    /// An official account. 公众号
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Named")]
    pub(super) official_account: Option<Named>,
    /// Asks for money, if the policy allows it. 收款
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Nothing")]
    pub(super) collect: Option<Nothing>,
    /// Gives money back, if the policy allows it. 退款
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Nothing")]
    pub(super) refund: Option<Nothing>,
    /// Messages of another conversation. 转发
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Forward")]
    pub(super) forward: Option<Forward>,
    /// Several at once. 批量发送
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<BatchItem>", extend("minItems" = 1))]
    pub(super) batch: Option<Vec<BatchItem>>,
    /// A message in the vendor's own words, without from whom and to whom. 原样发送
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Raw")]
    pub(super) raw: Option<Raw>,
    /// Fields of the vendor's own that go along. 附加字段
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Raw")]
    pub(super) extra: Option<Raw>,
}

/// What may stand in a batch: exactly one of its forms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(
    rename = "YoumiBatchItem",
    description = "One of a batch, at youmi: exactly one of its forms. 消息",
    extend("oneOf" = [
        {"required": ["text"]},
        {"required": ["image"]},
        {"required": ["video"]},
        {"required": ["file"]},
        {"required": ["link"]}
    ])
)]
pub(super) struct BatchItem {
    /// A text message. 文本
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"早上好")]
    pub(super) text: Option<String>,
    /// A picture. 图片
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Image")]
    pub(super) image: Option<Image>,
    /// A video. 视频
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Video")]
    pub(super) video: Option<Video>,
    /// A file to be downloaded. 文件
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "File")]
    pub(super) file: Option<File>,
    /// A link, shown as a card. 链接
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Link")]
    pub(super) link: Option<Link>,
    /// Fields of the vendor's own that go along. 附加字段
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Raw")]
    pub(super) extra: Option<Raw>,
}

/// A picture. 图片
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "YoumiImage")]
pub(super) struct Image {
    /// Where it lies; in a batch the address must end in the suffix. 图片链接
    #[schemars(example = &"https://cdn.example.com/spring.jpg")]
    pub(super) url: String,
    /// Its suffix. 文件后缀
    #[schemars(example = &"jpg")]
    pub(super) format: String,
}

/// A video. 视频
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "YoumiVideo")]
pub(super) struct Video {
    /// Where it lies; the address must end in the suffix. 视频链接
    #[schemars(example = &"https://cdn.example.com/tour.mp4")]
    pub(super) url: String,
    /// Its suffix. 文件后缀
    #[schemars(example = &"mp4")]
    pub(super) format: String,
    /// Its title. 标题
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) title: Option<String>,
    /// A few words on it. 描述
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) description: Option<String>,
    /// Where its cover lies. 缩略图
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) thumbnail_url: Option<String>,
}

/// A file to be downloaded. 文件
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "YoumiFile")]
pub(super) struct File {
    /// Where it lies. 下载链接
    pub(super) url: String,
    /// Its name with the suffix, as people read it: it is encoded on its way. 文件名
    #[schemars(example = &"菜单.pdf")]
    pub(super) title: String,
    /// Its suffix. 文件后缀
    #[schemars(example = &"pdf")]
    pub(super) format: String,
}

/// A link, shown as a card. 链接
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "YoumiLink")]
pub(super) struct Link {
    /// Where it leads. 链接
    pub(super) url: String,
    /// Its title. 标题
    pub(super) title: String,
    /// A few words on it. 描述
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) description: Option<String>,
    /// Where its picture lies. 缩略图
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) thumbnail_url: Option<String>,
}

/// The card of somebody in WeChat. 个微名片
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "YoumiContact")]
pub(super) struct Contact {
    /// What they are called there. 昵称
    pub(super) nickname: String,
}

/// The card of somebody in WeCom. 企微名片
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "YoumiWecomContact")]
pub(super) struct WecomContact {
    /// What they are called there. 昵称
    pub(super) nickname: String,
    /// Their company. 所在公司
    pub(super) company: String,
}

/// Something that is found by its name. 名称
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "YoumiNamed")]
pub(super) struct Named {
    /// Its name. 名称
    pub(super) name: String,
}

/// Nothing more to say. 无字段
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "YoumiNothing")]
pub(super) struct Nothing {}

/// Messages of another conversation. 转发
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "YoumiForward")]
pub(super) struct Forward {
    /// Whose conversation it is. 从哪个用户转发
    pub(super) from: String,
    /// Which messages, as the vendor's records of the conversation have them. 被转发的消息
    #[schemars(extend("minItems" = 1))]
    pub(super) flags: Vec<Flag>,
}

/// One message of a conversation. 消息标识
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "YoumiFlag")]
pub(super) struct Flag {
    /// Its mark. 标识
    #[schemars(example = &"flag:0000026")]
    pub(super) flag: String,
    /// The vendor's word for what it is. 消息类型
    #[serde(rename = "type")]
    #[schemars(example = &"image")]
    pub(super) kind: String,
    /// When it was sent, in seconds since 1970. 消息时间
    pub(super) time: i64,
    /// Its number. 消息序号
    pub(super) index: i64,
}
