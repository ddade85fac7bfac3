//! mpform manages WeChat marketing accounts as code.
//!
//! The rooms stand in the order the data passes through them.

pub mod providers;
pub mod sandbox;
