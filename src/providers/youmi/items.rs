//! What a message may be, in our words. How it looks on the wire is in [`super::send`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::sop::{Own, Raw, Words};
use crate::model::{Finding, Step};
use crate::problem::Code;

/// Fields of the vendor's own that say from whom and to whom. They are the audience's to say: a message that named
/// somebody else would go to whom nobody planned it for.
const ADDRESS: [&str; 4] = ["WechatId", "ToUserName", "TakeOverKey", "RelationType"];

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

const PARTS: &[&str] = &["text", "image", "video", "file", "link"];

impl Words for Item {
    const FORMS: &'static [&'static str] = &[
        "text",
        "image",
        "video",
        "file",
        "link",
        "contact",
        "wecom_contact",
        "mini_program",
        "official_account",
        "collect",
        "refund",
        "forward",
        "batch",
        "raw",
    ];

    fn check(&self) -> Vec<Finding> {
        let mut found = vec![];
        self.parts(&mut found);
        for (nth, item) in self.batch.iter().flatten().enumerate() {
            found.extend(item.check().into_iter().map(|finding| finding.under(nth).under("batch")));
        }
        if self.batch.as_ref().is_some_and(Vec::is_empty) {
            found.push(empty(
                ["batch".into()],
                "a batch of nothing",
                "write what it holds, e.g. [{text: …}]",
            ));
        }
        let forward = self.forward.as_ref();
        if forward.is_some_and(|forward| forward.flags.is_empty()) {
            let help = "name the messages: {flag, type, time, index} of each";
            found.push(empty(["forward".into(), "flags".into()], "a forward of nothing", help));
        }
        if let Some(raw) = &self.raw {
            let has_type = |(name, value): (&String, &serde_json::Value)| {
                name.eq_ignore_ascii_case("MsgType")
                    && value.as_str().is_some_and(|word| !word.trim().is_empty())
            };
            if !raw.0.iter().any(has_type) {
                let help = "the vendor tells messages apart by it; write e.g. MsgType: text";
                found.push(Finding::error(Code::MissingKey, ["raw".into()], "`MsgType` is missing", help));
            }
            found.extend(addressed(raw, "raw"));
        }
        found.extend(self.extra.iter().flat_map(|extra| addressed(extra, "extra")));
        found
    }
}

impl Item {
    /// What is wrong with the forms that may stand in a batch as well, and with blank words.
    fn parts(&self, found: &mut Vec<Finding>) {
        blanks(&Own::of(self), found);
        if let Some(video) = &self.video {
            found.extend(suffixed(&video.url, &video.format, "video"));
        }
        found.extend(self.file.iter().filter_map(File::unnamed));
    }
}

impl BatchItem {
    fn check(&self) -> Vec<Finding> {
        let plain = Own::of(self);
        if plain.forms().count() != 1 {
            let forms: Vec<_> = PARTS.iter().map(|form| format!("`{form}`")).collect();
            let message = format!("one of a batch is exactly one of {}", forms.join(", "));
            let help = "keep one of them; write an entry for each";
            return vec![Finding::error(Code::NotExactlyOne, [], message, help)];
        }
        let mut found = vec![];
        blanks(&plain, &mut found);
        if let Some(image) = &self.image {
            found.extend(suffixed(&image.url, &image.format, "image"));
        }
        if let Some(video) = &self.video {
            found.extend(suffixed(&video.url, &video.format, "video"));
        }
        found.extend(self.file.iter().filter_map(File::unnamed));
        found.extend(self.extra.iter().flat_map(|extra| addressed(extra, "extra")));
        found
    }
}

impl File {
    fn unnamed(&self) -> Option<Finding> {
        let named =
            self.title.rsplit_once('.').is_some_and(|(stem, suffix)| !stem.is_empty() && !suffix.is_empty());
        let help = "write the file's whole name, e.g. 菜单.pdf (source: the document wants it 带后缀)";
        let path = ["file".into(), "title".into()];
        let message = format!("the file's name `{}` has no suffix", self.title);
        // That it is empty has been said.
        (!named && !self.title.trim().is_empty()).then(|| Finding::error(Code::BadValue, path, message, help))
    }
}

/// An address must end in its file's suffix. The document does not say whether a query may stand behind it, so none
/// may: what the vendor can't send it drops without a word to us.
fn suffixed(url: &str, format: &str, form: &str) -> Option<Finding> {
    let ending = format!(".{}", format.trim().trim_start_matches('.')).to_lowercase();
    if url.trim().is_empty() || ending == "." || url.to_lowercase().ends_with(&ending) {
        return None;
    }
    let help = "the vendor sends nothing else (source: 需带上文件的后缀才能成功发送); behind a query, write the suffix at its end, \
        e.g. ?token=…&name=.mp4";
    let message = format!("the address of the {form} does not end in `{ending}`");
    Some(Finding::error(Code::Spoilt, [form.into(), "url".into()], message, help))
}

/// Words that say nothing.
fn blanks(item: &Own, found: &mut Vec<Finding>) {
    for (form, value) in item.0.iter().filter(|(form, _)| !matches!(form.as_str(), "raw" | "extra" | "batch"))
    {
        blank(value, &mut vec![form.as_str().into()], found);
    }
}

fn blank(value: &serde_json::Value, path: &mut Vec<Step>, found: &mut Vec<Finding>) {
    let mut inside = |step: Step, value: &serde_json::Value| {
        path.push(step);
        blank(value, path, found);
        path.pop();
    };
    match value {
        serde_json::Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| inside(name.as_str().into(), value));
        }
        serde_json::Value::Array(items) => {
            items.iter().enumerate().for_each(|(nth, value)| inside(nth.into(), value));
        }
        serde_json::Value::String(text) if text.trim().is_empty() => {
            let help = "write what the vendor is to get, or leave out what may be left out";
            found.push(empty(path.clone(), "a field that says nothing", help));
        }
        _ => {}
    }
}

fn addressed<'a>(raw: &'a Raw, under: &'a str) -> impl Iterator<Item = Finding> + 'a {
    let is_address = |name: &&String| ADDRESS.iter().any(|field| name.trim().eq_ignore_ascii_case(field));
    raw.0.keys().filter(is_address).map(move |name| {
        let message = format!("`{name}` is not a message's to say");
        let help = "take it out; from whom and to whom a message goes stands in the audience";
        Finding::error(Code::BadValue, [under.into(), name.as_str().into()], message, help)
    })
}

fn empty(path: impl IntoIterator<Item = Step>, message: &str, help: &str) -> Finding {
    Finding::error(Code::CannotBeEmpty, path, message, help)
}
