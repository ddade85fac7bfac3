//! The vocabulary: what can be declared. No I/O, no vendor, no clock.

#![warn(missing_docs)]

mod action;
mod address;
mod asset;
mod body;
pub mod case;
mod finding;
pub mod kinds;
mod rules;
pub mod schedule;
pub mod sop;
mod table;
mod zone;

pub use action::Action;
pub use address::{Address, Link, LinkTo, RemoteId};
pub use asset::{Asset, size};
pub use body::Body;
pub use finding::{Files, Finding, Step};
pub use kinds::{EachKind, Kind, KindInfo, Shape, each_kind, kind_named, kinds};
pub use rules::{Rule, Rules, field_of};
pub(crate) use table::{Entries, first_column};
pub use zone::Zone;
