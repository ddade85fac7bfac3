//! Youmi: messages to single people in WeChat and WeCom, queued by the vendor.
//!
//! There is no driver yet, only the vendor's stand-in.

pub mod sandbox;
