//! README.md and README.zh-CN.md tell the truth: its transcripts are what the program prints, its configuration validates, the
//! commands and options that it names exist, its links lead somewhere, and its table of endpoints leaves none out.
//!
//! How a transcript says where it is played:
//!
//! - `<!-- transcript: WORLD -->` before a console block plays it in a folder of its own beside a sandbox of its own.
//!   Blocks with the same word share them and go on where the last one ended. A world whose name begins with
//!   `examples` begins with a copy of `examples/`; `examples-NAME` beside a sandbox that holds what `examples/NAME/sandbox.yml`
//!   says, if there is one.
//! - `<!-- edit: WORLD FILE -->` before a diff block makes that edit.
//! - A line `…` in a transcript stands for any lines that are left out.
//!
//! The sandbox takes a free port; in the project's files and in what is printed it is always 7070.
//! `MPFORM_UPDATE=1 cargo test readme` writes what the program prints now into them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mpform::sandbox::{Entry, Running, Sandbox, Seed};
use tempfile::TempDir;

use self::text::{anchor, blocks, calls, cut_again, fits, split, steps, trimmed};
use crate::world::copy;

mod text;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Where the README says that the sandbox is.
const SHOWN: &str = "127.0.0.1:7070";
/// A line that stands for lines that are left out.
const CUT: &str = "…";

/// A text for people, and the locale of the terminal whose transcripts it shows.
#[derive(Clone, Copy)]
struct Page {
    file: &'static str,
    locale: Option<&'static str>,
}

const ENGLISH: Page = Page { file: "README.md", locale: None };
const CHINESE: Page = Page { file: "README.zh-CN.md", locale: Some("zh_CN.UTF-8") };

