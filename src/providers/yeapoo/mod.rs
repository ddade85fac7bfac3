//! Yeapoo: menus, keyword replies, groups and materials of one official account.

pub mod sandbox;
