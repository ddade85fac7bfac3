//! Two texts as one: what stays, goes and comes, each as a number of characters. The page takes the characters
//! themselves from the texts.

use serde::Serialize;
use similar::{ChangeTag, DiffOp, DiffTag, TextDiff};

/// So many characters of it: `=` stay, `-` go, `+` come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Edit(char, usize);

/// Up to so many characters a stretch is compared word by word; a longer one has changed as a whole.
const LONG: usize = 2000;

/// A stretch that stays counts as changed with what is around it if it has no more characters than this.
const CRUMB: usize = 1;

/// What makes of one text the other.
pub(super) fn edits(before: &str, after: &str) -> Vec<Edit> {
    let mut found = Edits::default();
    let lines = TextDiff::from_lines(before, after);
    for op in lines.ops() {
        let gone: String = op.old_range().filter_map(|line| lines.old_slice(line)).collect();
        let come: String = op.new_range().filter_map(|line| lines.new_slice(line)).collect();
        if op.tag() == DiffTag::Replace && gone.chars().count().max(come.chars().count()) <= LONG {
            found.words(&gone, &come);
        } else if op.tag() == DiffTag::Equal {
            found.stay(gone.chars().count());
        } else {
            found.change(gone.chars().count(), come.chars().count());
        }
    }
    found.done()
}

#[derive(Default)]
struct Edits {
    done: Vec<Edit>,
    gone: usize,
    come: usize,
}

impl Edits {
    /// Word by word; of Chinese that is character by character.
    fn words(&mut self, before: &str, after: &str) {
        let diff = TextDiff::from_unicode_words(before, after);
        let last = diff.ops().len().saturating_sub(1);
        for (nth, op) in diff.ops().iter().enumerate() {
            let count = |tag| count(&diff, op, tag);
            let stays = count(ChangeTag::Equal);
            let inside = nth > 0 && nth < last;
            if op.tag() != DiffTag::Equal {
                self.change(count(ChangeTag::Delete), count(ChangeTag::Insert));
            } else if stays <= CRUMB && inside {
                self.change(stays, stays);
            } else {
                self.stay(stays);
            }
        }
    }

    fn change(&mut self, gone: usize, come: usize) {
        (self.gone, self.come) = (self.gone + gone, self.come + come);
    }

    fn stay(&mut self, count: usize) {
        self.settle();
        match self.done.last_mut() {
            Some(Edit('=', before)) => *before += count,
            _ => self.done.push(Edit('=', count)),
        }
    }

    /// What goes stands in front of what comes in its place.
    fn settle(&mut self) {
        let (gone, come) = (std::mem::take(&mut self.gone), std::mem::take(&mut self.come));
        self.done.extend([Edit('-', gone), Edit('+', come)].into_iter().filter(|edit| edit.1 > 0));
    }

    fn done(mut self) -> Vec<Edit> {
        self.settle();
        self.done
    }
}

fn count(diff: &TextDiff<'_, '_, str>, op: &DiffOp, tag: ChangeTag) -> usize {
    let changes = diff.iter_changes(op).filter(|change| change.tag() == tag);
    changes.map(|change| change.value().chars().count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(before: &str, after: &str) -> String {
        let edits = edits(before, after).into_iter();
        edits.map(|Edit(sign, count)| format!("{sign}{count}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_what_differs_is_marked() {
        assert_eq!(said("每天 10:00–22:00", "每天 9:30–22:00"), "=3 -5 +4 =6");
        assert_eq!(said("一\n二\n三", "一\n二点五\n三"), "=3 +2 =2");
        assert_eq!(said("", "新"), "+1");
        assert_eq!(said("same", "same"), "=4");
    }

    #[test]
    fn crumbs_that_both_happen_to_have_are_no_gaps() {
        assert_eq!(said("停车两小时", "免费一小时"), "-3 +3 =2");
    }

    #[test]
    fn what_is_long_and_other_has_changed_as_a_whole() {
        let (before, after) = ("甲".repeat(LONG + 1), "乙".repeat(LONG));
        assert_eq!(said(&before, &after), format!("-{} +{LONG}", LONG + 1));
    }

    proptest! {
        #[test]
        fn the_counts_make_up_both_texts(before in "[ab\n好👩‍👩‍👧]{0,30}", after in "[ab\n好👩‍👩‍👧]{0,30}") {
            let edits = edits(&before, &after);
            let sum = |signs: [char; 2]| {
                edits.iter().filter(|edit| signs.contains(&edit.0)).map(|edit| edit.1).sum::<usize>()
            };
            prop_assert_eq!(sum(['=', '-']), before.chars().count());
            prop_assert_eq!(sum(['=', '+']), after.chars().count());
        }
    }
}
