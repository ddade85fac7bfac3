//! `mpform schema`, and that what we publish as examples is what it describes.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::world::World;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn schema() -> Value {
    World::empty().run("schema").expect_code(0).json()
}

#[test]
fn the_schema_in_the_repository_is_the_one_that_is_printed() {
    let written =
        std::fs::read_to_string(Path::new(ROOT).join("schema/mpform.schema.json")).expect("is there");
    let printed = World::empty().run("schema").expect_code(0);
    assert_eq!(printed.out, written, "write it anew: `mpform schema > schema/mpform.schema.json`");
    assert_eq!(printed.err, "");
}

#[test]
fn the_schema_of_plans_is_the_one_that_is_printed() {
    let written = std::fs::read_to_string(Path::new(ROOT).join("schema/plan.schema.json")).expect("is there");
    assert_eq!(World::empty().run("schema --plan").expect_code(0).out, written);
}

/// All YAML files below a folder.
pub(crate) fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(yaml_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[track_caller]
fn fits(validator: &jsonschema::Validator, path: &Path) {
    let text = std::fs::read_to_string(path).expect("reads");
    for document in serde_yaml::Deserializer::from_str(&text) {
        let document: Value = serde::Deserialize::deserialize(document).expect("YAML");
        let errors: Vec<_> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
    }
}

#[test]
fn every_example_fits_the_schema() {
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    let files = yaml_files(&Path::new(ROOT).join("examples"));
    assert!(files.len() >= 3, "{files:?}");
    files.iter().for_each(|path| fits(&validator, path));
}

#[test]
fn what_init_writes_fits_the_schema() {
    let world = World::empty();
    world.run("init new").expect_code(0);
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    yaml_files(&world.path("new")).iter().for_each(|path| fits(&validator, path));
}

#[test]
fn every_example_validates() {
    let examples = std::fs::read_dir(Path::new(ROOT).join("examples")).expect("a folder");
    for example in examples {
        let folder = example.expect("an entry").path();
        // Pictures and recipes are no projects.
        if !folder.join("mpform.yaml").is_file() {
            continue;
        }
        let world = World::empty();
        world.run_args(&["validate", "--project", &folder.to_string_lossy()]).expect_code(0);
    }
}
