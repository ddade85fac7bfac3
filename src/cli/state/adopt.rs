//! `mpform state adopt`: what is live and what is declared are brought together by hand.

use super::{address, next, save};
use crate::audit::Write;
use crate::cli::session::{Account, Project, another_account, one_account, store};
use crate::cli::{Context, trail};
use crate::http;
use crate::model::{Address, Body, KindInfo, RemoteId, Rule, Shape};
use crate::problem::{Code, Problem};
use crate::providers::{Found, Reads};
use crate::state::{Entry, Record, State, fingerprint};
use crate::text;
use crate::words::Text;

/// Lets a live object be the one of an address, after a look that it is there and nobody else's.
pub(super) async fn adopt(text: &str, id: &str, context: &Context) -> Result<(), Vec<Problem>> {
    let address = address(text).map_err(one)?;
    let kind = next::check(&address).map_err(one)?;
    // What is wrong with the project has been said by then.
    let Some(project) = Project::for_work(context) else { return Err(vec![]) };
    let account = &one_account(&project, address.account())?;
    let me = context.holder("state adopt");
    let mut open = store(&project)
        .map_err(one)?
        .open(address.account(), &me, context.lock_timeout)
        .await
        .map_err(one)?;
    if let Some(problem) = another_account(account, open.state()) {
        return Err(vec![problem]);
    }
    let (id, body) = look(account, kind, &address, &RemoteId::from(id), open.state()).await.map_err(one)?;

    let before = open.state().resources.get(&address).cloned();
    let declared = account.desired.resources.get(&address).and_then(|wanted| wanted.protect);
    let protect = before.as_ref().is_some_and(|record| record.protect) || declared == Some(true);
    let log = trail::log("state adopt", None, &project, context).map_err(one)?;
    let write = Write { after: Some(fingerprint(&body)), ..Write::of(&address, "adopt") };
    // Nothing was applied to it yet: it counts as applied as it is, so that nobody's work shows as drift.
    let record = Record::new(id.clone(), body, protect);
    let saved = async {
        if open.state().identity.is_empty() {
            let identity = account.connect.identity();
            let identity = identity.into_iter().map(|(setting, value)| (setting.to_owned(), value)).collect();
            open.record(Entry::Identity { identity });
        }
        open.record(Entry::Keep { address: address.clone(), record });
        save(open, context).await
    };
    trail::told(&log, write, saved, context).await.map_err(one)?;

    context.tell(&match before {
        Some(before) if before.id != id => text!(
            "{address} is {id} from now on; {before}, which it was, is nobody's now",
            address,
            id,
            before = before.id
        ),
        _ => text!("{address} is {id} from now on", address, id),
    });
    context.tell(&text!("next: {next}", next = next::of_ours(&project, &address, protect)));
    Ok(())
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}

/// Refuses an object that is another address's.
fn owner(state: &State, address: &Address, id: &RemoteId) -> Result<(), Problem> {
    let other = |theirs: &&Address| *theirs != address && theirs.kind() == address.kind();
    let ours = state.resources.iter().filter(|(_, record)| record.id == *id).map(|(theirs, _)| theirs);
    let begun =
        state.intents.iter().filter(|(_, intent)| intent.id.as_ref() == Some(id)).map(|(theirs, _)| theirs);
    match ours.chain(begun).find(other) {
        Some(theirs) => Err(Problem::error(Code::Duplicate, text!("{id} is {theirs} already", id, theirs))
            .about(address)
            .help(text!("`mpform state mv {theirs} {address}` gives it this address; `mpform state rm {theirs}` lets go of it", theirs, address))),
        None => Ok(()),
    }
}

