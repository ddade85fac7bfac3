//! What an apply tells while it works. The progress display and the JSON lines only listen.

use crate::model::{Action, Address};
use crate::problem::Problem;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// Work begins: so many changes.
    Begin {
        /// How many changes will be tried.
        changes: usize,
        /// The accounts, in the order of the plan.
        accounts: Vec<String>,
    },
    /// A change is being carried out.
    Start {
        /// What it is done to.
        address: Address,
        /// What is done.
        action: Action,
    },
    /// A file is on its way to the vendor.
    Sent {
        /// What it is for.
        address: Address,
        /// Bytes that have gone out.
        sent: u64,
        /// Bytes in all.
        of: u64,
    },
    /// A change came to its end. Told at once; an account's [`Event::Change`]s come in the order of the plan.
    End {
        /// How.
        done: Done,
        /// The vendor's number for the request, where it gives one.
        request: Option<String>,
    },
    /// The same, in its turn.
    Change(Done),
    /// Everything was tried in this account, and what was written is being read back. No change of it is told after that.
    Verify {
        /// Its name.
        account: String,
    },
    /// The end.
    Summary(Tally),
}

/// How one change ended.
#[derive(Clone, Debug)]
pub struct Done {
    /// What it was done to.
    pub address: Address,
    /// What was to be done.
    pub action: Action,
    /// How it ended.
    pub ending: Ending,
    /// Why, unless it was done.
    pub problem: Option<Problem>,
}

/// How a change ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was carried out.
    Done,
    /// It was not, or nobody knows.
    Failed,
    /// It was not tried, since something it needs failed or the work was interrupted.
    Skipped,
}

/// How many ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Carried out.
    pub done: usize,
    /// Not carried out, or uncertain.
    pub failed: usize,
    /// Not tried.
    pub skipped: usize,
    /// Everything that was written was read back as wanted.
    pub verified: bool,
    /// What may have been made that nothing uses and no list of a vendor's shows.
    pub left_over: usize,
}
