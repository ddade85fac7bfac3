//! mpform manages WeChat marketing accounts as code.
//!
//! The rooms stand in the order the data passes through them.

pub mod config;
pub mod desired;
pub mod model;
pub mod problem;
pub mod providers;
pub mod schema;
