//! Runs last, and says which suites were left out for want of a program.

mod suites;

use suites::SUITES;

#[expect(clippy::print_stdout, reason = "to be read is all that it is for")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // What is passed on to all targets is meant for those that hold tests.
    if arguments.iter().any(|argument| argument == "--list") {
        return;
    }
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let asked = |name: &str| {
        filters.is_empty() || filters.iter().any(|filter| name.contains(*filter) || filter.starts_with(name))
    };
    for suite in SUITES.iter().filter(|suite| asked(suite.name)) {
        let missing = suite.missing();
        if !missing.is_empty() {
            println!(
                "left out: {} (needs {}); tests/run installs what is missing and runs everything",
                suite.name,
                missing.join(" and ")
            );
        }
    }
}
