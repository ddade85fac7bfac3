use std::sync::Arc;

use proptest::prelude::*;

use super::canonical;
use crate::config::{Node, parse};
use crate::problem::{Code, Source};

mod ugly;

use ugly::Dice;

fn problems(text: &str) -> Vec<String> {
    let told = canonical("a.yaml", text).expect_err("it is refused");
    told.iter()
        .map(|problem| format!("{} {problem}", problem.code.as_str(), problem = problem.message))
        .collect()
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
    let parsed = parse(&Arc::new(Source { name: "a.yaml".to_owned(), text }), &mut problems);
    let problems = problems.into_iter().map(|problem| problem.message).collect();
    (parsed.whole, parsed.documents.iter().map(tree).collect(), problems)
}

fn holds(dice: &[u8]) -> Result<(), TestCaseError> {
    let mut dice = Dice::new(dice);
    let text = dice.file();
    let before = read(&text);
    let printed = match canonical("a.yaml", &text) {
        Ok(printed) => printed,
        Err(told) => {
            let why: Vec<_> = told.iter().map(|problem| problem.render(false)).collect();
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
                prop_assert!(expected && !problem.places.is_empty(), "{}\n{}", problem.render(false), text);
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
