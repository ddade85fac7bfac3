//! Tanmarket: SOPs of customer groups in WeCom, sent by the vendor.
//!
//! There is no driver yet, only the vendor's stand-in.

pub mod sandbox;
