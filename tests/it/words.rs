//! Nothing is said that can't be said in Chinese: the templates in `src`, held against `src/words/zh`.

mod chinese;
mod rust;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mpform::words::translations;

use self::rust::{Said, said, sources};

/// Templates that say nothing by themselves: what goes into them does.
const NEUTRAL: [&str; 2] = ["{text}", "{sum}{between}{text}"];

/// The holes of a template, or what is wrong with its braces.
fn holes(template: &str) -> Result<BTreeSet<String>, String> {
    let mut holes = BTreeSet::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        rest = &rest[at..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            rest = &rest[2..];
            continue;
        }
        let Some(name) = rest.strip_prefix('{').and_then(|rest| Some(&rest[..rest.find('}')?])) else {
            return Err(format!("a brace alone: {template:?}"));
        };
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(format!("{{{name}}} is no hole: {template:?}"));
        }
        holes.insert(name.to_owned());
        rest = &rest[name.len() + 2..];
    }
    Ok(holes)
}

/// The words of a template without its holes.
fn has_words(template: &str) -> bool {
    rust::without_holes(template).contains(|c: char| c.is_ascii_alphabetic())
}

fn all_said() -> Vec<(String, Said)> {
    let all = sources().into_iter();
    all.flat_map(|(path, text)| said(&text).into_iter().map(move |said| (path.clone(), said))).collect()
}

/// Each translation by its template; what stands twice is a mistake.
fn catalogue() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (room, read) in translations().filter(|(room, _)| *room != "help") {
        for (template, translated) in read.unwrap_or_else(|error| panic!("words/zh/{room}.yaml: {error}")) {
            assert!(!translated.is_empty(), "{template:?} has no translation");
            let twice = all.insert(template.clone(), translated);
            assert_eq!(twice, None, "{template:?} is translated twice");
        }
    }
    all
}

#[test]
fn the_scanner_sees_templates_as_the_compiler_does() {
    let found = said(
        r##"
        // text!("in a comment")
        fn f<'a>(c: char) -> Text { /* text!("in /* another */ one") */
            let _ = ('"', '\'', r#"text!("raw")"#, "text!(\"quoted\")");
            text!(
                "one \
                 line, {a} and \"{b}\"\u{2026}",
                a,
                b = call(x, [1, 2], "text"),
            );
            Text::joined(all.iter().map(|x| text!("inner {x}", x)), "; ")
        }"##,
    );
    let texts: Vec<_> = found.iter().map(|said| (said.template.as_str(), said.with.as_slice())).collect();
    let names = ["a".to_owned(), "b".to_owned(), "x".to_owned()];
    assert_eq!(
        texts,
        [("one line, {a} and \"{b}\"…", &names[..2]), ("inner {x}", &names[2..]), ("; ", &names[..0]),]
    );
}

