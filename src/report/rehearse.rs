//! What followers would be answered, for people and programs.

mod ask;
mod json;
mod junit;
mod tests_run;
mod words;

pub use ask::ask;
pub use json::{ask as ask_json, event, summary};
pub use junit::junit;
pub use tests_run::{sum, tested};
