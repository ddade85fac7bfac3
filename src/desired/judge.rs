//! Checks that need more than one body, or the policy.

use serde_json::Value;

use super::{Building, Wanted};
use crate::config::{Policy, suggest};
use crate::model::{Address, Body, Finding, Step};
use crate::problem::{Code, Place, Problem};
use crate::text;

impl Building<'_> {
    /// A finding as a problem, at the level that the policy gives it.
    pub(super) fn judge(&mut self, finding: Finding, place: Place, about: String) {
        let problem = Problem {
            code: finding.code,
            level: finding.level,
            message: finding.message,
            places: vec![place],
            about: Some(about),
            help: Some(finding.help),
        };
        self.problems.extend(self.project.policy.judged(problem));
    }

    /// Words that the policy forbids, in any text that goes out.
    pub(super) fn forbidden_words(&mut self, wanted: &Wanted, body: &Value) {
        let policy = &self.project.policy;
        if policy.forbidden_words.is_empty() {
            return;
        }
        let mut texts = vec![];
        for (key, value) in body.as_object().into_iter().flatten() {
            texts_in(key, value, &mut vec![], &mut texts);
        }
        for (path, text) in texts {
            for word in policy.forbidden_in(text) {
                let problem = Policy::forbidden(text!("the text says `{word}`", word));
                let problem = problem.at(wanted.place_in(&path, body)).about(&wanted.address);
                self.problems.extend(policy.judged(problem));
            }
        }
    }

    /// Links to what is not declared.
    pub(super) fn check_links(&mut self) {
        // What a broken file would have declared is not known.
        if !self.project.whole {
            return;
        }
        for wanted in self.out.resources.values() {
            let dangling = wanted.links.iter().filter(|link| !self.declared.contains_key(*link));
            let mut dangling = dangling.peekable();
            let body = dangling.peek().and(wanted.body.as_ref()).map(Body::tree);
            for link in dangling {
                let key = key_of(link);
                let place = body
                    .as_ref()
                    .and_then(|body| find(body, link, "").map(|path| wanted.place_in(&path, body)));
                let known: Vec<_> =
                    self.declared.keys().filter(|other| other.kind() == link.kind()).map(key_of).collect();
                self.problems.push(
                    Problem::error(
                        Code::DanglingReference,
                        text!("there is no {kind} `{key}`", kind = link.kind(), key),
                    )
                    .at(place.unwrap_or_else(|| wanted.origin.clone()))
                    .about(&wanted.address)
                    .help(suggest(
                        &key,
                        known.iter().map(String::as_str),
                        text!("declare it in a document of this account"),
                    )),
                );
            }
        }
    }

    /// What the provider would refuse of all bodies together.
    pub(super) fn check_together(&mut self) {
        let all: Vec<&Wanted> = self.out.resources.values().collect();
        for problem in (self.account.provider.together)(&all) {
            self.problems.extend(self.project.policy.judged(problem));
        }
    }
}

fn key_of(address: &Address) -> String {
    address.key().collect::<Vec<_>>().join("/")
}

/// Fields that followers get to read.
const READ: &[&str] = &["text", "title", "author", "digest", "content", "description"];

/// The texts of a value that followers get to read, where it stands under a name.
pub(super) fn texts_in<'a>(
    name: &str,
    value: &'a Value,
    path: &mut Vec<Step>,
    found: &mut Vec<(Vec<Step>, &'a str)>,
) {
    path.push(name.into());
    match value {
        Value::String(text) if READ.contains(&name) => found.push((path.clone(), text)),
        Value::Object(fields) => {
            for (key, value) in fields {
                texts_in(key, value, path, found);
            }
        }
        Value::Array(items) => {
            for (nth, item) in items.iter().enumerate() {
                path.push(nth.into());
                for (key, value) in item.as_object().into_iter().flatten() {
                    texts_in(key, value, path, found);
                }
                path.pop();
            }
        }
        _ => {}
    }
    path.pop();
}

/// The way to the word that says a link, in the field that is named like what it points at.
fn find(body: &Value, link: &Address, field: &str) -> Option<Vec<Step>> {
    let under = |step: Step, value: &Value, field: &str| {
        find(value, link, field).map(|mut path| {
            path.insert(0, step);
            path
        })
    };
    match body {
        Value::String(here) if field == link.kind() && *here == key_of(link) => Some(vec![]),
        Value::Object(fields) => {
            fields.iter().find_map(|(key, value)| under(key.as_str().into(), value, key))
        }
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(nth, item)| under(nth.into(), item, field))
        }
        _ => None,
    }
}
