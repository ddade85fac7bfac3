//! What is sent at Tanmarket, and how its requests say it (`sopDatas`). Of the fourteen fields of an item eleven are
//! published, and other types exist: `raw` passes an item on as it stands, `extra` adds fields to any.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::words::empty;
use crate::model::Finding;
use crate::model::sop::{Raw, Words};
use crate::problem::Code;
use crate::text;

/// The placeholders that the vendor fills in.
const PLACEHOLDERS: [&str; 3] = ["#客户备注#", "#客户昵称#", "#员工姓名#"];

/// What is sent: exactly one of its fields, and `extra`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(
    rename = "TanmarketMessage",
    description = "What is sent, at tanmarket: exactly one of its forms. 消息"
)]
pub(super) struct Item {
    /// A text; #客户备注#, #客户昵称# and #员工姓名# are filled in. 文本
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"#客户昵称# 早上好")]
    pub(super) text: Option<String>,
    /// A picture. 图片
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Picture")]
    pub(super) image: Option<Picture>,
    /// A link, shown as a card. 链接
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "WebLink")]
    pub(super) link: Option<WebLink>,
    /// An item of the vendor's content library. 内容库素材
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "LibraryItem")]
    pub(super) material: Option<LibraryItem>,
    /// An item of `sopDatas`, passed on as it stands. 原样传递
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Raw")]
    pub(super) raw: Option<Raw>,
    /// Fields of the vendor's own that go along. 附加字段
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Raw")]
    pub(super) extra: Option<Raw>,
}

/// A picture. 图片
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Picture {
    /// Where it is. 图片地址
    #[schemars(example = &"https://www.example.com/poster.png")]
    pub(super) url: String,
    /// What the file is called. 文件名
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) file_name: Option<String>,
    /// WeChat's id of it (mediaId). 素材编号
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) media_id: Option<String>,
    /// The vendor's id of it (fileId). 文件编号
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) file_id: Option<String>,
    /// The MD5 of the file, 32 hexadecimal digits. 文件MD5
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) md5: Option<String>,
}

/// A link, shown as a card. 链接
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct WebLink {
    /// What stands on the card. 标题
    pub(super) title: String,
    /// Where it leads. 链接地址
    #[schemars(example = &"https://www.example.com/spring")]
    pub(super) url: String,
    /// The picture on the card. 封面地址
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) cover_url: Option<String>,
    /// What the picture's file is called. 文件名
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) file_name: Option<String>,
    /// WeChat's id of the picture (mediaId). 素材编号
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) media_id: Option<String>,
    /// The vendor's id of the picture (fileId). 文件编号
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) file_id: Option<String>,
}

/// An item of the vendor's content library. 内容库素材
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct LibraryItem {
    /// The vendor's id of it (mcId). 素材编号
    pub(super) id: String,
    /// What it is, by the vendor's number (mcType). 素材类型
    pub(super) kind: i64,
    /// What stands on it. 标题
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) title: Option<String>,
    /// What stands below that. 描述
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) description: Option<String>,
    /// Its picture. 封面地址
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) cover_url: Option<String>,
}

impl Item {
    /// As an item of `sopDatas`. What is not said is left out.
    pub(super) fn data(&self) -> Map<String, Value> {
        let data = if let Some(text) = &self.text {
            json!({"type": 1, "content": text})
        } else if let Some(Picture { url, file_name, media_id, file_id, md5 }) = &self.image {
            json!({"type": 2, "fileName": file_name, "fileUrl": url, "mediaId": media_id,
                "fileId": number_or_text(file_id.as_deref()), "sign": md5})
        } else if let Some(WebLink { title, url, cover_url, file_name, media_id, file_id }) = &self.link {
            json!({"type": 3, "title": title, "link": url, "fileName": file_name, "fileUrl": cover_url,
                "mediaId": media_id, "fileId": number_or_text(file_id.as_deref())})
        } else if let Some(LibraryItem { id, kind, title, description, cover_url }) = &self.material {
            json!({"type": 99, "mcId": id, "mcType": kind, "title": title, "content": description,
                "fileUrl": cover_url})
        } else {
            Value::Null
        };
        let mut fields = match data {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        fields.retain(|_, value| !value.is_null());
        for Raw(more) in self.raw.iter().chain(&self.extra) {
            fields.extend(more.clone());
        }
        fields
    }
}

/// The document's own request has an id of a file as a number. What would not be the same as one stays a text.
fn number_or_text(id: Option<&str>) -> Value {
    let number = |id: &str| id.parse::<u64>().ok().filter(|number| number.to_string() == id);
    id.map_or(Value::Null, |id| number(id).map_or_else(|| id.into(), Value::from))
}

impl Words for Item {
    const FORMS: &'static [&'static str] = &["text", "image", "link", "material", "raw"];

