//! The way back: what an account holds becomes files that plan to no change.
//!
//! That they do is not hoped for but tried: what was written is loaded like any project and planned against what was
//! read. Whatever is refused then, or would change, is written as a comment with the reason, and it is tried again.
//! Nothing live is dropped without a word. This room reads; where the files go is the caller's business.

use crate::model::Action;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use crate::config::{Node, Options};
use crate::desired::{DesiredAccount, Managed};
use crate::live::{self, Scope};
use crate::model::{Address, RemoteId, field_of};
use crate::order::map;
use crate::plan::Plan;
use crate::problem::{Code, Level, Problem};
use crate::providers::{Found, Provider, Reads};
use crate::state::State;
use crate::text;

mod assets;
mod fates;
mod file;
mod keys;
mod page;
mod saved;
mod scalar;
mod settings;
mod snapshot;
mod trial;
mod yaml;

pub use file::File;

use fates::Fates;
use saved::Saved;
use snapshot::Snapshot;
use trial::Draft;

/// What is exported, and for whom.
pub struct Source<'a> {
    /// The account's name.
    pub account: &'a str,
    /// Who keeps it.
    pub provider: &'static Provider,
    /// Shows it.
    pub reads: Arc<dyn Reads>,
    /// The project document that declares it, `${…}` not filled in.
    pub written: &'a Node,
    /// Files that the account's settings name.
    pub beside: Vec<File>,
    /// How that project was read.
    pub options: &'a Options,
    /// What is remembered where the files go to: its keys are kept.
    pub state: &'a State,
}

/// What there is to be written.
#[derive(Debug)]
pub struct Export {
    /// The project document, for a project that has none.
    pub project: File,
    /// What goes with it: files that it names.
    pub beside: Vec<File>,
    /// The variables that it names in place of secrets.
    pub secrets: Vec<String>,
    /// The account's files.
    pub files: Vec<File>,
    /// The plan that the files make without a state: no change, and what the state is to remember.
    pub plan: Plan,
    /// The addresses that are declared.
    pub declared: HashSet<Address>,
    /// What can't be declared, and why.
    pub left_out: Vec<Problem>,
    /// How many objects, fields and whole kinds that is.
    pub aside: usize,
    /// Holds what the files are copied from.
    _saved: Arc<Saved>,
}

/// Reads an account and writes it down.
///
/// # Errors
/// What could not be read, and what is remembered where the files go to and does not fit them.
pub async fn export(source: &Source<'_>) -> Result<Export, Vec<Problem>> {
    let snapshot = Snapshot::new(source.provider, Arc::clone(&source.reads)).map_err(|error| {
        vec![
            Problem::error(Code::File, text!("no folder for what is downloaded: {error}", error))
                .help(text!("check the folder for temporary files")),
        ]
    })?;
    read_all(source, &snapshot).await?;
    let mut known = HashMap::new();
    for (address, record) in &source.state.resources {
        known.insert(record.id.clone(), address.clone());
    }
    let mut fates = Fates::default();
    for (info, found) in snapshot.kinds() {
        fates.unfit(info, found);
        fates.twins(info, found);
    }
    let objects: usize = snapshot.kinds().map(|(_, found)| found.len() + 1).sum();
    // Every round leaves something out that was not left out before, or is the last.
    for _ in 0..=objects * 4 {
        let draft = Draft::new(source, &snapshot, &fates, &known)?;
        let trial = match draft.tried(source, &snapshot).await {
            Ok(plan) if plan.is_empty() && !plan.is_refused() => {
                return Ok(Export {
                    left_out: left_out(source.account, &snapshot, &fates),
                    aside: fates.all().len(),
                    plan,
                    project: File::yaml("mpform.yaml", &draft.project.text),
                    beside: source.beside.clone(),
                    secrets: draft.project.secrets,
                    declared: draft.declared.into_keys().collect(),
                    files: draft.files,
                    _saved: Arc::clone(snapshot.saved()),
                });
            }
            other => other,
        };
        let blamed = match &trial {
            Ok(plan) => blame_plan(plan, &draft, &mut fates),
            Err(problems) => blame(problems, &draft, &mut fates),
        };
        if !blamed {
            return Err(trial.map_or_else(|problems| problems, |plan| plan.refusals));
        }
    }
    Err(vec![
        Problem::error(Code::LeftOut, text!("what is live can't be written down so that nothing changes"))
            .about(source.account)
            .help(text!(
                "please report this: an export leaves out what it can't declare, and here it found no end"
            )),
    ])
}

