//! Vars and environment variables of the project document, and its accounts with theirs.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::Options;
use crate::config::account::{Account, read_account};
use crate::config::interpolate::{Surroundings, fill};
use crate::config::nearest::suggest;
use crate::config::node::Node;
use crate::config::policy::Pattern;
use crate::config::read::read;
use crate::config::vars::{Layers, Vars};
use crate::problem::{Code, Problem, any_error};
use crate::text;

/// Fills in the project document, each key as it may read the environment.
pub(super) struct Filling<'a> {
    options: &'a Options,
    allowed: Arc<[Pattern]>,
    given: IndexMap<String, String>,
    layers: Layers,
    pub(super) vars: Vars,
}

impl<'a> Filling<'a> {
    pub(super) fn new(node: &Node, options: &'a Options, problems: &mut Vec<Problem>) -> Self {
        let allowed = node.get("env").and_then(|node| read::<Vec<Pattern>>(node, problems));
        let allowed: Arc<[Pattern]> = allowed.unwrap_or_default().into();
        let given: IndexMap<_, _> = options.vars.iter().cloned().collect();
        let mut layers = Layers::default();
        layers.over(node.get("vars"), false, problems);
        let accounts = node.get("accounts").map(Node::entries).unwrap_or_default();
        let mut names: IndexSet<&str> = layers.names().collect();
        names.extend(
            accounts
                .iter()
                .filter_map(|(_, account)| account.get("vars"))
                .flat_map(|vars| vars.entries().iter().filter_map(|(key, _)| key.text())),
        );
        for name in given.keys().filter(|name| !names.contains(name.as_str())) {
            problems.push(
                Problem::error(Code::MissingVariable, text!("--var {name}: there is no such var", name))
                    .at(node.place_of_key("vars"))
                    .help(suggest(name, names.iter().copied(), text!("the project has no `vars:`"))),
            );
        }
        layers.given(&given);
        let vars = layers.resolve(&options.env, &allowed, options.stand_in, problems);
        Self { options, allowed, given, layers, vars }
    }

    /// The document with everything but accounts filled in.
    pub(super) fn filled(&self, node: &Node, problems: &mut Vec<Problem>) -> Node {
        let entries = node.entries().iter().map(|(key, value)| {
            let around = match key.text() {
                // These are filled in elsewhere, or decide what may be filled in.
                Some("accounts" | "vars" | "env") => return (key.clone(), value.clone()),
                Some("state") => self.vars.free(),
                // That nobody can be told stops no command.
                Some("notify") => Surroundings { stand_in: true, ..self.vars.free() },
                _ => self.vars.surroundings(),
            };
            (key.clone(), fill(value, &mut self.vars.looker(), around, problems))
        });
        node.with_entries(entries.collect())
    }

    /// Every declared account; `None` for one that could not be read, whose name is known all the same. What is wrong
    /// with one stands under its name as well.
    pub(super) fn accounts(
        &self,
        node: &Node,
        problems: &mut Vec<Problem>,
        unusable: &mut IndexMap<String, Vec<Problem>>,
    ) -> IndexMap<String, Option<Account>> {
        let Some(accounts) = node.get("accounts") else { return IndexMap::new() };
        if !accounts.is_mapping() {
            problems.push(
                Problem::error(
                    Code::WrongType,
                    text!("expected a mapping, found {found}", found = accounts.found()),
                )
                .at(accounts.place())
                .help(text!("write `accounts: {{NAME: {{provider: yeapoo, …}}}}`")),
            );
        }
        let read = accounts.entries().iter().filter_map(|(key, written)| {
            let before = problems.len();
            let mut layers = self.layers.clone();
            layers.over(written.get("vars"), true, problems);
            layers.given(&self.given);
            let vars = layers.resolve(&self.options.env, &self.allowed, self.options.stand_in, problems);
            let entries = written.entries().iter().map(|(key, value)| match key.text() {
                Some("vars") => (key.clone(), value.clone()),
                _ => (key.clone(), fill(value, &mut vars.looker(), vars.free(), problems)),
            });
            let entries = entries.collect();
            let filled = if written.is_mapping() { written.with_entries(entries) } else { written.clone() };
            let (name, account) = (key.text()?.to_owned(), read_account(key, &filled, vars, problems));
            let own = &problems[before..];
            if any_error(own) {
                unusable.insert(name.clone(), own.to_vec());
            }
            Some((name, account))
        });
        read.collect()
    }
}
