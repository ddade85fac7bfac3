//! Lists: of two, only the items that come and go, with counts.

use crate::text;
use std::collections::HashMap;

use serde_json::Value;

use super::diff::{self, Side};
use crate::report::value::compact;
use crate::report::{Role, Style};

/// So many items of one kind are shown.
pub(super) const SHOWN: usize = 10;

/// What stands beside the field's name, and the lines below it.
pub(super) fn lines(before: &[Value], after: &[Value], style: Style, room: usize) -> (String, Vec<String>) {
    let come = beyond(after, before);
    let gone = beyond(before, after);
    if come.is_empty() && gone.is_empty() {
        let whole = |items: &[Value]| items.iter().map(compact).collect::<Vec<_>>().join("\n");
        let shown = diff::lines(&whole(before), &whole(after), style, room);
        return (style.said(Role::Faint, &text!("the same items in another order")), shown);
    }
    let mut head = vec![];
    if !come.is_empty() {
        head.push(style.paint(Role::Create, &format!("+{}", come.len())));
    }
    if !gone.is_empty() {
        head.push(style.paint(Role::Delete, &format!("−{}", gone.len())));
    }
    head.push(style.paint(Role::Faint, &format!("({} → {})", before.len(), after.len())));
    let mut shown = items(Side::Come, &come, style, room);
    shown.extend(items(Side::Gone, &gone, style, room));
    (head.join(" "), shown)
}

fn items(side: Side, items: &[String], style: Style, room: usize) -> Vec<String> {
    let mut shown: Vec<_> =
        items.iter().take(SHOWN).flat_map(|item| diff::line(side, item, style, room)).collect();
    if items.len() > SHOWN {
        shown.push(style.said(Role::Faint, &text!("  and {rest} more", rest = items.len() - SHOWN)));
    }
    shown
}

/// The items of `these` that `those` does not have, each as often as it has it more.
fn beyond(these: &[Value], those: &[Value]) -> Vec<String> {
    // What is shown of two that differ may be the same.
    let mut held: HashMap<&Value, usize> = HashMap::new();
    for item in those {
        *held.entry(item).or_default() += 1;
    }
    let mut lacking = vec![];
    for item in these {
        match held.get_mut(item) {
            Some(left) if *left > 0 => *left -= 1,
            _ => lacking.push(compact(item)),
        }
    }
    lacking
}
