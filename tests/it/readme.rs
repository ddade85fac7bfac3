//! README.md and README.zh-CN.md tell the truth: its transcripts are what the program prints, its configuration validates, the
//! commands and options that it names exist, its links lead somewhere, and its table of endpoints leaves none out.
//!
//! How a transcript says where it is played:
//!
//! - `<!-- transcript: WORLD -->` before a console block plays it in a folder of its own beside a sandbox of its own.
//!   Blocks with the same word share them and go on where the last one ended. A world whose name begins with
//!   `examples` begins with a copy of `examples/`.
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

use crate::world::copy;

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
            } else if below.is_none() && command.as_deref() == Some("sop") {
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
        let sandbox = Sandbox::new().seed(Seed::Demo).start(address).await.expect("a sandbox");
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

/// The commands of a block, each with what is shown of its output. The demo prints commands of its own.
fn steps(block: &str) -> Vec<(String, String)> {
    let mut steps: Vec<(String, String)> = vec![];
    for line in block.lines() {
        let is_demo = steps.last().is_some_and(|(command, _)| command == "mpform demo");
        match (line.strip_prefix("$ ").filter(|_| !is_demo), steps.last_mut()) {
            (Some(command), _) => steps.push((command.to_owned(), String::new())),
            (None, Some((_, shown))) => *shown += &format!("{line}\n"),
            (None, None) => panic!("a transcript begins with `$ `, not with `{line}`"),
        }
    }
    steps
}

/// Whether the output is what is shown, where a line `…` stands for any lines.
fn fits(shown: &str, printed: &str) -> bool {
    let lines: Vec<&str> = shown.lines().collect();
    let mut rest: Vec<&str> = printed.lines().collect();
    let parts: Vec<&[&str]> = lines.split(|line| line.trim() == CUT).collect();
    let Some((last, others)) = parts.split_last() else { return rest.is_empty() };
    if others.is_empty() {
        return *last == rest;
    }
    for (nth, part) in others.iter().enumerate() {
        let at = (0..=rest.len().saturating_sub(part.len())).find(|at| rest[*at..].starts_with(part));
        match at {
            Some(at) if nth > 0 || at == 0 => rest.drain(..at + part.len()),
            _ => return false,
        };
    }
    rest.ends_with(last)
}

/// The output with the cuts of what is shown: where the two part at a cut, as many lines stay before and after it.
fn cut_again(shown: &str, printed: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (shown.lines().collect(), printed.lines().collect());
    let mut fresh = vec![];
    let operations = similar::capture_diff_slices(similar::Algorithm::Myers, &old, &new);
    for run in operations.chunk_by(|one, next| is_equal(one) == is_equal(next)) {
        let (first, last) = (&run[0], &run[run.len() - 1]);
        let old = &old[first.old_range().start..last.old_range().end];
        let new = &new[first.new_range().start..last.new_range().end];
        match old.iter().position(|line| line.trim() == CUT) {
            Some(before) if !is_equal(first) && old.len() <= new.len() + 1 => {
                let after = old.len() - before - 1;
                fresh.extend_from_slice(&new[..before]);
                fresh.push(CUT);
                fresh.extend_from_slice(&new[new.len() - after..]);
            }
            _ => fresh.extend_from_slice(new),
        }
    }
    let fresh: String = fresh.iter().map(|line| format!("{line}\n")).collect();
    if fits(&fresh, printed) { fresh } else { printed.to_owned() }
}

fn is_equal(operation: &similar::DiffOp) -> bool {
    operation.tag() == similar::DiffTag::Equal
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

/// Without empty lines at both ends and blanks at the ends of lines, which markdown tools eat.
fn trimmed(text: &str) -> String {
    let lines: Vec<&str> = text.trim_matches('\n').lines().map(str::trim_end).collect();
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The words of a command line, single quotes taken off.
fn split(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("never empty").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
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

/// A fenced block, with the comment that stands before it.
#[derive(Debug)]
struct Block {
    language: String,
    directive: String,
    text: String,
    line: usize,
    /// Where the text begins, in bytes.
    at: usize,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = vec![];
    let mut directive = String::new();
    let (mut open, mut at) = (false, 0);
    for (nth, whole) in text.split_inclusive('\n').enumerate() {
        let line = whole.trim_end();
        at += whole.len();
        if open {
            open = line != "```";
            found.last_mut().filter(|_| open).into_iter().for_each(|block| block.text += whole);
        } else if let Some(language) = line.strip_prefix("```") {
            let directive = std::mem::take(&mut directive);
            let (language, text) = (language.to_owned(), String::new());
            found.push(Block { language, directive, text, line: nth + 1, at });
            open = true;
        } else if let Some(comment) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
            comment.clone_into(&mut directive);
        } else if !line.is_empty() {
            directive.clear();
        }
    }
    found
}

/// Every call of the program that the README names, with its line: in code spans and in blocks of shell or CI.
fn calls(text: &str) -> Vec<(usize, String)> {
    let mut found = vec![];
    let mut fence = false;
    for (nth, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            fence = !fence;
        } else if fence {
            let command = line.trim_start().trim_start_matches("- ").trim_start_matches("run: ");
            let command = command.trim_start_matches("$ ");
            let end = command.find(['#', '|', '>', ';', '&']).unwrap_or(command.len());
            found.extend(command.starts_with("mpform ").then(|| (nth + 1, command[..end].to_owned())));
        } else {
            let spans = line.split('`').skip(1).step_by(2).filter(|span| span.starts_with("mpform "));
            found.extend(spans.map(|span| (nth + 1, span.to_owned())));
        }
    }
    found
}

/// The anchor that a title gets on the usual forges.
fn anchor(title: &str) -> String {
    let kept = title.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[expect(clippy::disallowed_methods, reason = "only a person at work on what tests compare with sets it")]
pub(crate) fn update() -> bool {
    std::env::var("MPFORM_UPDATE").is_ok_and(|value| value == "1")
}

#[test]
fn cuts_stay_when_the_output_changes() {
    assert_eq!(cut_again("a\n…\nd\n", "a\nb\nc\ne\n"), "a\n…\ne\n");
    assert_eq!(cut_again("…\nx\n", "a\nb\ny\n"), "…\ny\n");
    assert_eq!(cut_again("a\n", "b\n"), "b\n");
    assert_eq!(cut_again("a\n…\nc\nd\n", "a\nb\nc\ne\n"), "a\n…\nc\ne\n");
}

#[test]
fn cuts_stand_for_any_lines() {
    assert!(fits("a\nb\n", "a\nb\n") && !fits("a\n", "a\nb\n"));
    assert!(fits("a\n…\nd\n", "a\nb\nc\nd\n") && fits("…\nd\n", "c\nd\n") && fits("a\n…\n", "a\nb\n"));
    assert!(!fits("b\n…\n", "a\nb\n") && !fits("a\n…\nc\n", "a\nc\nd\n"));
    assert!(fits("a\n…\nc\n…\ne\n", "a\nb\nc\nd\ne\n") && !fits("a\n…\nx\n…\ne\n", "a\nb\ne\n"));
}
