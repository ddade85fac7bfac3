use std::sync::Arc;

use proptest::prelude::*;

use super::canonical;
use crate::config::{Node, parse};
use crate::problem::{Code, Source};

mod ugly;

use ugly::Dice;

fn problems(text: &str) -> Vec<String> {
    let told = canonical("a.yaml", text).expect_err("it is refused");
    let line = |problem: &crate::problem::Problem| {
        assert!(problem.help.is_some());
        format!("{} {} {}", problem.places[0], problem.code.as_str(), problem.message.en())
    };
    told.iter().map(line).collect()
}

/// Lays a text out, and once more, which must change nothing.
fn laid_out(text: &str) -> String {
    let printed = canonical("a.yaml", text).expect("it can be laid out");
    assert_eq!(canonical("a.yaml", &printed).as_deref(), Ok(printed.as_str()));
    printed
}

#[test]
fn what_has_no_layout_is_refused_at_its_place() {
    assert_eq!(problems("a: 1\n? [b, c]\n: d\n"), ["a.yaml:2:3 MP130 a key that is no text"]);
    assert_eq!(problems("营: 1\n? |\n  b\n: d\n"), ["a.yaml:2:3 MP130 a key that goes over several lines"]);
    assert_eq!(problems("just words\n"), ["a.yaml:1:1 MP130 a document that is a text"]);
    assert_eq!(problems("a: [b, >c]\n"), ["a.yaml:1:8 MP130 a text that begins with a sign of YAML"]);
    // As the reader says it.
    assert_eq!(problems("a: !cfn b\n").len(), 1);
    assert!(problems("a: [\n")[0].contains("MP001"));
}

#[test]
fn ends_of_lines_stay_and_the_mark_at_the_beginning_goes() {
    assert_eq!(laid_out("\u{feff}a:  |\r\n   b\r\n   c"), "a: |\r\n  b\r\n  c\r\n");
    assert_eq!(laid_out("a:  1\nb: 2\r\n"), "a: 1\nb: 2\n");
    assert_eq!(laid_out("a: 1"), "a: 1\n");
    assert_eq!(laid_out("\u{feff}\u{feff}a:  1\n"), "a: 1\n");
    for text in
        ["# a\n\u{feff}|\n", "a: 1\n...\n\u{feff}b: 2\n", "a: 1\n...\n\u{feff}# b\n", " \n\u{feff}- a\n"]
    {
        assert!(
            problems(text)[0].contains("byte order mark"),
            "a mark within the file is left to its writer"
        );
    }
}

#[test]
fn a_comment_that_the_reader_takes_for_an_empty_line_of_a_text_is_refused() {
    assert_eq!(problems("- a\n\t# b\n  c\n").len(), 1);
    assert!(problems("- a\n\t# b\n  c\n")[0].contains("a text that begins with a sign"));
}

#[test]
fn a_text_in_brackets_does_not_end_like_an_item() {
    assert!(problems("a: [b - , c]\n")[0].contains("a text that begins with a sign"));
    assert_eq!(laid_out("a: [b-, -c]\n"), "a: [b-, -c]\n");
}

#[test]
fn an_unknown_directive_is_left_to_its_writer() {
    assert_eq!(
        laid_out("%YAML 1.2 # 版本\n---\n营:  1\nb:  2 # 中\n"),
        "# 版本\n%YAML 1.2\n---\n营: 1\nb: 2 # 中\n"
    );
    assert_eq!(laid_out("%YAML   1.2\n---\na:  1\n"), "%YAML   1.2\n---\na: 1\n");
    assert_eq!(problems("%营\n---\na:  1\n"), ["a.yaml:1:1 MP130 an unknown directive"]);
}

#[test]
fn blanks_where_the_last_line_has_no_end_are_none() {
    for blanks in ["", " ", "  ", "\n  "] {
        assert_eq!(laid_out(&format!("a: |\n  b\n{blanks}")), "a: |\n  b\n", "{blanks:?}");
    }
    assert_eq!(laid_out("a: |+\n  b\n  "), "a: |+\n  b\n\n");
    assert_eq!(laid_out("a: |\n  b\r "), "a: |\n  b\n");
}

#[test]
fn nothing_comes_of_nothing() {
    let texts =
        [("", ""), ("\n \n", ""), ("\n# c\n\n\n# d\n\n", "# c\n\n# d\n"), ("---\n---\n", "---\n---\n")];
    for (text, printed) in texts {
        assert_eq!(laid_out(text), printed, "{text:?}");
    }
}

#[test]
fn a_chinese_letter_has_two_columns() {
    let of = |more: &str| format!("a: [{}, {more}]\n", "字".repeat(46));
    // The brackets and what stands around them are the other seven columns.
    assert_eq!(laid_out(&of("b")), of("b"));
    assert_eq!(laid_out(&of("bc")), format!("a:\n  - {}\n  - bc\n", "字".repeat(46)));
}

