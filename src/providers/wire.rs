//! Values that vendors write in more than one way: numbers as text and ids as numbers, truth as `"1"`, nothing as `null`.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// A number, also as text.
pub(super) fn number<'de, D: Deserializer<'de>, N: TryFrom<u64>>(deserializer: D) -> Result<N, D::Error> {
    struct Number;
    impl Visitor<'_> for Number {
        type Value = u64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number")
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<u64, E> {
            Ok(number)
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<u64, E> {
            Ok(u64::try_from(number).unwrap_or(0))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<u64, E> {
            text.trim().parse().map_err(|_| E::custom(format!("`{text}` is not a whole number")))
        }
    }
    let number = deserializer.deserialize_any(Number)?;
    N::try_from(number).map_err(|_| D::Error::custom(format!("{number} is too large")))
}

/// `true`, `1` or `"1"`; and their opposites.
pub(super) fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    struct Truth;
    impl Visitor<'_> for Truth {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a truth value")
        }

        fn visit_bool<E: Error>(self, truth: bool) -> Result<bool, E> {
            Ok(truth)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<bool, E> {
            Ok(number != 0)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
            Ok(!matches!(text, "" | "0" | "false"))
        }
    }
    deserializer.deserialize_any(Truth)
}

/// A time in milliseconds since 1970, also as text.
pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    let number: i64 = number(deserializer)?;
    DateTime::from_timestamp_millis(number).ok_or_else(|| D::Error::custom(format!("{number} is no time")))
}

/// [`truth`] or nothing.
pub(super) fn maybe_truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Null => Ok(None),
        value => truth(value).map(Some).map_err(D::Error::custom),
    }
}

/// A text, also written as a number.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(maybe_text(deserializer)?.unwrap_or_default())
}

/// A text or nothing; an empty one is nothing.
pub(super) fn maybe_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Null => Ok(None),
        serde_json::Value::String(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        serde_json::Value::Number(number) => Ok(Some(number.to_string())),
        other => Err(D::Error::custom(format!("expected a text, found {other}"))),
    }
}

/// A list or a text, or nothing instead of an empty one.
pub(super) fn or_empty<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Wire {
        #[serde(deserialize_with = "super::number")]
        count: u32,
        #[serde(deserialize_with = "super::truth")]
        fuzzy: bool,
        #[serde(default, deserialize_with = "super::maybe_text")]
        id: Option<String>,
        #[serde(default, deserialize_with = "super::or_empty")]
        items: Vec<u8>,
    }

    #[test]
    fn both_ways_of_writing_are_read() {
        let plain: Wire = serde_json::from_value(json!({"count": 3, "fuzzy": true, "id": "5", "items": []}))
            .expect("reads");
        let odd = json!({"count": "3", "fuzzy": "1", "id": 5, "items": null});
        assert_eq!(serde_json::from_value::<Wire>(odd).expect("reads"), plain);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert!(serde_json::from_value::<Wire>(json!({"count": "many", "fuzzy": 0})).is_err());
    }
}
