//! Files on trial: loaded like any project, and planned against what was read.

use crate::model::Action;
use crate::words::Text;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::fates::Fates;
use super::page::{Around, page};
use super::settings::{self, Document};
use super::snapshot::Snapshot;
use super::{File, Source};
use crate::config::{self, Options};
use crate::desired::{Desired, DesiredAccount, desired};
use crate::live::{self, Scope};
use crate::model::{Address, KindInfo, RemoteId};
use crate::plan::{self, Plan};
use crate::problem::{Code, Problem, any_error};
use crate::state::State;
use crate::text;

/// Files on trial.
pub(super) struct Draft {
    pub(super) project: Document,
    pub(super) files: Vec<File>,
    pub(super) declared: HashMap<Address, (&'static KindInfo, RemoteId)>,
}

impl Draft {
    pub(super) fn new(
        source: &Source<'_>,
        snapshot: &Snapshot,
        fates: &Fates,
        known: &HashMap<RemoteId, Address>,
    ) -> Result<Self, Vec<Problem>> {
        let project = settings::document(source.account, source.written).ok_or_else(|| {
            vec![
                Problem::error(Code::UnknownAccount, text!("the project does not declare it"))
                    .about(source.account)
                    .help(text!("declare it under `accounts:`")),
            ]
        })?;
        let (mut files, mut declared) = (vec![], HashMap::new());
        let listed: HashSet<_> =
            snapshot.kinds().flat_map(|(info, found)| found.iter().map(|one| (info.name, &one.id))).collect();
        let saved = snapshot.saved();
        let around = Around { account: source.account, fates, known, listed: &listed, saved };
        // Kinds come in the order in which they are made: what is pointed at has its key before.
        let mut keys = HashMap::new();
        for (info, found) in snapshot.kinds() {
            let page = page(&around, info, found, &keys);
            files.extend(page.files);
            for (address, id) in page.declared {
                keys.insert((info.name, id.clone()), address.last().into_owned());
                declared.insert(address, (info, id));
            }
        }
        Ok(Self { project, files, declared })
    }

    /// The plan of a project that consists of these files, without a state.
    pub(super) async fn tried(&self, source: &Source<'_>, snapshot: &Snapshot) -> Result<Plan, Vec<Problem>> {
        let desired = self.loaded(source)?;
        let Some(account) = desired.accounts.get(source.account) else { return Ok(Plan::default()) };
        let state = State::default();
        let scope = Scope { probe: false, trust_ids: false, others: &[] };
        let live = live::read(account, source.provider, snapshot, &state, scope).await?;
        let plan = plan::account(account, live, &state);
        if plan.is_empty() && !plan.is_refused() && !source.state.is_empty() {
            self.fits_the_state(account, source, snapshot).await?;
        }
        Ok(plan)
    }

    fn loaded(&self, source: &Source<'_>) -> Result<Desired, Vec<Problem>> {
        let failed = |error: std::io::Error| {
            vec![
                Problem::error(Code::File, text!("can't try what was written: {error}", error))
                    .help(text!("check the free space of the folder for temporary files")),
            ]
        };
        let folder = tempfile::tempdir().map_err(failed)?;
        let project = File::text("mpform.yaml", &*self.project.text);
        for file in self.files.iter().chain(&source.beside).chain([&project]) {
            file.try_out(folder.path()).map_err(failed)?;
        }
        let (env, secrets) = (Arc::clone(&source.options.env), self.project.secrets.clone());
        // What is read is here already: any secret does.
        let stand_in = move |name: &str| secrets.iter().any(|one| one == name).then(|| "secret".to_owned());
        let options = Options {
            environment: None,
            // A var that the new project has no use for would be refused.
            vars: if self.project.uses_vars { source.options.vars.clone() } else { vec![] },
            env: Arc::new(move |name: &str| env(name).or_else(|| stand_in(name))),
            stand_in: false,
        };
        let mut problems = vec![];
        let desired = config::load(folder.path(), &options, &mut problems)
            .map(|project| desired(&project, chrono::DateTime::UNIX_EPOCH, &mut problems));
        match desired {
            Some(desired) if !any_error(&problems) => Ok(desired),
            _ => Err(problems),
        }
    }

    /// Where something is remembered already, the files must plan to no change with that, too.
    async fn fits_the_state(
        &self,
        account: &DesiredAccount,
        source: &Source<'_>,
        snapshot: &Snapshot,
    ) -> Result<(), Vec<Problem>> {
        let scope = Scope { probe: false, trust_ids: true, others: &[] };
        let live = live::read(account, source.provider, snapshot, source.state, scope).await?;
        let plan = plan::account(account, live, source.state);
        if plan.is_empty() && !plan.is_refused() && plan.released.is_empty() {
            return Ok(());
        }
        let changes = plan.changes.iter().map(|change| match (change.action, &change.address) {
            (Action::Create, address) => text!("create {address}", address),
            (Action::Update, address) => text!("update {address}", address),
            (Action::Delete, address) => text!("delete {address}", address),
        });
        let released = plan.released.iter().map(|live| text!("let go of {address}", address = live.address));
        let message = text!(
            "what is remembered of it there does not fit what is live; the export would plan to:\n{changes}",
            changes = Text::joined(changes.chain(released), "\n")
        );
        Err(vec![
            Problem::error(Code::State, message).about(source.account).help(text!(
                "export into a fresh folder with `-o DIR`, or settle it with `mpform plan` first"
            )),
        ])
    }

    /// What an address in the files stands for.
    pub(super) fn meant(&self, about: &str) -> Option<(&'static KindInfo, &RemoteId)> {
        let address = Address::parse(about)?;
        self.declared.get(&address).map(|(info, id)| (*info, id))
    }
}
