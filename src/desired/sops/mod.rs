//! `sops:`, recurring plans. What is wanted of one is the plan itself where we send its messages: it is to be armed. Where
//! the vendor sends them it is every run that lies ahead.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;

use super::Building;
use crate::config::{Node, Part};
use crate::model::kinds::Scheduled;
use crate::model::sop::{Planned, SentBy, Sop, misnamed};
use crate::model::{Address, Body, Files, Finding, Kind, Step};
use crate::problem::{Code, Place, Problem};
use crate::providers::Plans;
use crate::text;
use crate::words::Text;

mod check;
mod expand;
mod policy;

pub use expand::definition;
pub use policy::{Forbidden, against_policy};

/// The recurring plans of one account.
#[derive(Clone, Debug)]
pub struct Sops {
    /// Who sends their messages.
    pub sent_by: SentBy,
    /// How its vendor's plans are written.
    pub plans: Plans,
    /// Its plans, as they are declared.
    pub declared: IndexMap<Address, Declared>,
}

impl Sops {
    /// The same with the audiences that the vendor was asked for: whom a plan reaches was found out for each of its runs.
    #[must_use]
    pub fn resolved(&self, wanted: &IndexMap<Address, Body>) -> Self {
        let mut resolved = self.clone();
        for (address, body) in wanted {
            let of = address.of_run().and_then(|plan| resolved.declared.get_mut(&plan));
            let body = body.read::<Scheduled>().ok();
            if let (Some(of), Some(mut body)) = (of, body) {
                body.audience.0.shift_remove("select");
                of.planned.sop.audience = body.audience;
            }
        }
        resolved
    }
}

/// A plan, and where it stands.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The plan.
    pub planned: Planned,
    /// Where its key stands.
    pub origin: Place,
    /// Whether it may never be taken back, if that is said.
    pub protect: Option<bool>,
    node: Node,
}

impl Declared {
    /// Where a value of it stands, or else what is nearest around it.
    pub fn place_of(&self, path: &[Step]) -> Place {
        place(&self.node, &self.origin, path)
    }
}

/// What was read, before it is known what it points at.
#[derive(Default)]
pub(super) struct Written {
    entries: Vec<Entry>,
}

/// An entry that could be read.
struct Entry {
    address: Address,
    origin: Place,
    node: Node,
    protect: Option<bool>,
    sop: Sop,
}

impl Building<'_> {
    /// Reads one entry. `address` is missing if it has been declared before.
    pub(super) fn sop(&mut self, address: Option<Address>, key: &Node, node: &Node, files: &dyn Files) {
        let Some(plans) = self.account.provider.plans else { return };
        if key.text().is_some_and(|text| text.contains('@')) {
            self.problems.push(
                Problem::error(Code::BadValue, text!("an `@` in the key of a plan"))
                    .at(key.place())
                    .help(text!("it stands before a run's date, as in KEY@2026-11-23; take it out")),
            );
        }
        let node = if node.is_nothing() { key.with_entries(vec![]) } else { node.clone() };
        let protect = self.aside::<bool>(&node, "protect");
        if let Some((ignore, _)) = node.entry("ignore") {
            self.problems.push(
                Problem::error(Code::BadValue, text!("a plan has nothing live that could be left alone"))
                    .at(ignore.place())
                    .help(text!("take `ignore` out: what goes out is what the plan says")),
            );
        }
        let part = Part { key: Some(key), also: super::entry::ON_ANY, never: &[] };
        let Some((sop, mut found)) = (plans.read)(&node, part, files, self.problems) else { return };
        if sop.title.is_none() {
            found.extend(key.text().and_then(misnamed));
        }
        found.extend(of_others(&sop, plans.sent_by, self.account.provider.name));
        if let Ok(body) = serde_json::to_value(&sop) {
            found.extend((self.account.provider.limits)(Scheduled::NAME, &body));
        }
        let nameless = || Address::new(&self.account.name, Scheduled::NAME, [key.text().unwrap_or_default()]);
        let about = address.clone().unwrap_or_else(nameless);
        for finding in found {
            self.sop_finding(finding, &node, &key.place(), &about);
        }
        if let Some(address) = address {
            self.sops.entries.push(Entry { address, origin: key.place(), node, protect, sop });
        }
    }

    fn sop_finding(&mut self, finding: Finding, node: &Node, origin: &Place, address: &Address) {
        // Nothing is to be said about a text that is not known.
        if node.follow(&finding.path).is_some_and(Node::is_stand_in) {
            return;
        }
        let place = place(node, origin, &finding.path);
        self.judge(finding, place, address.to_string());
    }

    /// Takes the plans in: what is wanted of each, and the plans themselves, to be looked at. Nothing if the account
    /// declares none.
    pub(super) fn take_plans(&mut self, now: DateTime<Utc>) -> Option<Sops> {
        let plans = self.account.provider.plans?;
        self.out.managed.get(Scheduled::NAME).filter(|managed| managed.section)?;
        let declared = self.planned(plans);
        self.same_titles(plans, &declared);
        for one in declared.values() {
            for wanted in expand::wanted(one, plans, &self.project.calendars, now) {
                self.declared.entry(wanted.address.clone()).or_insert_with(|| one.origin.clone());
                self.out.resources.insert(wanted.address.clone(), wanted);
            }
            self.out.later.extend(expand::later(one, plans, now));
        }
        Some(Sops { sent_by: plans.sent_by, plans, declared })
    }
}

/// What means something only where somebody else sends.
fn of_others(sop: &Sop, sent_by: SentBy, provider: &str) -> Vec<Finding> {
    let not_kept = |path: &[&str], message: Text, help: Text| {
        Finding::error(Code::NotKept, path.iter().copied().map(Step::from), message, help)
    };
    let by_vendor = text!("take it out: the vendor sends each message by itself, when it is due");
    let by_us = text!("take it out: no run is created ahead, each message is sent from here when it is due");
    let delivery = || not_kept(&["delivery"], text!("`delivery` at {provider}", provider), by_us.clone());
    let ahead = || not_kept(&["schedule", "ahead"], text!("`ahead` at {provider}", provider), by_us.clone());
    let grace = || not_kept(&["grace"], text!("`grace` at {provider}", provider), by_vendor);
    match sent_by {
        SentBy::Us => {
            sop.delivery.map(|_| delivery()).into_iter().chain(sop.schedule.ahead.map(|_| ahead())).collect()
        }
        SentBy::Vendor => sop.grace.map(|_| grace()).into_iter().collect(),
    }
}

fn place(node: &Node, origin: &Place, path: &[Step]) -> Place {
    node.follow(path).map_or_else(|| origin.clone(), Node::place)
}

#[cfg(test)]
mod tests;
