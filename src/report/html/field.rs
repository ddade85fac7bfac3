//! A field that differs. What stands in the bodies before and after is not written a second time.

use serde::Serialize;
use serde_json::Value;

use super::edits::{Edit, edits};
use crate::model::{Rule, kind_named};
use crate::plan::FieldChange;

#[derive(Serialize)]
pub(super) struct Field<'a> {
    path: &'a str,
    /// Its values are those at the path in the bodies.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    in_bodies: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a Value>,
    /// Of two texts, what of them stays, goes and comes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    edits: Vec<Edit>,
}

impl<'a> Field<'a> {
    /// A field of a kind, and the bodies before and after that it is of.
    pub(super) fn of(field: &'a FieldChange, kind: &str, bodies: (Option<&Value>, Option<&Value>)) -> Self {
        let value =
            |body: Option<&Value>| body.and_then(|body| at(body, &field.path)).cloned().unwrap_or_default();
        let is_there = !field.before.is_null() || !field.after.is_null();
        let in_bodies = is_there && value(bodies.0) == field.before && value(bodies.1) == field.after;
        let written = |value: &'a Value| (!in_bodies && !value.is_null()).then_some(value);
        // Of a file name, size and fingerprint stand there: that they have some letters in common says nothing.
        let is_file = kind_named(kind)
            .is_some_and(|kind| matches!(kind.rules.at(&field.path), Some(Rule::File { .. })));
        let edits = match (&field.before, &field.after) {
            _ if is_file => vec![],
            (Value::String(before), Value::String(after)) => edits(before, after),
            _ => vec![],
        };
        Self {
            path: &field.path,
            in_bodies,
            before: written(&field.before),
            after: written(&field.after),
            edits,
        }
    }
}

/// The value at a dotted path: `news[0].title`. The page finds it in the same way.
fn at<'a>(body: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(body, |value, step| {
        let (name, rest) = step.split_at(step.find('[').unwrap_or(step.len()));
        let items = rest.split('[').skip(1).map(|item| item.strip_suffix(']')?.parse::<usize>().ok());
        items.into_iter().try_fold(value.get(name)?, |value, nth| value.get(nth?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_found_by_its_path() {
        let body = json!({"news": [{"title": "春"}], "reply": {"text": "好"}, "name": "a"});
        assert_eq!(at(&body, "news[0].title"), Some(&json!("春")));
        assert_eq!(at(&body, "reply.text"), Some(&json!("好")));
        assert_eq!((at(&body, "news[1].title"), at(&body, "name[x]")), (None, None));
    }

    #[test]
    fn a_value_is_written_only_where_the_bodies_do_not_hold_it() {
        let field = FieldChange { path: "reply.text".into(), before: json!("好"), after: json!("您好") };
        let (have, want) = (json!({"reply": {"text": "好"}}), json!({"reply": {"text": "您好"}}));
        let told = |bodies| serde_json::to_value(Field::of(&field, "keyword", bodies)).expect("plain data");
        assert_eq!(
            told((Some(&have), Some(&want))),
            json!({"path": "reply.text", "in_bodies": true, "edits": [["+", 1], ["=", 1]]})
        );
        assert_eq!(
            told((Some(&have), None)),
            json!({"path": "reply.text", "before": "好", "after": "您好", "edits": [["+", 1], ["=", 1]]})
        );
    }
}
