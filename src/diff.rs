//! What differs between two bodies of one kind. Pure.
//!
//! Only what is wanted is compared: a field that is absent is not managed.

use serde_json::{Map, Value};

use crate::model::{Asset, Rule, Rules};
use crate::plan::FieldChange;

mod letters;

pub use letters::{differing, is_as_wanted};

/// The fields in which `have` differs from `want`, in the order in which they are wanted.
pub fn diff(have: &Value, want: &Value, rules: Rules) -> Vec<FieldChange> {
    let mut changes = vec![];
    compare("", have, want, rules, &mut changes);
    changes
}

/// What a new object has: every field that is wanted.
pub fn gained(want: &Value, rules: Rules) -> Vec<FieldChange> {
    let mut changes = diff(&Value::Null, want, rules);
    changes.retain(|change| rules.at(&change.path) != Some(Rule::Immutable));
    changes
}

/// What is lost with an object: every field it has, and of several ways to say one thing the preferred one.
pub fn lost(have: &Value, rules: Rules) -> Vec<FieldChange> {
    let mut changes = vec![];
    lose("", have, rules, &mut changes);
    changes.retain(|change| rules.at(&change.path) != Some(Rule::Immutable));
    changes
}

fn compare(path: &str, have: &Value, want: &Value, rules: Rules, changes: &mut Vec<FieldChange>) {
    match (rules.at(path), want) {
        (Some(Rule::OneOf(forms)), Value::Object(fields)) => {
            compare_forms(path, forms, have, fields, rules, changes);
            compare_fields(
                path,
                have,
                fields.iter().filter(|(name, _)| !forms.contains(&name.as_str())),
                rules,
                changes,
            );
        }
        (Some(Rule::Set), Value::Array(_)) if have == want => {}
        (Some(Rule::Set), Value::Array(_)) => {
            let (before, after) = (sorted(have), sorted(want));
            if before != after {
                changes.push(FieldChange { path: path.to_owned(), before, after });
            }
        }
        (Some(Rule::Exact), _) => exact(path, have, want, rules, changes),
        (Some(Rule::Items), Value::Array(items)) => compare_items(path, have, items, rules, changes),
        (Some(Rule::File { .. }), _) => {
            if !Asset::same_bodies(have, want) {
                let (before, after) = (Asset::shown(have), Asset::shown(want));
                changes.push(FieldChange { path: path.to_owned(), before, after });
            }
        }
        (None, Value::Object(fields)) if path.is_empty() => {
            compare_fields(path, have, fields.iter(), rules, changes)
        }
        _ if have == want => {}
        _ => changes.push(FieldChange { path: path.to_owned(), before: have.clone(), after: want.clone() }),
    }
}

fn compare_fields<'a>(
    path: &str,
    have: &Value,
    fields: impl Iterator<Item = (&'a String, &'a Value)>,
    rules: Rules,
    changes: &mut Vec<FieldChange>,
) {
    for (name, want) in fields {
        compare(&join(path, name), &have[name.as_str()], want, rules, changes);
    }
}

/// Compares all of two values, field by field and item by item.
fn exact(path: &str, have: &Value, want: &Value, rules: Rules, changes: &mut Vec<FieldChange>) {
    let objects = |value: &Value| value.as_array().is_some_and(|items| items.iter().any(Value::is_object));
    let is_set = rules.at(path) == Some(Rule::Set);
    if have == want || (is_set && sorted(have) == sorted(want)) {
    } else if have.is_object() || want.is_object() {
        let fields = |value: &'_ Value| -> Vec<String> {
            value.as_object().into_iter().flat_map(Map::keys).cloned().collect()
        };
        let mut names = fields(want);
        names.extend(fields(have).into_iter().filter(|name| want.get(name).is_none()));
        for name in names {
            exact(&join(path, &name), &have[name.as_str()], &want[name.as_str()], rules, changes);
        }
    } else if !is_set && (objects(have) || objects(want)) {
        let length = |value: &Value| value.as_array().map_or(0, Vec::len);
        for nth in 0..length(have).max(length(want)) {
            exact(&item_path(path, nth), &have[nth], &want[nth], rules, changes);
        }
    } else {
        changes.push(FieldChange { path: path.to_owned(), before: have.clone(), after: want.clone() });
    }
}

