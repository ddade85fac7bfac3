//! What an object is, field by field, for everything that keeps it and does not look into it.

use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Deserializer as FromJson, Serializer as ToJson, Value};

/// A body as the text of its JSON: a fifth of what its tree takes, and accounts have thousands of them.
#[derive(Clone, Eq)]
pub struct Body(Arc<str>);

impl Body {
    /// Of a tree.
    pub fn new(tree: &Value) -> Self {
        Self(tree.to_string().into())
    }

    /// Of a kind's body, or of a part of one.
    ///
    /// # Errors
    /// Where a map in it has keys that are no texts.
    pub fn of(typed: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self(serde_json::to_string(typed)?.into()))
    }

    /// As a tree, to look into it.
    pub fn tree(&self) -> Value {
        self.read().unwrap_or_default()
    }

    /// As a kind's body, or as a part of one.
    ///
    /// # Errors
    /// Where it is not like that.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
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

    /// True for an object's body, and not for what stands in the place of one.
    pub fn has_fields(&self) -> bool {
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

/// Most often equal bodies were written by the same kind, and so with the same letters.
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
        let mut text = vec![];
        serde_transcode::transcode(deserializer, &mut ToJson::new(&mut text)).map_err(D::Error::custom)?;
        Ok(Self(String::from_utf8(text).map_err(D::Error::custom)?.into()))
    }
}