    fn check(&self) -> Vec<Finding> {
        let mut found = vec![];
        for unknown in self.text.iter().flat_map(|text| unknown_placeholders(text)) {
            found.push(Finding::warning(
                Code::Spoilt,
                ["text".into()],
                text!("`{unknown}` is none of the vendor's placeholders", unknown),
                text!(
                    "it goes out as it stands; the vendor fills in {placeholders}",
                    placeholders = PLACEHOLDERS.join(", ")
                ),
            ));
        }
        let image = self.image.iter().flat_map(|image| [("image", "url", Some(&image.url))]);
        let link = self.link.iter().flat_map(|link| {
            [
                ("link", "title", Some(&link.title)),
                ("link", "url", Some(&link.url)),
                ("link", "cover_url", link.cover_url.as_ref()),
            ]
        });
        let material = self.material.iter().flat_map(|material| {
            [("material", "id", Some(&material.id)), ("material", "cover_url", material.cover_url.as_ref())]
        });
        for (form, field, text) in image.chain(link).chain(material) {
            if text.is_some_and(|text| text.trim().is_empty()) {
                let help =
                    text!("write it out; the vendor takes the message without it, and nobody can open it");
                found.push(empty([form.into(), field.into()], field, help));
            }
        }
        let md5 = self.image.as_ref().and_then(|image| image.md5.as_deref());
        if md5.is_some_and(|md5| md5.len() != 32 || !md5.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            found.push(Finding::error(
                Code::BadValue,
                ["image".into(), "md5".into()],
                text!("`md5` is not 32 hexadecimal digits"),
                text!("it is what `md5sum FILE` prints of the picture, or leave it out"),
            ));
        }
        if self.raw.as_ref().is_some_and(|raw| !raw.0.contains_key("type")) {
            found.push(Finding::error(
                Code::MissingKey,
                ["raw".into()],
                text!("an item without a `type`"),
                text!("write e.g. raw: {{type: 7, …}}; it is an item of `sopDatas` as the vendor's document has it"),
            ));
        }
        found
    }
}

