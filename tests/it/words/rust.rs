//! Reads Rust as far as it takes to find what is said: tokens, and the calls that make texts of literals.

use std::path::{Path, PathBuf};

/// A template with the names of what goes into it.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) template: String,
    pub(super) with: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Mark(char),
}

/// The files that go into the program and speak to its user: path from the project's folder, and text without tests.
pub(super) fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![];
    rust_files(&root.join("src"), &mut paths);
    let named = paths.into_iter().map(|path| {
        let name = path.strip_prefix(root).expect("below it").to_string_lossy().replace('\\', "/");
        (name, std::fs::read_to_string(&path).expect("reads"))
    });
    let is_ours = |(name, _): &(String, String)| {
        let of_tests = ["tests.rs", "testing.rs", "fixture.rs", "loopback.rs"];
        !of_tests.iter().any(|end| name.ends_with(end))
            && !name.contains("/tests/")
            // The stand-in for a vendor says what the vendor says.
            && !name.contains("/sandbox/")
            && name != "src/words.rs"
    };
    let without_tests = |(name, text): (String, String)| {
        let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
        (name, text[..end].to_owned())
    };
    named.filter(is_ours).map(without_tests).collect()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
}

/// Every template of a `text!` and of a `Text::joined`, in order.
pub(super) fn said(text: &str) -> Vec<Said> {
    let tokens = tokens(text);
    let mut all = vec![];
    for at in 0..tokens.len() {
        if let [Token::Word(word), Token::Mark('!'), Token::Mark('('), Token::Text(template), ..] =
            &tokens[at..]
            && word == "text"
        {
            let inside = inside(&tokens[at + 2..]);
            all.push((at, Said { template: template.clone(), with: names(&inside[1..]) }));
        }
        if let [Token::Word(word), Token::Mark('('), ..] = &tokens[at..]
            && word == "joined"
        {
            let inside = inside(&tokens[at + 1..]);
            let last = inside.iter().rposition(|token| *token != Token::Mark(','));
            if let Some(Token::Text(template)) = last.map(|last| &inside[last]) {
                let template = template.clone();
                all.push((at + inside.len(), Said { template, with: vec![] }));
            }
        }
    }
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, said)| said).collect()
}

/// The literals that are no template, no attribute's and no separator.
pub(super) fn plain_strings(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let mut plain = vec![];
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at..] {
            [Token::Mark('#'), Token::Mark('['), ..] => at += inside(&tokens[at + 1..]).len() + 3,
            [Token::Word(word), Token::Mark('!'), Token::Mark('('), Token::Text(_), ..] if word == "text" => {
                at += 4
            }
            [Token::Word(word), Token::Mark('('), ..] if word == "expect" => {
                at += inside(&tokens[at + 1..]).len() + 3;
            }
            [Token::Text(text), ..] => {
                plain.push(text.clone());
                at += 1;
            }
            _ => at += 1,
        }
    }
    plain
}

/// What stands between a bracket at the beginning and the one that closes it.
fn inside(tokens: &[Token]) -> &[Token] {
    let mut deep = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark('(' | '[' | '{') => deep += 1,
            Token::Mark(')' | ']' | '}') => {
                deep -= 1;
                if deep == 0 {
                    return &tokens[1..at];
                }
            }
            _ => {}
        }
    }
    panic!("a bracket that is never closed: {:?}", &tokens[..tokens.len().min(8)]);
}

/// The names behind the template: `, name` or `, name = value`.
fn names(tokens: &[Token]) -> Vec<String> {
    let mut names = vec![];
    let mut deep = 0_i32;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark('(' | '[' | '{') => deep += 1,
            Token::Mark(')' | ']' | '}') => deep -= 1,
            Token::Mark(',') if deep == 0 => {
                // A turbofish or a closure may hold a comma as well: then no name follows that ends so.
                let end = tokens.get(at + 2);
                if let Some(Token::Word(name)) = tokens.get(at + 1)
                    && matches!(end, None | Some(Token::Mark(',' | '=')))
                {
                    names.push(name.clone());
                }
            }
            _ => {}
        }
    }
    names
}

fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = vec![];
    let mut at = 0;
    while at < chars.len() {
        let next = chars.get(at + 1).copied();
        match chars[at] {
            '/' if next == Some('/') => {
                while at < chars.len() && chars[at] != '\n' {
                    at += 1;
                }
            }
            '/' if next == Some('*') => at = after_comment(&chars, at),
            '"' => {
                let (text, end) = literal(&chars, at + 1);
                tokens.push(Token::Text(text));
                at = end;
            }
            'r' | 'b' if is_raw(&chars, at) => {
                let (text, end) = raw(&chars, at);
                tokens.push(Token::Text(text));
                at = end;
            }
            '\'' => at = after_quote(&chars, at),
            c if c.is_alphanumeric() || c == '_' => {
                let begin = at;
                while chars.get(at).is_some_and(|c| c.is_alphanumeric() || *c == '_') {
                    at += 1;
                }
                tokens.push(Token::Word(chars[begin..at].iter().collect()));
            }
            c if c.is_whitespace() => at += 1,
            c => {
                tokens.push(Token::Mark(c));
                at += 1;
            }
        }
    }
    tokens
}

fn after_comment(chars: &[char], mut at: usize) -> usize {
    let mut deep = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (deep, at) = (deep + 1, at + 2),
            ('*', Some('/')) => (deep, at) = (deep - 1, at + 2),
            _ => at += 1,
        }
        if deep == 0 {
            break;
        }
    }
    at
}

/// A character, or the name of a lifetime.
fn after_quote(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => {
            // Behind the escaped character, which may be a quote itself.
            let rest = &chars[at + 3..];
            at + 3 + rest.iter().position(|c| *c == '\'').expect("a character ends") + 1
        }
        (Some(_), Some('\'')) => at + 3,
        _ => at + 1,
    }
}

/// The text of a literal from behind its first quote, and where it ends.
fn literal(chars: &[char], mut at: usize) -> (String, usize) {
    let mut text = String::new();
    loop {
        match chars[at] {
            '"' => return (text, at + 1),
            '\\' => {
                at += 1;
                match chars[at] {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    '0' => text.push('\0'),
                    'u' => {
                        let end = at + chars[at..].iter().position(|c| *c == '}').expect("an escape ends");
                        let digits: String = chars[at + 2..end].iter().collect();
                        let code = u32::from_str_radix(&digits, 16).expect("hexadecimal");
                        text.push(char::from_u32(code).expect("a character"));
                        at = end;
                    }
                    'x' => {
                        let digits: String = chars[at + 1..at + 3].iter().collect();
                        text.push(char::from(u8::from_str_radix(&digits, 16).expect("hexadecimal")));
                        at += 2;
                    }
                    '\n' => {
                        while chars[at + 1].is_whitespace() {
                            at += 1;
                        }
                    }
                    other => text.push(other),
                }
                at += 1;
            }
            other => {
                text.push(other);
                at += 1;
            }
        }
    }
}

fn is_raw(chars: &[char], at: usize) -> bool {
    let begin = if chars[at] == 'b' && chars.get(at + 1) == Some(&'r') { at + 1 } else { at };
    // Not the end of a word.
    let is_begin = at == 0 || !(chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    let rest = &chars[begin + 1..];
    let ticks = rest.iter().take_while(|c| **c == '#').count();
    is_begin && chars[begin] == 'r' && rest.get(ticks) == Some(&'"')
}

fn raw(chars: &[char], at: usize) -> (String, usize) {
    let begin = at + chars[at..].iter().position(|c| *c == '"').expect("it begins") + 1;
    let ticks = chars[at..begin].iter().filter(|c| **c == '#').count();
    let closes =
        |end: usize| chars[end] == '"' && chars[end + 1..].iter().take_while(|c| **c == '#').count() >= ticks;
    let end = (begin..chars.len()).find(|end| closes(*end)).expect("it ends");
    (chars[begin..end].iter().collect(), end + 1 + ticks)
}

/// A template without what stands for something else.
pub(super) fn without_holes(template: &str) -> String {
    let mut bare = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        bare.push_str(&rest[..at]);
        rest = match rest[at..].strip_prefix("{{") {
            Some(rest) => rest,
            None => rest[at..].split_once('}').map_or("", |(_, rest)| rest),
        };
    }
    bare + rest
}
