//! Patterns of names, addresses and paths, as shells have them: `*` stands for anything within one part, `**` for any
//! number of parts, `?` for a character, `[a-z]` and `[!a-z]` for one of some, `{a,b}` for either; `\` takes a
//! character for itself. Parts are separated by `/`.

use crate::text;
use crate::words::Text;

/// So many characters are copied at the most to write out what `{a,b}{c,d}…` stands for.
const MOST_CHARACTERS: usize = 200_000;
/// Braces in braces.
const DEEPEST: usize = 10;

/// One pattern.
#[derive(Clone, Debug)]
pub struct Glob {
    /// One for each way to choose from what stands in braces.
    ways: Vec<Vec<Part>>,
}

/// What stands between two `/`.
#[derive(Clone, Debug)]
enum Part {
    /// Any number of parts.
    Any,
    /// One part that is like this.
    Like(glob::Pattern),
}

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Why it means nothing.
    pub fn new(pattern: &str) -> Result<Self, Text> {
        let mut tokens = Tokens { left: pattern.chars().collect(), at: 0, copied: 0 };
        let ways = tokens.ways(0)?;
        Ok(Self { ways: ways.iter().map(|way| parts(way)).collect::<Result<_, _>>()? })
    }

    /// True if it matches the whole of a text.
    pub fn is_match(&self, text: &str) -> bool {
        let text: Vec<_> = text.split('/').collect();
        self.ways.iter().any(|way| fits(way, &text))
    }

    /// True for a text that means no other than itself.
    pub fn is_plain(text: &str) -> bool {
        !text.contains(['*', '?', '[', '{'])
    }
}

/// Part by part: where one does not fit, the last `**` takes one more.
fn fits(way: &[Part], text: &[&str]) -> bool {
    let (mut part, mut at, mut back) = (0, 0, None);
    while at < text.len() {
        match way.get(part) {
            Some(Part::Any) => {
                part += 1;
                back = Some((part, at));
            }
            Some(Part::Like(like)) if like.matches(text[at]) => (part, at) = (part + 1, at + 1),
            _ => match back {
                None => return false,
                Some((behind, begun)) => {
                    (part, at) = (behind, begun + 1);
                    back = Some((part, at));
                }
            },
        }
    }
    way[part..].iter().all(|part| matches!(part, Part::Any))
}

/// A piece of a pattern.
#[derive(Clone, Debug)]
enum Token {
    /// Stands for itself.
    Character(char),
    /// So many stars.
    Stars(usize),
    /// `?` or one of some, as the matcher writes it.
    One(String),
}

/// A pattern that is read from left to right.
struct Tokens {
    left: Vec<char>,
    at: usize,
    copied: usize,
}

impl Tokens {
    fn next(&mut self) -> Option<char> {
        let next = self.left.get(self.at).copied();
        self.at += 1;
        next
    }

    /// All that the rest may stand for: inside so many braces, up to where the innermost end.
    fn ways(&mut self, braces: usize) -> Result<Vec<Vec<Token>>, Text> {
        let inside = braces > 0;
        if braces > DEEPEST {
            return Err(text!("more than {most} braces inside one another", most = DEEPEST));
        }
        let mut ways = vec![vec![]];
        let mut done = vec![];
        loop {
            let token = match self.next() {
                None if inside => return Err(text!("a `{{` without its `}}`")),
                None => break,
                Some('}') if inside => break,
                Some('}') => return Err(text!("a `}}` without its `{{`")),
                Some(',') if inside => {
                    done.append(&mut std::mem::replace(&mut ways, vec![vec![]]));
                    continue;
                }
                Some('{') => {
                    let choices = self.ways(braces + 1)?;
                    ways = self.combined(&ways, &choices)?;
                    continue;
                }
                Some('\\') => {
                    Token::Character(self.next().ok_or_else(|| text!("nothing stands behind the last `\\`"))?)
                }
                Some('[') => Token::One(self.some()?),
                Some('?') => Token::One("?".to_owned()),
                Some('*') => {
                    let more = self.left[self.at..].iter().take_while(|next| **next == '*').count();
                    self.at += more;
                    Token::Stars(1 + more)
                }
                Some(other) => Token::Character(other),
            };
            self.copy(ways.len() - 1)?;
            ways.iter_mut().for_each(|way| way.push(token.clone()));
        }
        done.append(&mut ways);
        Ok(done)
    }

