//! The recipes for CI: their syntax by the vendors' own schemas or a real parser, and every command in them by ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use mpform::cli::understands;

use crate::left_out::{can_run, find};

fn recipes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci")
}

/// The files of a recipe, by their ending.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut folders = vec![recipes().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} has none");
    found
}

#[track_caller]
fn passes(command: &mut Command) {
    let ran = command.output().expect("it runs");
    let said = [ran.stdout, ran.stderr].concat();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&said));
}

/// By a schema that comes with the checker, so that nothing is fetched.
#[track_caller]
fn fits(schema: &str, more: &[&str], files: &[PathBuf]) {
    if can_run("ci") {
        let checker = find(&["check-jsonschema"]).expect("it can run");
        passes(Command::new(checker).args(["--builtin-schema", schema]).args(more).args(files));
    }
}

#[test]
fn workflows_of_github_fit_its_schema() {
    let (actions, workflows) =
        files("github", ".yml").into_iter().partition(|path| path.ends_with("action.yml"));
    let (actions, workflows): (Vec<_>, Vec<_>) = (actions, workflows);
    fits("vendor.github-workflows", &[], &workflows);
    fits("vendor.github-actions", &[], &actions);
}

#[test]
fn the_pipeline_of_gitlab_fits_its_schema() {
    fits("vendor.gitlab-ci", &["--data-transform", "gitlab-ci"], &files("gitlab", ".yml"));
}

#[test]
fn pipelines_of_jenkins_are_groovy() {
    if can_run("ci") {
        let groovy = find(&["groovy"]).expect("it can run");
        let parse = "args.each { new GroovyShell().parse(new File(it)) }";
        passes(Command::new(groovy).args(["-e", parse]).args(files("jenkins", "Jenkinsfile")));
    }
}

/// The commands of this program in a script, up to where the shell goes on.
fn commands(text: &str) -> Vec<Vec<String>> {
    let begins = |at: usize| text[..at].chars().next_back().is_none_or(|c| c == '\n' || " '".contains(c));
    let all = text.match_indices("mpform ").filter(|(at, _)| begins(*at)).map(|(at, word)| {
        let rest = &text[at + word.len()..];
        let end = rest.find(['\n', '>', '|', '&', ';', '\'', '`', '"']).unwrap_or(rest.len());
        rest[..end].split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    });
    // A comment may speak of the program.
    let is_command =
        |words: &Vec<String>| words.first().is_some_and(|word| understands(&[word, "--help"]).is_ok());
    all.filter(is_command).collect()
}

#[test]
fn every_command_in_them_is_one() {
    let mut seen = vec![];
    for (folder, ending) in [("github", ".yml"), ("gitlab", ".yml"), ("jenkins", "Jenkinsfile")] {
        for path in files(folder, ending) {
            // Which one it is the matrix says.
            let text = std::fs::read_to_string(&path).expect("reads").replace("$SHARD", "3/8");
            for words in commands(&text) {
                let arguments: Vec<_> = words.iter().map(String::as_str).collect();
                understands(&arguments).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                seen.push((folder, words[0].clone()));
            }
        }
    }
    // Each does the whole of it.
    for folder in ["github", "gitlab", "jenkins"] {
        for command in ["fmt", "validate", "test", "plan", "apply", "drift", "sop"] {
            assert!(seen.iter().any(|(of, one)| *of == folder && one == command), "{folder} lacks {command}");
        }
    }
}
