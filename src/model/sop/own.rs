//! A vendor's own words: read by its types, and plain data from there on.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::ALL;
use crate::model::Link;
use crate::model::kinds::{Group, Material};

/// Fields that only one vendor understands: of an audience, or of one message. A word under `material` or `group`
/// is the key of one of the account's own, so it is a link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Own(pub Map<String, Value>);

/// The fields that go along with any form of a message.
pub const EXTRA: &str = "extra";

impl Own {
    /// What a vendor's own type says, as plain data.
    pub fn of(typed: &impl Serialize) -> Self {
        match serde_json::to_value(typed) {
            Ok(Value::Object(fields)) => Self(fields),
            _ => Self::default(),
        }
    }

    /// As a vendor's own type.
    ///
    /// # Errors
    /// What it lacks for that: it was written for another vendor.
    pub fn typed<T: for<'de> Deserialize<'de>>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.0)
    }

    /// The forms that a message has: there should be exactly one.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str).filter(|key| *key != EXTRA)
    }

    /// A text field.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str()
    }

    /// A message in a word and what it says: `text 早上好`, `link 官网`.
    pub fn said(&self) -> (&str, Cow<'_, str>) {
        let Some(form) = self.forms().next() else { return ("", "".into()) };
        let content = match self.0.get(form) {
            Some(Value::String(text)) => text.as_str().into(),
            Some(Value::Object(fields)) => {
                let word = SAYING.iter().find_map(|key| fields.get(*key)?.as_str());
                word.unwrap_or_default().into()
            }
            Some(Value::Array(items)) => format!("of {}", items.len()).into(),
            _ => "".into(),
        };
        (form, content)
    }
}

/// By which field a person knows a message, the best first.
const SAYING: [&str; 8] = ["title", "name", "nickname", "id", "file_name", "url", "from", "type"];

impl Serialize for Own {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            match (name.as_str(), value.as_str()) {
                ("material", Some(key)) => map.serialize_entry(name, &Link::<Material>::new(key))?,
                ("group", Some(key)) if key != ALL => map.serialize_entry(name, &Link::<Group>::new(key))?,
                _ => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}

impl JsonSchema for Own {
    fn schema_name() -> Cow<'static, str> {
        "Own".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object"})
    }
}

/// `text 早上好`
impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (form, content) = self.said();
        write!(f, "{form}{}{content}", if content.is_empty() { "" } else { " " })
    }
}

/// What is passed on as it stands: in it a number is a number and `yes` is a text, as YAML has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raw(pub Map<String, Value>);

impl JsonSchema for Raw {
    fn schema_name() -> Cow<'static, str> {
        "Raw".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object", "description": "Fields of the vendor's own, passed on as they stand. 原样传递的字段"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LinkTo;
    use serde_json::json;

    fn own(value: &Value) -> Own {
        Own::deserialize(value).expect("fields")
    }

    #[test]
    fn a_message_is_known_by_its_form_and_a_word() {
        let said = |value: Value| own(&value).to_string();
        assert_eq!(said(json!({"text": "早上好", "extra": {"a": 1}})), "text 早上好");
        assert_eq!(said(json!({"link": {"url": "https://a", "title": "官网"}})), "link 官网");
        assert_eq!(said(json!({"batch": [{}, {}]})), "batch of 2");
        assert_eq!(said(json!({"collect": {}})), "collect");
    }

    #[test]
    fn keys_of_the_account_are_links_and_the_word_for_everybody_is_none() {
        let links = |value: Value| Link::collect(|| serde_json::to_value(own(&value))).1;
        let to = |kind, key: &str| LinkTo { kind, key: key.into() };
        assert_eq!(links(json!({"material": "spring"})), [to("material", "spring")]);
        assert_eq!(links(json!({"group": "vip", "gender": "male"})), [to("group", "vip")]);
        assert_eq!(links(json!({"group": "all"})), []);
        assert_eq!(links(json!({"material": {"id": "b"}})), []);
    }
}