#[test]
fn an_anchor_ends_where_brackets_begin() {
    assert_eq!(laid_out("a: &x{b: 1}\nc: &y[*x , 2]\n"), "a: &x {b: 1}\nc: &y [*x, 2]\n");
    assert_eq!(laid_out("a: &x\"{b: 1j **x}\n"), "a: &x\" {b: 1j **x}\n");
}

#[test]
fn comments_keep_the_column_that_they_were_put_in() {
    let text = "a:\n    b:      1 # near\n    cc: 22        # far\n    d: 3          # as far\n\n\n\n\n    e:  5 # too\n    ff: 6 # too\n";
    let printed = "a:\n  b: 1 # near\n  cc: 22          # far\n  d: 3            # as far\n\n  e: 5    # too\n  ff: 6   # too\n";
    assert_eq!(laid_out(text), printed);
    assert_eq!(laid_out("a:  [b,\n  c] # c\nd:  e  # two\n"), "a: [b, c] # c\nd: e  # two\n");
}

/// All that the reader of the configuration makes of a text, without the places.
fn read(text: &str) -> (bool, Vec<String>, Vec<String>) {
    fn tree(node: &Node) -> String {
        if node.is_sequence() {
            return format!("[{}]", node.items().iter().map(tree).collect::<Vec<_>>().join(","));
        }
        if node.is_mapping() {
            let entries = node.entries().iter().map(|(key, value)| format!("{}:{}", tree(key), tree(value)));
            return format!("{{{}}}", entries.collect::<Vec<_>>().join(","));
        }
        format!("{}{:?}", if node.is_plain() { "plain " } else { "" }, node.text())
    }
    let mut problems = vec![];
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    let parsed = parse(&Arc::new(Source::new("a.yaml", text)), &mut problems);
    let problems = problems.into_iter().map(|problem| problem.message.en()).collect();
    (parsed.whole, parsed.documents.iter().map(tree).collect(), problems)
}

fn holds(dice: &[u8]) -> Result<(), TestCaseError> {
    let mut dice = Dice::new(dice);
    let text = dice.file();
    let before = read(&text);
    let printed = match canonical("a.yaml", &text) {
        Ok(printed) => printed,
        Err(told) => {
            let why: Vec<_> =
                told.iter().map(|problem| problem.render(false, crate::words::Lang::En)).collect();
            prop_assert!(!before.0, "refused:\n{}\n{text}", why.join("\n"));
            prop_assert!(
                told.iter().all(|problem| problem.code == Code::Syntax),
                "{}\n{text}",
                why.join("\n")
            );
            return Ok(());
        }
    };
    prop_assert_eq!(&read(&printed), &before, "{}\nbecame\n{}", text, printed);
    let again = canonical("a.yaml", &printed);
    prop_assert_eq!(again.as_ref().ok(), Some(&printed), "{}\nbecame\n{}", text, printed);
    for nth in 1..=dice.comments() {
        let comment = format!("c{nth}.");
        let count = printed.matches(&comment).count();
        prop_assert_eq!(count, 1, "{} in\n{}\nbecame\n{}", comment, text, printed);
    }
    Ok(())
}

/// A text that somebody is just typing: it is laid out, or refused by the reader's rules, and never by mistake.
fn survives(text: &str) -> Result<(), TestCaseError> {
    match canonical("a.yaml", text) {
        Ok(printed) => {
            let again = canonical("a.yaml", &printed);
            prop_assert_eq!(again.as_ref().ok(), Some(&printed), "{}", text);
        }
        Err(told) => {
            for problem in &told {
                let expected = matches!(problem.code, Code::Syntax | Code::Layout);
                prop_assert!(
                    expected && !problem.places.is_empty(),
                    "{}\n{}",
                    problem.render(false, crate::words::Lang::En),
                    text
                );
            }
        }
    }
    Ok(())
}

/// Enough to find what is rare by running it again and again, few enough to be run each time.
const CASES: u32 = 600;

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn meaning_and_comments_stay_and_once_is_enough(dice in prop::collection::vec(any::<u8>(), 0..400)) {
        holds(&dice)?;
    }

    #[test]
    fn a_half_typed_file_is_left_alone_or_laid_out(
        dice in prop::collection::vec(any::<u8>(), 0..120),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3_usize, "[-a:#'\"|>{}\\[\\],&*!?%~ \n\t\\\\营é]"), 1..4),
    ) {
        let mut letters: Vec<char> = Dice::new(&dice).file().chars().collect();
        for (at, how, letter) in edits {
            let letter = letter.chars().next().unwrap_or('x');
            let at = at.index(letters.len() + 1);
            match how {
                0 if at < letters.len() => drop(letters.remove(at)),
                1 if at < letters.len() => letters[at] = letter,
                _ => letters.insert(at, letter),
            }
        }
        survives(&letters.into_iter().collect::<String>())?;
    }
}
