//! What an object is, field by field, for everything that keeps it and does not look into it.

use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Deserializer as FromJson, Serializer as ToJson, Value};

/// So many bytes most of them have at the most.
const USUAL: usize = 512;

/// A body as the text of its JSON: a fifth of what its tree takes, and accounts have thousands of them.
#[derive(Clone, Eq)]
pub struct Body(Arc<str>);

impl Body {
    /// Of a tree.
    pub fn new(tree: &Value) -> Self {
        // Whatever a tree holds can be written.
        Self::of(tree).unwrap_or_default()
    }

    /// Of a kind's body, or of a part of one.
    ///
    /// # Errors
    /// Where a map in it has keys that are no texts.
    pub fn of(typed: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self(serde_json::to_string(typed)?.into()))
    }

    /// As a tree, to look into it. Whatever wrote the text, it is JSON.
    pub fn tree(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// As a kind's body, or as a part of one.
    ///
    /// # Errors
    /// Where it is not like that.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        // What is wrong with it is said without a place in a text that nobody sees; and of a field that somebody wrote twice
        // into a state the last one counts.
        serde_json::from_str(&self.0).or_else(|_| T::deserialize(self.tree()))
    }

    /// As the text of its JSON.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Keeps its text once with another's, if it is the same.
    pub fn share(&mut self, other: &Self) {
        if self.0 == other.0 {
            self.0 = Arc::clone(&other.0);
        }
    }

    /// The same with a field that is given, or changed.
    #[must_use]
    pub fn with(&self, field: &str, value: impl Into<Value>) -> Self {
        let mut tree = self.tree();
        tree[field] = value.into();
        Self::new(&tree)
    }

    /// No fields.
    pub fn empty() -> Self {
        Self("{}".into())
    }

    /// True for a body, also one without fields, and not for what stands in the place of one.
    pub fn is_object(&self) -> bool {
        self.0.starts_with('{')
    }

    /// True if there is nothing, not even fields.
    pub fn is_nothing(&self) -> bool {
        &*self.0 == "null"
    }
}

/// Nothing, not even fields.
impl Default for Body {
    fn default() -> Self {
        Self("null".into())
    }
}

impl From<Value> for Body {
    fn from(tree: Value) -> Self {
        Self::new(&tree)
    }
}

/// Most often equal bodies were written by the same kind, and so with the same letters. Else their fields may have
/// another order; their texts have the same length even then, since all of them are written alike.
impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || (self.0.len() == other.0.len() && self.tree() == other.tree())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_transcode::transcode(&mut FromJson::from_str(&self.0), serializer)
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A `RawValue` can't be read within an entry of the journal, which is buffered to find its kind.
        let mut text = Vec::with_capacity(USUAL);
        serde_transcode::transcode(deserializer, &mut ToJson::new(&mut text)).map_err(D::Error::custom)?;
        Ok(Self(String::from_utf8(text).map_err(D::Error::custom)?.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body(json: &str) -> Body {
        serde_json::from_str(json).expect("a body")
    }

    #[test]
    fn equal_bodies_are_equal_in_any_order_and_layout() {
        let one = body(r#"{"name": "营业", "n": 1.50, "of": [{"a": null, "b": {}}]}"#);
        assert_eq!(one.text(), r#"{"name":"营业","n":1.5,"of":[{"a":null,"b":{}}]}"#);
        assert_eq!(one, body(r#"{"of":[{"b":{},"a":null}],"n":1.5,"name":"\u8425\u4e1a"}"#));
        assert_ne!(one, body(r#"{"name":"营业","n":1.6,"of":[{"a":null,"b":{}}]}"#));
        assert_ne!(body(r#"["a","b"]"#), body(r#"["b","a"]"#), "a list has an order");
    }

    #[test]
    fn it_is_written_as_its_tree_is() {
        let tree = json!({"a": [], "b": {}, "c": [1, -2, 3.5, true, null], "d": "a\n\"b\" \u{1}"});
        let body = Body::new(&tree);
        assert_eq!(serde_json::to_string_pretty(&body).ok(), serde_json::to_string_pretty(&tree).ok());
        assert_eq!(serde_json::to_value(&body).expect("a tree"), tree);
        assert_eq!(body.tree(), tree);
    }

    #[test]
    fn a_field_that_was_written_twice_is_what_it_was_last() {
        #[derive(Deserialize)]
        struct Named {
            name: String,
        }
        let twice = body(r#"{"name": "a", "name": "b"}"#);
        assert_eq!(twice.read::<Named>().expect("reads").name, "b");
        assert_eq!(twice.tree(), json!({"name": "b"}));
        let error = body(r#"{"name": 7}"#).read::<Named>().err().expect("a number is no name");
        assert_eq!(error.to_string(), "invalid type: integer `7`, expected a string");
    }

    #[test]
    fn what_is_the_same_is_kept_once() {
        let (mut one, other) = (body(r#"{"a":1}"#), body(r#"{"a":1}"#));
        one.share(&other);
        assert!(Arc::ptr_eq(&one.0, &other.0));
        let mut another = one.with("a", 2);
        another.share(&other);
        assert_eq!(another.text(), r#"{"a":2}"#);
    }

    #[test]
    fn nothing_is_no_body() {
        assert!(Body::default().is_nothing() && !Body::default().is_object());
        assert!(Body::empty().is_object() && !body("[1]").is_object());
    }
}
