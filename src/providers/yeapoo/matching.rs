//! Which rule answers a text, as Yeapoo's server finds it. Pure: nobody is asked.
//!
//! First a keyword that is the message; else a fuzzy keyword that contains the whole message (not the other way
//! round: 优惠活动 answers 优惠, and does not answer 请问优惠活动有吗); else nobody. The server then also cuts the
//! message into words and tries each, but looks for them with their part of speech behind a slash, which no keyword
//! has.

use std::ops::RangeInclusive;

use crate::model::kinds::Match;
use crate::providers::{Answer, Conversation, Hit, Other, Step, Why};

/// How Yeapoo's accounts answer.
pub(super) const CONVERSATION: Conversation = Conversation {
    answers,
    others,
    // The server takes it as a type and builds no message of it.
    mute: &["music"],
    fixed_are_rules: true,
};

/// A keyword as it is compared.
struct Word {
    hit: Hit,
    fuzzy: bool,
    text: Vec<char>,
}

fn words(rules: &[&[Match]]) -> Vec<Word> {
    let word = |rule, keyword, word: &Match| Word {
        hit: Hit { rule, keyword },
        fuzzy: word.fuzzy,
        text: folded(&word.content),
    };
    let of_rule = |(rule, words): (usize, &&[Match])| -> Vec<Word> {
        words.iter().enumerate().map(|(nth, one)| word(rule, nth, one)).collect()
    };
    rules.iter().enumerate().flat_map(of_rule).collect()
}

/// Which keywords of these rules answer each of these texts.
fn answers(rules: &[&[Match]], texts: &[&str]) -> Vec<Answer> {
    let (fuzzy, exact): (Vec<_>, Vec<_>) = words(rules).into_iter().partition(|word| word.fuzzy);
    texts.iter().map(|text| answer(&exact, &fuzzy, text)).collect()
}

fn answer(exact: &[Word], fuzzy: &[Word], text: &str) -> Answer {
    let message = folded(text);
    let equal = fitting(exact, |word| unpadded(word) == unpadded(&message));
    if !equal.is_empty() {
        return Answer { step: Step::Exact, winners: equal };
    }
    // The message is pasted into the statement: a quote breaks it, and that counts as not found.
    if text.contains(QUOTE) {
        return Answer { step: Step::Nobody, winners: vec![] };
    }
    let pattern = pattern(&message);
    let containing = fitting(fuzzy, |word| contains(word, &pattern));
    let step = if containing.is_empty() { Step::Nobody } else { Step::Fuzzy };
    Answer { step, winners: containing }
}

fn fitting(words: &[Word], fits: impl Fn(&[char]) -> bool) -> Vec<Hit> {
    words.iter().filter(|word| fits(&word.text)).map(|word| word.hit).collect()
}

/// Which keywords of these rules do not answer a text, although one may think so. Where a rule answers, only those
/// count that fit as well.
fn others(rules: &[&[Match]], text: &str) -> Vec<Other> {
    let answered = answers(rules, &[text]).pop();
    let found = answered.map_or(Step::Nobody, |answer| answer.step);
    let message = folded(text);
    let (search, trimmed) = (pattern(&message), folded(text.trim()));
    let within = pattern(&trimmed);
    let why = |word: &Word| match (word.fuzzy, found) {
        (true, Step::Exact) if text.contains(QUOTE) => None,
        (true, Step::Exact) => contains(&word.text, &search).then_some(Why::Shadowed),
        (_, Step::Exact | Step::Fuzzy) => None,
        _ if trimmed.is_empty() || unpadded(&word.text).is_empty() => None,
        (true, _) if text.contains(QUOTE) && contains(&word.text, &search) => Some(Why::Quote),
        (true, _) if !text.contains(QUOTE) && contains(&word.text, &within) => Some(Why::Blanks),
        (false, _) if unpadded(&word.text) == trimmed => Some(Why::Blanks),
        (true, _) => is_part(&word.text, &message).then_some(Why::Reversed),
        (false, _) => is_part(unpadded(&word.text), &message).then_some(Why::Part),
    };
    words(rules).iter().filter_map(|word| Some(Other { hit: word.hit, why: why(word)? })).collect()
}

