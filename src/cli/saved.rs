//! Plans in files: `plan -o FILE` writes one, `apply FILE` carries it out.

use std::path::Path;

use super::session::{Project, Session, declared};
use super::{Accounts, Context, Selection, output};
use crate::order::map;
use crate::plan::Plan;
use crate::plan::file::{File, Picked};
use crate::plan::saved::{Now, Saved, check};
use crate::problem::{Code, Problem};
use crate::state::atomic;
use crate::text;
use crate::words::Text;

/// Writes a plan for a later apply. One that could not be applied is not written.
pub(super) fn write(
    path: &Path,
    plan: &Plan,
    session: &Session<'_>,
    selection: &Selection,
    context: &Context,
) -> Result<(), Problem> {
    let name = path.display();
    let unwritten = |why: Text| {
        Problem::error(Code::PlanFile, text!("the plan file {name} was not written: {why}", name, why))
    };
    if plan.is_refused() {
        return Err(
            unwritten(text!("the plan is refused")).help(text!("what it is refused for stands above"))
        );
    }
    if !plan.failed.is_empty() {
        let accounts: Vec<_> = plan.failed.iter().map(|failed| failed.account.as_str()).collect();
        let why = text!("{accounts} could not be planned", accounts = accounts.join(", "));
        return Err(unwritten(why).help(text!(
            "why stands above; `--account` leaves accounts out, e.g. those that can't be reached now"
        )));
    }
    let check = check(plan, picked(selection, context), &now(session));
    let text = File::from(plan).text(check);
    output::free(path, text.as_bytes(), &session.project.config)?;
    atomic::write(path, text.as_bytes()).map_err(|error| {
        unwritten(Text::verbatim(error.to_string()))
            .help(text!("name a file in a folder that can be written"))
    })
}

/// Reads a plan that was written for this apply.
pub(super) fn read(path: &Path, context: &Context) -> Result<Saved, Problem> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| {
        Problem::error(Code::PlanFile, text!("the plan file {name} can't be read: {error}", name, error))
            .help(text!("make it: `mpform plan -o {name}`", name))
    })?;
    let saved = Saved::read(&name, &bytes)?;
    if context.environment.is_some() {
        let message = text!(
            "`--env` can't stand beside {name}, which is for the environment {environment}",
            name,
            environment = saved.environment()
        );
        return Err(Problem::error(Code::BadValue, message).help(text!("leave `--env` out")));
    }
    let (was, now) = (&saved.selection().vars, names(context));
    if *was != now {
        let said = |names: &[String]| match names {
            [] => text!("no `--var`"),
            names => {
                let names: Vec<_> = names.iter().map(|name| format!("`--var {name}=…`")).collect();
                Text::verbatim(names.join(" "))
            }
        };
        let message = text!(
            "{name} was planned with {was}, and this is {now}",
            name,
            was = said(was),
            now = said(&now)
        );
        return Err(Problem::error(Code::Stale, message)
            .help(text!("give the same vars again; a plan file keeps their names and not their values")));
    }
    Ok(saved)
}

/// What was selected for the plan, as far as the project still has it.
pub(super) fn selection(saved: &Saved, project: &Project) -> Result<Selection, Problem> {
    let declared: Vec<_> = declared(project).collect();
    let account: Vec<_> =
        saved.accounts().filter(|name| declared.contains(name)).map(str::to_owned).collect();
    let names: Vec<_> = saved.accounts().collect();
    // A shard may have had none.
    if account.is_empty() && !(names.is_empty() && saved.selection().shard.is_some()) {
        let about = if names.is_empty() { saved.environment().to_owned() } else { names.join(", ") };
        return Err(saved.stale(about, text!("none of the plan's accounts is in the project")));
    }
    let still = |name: &str| account.iter().any(|account| account == name);
    let picked = saved.selection();
    let allow_deletes = picked.allow_deletes.iter().filter_map(|(place, number)| {
        let (account, kind) = place.split_once('/').filter(|(account, _)| still(account))?;
        Some(((account.to_owned(), kind.to_owned()), *number))
    });
    Ok(Selection {
        target: picked.targets.clone(),
        allow_deletes: allow_deletes.collect(),
        rebind: picked.rebind.iter().filter(|name| still(name)).cloned().collect(),
        accounts: Accounts::exactly(account),
    })
}

/// The accounts as they are now.
pub(super) fn now<'a>(session: &Session<'a>) -> Vec<Now<'a>> {
    let now = session.accounts.iter().map(|account| {
        let settings = account.connect.identity().into_iter();
        Now::new(account.desired, map(settings.map(|(setting, value)| (setting.to_owned(), value))))
    });
    now.collect()
}

fn picked(selection: &Selection, context: &Context) -> Picked {
    let allowed = selection.allow_deletes.iter();
    Picked {
        targets: selection.target.clone(),
        accounts: selection.accounts.patterns().to_vec(),
        shard: selection.accounts.shard().map(|shard| shard.to_string()),
        allow_deletes: allowed
            .map(|((account, kind), number)| (format!("{account}/{kind}"), *number))
            .collect(),
        rebind: selection.rebind.clone(),
        vars: names(context),
    }
}

fn names(context: &Context) -> Vec<String> {
    let mut names: Vec<_> = context.vars.iter().map(|(name, _)| name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}
