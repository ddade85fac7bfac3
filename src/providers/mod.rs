//! The vendors.

pub mod yeapoo;
