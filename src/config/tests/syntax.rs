use std::sync::Arc;

use proptest::prelude::*;

use crate::config::tests::line;
use crate::config::{Node, Parsed, parse};
use crate::problem::{Problem, Source};
use crate::words::Lang;

fn parsed(text: &str) -> (Parsed, Vec<Problem>) {
    let source = Arc::new(Source::new("a.yaml", text));
    let mut problems = vec![];
    (parse(&source, &mut problems), problems)
}

fn said(text: &str) -> Vec<String> {
    parsed(text).1.iter().map(line).collect()
}

#[test]
fn places_count_characters_and_spans_count_bytes() {
    let (parsed, problems) = parsed("营业时间: 每天 # 备注\r\n\"价格\": ['十元', 元]\n");
    assert!(problems.is_empty(), "{problems:?}");
    let node = &parsed.documents[0];
    let (key, value) = &node.entries()[0];
    assert_eq!((key.text(), value.text()), (Some("营业时间"), Some("每天")));
    let slice = |node: &Node| node.source().text[node.place().span.clone()].to_owned();
    assert_eq!((slice(key), slice(value)), ("营业时间".to_owned(), "每天".to_owned()));
    assert_eq!(node.place_of_key("价格").to_string(), "a.yaml:2:1");
    let items = node.get("价格").expect("there").items();
    assert_eq!(items[0].place().to_string(), "a.yaml:2:8");
    assert_eq!((slice(&items[0]), items[0].text()), ("'十元'".to_owned(), Some("十元")));
    assert_eq!((slice(&items[1]), items[1].text()), ("元".to_owned(), Some("元")));
}

#[test]
fn several_documents_and_empty_ones() {
    let (parsed, problems) = parsed("---\n# nothing\n---\na: 1\n---\nb: 2\n...\n---\n");
    assert!(problems.is_empty() && parsed.whole);
    assert_eq!(parsed.documents.len(), 2);
}

#[test]
fn block_scalars_keep_their_lines() {
    let (parsed, _) = parsed("text: |\n  一\n  二\nfold: >-\n  一\n  二\n");
    let node = &parsed.documents[0];
    assert_eq!(node.get("text").and_then(Node::text), Some("一\n二\n"));
    assert_eq!(node.get("fold").and_then(Node::text), Some("一 二"));
}

#[test]
fn a_key_that_is_there_twice_names_both() {
    assert_eq!(
        said("a: 1\nb: 2\na: 3\n"),
        ["MP004 a.yaml:3:1 a.yaml:1:1 the key `a` is there twice | keep one of the two"]
    );
}

#[test]
fn not_yaml_says_where() {
    let said = said("a: [1\nb: 2\n");
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("MP001 a.yaml:2:"), "{said:?}");
    assert!(self::said("a: 1\n\tb: 2\n")[0].ends_with("YAML is indented with spaces, never with tabs"));
    let braces = self::said("a: {b: ${var.c}}\n");
    assert!(
        braces[0].ends_with("inside of `{…}` and `[…]` a value with `${…}` stands in quotes"),
        "{braces:?}"
    );
}

#[test]
fn anchors_aliases_and_merges() {
    let (parsed, problems) =
        parsed("base: &base {text: 您好, n: 1}\nother: *base\nmore:\n  <<: *base\n  n: 2\n");
    assert!(problems.is_empty(), "{problems:?}");
    let node = &parsed.documents[0];
    assert_eq!(node.get("other").and_then(|node| node.get("text")).and_then(Node::text), Some("您好"));
    let more = node.get("more").expect("there");
    assert_eq!(more.get("text").and_then(Node::text), Some("您好"));
    assert_eq!(more.get("n").and_then(Node::text), Some("2"));
    assert!(said("<<: 1\n")[0].starts_with("MP001 a.yaml:1:1 `<<` takes a mapping"));
    assert!(said("a: &a [*a]\n")[0].starts_with("MP001 a.yaml:1:8"), "{:?}", said("a: &a [*a]\n"));
}

#[test]
fn aliases_that_explode_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for nth in 1..12 {
        let alias = format!("*a{}", nth - 1);
        text.push_str(&format!("a{nth}: &a{nth} [{}]\n", [alias.as_str(); 10].join(", ")));
    }
    let said = said(&text);
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("aliases that stand for more than"), "{said:?}");
}

#[test]
fn depth_is_bounded_also_by_aliases() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert_eq!(said(&deep(60)), Vec::<String>::new());
    assert_eq!(said(&deep(100)).len(), 1);
    assert!(said(&deep(100))[0].contains("nested more than 64 levels deep"), "{:?}", said(&deep(100)));
    assert!(said(&deep(100_000))[0].contains("nested more than 64 levels deep"));
    let halves = format!("a: &a {}\nb: {}*a{}\n", deep(40), "[".repeat(40), "]".repeat(40));
    assert!(said(&halves)[0].contains("nested more than 64 levels deep"));
}

#[test]
fn tags_mean_nothing_but_text() {
    assert!(!parsed("a: !!str 1\n").0.documents[0].get("a").expect("there").is_plain());
    assert!(said("a: !include b\n")[0].starts_with("MP001"));
}

#[test]
fn a_large_file_is_read_in_one_go() {
    let mut text = String::from("keywords:\n");
    for nth in 0..20_000 {
        text.push_str(&format!(
            "  规则{nth}:\n    match: [营业时间{nth}, {{fuzzy: 几点开门}}]\n    reply: {{text: \"每天\"}}\n"
        ));
    }
    let (parsed, problems) = parsed(&text);
    assert!(problems.is_empty());
    assert_eq!(parsed.documents[0].get("keywords").map(|node| node.entries().len()), Some(20_000));
}

fn check(node: &Node) {
    let place = node.place();
    assert!(node.source().text.get(place.span.clone()).is_some(), "{:?}", place.span);
    if let Some(text) = node.text() {
        let part = node.place_within(0..text.len());
        assert!(node.source().text.get(part.span).is_some());
    }
    node.items().iter().for_each(check);
    for (key, value) in node.entries() {
        check(key);
        check(value);
    }
}

proptest! {
    #[test]
    fn nothing_panics_and_spans_lie_between_characters(text in "[-a营👍:{}\\[\\],&*|>'\"#! \n\r\t~?<.0]{0,60}") {
        for problem in parsed(&text).1 {
            problem.render(false, Lang::En);
        }
        parsed(&text).0.documents.iter().for_each(check);
    }

    #[test]
    fn any_text_at_all(text in "\\PC{0,80}") {
        parsed(&text).0.documents.iter().for_each(check);
    }
}
