//! The deserializer over a node.

use crate::text;
use crate::words::Text;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::error::{Error, What};
use super::{Reader, Whole, id};

/// The type whose scalars are what YAML says they are.
const RAW: &str = "Raw";

macro_rules! whole_numbers {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.whole_number()? {
                Whole::Plus(number) => visitor.visit_u64(number),
                Whole::Minus(number) => visitor.visit_i64(number),
            }
            .map_err(|error: Error| error.at(self))
        }
    )+};
}

macro_rules! texts {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.visit_str(self.text(text!("text"))?).map_err(|error: Error| error.at(self))
        }
    )+};
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_mapping() {
            visitor.visit_map(Entries { reader: self, nth: 0 })
        } else if self.node.is_sequence() {
            visitor.visit_seq(Items { reader: self, nth: 0 })
        } else if self.raw && self.node.is_plain() {
            self.core(visitor)
        } else {
            visitor.visit_str(self.text(text!("a value"))?)
        }
        .map_err(|error: Error| error.at(self))
    }

    texts! { deserialize_str deserialize_string deserialize_char deserialize_identifier deserialize_bytes deserialize_byte_buf }

    whole_numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.plain(text!("a number"))?;
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                visitor.visit_f64(number).map_err(|error: Error| error.at(self))
            }
            _ => Err(self.wants(text!("a number"))),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        const WHAT: Text = text!("`true` or `false`");
        match self.plain(WHAT)? {
            "true" | "True" | "TRUE" => visitor.visit_bool(true),
            "false" | "False" | "FALSE" => visitor.visit_bool(false),
            _ => return Err(self.wants(WHAT)),
        }
        .map_err(|error: Error| error.at(self))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(Self { raw: self.raw || name == RAW, ..self })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if !self.node.is_sequence() {
            return Err(self.wants(text!("a list")));
        }
        visitor.visit_seq(Items { reader: self, nth: 0 }).map_err(|error: Error| error.at(self))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if !self.node.is_mapping() {
            return Err(self.wants(text!("a mapping")));
        }
        visitor.visit_map(Entries { reader: self, nth: 0 }).map_err(|error: Error| error.at(self))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if !self.node.is_mapping() {
            return Err(self.wants(match fields.first() {
                Some(field) => text!("a mapping (`{field}: …`)", field),
                None => text!("a mapping"),
            }));
        }
        self.report_unknown(name, fields);
        visitor.visit_map(Entries { reader: self, nth: 0 }).map_err(|error: Error| error.at(self))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let words: Vec<_> = variants.iter().map(|word| format!("`{word}`")).collect();
        self.text(text!("one of {words}", words = words.join(", ")))?;
        if self.node.is_stand_in() {
            return Err(Error::new(What::Known).at(self));
        }
        visitor.visit_enum(self).map_err(|error: Error| error.at(self))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

impl<'de> EnumAccess<'de> for Reader<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        Ok((seed.deserialize(self)?, self))
    }
}

impl<'de> VariantAccess<'de> for Reader<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Error> {
        Err(self.wants(text!("a mapping")))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Error> {
        Err(self.wants(text!("a list")))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Error> {
        Err(self.wants(text!("a mapping")))
    }
}

struct Items<'a> {
    reader: Reader<'a>,
    nth: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        while let Some(node) = self.reader.node.items().get(self.nth) {
            self.nth += 1;
            if !self.reader.run.aside.borrow().contains(&id(node)) {
                let item = Reader { node, key: None, ..self.reader };
                return seed.deserialize(item).map(Some).map_err(|error| error.at(item));
            }
        }
        Ok(None)
    }
}

struct Entries<'a> {
    reader: Reader<'a>,
    nth: usize,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        while let Some((key, value)) = self.reader.node.entries().get(self.nth) {
            self.nth += 1;
            let aside = self.reader.run.aside.borrow();
            if aside.contains(&id(key)) || aside.contains(&id(value)) {
                continue;
            }
            drop(aside);
            let here = Reader { node: key, key: None, ..self.reader };
            if id(self.reader.node) == self.reader.run.root {
                let part = self.reader.run.part;
                let text = key.text().unwrap_or_default();
                if part.also.contains(&text) || part.never.contains(&text) {
                    continue;
                }
            }
            return seed.deserialize(here).map(Some).map_err(|error| error.at(here));
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some((key, node)) = self.nth.checked_sub(1).and_then(|nth| self.reader.node.entries().get(nth))
        else {
            return Err(Error::new(What::Known).at(self.reader));
        };
        let here = Reader { node, key: Some(key), ..self.reader };
        seed.deserialize(here).map_err(|error| error.at(here))
    }
}
