//! A problem as programs read it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Level, Place, Problem};
use crate::words::{Lang, Text};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct Told {
    /// Its stable code: `MP` and three digits.
    pub code: String,
    /// Whether it stops the work.
    pub level: Level,
    /// What is wrong.
    pub message: String,
    /// The address or account it is about.
    pub about: Option<String>,
    /// Where it shows.
    pub places: Vec<ToldPlace>,
    /// What to do next.
    pub help: Option<String>,
}

/// A place in a file of the project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Place")]
pub struct ToldPlace {
    /// The file's path below the project folder.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// What is said beside it; may be empty.
    pub label: String,
}

impl From<&Problem> for Told {
    fn from(problem: &Problem) -> Self {
        Self {
            code: problem.code.as_str().to_owned(),
            level: problem.level,
            message: problem.discreet(Lang::En),
            about: problem.about.clone(),
            places: problem.places.iter().map(ToldPlace::from).collect(),
            help: problem.help.as_ref().map(Text::en),
        }
    }
}

impl From<&Place> for ToldPlace {
    fn from(place: &Place) -> Self {
        let (line, column) = place.line_column();
        Self {
            file: place.source.name.clone(),
            line,
            column,
            label: place.label.as_ref().map(|label| label.en()).unwrap_or_default(),
        }
    }
}
