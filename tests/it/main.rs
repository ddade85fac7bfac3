//! The tests that run the real binary against the sandbox. The files mirror those of `src`.

mod world;

mod apply;
mod completions;
mod conformance;
mod demo;
mod export;
mod house;
mod init;
mod plan;
mod readme;
mod sandbox;
mod scenarios;
mod schema;
mod state;
mod validate;
