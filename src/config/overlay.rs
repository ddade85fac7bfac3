//! Environments: keys that are laid over the project's.

use super::nearest::suggest;
use super::node::Node;
use crate::problem::{Code, Problem};
use crate::text;

/// The environment when none is named.
pub(super) const DEFAULT: &str = "default";

/// The project document with the named environment laid over it, and the environment's name.
pub(super) fn environment(project: &Node, name: Option<&str>, problems: &mut Vec<Problem>) -> (Node, String) {
    let environments = project.get("environments");
    let chosen = name.unwrap_or(DEFAULT);
    let base = project.without(&["environments"]);
    let over = environments.and_then(|environments| environments.get(chosen));
    if let Some((key, _)) = environments.and_then(|environments| environments.entry(DEFAULT)) {
        problems.push(
            Problem::error(Code::BadValue, text!("an environment can't be named `default`"))
                .at(key.place())
                .help(text!(
                    "that is what stands without --env; choose another name, or write its keys at the top"
                )),
        );
    }
    if over.is_none() && chosen != DEFAULT {
        let known: Vec<_> = environments
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .filter_map(|(key, _)| key.text())
            .collect();
        let place = project.place_of_key("environments");
        problems.push(
            Problem::error(Code::UnknownEnvironment, text!("there is no environment `{chosen}`", chosen))
                .at(place)
                .help(suggest(
                    chosen,
                    known,
                    text!("the project has none: add `environments:`, or leave out --env"),
                )),
        );
    }
    match over {
        Some(over) if over.is_mapping() => (laid(&base, over), chosen.to_owned()),
        _ => (base, chosen.to_owned()),
    }
}

/// One value laid over another: mappings merge, anything else is replaced.
pub(super) fn laid(base: &Node, over: &Node) -> Node {
    if !base.is_mapping() || !over.is_mapping() {
        return over.clone();
    }
    let mut entries = base.entries().to_vec();
    for (key, value) in over.entries() {
        match entries.iter_mut().find(|(have, _)| have.text() == key.text()) {
            Some((_, have)) => *have = laid(have, value),
            None => entries.push((key.clone(), value.clone())),
        }
    }
    base.with_entries(entries)
}
