//! `moved:`, identity across a changed key.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Building, Moved};
use crate::config::{Node, read, suggest};
use crate::model::{Address, kind_named};
use crate::problem::{Code, Place, Problem};
use crate::text;
use crate::words::Text;

/// An entry of `moved:` before it is known what is declared.
pub(super) struct Written {
    from: Address,
    to: Address,
    from_place: Place,
    to_place: Place,
}

/// An entry of `moved:`, as a user writes it.
#[derive(Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Moved")]
pub(crate) struct MovedText {
    /// The address until now; under `accounts:` without the account. 原地址
    from: String,
    /// The address from now on. 新地址
    to: String,
}

impl Building<'_> {
    /// Reads `moved:`. `short` if addresses are written without an account.
    pub(super) fn written_moves(&mut self, node: &Node, short: bool) {
        let Some((key, list)) = node.entry("moved") else { return };
        if !list.is_sequence() {
            self.problems.push(
                Problem::error(Code::WrongType, text!("expected a list of moves"))
                    .at(key.place())
                    .help(text!("write `moved: [{{from: shop/keyword/old, to: shop/keyword/new}}]`")),
            );
        }
        for item in list.items() {
            let Some(text) = read::<MovedText>(item, self.problems) else { continue };
            let place = |key: &str| item.get(key).map_or_else(|| item.place(), Node::place);
            let from = self.address(&text.from, place("from"), short);
            let to = self.address(&text.to, place("to"), short);
            if let (Some(from), Some(to)) = (from, to) {
                self.moves.push(Written { from, to, from_place: place("from"), to_place: place("to") });
            }
        }
    }

    fn address(&mut self, text: &str, place: Place, short: bool) -> Option<Address> {
        let account = &self.account.name;
        let full = if short { format!("{account}/{text}") } else { text.to_owned() };
        let address = Address::parse(&full);
        let has_kind = |address: &Address| kind_named(address.kind()).is_some() && address.key().count() > 0;
        if let Some(address) = address.filter(|address| address.account() == account && has_kind(address)) {
            return Some(address);
        }
        let example = if short { "keyword/KEY".to_owned() } else { format!("{account}/keyword/KEY") };
        self.problems.push(
            Problem::error(Code::BadMove, text!("`{text}` is no address of this document", text))
                .at(place)
                .help(text!("write e.g. `{example}`", example)),
        );
        None
    }

    /// Checks the moves against what is declared.
    pub(super) fn check_moves(&mut self) {
        let mut ends: HashMap<(bool, Address), Place> = HashMap::new();
        for written in std::mem::take(&mut self.moves) {
            let Written { from, to, from_place, to_place } = written;
            let mut refuse = |message: Text, place: &Place, help: Text| {
                self.problems
                    .push(Problem::error(Code::BadMove, message).at(place.clone()).about(&to).help(help));
            };
            if from.kind() != to.kind() {
                refuse(
                    text!("a {from} can't become a {to}", from = from.kind(), to = to.kind()),
                    &to_place,
                    text!("move within one kind"),
                );
            } else if let Some(still) = self.declared.get(&from) {
                let mut problem = Problem::error(
                    Code::BadMove,
                    text!("`{within_account}` is still declared", within_account = from.within_account()),
                )
                .at(from_place.clone())
                .at(still.clone().labelled(text!("declared here")));
                problem = problem.about(&to).help(text!("rename the key first, or take the move out"));
                self.problems.push(problem);
            } else if !self.declared.contains_key(&to) {
                if self.project.whole {
                    let known = self.declared.keys().filter(|other| other.kind() == to.kind());
                    let known: Vec<_> = known.map(Address::as_str).collect();
                    let help = suggest(to.as_str(), known, text!("declare it under its new key"));
                    refuse(text!("`{to}` is not declared", to = to.within_account()), &to_place, help);
                }
            } else {
                for (end, address, place) in [(false, &from, &from_place), (true, &to, &to_place)] {
                    if let Some(before) = ends.insert((end, address.clone()), place.clone()) {
                        self.problems.push(
                            Problem::error(
                                Code::BadMove,
                                text!(
                                    "`{within_account}` is moved twice",
                                    within_account = address.within_account()
                                ),
                            )
                            .at(place.clone().labelled(text!("again here")))
                            .at(before.labelled(text!("first here")))
                            .about(&to)
                            .help(text!("keep one of the two")),
                        );
                    }
                }
                self.out.moved.push(Moved { from, to, place: from_place });
            }
        }
    }
}
