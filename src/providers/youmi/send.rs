//! A message on the wire, and sending it. The field names are those of the examples in the vendor's document; where two
//! examples call one thing by two names, each is kept.

use futures::future::BoxFuture;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::api::Api;
use super::items::{BatchItem, File, Image, Item, Link, Video};
use super::words::Audience;
use crate::providers::{Outgoing, Sends, VendorError};
use crate::text;

/// What stands as it is in a name that is URL-encoded (RFC 3986, unreserved).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Sends messages, each to one person.
pub(super) struct Sender {
    pub(super) api: Api,
}

impl Sends for Sender {
    fn admitted(&self) -> BoxFuture<'_, Result<bool, VendorError>> {
        Box::pin(self.api.admitted())
    }

    fn send<'a>(
        &'a self,
        message: &'a Outgoing<'a>,
        _: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<String>, VendorError>> {
        Box::pin(async move { self.api.send(&body(message)?).await })
    }
}

/// The whole body. Who it goes to is laid over it last, whatever else it says.
fn body(message: &Outgoing<'_>) -> Result<Value, VendorError> {
    let unread =
        |error| VendorError::refused(VendorError::NO_CALL, text!("not a message of youmi's: {error}", error));
    let audience: Audience = message.audience.typed().map_err(unread)?;
    let item: Item = message.message.typed().map_err(unread)?;
    let mut body = Map::new();
    let to = Value::from(message.to);
    match (&audience.takeover_keys, &audience.from) {
        (Some(_), _) => body.extend([("TakeOverKey".to_owned(), to)]),
        (None, Some(from)) => {
            body.extend([("WechatId".to_owned(), from.as_str().into()), ("ToUserName".to_owned(), to)]);
        }
        (None, None) => {
            let why = text!("neither an account that sends nor a takeover key");
            return Err(VendorError::refused(VendorError::NO_CALL, why));
        }
    }
    body.insert("RelationType".to_owned(), audience.channel.relation().into());
    let address = body.clone();
    body.extend(item.fields());
    body.extend(address);
    Ok(Value::Object(body))
}

/// The fields of a JSON object; what is null was left out by the user and is left out here.
fn fields(object: Value) -> Map<String, Value> {
    let Value::Object(mut fields) = object else { return Map::new() };
    fields.retain(|_, value| !value.is_null());
    fields
}

impl Item {
    /// `MsgType` and what belongs to it.
    fn fields(&self) -> Map<String, Value> {
        let text = |kind: &str, text: &str| json!({"MsgType": kind, "Text": text});
        let own = None
            .or_else(|| self.text.as_ref().map(|words| text("text", words)))
            .or_else(|| self.image.as_ref().map(|image| image.alone()))
            .or_else(|| self.video.as_ref().map(Video::wire))
            .or_else(|| self.file.as_ref().map(File::wire))
            .or_else(|| self.link.as_ref().map(Link::wire))
            .or_else(|| self.contact.as_ref().map(|card| text("card", &card.nickname)))
            .or_else(|| {
                let card = self.wecom_contact.as_ref()?;
                Some(json!({"MsgType": "qvcard", "Text": card.nickname, "CompanyName": card.company}))
            })
            .or_else(|| self.mini_program.as_ref().map(|named| text("mp", &named.name)))
            .or_else(|| self.official_account.as_ref().map(|named| text("gzh", &named.name)))
            .or_else(|| self.collect.as_ref().map(|_| json!({"MsgType": "rebpacket"})))
            .or_else(|| self.refund.as_ref().map(|_| json!({"MsgType": "returnmoney"})))
            .or_else(|| self.forward())
            .or_else(|| {
                let items: Vec<_> = self.batch.as_ref()?.iter().map(BatchItem::wire).collect();
                Some(json!({"MsgType": "batch", "messList": items}))
            })
            .or_else(|| self.raw.as_ref().map(|raw| Value::Object(raw.0.clone())));
        let mut fields = own.map(fields).unwrap_or_default();
        fields.extend(self.extra.iter().flat_map(|extra| extra.0.clone()));
        fields
    }

    fn forward(&self) -> Option<Value> {
        let forward = self.forward.as_ref()?;
        let flags: Vec<_> = forward
            .flags
            .iter()
            .map(|one| {
                json!({"Flag": one.flag, "MsgType": one.kind, "MsgTime": one.time, "MsgIndex": one.index})
            })
            .collect();
        Some(json!({"MsgType": "forward", "ShareUnionIDNode": forward.from, "Flags": flags}))
    }
}

impl BatchItem {
    fn wire(&self) -> Value {
        let own = None
            .or_else(|| self.text.as_ref().map(|words| json!({"MsgType": "text", "Text": words})))
            .or_else(|| self.image.as_ref().map(|image| image.in_batch()))
            .or_else(|| self.video.as_ref().map(Video::wire))
            .or_else(|| self.file.as_ref().map(File::wire))
            .or_else(|| self.link.as_ref().map(Link::wire));
        let mut fields = own.map(fields).unwrap_or_default();
        fields.extend(self.extra.iter().flat_map(|extra| extra.0.clone()));
        Value::Object(fields)
    }
}

impl Image {
    fn alone(&self) -> Value {
        json!({"MsgType": "image", "Url": self.url, "Format": self.format})
    }

    fn in_batch(&self) -> Value {
        json!({"MsgType": "image", "ImageUrl": self.url, "Format": self.format})
    }
}

impl Video {
    fn wire(&self) -> Value {
        json!({
            "MsgType": "video",
            "Url": self.url,
            "Format": self.format,
            "Description": self.description,
            "ThumbnailUrl": self.thumbnail_url,
            "Title": self.title,
        })
    }
}

impl File {
    fn wire(&self) -> Value {
        let title = utf8_percent_encode(&self.title, ENCODED).to_string();
        json!({"MsgType": "file", "Url": self.url, "Title": title, "Format": self.format})
    }
}

impl Link {
    fn wire(&self) -> Value {
        json!({
            "MsgType": "link",
            "Url": self.url,
            "Description": self.description,
            "ThumbMediaUrl": self.thumbnail_url,
            "Title": self.title,
        })
    }
}

#[cfg(test)]
mod tests;
