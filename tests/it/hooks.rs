//! The hooks that pre-commit finds at the top of the repository.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

#[test]
fn every_hook_is_a_command_that_there_is() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml"));
    let hooks: Vec<Value> = serde_yaml::from_str(&text.expect("it is there")).expect("it is YAML");
    let word = |hook: &Value, key: &str| hook[key].as_str().unwrap_or_default().to_owned();
    let ids: Vec<_> = hooks.iter().map(|hook| word(hook, "id")).collect();
    assert_eq!(ids, ["mpform-fmt", "mpform-fmt-check", "mpform-validate"]);
    for hook in &hooks {
        let entry = word(hook, "entry");
        let mut words = entry.split(' ');
        assert_eq!(words.next(), Some(env!("CARGO_PKG_NAME")), "{entry}");
        // With the option for a project below the top, and so that clap takes all of it.
        let ran = Command::new(env!("CARGO_BIN_EXE_mpform"))
            .args(words)
            .args(["--project", "no/such/folder"])
            .env_clear()
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(1), "{entry}: {said}");
        assert!(said.contains("MP007"), "{entry}: the project is looked for, nothing else is wrong: {said}");
        assert_eq!(word(hook, "language"), "rust", "built from this repository");
        // The commands find the project's files themselves.
        assert_eq!(hook["pass_filenames"], false, "{entry}");
    }
}
