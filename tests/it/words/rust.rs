//! Finds in Rust what is said: the calls that make texts of literals.

use std::path::Path;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Lit;

use crate::house::rust_files;

/// A template with the names of what goes into it.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) template: String,
    pub(super) with: Vec<String>,
}

/// The files that go into the program and speak to its user: path from the project's folder, and text without tests.
pub(super) fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = rust_files(&root.join("src")).into_iter().map(|path| {
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

/// Every template of a `text!` and of a `Text::joined`, in order.
pub(super) fn said(text: &str) -> Vec<Said> {
    let mut all = vec![];
    find(&trees(text.parse().expect("Rust")), &mut all);
    all
}

fn find(trees: &[TokenTree], all: &mut Vec<Said>) {
    for (at, tree) in trees.iter().enumerate() {
        let TokenTree::Group(group) = tree else { continue };
        let inner = trees_in(group);
        if let Some(template) = template(&trees[..at], group) {
            all.push(Said { template, with: names(&inner[1..]) });
        }
        find(&inner, all);
        if group.delimiter() == Delimiter::Parenthesis && is_word(trees[..at].last(), "joined") {
            let last = inner.iter().rfind(|tree| !is_mark(Some(tree), ','));
            all.extend(last.and_then(string).map(|template| Said { template, with: vec![] }));
        }
    }
}

/// The literals that are no template, no attribute's and no separator.
pub(super) fn plain_strings(text: &str) -> Vec<String> {
    let mut plain = vec![];
    find_plain(&trees(text.parse().expect("Rust")), &mut plain);
    plain
}

fn find_plain(trees: &[TokenTree], plain: &mut Vec<String>) {
    for (at, tree) in trees.iter().enumerate() {
        plain.extend(string(tree));
        let TokenTree::Group(group) = tree else { continue };
        let before = &trees[..at];
        // An inner attribute has a `!` before its bracket.
        let marks = if is_mark(before.last(), '!') { &before[..at - 1] } else { before };
        let is_attribute = group.delimiter() == Delimiter::Bracket && is_mark(marks.last(), '#');
        if is_attribute || is_word(before.last(), "expect") {
            continue;
        }
        let inner = trees_in(group);
        let said = usize::from(template(before, group).is_some());
        find_plain(&inner[said..], plain);
    }
}

/// The template, if what stands in the group is what a `text!` before it makes a text of.
fn template(before: &[TokenTree], group: &Group) -> Option<String> {
    let [.., word, mark] = before else { return None };
    let is_text = is_word(Some(word), "text") && is_mark(Some(mark), '!');
    is_text.then(|| group.stream().into_iter().next().as_ref().and_then(string)).flatten()
}

/// The names behind the template: `, name` or `, name = value`.
fn names(trees: &[TokenTree]) -> Vec<String> {
    let mut names = vec![];
    for (at, _) in trees.iter().enumerate().filter(|(_, tree)| is_mark(Some(tree), ',')) {
        // A closure may hold a comma as well: then no name follows that ends so.
        let end = trees.get(at + 2);
        if let Some(TokenTree::Ident(name)) = trees.get(at + 1)
            && (end.is_none() || is_mark(end, ',') || is_mark(end, '='))
        {
            names.push(name.to_string());
        }
    }
    names
}

fn trees(stream: TokenStream) -> Vec<TokenTree> {
    stream.into_iter().collect()
}

fn trees_in(group: &Group) -> Vec<TokenTree> {
    trees(group.stream())
}

fn is_word(tree: Option<&TokenTree>, word: &str) -> bool {
    matches!(tree, Some(TokenTree::Ident(ident)) if ident == word)
}

fn is_mark(tree: Option<&TokenTree>, mark: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

/// The text of a literal that is one.
fn string(tree: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = tree else { return None };
    match Lit::new(literal.clone()) {
        Lit::Str(text) => Some(text.value()),
        Lit::ByteStr(bytes) => String::from_utf8(bytes.value()).ok(),
        _ => None,
    }
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
