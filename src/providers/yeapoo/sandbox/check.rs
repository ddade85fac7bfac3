//! What the database and the casts of the server refuse.

use serde_json::Value;

use super::route::Refusal;

/// Characters for names and titles.
pub(super) const NAME: usize = 100;
/// Characters of a text reply.
pub(super) const TEXT: usize = 1000;
/// Characters of a keyword.
pub(super) const KEYWORD: usize = 500;
/// Characters of a reply's id.
pub(super) const REPLY: usize = 45;
/// Characters of a link.
pub(super) const URL: usize = 2000;
/// Characters of an article's digest.
pub(super) const DIGEST: usize = 500;
/// No limit worth the name.
pub(super) const LONGTEXT: usize = usize::MAX;

/// A field that is a string; absent and null are alike.
pub(super) fn text<'a>(body: &'a Value, name: &str) -> Result<Option<&'a str>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(cast(other, "String")),
    }
}

/// A field whose column may be null.
pub(super) fn optional(body: &Value, name: &str, limit: usize) -> Result<Option<String>, Refusal> {
    text(body, name)?.map(|value| column(value, name, limit)).transpose()
}

/// A field whose column may not be null.
pub(super) fn required(body: &Value, name: &str, limit: usize) -> Result<String, Refusal> {
    optional(body, name, limit)?.ok_or_else(|| Refusal::thrown(format!("Column '{name}' cannot be null")))
}

/// A value as its column takes it: unchanged, or not at all.
pub(super) fn column(value: &str, name: &str, limit: usize) -> Result<String, Refusal> {
    if let Some(wide) = value.chars().find(|char| char.len_utf8() == 4) {
        let mut bytes = [0; 4];
        let shown: String =
            wide.encode_utf8(&mut bytes).bytes().map(|byte| format!("\\x{byte:02X}")).collect();
        return Err(Refusal::thrown(format!(
            "Incorrect string value: '{shown}' for column '{name}' at row 1"
        )));
    }
    if value.chars().count() > limit {
        return Err(Refusal::thrown(format!("Data truncation: Data too long for column '{name}' at row 1")));
    }
    Ok(value.to_owned())
}

/// A field that is a number; a fraction is cut off.
pub(super) fn integer(body: &Value, name: &str) -> Result<i64, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Err(Refusal::null()),
        Some(Value::Number(number)) => {
            number.as_i64().or_else(|| number.as_f64().map(|float| float as i64)).ok_or_else(Refusal::null)
        }
        Some(other) => Err(cast(other, "Number")),
    }
}

/// What Java says about a cast that fails.
pub(super) fn cast(value: &Value, wanted: &str) -> Refusal {
    let class = match value {
        Value::Number(number) if number.is_f64() => "java.lang.Double",
        Value::Number(_) => "java.lang.Integer",
        Value::Bool(_) => "java.lang.Boolean",
        Value::String(_) => "java.lang.String",
        Value::Array(_) => "java.util.ArrayList",
        Value::Object(_) => "java.util.LinkedHashMap",
        Value::Null => "null",
    };
    Refusal::thrown(format!("Cannot cast {class} to java.lang.{wanted}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn limits_count_characters() {
        assert!(column(&"图".repeat(100), "name", NAME).is_ok());
        assert!(column(&"图".repeat(101), "name", NAME).is_err());
    }

    #[test]
    fn emoji_are_refused() {
        let refusal = column("好😀", "name", NAME).expect_err("refused");
        assert_eq!(
            refusal.message.as_deref(),
            Some("Incorrect string value: '\\xF0\\x9F\\x98\\x80' for column 'name' at row 1")
        );
    }

    #[test]
    fn numbers_are_cut_and_strings_are_none() {
        assert_eq!(integer(&json!({"sequence": 1.9}), "sequence"), Ok(1));
        assert!(integer(&json!({"sequence": "1"}), "sequence").is_err());
        assert_eq!(integer(&json!({}), "sequence"), Err(Refusal::null()));
    }
}
