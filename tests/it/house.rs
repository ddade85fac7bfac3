//! The house as it is meant to stand: which room may know which. Rust forbids no cycle between modules, so this does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use mpform::model::{EachKind, Kind, each_kind};

/// The doors of each room: what its code may name behind `crate::`. Tests inside `src` may look anywhere.
const DOORS: &[(&str, &[&str])] = &[
    ("model", &["problem"]),
    ("problem", &[]),
    // What an account trusts is read as the client takes it, and addresses as it understands them.
    ("config", &["http", "model", "problem", "providers"]),
    ("desired", &["config", "model", "problem", "providers"]),
    ("live", &["desired", "diff", "model", "problem", "providers", "state"]),
    ("diff", &["model", "plan"]),
    ("plan", &["config", "desired", "diff", "live", "model", "problem", "state"]),
    ("apply", &["clock", "desired", "diff", "live", "model", "plan", "problem", "providers", "state"]),
    ("sending", &["clock", "desired", "diff", "model", "problem", "providers", "state"]),
    // A bucket is reached by what the project says of it, with the rules of every other request.
    ("state", &["config", "http", "model", "problem"]),
    ("coverage", &["model", "providers"]),
    // It reads each text with the reader of the configuration, and refuses what that refuses.
    ("layout", &["config", "problem"]),
    ("export", &["config", "desired", "layout", "live", "model", "plan", "problem", "providers", "state"]),
    // The state knows which live object is which of ours.
    ("rehearse", &["desired", "live", "model", "problem", "providers", "state"]),
    (
        "report",
        &[
            "apply",
            "coverage",
            "model",
            "notify",
            "plan",
            "problem",
            "providers",
            "rehearse",
            "sending",
            "state",
        ],
    ),
    // It listens to what writes, and knows what a plan was to change.
    ("audit", &["apply", "clock", "model", "plan", "problem", "sending", "state"]),
    ("cache", &[]),
    ("clock", &[]),
    ("globs", &[]),
    ("hex", &[]),
    ("order", &[]),
    ("private", &[]),
    ("words", &["word"]),
    // It stands beside the door: whatever reads foreign bytes is fed from here.
    (
        "fuzzing",
        &["clock", "config", "desired", "http", "layout", "model", "plan", "problem", "providers", "state"],
    ),
    ("http", &["clock"]),
    ("notify", &["clock", "config", "http", "problem", "words"]),
    ("providers", &["cache", "config", "desired", "http", "model", "problem"]),
    // The list of the vendors' sandboxes.
    ("sandbox", &["providers"]),
    ("schema", &["config", "desired", "model", "plan", "providers"]),
];

/// What every room may name: each says something to somebody, tells names apart, sorts, writes digits, or keeps a file
/// to its owner.
const EVERYWHERE: [&str; 6] = ["globs", "hex", "order", "private", "text", "words"];

/// A file of `src`: its path below it, and its code without comments and without its tests.
struct File {
    path: String,
    lines: usize,
    code: String,
}

impl File {
    fn room(&self) -> &str {
        self.path.split('/').next().map_or("", |room| room.trim_end_matches(".rs"))
    }

    /// The crate's modules that it names.
    fn names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        for (at, _) in self.code.match_indices("crate::") {
            let rest = &self.code[at + "crate::".len()..];
            let word =
                |text: &'_ str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
            match rest.strip_prefix('{') {
                None => {
                    names.insert(&rest[..word(rest)]);
                }
                Some(list) => {
                    let list = &list[..list.find('}').unwrap_or(list.len())];
                    names.extend(list.split(',').map(str::trim).map(|name| &name[..word(name)]));
                }
            }
        }
        names.remove("");
        names
    }
}

/// The files of Rust below a folder, in order.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn files_of(folder: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("reads");
        // A file's own tests stand at its end.
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let code: Vec<_> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let path = path.strip_prefix(&root).expect("below it").to_string_lossy().replace('\\', "/");
        File { path, lines: text.lines().count(), code: code.join("\n") }
    };
    rust_files(&root).into_iter().map(read).collect()
}

