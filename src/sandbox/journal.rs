//! What was asked of the sandbox, in order.

use std::collections::VecDeque;

use serde::Serialize;

/// Longer bodies are cut in the journal: uploads would fill it.
const BODY: usize = 4096;
/// Older entries are dropped beyond this many.
const KEPT: usize = 100_000;

/// One request and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Counts from 1 and goes on after a clearing.
    pub seq: u64,
    /// The method.
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// The body as text, cut at 4096 bytes; a body that is no text is shown by its size.
    pub body: String,
    /// The vendor that was asked; empty if no vendor knows the path.
    pub vendor: &'static str,
    /// The HTTP status that was answered; none if the connection was dropped.
    pub status: Option<u16>,
    /// The vendor's code inside the body.
    pub code: Option<i64>,
    /// The fault that was applied, by its name.
    pub fault: Option<String>,
    /// Whether the request is one that changes something, carried out or not.
    pub write: bool,
    /// Whether the vendor got to see it; a fault may have kept it away.
    pub reached: bool,
    /// The logical time in milliseconds since 1970.
    pub at: i64,
}

#[derive(Debug, Default)]
pub(super) struct Journal {
    entries: VecDeque<Entry>,
    last: u64,
}

impl Journal {
    /// Gives the entry its number and keeps it.
    pub(super) fn push(&mut self, mut entry: Entry) {
        self.last += 1;
        entry.seq = self.last;
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(super) fn entries(&self, writes_only: bool) -> Vec<Entry> {
        self.entries.iter().filter(|entry| entry.write || !writes_only).cloned().collect()
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }
}

/// A body as the journal keeps it.
pub(super) fn body_text(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) if text.len() <= BODY => text.to_owned(),
        Ok(text) => format!("{}… ({} bytes)", &text[..floor(text, BODY)], text.len()),
        Err(_) => format!("({} bytes, not text)", body.len()),
    }
}

/// The largest character boundary that isn't above `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(write: bool) -> Entry {
        Entry {
            seq: 0,
            method: "GET".into(),
            path: "/".into(),
            body: String::new(),
            vendor: "",
            status: Some(200),
            code: None,
            fault: None,
            write,
            reached: true,
            at: 0,
        }
    }

    #[test]
    fn numbers_go_on_after_clearing() {
        let mut journal = Journal::default();
        journal.push(entry(false));
        journal.clear();
        journal.push(entry(true));
        assert_eq!(journal.entries(false)[0].seq, 2);
    }

    #[test]
    fn writes_can_be_told_apart() {
        let mut journal = Journal::default();
        journal.push(entry(false));
        journal.push(entry(true));
        assert_eq!(journal.entries(true).len(), 1);
        assert_eq!(journal.entries(false).len(), 2);
    }

    #[test]
    fn long_and_binary_bodies_are_shortened() {
        assert_eq!(body_text(&[0xff, 0xd8]), "(2 bytes, not text)");
        let long = "图".repeat(2000);
        let kept = body_text(long.as_bytes());
        assert!(kept.ends_with("… (6000 bytes)"));
        assert!(kept.len() < 4200);
    }
}