/// Lists of objects, one by one in their order; what is too many goes.
fn compare_items(path: &str, have: &Value, want: &[Value], rules: Rules, changes: &mut Vec<FieldChange>) {
    for (nth, item) in want.iter().enumerate() {
        let fields = item.as_object().into_iter().flatten();
        compare_fields(&item_path(path, nth), &have[nth], fields, rules, changes);
    }
    for (nth, item) in have.as_array().into_iter().flatten().enumerate().skip(want.len()) {
        lose_item(path, nth, item, rules, changes);
    }
}

fn lose_item(path: &str, nth: usize, item: &Value, rules: Rules, changes: &mut Vec<FieldChange>) {
    for (name, value) in item.as_object().into_iter().flatten() {
        lose(&join(&item_path(path, nth), name), value, rules, changes);
    }
}

fn item_path(path: &str, nth: usize) -> String {
    format!("{path}[{nth}]")
}

/// Exactly one form is wanted. A live object that says the same in that form is right, whatever else it says.
fn compare_forms(
    path: &str,
    forms: &[&str],
    have: &Value,
    want: &Map<String, Value>,
    rules: Rules,
    changes: &mut Vec<FieldChange>,
) {
    let mut differs = vec![];
    let wanted = forms.iter().find(|form| want.contains_key(**form));
    if let Some(form) = wanted {
        compare(&join(path, form), &have[*form], &want[*form], rules, &mut differs);
        if differs.is_empty() {
            return;
        }
    }
    // What is live may say one thing in several forms; it is shown in the preferred one, and only there.
    let shown = forms.iter().find(|form| !have[**form].is_null());
    if wanted.is_none() || shown != wanted {
        lose_form(path, forms, have, rules, changes);
        differs.iter_mut().for_each(|change| change.before = Value::Null);
    }
    changes.append(&mut differs);
}

fn lose(path: &str, have: &Value, rules: Rules, changes: &mut Vec<FieldChange>) {
    let forms = match rules.at(path) {
        Some(Rule::OneOf(forms)) => forms,
        Some(Rule::Items) => {
            for (nth, item) in have.as_array().into_iter().flatten().enumerate() {
                lose_item(path, nth, item, rules, changes);
            }
            return;
        }
        Some(Rule::File { .. }) => {
            let before = Asset::shown(have);
            changes.push(FieldChange { path: path.to_owned(), before, after: Value::Null });
            return;
        }
        Some(Rule::Exact) => {
            exact(path, have, &Value::Null, rules, changes);
            return;
        }
        None if path.is_empty() => &[],
        _ => {
            changes.push(FieldChange { path: path.to_owned(), before: have.clone(), after: Value::Null });
            return;
        }
    };
    for (name, value) in have.as_object().into_iter().flatten() {
        if !forms.contains(&name.as_str()) {
            lose(&join(path, name), value, rules, changes);
        }
    }
    lose_form(path, forms, have, rules, changes);
}

