//! Suites that need more than Rust: left out where a program is missing, unless everything is to run.

#[path = "../left_out/suites.rs"]
mod suites;

use suites::SUITES;
pub(crate) use suites::find;

/// Whether a suite can run. Where all suites must (`tests/run` says so), what is missing is a failure.
#[track_caller]
pub(crate) fn can_run(name: &str) -> bool {
    let suite = SUITES.iter().find(|suite| suite.name == name).expect("it is in the table");
    let missing = suite.missing();
    assert!(missing.is_empty() || !all_must_run(), "the suite `{name}` needs {}", missing.join(" and "));
    missing.is_empty()
}

#[expect(clippy::disallowed_methods, reason = "tests/run sets it")]
fn all_must_run() -> bool {
    std::env::var("MPFORM_ALL_SUITES").is_ok_and(|value| value == "1")
}

#[test]
fn every_suite_is_a_module() {
    for suite in SUITES {
        let path = format!("{}/tests/it/{}", env!("CARGO_MANIFEST_DIR"), suite.name);
        assert!(std::path::Path::new(&path).is_dir(), "{path}");
    }
}