/// What looks like a placeholder and is none: words between two `#` without a blank.
fn unknown_placeholders(text: &str) -> Vec<&str> {
    let mut found = vec![];
    let mut rest = text;
    while let Some(at) = rest.find('#') {
        rest = &rest[at..];
        if let Some(known) = PLACEHOLDERS.iter().find(|known| rest.starts_with(**known)) {
            rest = &rest[known.len()..];
            continue;
        }
        let Some(end) = rest[1..].find('#').map(|end| end + 2) else { break };
        let inside = &rest[1..end - 1];
        if inside.is_empty() || inside.contains(char::is_whitespace) {
            rest = &rest[1..];
        } else {
            found.push(&rest[..end]);
            rest = &rest[end..];
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(value: Value) -> Item {
        serde_json::from_value(value).expect("an item")
    }

    fn sent(value: Value) -> Value {
        Value::Object(item(value).data())
    }

    #[test]
    fn an_id_is_a_number_where_that_is_the_same() {
        let id =
            |id: &str| sent(json!({"image": {"url": "https://a/b.png", "file_id": id}}))["fileId"].clone();
        assert_eq!(
            [id("4785123"), id("0047"), id("a1"), id("+5")],
            [json!(4785123), json!("0047"), json!("a1"), json!("+5")]
        );
    }

    fn found(value: Value) -> Vec<String> {
        item(value)
            .check()
            .into_iter()
            .map(|finding| format!("{:?} {}", finding.level, finding.message.en()))
            .collect()
    }

    /// The items of the request that the document prints.
    #[test]
    fn items_are_said_as_the_document_says_them() {
        assert_eq!(
            sent(json!({"text": "#客户备注##客户昵称##员工姓名#"})),
            json!({"type": 1, "content": "#客户备注##客户昵称##员工姓名#"})
        );
        let material = json!({"id": "bbbfe85ba01711ecacc500163e106b20", "kind": 2, "title": "官网测一波",
            "description": "大大滴", "cover_url": "https://dev.tanmarket.cn/a.jpg"});
        assert_eq!(
            sent(json!({"material": material})),
            json!({"type": 99, "mcId": "bbbfe85ba01711ecacc500163e106b20", "title": "官网测一波",
                "content": "大大滴", "fileUrl": "https://dev.tanmarket.cn/a.jpg", "mcType": 2})
        );
        let link = json!({"title": "这是一个链接", "url": "https://ww.tm.com", "file_name": "a.png",
            "cover_url": "https://dev.tanmarket.cn/a.png", "media_id": "31sR", "file_id": "9176"});
        assert_eq!(
            sent(json!({"link": link})),
            json!({"type": 3, "fileName": "a.png", "fileUrl": "https://dev.tanmarket.cn/a.png",
                "mediaId": "31sR", "fileId": 9176, "link": "https://ww.tm.com", "title": "这是一个链接"})
        );
    }

    #[test]
    fn what_is_not_said_is_left_out_and_more_may_be_added() {
        let md5 = "0123456789abcdef0123456789ABCDEF";
        assert_eq!(
            sent(
                json!({"image": {"url": "https://a/b.png", "md5": md5, "file_id": "f-1"}, "extra": {"fileSize": 12}})
            ),
            json!({"type": 2, "fileUrl": "https://a/b.png", "sign": md5, "fileId": "f-1", "fileSize": 12})
        );
        assert_eq!(sent(json!({"raw": {"type": 7, "any": [1, null]}})), json!({"type": 7, "any": [1, null]}));
    }

    #[test]
    fn placeholders_that_the_vendor_does_not_fill_in_are_told() {
        let unknown = |text: &'static str| unknown_placeholders(text);
        assert_eq!(unknown("#客户备注##客户昵称##员工姓名#"), Vec::<&str>::new());
        assert_eq!(unknown("#客户姓名#您好 #员工姓名# #日期#"), ["#客户姓名#", "#日期#"]);
        assert_eq!(unknown("C# 和 #客户昵称#，3 # 4 ## 5#"), Vec::<&str>::new());
        assert_eq!(
            found(json!({"text": "#客户姓名#"})),
            ["Warning `#客户姓名#` is none of the vendor's placeholders"]
        );
    }

    #[test]
    fn what_the_vendor_would_take_and_nobody_could_open_is_refused() {
        assert_eq!(found(json!({"image": {"url": " "}})), ["Error `url` is empty"]);
        assert_eq!(
            found(json!({"link": {"title": "", "url": "", "cover_url": ""}})),
            ["Error `title` is empty", "Error `url` is empty", "Error `cover_url` is empty"]
        );
        assert_eq!(found(json!({"material": {"id": "", "kind": 2}})), ["Error `id` is empty"]);
        assert_eq!(
            found(json!({"image": {"url": "https://a", "md5": "abc"}})),
            ["Error `md5` is not 32 hexadecimal digits"]
        );
        assert_eq!(found(json!({"raw": {"typ": 1}})), ["Error an item without a `type`"]);
        assert_eq!(found(json!({"raw": {"type": 1}})), Vec::<String>::new());
    }
}
