//! Markdown as far as a README needs it, and transcripts: commands, what they print, and what is cut out of it.

use super::CUT;

/// The commands of a block, each with what is shown of its output. The demo prints commands of its own.
pub(super) fn steps(block: &str) -> Vec<(String, String)> {
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
pub(super) fn fits(shown: &str, printed: &str) -> bool {
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
pub(super) fn cut_again(shown: &str, printed: &str) -> String {
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

/// Without empty lines at both ends and blanks at the ends of lines, which markdown tools eat.
pub(super) fn trimmed(text: &str) -> String {
    let lines: Vec<&str> = text.trim_matches('\n').lines().map(str::trim_end).collect();
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The words of a command line, single quotes taken off.
pub(super) fn split(line: &str) -> Vec<String> {
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

/// A fenced block, with the comment that stands before it.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) language: String,
    pub(super) directive: String,
    pub(super) text: String,
    pub(super) line: usize,
    /// Where the text begins, in bytes.
    pub(super) at: usize,
}

pub(super) fn blocks(text: &str) -> Vec<Block> {
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
pub(super) fn calls(text: &str) -> Vec<(usize, String)> {
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
pub(super) fn anchor(title: &str) -> String {
    let kept = title.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
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
