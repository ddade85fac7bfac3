//! The schema of a plan for programs, derived from the types that write it.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::plan::file::File;

/// The schema of what `plan --json` prints and `plan -o FILE` writes.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<File>().to_value();
    without_formats(&mut schema);
    schema
}

/// The schema as it stands in `schema/plan.schema.json`.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}

/// Widths of integers mean nothing to whoever reads the file.
fn without_formats(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.retain(|key, value| key != "format" || !value.is_string());
            fields.values_mut().for_each(without_formats);
        }
        Value::Array(items) => items.iter_mut().for_each(without_formats),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/plan.schema.json");
        let written = std::fs::read_to_string(path).expect("the schema is written");
        assert_eq!(written, schema_text(), "write it anew: `mpform schema --plan > schema/plan.schema.json`");
    }

    #[test]
    fn it_is_a_schema() {
        assert!(jsonschema::meta::is_valid(&schema()));
    }
}
