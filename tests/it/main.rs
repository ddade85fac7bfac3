//! The tests that run the real binary against the sandbox. The files mirror those of `src`.

mod proxy;
mod world;

mod account;
mod apply;
mod completions;
mod conformance;
mod coverage;
mod demo;
mod doctor;
mod drift;
mod export;
mod house;
mod init;
mod markdown;
mod materials;
pub(crate) mod plan;
mod plans;
mod readme;
mod sandbox;
mod saved;
mod scenarios;
mod schema;
mod secrets;
mod sop;
mod state;
mod tanmarket;
mod town;
mod validate;
mod wire;
mod words;