/// The object as it is live, with the id that it has among its kind: the vendor's own one, without the table that it
/// is of, is taken for it as well. Only what the account's list shows is taken: some vendors answer for an id of any
/// account.
async fn look(
    account: &Account<'_>,
    kind: &'static KindInfo,
    address: &Address,
    id: &RemoteId,
    state: &State,
) -> Result<(RemoteId, Body), Problem> {
    owner(state, address, id)?;
    let reads = account.connect.reads(http::Reader::new(&account.client));
    let Some(reader) = reads.reader(kind.name) else {
        let message =
            text!("{name} keeps no {section}", name = account.config.provider.name, section = kind.section);
        return Err(Problem::error(Code::NotKept, message)
            .about(address)
            .help(text!("adopt it in another account")));
    };
    let failed = |error: crate::providers::VendorError| error.problem(address);
    let mut found = meant(reader.list().await.map_err(failed)?, id);
    if found.is_none() {
        found = meant(reader.list_again().await.map_err(failed)?, id);
    }
    let Some(found) = found else { return Err(missing(account, reads.as_ref(), kind, address, id).await) };
    let id = &found.id;
    owner(state, address, id)?;
    let above = place(kind, address, &found, state)?;
    let want = account.desired.resources.get(address).and_then(|wanted| wanted.body.as_ref());
    let body = reader.read(id, want, None).await.map_err(failed)?;
    let Some(mut body) = body else { return Err(missing(account, reads.as_ref(), kind, address, id).await) };
    if let (Some(field), Some(above)) = (kind.rules.path_of(Rule::Immutable), above) {
        body = body.with(field, above.within_kind());
    }
    Ok((id.clone(), body))
}

/// The listed object that an id means.
fn meant(listed: Vec<Found<Body>>, id: &RemoteId) -> Option<Found<Body>> {
    let exact = listed.iter().position(|found| found.id == *id);
    let nth = exact.or_else(|| listed.iter().position(|found| found.id.plain() == id.as_str()))?;
    listed.into_iter().nth(nth)
}

/// Refuses an object that lies elsewhere than the address says. Gives back what it lies under.
fn place(
    kind: &KindInfo,
    address: &Address,
    found: &Found<Body>,
    state: &State,
) -> Result<Option<Address>, Problem> {
    let wrong =
        |message: Text, help: Text| Err(Problem::error(Code::BadMove, message).about(address).help(help));
    if matches!(kind.shape, Shape::Named(_)) && found.natural != *address.last() {
        return wrong(
            text!("{id} is the {kind} `{natural}`", id = found.id, kind = kind.name, natural = found.natural),
            text!("its key says what it is for"),
        );
    }
    let above = address.parent();
    let known = above.as_ref().and_then(|above| state.resources.get(above)).map(|record| &record.id);
    match (&above, &found.parent) {
        (None, None) => Ok(None),
        (Some(_), Some(parent)) if known == Some(parent) => Ok(above),
        (Some(above), Some(parent)) if known.is_none() => wrong(
            text!(
                "{id} lies under {parent}, and nothing is remembered of {above}",
                id = found.id,
                parent,
                above
            ),
            text!("first `mpform state adopt {above} {parent}`", above, parent),
        ),
        (_, Some(parent)) => wrong(
            text!("{id} lies under {parent}", id = found.id, parent),
            text!("name an address below the one that has that id; `mpform state list` shows the ids"),
        ),
        (Some(_), None) => {
            wrong(text!("{id} lies under nothing", id = found.id), text!("name an address without a parent"))
        }
    }
}

/// Says that it is not there, or what it is instead.
async fn missing(
    account: &Account<'_>,
    reads: &dyn Reads,
    kind: &KindInfo,
    address: &Address,
    id: &RemoteId,
) -> Problem {
    for other in account.config.provider.kinds.iter().filter(|other| **other != kind.name) {
        let Some(reader) = reads.reader(other) else { continue };
        // It is missing either way; this only makes the message better.
        if reader.list().await.is_ok_and(|found| found.iter().any(|found| found.id == *id)) {
            return Problem::error(
                Code::DanglingReference,
                text!("{id} is of kind {other}, not {name}", id, other, name = kind.name),
            )
            .about(address)
            .help(text!("adopt it as {account}/{other}/…", account = address.account(), other));
        }
    }
    Problem::error(
        Code::DanglingReference,
        text!("the account lists no {name} with the id {id}", name = kind.name, id),
    )
    .about(address)
    .help(text!("`mpform plan --json` names the ids of unmanaged objects"))
}
