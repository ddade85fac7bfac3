//! A test held against what may happen.

use std::fmt;

use super::react::{Act, By, Possible, Reaction, react};
use super::{Account, Says};
use crate::model::case::{Case, Expect, Wants};
use crate::problem::Problem;

/// A test that was run.
#[derive(Debug)]
pub struct Ran<'a> {
    /// The test.
    pub case: &'a Case,
    /// What may happen.
    pub reaction: Reaction<'a>,
    /// Of each thing that may happen, whether it is what was expected.
    pub met: Vec<bool>,
}

impl Ran<'_> {
    /// True if all that may happen is what was expected: nobody knows which it will be.
    pub fn passed(&self) -> bool {
        self.met.iter().all(|met| *met)
    }
}

/// Runs a test.
pub fn run<'a>(account: &'a Account, case: &'a Case) -> Ran<'a> {
    let reaction = react(account, &case.on);
    let met = reaction.possible.iter().map(|possible| meets(account, &case.expect, possible)).collect();
    Ran { case, reaction, met }
}

fn meets(account: &Account, expect: &Expect, possible: &Possible<'_>) -> bool {
    let Possible { by, act } = possible;
    match expect {
        // What it says is not asked; only that it is not declared to be silent.
        Expect::Default => *by == By::Default && act.says() != Some(&Says::Nothing),
        Expect::Nothing => *by != By::NoButton && act.says() == Some(&Says::Nothing),
        Expect::Answer(wants) => rule(account, wants, by) && content(wants, act),
    }
}

fn rule(account: &Account, wants: &Wants, by: &By) -> bool {
    let Some(wanted) = &wants.rule else { return true };
    matches!(by, By::Rule(nth, _) if account.rules_called(wanted).contains(nth))
}

fn content(wants: &Wants, act: &Act<'_>) -> bool {
    let text = match act.says() {
        Some(Says::Text(text)) => Some(text),
        _ => None,
    };
    let material = match act.says() {
        Some(Says::Material(material)) => Some(material),
        _ => None,
    };
    let link = match act {
        Act::Link(link) => Some(*link),
        _ => None,
    };
    let Wants { rule: _, text: whole, text_contains, material: key, raw, link: page } = wants;
    whole.as_ref().is_none_or(|whole| text == Some(whole))
        && text_contains.as_ref().is_none_or(|part| text.is_some_and(|text| text.contains(part.as_str())))
        && key.as_ref().is_none_or(|key| material.is_some_and(|shown| shown.key.as_ref() == Some(key)))
        && raw.as_ref().is_none_or(|raw| material.is_some_and(|shown| shown.is(raw)))
        && page.as_ref().is_none_or(|page| link == Some(page))
}

/// The tests of one account.
#[derive(Debug)]
pub struct Tested<'a> {
    /// The account's name.
    pub name: &'a str,
    /// What came of them.
    pub outcome: Outcome<'a>,
}

/// What came of the tests of an account.
pub enum Outcome<'a> {
    /// They were run.
    Ran(&'a Account, Vec<Ran<'a>>),
    /// The account could not be read.
    NotRun(&'a [Case], &'a [Problem]),
}

impl fmt::Debug for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ran(_, ran) => f.debug_tuple("Ran").field(ran).finish(),
            Self::NotRun(cases, problems) => f.debug_tuple("NotRun").field(cases).field(problems).finish(),
        }
    }
}

/// How many tests came to which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All that may happen is what was expected.
    pub passed: usize,
    /// Something else may happen.
    pub failed: usize,
    /// The account could not be read.
    pub not_run: usize,
}

impl Tally {
    /// Of these accounts.
    pub fn of(tested: &[Tested<'_>]) -> Self {
        let mut tally = Self::default();
        for one in tested {
            match &one.outcome {
                Outcome::Ran(_, ran) => {
                    let passed = ran.iter().filter(|ran| ran.passed()).count();
                    tally.passed += passed;
                    tally.failed += ran.len() - passed;
                }
                Outcome::NotRun(cases, _) => tally.not_run += cases.len(),
            }
        }
        tally
    }

    /// True if there is nothing to complain of.
    pub fn is_clean(self) -> bool {
        self.failed + self.not_run == 0
    }
}
