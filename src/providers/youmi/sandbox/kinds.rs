//! The types of message: what each must have, and the channels it goes through.

use serde_json::Value;

use super::Refusal;
use crate::sandbox::decode;

/// The numbers of `RelationType`.
const WECHAT: i64 = 0;
const WECOM: i64 = 3;

/// Checks a message, whoever it goes to. What is missing or wrong is 200012, bad parameters.
pub(super) fn check(message: &Value, relation: i64) -> Result<(), Refusal> {
    let kind = filled(message, "MsgType")?;
    let channels: &[i64] = match kind {
        "card" | "qvcard" | "mp" | "gzh" | "rebpacket" | "returnmoney" => &[WECHAT],
        "forward" | "batch" => &[WECHAT, WECOM],
        _ => &[WECHAT, 1, 2, WECOM],
    };
    if !channels.contains(&relation) {
        return Err(Refusal::field("RelationType"));
    }
    match kind {
        "card" | "mp" | "gzh" => filled(message, "Text").map(drop),
        "qvcard" => filled(message, "Text").and(filled(message, "CompanyName")).map(drop),
        // They move money, and say nothing about how much.
        "rebpacket" | "returnmoney" => Ok(()),
        "forward" => forward(message),
        "batch" => list(message, "messList")?.iter().try_for_each(|part| plain(part, true)),
        _ => plain(message, false),
    }
}

/// The types that stand alone or in a batch. A batch has another name for an image's address.
fn plain(message: &Value, in_batch: bool) -> Result<(), Refusal> {
    match filled(message, "MsgType")? {
        "text" => filled(message, "Text").map(drop),
        "image" if in_batch => suffixed(message, "ImageUrl"),
        "image" => filled(message, "Url").and(filled(message, "Format")).map(drop),
        "video" => {
            suffixed(message, "Url")?;
            texts(message, &["Description", "ThumbnailUrl", "Title"])
        }
        "file" => {
            filled(message, "Url")?;
            filled(message, "Format")?;
            encoded_name(message)
        }
        "link" => {
            filled(message, "Url")?;
            filled(message, "Title")?;
            texts(message, &["Description", "ThumbMediaUrl"])
        }
        _ => Err(Refusal::field("MsgType")),
    }
}

fn forward(message: &Value) -> Result<(), Refusal> {
    filled(message, "ShareUnionIDNode")?;
    for flag in list(message, "Flags")? {
        filled(flag, "Flag")?;
        filled(flag, "MsgType")?;
        for name in ["MsgTime", "MsgIndex"] {
            flag.get(name).and_then(Value::as_i64).ok_or_else(|| Refusal::field(name))?;
        }
    }
    Ok(())
}

/// An address that must end in the suffix of its file, and the suffix.
///
/// The page says that it does not go out otherwise, not what is answered; ours refuses it.
fn suffixed(message: &Value, name: &str) -> Result<(), Refusal> {
    let (url, format) = (filled(message, name)?, filled(message, "Format")?);
    let ending = format!(".{}", format.trim_start_matches('.')).to_lowercase();
    if url.to_lowercase().ends_with(&ending) { Ok(()) } else { Err(Refusal::field(name)) }
}

/// A file's name with its suffix, URL-encoded.
fn encoded_name(message: &Value) -> Result<(), Refusal> {
    let title = filled(message, "Title")?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~!*'()+".contains(byte);
    let mut bytes = title.as_bytes();
    while let Some((first, rest)) = bytes.split_first() {
        bytes = match (first, rest) {
            (b'%', [high, low, rest @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => rest,
            _ if plain(first) => rest,
            _ => return Err(Refusal::field("Title")),
        };
    }
    let name = decode(title, true);
    let suffix = name.rsplit_once('.').filter(|(stem, suffix)| !stem.is_empty() && !suffix.is_empty());
    suffix.map(drop).ok_or_else(|| Refusal::field("Title"))
}

/// A text that is not blank.
pub(super) fn filled<'a>(message: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    let text = message.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    text.ok_or_else(|| Refusal::field(name))
}

/// What may be left out, but is a text if it is there.
fn texts(message: &Value, names: &[&str]) -> Result<(), Refusal> {
    let wrong =
        |name: &&&str| message.get(**name).is_some_and(|value| !value.is_string() && !value.is_null());
    names.iter().find(wrong).map_or(Ok(()), |name| Err(Refusal::field(name)))
}

fn list<'a>(message: &'a Value, name: &str) -> Result<&'a Vec<Value>, Refusal> {
    let list = message.get(name).and_then(Value::as_array).filter(|list| !list.is_empty());
    list.ok_or_else(|| Refusal::field(name))
}

#[cfg(test)]
mod tests;