#[test]
fn every_template_has_what_it_names() {
    let mut wrong = vec![];
    for (path, said) in all_said() {
        let given: BTreeSet<_> = said.with.iter().cloned().collect();
        match holes(&said.template) {
            Ok(holes) if holes == given => {}
            Ok(holes) => {
                wrong.push(format!("{path}: {:?} names {holes:?} and is given {given:?}", said.template))
            }
            Err(error) => wrong.push(format!("{path}: {error}")),
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_template_is_translated_and_nothing_else_is() {
    let catalogue = catalogue();
    let all = all_said();
    let used: BTreeSet<&str> = all.iter().map(|(_, said)| said.template.as_str()).collect();
    let missing: Vec<_> = all
        .iter()
        .filter(|(_, said)| has_words(&said.template) && !NEUTRAL.contains(&said.template.as_str()))
        .filter(|(_, said)| !catalogue.contains_key(&said.template))
        .map(|(path, said)| format!("{path}: {:?}", said.template))
        .collect();
    assert_eq!(missing, Vec::<String>::new(), "without a translation in src/words/zh");
    let stale: Vec<_> = catalogue.keys().filter(|template| !used.contains(template.as_str())).collect();
    assert_eq!(stale, Vec::<&String>::new(), "translated, and nowhere said");
    assert!(used.len() > 1000, "the scanner sees {} templates only", used.len());
}

#[test]
fn both_languages_have_the_same_holes() {
    for (template, translated) in catalogue() {
        assert_eq!(holes(&template), holes(&translated), "{template:?} and {translated:?}");
        // What is to be typed stays as it is.
        let code = |text: &str| {
            let parts = text.split('`').skip(1).step_by(2).map(str::to_owned);
            parts.filter(|part| part.contains(' ') && part.starts_with("mpform")).collect::<BTreeSet<_>>()
        };
        assert_eq!(code(&template), code(&translated), "{translated:?}");
    }
}

/// Sentences that stand in the program as plain strings, each with the reason.
const PLAIN: &[(&str, &str)] = &[
    // Kept in the lock file, as the name of the command.
    ("src/cli/account/bind.rs", "account bind"),
    ("src/cli/account/fetch.rs", "account fetch"),
    ("src/cli/account/fill_in.rs", "account fill-in"),
    ("src/cli/state.rs", "state unlock"),
    ("src/cli/state/adopt.rs", "state adopt"),
    ("src/cli/state/edit.rs", "state mv"),
    ("src/cli/state/edit.rs", "state rm"),
    ("src/cli/state/migrate.rs", "state migrate"),
    ("src/cli/sop/resolve.rs", "sop resolve"),
    ("src/cli/sop/run/round.rs", "sop run"),
    ("src/cli/context.rs", "this machine"),
    ("src/cli/context.rs", "{user} on {host}"),
    // Kept in the state.
    ("src/cli/sop/resolve.rs", "somebody said so (`mpform sop resolve`)"),
    // The line of a command.
    ("src/cli/demo.rs", "sop run"),
    ("src/cli/demo.rs", "sop history"),
    ("src/cli/demo.rs", "apply --yes"),
    // The steps of `--timings`, in a file for profilers.
    ("src/cli/export.rs", "read what is live"),
    ("src/cli/plan.rs", "save the plan"),
    ("src/cli/plan.rs", "show the plan"),
    ("src/cli/plan.rs", "write the page"),
    ("src/cli/session.rs", "read the configuration"),
    ("src/cli/session.rs", "read what is live"),
    ("src/cli/session.rs", "read what is remembered"),
    ("src/cli/trace.rs", "read back"),
    // What can only be a mistake of the program itself.
    ("src/cli/demo.rs", "a plan wrote something"),
    ("src/cli/demo.rs", "a second apply wrote something"),
    ("src/cli/demo.rs", "a second run sent something"),
    ("src/cli/demo.rs", "plan ended with {exit:?} and not {expected:?}"),
    ("src/cli/demo.rs", "drift ended with {exit:?}"),
    ("src/cli/demo.rs", "apply ended with {exit:?}"),
    ("src/cli/demo.rs", "{line} ended with {exit:?}"),
    ("src/cli/demo.rs", "the rule is not there"),
    ("src/cli/demo.rs", "the button is not there"),
    // In a calendar file, which programs read.
    ("src/report/ical.rs", "-//mpform//sop calendar//EN"),
    ("src/report/ical.rs", "{contents}\n{} step {number}"),
    // What comes of a command, for whoever copies it.
    ("src/cli/account/bind.rs", "{}: {}\nurl: {}\ntoken: {}\n"),
    // clap's own language.
    (
        "src/cli/help.rs",
        "{{before-help}}{{about-with-newline}}\n{header}{usage}{header:#} {{usage}}\n\n{{all-args}}{{after-help}}",
    ),
    // As `diff` says it, and `patch` reads it.
    ("src/cli/fmt/diff.rs", "\\ No newline at end of file\n"),
    // Of the page, for browsers.
    ("src/report/html/mod.rs", "const WORDS = {};\n{}"),
    (
        "src/report/html/mod.rs",
        "default-src 'none'; style-src '{}'; script-src '{}'; img-src data:; media-src data:; base-uri 'none'; form-action 'none'",
    ),
    // The vendor's call, as an error names it.
    ("src/cli/coverage.rs", "rule {}"),
];

/// What is said to people goes through `text!`: in the rooms that talk to them no sentence stands as a plain string.
/// (Elsewhere the types see to it: a problem takes no string.)
#[test]
fn nobody_talks_past_the_translations() {
    let mut wrong = vec![];
    for (path, text) in sources() {
        if !path.starts_with("src/cli/") && !path.starts_with("src/report/") {
            continue;
        }
        for plain in rust::plain_strings(&text) {
            let words = rust::without_holes(&plain);
            let words = words.split(|c: char| !c.is_ascii_alphabetic() && c != '\'');
            let is_sentence = plain.contains(' ') && words.filter(|word| word.len() > 1).count() > 1;
            let is_markup = path == "src/report/rehearse/junit.rs" && plain.trim_start().starts_with('<');
            if is_sentence && !is_markup && !PLAIN.contains(&(path.as_str(), plain.as_str())) {
                wrong.push(format!("{path}: {plain:?}"));
            }
        }
    }
    assert_eq!(
        wrong,
        Vec::<String>::new(),
        "said past the translations; if it is not for people, see `PLAIN`"
    );
}

#[test]
fn every_file_of_translations_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/words/zh");
    let files = std::fs::read_dir(folder).expect("a folder").map(|entry| {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        name.strip_suffix(".yaml").expect("YAML").to_owned()
    });
    let read: BTreeSet<_> = translations().map(|(room, _)| room.to_owned()).collect();
    assert_eq!(files.collect::<BTreeSet<_>>(), read);
}
