//! mpform manages WeChat marketing accounts as code.
//!
//! The rooms stand in the order the data passes through them.

pub mod apply;
pub mod state;
pub mod model;
pub mod http;
pub mod diff;
pub mod plan;
pub mod problem;
pub mod report;
