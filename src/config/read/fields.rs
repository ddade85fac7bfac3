//! The fields of a type, as serde knows them.

use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, Visitor};

/// The names of a struct's fields as a user writes them; none for other types.
pub fn fields_of<T: DeserializeOwned>() -> &'static [&'static str] {
    T::deserialize(Ask).err().map_or(&[], |Answer(fields)| fields)
}

/// Is asked for a struct, and refuses with the fields it was asked for.
struct Ask;

#[derive(Debug)]
struct Answer(&'static [&'static str]);

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Answer {}

impl serde::de::Error for Answer {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for Ask {
    type Error = Answer;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
        Err(Answer(&[]))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Answer> {
        Err(Answer(fields))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::fields_of;
    use crate::model::kinds::Group;

    #[test]
    fn a_struct_tells_its_fields() {
        assert_eq!(fields_of::<Group>(), ["name", "members", "members_file", "members_mode"]);
        assert!(fields_of::<String>().is_empty());
    }
}
