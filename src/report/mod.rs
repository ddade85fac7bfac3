//! Plans and events for people and programs. Everything here turns data into text or JSON; who prints it, and
//! where, is the caller's business.
//!
//! What a vendor or a user wrote is data: it is escaped before it reaches a terminal.

mod alike;
pub mod apply;
pub mod columns;
pub mod coverage;
pub mod html;
pub mod ical;
pub mod json;
pub mod markdown;
pub mod month;
pub mod notice;
pub mod progress;
pub mod rehearse;
pub mod sending;
pub mod sop;
pub mod style;
pub mod text;
pub mod turns;
mod upcoming;
mod value;
mod words;

pub use style::{Role, Style};

#[cfg(test)]
mod fixture;
