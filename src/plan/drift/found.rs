//! What a look for drift found.

use serde_json::Value;

use crate::model::{Address, RemoteId};
use crate::plan::{FailedAccount, FieldChange, Live};
use crate::problem::{Place, Problem};

/// What others changed since the last apply, and what was noticed on the way.
#[derive(Clone, Debug, Default)]
pub struct Drift {
    /// The environment it was looked for in.
    pub environment: String,
    /// What is not as it was applied, kind by kind.
    pub drifted: Vec<Drifted>,
    /// The addresses of drafts that somebody changed since we made them public.
    pub drafts: Vec<Address>,
    /// How many of ours are as they were applied.
    pub as_applied: usize,
    /// Ours of kinds that have no section any more: nobody looked at them.
    pub released: Vec<Live>,
    /// How many live objects are nobody's.
    pub unmanaged: usize,
    /// What one should know.
    pub warnings: Vec<Problem>,
    /// Accounts that could not be read, each with its reasons.
    pub failed: Vec<FailedAccount>,
}

/// One resource of ours that others changed.
#[derive(Clone, Debug)]
pub struct Drifted {
    /// Its address.
    pub address: Address,
    /// The vendor's id as it was remembered.
    pub id: RemoteId,
    /// What happened to it.
    pub fate: Fate,
    /// Whether the configuration still wants it.
    pub declared: bool,
    /// Where it is declared.
    pub origin: Option<Place>,
    /// Fields that are not as they were applied; none of one that is gone.
    pub fields: Vec<Field>,
}

/// What happened to a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is there and says something else.
    Changed,
    /// It is gone, and another of its name is in its place.
    Remade(RemoteId),
    /// It is gone.
    Deleted,
}

/// One field that is not as it was applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// What was applied, and what is live.
    pub change: FieldChange,
    /// What the configuration wants; `Null` if nothing.
    pub wanted: Value,
    /// Who wants what.
    pub verdict: Verdict,
}

/// Whose change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The configuration wants what is live now: nothing is left to do.
    Agreed,
    /// Only others changed it: an apply undoes that.
    Others,
    /// Others and the configuration changed it, to different ends: an apply overwrites theirs.
    Both,
}

/// How many resources came to what; each is counted once, by the gravest of its fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Changed by others only.
    pub others: usize,
    /// Changed by others and by the configuration.
    pub both: usize,
    /// Changed to what the configuration wants anyway.
    pub agreed: usize,
    /// Deleted by others.
    pub deleted: usize,
}

impl Drift {
    /// True if everything of ours is as it was applied.
    pub fn is_empty(&self) -> bool {
        self.drifted.is_empty() && self.drafts.is_empty()
    }

    /// How many resources came to what.
    pub fn count(&self) -> Count {
        let mut count = Count::default();
        for one in &self.drifted {
            let number = match (&one.fate, one.verdict()) {
                (Fate::Deleted, _) => &mut count.deleted,
                (_, Verdict::Others) => &mut count.others,
                (_, Verdict::Both) => &mut count.both,
                (_, Verdict::Agreed) => &mut count.agreed,
            };
            *number += 1;
        }
        count
    }

    /// Takes in what was found in another account.
    pub fn join(&mut self, other: Self) {
        self.drifted.extend(other.drifted);
        self.drafts.extend(other.drafts);
        self.as_applied += other.as_applied;
        self.released.extend(other.released);
        self.unmanaged += other.unmanaged;
        self.warnings.extend(other.warnings);
        self.failed.extend(other.failed);
    }
}

impl Drifted {
    /// The gravest of its fields; of one that is gone, whether it is missed.
    pub fn verdict(&self) -> Verdict {
        let otherwise = match (&self.fate, self.declared) {
            (Fate::Deleted, true) => Verdict::Others,
            (Fate::Deleted, false) | (_, true) => Verdict::Agreed,
            (_, false) => Verdict::Both,
        };
        self.fields.iter().map(|field| field.verdict).max().unwrap_or(otherwise)
    }
}