impl Page {
    fn text(self) -> String {
        fs::read_to_string(Path::new(ROOT).join(self.file)).expect("it is there")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transcripts_are_what_the_program_prints() {
    transcripts(ENGLISH).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chinese_transcripts_are_what_the_program_prints() {
    transcripts(CHINESE).await;
}

async fn transcripts(page: Page) {
    let (text, file_name) = (page.text(), page.file);
    let mut worlds = BTreeMap::new();
    let mut fresh = String::new();
    let mut copied = 0;
    let mut stale = vec![];
    for block in blocks(&text) {
        let Some((word, rest)) = block.directive.split_once(": ") else { continue };
        let (name, file) = rest.split_once(' ').unwrap_or((rest, ""));
        if !worlds.contains_key(name) {
            worlds.insert(name.to_owned(), World::new(name, page.locale).await);
        }
        let world = worlds.get_mut(name).expect("the world was made");
        match word {
            "edit" => world.edit(file, &block.text),
            "transcript" => {
                let now = world.play(&block.text);
                if now != block.text {
                    stale.push(format!("{file_name}:{}: the program now prints\n\n{now}", block.line));
                    fresh += &text[copied..block.at];
                    fresh += &now;
                    copied = block.at + block.text.len();
                }
            }
            other => panic!("{file_name}:{}: no directive is called `{other}`", block.line),
        }
    }
    if update() {
        fresh += &text[copied..];
        fs::write(Path::new(ROOT).join(file_name), fresh).expect("it can be written");
    } else {
        assert!(stale.is_empty(), "{}\n\nMPFORM_UPDATE=1 cargo test readme", stale.join("\n"));
    }
    let calls: Vec<Entry> = worlds.values().flat_map(|world| world.sandbox.journal()).collect();
    endpoints_are_listed(file_name, &text, &calls);
}

/// A world of the README after all that is played in it, and a file that this left behind.
pub(crate) async fn edited_example(name: &str, file: &str) -> (World, PathBuf) {
    let mut world = World::new(name, None).await;
    for block in blocks(&ENGLISH.text()) {
        match block
            .directive
            .split_once(": ")
            .map(|(word, rest)| (word, rest.split_once(' ').unwrap_or((rest, ""))))
        {
            Some(("edit", (of, file))) if of == name => world.edit(file, &block.text),
            Some(("transcript", (of, _))) if of == name => drop(world.play(&block.text)),
            _ => {}
        }
    }
    let path = world.folder.path().join(file);
    (world, path)
}

/// Every call that the transcripts made has a row in the table of endpoints.
fn endpoints_are_listed(file: &str, text: &str, calls: &[Entry]) {
    let rows: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let fits = |row: &str, call: &Entry| {
        let path = call.path.split('?').next().unwrap_or_default();
        // A file's own address has no form that a row could show.
        if path.starts_with("/static/") {
            return row == call.method;
        }
        let Some((method, pattern)) = row.split_once(' ') else { return false };
        let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
        method == call.method
            && pattern.len() == path.len()
            && pattern.iter().zip(path).all(|(part, is)| part.starts_with('{') || *part == is)
    };
    assert!(calls.len() > 20, "the transcripts made only {} calls", calls.len());
    for call in calls {
        let listed = rows.iter().any(|row| fits(row, call));
        assert!(listed, "{file}'s table of endpoints has no row for {} {}", call.method, call.path);
    }
}

#[test]
fn configuration_validates() {
    documents_validate(ENGLISH);
    documents_validate(CHINESE);
}

fn documents_validate(page: Page) {
    let (mut checked, file) = (0, page.file);
    for block in blocks(&page.text()).iter().filter(|block| block.language == "yaml") {
        let has = |key: &str| block.text.lines().any(|line| line.starts_with(key));
        let folder = tempfile::tempdir().expect("a folder");
        copy(&Path::new(ROOT).join("examples/shop"), folder.path());
        let place = match (has("version:"), has("account:") || has("accounts:")) {
            (true, _) => "mpform.yaml",
            (false, true) => "accounts/shop.yaml",
            (false, false) => continue,
        };
        // It stands alone.
        for beside in ["materials", "community", "care"] {
            fs::remove_file(folder.path().join(format!("accounts/{beside}.yaml"))).expect("it is there");
        }
        fs::write(folder.path().join("accounts/shop.yaml"), "account: shop\ngroups: {}\n")
            .expect("can be written");
        fs::write(folder.path().join(place), &block.text).expect("the block can be written");
        let (code, said) = run(folder.path(), &["validate".to_owned()]);
        assert_eq!(code, 0, "{file}:{}: does not validate\n\n{said}", block.line);
        checked += 1;
    }
    assert!(checked >= 2, "{file} shows {checked} whole documents");
}

#[test]
fn commands_and_options_exist() {
    commands_of(ENGLISH);
    commands_of(CHINESE);
}

fn commands_of(page: Page) {
    let (text, file) = (page.text(), page.file);
    let (_, help) = run(Path::new(ROOT), &["--help".to_owned()]);
    let listed = help.split_once("Commands:").and_then(|(_, rest)| rest.split_once("Options:"));
    let listed = listed.expect("--help lists commands").0;
    let commands: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split(' ').next())
        .collect();
    let mut helps = BTreeMap::new();
    for (line, call) in calls(&text) {
        let mut words = split(&call).into_iter().skip(1).peekable();
        let mut command = None;
        let mut below = None;
        let mut options = vec![];
        while let Some(word) = words.next() {
            let takes_value = ["--project", "--env", "--var", "--color", "--lang", "--lock-timeout", "--now"];
            if word.starts_with('-') {
                options.push(word.split('=').next().unwrap_or_default().to_owned());
                if takes_value.contains(&word.as_str()) {
                    words.next();
                }
            } else if command.is_none() {
                command = Some(word);
            } else if below.is_none() && matches!(command.as_deref(), Some("sop" | "state")) {
                below = Some(word);
            }
        }
        if let Some(command) = &command {
            assert!(commands.contains(&command.as_str()), "{file}:{line}: no command `{command}`: {call}");
        }
        let of = command.into_iter().chain(below).chain(["--help".to_owned()]).collect::<Vec<_>>();
        let help = helps.entry(of.clone()).or_insert_with(|| run(Path::new(ROOT), &of).1);
        for option in options {
            let words = || help.split(|c: char| c.is_whitespace() || c == ',');
            let known = words().any(|word| word.trim_end_matches("...") == option);
            assert!(known, "{file}:{line}: no option `{option}`: {call}");
        }
    }
}

#[test]
fn links_lead_somewhere() {
    for file in ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "examples/ci/README.md"] {
        links_of(file);
    }
}

fn links_of(file: &str) {
    let text = fs::read_to_string(Path::new(ROOT).join(file)).expect("a text");
    let titles: Vec<String> = text
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| anchor(line.trim_start_matches('#')))
        .collect();
    for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        match link.strip_prefix('#') {
            _ if link.starts_with("https://") || link.starts_with("http://") => {}
            Some(title) => {
                assert!(titles.iter().any(|known| known == title), "{file}: no section #{title}")
            }
            None => {
                let path = Path::new(ROOT).join(file).with_file_name(link.split('#').next().unwrap_or(link));
                assert!(path.exists(), "{file}: there is no {link}");
            }
        }
    }
}