    /// Each way with each choice behind it.
    fn combined(&mut self, ways: &[Vec<Token>], choices: &[Vec<Token>]) -> Result<Vec<Vec<Token>>, Text> {
        let length = |of: &[Vec<Token>]| of.iter().map(|one| one.len() + 1).sum::<usize>();
        self.copy(length(ways).saturating_mul(choices.len()))?;
        self.copy(length(choices).saturating_mul(ways.len()))?;
        let with =
            |way: &Vec<Token>| -> Vec<_> { choices.iter().map(|one| [&way[..], one].concat()).collect() };
        Ok(ways.iter().flat_map(with).collect())
    }

    fn copy(&mut self, many: usize) -> Result<(), Text> {
        self.copied = self.copied.saturating_add(many);
        if self.copied > MOST_CHARACTERS { Err(text!("it stands for too many patterns")) } else { Ok(()) }
    }

    /// What stands in brackets, of which a `]` may be the first.
    fn some(&mut self) -> Result<String, Text> {
        let mut class = String::from("[");
        if matches!(self.left.get(self.at), Some('!' | '^')) {
            self.at += 1;
            class.push('!');
        }
        let begin = self.at;
        loop {
            let next = self.next().ok_or_else(|| text!("a `[` without its `]`"))?;
            class.push(next);
            if next == ']' && self.at > begin + 1 {
                break;
            }
        }
        let mut members = &self.left[begin..self.at - 1];
        while let [from, rest @ ..] = members {
            members = match rest {
                ['-', to, ..] if from > to => return Err(text!("`{from}-{to}` runs backwards", from, to)),
                ['-', _, rest @ ..] => rest,
                rest => rest,
            };
        }
        Ok(class)
    }
}

/// A way in parts. At its end, `**` stands for one at least: what is below something is not that itself.
fn parts(way: &[Token]) -> Result<Vec<Part>, Text> {
    if way.len() > 1 && matches!(way.last(), Some(Token::Character('/'))) {
        return Err(text!("nothing has a `/` at its end"));
    }
    let mut parts = vec![];
    for tokens in way.split(|token| matches!(token, Token::Character('/'))) {
        match tokens {
            [Token::Stars(2)] if matches!(parts.last(), Some(Part::Any)) => {}
            [Token::Stars(2)] => parts.push(Part::Any),
            tokens => parts.push(Part::Like(like(tokens)?)),
        }
    }
    if matches!(parts.last(), Some(Part::Any)) {
        parts.push(Part::Like(like(&[Token::Stars(1)])?));
    }
    Ok(parts)
}

/// A part as the matcher has it.
fn like(tokens: &[Token]) -> Result<glob::Pattern, Text> {
    let mut pattern = String::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Stars(_) if matches!(tokens.get(at + 1), Some(Token::Stars(_))) => {}
            Token::Stars(_) => pattern.push('*'),
            Token::Character(special @ ('*' | '?' | '[')) => pattern.extend(['[', *special, ']']),
            Token::Character(other) => pattern.push(*other),
            Token::One(one) => pattern.push_str(one),
        }
    }
    glob::Pattern::new(&pattern).map_err(|error| Text::verbatim(error.msg))
}

