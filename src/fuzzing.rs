//! What reads bytes that somebody else wrote, one entry each: `fuzz/` feeds them with whatever a fuzzer thinks of, the
//! tests with what is kept in `fuzz/corpus`.
//!
//! An entry panics where a promise is broken: it must not stumble, must say what it read as it read it, and must never
//! take what it could not read for nothing.

mod files;
#[cfg(test)]
mod laws;
mod project;
mod readers;
mod vendors;

/// Takes any bytes, and panics if a law is broken.
pub type Target = fn(&[u8]);

/// Every entry by its name.
pub const TARGETS: &[(&str, Target)] = &[
    ("config", project::config),
    ("fmt", project::fmt),
    ("plan", files::plan),
    ("schedule", files::schedule),
    ("state", files::state),
    ("tables", files::tables),
    ("tanmarket", vendors::tanmarket),
    ("yeapoo", vendors::yeapoo),
    ("youmi", vendors::youmi),
];

/// Feeds an entry.
///
/// # Panics
/// Where there is no such entry, or where it breaks a promise.
pub fn run(target: &str, bytes: &[u8]) {
    let entry = TARGETS.iter().find(|(name, _)| *name == target);
    entry.expect("an entry of TARGETS").1(bytes);
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn corpus(target: &str) -> Vec<std::path::PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        let entries = std::fs::read_dir(folder).expect("a folder for each entry");
        entries.map(|entry| entry.expect("an entry").path()).collect()
    }

    #[test]
    fn the_corpus_is_read_without_a_stumble() {
        for (target, entry) in TARGETS {
            let files = corpus(target);
            assert!(!files.is_empty(), "{target} has no corpus");
            for file in files {
                entry(&std::fs::read(file).expect("reads"));
            }
        }
    }

    #[test]
    fn every_entry_has_its_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).expect("reads");
        for (target, _) in TARGETS {
            let program = folder.join(format!("fuzz_targets/{target}.rs"));
            let text = std::fs::read_to_string(program).expect("reads");
            assert!(text.contains(&format!("run(\"{target}\", bytes)")), "{target}");
            assert!(manifest.contains(&format!("name = \"{target}\"")), "{target}");
        }
        assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
    }
}
