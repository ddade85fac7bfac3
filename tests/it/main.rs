//! The tests that run the real binary against the sandbox. The files mirror those of `src`.

mod world;

mod apply;
mod completions;
mod conformance;
mod demo;
mod house;
mod init;
mod markdown;
pub(crate) mod plan;
mod readme;
mod sandbox;
mod saved;
mod scenarios;
mod schema;
mod state;
mod validate;
