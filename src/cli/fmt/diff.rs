//! What a layout changes, as `patch` reads it. The values of secrets are blotted out.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use crate::problem::masked;
use crate::words::{escape, escape_lines};

/// A unified diff of a file before and after.
pub(super) fn unified(name: &str, old: &str, new: &str) -> String {
    let (shown_old, shown_new) = (masked(old), masked(new));
    let (shown_old, shown_new): (Vec<_>, Vec<_>) =
        (shown_old.split_inclusive('\n').collect(), shown_new.split_inclusive('\n').collect());
    let diff = TextDiff::from_lines(old, new);
    let name = escape(name);
    let mut out = format!("--- {name}\n+++ {name}\n");
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        let _ = writeln!(out, "{}", hunk.header());
        for change in hunk.iter_changes() {
            let (sign, line) = match change.tag() {
                ChangeTag::Equal => (' ', change.new_index().and_then(|nth| shown_new.get(nth))),
                ChangeTag::Delete => ('-', change.old_index().and_then(|nth| shown_old.get(nth))),
                ChangeTag::Insert => ('+', change.new_index().and_then(|nth| shown_new.get(nth))),
            };
            // A line that ends otherwise than it shows would look like no change.
            let bare = line.map_or("", |line| line.strip_suffix('\n').unwrap_or(line));
            let _ = writeln!(out, "{sign}{}", escape_lines(bare));
            if change.missing_newline() {
                out += "\\ No newline at end of file\n";
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_changes_and_no_secret() {
        let shown = unified("a.yaml", "\u{feff}a:  1\napp_key:   s3cr3t", "a: 1\napp_key: s3cr3t\n");
        assert_eq!(
            shown,
            "--- a.yaml\n+++ a.yaml\n@@ -1,2 +1,2 @@\n-\\u{feff}a:  1\n-app_key:*********\n\\ No newline at end of file\n+a: 1\n+app_key:*******\n"
        );
    }
}
