//! Keywords: those that can never fire, those that fire by chance, and those that do not do what their author thinks.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::{KEYWORD, four_bytes, too_long};
use crate::desired::Wanted;
use crate::model::{Finding, Step};
use crate::problem::{Code, Place, Problem};
use crate::providers::yeapoo::matching::compared;
use crate::text;

/// A fuzzy keyword of so much, or less, was most likely meant to be looked for in the message.
const SHORT: usize = 3;

/// What is wrong with the keywords of one rule.
pub(super) fn keywords(body: &Value, found: &mut Vec<Finding>) {
    let list = body.get("match").and_then(Value::as_array);
    let mut seen: HashMap<(bool, String), &str> = HashMap::new();
    for (path, content, fuzzy) in
        list.into_iter().flatten().enumerate().filter_map(|(nth, item)| keyword(nth, item))
    {
        if content.trim().is_empty() {
            found.push(Finding::error(
                Code::NeverFires,
                path,
                text!("a keyword of nothing but blanks"),
                text!("no follower sends such a message; take it out"),
            ));
            continue;
        }
        too_long(content, KEYWORD, Code::TextTooLong, &path, text!("the keyword"), found);
        four_bytes(content, &path, found);
        if fuzzy && size(content) <= SHORT {
            found.push(short(path.clone(), content));
        }
        if let Some(before) = seen.insert((fuzzy, compared(content)), content) {
            found.push(Finding::warning(
                Code::NeverFires,
                path,
                text!("`{content}` is the same keyword as `{before}`", content, before),
                text!("take one out (source: the vendor's database compares without regard to case and trailing blanks)"),
            ));
        }
    }
}

/// How much a keyword holds that a follower could send a part of: each character, and as two each word of Latin letters
/// or digits.
fn size(content: &str) -> usize {
    let words = content.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let counts = |c: &char| !c.is_ascii_alphanumeric() && !c.is_whitespace();
    words.map(|word| word.len().min(2)).sum::<usize>() + content.chars().filter(counts).count()
}

fn short(path: Vec<Step>, content: &str) -> Finding {
    Finding::warning(
        Code::ShortFuzzy,
        path,
        text!("the fuzzy keyword `{content}` answers nothing but itself and parts of it", content),
        text!(
            "a message that contains it, like `请问{content}`, is not answered (source: the vendor looks for fuzzy keywords \
             that contain the message); write out a question that followers send parts of, or drop `fuzzy`",
            content
        ),
    )
}

/// A keyword with its rule and its place.
type Placed<'a> = (&'a Wanted, &'a str, Place);

/// What is wrong with the keywords of all rules together.
pub(super) fn together(all: &[&Wanted]) -> Vec<Problem> {
    let mut problems = vec![];
    let mut seen: HashMap<(bool, String), Placed<'_>> = HashMap::new();
    let mut fuzzy: Vec<Placed<'_>> = vec![];
    for wanted in all.iter().filter(|wanted| wanted.kind.name == "keyword") {
        for (path, content, is_fuzzy) in keywords_of(wanted) {
            let place = wanted.place_of(&path);
            if is_fuzzy {
                fuzzy.push((wanted, content, place.clone()));
            }
            match seen.entry((is_fuzzy, compared(content))) {
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert((wanted, content, place));
                }
                std::collections::hash_map::Entry::Occupied(taken) => {
                    let (other, _, before) = taken.get();
                    // Within one rule it is a keyword that never fires, which is said of the rule.
                    if other.address != wanted.address {
                        problems.push(ambiguous(wanted, content, place, other, before));
                    }
                }
            }
        }
    }
    problems.extend(contained(&fuzzy, &seen));
    problems
}

/// Fuzzy keywords that stand whole in one of another rule: whatever they answer, the other answers too. Each is said
/// once.
fn contained(fuzzy: &[Placed<'_>], seen: &HashMap<(bool, String), Placed<'_>>) -> Vec<Problem> {
    let lengths: BTreeSet<usize> =
        seen.keys().filter(|(fuzzy, _)| *fuzzy).map(|(_, word)| word.chars().count()).collect();
    let (mut problems, mut said) = (vec![], BTreeSet::new());
    for (longer, content, place) in fuzzy {
        let whole: Vec<char> = compared(content).chars().collect();
        // Every part that is as long as some keyword: most rules are few and short, so this is quick.
        for length in lengths.range(1..whole.len().max(1)) {
            for part in whole.windows(*length) {
                let part = (true, part.iter().collect::<String>());
                let Some((shorter, word, at)) = seen.get(&part) else { continue };
                if shorter.address != longer.address && said.insert(part.1) {
                    problems.push(
                        Problem::warning(
                            Code::Ambiguous,
                            text!("whatever `{word}` answers, `{content}` of `{address}` answers too", word, content, address = longer.address),
                        )
                        .at(at.clone().labelled(text!("the shorter one")))
                        .at(place.clone().labelled(text!("contains it")))
                        .about(&shorter.address)
                        .help(
                            text!("either rule may answer (source: the vendor takes the first row it finds, in no defined order); \
                             keep the shorter one in that rule, or write it another way"),
                        ),
                    );
                }
            }
        }
    }
    problems
}

fn ambiguous(wanted: &Wanted, content: &str, place: Place, other: &Wanted, before: &Place) -> Problem {
    Problem::warning(
        Code::Ambiguous,
        text!("`{content}` is a keyword of `{address}` already", content, address = other.address),
    )
    .at(place.labelled(text!("again here")))
    .at(before.clone().labelled(text!("first here")))
    .about(&wanted.address)
    .help(text!(
        "either rule may answer (source: the vendor takes the first row it finds, in no defined order, \
             and compares without regard to case and trailing blanks); keep it in one rule"
    ))
}

/// Each keyword of a rule with the way to it.
fn keywords_of(wanted: &Wanted) -> impl Iterator<Item = (Vec<Step>, &str, bool)> {
    let list = wanted.body.as_ref().and_then(|body| body.get("match")).and_then(Value::as_array);
    list.into_iter().flatten().enumerate().filter_map(|(nth, item)| keyword(nth, item))
}

fn keyword(nth: usize, item: &Value) -> Option<(Vec<Step>, &str, bool)> {
    match item {
        Value::String(content) => Some((vec!["match".into(), nth.into()], content, false)),
        _ => Some((vec!["match".into(), nth.into(), "fuzzy".into()], item.get("fuzzy")?.as_str()?, true)),
    }
}
