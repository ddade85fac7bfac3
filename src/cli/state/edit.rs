//! `mpform state mv` and `mpform state rm`.

use super::next::{self, UNKNOWN};
use super::{address, not_remembered, save};
use crate::audit::Write;
use crate::cli::session::{Project, store};
use crate::cli::{Context, trail};
use crate::model::Address;
use crate::problem::{Code, Problem};
use crate::state::{Entry, State};
use crate::text;
use crate::words::Text;

/// Lets what is remembered of an address, and of all below it, go on under another. `sound`: the configuration has no
/// errors.
pub(super) async fn mv(
    project: &Project,
    sound: bool,
    from: &str,
    to: &str,
    context: &Context,
) -> Result<(), Problem> {
    let (from, to) = (address(from)?, address(to)?);
    let store = store(project)?;
    // A look first: what is not there needs neither a lock nor a folder.
    moves(&store.read(from.account()).await?, &from, &to)?;
    let mut open = store.open(from.account(), &context.holder("state mv"), context.lock_timeout).await?;
    let moved = moves(open.state(), &from, &to)?;
    let protect = open.state().resources[&from].protect;
    let log = trail::log("state mv", None, project, context)?;
    let saved = async {
        if let Some(entry) = State::moves(&moved) {
            open.record(entry);
        }
        save(open, context).await
    };
    trail::told(&log, Write { to: Some(to.to_string()), ..Write::of(&from, "move") }, saved, context).await?;
    for (from, to) in &moved {
        context.tell(&text!("{from} is {to} from now on", from, to));
    }
    if !sound {
        context.tell(&text!("next: {next}", next = UNKNOWN));
        return Ok(());
    }
    context.tell(&text!("next: {next}", next = next::of_ours(project, &to, protect)));
    let declared = project.desired.accounts.get(from.account());
    if declared.is_some_and(|account| account.resources.contains_key(&from)) {
        context.tell(&text!("next: {next}", next = next::of_forgotten(project, &from)));
    }
    Ok(())
}

/// What moves, or why it can't.
fn moves(state: &State, from: &Address, to: &Address) -> Result<Vec<(Address, Address)>, Problem> {
    let cannot =
        |message: Text, help: Text| Err(Problem::error(Code::BadMove, message).about(from).help(help));
    if !state.resources.contains_key(from) {
        return Err(not_remembered(from));
    }
    if from.account() != to.account() {
        return cannot(
            text!("it can't move to another account"),
            text!("an object stays in its vendor's account"),
        );
    }
    if from.kind() != to.kind() {
        return cannot(text!("it can't become another kind"), text!("an object stays what it is"));
    }
    if to == from || is_below(to, from) {
        return cannot(
            text!("it can't move there"),
            text!("name an address that is neither its own nor below it"),
        );
    }
    let begun = state.intents.keys().find(|address| *address == from || is_below(address, from));
    if let Some(begun) = begun {
        let problem =
            Problem::error(Code::BadMove, text!("something was begun there, and its end is not known"));
        return Err(problem.about(begun).help(text!("run `mpform apply` first: it looks what came of it")));
    }
    let mut moved = vec![];
    for old in state.resources.keys() {
        let Some(rest) = state.carried(old, from) else { continue };
        let new = address(&format!("{to}{rest}"))?;
        next::check(&new)?;
        if let Some(there) = state.resources.get(&new) {
            let problem = Problem::error(
                Code::Duplicate,
                text!("it is remembered already, with id {id}", id = there.id),
            );
            return Err(problem.about(&new).help(text!("`mpform state rm {new}` forgets that one", new)));
        }
        moved.push((old.clone(), new));
    }
    Ok(moved)
}

fn is_below(address: &Address, above: &Address) -> bool {
    address.as_str().strip_prefix(above.as_str()).is_some_and(|rest| rest.starts_with('/'))
}

/// Forgets one address.
pub(super) async fn rm(project: &Project, sound: bool, text: &str, context: &Context) -> Result<(), Problem> {
    let address = address(text)?;
    let store = store(project)?;
    let known =
        |state: &State| state.resources.contains_key(&address) || state.intents.contains_key(&address);
    if !known(&store.read(address.account()).await?) {
        return Err(not_remembered(&address));
    }
    let mut open = store.open(address.account(), &context.holder("state rm"), context.lock_timeout).await?;
    if !known(open.state()) {
        return Err(not_remembered(&address));
    }
    let record = open.state().resources.get(&address).cloned();
    let log = trail::log("state rm", None, project, context)?;
    let saved = async {
        open.record(Entry::Forget { address: address.clone() });
        save(open, context).await
    };
    trail::told(&log, Write::of(&address, "forget"), saved, context).await?;
    match record {
        Some(record) => {
            let id = record.id;
            context.tell(&if record.protect {
                text!("{address} is forgotten, and so is that it was protected; the object stays at the vendor (id {id})", address, id)
            } else {
                text!("{address} is forgotten; the object stays at the vendor (id {id})", address, id)
            });
        }
        None => {
            context.tell(&text!("{address} is forgotten: it was begun, and its end was not known", address))
        }
    }
    let next = if sound { next::of_forgotten(project, &address) } else { UNKNOWN };
    context.tell(&text!("next: {next}", next));
    Ok(())
}
