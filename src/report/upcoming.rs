//! Messages that fall due, a line each.

use super::words::{messages, moment};
use crate::words::Lang;
use chrono::DateTime;

use crate::plan::Upcoming;

/// A run, and when how many of its messages are due.
pub(super) fn line(upcoming: &Upcoming, lang: Lang) -> (String, String) {
    let at = DateTime::parse_from_rfc3339(&upcoming.at);
    let at = at.map_or_else(|_| upcoming.at.clone(), |at| moment(&at, lang));
    (upcoming.run.to_string(), format!("  {at}  {}", messages(upcoming.messages).to(lang)))
}
