//! Carries a plan out. The only room that writes to a vendor.

pub mod event;