/// The files that go into the program.
fn source() -> Vec<File> {
    let tests = ["tests.rs", "testing.rs", "fixture.rs"];
    let is_test =
        |file: &File| tests.iter().any(|name| file.path.ends_with(name)) || file.path.contains("/tests/");
    files_of("src").into_iter().filter(|file| !is_test(file)).collect()
}

fn is_vendors_sandbox(file: &File) -> bool {
    file.path.starts_with("providers/") && file.path.contains("/sandbox/")
}

#[test]
fn each_room_uses_only_its_own_doors() {
    let mut wrong = vec![];
    for file in source() {
        let Some((room, doors)) = DOORS.iter().find(|(room, _)| *room == file.room()) else { continue };
        let doors: &[&str] = if is_vendors_sandbox(&file) { &["sandbox"] } else { doors };
        let strangers: Vec<_> = file
            .names()
            .into_iter()
            .filter(|name| name != room && !doors.contains(name) && !EVERYWHERE.contains(name))
            .map(str::to_owned)
            .collect();
        if !strangers.is_empty() {
            wrong.push(format!("src/{} knows {}", file.path, strangers.join(", ")));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_room_is_in_the_table_and_in_the_tour() {
    let tour =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("reads");
    for file in source() {
        let room = file.room();
        if matches!(room, "main" | "lib") {
            continue;
        }
        assert!(tour.contains(&format!("pub mod {room};")), "{room} is not in lib.rs");
        assert!(room == "cli" || DOORS.iter().any(|(known, _)| *known == room), "{room} has no doors");
    }
}

/// Checks that some words stand in no file of some rooms, or only in the files that are named.
#[track_caller]
fn nowhere(words: &[&str], but_in: &[&str], inside: impl Fn(&File) -> bool) {
    let mut wrong = vec![];
    for file in source().iter().filter(|file| inside(file)) {
        for word in words.iter().filter(|word| file.code.contains(**word)) {
            if !but_in.iter().any(|path| file.path.starts_with(path)) {
                wrong.push(format!("src/{}: {word}", file.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn planning_is_pure() {
    nowhere(&["async ", ".await", "tokio", "reqwest", "std::fs", "std::env", "::now()"], &[], |file| {
        matches!(file.room(), "plan" | "diff" | "model" | "rehearse")
    });
}

#[test]
fn who_reads_can_not_write() {
    let readers =
        |file: &File| matches!(file.room(), "live" | "plan" | "diff" | "desired" | "export" | "rehearse");
    nowhere(&["Writer", "Writes"], &[], readers);
}

#[test]
fn accounts_are_brought_to_a_vendor_by_one_command() {
    nowhere(&["Onboard", ".onboard("], &["cli/account", "providers/"], |_| true);
}

#[test]
fn the_command_line_stays_at_the_door() {
    nowhere(&["clap::", "use clap"], &["cli/"], |_| true);
    nowhere(&["reqwest::"], &["http/", "providers/"], |_| true);
}

#[test]
fn one_file_reads_the_clock_and_the_environment() {
    let words = ["std::env", "env::var", "Utc::now", "Local::now", "SystemTime::now"];
    nowhere(&words, &["cli/context.rs"], |_| true);
}

#[test]
fn no_file_is_long() {
    let long = |folder: &str| -> Vec<_> {
        let long = files_of(folder).into_iter().filter(|file| file.lines > 500);
        long.map(|file| format!("{folder}/{}: {} lines", file.path, file.lines)).collect()
    };
    assert_eq!(long("src"), Vec::<String>::new());
    assert_eq!(long("tests"), Vec::<String>::new());
}

/// A reader's `fit` is only asked where its provider says so.
#[test]
fn what_fits_is_said_by_its_provider() {
    struct Names(BTreeMap<String, &'static str>);
    impl EachKind for Names {
        fn kind<K: Kind>(&mut self) {
            let of_type = std::any::type_name::<K>().rsplit("::").next().unwrap_or_default();
            self.0.insert(of_type.to_owned(), K::NAME);
        }
    }
    let mut names = Names(BTreeMap::new());
    each_kind(&mut names);
    let mut fitting: BTreeSet<(String, &str)> = BTreeSet::new();
    for file in source().iter().filter(|file| file.room() == "providers") {
        let provider = file.path.split('/').nth(1).unwrap_or_default().trim_end_matches(".rs");
        for reader in file.code.split("impl Reader<").skip(1) {
            let (kind, code) = reader.split_once('>').expect("a kind");
            let code = code.split("\n}\n").next().unwrap_or_default();
            if code.contains("fn fit(") {
                fitting.insert((provider.to_owned(), names.0[kind]));
            }
        }
    }
    let said: BTreeSet<_> = mpform::providers::providers()
        .iter()
        .flat_map(|provider| provider.fits.iter().map(|kind| (provider.name.to_owned(), *kind)))
        .collect();
    assert!(!fitting.is_empty());
    assert_eq!(fitting, said);
}

/// Every code is explained where it arises and never in two ways; the table of codes proves them unique.
#[test]
fn every_code_is_used() {
    let all: String =
        source().into_iter().filter(|file| file.path != "problem/code.rs").map(|file| file.code).collect();
    let unused: Vec<_> = mpform::problem::Code::ALL
        .iter()
        .filter(|code| !all.contains(&format!("Code::{code:?}")))
        .map(|code| code.as_str())
        .collect();
    assert_eq!(unused, Vec::<&str>::new());
}

/// Packages in the lock, whatever they are for. Each is somebody else's code to be looked through: who adds some raises
/// the number, and says here what for.
///
/// 300: the program, its vendors' HTTP and TLS, the YAML, the terminal; about a third are for tests, or for Windows and Macs.
/// 38 more: opendal and its four services, which keep the state in a bucket (signatures, XML, their clock).
/// 17 more: criterion, which measures the inner loops (a few of them for Windows). 2 more: mimalloc, which gives and takes
/// the many small values of a plan. 1 more: serde-transcode, which copies bodies from and to their text. 1 more: glob, which
/// matches patterns without a machine for regular expressions; globset is still what the tests hold it against.
const PACKAGES: usize = 359;

#[test]
fn no_package_comes_unnoticed() {
    let lock =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).expect("reads");
    let packages = lock.lines().filter(|line| *line == "[[package]]").count();
    assert!(packages <= PACKAGES, "{packages} packages are locked, {PACKAGES} are agreed on: see PACKAGES");
}

/// Commands and files that it names are there.
#[test]
fn the_security_page_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("SECURITY.md")).expect("reads");
    for path in [
        "examples/ci/README.md",
        "tests/it/secrets/shown.rs",
        "deny.toml",
        "tests/it/house.rs",
        ".ci/sbom",
        ".ci/release",
    ] {
        assert!(page.contains(path) && root.join(path).exists(), "{path}");
    }
    for code in page.split("(MP").skip(1).map(|rest| format!("MP{}", &rest[..3])) {
        assert!(mpform::problem::Code::ALL.iter().any(|known| known.as_str() == code), "{code}");
    }
    for words in ["validate", "plan --trace-http calls.jsonl", "fmt --check", "test", "apply"] {
        let words: Vec<_> = words.split(' ').collect();
        assert!(mpform::cli::understands(&words).is_ok(), "{words:?}");
    }
    // No recipe plans what a stranger wrote with the secrets of the repository.
    let plan = std::fs::read_to_string(root.join("examples/ci/github/plan.yml")).expect("reads");
    assert!(!plan.contains("pull_request_target"));
    let own = plan
        .find("if: github.event.pull_request.head.repo.full_name == github.repository")
        .expect("own branches only");
    assert!(plan.find("secrets.").is_some_and(|at| at > own), "no secret before that");
}
