//! Values that vendors write in more than one way: numbers as text and ids as numbers, truth as `"1"`, nothing as `null`.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{self, DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

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
            u64::try_from(number).map_err(|_| E::custom(format!("{number} is less than nothing")))
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

/// Something, or null. Where it does not stand at all the answer is another one than was asked for.
pub(super) fn maybe<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

/// A list or a text, or null instead of an empty one. Where a page lacks its list, the field has no default: the page is
/// broken then, and not empty.
pub(super) fn or_empty<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A value in the shape that is wanted. Serde reads a struct from a list as well, field by field: an empty list would
/// be one in which everything is left out.
pub(super) fn shaped<T: DeserializeOwned>(value: Value) -> Result<T, serde_json::Error> {
    T::deserialize(Shaped(value))
}

struct Shaped(Value);

impl<'de> Deserializer<'de> for Shaped {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        if self.0.is_array() {
            return Err(de::Error::invalid_type(de::Unexpected::Seq, &visitor));
        }
        self.0.deserialize_struct(name, fields, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
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
    fn a_page_without_its_list_is_not_an_empty_one() {
        #[derive(Debug, Deserialize)]
        struct Page {
            #[serde(deserialize_with = "super::or_empty")]
            items: Vec<u8>,
            #[serde(deserialize_with = "super::maybe")]
            more: Option<u8>,
        }
        let page: Page = serde_json::from_value(json!({"items": null, "more": null})).expect("reads");
        assert_eq!((page.items, page.more), (vec![], None));
        assert!(serde_json::from_value::<Page>(json!({"items": []})).is_err());
        assert!(serde_json::from_value::<Page>(json!({"more": 1})).is_err());
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert!(serde_json::from_value::<Wire>(json!({"count": -1, "fuzzy": 0})).is_err());
        assert!(serde_json::from_value::<Wire>(json!({"count": "many", "fuzzy": 0})).is_err());
    }
}
