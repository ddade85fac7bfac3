//! The fields of a request, checked.

use serde_json::Value;

use crate::sandbox::Request;

/// An error inside HTTP 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: i64,
    pub(super) message: String,
}

impl Refusal {
    /// A failure of no special kind.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self { code: -1, message: message.into() }
    }

    pub(super) fn sign() -> Self {
        Self { code: 1002, message: "签名错误".to_owned() }
    }

    pub(super) fn clock() -> Self {
        Self { code: 1003, message: "请求时间戳超出允许范围".to_owned() }
    }

    /// A parameter that is missing or wrong.
    pub(super) fn field(name: &str) -> Self {
        Self { code: 40417, message: format!("参数校验失败: {name}") }
    }
}

/// The body as an object; none at all stands for an empty one.
pub(super) fn body(request: &Request) -> Result<Value, Refusal> {
    if request.body.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    let kind = request.header("content-type").unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        return Err(Refusal::failed(format!("Content type '{kind}' not supported")));
    }
    match serde_json::from_slice(&request.body) {
        Ok(body @ Value::Object(_)) => Ok(body),
        _ => Err(Refusal::field("body")),
    }
}

/// A text; absent and null are alike.
pub(super) fn text<'a>(body: &'a Value, name: &str) -> Result<Option<&'a str>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::field(name)),
    }
}

/// A text that is not blank.
pub(super) fn filled<'a>(body: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    text(body, name)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| Refusal::field(name))
}

/// A whole number; digits in quotes are one too.
pub(super) fn integer(body: &Value, name: &str) -> Result<Option<i64>, Refusal> {
    let number = match body.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    };
    number.map(Some).ok_or_else(|| Refusal::field(name))
}

/// An id as its digits: the pages show them as numbers and as strings.
pub(super) fn id(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => number.as_u64().map(|number| number.to_string()),
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

/// A list that is not empty.
pub(super) fn list<'a>(body: &'a Value, name: &str) -> Result<&'a Vec<Value>, Refusal> {
    body.get(name)
        .and_then(Value::as_array)
        .filter(|list| !list.is_empty())
        .ok_or_else(|| Refusal::field(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_may_be_numbers_or_digits() {
        assert_eq!(id(&json!(463352988837952_u64)).as_deref(), Some("463352988837952"));
        assert_eq!(id(&json!("451653062381760")).as_deref(), Some("451653062381760"));
        assert_eq!(id(&json!(1.5)), None);
        assert_eq!(id(&json!("")), None);
    }

    #[test]
    fn absent_and_wrong_are_two_things() {
        assert_eq!(integer(&json!({"a": null}), "a"), Ok(None));
        assert_eq!(integer(&json!({"a": "12"}), "a"), Ok(Some(12)));
        assert_eq!(integer(&json!({"a": "x"}), "a").expect_err("wrong").code, 40417);
        assert_eq!(filled(&json!({"a": " "}), "a").expect_err("blank").code, 40417);
        assert!(list(&json!({"a": []}), "a").is_err());
    }
}
