//! A JSON value on one line, the way a person would write it in YAML.

use serde_json::Value;

use super::columns::escape;

/// The value on one line, escaped. Text stands bare unless that would hide something.
pub(crate) fn compact(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => {
            let shown = escape(text);
            if text.trim() == text && !text.is_empty() { shown.into_owned() } else { format!("\"{shown}\"") }
        }
        Value::Array(items) => format!("[{}]", items.iter().map(compact).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            if let (1, Some(content)) = (fields.len(), fields.get("fuzzy")) {
                return format!("{} (fuzzy)", compact(content));
            }
            if let Some(group) = group(value) {
                return group;
            }
            let fields: Vec<_> =
                fields.iter().map(|(key, value)| format!("{}: {}", escape(key), compact(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

/// A group of customers by its name and its owner's: a person knows it by these.
fn group(value: &Value) -> Option<String> {
    let word = |key: &str| value[key].as_str().filter(|word| !word.is_empty());
    let (chat, owner) = (word("chat")?, word("owner")?);
    let (name, owner) = (word("name").unwrap_or(chat), word("owner_name").unwrap_or(owner));
    Some(format!("{} ({})", escape(name), escape(owner)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_like_yaml() {
        assert_eq!(compact(&json!({"type": "image", "id": "5f"})), "{type: image, id: 5f}");
        assert_eq!(compact(&json!(["营业时间", {"fuzzy": "几点开门"}])), "[营业时间, 几点开门 (fuzzy)]");
    }

    #[test]
    fn a_group_is_shown_by_its_names() {
        let group = json!({"name": "一群", "owner_name": "甲", "chat": "wr1", "owner": "4516"});
        assert_eq!(compact(&json!([group, {"chat": "wr2", "owner": "4633"}])), "[一群 (甲), wr2 (4633)]");
    }

    #[test]
    fn shows_what_bare_text_would_hide() {
        assert_eq!(compact(&json!("")), "\"\"");
        assert_eq!(compact(&json!(" 您好\n")), "\" 您好⏎\"");
    }
}