#[cfg(test)]
mod tests {
    use super::*;
    use globset::GlobBuilder;
    use proptest::prelude::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::new(pattern).expect("a pattern").is_match(text)
    }

    #[test]
    fn stars_stay_within_their_part_unless_they_are_two() {
        for (pattern, yes, no) in [
            ("shop/menu/*", "shop/menu/新品", "shop/menu/新品/夏"),
            ("shop/**", "shop/menu/新品/夏", "shop"),
            ("**/新品", "shop/menu/新品", "shop/menu/新品/夏"),
            ("a/**/b", "a/b", "ab"),
            ("bj-*", "bj-", "sh-1"),
            ("新?", "新品", "新品店"),
            ("开**业", "开张营业", "开/业"),
            ("***", "shop", "shop/menu"),
            ("a/**/b/**/c", "a/x/b/b/y/c", "a/x/b"),
            ("*{a,}*", "bab", "b/b"),
        ] {
            assert!(matches(pattern, yes), "{pattern} {yes}");
            assert!(!matches(pattern, no), "{pattern} {no}");
        }
    }

    #[test]
    fn braces_are_either_and_a_backslash_is_neither() {
        for (pattern, yes, no) in [
            ("{bj,sh}-{1,2}", "sh-2", "sh-3"),
            ("a{,b{c,d}}", "abd", "ab"),
            ("x{,2}", "x", "x22"),
            ("{a,**}/b", "x/y/b", "xb"),
            ("[一二]店", "二店", "三店"),
            ("[!a-c]", "d", "b"),
            ("[^]]", "a", "]"),
            (r"\[开业\]\*", "[开业]*", "开业"),
            (r"\{a,b\}", "{a,b}", "a"),
        ] {
            assert!(matches(pattern, yes), "{pattern} {yes}");
            assert!(!matches(pattern, no), "{pattern} {no}");
        }
    }

    #[test]
    fn what_means_nothing_says_why() {
        let why = |pattern: &str| Glob::new(pattern).expect_err("nothing").en();
        assert_eq!(why("[a"), "a `[` without its `]`");
        assert_eq!(why("{a,b"), "a `{` without its `}`");
        assert_eq!(why("a}"), "a `}` without its `{`");
        assert_eq!(why(r"a\"), r"nothing stands behind the last `\`");
        assert_eq!(why(&"{a,b}".repeat(20)), "it stands for too many patterns");
        assert_eq!(
            why(&format!("{{a,b}}{}", "a".repeat(MOST_CHARACTERS))),
            "it stands for too many patterns"
        );
        assert_eq!(why(&"{a}".repeat(MOST_CHARACTERS)), "it stands for too many patterns");
        assert_eq!(why("[a-cz-x]"), "`z-x` runs backwards");
        assert_eq!(why("shop/{menu/,group/*}"), "nothing has a `/` at its end");
        assert_eq!(why(&"{".repeat(100_000)), "more than 10 braces inside one another");
    }

    #[test]
    fn a_long_list_and_many_stars_are_no_hardship() {
        let names: Vec<_> = (0..2000).map(|nth| format!("规则{nth:06}")).collect();
        let glob = Glob::new(&format!("shop/keyword/{{{}}}", names.join(","))).expect("a pattern");
        assert!(glob.is_match("shop/keyword/规则001999") && !glob.is_match("shop/keyword/规则002000"));
        assert!(!matches(&format!("{}b/x", "*a".repeat(40)), &format!("{}/x", "a".repeat(400))));
        assert!(!matches(&format!("{}b", "**/*a/".repeat(40)), &["a"; 400].join("/")));
    }

    proptest! {
        // Of ASCII only: to the other, `?` and `[!a]` are any byte, a `/` too.
        #[test]
        fn another_reader_of_patterns_reads_alike(
            pattern in r"([abc/*]|\*\*|/\*\*|\*\*/|\?|\[ab\]|\[!/a\]|\{a,\}|\{b/a,c\}|\\\*|\\b|[\]{},]){0,7}",
            texts in prop::collection::vec("[abc*]{1,3}(/[abc*]{1,3}){0,3}", 6),
        ) {
            // Of `/` at the end it is of two minds, and `**` in or beside braces it reads by what stands there.
            let odd = ["/}", "/,", "/{", "*{", "*,", "*}", "{*", ",*", "}*"];
            if odd.iter().any(|odd| format!("{pattern}}}").contains(odd)) {
                return Ok(());
            }
            let other =
                GlobBuilder::new(&pattern).literal_separator(true).backslash_escape(true).empty_alternates(true).build();
            match (Glob::new(&pattern), other) {
                (Ok(ours), Ok(other)) => {
                    let other = other.compile_matcher();
                    for text in texts {
                        prop_assert_eq!(ours.is_match(&text), other.is_match(&text), "{} {}", pattern, text);
                    }
                }
                (ours, other) => prop_assert_eq!(ours.is_ok(), other.is_ok(), "{:?} {:?}", ours, other),
            }
        }
    }
}
