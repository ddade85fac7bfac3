//! Keywords: those that can never fire, those that fire by chance, and those that do not do what their author thinks.

use std::collections::hash_map::{Entry, RandomState};
use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher as _;

use serde::Deserialize;
use serde_json::Value;

use super::{KEYWORD, four_bytes, too_long};
use crate::desired::Wanted;
use crate::model::kinds::Match;
use crate::model::{Address, Body, Finding, Step};
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

/// A keyword of a rule: the rule, and which of its keywords it is. There are many, and few of them are spoken of.
#[derive(Clone, Copy)]
struct Placed<'a> {
    wanted: &'a Wanted,
    nth: usize,
    fuzzy: bool,
}

/// The rules that are spoken of: each is looked into once, however many of its keywords clash.
#[derive(Default)]
struct Spoken<'a>(HashMap<&'a Address, Value>);

impl<'a> Spoken<'a> {
    fn tree(&mut self, of: Placed<'a>) -> &Value {
        let tree = || of.wanted.body.as_ref().map(Body::tree).unwrap_or_default();
        self.0.entry(&of.wanted.address).or_insert_with(tree)
    }

    fn content(&mut self, of: Placed<'a>) -> String {
        let item = &self.tree(of)["match"][of.nth];
        keyword(of.nth, item).map(|(_, content, _)| content.to_owned()).unwrap_or_default()
    }

    fn place(&mut self, of: Placed<'a>) -> Place {
        of.wanted.place_in(&path(of.nth, of.fuzzy), self.tree(of))
    }
}

/// The first keyword of each wording, by what two hashes make of it: the words themselves stand in the bodies, and two
/// of them are never the same to both.
#[derive(Default)]
struct Seen<'a> {
    first: HashMap<[u64; 2], Placed<'a>>,
    /// How long those are that are fuzzy.
    lengths: BTreeSet<usize>,
    hashers: [RandomState; 2],
}

impl<'a> Seen<'a> {
    /// Takes a keyword in; gives back the one before it that says the same.
    fn take(&mut self, placed: Placed<'a>, word: &str) -> Option<Placed<'a>> {
        self.lengths.extend(placed.fuzzy.then(|| word.chars().count()));
        match self.first.entry(self.hashed(placed.fuzzy, word)) {
            Entry::Vacant(free) => {
                free.insert(placed);
                None
            }
            Entry::Occupied(taken) => Some(*taken.get()),
        }
    }

    fn find(&self, fuzzy: bool, word: &str) -> Option<Placed<'a>> {
        self.first.get(&self.hashed(fuzzy, word)).copied()
    }

    fn hashed(&self, fuzzy: bool, word: &str) -> [u64; 2] {
        self.hashers.each_ref().map(|hasher| hasher.hash_one((fuzzy, word)))
    }
}

/// What is wrong with the keywords of all rules together.
pub(super) fn together(all: &[&Wanted]) -> Vec<Problem> {
    let (mut problems, mut seen, mut spoken) = (vec![], Seen::default(), Spoken::default());
    let rules = || all.iter().filter(|wanted| wanted.kind.name == "keyword");
    for (placed, content) in rules().flat_map(|wanted| placed(wanted)) {
        // Within one rule it is a keyword that never fires, which is said of the rule.
        let before = seen.take(placed, &compared(&content));
        let before = before.filter(|before| before.wanted.address != placed.wanted.address);
        problems.extend(before.map(|before| ambiguous(&content, placed, before, &mut spoken)));
    }
    // None contains one that is as long.
    if seen.lengths.len() > 1 {
        let fuzzy = rules().flat_map(|wanted| placed(wanted)).filter(|(placed, _)| placed.fuzzy);
        problems.extend(contained(fuzzy, &seen, &mut spoken));
    }
    problems
}

/// Fuzzy keywords that stand whole in one of another rule: whatever they answer, the other answers too. Each is said
/// once.
fn contained<'a>(
    fuzzy: impl Iterator<Item = (Placed<'a>, String)>,
    seen: &Seen<'a>,
    spoken: &mut Spoken<'a>,
) -> Vec<Problem> {
    let (mut problems, mut said) = (vec![], BTreeSet::new());
    for (longer, content) in fuzzy {
        let whole: Vec<char> = compared(&content).chars().collect();
        // Every part that is as long as some keyword: most rules are few and short, so this is quick.
        for length in seen.lengths.range(1..whole.len().max(1)) {
            for part in whole.windows(*length) {
                let part: String = part.iter().collect();
                let Some(shorter) = seen.find(true, &part) else { continue };
                if shorter.wanted.address != longer.wanted.address && said.insert(part) {
                    let word = spoken.content(shorter);
                    problems.push(
                        Problem::warning(
                            Code::Ambiguous,
                            text!("whatever `{word}` answers, `{content}` of `{address}` answers too", word, content, address = longer.wanted.address),
                        )
                        .at(spoken.place(shorter).labelled(text!("the shorter one")))
                        .at(spoken.place(longer).labelled(text!("contains it")))
                        .about(&shorter.wanted.address)
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

fn ambiguous<'a>(content: &str, again: Placed<'a>, first: Placed<'a>, spoken: &mut Spoken<'a>) -> Problem {
    Problem::warning(
        Code::Ambiguous,
        text!("`{content}` is a keyword of `{address}` already", content, address = first.wanted.address),
    )
    .at(spoken.place(again).labelled(text!("again here")))
    .at(spoken.place(first).labelled(text!("first here")))
    .about(&again.wanted.address)
    .help(text!(
        "either rule may answer (source: the vendor takes the first row it finds, in no defined order, \
             and compares without regard to case and trailing blanks); keep it in one rule"
    ))
}

/// As much of a rule as is looked into.
#[derive(Deserialize)]
struct Words {
    r#match: Option<Vec<Match>>,
}

/// The keywords of a rule, and what each says.
fn placed(wanted: &Wanted) -> impl Iterator<Item = (Placed<'_>, String)> {
    let rule = wanted.body.as_ref().and_then(|body| body.read::<Words>().ok());
    let matches = rule.and_then(|rule| rule.r#match).into_iter().flatten().enumerate();
    matches.map(move |(nth, Match { content, fuzzy })| (Placed { wanted, nth, fuzzy }, content))
}

fn keyword(nth: usize, item: &Value) -> Option<(Vec<Step>, &str, bool)> {
    match item {
        Value::String(content) => Some((path(nth, false), content, false)),
        _ => Some((path(nth, true), item.get("fuzzy")?.as_str()?, true)),
    }
}

/// The way to a keyword.
fn path(nth: usize, fuzzy: bool) -> Vec<Step> {
    let mut path = vec!["match".into(), nth.into()];
    path.extend(fuzzy.then(|| "fuzzy".into()));
    path
}
