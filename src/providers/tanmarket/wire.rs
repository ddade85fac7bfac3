//! Values that this vendor writes in more than one way: ids as numbers and as text, an empty list as nothing.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An id as its digits, also where it is written as a number; nothing and null are empty.
pub(super) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(id) => Ok(id),
        Value::Number(id) => Ok(id.to_string()),
        Value::Null => Ok(String::new()),
        other => Err(D::Error::custom(format!("expected an id, found {other}"))),
    }
}

/// A number, also as text.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = match &value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number
        .and_then(|number| usize::try_from(number).ok())
        .ok_or_else(|| D::Error::custom(format!("expected a number, found {value}")))
}

/// Null in place of an empty list or text.
pub(super) fn or_empty<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Wire {
        #[serde(default, deserialize_with = "id")]
        id: String,
        #[serde(deserialize_with = "number")]
        count: usize,
        #[serde(default, deserialize_with = "or_empty")]
        items: Vec<u8>,
    }

    #[test]
    fn both_ways_of_writing_are_read() {
        let read = |value: Value| serde_json::from_value::<Wire>(value);
        let wire = Wire { id: "463352988837952".into(), count: 3, items: vec![] };
        assert_eq!(
            read(json!({"id": 463_352_988_837_952_u64, "count": "3", "items": null})).expect("reads"),
            wire
        );
        assert_eq!(read(json!({"id": "463352988837952", "count": 3})).expect("reads"), wire);
        assert_eq!(read(json!({"count": 3})).expect("reads").id, "");
        assert!(read(json!({"id": [1], "count": 3})).is_err());
        assert!(read(json!({"count": "many"})).is_err());
    }
}
