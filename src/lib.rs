//! mpform manages WeChat marketing accounts as code.
//!
//! The rooms stand in the order the data passes through them.

pub mod apply;
pub mod model;
pub mod plan;
pub mod problem;
pub mod report;
