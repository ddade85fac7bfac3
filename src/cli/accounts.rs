//! Which accounts a command works on: `--account` and `--shard`.

use std::fmt;

use clap::Args;
use sha2::{Digest as _, Sha256};

use super::Context;
use super::wrong::Wrong;
use crate::config::suggest;
use crate::globs::Glob;
use crate::plan::Globs;
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

/// Which accounts a command works on; all if nobody says.
#[derive(Clone, Debug, Default, Args)]
pub struct Accounts {
    /// Only these accounts; `*` works
    #[arg(long, value_name = "NAME")]
    account: Vec<String>,
    /// Only this part of them, e.g. 3/8 for the third of eight: split evenly, each account in one part
    #[arg(long, value_name = "N/OF", value_parser = Shard::read)]
    shard: Option<Shard>,
    /// Exactly these, whatever the rest says: the accounts of a plan that was saved.
    #[arg(skip)]
    exactly: Option<Vec<String>>,
}

impl Accounts {
    /// These and no others; there may be none.
    pub(super) fn exactly(names: Vec<String>) -> Self {
        Self { exactly: Some(names), ..Self::default() }
    }

    /// `--account`, as it was given.
    pub(super) fn patterns(&self) -> &[String] {
        &self.account
    }

    /// `--shard`.
    pub(super) fn shard(&self) -> Option<Shard> {
        self.shard
    }

    /// Those of some names that are meant, in their order.
    ///
    /// # Errors
    /// Patterns that mean nothing, or that none of the names matches.
    pub(super) fn of<'a>(
        &self,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<&'a str>, Vec<Problem>> {
        let known: Vec<_> = known.into_iter().collect();
        if let Some(exactly) = &self.exactly {
            return Ok(known.into_iter().filter(|name| exactly.iter().any(|one| one == name)).collect());
        }
        let (mut globs, mut problems) = (vec![], vec![]);
        for pattern in &self.account {
            match Globs::new([pattern.as_str()]) {
                Ok(glob) if known.iter().any(|name| glob.matches(name)) => globs.push(glob),
                Ok(_) => problems.push(no_account(pattern, &known)),
                Err(message) => {
                    problems.push(Problem::error(Code::BadValue, message).help(text!("correct --account")));
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let is_meant = |name: &&str| globs.is_empty() || globs.iter().any(|glob| glob.matches(name));
        let meant: Vec<_> = known.into_iter().filter(is_meant).collect();
        Ok(match self.shard {
            Some(shard) => shard.of(meant),
            None => meant,
        })
    }

    /// Says that there is nothing in the part that was asked for, if so.
    pub(super) fn note(&self, chosen: usize, context: &Context) {
        if let Some(shard) = self.shard.filter(|_| chosen == 0) {
            context.note(&text!("note: there is no account in shard {shard}", shard));
        }
    }
}

/// What is said of a name or pattern that is nobody's.
pub(super) fn no_account(name: &str, known: &[&str]) -> Problem {
    let message = if !Glob::is_plain(name) {
        text!("no account is called like `{name}`", name)
    } else {
        text!("there is no account `{name}`", name)
    };
    Problem::error(Code::UnknownAccount, message).help(suggest(name, known.iter().copied(), Text::default()))
}

/// One of several parts of the accounts.
///
/// The names are put in the order of their hashes, which has nothing to do with how they are written or declared, and
/// that row is cut into parts of which none is longer than another by more than one. An account that is added or
/// taken away moves each cut by one place at most, so that at most one account a cut changes its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    nth: usize,
    of: usize,
}

impl Shard {
    /// A part as it is written.
    fn read(text: &str) -> Result<Self, Wrong> {
        let how = || Wrong(text!("write which part of how many, e.g. 3/8"));
        let (nth, of) = text.split_once('/').ok_or_else(how)?;
        let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number <= MOST).ok_or_else(how);
        let (nth, of) = (number(nth)?, number(of)?);
        if nth == 0 || nth > of {
            return Err(Wrong(text!("the parts of {of} are 1/{of} to {of}/{of}", of = of.max(1))));
        }
        Ok(Self { nth, of })
    }

    /// The names in this part, in their order.
    fn of(self, names: Vec<&str>) -> Vec<&str> {
        let mut row: Vec<_> = names.iter().map(|name| (Sha256::digest(name), *name)).collect();
        row.sort_unstable();
        let cut = |nth: usize| row.len() * nth / self.of;
        let mut mine: Vec<_> = row[cut(self.nth - 1)..cut(self.nth)].iter().map(|(_, name)| *name).collect();
        mine.sort_unstable();
        names.into_iter().filter(|name| mine.binary_search(name).is_ok()).collect()
    }
}

