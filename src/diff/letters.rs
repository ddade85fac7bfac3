//! Bodies that do not differ. Most are as they are wanted, and their letters alone tell that: no tree is made of them.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{FieldChange, diff, join};
use crate::model::{Body, Rule, Rules};

/// What [`diff`] finds between two bodies.
pub fn differing(have: &Body, want: &Body, rules: Rules) -> Vec<FieldChange> {
    let same = !has_files(rules) && agree("", have.text(), want.text(), rules, Beyond::Anything);
    if same { vec![] } else { diff(&have.tree(), &want.tree(), rules) }
}

/// True if a live body is what is wanted, field by field, and beyond that knows at most lesser ways to say the same: the
/// id of a text beside the text, and not the text beside its id. If not, that says nothing.
pub fn is_as_wanted(have: &Body, want: &Body, rules: Rules) -> bool {
    !has_files(rules) && agree("", have.text(), want.text(), rules, Beyond::Forms)
}

/// A file that nobody has read is never known to be the same.
fn has_files(rules: Rules) -> bool {
    rules.0.iter().any(|(_, rule)| matches!(rule, Rule::File { .. }))
}

/// What a live body may have beyond what is wanted.
#[derive(Clone, Copy, PartialEq)]
enum Beyond {
    Anything,
    /// Of several ways to say one thing those that come after the one that is wanted.
    Forms,
}

/// True if all that is wanted stands there with the same letters. If not, that says nothing.
fn agree(path: &str, have: &str, want: &str, rules: Rules, beyond: Beyond) -> bool {
    if have == want {
        return true;
    }
    let forms = match rules.at(path) {
        Some(Rule::OneOf(forms)) => forms,
        None if path.is_empty() => &[],
        _ => return false,
    };
    let (Some(have), Some(want)) = (fields(have), fields(want)) else { return false };
    // Of several ways to say one thing only the first that is wanted counts.
    let form = forms.iter().find(|form| want.contains_key(**form));
    let is_form = |name: &&str| forms.contains(name);
    let counts = |name: &&str| form == Some(name) || !is_form(name);
    let no_more = || {
        forms.iter().find(|form| have.contains_key(**form)) == form
            && have.keys().all(|name| want.contains_key(name) || is_form(name))
    };
    (form.is_some() || forms.is_empty())
        && (beyond == Beyond::Anything || no_more())
        && want.iter().filter(|(name, _)| counts(name)).all(|(name, want)| {
            let have = have.get(name);
            have.is_some_and(|have| agree(&join(path, name), have.get(), want.get(), rules, beyond))
        })
}

/// The fields of an object whose names are written plainly.
fn fields(json: &str) -> Option<BTreeMap<&str, &RawValue>> {
    serde_json::from_str(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::kinds;
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::{Value, json};

    fn values() -> impl Strategy<Value = Value> {
        let leaf = select(vec![json!(null), json!("a"), json!("b\""), json!(1), json!([]), json!({})]);
        leaf.prop_recursive(3, 24, 4, |inner| {
            let names = select(vec![
                "name", "match", "reply", "text", "raw", "material", "link", "items", "image", "é\"",
            ]);
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::vec((names, inner), 0..5).prop_map(|fields| {
                    Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
                }),
            ]
        })
    }

    /// The same with some of its fields taken away, as what is live has more than what is wanted.
    fn less(value: &Value, mut which: u32) -> Value {
        let mut value = value.clone();
        for field in ["/name", "/reply/raw", "/reply/text", "/match", "/raw", "/text", "/image"] {
            which /= 2;
            let (above, name) = field.rsplit_once('/').expect("a path");
            if which % 2 == 1
                && let Some(Value::Object(above)) = value.pointer_mut(above)
            {
                above.shift_remove(name);
            }
        }
        value
    }

    proptest! {
        #[test]
        fn it_is_what_the_trees_tell(have in values(), which in any::<u32>(), kind in 0..kinds().len()) {
            let (rules, want) = (kinds()[kind].rules, less(&have, which));
            prop_assert_eq!(differing(&Body::new(&have), &Body::new(&want), rules), diff(&have, &want, rules));
        }
    }

    #[test]
    fn a_text_that_is_also_known_by_its_id_agrees() {
        let rules = crate::model::kind_named("keyword").expect("a kind").rules;
        let agree = |have, want| super::agree("", have, want, rules, Beyond::Anything);
        let have = r#"{"name":"a","match":["b"],"reply":{"text":"c","raw":{"type":"text","id":"7"}}}"#;
        assert!(agree(have, r#"{"name":"a","match":["b"],"reply":{"text":"c"}}"#));
        assert!(agree(have, r#"{"reply":{"raw":{"type":"text","id":"7"}}}"#));
        assert!(!agree(have, r#"{"reply":{"text":"d"}}"#));
        assert!(!agree(have, r#"{"reply":{}}"#));
        assert!(!agree(have, r#"{"reply":{"text":"c"},"other":1}"#));
    }

    #[test]
    fn it_is_as_wanted_with_the_id_of_its_text_and_with_nothing_else() {
        let rules = crate::model::kind_named("keyword").expect("a kind").rules;
        let is_as_wanted = |have, want| super::agree("", have, want, rules, Beyond::Forms);
        let have = r#"{"name":"a","match":["b"],"reply":{"text":"c","raw":{"type":"text","id":"7"}}}"#;
        assert!(is_as_wanted(have, r#"{"name":"a","match":["b"],"reply":{"text":"c"}}"#));
        assert!(!is_as_wanted(have, r#"{"name":"a","reply":{"text":"c"}}"#), "it has keywords too");
        assert!(!is_as_wanted(have, r#"{"name":"a","match":["b"],"reply":{"text":"d"}}"#));
        assert!(!is_as_wanted(have, r#"{"name":"a","match":["b"]}"#));
        let by_id = r#"{"name":"a","match":["b"],"reply":{"raw":{"type":"text","id":"7"}}}"#;
        assert!(!is_as_wanted(have, by_id), "what it says would be lost");
    }
}
