//! What would change: what a person reads and approves, and what `apply` then does. Making a plan is pure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

mod build;
mod commit;
pub mod drift;
pub mod file;
pub mod guard;
mod notes;
mod order;
pub mod picture;
mod rank;
mod renamed;
mod replaced;
pub mod saved;
mod shown;
mod target;
mod tree;
mod upcoming;

pub use build::account;
pub(crate) use commit::is_commit;
pub(crate) use order::users;
pub use renamed::renamed;
pub use target::{Globs, narrow};
pub use upcoming::{DAYS as UPCOMING_DAYS, Upcoming, upcoming};

use crate::model::{Action, Address, Body, RemoteId};
use crate::problem::{Place, Problem, any_error};
use crate::state::Record;
use crate::words::Text;

/// What would change, and everything that was noticed on the way.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The environment it was made for.
    pub environment: String,
    /// Nobody was asked: it is made of what was last applied, and nothing may be done by it.
    pub unasked: bool,
    /// Creates, updates and deletes, in the order in which they are carried out.
    pub changes: Vec<Change>,
    /// Managed resources that are as they should be.
    pub unchanged: Vec<Address>,
    /// Live objects that nobody lists and nobody owns.
    pub unmanaged: Vec<Live>,
    /// Live objects that were found by their natural key and are ours from the next apply on.
    pub adopted: Vec<Live>,
    /// Objects that were ours and are left alone from the next apply on, since their section is gone.
    pub released: Vec<Live>,
    /// Objects that were ours and that somebody else has deleted; nothing is left to do about them.
    pub forgotten: Vec<Live>,
    /// What goes on under another address: from, to.
    pub moved: Vec<(Address, Address)>,
    /// For a kind that is a tree: its addresses top to bottom as they would stand afterwards, those that go included.
    pub trees: Vec<Vec<Address>>,
    /// Why it may not be applied.
    pub refusals: Vec<Problem>,
    /// What one should know.
    pub warnings: Vec<Problem>,
    /// Drafts of which nothing was known so far and that need no commit: account, kind and fingerprint. A change to
    /// them that somebody else makes later is noticed by it.
    pub drafts: Vec<(String, &'static str, String)>,
    /// Accounts that are another one from the next apply on, each with the addresses whose objects it lists as well.
    pub rebound: Vec<(String, Vec<Address>)>,
    /// What was begun in the place of an old object and came to be, although nobody came to write that down.
    pub resumed: Vec<Resumed>,
    /// What was begun once, did not come to be, and is not wanted any more.
    pub abandoned: Vec<Address>,
    /// What the state is to remember of managed resources that need no change.
    pub learnt: Vec<Learnt>,
    /// Messages that fall due in the days to come, for information.
    pub upcoming: Vec<Upcoming>,
    /// Accounts that could not be planned, each with its reasons. The others are not touched by that.
    pub failed: Vec<FailedAccount>,
}

/// One live object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Live {
    /// Its address, or for an unmanaged one the address it would have.
    #[schemars(with = "String")]
    pub address: Address,
    /// The vendor's id.
    #[schemars(with = "String")]
    pub id: RemoteId,
}

/// What the state is to remember of one resource.
#[derive(Clone, Debug)]
pub struct Learnt {
    /// Its address.
    pub address: Address,
    /// The vendor's id.
    pub id: RemoteId,
    /// The body as it is wanted.
    pub body: Body,
    /// Never to be deleted or replaced.
    pub protect: bool,
}

/// A new object that was made in the place of an old one, which is still there.
#[derive(Clone, Debug)]
pub struct Resumed {
    /// The address of the new one.
    pub address: Address,
    /// The new one's record.
    pub record: Record,
    /// The address under which the old one goes on until it is deleted.
    pub old: Address,
}

/// An account that could not be read.
#[derive(Clone, Debug)]
pub struct FailedAccount {
    /// Its name.
    pub account: String,
    /// Why.
    pub problems: Vec<Problem>,
}

/// One thing that is made, changed or unmade.
#[derive(Clone, Debug)]
pub struct Change {
    /// What it is done to.
    pub address: Address,
    /// What is done.
    pub action: Action,
    /// A new object in place of the old one.
    pub replace: bool,
    /// The vendor's id of the live object, if there is one.
    pub id: Option<RemoteId>,
    /// What differs. A delete lists what is lost.
    pub fields: Vec<FieldChange>,
    /// What must be done before, or this can't be done.
    pub requires: Vec<Address>,
    /// What is to be tried before, if it is tried at all.
    pub after: Vec<Address>,
    /// What one should know about it, e.g. that somebody else changed it since the last apply.
    pub notes: Vec<Text>,
    /// What it overwrites that somebody else changed since the last apply: what was applied, and what is live.
    pub drift: Vec<FieldChange>,
    /// Where it is declared; none for a delete.
    pub origin: Option<Place>,
    /// The live body.
    pub have: Option<Body>,
    /// The body that is wanted, laid over the live one.
    pub want: Option<Body>,
    /// Never to be deleted or replaced, from this change on.
    pub protect: bool,
    /// Not to be deleted or replaced so far: what lifts that has to be applied first.
    pub held: bool,
    /// For a delete: the new object at this address stands in its place already, and only the clean-up is left.
    pub replaced_by: Option<Address>,
}

/// One field that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// Dotted path into the body.
    pub path: String,
    /// The live value; `Null` if there is none.
    pub before: Value,
    /// The wanted value; `Null` if there is to be none.
    pub after: Value,
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Changes that make something.
    pub create: usize,
    /// Changes that alter or replace something.
    pub update: usize,
    /// Changes that unmake something.
    pub delete: usize,
    /// Managed and right.
    pub unchanged: usize,
    /// Live and nobody's.
    pub unmanaged: usize,
}

impl Plan {
    /// How many of each.
    pub fn summary(&self) -> Summary {
        let count = |action| self.changes.iter().filter(|change| change.action == action).count();
        Summary {
            create: count(Action::Create),
            update: count(Action::Update),
            delete: count(Action::Delete),
            unchanged: self.unchanged.len(),
            unmanaged: self.unmanaged.len(),
        }
    }

    /// Takes in what was planned for another account.
    pub fn join(&mut self, other: Plan) {
        self.changes.extend(other.changes);
        self.unchanged.extend(other.unchanged);
        self.unmanaged.extend(other.unmanaged);
        self.adopted.extend(other.adopted);
        self.released.extend(other.released);
        self.forgotten.extend(other.forgotten);
        self.moved.extend(other.moved);
        self.trees.extend(other.trees);
        self.drafts.extend(other.drafts);
        self.rebound.extend(other.rebound);
        self.resumed.extend(other.resumed);
        self.abandoned.extend(other.abandoned);
        self.learnt.extend(other.learnt);
        self.refusals.extend(other.refusals);
        self.warnings.extend(other.warnings);
        self.upcoming.extend(other.upcoming);
        self.failed.extend(other.failed);
    }

    /// True if `apply` would write nothing to a vendor.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// True if `apply` must not carry it out.
    pub fn is_refused(&self) -> bool {
        any_error(&self.refusals)
    }
}
