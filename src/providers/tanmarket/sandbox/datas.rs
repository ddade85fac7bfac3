//! The items of a SOP: what each type must have.

use serde_json::Value;

use super::fields::{self, Refusal};

/// Checks the items of one step. Of the fourteen fields eleven are known, and other types exist: unknown ones pass.
pub(super) fn check(step: &Value) -> Result<Vec<Value>, Refusal> {
    let items = fields::list(step, "sopDatas")?;
    items.iter().try_for_each(item)?;
    Ok(items.clone())
}

fn item(item: &Value) -> Result<(), Refusal> {
    let kind = fields::integer(item, "type")?.ok_or_else(|| Refusal::field("type"))?;
    match kind {
        1 => fields::filled(item, "content").map(drop),
        2 => {
            fields::filled(item, "fileUrl")?;
            // The digest of the file, not the signature of the request.
            let digest = fields::text(item, "sign")?;
            if digest.is_some_and(|md5| md5.len() != 32 || !md5.bytes().all(|byte| byte.is_ascii_hexdigit()))
            {
                return Err(Refusal::field("sign"));
            }
            file(item)
        }
        3 => {
            fields::filled(item, "title")?;
            fields::filled(item, "link")?;
            file(item)
        }
        99 => {
            fields::filled(item, "mcId")?;
            fields::integer(item, "mcType")?.ok_or_else(|| Refusal::field("mcType"))?;
            ["title", "content", "fileUrl"].iter().try_for_each(|name| fields::text(item, name).map(drop))
        }
        _ => Ok(()),
    }
}

/// What may be said of a file or a cover, of the right types.
fn file(item: &Value) -> Result<(), Refusal> {
    ["fileName", "fileUrl", "mediaId"].iter().try_for_each(|name| fields::text(item, name).map(drop))?;
    match item.get("fileId") {
        None | Some(Value::Null) => Ok(()),
        Some(id) => fields::id(id).map(drop).ok_or_else(|| Refusal::field("fileId")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(item: Value) -> Option<String> {
        check(&json!({"sopDatas": [item]})).err().map(|refusal| {
            assert_eq!(refusal.code, 40417);
            refusal.message.replace("参数校验失败: ", "")
        })
    }

    #[test]
    fn every_type_with_what_it_must_have() {
        assert_eq!(refused(json!({"type": 1, "content": "早"})), None);
        assert_eq!(refused(json!({"type": 2, "fileUrl": "https://x/y.png"})), None);
        assert_eq!(refused(json!({"type": 3, "title": "t", "link": "https://x"})), None);
        assert_eq!(refused(json!({"type": 99, "mcId": "bbbf", "mcType": 2})), None);
        assert_eq!(refused(json!({"type": 7, "anything": [1]})), None, "other types exist");
    }

    #[test]
    fn every_type_without_it() {
        let wrong = [
            (json!({}), "type"),
            (json!({"type": "x"}), "type"),
            (json!({"type": 1}), "content"),
            (json!({"type": 1, "content": ""}), "content"),
            (json!({"type": 2, "mediaId": "m"}), "fileUrl"),
            (json!({"type": 2, "fileUrl": "u", "sign": "short"}), "sign"),
            (json!({"type": 2, "fileUrl": "u", "fileId": 1.5}), "fileId"),
            (json!({"type": 3, "link": "https://x"}), "title"),
            (json!({"type": 3, "title": "t"}), "link"),
            (json!({"type": 3, "title": "t", "link": "l", "fileName": 1}), "fileName"),
            (json!({"type": 99, "mcType": 2}), "mcId"),
            (json!({"type": 99, "mcId": "b"}), "mcType"),
            (json!({"type": 99, "mcId": "b", "mcType": 2, "content": 3}), "content"),
        ];
        for (item, field) in wrong {
            assert_eq!(refused(item.clone()).as_deref(), Some(field), "{item}");
        }
        assert!(check(&json!({"sopDatas": []})).is_err());
    }
}
