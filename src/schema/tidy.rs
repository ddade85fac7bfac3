//! What the types don't say of themselves: unknown keys are refused, `null` is no value, and where text is wanted a
//! plain scalar is taken as it is written.

use serde_json::{Value, json};

/// Tidies a schema and everything in it.
pub(super) fn tidy(schema: &mut Value) {
    without_null(schema);
    let Value::Object(fields) = schema else { return };
    if fields.contains_key("properties")
        && fields.contains_key("type")
        && !fields.contains_key("additionalProperties")
        && !fields.contains_key("allOf")
    {
        fields.insert("additionalProperties".into(), json!(false));
    }
    // What a number or a boolean is when it is taken as text is not for an editor to check.
    let is_free_text = fields.get("type") == Some(&json!("string"))
        && !["enum", "const", "pattern"].iter().any(|key| fields.contains_key(*key));
    if is_free_text {
        fields.insert("type".into(), json!(["string", "number", "boolean"]));
    }
    // A number or a boolean may also come out of a var.
    if let Some(kind @ ("integer" | "number" | "boolean")) = fields.get("type").and_then(Value::as_str) {
        let either = json!([kind, "string"]);
        fields.insert("type".into(), either);
        fields.insert("pattern".into(), json!("\\$\\{"));
    }
    // A default is said in the description, in the user's words.
    fields.shift_remove("default");
    // Widths of integers mean nothing to a user.
    fields.shift_remove("format");
    for (key, value) in fields.iter_mut() {
        match (key.as_str(), value) {
            ("properties" | "patternProperties" | "definitions", Value::Object(each)) => {
                each.values_mut().for_each(tidy);
            }
            ("oneOf" | "anyOf" | "allOf", Value::Array(each)) => each.iter_mut().for_each(tidy),
            ("items" | "additionalProperties" | "not" | "if" | "then" | "else" | "propertyNames", value) => {
                tidy(value);
            }
            _ => {}
        }
    }
}

/// `Option` is how a type says that a key may be absent; a `null` is refused all the same.
fn without_null(schema: &mut Value) {
    let Value::Object(fields) = schema else { return };
    if let Some(Value::Array(types)) = fields.get_mut("type") {
        // An entry may be left empty, which reads as null; its schema says object first.
        if types.first() != Some(&json!("object")) {
            types.retain(|kind| kind != "null");
        }
        if let [only] = types.as_slice() {
            let only = only.clone();
            fields.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(any)) = fields.get_mut("anyOf") {
        any.retain(|one| one != &json!({"type": "null"}));
        if let [only] = any.as_slice() {
            let only = only.clone();
            fields.shift_remove("anyOf");
            if fields.is_empty() {
                *schema = only;
            } else {
                // Draft 7 looks at nothing beside a `$ref`.
                fields.insert("allOf".into(), json!([only]));
            }
        }
    }
}
