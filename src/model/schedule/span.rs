//! A length of time, as somebody writes it: `30m`, `6h`, `14d`.

use crate::problem::Flaw;
use crate::text;
use std::borrow::Cow;
use std::fmt;

use chrono::TimeDelta;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};

/// A length of time, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(u32);

/// Minutes of the units, the largest first.
const UNITS: [(char, u32); 3] = [('d', 24 * 60), ('h', 60), ('m', 1)];

impl Span {
    /// No length of time in a plan is more than a year.
    pub const MOST: Self = Self::days(366);

    /// So many minutes.
    pub const fn minutes(number: u32) -> Self {
        Self(number)
    }

    /// So many days of 24 hours.
    pub const fn days(number: u32) -> Self {
        Self(number * 24 * 60)
    }

    /// The same for reckoning.
    pub fn delta(self) -> TimeDelta {
        TimeDelta::minutes(self.0.into())
    }
}

impl TryFrom<String> for Span {
    type Error = Flaw;

    fn try_from(text: String) -> Result<Self, Flaw> {
        let unit = UNITS.into_iter().find_map(|(unit, minutes)| Some((text.strip_suffix(unit)?, minutes)));
        let minutes = unit.and_then(|(number, minutes)| {
            let number: u32 =
                number.bytes().all(|byte| byte.is_ascii_digit()).then_some(number)?.parse().ok()?;
            number.checked_mul(minutes)
        });
        match minutes {
            Some(minutes) if minutes <= Self::MOST.0 => Ok(Self(minutes)),
            Some(_) => {
                Err(Flaw::new(text!("`{text}` is more than a year", text), text!("write at most 366d")))
            }
            None => Err(Flaw::new(
                text!("`{text}` is not a length of time", text),
                text!("write e.g. 30m, 6h or 14d"),
            )),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = UNITS.into_iter().find(|(_, minutes)| self.0 > 0 && self.0.is_multiple_of(*minutes));
        let (unit, minutes) = whole.unwrap_or(('m', 1));
        write!(f, "{}{unit}", self.0 / minutes)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9]+[mhd]$|\\$\\{"})
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn a_length_of_time_has_a_number_and_a_unit() {
        let read = |text: &str| Span::try_from(text.to_owned()).map(|span| span.to_string());
        assert_eq!(read("30m").as_deref(), Ok("30m"));
        assert_eq!(read("120m").as_deref(), Ok("2h"));
        assert_eq!(read("48h").as_deref(), Ok("2d"));
        assert_eq!(read("0m").as_deref(), Ok("0m"));
        for wrong in ["", "30", "m", "+3m", "-3m", "3w", "1.5h", "99999999999d", "367d"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
