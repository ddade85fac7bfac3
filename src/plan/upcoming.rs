//! Messages that fall due in the days to come. They are no changes; a reader of a plan wants to know them all the same.

use std::collections::HashSet;

use chrono::{DateTime, Days, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Plan;
use crate::desired::Sops;
use crate::model::sop::SentBy;
use crate::model::{Action, Address};
use crate::order::sort_by;

/// So many days are looked at.
pub const DAYS: u64 = 7;

/// Messages of one run that fall due at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Upcoming {
    /// The run they belong to.
    #[schemars(with = "String")]
    pub run: Address,
    /// When, with the offset of the plan's timezone.
    pub at: String,
    /// How many: one for each recipient.
    pub messages: usize,
}

/// What falls due once this plan is carried out, by its time.
pub fn upcoming(sops: &Sops, plan: &Plan, now: DateTime<Utc>) -> Vec<Upcoming> {
    let made = plan.changes.iter().filter(|change| change.action != Action::Delete);
    let there: HashSet<&Address> = made.map(|change| &change.address).chain(plan.unchanged.iter()).collect();
    let mut found = vec![];
    for (address, declared) in &sops.declared {
        let planned = &declared.planned;
        let today = now.with_timezone(&planned.zone).date_naive();
        let last = today.checked_add_days(Days::new(DAYS)).unwrap_or(today);
        let recipients = (sops.plans.recipients)(&planned.sop.audience).map_or(0, |all| all.len());
        for run in planned.runs_touching(today, last) {
            let carrier = if sops.plans.sent_by == SentBy::Vendor { &run.address } else { address };
            let due = run.dues.iter().filter(|due| due.at > now && due.at.date_naive() <= last);
            let due = due.filter(|_| there.contains(carrier)).map(|due| {
                let messages = due.step.send.len() * recipients;
                (due.at, Upcoming { run: run.address.clone(), at: due.at.to_rfc3339(), messages })
            });
            found.extend(due);
        }
    }
    sort_by(&mut found, |(one, of), (other, than)| (one, &of.run).cmp(&(other, &than.run)));
    found.into_iter().map(|(_, upcoming)| upcoming).collect()
}
