//! Messages that fall due, a line each.

use chrono::DateTime;

use crate::plan::Upcoming;

/// A run, and when how many of its messages are due.
pub(super) fn line(upcoming: &Upcoming) -> (String, String) {
    let at = DateTime::parse_from_rfc3339(&upcoming.at);
    let at = at.map_or_else(|_| upcoming.at.clone(), |at| at.format("%a %Y-%m-%d %H:%M").to_string());
    let many = if upcoming.messages == 1 { "message" } else { "messages" };
    (upcoming.run.to_string(), format!("  {at}  {} {many}", upcoming.messages))
}
