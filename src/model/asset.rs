//! A file that goes to a vendor: known by its content, wherever it lies and whatever it is called there.

use crate::text;
use crate::words::Text;
use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A file's content. In a configuration it is written as the file's path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Asset {
    /// Its path below the project's folder; of a live one the name it goes by.
    pub file: String,
    /// The SHA-256 of its bytes in hexadecimal digits; empty where they have not been read.
    pub sha256: String,
    /// Its length in bytes.
    pub size: u64,
    /// Where the vendor keeps it, in the vendor's own words. What stands at one such place never changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Its first bytes, where they have just been read from disk; no body holds them.
    #[serde(skip)]
    pub begins: Vec<u8>,
}

impl Asset {
    /// One that is known by name only.
    pub fn named(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    /// The last part of its path.
    pub fn name(&self) -> &str {
        self.file.rsplit('/').next().unwrap_or_default()
    }

    /// True if both have the same bytes; what has not been read is like nothing.
    pub fn same(&self, other: &Self) -> bool {
        !self.sha256.is_empty() && self.sha256 == other.sha256
    }

    /// What its name says that it is, where its first bytes say otherwise.
    pub fn pretends(&self) -> Option<Text> {
        let name = self.file.to_ascii_lowercase();
        let (what, is) =
            CONTENTS.iter().find_map(|(ending, what, is)| name.ends_with(ending).then_some((what, is)))?;
        (!self.begins.is_empty() && !is(&self.begins)).then(|| what.clone())
    }

    /// Learns from a live one with the same bytes where that is kept.
    pub fn lay_over(&mut self, have: Option<&Self>) {
        if let Some(have) = have.filter(|have| self.same(have)) {
            self.at.clone_from(&have.at);
        }
    }

    /// A body's file as a person reads it, by the name that a vendor knows as well: `tour.mp4 (2.1 MiB, 9f86d081…)`.
    pub fn shown(body: &Value) -> Value {
        match serde_json::from_value::<Self>(body.clone()) {
            Ok(asset) => asset.to_string().into(),
            Err(_) => body.clone(),
        }
    }

    /// True if two bodies' files have the same bytes.
    pub fn same_bodies(one: &Value, other: &Value) -> bool {
        let sha256 =
            |body: &Value| body["sha256"].as_str().filter(|digits| !digits.is_empty()).map(str::to_owned);
        sha256(one).is_some_and(|digits| sha256(other) == Some(digits))
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self.sha256.get(..8) {
            Some(digits) => write!(f, " ({}, {digits}…)", size(self.size).en()),
            None => Ok(()),
        }
    }
}

/// By the ending of a name, what the file is then, and how such files begin.
type Content = (&'static str, Text, fn(&[u8]) -> bool);
static CONTENTS: &[Content] = &[
    (".jpg", text!("a JPEG picture"), |begins| begins.starts_with(&[0xFF, 0xD8, 0xFF])),
    (".mp3", text!("MP3"), |begins| {
        begins.starts_with(b"ID3") || matches!(begins, [0xFF, second, ..] if *second >= 0xE0)
    }),
    (".amr", text!("AMR"), |begins| begins.starts_with(b"#!AMR")),
    (".mp4", text!("MP4"), |begins| begins.get(4..8) == Some(b"ftyp")),
];

/// A length in the unit that suits it.
pub fn size(bytes: u64) -> Text {
    const UNITS: [(&str, u64); 2] = [("MiB", 1024 * 1024), ("KiB", 1024)];
    match UNITS.iter().find(|(_, unit)| bytes >= *unit) {
        // Tenths, rounded down: what is over a limit never looks as if it were at it.
        Some((name, unit)) if bytes.is_multiple_of(*unit) => {
            Text::verbatim(format!("{} {name}", bytes / unit))
        }
        Some((name, unit)) => Text::verbatim(format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit)),
        None => text!("{bytes} bytes", bytes),
    }
}

impl<'de> Deserialize<'de> for Asset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(default)]
        #[derive(Default)]
        struct Known {
            file: String,
            sha256: Option<String>,
            size: u64,
            at: Option<String>,
        }

        struct PathOrKnown;
        impl<'de> Visitor<'de> for PathOrKnown {
            type Value = Asset;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                text!("the path of a file").carry(f)
            }

            fn visit_str<E: Error>(self, path: &str) -> Result<Asset, E> {
                Ok(Asset::named(path))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Asset, A::Error> {
                let Known { file, sha256, size, at } = Known::deserialize(MapAccessDeserializer::new(map))?;
                // Nobody writes one; what is not known of a live one is there and empty.
                let sha256 = sha256.ok_or_else(|| A::Error::invalid_type(Unexpected::Map, &self))?;
                Ok(Asset { file, sha256, size, at, begins: vec![] })
            }
        }
        deserializer.deserialize_any(PathOrKnown)
    }
}

impl JsonSchema for Asset {
    fn schema_name() -> Cow<'static, str> {
        "File".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_is_all_that_is_written_and_a_body_holds_more() {
        let written: Asset = serde_json::from_value(json!("assets/tour.mp4")).expect("a path");
        assert_eq!((written.name(), written.sha256.as_str()), ("tour.mp4", ""));
        let known = Asset { sha256: "9f86d081884c7d65".into(), size: 2_201_600, ..written };
        let body = serde_json::to_value(&known).expect("a body");
        assert_eq!(serde_json::from_value::<Asset>(body.clone()).expect("comes back"), known);
        assert_eq!(Asset::shown(&body), "tour.mp4 (2.0 MiB, 9f86d081…)");
    }

    #[test]
    fn what_was_not_read_is_like_nothing() {
        let unread = Asset::named("a.jpg");
        assert!(!unread.same(&unread.clone()));
        let read = Asset { sha256: "ab".into(), ..unread };
        assert!(read.same(&Asset { file: "b.jpg".into(), ..read.clone() }));
    }

    #[test]
    fn a_length_is_rounded_down() {
        assert_eq!(
            [1023, 1024, 1_048_575, 1_048_577].map(|bytes| size(bytes).en()),
            ["1023 bytes", "1 KiB", "1023.9 KiB", "1.0 MiB"]
        );
    }

    #[test]
    fn a_name_may_promise_what_the_bytes_do_not_hold() {
        let file = |name: &str, begins: &[u8]| Asset { begins: begins.to_vec(), ..Asset::named(name) };
        assert_eq!(
            file("a.JPG", b"\x89PNG\r\n\x1a\n").pretends().map(|what| what.en()),
            Some("a JPEG picture".to_owned())
        );
        assert_eq!(file("a.jpg", &[0xFF, 0xD8, 0xFF, 0xE0]).pretends(), None);
        assert_eq!(file("a.mp3", &[0xFF, 0xFB, 0x90, 0]).pretends(), None);
        assert_eq!(file("a.mp4", b"\0\0\0\x20ftypisom").pretends(), None);
        assert_eq!(file("a.amr", b"ID3").pretends().map(|what| what.en()), Some("AMR".to_owned()));
        assert_eq!(file("a.jpg", b"").pretends(), None, "an empty one is refused for that");
    }
}
