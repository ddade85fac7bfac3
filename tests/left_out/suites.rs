//! The suites that need more than Rust, and what each needs.

use std::path::PathBuf;

/// Tests that need other programs.
pub(crate) struct Suite {
    /// The module below `tests/it`.
    pub(crate) name: &'static str,
    /// Its programs, each by all the names it goes by.
    pub(crate) programs: &'static [&'static [&'static str]],
}

/// Every such suite. `tests/run` installs what they need.
pub(crate) const SUITES: &[Suite] = &[
    Suite {
        name: "browser",
        programs: &[
            &["chromedriver"],
            &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
        ],
    },
    Suite { name: "ci", programs: &[&["check-jsonschema"], &["groovy"]] },
    Suite { name: "editor", programs: &[&["yaml-language-server"], &["node"]] },
    Suite { name: "s3", programs: &[&["moto_server"]] },
];

impl Suite {
    /// The programs that are not there, by their first names.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let missing = self.programs.iter().filter(|names| find(names).is_none());
        missing.filter_map(|names| names.first().copied()).collect()
    }
}

/// Where a program is, by any of its names.
#[expect(
    clippy::disallowed_methods,
    reason = "which programs there are is no business of the program under test"
)]
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    names.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file()))
}
