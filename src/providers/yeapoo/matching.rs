//! Which rule answers a text, as Yeapoo's server finds it. Pure: nobody is asked.
//!
//! First a keyword that is the message; else a fuzzy keyword that contains the whole message (not the other way
//! round: 优惠活动 answers 优惠, and does not answer 请问优惠活动有吗); else nobody. The server then also cuts the
//! message into words and tries each, but looks for them with their part of speech behind a slash, which no keyword
//! has.

use crate::model::kinds::Match;
use crate::providers::Answer;

/// Which of these rules answer each of these texts.
pub(super) fn answers(rules: &[&[Match]], texts: &[&str]) -> Vec<Answer> {
    let words = |fuzzy: bool| -> Vec<(usize, Vec<char>)> {
        let all = rules.iter().enumerate().flat_map(|(nth, words)| words.iter().map(move |word| (nth, word)));
        all.filter(|(_, word)| word.fuzzy == fuzzy).map(|(nth, word)| (nth, folded(&word.content))).collect()
    };
    let (exact, fuzzy) = (words(false), words(true));
    texts.iter().map(|text| answer(&exact, &fuzzy, text)).collect()
}

fn answer(exact: &[(usize, Vec<char>)], fuzzy: &[(usize, Vec<char>)], text: &str) -> Answer {
    let message = folded(text);
    let equal = fitting(exact, |word| unpadded(word) == unpadded(&message));
    if !equal.is_empty() {
        return Answer::Exact(equal);
    }
    // The message is pasted into the statement: a quote breaks it, and that counts as not found.
    if text.contains('\'') {
        return Answer::Nobody;
    }
    let pattern = pattern(&message);
    let containing = fitting(fuzzy, |word| contains(word, &pattern));
    if containing.is_empty() { Answer::Nobody } else { Answer::Fuzzy(containing) }
}

fn fitting(words: &[(usize, Vec<char>)], fits: impl Fn(&[char]) -> bool) -> Vec<usize> {
    let mut rules: Vec<_> = words.iter().filter(|(_, word)| fits(word)).map(|(rule, _)| *rule).collect();
    rules.dedup();
    rules
}

/// Trailing blanks don't count where whole texts are compared; leading ones do.
fn unpadded(text: &[char]) -> &[char] {
    let end = text.iter().rposition(|c| *c != ' ').map_or(0, |last| last + 1);
    &text[..end]
}

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
    unpadded(&folded(text)).iter().collect()
}

/// A text as the database compares it, character by character.
fn folded(text: &str) -> Vec<char> {
    text.chars().map(plain).collect()
}

fn plain(character: char) -> char {
    let lower = character.to_lowercase().next().unwrap_or(character);
    if lower.is_ascii() {
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
mod tests {
    use super::*;

    fn who(rules: &[&[Match]], text: &str) -> Answer {
        answers(rules, &[text]).remove(0)
    }

    fn exact(word: &str, text: &str) -> bool {
        who(&[&[Match::exact(word)]], text) == Answer::Exact(vec![0])
    }

    fn fuzzy(word: &str, text: &str) -> bool {
        who(&[&[Match::fuzzy(word)]], text) == Answer::Fuzzy(vec![0])
    }

    #[test]
    fn a_keyword_is_the_whole_message() {
        assert!(exact("营业时间", "营业时间"));
        assert!(!exact("营业时间", "营业") && !exact("营业", "营业时间"));
    }

    #[test]
    fn case_accents_and_trailing_blanks_do_not_count() {
        assert!(
            exact("WiFi", "wifi  ")
                && exact("wifi ", "WIFI")
                && exact("Café", "CAFE")
                && exact("ＶＩＰ", "ｖｉｐ")
        );
        assert!(!exact("wifi", " wifi") && !exact("wifi", "wi fi") && !exact("ＶＩＰ", "VIP"));
        assert!(exact("", "  "));
    }

    #[test]
    fn a_fuzzy_keyword_contains_the_message_and_not_the_other_way_round() {
        for message in ["优惠", "活", "优惠活动", "惠活"] {
            assert!(fuzzy("优惠活动", message), "{message}");
        }
        for message in ["请问优惠活动有吗", "优活", "优惠 ", " 优惠"] {
            assert!(!fuzzy("优惠活动", message), "{message}");
        }
        assert!(fuzzy("Open WiFi", "wifi"));
    }

    #[test]
    fn an_exact_keyword_comes_first_and_is_not_found_by_a_part() {
        let rules: [&[Match]; 3] =
            [&[Match::fuzzy("优惠活动")], &[Match::exact("优惠")], &[Match::exact("优惠活动说明")]];
        assert_eq!(who(&rules, "优惠"), Answer::Exact(vec![1]));
        assert_eq!(who(&rules, "活动"), Answer::Fuzzy(vec![0]));
        assert_eq!(who(&rules, "说明"), Answer::Nobody);
    }

    #[test]
    fn wildcards_in_the_message_work() {
        assert!(
            fuzzy("营业时间", "%")
                && fuzzy("营业时间", "")
                && fuzzy("营业时间", "营%间")
                && fuzzy("营业时间", "营_时")
        );
        assert!(!fuzzy("营业时间", "营_间") && !fuzzy("营业时间", "间%营"));
        assert!(!fuzzy("营业时间", "\\%") && fuzzy("打8折，省20%的钱", "20\\%的"));
        assert!(fuzzy("aab", "a_b") && fuzzy("abab", "ab%b") && !fuzzy("ab", "a__b"));
    }

    #[test]
    fn a_quote_breaks_the_search_and_not_the_comparison() {
        assert!(!fuzzy("what's new", "what's"));
        assert!(exact("what's new", "What's new"));
    }

    #[test]
    fn several_rules_are_all_named_once() {
        let rules: [&[Match]; 3] =
            [&[Match::fuzzy("停车场"), Match::fuzzy("停车费")], &[], &[Match::fuzzy("停车")]];
        assert_eq!(who(&rules, "停车"), Answer::Fuzzy(vec![0, 2]));
        assert_eq!(answers(&rules, &["车费", "车位"]), [Answer::Fuzzy(vec![0]), Answer::Nobody]);
    }
}
