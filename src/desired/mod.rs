//! Project to [`Desired`]: every account's resources with their addresses, filled in, linked and checked.
//!
//! A body that is wrong is left out, and what points at it is not blamed for that; nobody plans while there are
//! errors.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde_json::Value;

use crate::config::{Account, Document, Node, Project, interpolate, once};
use crate::model::case::Case;
use crate::model::{Address, Body, KindInfo, Step, Zone, each_kind};
use crate::problem::{Place, Problem};

mod cases;
mod entry;
mod judge;
mod keys;
mod moved;
mod section;
mod sops;

pub(crate) use cases::CaseText;
pub(crate) use moved::MovedText;
pub use sops::{Declared, Forbidden, Sops, against_policy, definition};

/// What is to be.
#[derive(Debug)]
pub struct Desired {
    /// By name, in the order of the project.
    pub accounts: IndexMap<String, DesiredAccount>,
    /// The recurring plans of the accounts that declare some, to be looked at: what is wanted of them is among the
    /// resources.
    pub sops: IndexMap<String, Sops>,
    /// The conversation tests of the accounts that declare some.
    pub tests: IndexMap<String, Vec<Case>>,
}

/// What is to be of one account.
#[derive(Debug)]
pub struct DesiredAccount {
    /// Its name.
    pub name: String,
    /// The kinds that are read at all, by name.
    pub managed: BTreeMap<&'static str, Managed>,
    /// Its resources: document by document, in each kind by kind, there as they are declared.
    pub resources: IndexMap<Address, Wanted>,
    /// Keys that changed.
    pub moved: Vec<Moved>,
    /// Where the days of its plans begin.
    pub zone: Zone,
    /// Runs that its plans declare, and that are not to be made yet.
    pub later: BTreeSet<Address>,
    /// The time for which that is so.
    pub now: DateTime<Utc>,
}

impl DesiredAccount {
    /// Nothing but kinds that are read.
    pub fn of_kinds(name: &str, managed: BTreeMap<&'static str, Managed>) -> Self {
        Self {
            name: name.to_owned(),
            managed,
            resources: IndexMap::new(),
            moved: vec![],
            zone: Zone::UTC,
            later: BTreeSet::new(),
            now: DateTime::UNIX_EPOCH,
        }
    }
}

/// Why a kind is managed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Managed {
    /// It has a section.
    pub section: bool,
    /// Live objects that are not listed are to be deleted.
    pub prune: bool,
}

/// One resource that is declared.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its identity.
    pub address: Address,
    /// Its kind.
    pub kind: &'static KindInfo,
    /// What it is to be; `None` if it is to be gone (`none`).
    pub body: Option<Body>,
    /// By what a live object is known to be this one.
    pub natural: String,
    /// What it points at.
    pub links: Vec<Address>,
    /// Whether it may never be deleted or replaced, if that is said.
    pub protect: Option<bool>,
    /// Fields whose live value is left alone.
    pub ignore: Vec<String>,
    /// It is too late to make it: it is only recognized if it is there.
    pub lapsed: bool,
    /// Where its key stands.
    pub origin: Place,
    /// Its entry, `${…}` filled in, as long as somebody may find something in it.
    pub node: Option<Node>,
}

impl Wanted {
    /// Where a value of its body stands, or else what is nearest around it.
    pub fn place_of(&self, path: &[Step]) -> Place {
        self.place_in(path, &self.body.as_ref().map(Body::tree).unwrap_or_default())
    }

    /// The same for who has the tree of its body at hand.
    pub fn place_in(&self, path: &[Step], tree: &Value) -> Place {
        self.node_in(path, tree).map_or_else(|| self.origin.clone(), Node::place)
    }

    fn node_in(&self, path: &[Step], tree: &Value) -> Option<&Node> {
        let node = self.node.as_ref()?;
        if self.body.is_some() { node.follow_in(path, tree) } else { node.follow(path) }
    }
}

/// A key that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What it was.
    pub from: Address,
    /// What it is.
    pub to: Address,
    /// Where that is said.
    pub place: Place,
}

/// What a project wants of its accounts at a time. What is wrong goes to `problems`.
pub fn desired(project: &Project, now: DateTime<Utc>, problems: &mut Vec<Problem>) -> Desired {
    let before = problems.len();
    let mut documents: HashMap<&str, Vec<&Document>> = HashMap::new();
    for document in &project.documents {
        for account in &document.accounts {
            documents.entry(account).or_default().push(document);
        }
    }
    let mut desired = Desired { accounts: IndexMap::new(), sops: IndexMap::new(), tests: IndexMap::new() };
    for account in project.accounts.values() {
        let mut building = Building::new(project, account, now, problems);
        for document in documents.get(account.name.as_str()).into_iter().flatten() {
            building.document(document);
        }
        let (wanted, sops, tests) = building.finish();
        desired.accounts.insert(account.name.clone(), wanted);
        if let Some(sops) = sops {
            desired.sops.insert(account.name.clone(), sops);
        }
        if !tests.is_empty() {
            desired.tests.insert(account.name.clone(), tests);
        }
    }
    once(problems, before);
    desired
}

/// One account on its way.
struct Building<'a> {
    project: &'a Project,
    account: &'a Account,
    out: DesiredAccount,
    /// Everything that is declared, also what is wrong otherwise.
    declared: IndexMap<Address, Place>,
    /// Sections that are the whole of their kind.
    wholes: HashMap<&'static str, Place>,
    /// `moved`, before it is known what is declared.
    moves: Vec<moved::Written>,
    /// Recurring plans, before it is known what they point at.
    sops: sops::Written,
    /// Conversation tests, before it is known what is declared.
    cases: Vec<cases::Written>,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Building<'a> {
    fn new(
        project: &'a Project,
        account: &'a Account,
        now: DateTime<Utc>,
        problems: &'a mut Vec<Problem>,
    ) -> Self {
        let out = DesiredAccount {
            zone: account.provider.plans.and_then(|plans| plans.zone).unwrap_or(project.timezone),
            now,
            ..DesiredAccount::of_kinds(&account.name, BTreeMap::new())
        };
        let (declared, wholes) = (IndexMap::new(), HashMap::new());
        let sops = sops::Written::default();
        Self { project, account, out, declared, wholes, moves: vec![], sops, cases: vec![], problems }
    }

    fn document(&mut self, document: &Document) {
        let own = document.node.without(&["account", "accounts", "include"]);
        let node = interpolate(&own, &self.account.vars, self.problems);
        self.keys(&node);
        self.prune(&node);
        self.written_moves(&node, document.several);
        self.written_cases(&node);
        each_kind(&mut section::Sections { building: self, folder: &document.folder, node: &node });
    }

    fn finish(mut self) -> (DesiredAccount, Option<Sops>, Vec<Case>) {
        let sops = self.take_plans(self.out.now);
        // It has grown by doubling, and is held as long as the command runs.
        self.out.resources.shrink_to_fit();
        self.check_links();
        self.check_moves();
        self.check_together();
        let cases = self.take_cases();
        let fits = self.account.provider.fits;
        for wanted in self.out.resources.values_mut().filter(|wanted| !fits.contains(&wanted.kind.name)) {
            wanted.node = None;
        }
        (self.out, sops, cases)
    }
}
