//! Which document is the project's, and whose the others are.

use indexmap::IndexSet;

use super::Document;
use crate::config::include::Found;
use crate::config::interpolate::fill;
use crate::config::nearest::suggest;
use crate::config::node::Node;
use crate::config::read::{Part, read_part};
use crate::config::vars::Vars;
use crate::globs::Glob;
use crate::model::kinds;
use crate::problem::{Code, Problem, enough};
use crate::text;

/// The project document, and the rest of the root file.
pub(super) fn split(
    documents: Vec<Node>,
    whole: bool,
    problems: &mut Vec<Problem>,
) -> Option<(Node, Vec<Node>)> {
    // Without any `version` the document that looks like it: then only the version is missing.
    let place_of = |wanted: &dyn Fn(&Node) -> bool| documents.iter().position(wanted);
    let chosen = place_of(&|node| node.get("version").is_some())
        .or_else(|| place_of(&|node| node.get("accounts").is_some_and(Node::is_mapping)));
    let Some(chosen) = chosen else {
        // A file that broke off has been reported; the project document may have been behind that.
        if whole {
            let problem =
                Problem::error(Code::MissingKey, text!("no project document: none has `version: 1`"))
                    .help(text!("begin mpform.yaml with `version: 1`, or run `mpform init`"));
            problems.push(match documents.first() {
                Some(node) => problem.at(node.place()),
                None => problem,
            });
        }
        return None;
    };
    let mut others = documents;
    let project = apart(&others.remove(chosen), problems);
    others.retain(|other| !enough(problems) && keep(other, Some(&project), problems));
    Some((project, others))
}

/// The project document without what belongs into a resources document.
fn apart(project: &Node, problems: &mut Vec<Problem>) -> Node {
    let elsewhere = |key: &str| {
        matches!(key, "account" | "prune" | "moved" | "tests")
            || kinds().iter().any(|kind| kind.section == key)
    };
    let mut taken = vec![];
    for (key, _) in project.entries() {
        let Some(text) = key.text().filter(|text| elsewhere(text)) else { continue };
        problems.push(
            Problem::error(Code::UnknownKey, text!("`{text}` in the project document", text))
                .at(key.place())
                .help(text!(
                    "resources stand in a document of their own: put `---` and `account: NAME` before them"
                )),
        );
        taken.push(text);
    }
    if taken.is_empty() { project.clone() } else { project.without(&taken) }
}

/// False for a second project document, and for what is no document at all.
fn keep(node: &Node, project: Option<&Node>, problems: &mut Vec<Problem>) -> bool {
    if let Some((key, _)) = node.entry("version") {
        let mut problem = Problem::error(Code::Duplicate, text!("a second project document"))
            .at(key.place().labelled(text!("`version` stands here")));
        if let Some(project) = project {
            problem =
                problem.at(project.place_of_key("version").labelled(text!("the project document is here")));
        }
        problems.push(
            problem.help(text!("a project has one document with `version`, in mpform.yaml; merge the two")),
        );
        return false;
    }
    if !node.is_mapping() {
        problems.push(
            Problem::error(
                Code::WrongType,
                text!("expected a document, found {found}", found = node.found()),
            )
            .at(node.place())
            .help(text!("a document is a mapping that begins with `account: NAME`")),
        );
        return false;
    }
    true
}

/// The documents with the accounts they are for.
pub(super) fn addressed(
    found: Vec<Found>,
    names: &IndexSet<String>,
    vars: &Vars,
    problems: &mut Vec<Problem>,
) -> Vec<Document> {
    let mut documents = vec![];
    for Found { folder, node } in found {
        // What is left out is not read, and with so many errors nothing is done with the rest.
        if enough(problems) {
            break;
        }
        if !keep(&node, None, problems) {
            continue;
        }
        let filled = |key: &str, problems: &mut Vec<Problem>| {
            let (at, value) = node.entry(key)?;
            Some((at.clone(), fill(value, &mut vars.looker(), vars.surroundings(), problems)))
        };
        let (one, several) = (filled("account", problems), filled("accounts", problems));
        let accounts = match (&one, &several) {
            (Some((key, value)), None) => {
                let part = Part { key: Some(key), ..Part::default() };
                let name: Option<String> = read_part(value, part, problems);
                name.into_iter().filter(|name| known(name, value, names, problems)).collect()
            }
            (None, Some((key, list))) => matching(key, list, names, problems),
            (Some((key, _)), Some((other, _))) => {
                problems.push(
                    Problem::error(Code::NotExactlyOne, text!("both `account` and `accounts`"))
                        .at(other.place())
                        .at(key.place())
                        .help(text!("keep one of the two")),
                );
                vec![]
            }
            (None, None) if node.get("include").is_some() && node.entries().len() == 1 => continue,
            (None, None) => {
                problems.push(
                    Problem::error(Code::MissingKey, text!("a document that is for no account"))
                        .at(node.place())
                        .help(text!("begin it with `account: NAME`, or `accounts: [NAME, …]` for several")),
                );
                vec![]
            }
        };
        documents.push(Document { folder, node, accounts, several: several.is_some() });
    }
    documents
}

fn known(name: &str, value: &Node, names: &IndexSet<String>, problems: &mut Vec<Problem>) -> bool {
    if names.contains(name) || value.is_stand_in() {
        return names.contains(name);
    }
    problems.push(
        Problem::error(Code::UnknownAccount, text!("there is no account `{name}`", name))
            .at(value.place())
            .help(suggest(
                name,
                names.iter().map(String::as_str),
                text!("declare it under `accounts:` in mpform.yaml"),
            )),
    );
    false
}

fn matching(key: &Node, list: &Node, names: &IndexSet<String>, problems: &mut Vec<Problem>) -> Vec<String> {
    let part = Part { key: Some(key), ..Part::default() };
    if read_part::<Vec<String>>(list, part, problems).is_none() {
        return vec![];
    }
    let mut accounts = IndexSet::new();
    for item in list.items() {
        let Some(text) = item.text().filter(|_| !item.is_nothing()) else { continue };
        if Glob::is_plain(text) {
            if known(text, item, names, problems) {
                accounts.insert(text.to_owned());
            }
            continue;
        }
        let glob = match Glob::new(text) {
            Ok(glob) => glob,
            Err(why) => {
                problems.push(
                    Problem::error(Code::BadValue, text!("`{text}` is not a pattern: {why}", text, why))
                        .at(item.place())
                        .help(text!("`*` stands for anything in a name")),
                );
                continue;
            }
        };
        let before = accounts.len();
        accounts.extend(names.iter().filter(|name| glob.is_match(name)).cloned());
        if accounts.len() == before {
            problems.push(
                Problem::warning(Code::UnknownAccount, text!("`{text}` matches no further account", text))
                    .at(item.place())
                    .help(text!("see how the accounts in mpform.yaml are named")),
            );
        }
    }
    accounts.into_iter().collect()
}