fn lose_form(path: &str, forms: &[&str], have: &Value, rules: Rules, changes: &mut Vec<FieldChange>) {
    if let Some(form) = forms.iter().find(|form| !have[**form].is_null()) {
        lose(&join(path, form), &have[*form], rules, changes);
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn sorted(list: &Value) -> Value {
    let mut items: Vec<_> = list.as_array().cloned().unwrap_or_default();
    items.sort_by_cached_key(ToString::to_string);
    if list.is_null() { Value::Null } else { items.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::kind_named;
    use serde_json::json;

    fn rules(kind: &str) -> Rules {
        kind_named(kind).expect("a kind").rules
    }

    fn shown(changes: &[FieldChange]) -> Vec<String> {
        changes
            .iter()
            .map(|change| format!("{}: {} -> {}", change.path, change.before, change.after))
            .collect()
    }

    #[test]
    fn what_is_not_wanted_is_not_compared() {
        let have = json!({"name": "vip", "members": ["o1"]});
        assert!(diff(&have, &json!({"name": "vip"}), rules("group")).is_empty());
    }

    #[test]
    fn the_order_of_a_set_means_nothing() {
        let have = json!({"match": [{"fuzzy": "b"}, "a"]});
        assert!(diff(&have, &json!({"match": ["a", {"fuzzy": "b"}]}), rules("keyword")).is_empty());
        let changes = diff(&have, &json!({"match": ["a"]}), rules("keyword"));
        assert_eq!(shown(&changes), [r#"match: ["a",{"fuzzy":"b"}] -> ["a"]"#]);
    }

    #[test]
    fn a_reply_that_says_the_same_in_the_wanted_form_is_right() {
        let have = json!({"reply": {"text": "您好", "raw": {"type": "text", "id": "5f"}}});
        for want in
            [json!({"reply": {"text": "您好"}}), json!({"reply": {"raw": {"type": "text", "id": "5f"}}})]
        {
            assert!(diff(&have, &want, rules("keyword")).is_empty());
        }
    }

    #[test]
    fn another_text_is_one_change_of_the_text() {
        let have = json!({"reply": {"text": "您好", "raw": {"type": "text", "id": "5f"}}});
        let changes = diff(&have, &json!({"reply": {"text": "再见"}}), rules("keyword"));
        assert_eq!(shown(&changes), [r#"reply.text: "您好" -> "再见""#]);
    }

    #[test]
    fn a_text_that_gives_way_to_something_else_is_shown() {
        let have = json!({"reply": {"text": "您好", "raw": {"type": "text", "id": "5f"}}});
        let changes =
            diff(&have, &json!({"reply": {"raw": {"type": "image", "id": "60"}}}), rules("keyword"));
        assert_eq!(
            shown(&changes),
            [r#"reply.text: "您好" -> null"#, r#"reply.raw: null -> {"type":"image","id":"60"}"#]
        );
    }

    #[test]
    fn another_form_shows_what_was_said_before() {
        let have = json!({"reply": {"raw": {"type": "image", "id": "5f"}}});
        let changes = diff(&have, &json!({"reply": {"text": "您好"}}), rules("keyword"));
        assert_eq!(
            shown(&changes),
            [r#"reply.raw: {"type":"image","id":"5f"} -> null"#, r#"reply.text: null -> "您好""#]
        );
    }

    #[test]
    fn a_button_that_gets_items_loses_its_action() {
        let have = json!({"name": "关于", "link": "https://m.example.com", "position": 1});
        let changes = diff(&have, &json!({"name": "关于", "position": 1}), rules("menu"));
        assert_eq!(shown(&changes), [r#"link: "https://m.example.com" -> null"#]);
    }

    #[test]
    fn a_button_goes_from_link_to_reply() {
        let have = json!({"name": "关于", "link": "https://m.example.com"});
        let changes = diff(&have, &json!({"name": "关于", "reply": {"text": "您好"}}), rules("menu"));
        assert_eq!(
            shown(&changes),
            [r#"link: "https://m.example.com" -> null"#, r#"reply.text: null -> "您好""#]
        );
    }

    #[test]
    fn what_is_lost_is_said_once() {
        let have = json!({"text": "您好", "raw": {"type": "text", "id": "5f"}});
        assert_eq!(shown(&lost(&have, rules("reply"))), [r#"text: "您好" -> null"#]);
    }

    #[test]
    fn what_is_gained_leaves_out_the_parent_that_the_address_tells() {
        let want = json!({"name": "官网", "link": "https://m.example.com", "parent": "新品", "position": 1});
        let paths: Vec<_> = gained(&want, rules("menu")).into_iter().map(|change| change.path).collect();
        assert_eq!(paths, ["link", "name", "position"]);
    }
}
