//! What a plan points at: a group, materials, calendars. All of them are known only when every document was read.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::Value;

use super::{Declared, Entry};
use crate::config::suggest;
use crate::desired::{Building, Wanted};
use crate::model::kinds::{Group, Material};
use crate::model::schedule::{Days, Skip};
use crate::model::sop::{ALL, Planned, SentBy};
use crate::model::{Address, Body, Finding, Kind, Step};
use crate::problem::{Code, Problem};
use crate::providers::Plans;
use crate::text;
use crate::words::Text;

impl Building<'_> {
    /// The plans whose runs can be worked out.
    pub(super) fn planned(&mut self, plans: Plans) -> IndexMap<Address, Declared> {
        let mut all = IndexMap::new();
        for entry in std::mem::take(&mut self.sops).entries {
            let mut found = self.audience(&entry, plans);
            found.extend(self.materials(&entry, plans));
            let (days, unknown) = self.days(&entry);
            let known = unknown.is_empty();
            found.extend(unknown);
            let schedule = &entry.sop.schedule;
            // That it ends before it begins has been said.
            let begins = schedule.until.is_none_or(|until| until >= schedule.start);
            if known && begins && !schedule.ever(&days) {
                found.push(Finding::error(
                    Code::NoRun,
                    ["schedule".into()],
                    text!("by this schedule nothing ever runs"),
                    text!("see that `repeat`, `until` and `skip` leave a date from `start` on; dates that a month doesn't have are passed over"),
                ));
            }
            let Entry { address, origin, node, protect, sop } = entry;
            for finding in found {
                self.sop_finding(finding, &node, &origin, &address);
            }
            let planned = Planned { address: address.clone(), sop, days, zone: self.out.zone };
            all.insert(address, Declared { planned, origin, protect, node });
        }
        all
    }

    /// Runs that the vendor sends are found again by their titles.
    pub(super) fn same_titles(&mut self, plans: Plans, declared: &IndexMap<Address, Declared>) {
        let mut titles: HashMap<String, &Declared> = HashMap::new();
        for one in declared.values().filter(|_| plans.sent_by == SentBy::Vendor) {
            let title = one.planned.title();
            let Some(first) = titles.insert(title.clone(), one) else { continue };
            self.problems.push(
                Problem::error(Code::Duplicate, text!("two plans with the title `{title}`", title))
                    .at(one.place_of(&["title".into()]).labelled(text!("again here")))
                    .at(first.place_of(&["title".into()]).labelled(text!("first here")))
                    .about(&one.planned.address)
                    .help(text!(
                        "give one another title: the vendor tells runs apart by title and date alone"
                    )),
            );
        }
    }

    fn audience(&self, entry: &Entry, plans: Plans) -> Vec<Finding> {
        let audience = &entry.sop.audience;
        let allow_empty = audience.0.get("allow_empty").and_then(Value::as_bool).unwrap_or_default();
        if !allow_empty && (plans.recipients)(audience).is_some_and(|recipients| recipients.is_empty()) {
            return vec![nobody(["audience".into()], text!("the audience is nobody"))];
        }
        let Some(key) = audience.text("group") else { return vec![] };
        let path = || [Step::from("audience"), "group".into()];
        let address = Address::new(&self.account.name, Group::NAME, [key]);
        if key == ALL {
            let help = text!("give that group another key; `all` means every follower");
            let message = text!("`all` is every follower, and the key of a group as well");
            let both = self.declared.contains_key(&address);
            return both.then(|| Finding::error(Code::BadValue, path(), message, help)).into_iter().collect();
        }
        let is_empty = |group: &Wanted| {
            let body = group.body.as_ref().map(Body::tree);
            body.is_some_and(|body| {
                body["members"].as_array().is_some_and(Vec::is_empty) && body.get("members_mode").is_none()
            })
        };
        if !allow_empty && self.out.resources.get(&address).is_some_and(is_empty) {
            return vec![nobody(path(), text!("nobody is in the group `{key}`", key))];
        }
        vec![]
    }

    fn materials(&self, entry: &Entry, plans: Plans) -> Vec<Finding> {
        let mut found = vec![];
        let items = entry
            .sop
            .steps
            .iter()
            .enumerate()
            .flat_map(|(step, of)| of.send.iter().enumerate().map(move |(nth, item)| (step, nth, item)));
        for (step, nth, key) in
            items.filter_map(|(step, nth, item)| Some((step, nth, item.text("material")?)))
        {
            let path: [Step; 5] = ["steps".into(), step.into(), "send".into(), nth.into(), "material".into()];
            let address = Address::new(&self.account.name, Material::NAME, [key]);
            if let Some(body) = self.out.resources.get(&address).and_then(|wanted| wanted.body.as_ref()) {
                let refused = (plans.material)(&body.tree());
                found.extend(refused.into_iter().map(|finding| Finding { path: path.to_vec(), ..finding }));
            }
        }
        found
    }

    /// What the plan skips, and calendars that nobody knows.
    fn days(&self, entry: &Entry) -> (Days, Vec<Finding>) {
        let (mut days, mut found) = (Days::default(), vec![]);
        for (nth, skip) in entry.sop.schedule.skip.iter().enumerate() {
            match skip {
                Skip::Dates(range) => days.skip([*range], &skip.to_string()),
                Skip::Calendar(name) => match self.project.calendars.get(name) {
                    Some(calendar) => {
                        days.skip(calendar.dates.iter().copied(), name);
                        days.work(calendar.workdays.iter().copied());
                    }
                    None => {
                        let known = self.project.calendars.keys().map(String::as_str);
                        let none = text!(
                            "declare it under `calendars:` in mpform.yaml, or write a date, e.g. 2026-12-07"
                        );
                        found.push(Finding::error(
                            Code::DanglingReference,
                            ["schedule".into(), "skip".into(), nth.into()],
                            text!("there is no calendar `{name}`", name),
                            suggest(name, known, none),
                        ));
                    }
                },
            }
        }
        (days, found)
    }
}

fn nobody(path: impl IntoIterator<Item = Step>, message: Text) -> Finding {
    let help = text!("say whom it goes to, or write `allow_empty: true` if that is meant");
    Finding::error(Code::EmptyAudience, path, message, help)
}
