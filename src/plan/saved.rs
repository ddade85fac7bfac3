//! A plan that was saved, beside the one that is made now. What is carried out is always the plan that is made now,
//! narrowed to what was saved; this says whether the two are the same.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use self::print::{declared, print, touched};
use super::file::{Check, File, Picked, Touched};
use super::{Change, Live, Plan, is_commit};
use crate::desired::DesiredAccount;
use crate::model::{Action, Address};
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

mod print;

pub use print::check;

/// So many addresses are named in a message.
const NAMED: usize = 5;

/// An account as it is now.
#[derive(Clone, Debug)]
pub struct Now<'a> {
    /// What is declared of it.
    pub desired: &'a DesiredAccount,
    /// What it is reached by.
    pub identity: BTreeMap<String, String>,
    /// Fingerprints of what is declared.
    declared: BTreeMap<String, String>,
}

impl<'a> Now<'a> {
    /// An account that is reached by these settings.
    pub fn new(desired: &'a DesiredAccount, identity: BTreeMap<String, String>) -> Self {
        Self { desired, identity, declared: declared(desired) }
    }
}

/// How a saved plan stands now.
#[derive(Debug)]
pub enum Standing {
    /// It can be carried out as it was shown.
    Holds,
    /// All of it is done already.
    Done,
    /// Something that it touches changed; each says what.
    Moved(Vec<Problem>),
}

/// A plan that was saved, read.
#[derive(Clone, Debug)]
pub struct Saved {
    name: String,
    file: File,
    check: Check,
}

impl Saved {
    /// From a file of this name.
    ///
    /// # Errors
    /// As [`File::read`].
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, Problem> {
        let mut file = File::read(name, bytes)?;
        let check = file.check.take().unwrap_or_default();
        Ok(Self { name: name.to_owned(), file, check })
    }

    /// The environment it was made for.
    pub fn environment(&self) -> &str {
        &self.file.environment
    }

    /// What it was narrowed to, and what was allowed.
    pub fn selection(&self) -> &Picked {
        &self.check.selection
    }

    /// The fingerprint of the file.
    pub fn digest(&self) -> &str {
        &self.check.digest
    }

