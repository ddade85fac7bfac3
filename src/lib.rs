//! mpform manages WeChat marketing accounts as code: menus, keyword replies, materials and follower groups in YAML, planned,
//! shown and applied.
//!
//! The rooms stand in the order in which the data passes through them.

// The door: commands and their arguments, the clock and the environment.
pub mod cli;
// Text becomes a project: files and includes, variables, environments, where each value stands.
pub mod config;
// The vocabulary: what can be declared.
pub mod model;
// A project becomes what is desired of each account; all problems at once.
pub mod desired;
// Readers and state become what is live.
pub mod live;
// What differs between two bodies.
pub mod diff;
// What is desired and what is live become a plan.
pub mod plan;
// A plan is carried out. The only room that writes to a vendor.
pub mod apply;
// What is armed and due is sent, and nothing twice.
pub mod sending;
// What no vendor can tell us.
pub mod state;
// Plans, events and outcomes for people and programs.
pub mod report;
// A line for every write, for whoever has to answer for it.
pub mod audit;

// What followers wrote, held against the rules that are there.
pub mod coverage;
// A project's YAML in the canonical layout, its meaning untouched.
pub mod layout;
// What followers would be answered, by what is declared or live; tests are held against it.
pub mod rehearse;
// The way back: what is live becomes a project.
pub mod export;

// Beside the passage: the vendors, what they can't change and was read before, the clock, the one HTTP client for all of them, our stand-in for their servers, the schema
// of the configuration language, patterns of names, and what a problem is.
pub mod cache;
pub mod clock;
// What is fed to the readers of foreign bytes; part of no release.
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
pub mod globs;
pub mod hex;
pub mod http;
pub mod notify;
pub mod order;
pub mod private;
pub mod problem;
pub mod providers;
pub mod sandbox;
pub mod schema;
pub mod words;