/// More parts than anybody has machines.
const MOST: usize = 1_000_000;

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.nth, self.of)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn shard(text: &str) -> Accounts {
        Accounts { shard: Some(Shard::read(text).expect("a shard")), ..Accounts::default() }
    }

    fn named(patterns: &[&str]) -> Accounts {
        Accounts { account: patterns.iter().map(|&one| one.to_owned()).collect(), ..Accounts::default() }
    }

    const KNOWN: [&str; 4] = ["shop", "bj-1", "bj-2", "sh-1"];

    fn wrong(accounts: &Accounts) -> Vec<(String, String)> {
        let problems = accounts.of(KNOWN).expect_err("wrong");
        let words = |text: Option<&Text>| text.map(Text::en).unwrap_or_default();
        problems.iter().map(|one| (one.message.en(), words(one.help.as_ref()))).collect()
    }

    #[test]
    fn patterns_choose_in_the_order_of_the_project() {
        assert_eq!(named(&[]).of(KNOWN).expect("all"), KNOWN);
        assert_eq!(named(&["bj-*", "shop"]).of(KNOWN).expect("three"), ["shop", "bj-1", "bj-2"]);
        assert_eq!(named(&["{bj,sh}-1"]).of(KNOWN).expect("two"), ["bj-1", "sh-1"]);
    }

    #[test]
    fn each_pattern_that_names_nobody_is_told_of() {
        let problems = wrong(&named(&["shpo", "bj-*", "gz-*", "[a"]));
        let said: Vec<_> = problems.iter().map(|(message, _)| message.as_str()).collect();
        assert_eq!(said[..2], ["there is no account `shpo`", "no account is called like `gz-*`"]);
        assert!(said[2].starts_with("`[a` is not a pattern"), "{said:?}");
        assert!(problems[0].1.contains("`shop`"), "{}", problems[0].1);
    }

    #[test]
    fn exact_names_are_no_patterns_and_none_are_none() {
        assert_eq!(Accounts::exactly(vec!["sh-1".into()]).of(KNOWN).expect("one"), ["sh-1"]);
        assert_eq!(Accounts::exactly(vec![]).of(KNOWN).expect("none"), Vec::<&str>::new());
    }

    #[test]
    fn a_part_that_there_is_not_is_refused() {
        let said = |text: &str| Shard::read(text).expect_err("refused").to_string();
        assert_eq!(said("0/8"), "the parts of 8 are 1/8 to 8/8");
        assert_eq!(said("9/8"), said("0/8"));
        assert_eq!(said("0/0"), "the parts of 1 are 1/1 to 1/1");
        for text in ["x", "3", "3/", "-1/8", "3/8/9", "1/99999999999999999999", " 1/2"] {
            assert_eq!(said(text), "write which part of how many, e.g. 3/8", "{text}");
        }
    }

    /// The same on every machine and in every version: who is in which part is a promise.
    #[test]
    fn who_is_in_which_part_stays() {
        let names: Vec<_> = (1..=10).map(|nth| format!("shop-{nth}")).collect();
        let of = |text: &str| shard(text).of(names.iter().map(String::as_str)).expect("a part").join(" ");
        let parts = ["shop-3 shop-5 shop-10", "shop-1 shop-7 shop-9", "shop-2 shop-4 shop-6 shop-8"];
        assert_eq!([of("1/3"), of("2/3"), of("3/3")], parts);
    }

    fn parts(names: &BTreeSet<String>, of: usize) -> Vec<Vec<String>> {
        let part = |nth| {
            let mine = shard(&format!("{nth}/{of}")).of(names.iter().map(String::as_str)).expect("a part");
            mine.into_iter().map(str::to_owned).collect()
        };
        (1..=of).map(part).collect()
    }

    proptest! {
        #[test]
        fn every_account_is_in_one_part_and_the_parts_are_even(
            names in prop::collection::btree_set("[a-z][a-z0-9-]{0,6}", 0..60),
            of in 1_usize..12,
        ) {
            let parts = parts(&names, of);
            let all: Vec<_> = parts.iter().flatten().cloned().collect();
            prop_assert_eq!(all.len(), names.len());
            prop_assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), names);
            let sizes = parts.iter().map(Vec::len);
            prop_assert!(sizes.clone().max() <= sizes.min().map(|least| least + 1));
        }

        #[test]
        fn one_more_account_moves_at_most_one_a_cut(
            names in prop::collection::btree_set("[a-z][a-z0-9-]{0,6}", 0..60),
            new in "[a-z][a-z0-9-]{0,6}",
            of in 1_usize..12,
        ) {
            let before = parts(&names, of);
            let after = parts(&names.iter().cloned().chain([new]).collect(), of);
            let moved = before.iter().zip(&after).map(|(before, after)| {
                before.iter().filter(|name| !after.contains(name)).count()
            });
            prop_assert!(moved.sum::<usize>() < of);
        }
    }
}