    /// The accounts that were planned.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        self.check.accounts.keys().map(String::as_str)
    }

    /// What to say of something that moved.
    pub fn stale(&self, about: impl std::fmt::Display, what: Text) -> Problem {
        Problem::error(Code::Stale, what)
            .about(about)
            .help(text!("nothing was written; make a new plan: `mpform plan -o {name}`", name = self.name))
    }

    fn has(&self, address: &Address) -> bool {
        self.check.changes.iter().any(|change| change.address == *address)
    }

    /// Leaves in one account's plan of now what was saved: nothing is written that nobody was shown.
    pub fn narrow(&self, plan: &mut Plan, desired: &DesiredAccount) {
        let ours: HashSet<&Address> = self.check.changes.iter().map(|change| &change.address).collect();
        let (kept, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut plan.changes).into_iter().partition(|change| ours.contains(&change.address));
        for change in kept.iter().filter(|change| !is_commit(&change.address)) {
            for needed in change.requires.iter().filter(|needed| !ours.contains(needed)) {
                let what = text!("it needs {needed} first, which the plan file does not have", needed);
                plan.refusals.push(self.stale(&change.address, what));
            }
        }
        for other in &others {
            // A commit makes all of its kind public, and not only what was shown.
            let whole = Address::new(other.address.account(), other.address.kind(), []);
            if is_commit(&whole) && other.address != whole && self.has(&whole) {
                let what = text!("it changes as well now, and {whole} would not be as it was shown", whole);
                plan.refusals.push(self.stale(&other.address, what));
            }
        }
        if !others.is_empty() {
            let addresses: Vec<_> = others.iter().map(|change| change.address.to_string()).collect();
            let (name, addresses) = (&self.name, some(&addresses));
            let message = match others.len() {
                1 => text!("1 change is not in {name} and not made: {addresses}", name, addresses),
                count => {
                    text!(
                        "{count} changes are not in {name} and not made: {addresses}",
                        count,
                        name,
                        addresses
                    )
                }
            };
            plan.warnings.push(
                Problem::warning(Code::NewSince, message)
                    .about(&desired.name)
                    .help(text!("run `mpform plan` to see what is left")),
            );
        }
        plan.changes = kept;
        self.narrow_what_is_learnt(plan, desired);
    }

    /// What the state learns is what was shown, too.
    fn narrow_what_is_learnt(&self, plan: &mut Plan, desired: &DesiredAccount) {
        let was = self.check.accounts.get(&desired.name).map(|account| &account.declared);
        let same = |address: &Address| {
            let now = desired.resources.get(address).map(print);
            was.and_then(|was| was.get(address.as_str())) == now.as_ref()
        };
        let strangers: HashSet<_> = plan
            .adopted
            .iter()
            .filter(|live| !self.file.adopted.contains(live))
            .map(|live| live.address.clone())
            .collect();
        plan.learnt.retain(|learnt| same(&learnt.address) && !strangers.contains(&learnt.address));
        let shown: [(&mut Vec<Live>, &Vec<Live>); 3] = [
            (&mut plan.adopted, &self.file.adopted),
            (&mut plan.released, &self.file.released),
            (&mut plan.forgotten, &self.file.forgotten),
        ];
        for (now, shown) in shown {
            now.retain(|live| shown.contains(live));
        }
    }

    /// Compares with the plan that was made now, already narrowed, of all accounts.
    pub fn standing(&self, plan: &Plan, accounts: &[Now<'_>]) -> Standing {
        let mut moved = self.identities(accounts);
        let mut done = 0;
        for was in &self.check.changes {
            let mut reasons = vec![];
            let now = accounts.iter().find(|now| now.desired.name == was.address.account());
            let Some(now) = now else { continue };
            let configured = self.configured_otherwise(was, now);
            if too_late(was, now.desired) {
                moved.push(self.stale(
                    &was.address,
                    text!("its first message is due already: it is too late to create it"),
                ));
                continue;
            }
            if !configured.is_empty() {
                reasons.push(if configured == [was.address.as_str()] {
                    text!("its configuration changed")
                } else {
                    text!("the configuration of {those} changed", those = some(&configured))
                });
            }
            match plan.changes.iter().find(|change| change.address == was.address) {
                Some(change) => reasons.extend(self.differs(was, change, configured.is_empty())),
                None if !configured.is_empty() => {}
                None => {
                    let left = plan.unmanaged.iter().chain(&plan.released);
                    let still_there = was.action == Action::Delete
                        && left.clone().any(|live| Some(&live.id) == was.id.as_ref());
                    if still_there {
                        reasons.push(text!("it is no longer known to be ours, and would not be deleted"));
                    } else {
                        done += 1;
                        reasons.push(text!("this is done already, and the rest is not"));
                    }
                }
            }
            if !reasons.is_empty() {
                moved.push(self.stale(&was.address, Text::joined(reasons, "; ")));
            }
        }
        if moved.is_empty() {
            Standing::Holds
        } else if moved.len() == done && done == self.check.changes.len() {
            Standing::Done
        } else {
            Standing::Moved(moved)
        }
    }

    /// Accounts with changes that are gone or are reached otherwise.
    fn identities(&self, accounts: &[Now<'_>]) -> Vec<Problem> {
        let mut moved = vec![];
        for (name, was) in &self.check.accounts {
            if !self.check.changes.iter().any(|change| change.address.account() == name) {
                continue;
            }
            let Some(now) = accounts.iter().find(|now| now.desired.name == *name) else {
                moved.push(self.stale(name, text!("the account is no longer in the project")));
                continue;
            };
            let settings: HashSet<&String> = was.identity.keys().chain(now.identity.keys()).collect();
            let mut settings: Vec<_> = settings.into_iter().collect();
            settings.sort_unstable();
            let none = || text!("nothing");
            let said = |value: Option<&String>| value.map_or_else(none, Text::verbatim);
            let differs: Vec<_> = settings
                .into_iter()
                .map(|setting| (setting, was.identity.get(setting), now.identity.get(setting)))
                .filter(|(_, was, now)| was != now)
                .map(|(setting, was, now)| {
                    text!("`{setting}` is {now} and was {was}", setting, now = said(now), was = said(was))
                })
                .collect();
            if !differs.is_empty() {
                moved.push(self.stale(name, Text::joined(differs, ", ")));
            }
        }
        moved
    }

    /// The addresses that matter to a change and are declared otherwise than they were.
    fn configured_otherwise(&self, change: &Touched, now: &Now<'_>) -> Vec<String> {
        let (account, kind) = (change.address.account(), change.address.kind());
        let empty = BTreeMap::new();
        let was = self.check.accounts.get(account).map_or(&empty, |account| &account.declared);
        let now = &now.declared;
        let whole = Address::new(account, kind, []);
        let below = format!("{whole}/");
        let matters = |address: &str| {
            address == change.address.as_str()
                // What is published is all of it, and what is deleted hangs on how its kind is managed.
                || (is_commit(&change.address) && address.starts_with(&below))
                || (change.action == Action::Delete && address == whole.as_str())
        };
        let all: BTreeSet<&String> = was.keys().chain(now.keys()).collect();
        let moved = all.into_iter().filter(|address| matters(address));
        moved.filter(|address| was.get(*address) != now.get(*address)).cloned().collect()
    }

    fn differs(&self, was: &Touched, change: &Change, same_configuration: bool) -> Vec<Text> {
        let now = touched(change);
        match (was.action, now.action) {
            (Action::Create, Action::Create) => {}
            (Action::Create, _) => return vec![text!("it is at the vendor already, and otherwise")],
            (_, Action::Create) => return vec![text!("it is no longer at the vendor")],
            _ => {}
        }
        if (now.action, now.replace) != (was.action, was.replace) {
            return vec![text!(
                "it would be {now} now, and was to be {before}",
                now = fate(&now),
                before = fate(was)
            )];
        }
        let mut reasons = vec![];
        if now.id != was.id {
            let id = |touched: &Touched| match &touched.id {
                Some(id) => Text::verbatim(id.as_str()),
                None => text!("none"),
            };
            reasons.push(text!(
                "it is another object at the vendor: its id is {now} and was {before}",
                now = id(&now),
                before = id(was)
            ));
        } else if now.have != was.have {
            let fields = self.fields_that_moved(change);
            reasons.push(if fields.is_empty() {
                text!("it changed at the vendor")
            } else {
                text!("it changed at the vendor ({fields})", fields)
            });
        }
        if now.want != was.want && same_configuration && reasons.is_empty() {
            reasons.push(text!("what would be written to it changed"));
        }
        reasons
    }

    /// The fields whose live value was shown as another one.
    fn fields_that_moved(&self, change: &Change) -> String {
        let Some(shown) = self.file.changes.iter().find(|shown| shown.address == change.address) else {
            return String::new();
        };
        let before = |path: &str| shown.fields.iter().find(|field| field.path == path);
        let moved = change.fields.iter().filter(|field| {
            let shown = before(&field.path).and_then(|field| field.before.clone()).unwrap_or_default();
            field.before != shown
        });
        let gone =
            shown.fields.iter().filter(|shown| change.fields.iter().all(|field| field.path != shown.path));
        let paths = moved.map(|field| field.path.clone()).chain(gone.map(|field| field.path.clone()));
        paths.collect::<Vec<_>>().join(", ")
    }
}

/// A run that could be made when the plan was, and can't any more.
fn too_late(was: &Touched, desired: &DesiredAccount) -> bool {
    let wanted = desired.resources.get(&was.address);
    was.action == Action::Create && wanted.is_some_and(|wanted| wanted.lapsed)
}

fn fate(change: &Touched) -> Text {
    match change.action {
        Action::Create => text!("created"),
        Action::Update if change.replace => text!("replaced"),
        Action::Update => text!("updated"),
        Action::Delete => text!("deleted"),
    }
}

/// The first few.
fn some(these: &[String]) -> Text {
    let first = these.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match these.len().saturating_sub(NAMED) {
        0 => Text::verbatim(first),
        rest => text!("{first} and {rest} more", first, rest),
    }
}
