//! The keys of a document that are no sections.

use super::Building;
use crate::config::{Node, read, suggest};
use crate::model::{KindInfo, Shape, kinds};
use crate::problem::{Code, Problem, enough};
use crate::text;
use crate::words::Text;

impl Building<'_> {
    /// Reports keys that nobody knows.
    pub(super) fn keys(&mut self, node: &Node) {
        let known = || {
            let others = ["account", "accounts", "prune", "moved", "tests", "include"];
            let sections = kinds().iter().map(|kind| kind.section);
            others.into_iter().chain(sections)
        };
        for (key, _) in node.entries() {
            let text = key.text().unwrap_or_default();
            if !known().any(|known| known == text) && !enough(self.problems) {
                self.problems.push(
                    Problem::error(Code::UnknownKey, text!("unknown key `{text}`", text))
                        .at(key.place())
                        .help(suggest(text, known(), Text::default())),
                );
            }
        }
    }

    /// Reads `prune:`.
    pub(super) fn prune(&mut self, node: &Node) {
        let Some(list) = node.get("prune") else { return };
        if read::<Vec<String>>(list, self.problems).is_none() {
            return;
        }
        for item in list.items() {
            let Some(section) = item.text().filter(|_| !item.is_nothing() && !item.is_stand_in()) else {
                continue;
            };
            let Some(kind) = kinds().iter().find(|kind| kind.section == section) else {
                let prunable = kinds().iter().filter(|kind| kind.can_be_pruned()).map(|kind| kind.section);
                self.problems.push(
                    Problem::error(
                        Code::BadValue,
                        text!("there is no section `{section}` to prune", section),
                    )
                    .at(item.place())
                    .help(suggest(section, prunable, Text::default())),
                );
                continue;
            };
            let why_not = match kind.shape {
                Shape::Plans => Some(text!(
                    "no vendor lets plans be deleted that it sends; those of ours go with their entry"
                )),
                _ if kind.is_whole() => Some(text!(
                    "a `{section}:` is always the whole of it: what it doesn't list is deleted",
                    section
                )),
                _ => None,
            };
            if let Some(help) = why_not {
                let message = text!("`{section}` can't stand under `prune`", section);
                self.problems.push(Problem::error(Code::BadValue, message).at(item.place()).help(help));
            } else if self.keeps(kind, item) {
                self.out.managed.entry(kind.name).or_default().prune = true;
            }
        }
    }

    /// True if the account's provider keeps such things; `at` is to blame if not.
    pub(super) fn keeps(&mut self, kind: &KindInfo, at: &Node) -> bool {
        let provider = self.account.provider;
        if provider.kinds.contains(&kind.name) {
            return true;
        }
        let kept: Vec<_> = crate::model::kinds()
            .iter()
            .filter(|kind| provider.kinds.contains(&kind.name))
            .map(|kind| format!("`{}`", kind.section))
            .collect();
        self.problems.push(
            Problem::error(
                Code::NotKept,
                text!("{name} keeps no `{section}`", name = provider.name, section = kind.section),
            )
            .at(at.place())
            .about(&self.account.name)
            .help(text!("it keeps {kept}", kept = kept.join(", "))),
        );
        false
    }
}