/// Fills the snapshot, with the checks that every plan makes first: is there such an account, can all be listed.
async fn read_all(source: &Source<'_>, snapshot: &Snapshot) -> Result<(), Vec<Problem>> {
    let all = Managed { section: true, prune: true };
    let managed = map(source.provider.kinds.iter().map(|kind| (*kind, all)));
    let nothing = DesiredAccount::of_kinds(source.account, managed);
    let scope = Scope { probe: true, trust_ids: false, others: &[] };
    live::read(&nothing, source.provider, snapshot, &State::default(), scope).await.map(|_| ())
}

/// Leaves out what the problems are about. False if that is nothing that could be left out.
fn blame(problems: &[Problem], draft: &Draft, fates: &mut Fates) -> bool {
    let mut blamed = false;
    for problem in problems.iter().filter(|problem| problem.level == Level::Error) {
        let why = text!("{message} ({code})", message = problem.message, code = problem.code.as_str());
        if let Some((info, id)) = problem.about.as_deref().and_then(|about| draft.meant(about)) {
            blamed |= fates.aside(info, id, &why);
            continue;
        }
        // A button without a name has no address; its file tells what it is part of.
        let file = problem.places.first().map(|place| place.source.name.as_str()).unwrap_or_default();
        let whole = draft.declared.values().find(|(info, _)| {
            info.is_whole() && file.rsplit('/').next() == Some(&format!("{}.yaml", info.section))
        });
        if let Some((info, id)) = whole {
            blamed |= fates.aside(info, id, &why);
        }
    }
    blamed
}

fn blame_plan(plan: &Plan, draft: &Draft, fates: &mut Fates) -> bool {
    let mut blamed = blame(&plan.refusals, draft, fates);
    for change in &plan.changes {
        let whole = || draft.declared.values().find(|(info, _)| info.name == change.address.kind());
        let Some((info, id)) =
            draft.declared.get(&change.address).or_else(|| whole().filter(|(info, _)| info.is_whole()))
        else {
            continue;
        };
        if info.is_whole() || change.fields.is_empty() {
            let fields: Vec<_> = change.fields.iter().map(|field| field.path.as_str()).collect();
            let (fields, address) = (fields.join(", "), change.address.within_account());
            let why = match change.action {
                Action::Create => {
                    text!("declared, it would plan to create {address} ({fields})", address, fields)
                }
                Action::Update => {
                    text!("declared, it would plan to update {address} ({fields})", address, fields)
                }
                Action::Delete => {
                    text!("declared, it would plan to delete {address} ({fields})", address, fields)
                }
            };
            blamed |= fates.aside(info, id, &why);
        }
        for field in &change.fields {
            let name = field_of(&field.path);
            let why = text!("declared, it would plan to a change");
            blamed |= !info.is_whole() && fates.without(info, id, name, &why);
        }
    }
    blamed
}

/// What stands in the files as a comment only.
fn left_out(account: &str, snapshot: &Snapshot, fates: &Fates) -> Vec<Problem> {
    let name = |kind: &str, id: &RemoteId| {
        let found: Option<&Found<Value>> = snapshot
            .kinds()
            .find(|(info, _)| info.name == kind)
            .and_then(|(_, found)| found.iter().find(|found| found.id == *id));
        found.map_or_else(|| id.to_string(), |found| found.natural.clone())
    };
    let all = fates.all().into_iter().map(|(kind, id, why)| {
        let about = match id {
            Some(id) => Address::new(account, kind, [name(kind, id).as_str()]),
            None => Address::new(account, kind, []),
        };
        let problem = Problem::warning(Code::LeftOut, why).about(about);
        problem.help(text!("it stands in the files as a comment and is not managed; nothing is done to it"))
    });
    let mut problems: Vec<Problem> = vec![];
    // Twins share their name and their reason.
    for problem in all {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    problems
}

#[cfg(test)]
mod tests;
