//! What a plan points at: a group, materials, calendars. All of them are known only when every document was read.

use super::{Declared, Entry, Sops};
use crate::config::suggest;
use crate::desired::{Building, Wanted};
use crate::model::kinds::{Group, Material};
use crate::model::schedule::{Days, Skip};
use crate::model::sop::{ALL, Planned};
use crate::model::{Address, Finding, Kind, Step};
use crate::problem::Code;

/// What a vendor's limits call a material that is sent to many.
const SENT: &str = "sop/send";

impl Building<'_> {
    /// The plans whose runs can be worked out.
    pub(in crate::desired) fn planned(&mut self) -> Sops {
        let written = std::mem::take(&mut self.sops);
        let mut sops = Sops { sections: written.sections, ..Sops::default() };
        for entry in written.entries {
            let mut found = self.audience(&entry);
            found.extend(self.materials(&entry));
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
                    "by this schedule nothing ever runs",
                    "see that `repeat`, `until` and `skip` leave a date from `start` on; dates that a month doesn't have are passed over",
                ));
            }
            let Entry { address, origin, node, sop } = entry;
            for finding in found {
                self.sop_finding(finding, &node, &origin, &address);
            }
            let planned = Planned { address: address.clone(), sop, days, zone: self.project.timezone };
            sops.declared.entry(address).or_insert(Declared { planned, origin, node });
        }
        sops
    }

    fn audience(&self, entry: &Entry) -> Vec<Finding> {
        let audience = &entry.sop.audience;
        let key = audience.group.as_str();
        let path = || [Step::from("audience"), "group".into()];
        let address = Address::new(&self.account.name, Group::NAME, [key]);
        let is_declared = self.declared.contains_key(&address);
        if key == ALL {
            return if is_declared {
                let help = "give that group another key; `all` means every follower";
                vec![Finding::error(
                    Code::BadValue,
                    path(),
                    "`all` is every follower, and the key of a group as well",
                    help,
                )]
            } else {
                vec![]
            };
        }
        if !is_declared {
            return self.dangling::<Group>(key, path(), &[ALL]);
        }
        let is_empty = |group: &Wanted| {
            let body = group.body.as_ref();
            body.and_then(|body| body["members"].as_array()).is_some_and(Vec::is_empty)
                && body.is_some_and(|body| body.get("members_mode").is_none())
        };
        if self.out.resources.get(&address).is_some_and(is_empty) && !audience.allow_empty {
            return vec![Finding::error(
                Code::EmptyAudience,
                path(),
                format!("nobody is in the group `{key}`"),
                "give it members, or write `allow_empty: true` if that is meant",
            )];
        }
        vec![]
    }

    fn materials(&self, entry: &Entry) -> Vec<Finding> {
        let mut found = vec![];
        let items = entry
            .sop
            .steps
            .iter()
            .enumerate()
            .flat_map(|(step, of)| of.send.iter().enumerate().map(move |(nth, item)| (step, nth, item)));
        for (step, nth, key) in
            items.filter_map(|(step, nth, item)| Some((step, nth, item.material.as_deref()?)))
        {
            let path: [Step; 5] = ["steps".into(), step.into(), "send".into(), nth.into(), "material".into()];
            let address = Address::new(&self.account.name, Material::NAME, [key]);
            if !self.declared.contains_key(&address) {
                found.extend(self.dangling::<Material>(key, path, &[]));
            } else if let Some(body) =
                self.out.resources.get(&address).and_then(|wanted| wanted.body.as_ref())
            {
                let refused = (self.account.provider.limits)(SENT, body);
                found.extend(refused.into_iter().map(|finding| Finding { path: path.to_vec(), ..finding }));
            }
        }
        found
    }

    /// A link to what is not declared; nothing is said if a broken file may have declared it.
    fn dangling<K: Kind>(
        &self,
        key: &str,
        path: impl IntoIterator<Item = Step>,
        also: &[&str],
    ) -> Vec<Finding> {
        if !self.project.whole {
            return vec![];
        }
        let known: Vec<_> = self
            .declared
            .keys()
            .filter(|address| address.kind() == K::NAME)
            .map(|address| address.last().into_owned())
            .collect();
        let words = known.iter().map(String::as_str).chain(also.iter().copied());
        let help = suggest(key, words, "declare it in a document of this account");
        vec![Finding::error(Code::DanglingReference, path, format!("there is no {} `{key}`", K::NAME), help)]
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
                        let none =
                            "declare it under `calendars:` in mpform.yaml, or write a date, e.g. 2026-12-07";
                        found.push(Finding::error(
                            Code::DanglingReference,
                            ["schedule".into(), "skip".into(), nth.into()],
                            format!("there is no calendar `{name}`"),
                            suggest(name, known, none),
                        ));
                    }
                },
            }
        }
        (days, found)
    }
}
