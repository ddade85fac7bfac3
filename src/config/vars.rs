//! The vars of the project and of an account, resolved. A var may be made of other vars; an account's own go over
//! the project's before that, and `--var` goes over both.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use indexmap::IndexMap;

use super::interpolate::{Allowed, DEEPEST, Env, Filler, Known, Look, Surroundings, nearest_of};
use super::node::Node;
use super::policy::Pattern;
use crate::problem::{Code, Place, Problem};
use crate::text;

/// What `${…}` in the documents of one account stand for.
#[derive(Clone)]
pub struct Vars {
    values: Arc<IndexMap<String, Known>>,
    env: Env,
    allowed: Arc<[Pattern]>,
    stand_in: bool,
    spent: Arc<AtomicUsize>,
}

impl std::fmt::Debug for Vars {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values may come from the environment.
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// Vars before they are resolved.
#[derive(Clone, Default)]
pub(super) struct Layers {
    written: IndexMap<String, (Node, bool)>,
    given: IndexMap<String, String>,
    /// Counts for the whole project.
    spent: Arc<AtomicUsize>,
}

impl Layers {
    /// Puts a `vars:` mapping over what is there. `free` if it may read any environment variable.
    pub(super) fn over(&mut self, vars: Option<&Node>, free: bool, problems: &mut Vec<Problem>) {
        let Some(vars) = vars else { return };
        if !vars.is_mapping() && !vars.is_nothing() {
            problems.push(
                Problem::error(
                    Code::WrongType,
                    text!("expected a mapping, found {found}", found = vars.found()),
                )
                .at(vars.place())
                .help(text!("write `vars: {{name: value}}`")),
            );
        }
        for (key, value) in vars.entries() {
            let Some(name) = key.text() else { continue };
            if value.text().is_none() || value.is_nothing() {
                problems.push(
                    Problem::error(
                        Code::WrongType,
                        text!("expected text, found {found}", found = value.found()),
                    )
                    .at(if value.is_nothing() { key.place() } else { value.place() })
                    .help(text!("a var is a text; several values are several vars")),
                );
            }
            self.written.insert(name.to_owned(), (value.clone(), free));
        }
    }

    /// Puts the values of `--var` over everything. They are taken literally.
    pub(super) fn given(&mut self, given: &IndexMap<String, String>) {
        self.given.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
    }

    /// The names there are.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.written.keys().map(String::as_str)
    }

    /// Resolves every var.
    pub(super) fn resolve(
        &self,
        env: &Env,
        allowed: &Arc<[Pattern]>,
        stand_in: bool,
        problems: &mut Vec<Problem>,
    ) -> Vars {
        let mut resolver =
            Resolver { layers: self, done: IndexMap::new(), doing: vec![], env, allowed, stand_in };
        for (name, (node, _)) in &self.written {
            resolver.var(name, &node.place(), problems);
        }
        let values = Arc::new(resolver.done);
        let spent = Arc::clone(&self.spent);
        Vars { values, env: Arc::clone(env), allowed: Arc::clone(allowed), stand_in, spent }
    }
}

struct Resolver<'a> {
    layers: &'a Layers,
    done: IndexMap<String, Known>,
    doing: Vec<String>,
    env: &'a Env,
    allowed: &'a [Pattern],
    stand_in: bool,
}

impl Look for Resolver<'_> {
    fn var(&mut self, name: &str, at: &Place, problems: &mut Vec<Problem>) -> Option<Known> {
        if let Some(known) = self.done.get(name) {
            return Some(known.clone());
        }
        if let Some(given) = self.layers.given.get(name) {
            let known = Known { text: given.clone(), whole: true };
            self.done.insert(name.to_owned(), known.clone());
            return Some(known);
        }
        let (node, free) = self.layers.written.get(name)?;
        if self.doing.iter().any(|other| other == name) {
            let way = self.doing.join("` → `");
            problems.push(
                Problem::error(
                    Code::BadValue,
                    text!("the var `{name}` is made of itself: `{way}` → `{name}`", name, way),
                )
                .at(at.clone())
                .help(text!("give one of them a value of its own")),
            );
            return Some(Known { text: String::new(), whole: false });
        }
        if self.doing.len() >= DEEPEST {
            problems.push(
                Problem::error(
                    Code::TooMuch,
                    text!(
                        "the var `{name}` stands behind more than {deepest} others",
                        name,
                        deepest = DEEPEST
                    ),
                )
                .at(at.clone())
                .help(text!("write the value out")),
            );
            return Some(Known { text: String::new(), whole: false });
        }
        self.doing.push(name.to_owned());
        let known = match node.text() {
            Some(text) if !node.is_nothing() => {
                let allowed = if *free { Allowed::Everything } else { Allowed::Listed(self.allowed) };
                let (env, stand_in, spent) = (self.env, self.stand_in, &*self.layers.spent);
                let around = Surroundings { env, allowed, stand_in, spent };
                Filler { node, look: self, around, problems, depth: 0 }.text(text, 0)
            }
            _ => Known { text: String::new(), whole: false },
        };
        self.doing.pop();
        self.done.insert(name.to_owned(), known.clone());
        Some(known)
    }

    fn nearest(&self, name: &str) -> Option<String> {
        nearest_of(name, self.layers.names())
    }
}

impl Vars {
    /// What a document sees: only the environment variables that the project allows.
    pub(super) fn surroundings(&self) -> Surroundings<'_> {
        let (allowed, stand_in) = (Allowed::Listed(&self.allowed), self.stand_in);
        Surroundings { env: &self.env, allowed, stand_in, spent: &self.spent }
    }

    /// What accounts and state see: the whole environment.
    pub(super) fn free(&self) -> Surroundings<'_> {
        Surroundings { allowed: Allowed::Everything, ..self.surroundings() }
    }

    pub(super) fn looker(&self) -> Looker<'_> {
        Looker(&self.values)
    }
}

/// Looks up vars that are resolved.
pub(super) struct Looker<'a>(&'a IndexMap<String, Known>);

impl Look for Looker<'_> {
    fn var(&mut self, name: &str, _: &Place, _: &mut Vec<Problem>) -> Option<Known> {
        self.0.get(name).cloned()
    }

    fn nearest(&self, name: &str) -> Option<String> {
        nearest_of(name, self.0.keys().map(String::as_str))
    }
}