fn is_part(word: &[char], message: &[char]) -> bool {
    message.windows(word.len()).any(|window| window == word)
}

/// What breaks the statement that a message is pasted into.
const QUOTE: char = '\'';

/// Trailing blanks don't count where whole texts are compared; leading ones do.
fn unpadded(text: &[char]) -> &[char] {
    let end = text.iter().rposition(|c| *c != ' ').map_or(0, |last| last + 1);
    &text[..end]
}

/// Where letters with accents stand.
const ACCENTS: RangeInclusive<char> = 'ß'..='ž';

/// Letters with their accents, which the database's comparison (`utf8_general_ci`) does not see.
const ACCENTED: &[(char, &str)] = &[
    ('a', "àáâãäåāăą"),
    ('c', "çćĉċč"),
    ('d', "ď"),
    ('e', "èéêëēĕėęě"),
    ('g', "ĝğġģ"),
    ('h', "ĥ"),
    ('i', "ìíîïĩīĭįı"),
    ('j', "ĵ"),
    ('k', "ķ"),
    ('l', "ĺļľ"),
    ('n', "ñńņň"),
    ('o', "òóôõöōŏő"),
    ('r', "ŕŗř"),
    ('s', "śŝşšß"),
    ('t', "ţť"),
    ('u', "ùúûüũūŭůűų"),
    ('w', "ŵ"),
    ('y', "ýÿŷ"),
    ('z', "źżž"),
];

/// A text such that equal ones are equal to the database, where it compares whole texts.
pub(super) fn compared(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    folded.extend(text.chars().map(plain));
    folded.truncate(folded.trim_end_matches(' ').len());
    folded
}

/// A text as the database compares it, character by character.
fn folded(text: &str) -> Vec<char> {
    text.chars().map(plain).collect()
}

/// Where Chinese, Japanese and Yi stand, whose characters are neither small nor large: most of what is compared.
const CASELESS: RangeInclusive<char> = '\u{2E80}'..='\u{A4CF}';

fn plain(character: char) -> char {
    if CASELESS.contains(&character) {
        return character;
    }
    let lower = character.to_lowercase().next().unwrap_or(character);
    if !ACCENTS.contains(&lower) {
        return lower;
    }
    ACCENTED.iter().find(|(_, accented)| accented.contains(lower)).map_or(lower, |(letter, _)| *letter)
}

/// A piece of what `LIKE` looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// This character.
    Is(char),
    /// `_`: any one character.
    One,
    /// `%`: any run of characters.
    Run,
}

/// What the server looks for: `%`, the message, `%`. Wildcards in the message work. That a backslash takes their meaning
/// from them is MySQL's rule, and was not tried at the server.
fn pattern(message: &[char]) -> Vec<Piece> {
    let mut pieces = vec![Piece::Run];
    let mut characters = message.iter();
    while let Some(character) = characters.next() {
        pieces.push(match character {
            '%' => Piece::Run,
            '_' => Piece::One,
            '\\' => Piece::Is(*characters.next().unwrap_or(&'%')),
            other => Piece::Is(*other),
        });
    }
    if message.last() != Some(&'\\') {
        pieces.push(Piece::Run);
    }
    pieces.dedup_by(|one, before| *one == Piece::Run && *before == Piece::Run);
    pieces
}

/// Whether the whole word is what the pattern says. Goes back no further than to the last `%`.
fn contains(word: &[char], pattern: &[Piece]) -> bool {
    let (mut at, mut next) = (0, 0);
    let mut run: Option<(usize, usize)> = None;
    while at < word.len() {
        match pattern.get(next) {
            Some(Piece::Run) => {
                run = Some((at, next));
                next += 1;
            }
            Some(Piece::One) => (at, next) = (at + 1, next + 1),
            Some(Piece::Is(character)) if *character == word[at] => (at, next) = (at + 1, next + 1),
            _ => match &mut run {
                Some((from, of)) => {
                    *from += 1;
                    (at, next) = (*from, *of + 1);
                }
                None => return false,
            },
        }
    }
    pattern[next..].iter().all(|piece| *piece == Piece::Run)
}

#[cfg(test)]
mod tests;
