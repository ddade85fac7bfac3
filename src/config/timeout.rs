//! How long a call may take, as somebody writes it: `60s`, `2m`.

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::problem::Flaw;
use crate::text;

/// How long a call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Timeout(Duration);

const LEAST: u64 = 1;
const MOST: u64 = 600;

impl Timeout {
    /// The same for waiting.
    pub fn duration(self) -> Duration {
        self.0
    }
}

impl TryFrom<String> for Timeout {
    type Error = Flaw;

    fn try_from(text: String) -> Result<Self, Flaw> {
        let units = [('s', 1), ('m', 60)];
        let unit = units.into_iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
        let seconds = unit.and_then(|(number, seconds)| {
            let number = number.bytes().all(|byte| byte.is_ascii_digit()).then_some(number)?;
            number.parse::<u64>().ok()?.checked_mul(seconds)
        });
        match seconds {
            Some(seconds @ LEAST..=MOST) => Ok(Self(Duration::from_secs(seconds))),
            Some(_) => Err(Flaw::new(
                text!("`{text}` is no time to wait for an answer", text),
                text!("write 1s at least and 10m at most"),
            )),
            None => {
                Err(Flaw::new(text!("`{text}` is not a length of time", text), text!("write e.g. 60s or 2m")))
            }
        }
    }
}

impl JsonSchema for Timeout {
    fn schema_name() -> Cow<'static, str> {
        "Timeout".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9]+[sm]$|\\$\\{"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_a_number_a_unit_and_bounds() {
        let read =
            |text: &str| Timeout::try_from(text.to_owned()).map(|timeout| timeout.duration().as_secs());
        assert_eq!((read("1s").ok(), read("60s").ok(), read("10m").ok()), (Some(1), Some(60), Some(600)));
        for wrong in ["", "60", "s", "-1s", "+1s", "1.5s", "1h", "0s", "601s", "11m", "99999999999999999999m"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