/// Fault rules that the README shows are ones that the sandbox takes.
#[test]
fn faults_are_understood() {
    let text = ENGLISH.text();
    let rules: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("_sandbox/faults -d"))
        .filter_map(|line| line.split('\'').nth(1))
        .collect();
    assert!(!rules.is_empty(), "README.md shows no fault");
    for rule in rules {
        let read = serde_json::from_str::<mpform::sandbox::Rule>(rule);
        assert!(read.is_ok(), "README.md: {rule}: {read:?}");
    }
}

/// A folder and a sandbox in which transcripts are played.
pub(crate) struct World {
    folder: TempDir,
    /// Where `cd` has led.
    at: PathBuf,
    sandbox: Running,
    locale: Option<&'static str>,
    last: i32,
}

impl World {
    async fn new(name: &str, locale: Option<&'static str>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        if name.starts_with("examples") {
            copy(&Path::new(ROOT).join("examples"), &folder.path().join("examples"));
        }
        let address = "127.0.0.1:0".parse().expect("an address");
        let own = name.strip_prefix("examples-").map(|example| folder.path().join("examples").join(example));
        let seed = match own.and_then(|own| fs::read_to_string(own.join("sandbox.yml")).ok()) {
            Some(yaml) => Seed::yaml(&yaml),
            None => Seed::Demo,
        };
        let sandbox = Sandbox::new().seed(seed).start(address).await.expect("a sandbox");
        Self { at: folder.path().to_owned(), folder, sandbox, locale, last: 0 }
    }

    fn real(&self) -> String {
        self.sandbox.address().to_string()
    }

    /// The block as it would be if it were written now.
    fn play(&mut self, block: &str) -> String {
        let mut fresh = String::new();
        for (command, shown) in steps(block) {
            let printed = self.step(&command);
            fresh += &format!("$ {command}\n");
            fresh += &if fits(&shown, &printed) { shown } else { cut_again(&shown, &printed) };
        }
        fresh
    }

    fn step(&mut self, command: &str) -> String {
        let mut words = split(command);
        match words.remove(0).as_str() {
            "mpform" => {
                everywhere(self.folder.path(), SHOWN, &self.real());
                let (code, printed) = run_in(self.locale, &self.at, &words);
                self.last = code;
                trimmed(&printed.replace(&self.real(), SHOWN))
            }
            "cd" => {
                self.at.push(&words[0]);
                String::new()
            }
            "cat" => fs::read_to_string(self.at.join(&words[0])).expect("a text"),
            "echo" if words == ["$?"] => format!("{}\n", self.last),
            _ => panic!("a transcript can't play `{command}`"),
        }
    }

    /// Takes the lines with `-` out of the file and puts those with `+` in.
    fn edit(&self, file: &str, diff: &str) {
        let path = self.at.join(file);
        let side = |mark: char| -> String {
            let kept = diff.lines().filter_map(|line| line.strip_prefix([mark, ' ']));
            kept.map(|line| format!("{line}\n")).collect()
        };
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(text.matches(&side('-')).count(), 1, "{file} does not hold once:\n{}", side('-'));
        fs::write(&path, text.replace(&side('-'), &side('+'))).expect("the file can be written");
    }
}

/// Runs the program with an empty environment; what it prints on both streams, in order.
fn run(folder: &Path, arguments: &[String]) -> (i32, String) {
    run_in(None, folder, arguments)
}

fn run_in(locale: Option<&str>, folder: &Path, arguments: &[String]) -> (i32, String) {
    let mut both = tempfile::tempfile().expect("a file");
    let end = || Stdio::from(both.try_clone().expect("a second handle"));
    let status = Command::new(env!("CARGO_BIN_EXE_mpform"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(locale.map(|locale| ("LANG", locale)))
        .stdin(Stdio::null())
        .stdout(end())
        .stderr(end())
        .status()
        .expect("the program starts");
    let mut printed = String::new();
    both.rewind().and_then(|()| both.read_to_string(&mut printed)).expect("the output can be read");
    (status.code().unwrap_or(-1), printed)
}

/// Replaces a text in every YAML file of a folder.
fn everywhere(folder: &Path, from: &str, to: &str) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            everywhere(&entry, from, to);
        } else if entry.extension().is_some_and(|ending| ending == "yaml") {
            let text = fs::read_to_string(&entry).expect("a text");
            fs::write(&entry, text.replace(from, to)).expect("the file can be written");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "only a person at work on what tests compare with sets it")]
pub(crate) fn update() -> bool {
    std::env::var("MPFORM_UPDATE").is_ok_and(|value| value == "1")
}
