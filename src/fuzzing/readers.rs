//! What a text of YAML says to two readers: to ours, and to one that was written by others.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde::Deserialize as _;
use serde_yaml::{Deserializer, Mapping, Value};

/// What it says to the other reader, where that can read it.
pub(super) fn theirs(text: &str) -> Option<Vec<Value>> {
    // It follows aliases without end.
    if text.contains('*') {
        return None;
    }
    // To it the text of a block has no end of line where the file has none; to ours it has.
    let text = text.trim_start_matches('\u{feff}');
    let text = format!("{}\n", text.strip_suffix('\n').unwrap_or(text));
    Deserializer::from_str(&text).map(|one| Value::deserialize(one).ok()).collect()
}

/// What it says to ours, in the other's words; none if there are tags or aliases in it.
pub(super) fn ours(text: &str) -> Option<Vec<Value>> {
    let (mut documents, mut open) = (vec![], vec![]);
    for event in Parser::new_from_str(text.trim_start_matches('\u{feff}')) {
        let done = match event.ok()?.0 {
            Event::SequenceStart(_, None) => {
                open.push((Value::Sequence(vec![]), None));
                continue;
            }
            Event::MappingStart(_, None) => {
                open.push((Value::Mapping(Mapping::new()), None));
                continue;
            }
            Event::Scalar(text, style, _, None) => scalar(&text, style),
            Event::SequenceEnd | Event::MappingEnd => open.pop()?.0,
            Event::SequenceStart(..) | Event::MappingStart(..) | Event::Scalar(..) | Event::Alias(_) => {
                return None;
            }
            _ => continue,
        };
        match open.last_mut() {
            None => documents.push(done),
            Some((Value::Sequence(items), _)) => items.push(done),
            Some((Value::Mapping(entries), key)) => match key.take() {
                None => *key = Some(done),
                Some(key) => drop(entries.insert(key, done)),
            },
            Some(_) => return None,
        }
    }
    Some(documents)
}

/// Without quotes a text may be something else, as the other reader says.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    let is_bare = style == ScalarStyle::Plain && !text.contains('\n');
    let read = is_bare.then(|| serde_yaml::from_str(text).ok()).flatten();
    read.filter(|read: &Value| !read.is_mapping() && !read.is_sequence())
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_read_the_same_where_yaml_leaves_no_doubt() {
        for text in [
            "a: 1\nb: [x, 'y', ~, {c: yes, d: 1.10}]\n",
            "- |\n  a\n   b\n- 12:30\n- a:b\n---\nc: &x \"1\"\n",
        ] {
            assert!(ours(text).is_some(), "{text}");
            assert_eq!(ours(text), theirs(text), "{text}");
        }
        assert_eq!(ours("a: !x 1\n"), None);
    }
}
