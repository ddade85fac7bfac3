//! `mpform state`.

mod adopt;
mod edit;
mod migrate;
mod next;

use std::collections::BTreeSet;

use serde_json::json;

use super::session::{Project, abreast, declared, store};
use super::{Accounts, Context, Exit, prompt};
use crate::model::Address;
use crate::problem::{Code, Problem, any_error};
use crate::report::apply::left_over;
use crate::state::store::{Holder, Open};
use crate::state::{State, fingerprint};
use crate::text;

/// What to do with the state.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Lists what is ours: address and the vendor's id
    #[command(after_help = "Example:\n  mpform state list --account shop")]
    List {
        #[command(flatten)]
        accounts: Accounts,
    },
    /// Shows all that is remembered of one resource, as JSON
    #[command(after_help = "Example:\n  mpform state show shop/keyword/营业时间")]
    Show {
        /// The resource's address
        address: String,
    },
    /// Lets a resource go on under another address, with everything below it
    #[command(after_help = "Example:\n  mpform state mv shop/menu/新品 shop/menu/上新")]
    Mv {
        /// Its address so far
        from: String,
        /// Its address from now on, in the same account and of the same kind
        to: String,
    },
    /// Forgets a resource; the object stays at the vendor
    #[command(after_help = "Example:\n  mpform state rm shop/keyword/营业时间")]
    Rm {
        /// The resource's address
        address: String,
    },
    /// Says that a live object is the one of an address, e.g. of two with the same name
    #[command(after_help = "Example:\n  mpform state adopt shop/keyword/营业时间 5f31c0de")]
    Adopt {
        /// The resource's address
        address: String,
        /// The vendor's id of the object
        id: String,
    },
    /// Says who holds an account's lock, and frees it after asking; a lock on this machine dies with its holder and needs no unlocking
    #[command(
        after_help = "Whoever held it notices at its next write and begins nothing new. Free a lock only if its holder is dead.\n\nExample:\n  mpform state unlock shop"
    )]
    Unlock {
        /// The account
        account: String,
        /// Does not ask
        #[arg(long)]
        yes: bool,
    },
    /// Copies every account's state of the environment to where `state:` says that it is kept now
    #[command(
        after_help = "Change `state:` in mpform.yaml first; the states are then taken from where they were. What is there stays as it was, and what was copied is read back. Running it again does no harm.\n\nExample:\n  mpform state migrate\n  mpform state migrate --from old/mpform.yaml"
    )]
    Migrate(migrate::Args),
}

/// Looks into the state, or changes it. Nothing is written to a vendor.
pub(super) async fn run(command: &Command, context: &Context) -> Exit {
    if let Command::Adopt { address, id } = command {
        return ended(adopt::adopt(address, id, context).await, context);
    }
    let (project, problems) = Project::load(context, true);
    let Some(project) = project else {
        context.complain(&problems);
        return Exit::Error;
    };
    let sound = !any_error(&problems);
    let result = match command {
        Command::List { accounts } => return ended(list(&project, accounts, context).await, context),
        Command::Show { address } => show(&project, address, context).await,
        Command::Mv { from, to } => edit::mv(&project, sound, from, to, context).await,
        Command::Rm { address } => edit::rm(&project, sound, address, context).await,
        Command::Adopt { .. } => Ok(()),
        Command::Unlock { account, yes } => unlock(&project, account, *yes, context).await,
        Command::Migrate(args) => return ended(migrate::run(&project, args, context).await, context),
    };
    ended(result.map_err(|problem| vec![problem]), context)
}

fn ended(result: Result<(), Vec<Problem>>, context: &Context) -> Exit {
    match result {
        Ok(()) => Exit::Done,
        Err(problems) => {
            context.complain(&problems);
            Exit::Error
        }
    }
}

async fn list(project: &Project, only: &Accounts, context: &Context) -> Result<(), Vec<Problem>> {
    let alone = |problem| vec![problem];
    let store = store(project).map_err(alone)?;
    let remembered = store.accounts().await.map_err(alone)?;
    if remembered.is_empty() {
        let environment = &project.config.environment;
        context.note(&text!("nothing is remembered in the environment {environment}", environment));
    }
    // What is remembered of accounts that are gone is looked at as well.
    let all: BTreeSet<_> = declared(project).chain(remembered.iter().map(String::as_str)).collect();
    let chosen = only.of(all)?;
    only.note(chosen.len(), context);
    if let [pattern, ..] = only.patterns()
        && !remembered.iter().any(|name| chosen.contains(&name.as_str()))
    {
        return Err(vec![nothing_known(pattern)]);
    }
    let mut problems = vec![];
    let listed: Vec<_> = remembered.iter().filter(|name| chosen.contains(&name.as_str())).collect();
    let states = abreast(listed.iter().map(async |account| store.read(account).await)).await;
    for (account, state) in listed.into_iter().zip(states) {
        let state = match state {
            Ok(state) => state,
            Err(problem) => {
                problems.push(problem.about(account));
                continue;
            }
        };
        for (address, record) in &state.resources {
            let id = &record.id;
            context.tell(&if record.protect {
                text!("{address}  {id}  protected", address, id)
            } else {
                text!("{address}  {id}", address, id)
            });
        }
        for address in state.intents.keys() {
            context.tell(&text!("{address}  begun, end unknown: the next plan looks", address));
        }
        if state.left_over > 0 {
            context.note(&text!("{account}: {left}", account, left = left_over(state.left_over)));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

async fn show(project: &Project, text: &str, context: &Context) -> Result<(), Problem> {
    let address = address(text)?;
    let state: State = store(project)?.read(address.account()).await?;
    let record = state.resources.get(&address).ok_or_else(|| not_remembered(&address))?;
    let shown = json!({
        "address": address, "id": record.id, "protect": record.protect,
        "fingerprint": fingerprint(&record.applied), "applied": record.applied,
    });
    context.print_json(&shown);
    Ok(())
}

async fn unlock(project: &Project, account: &str, yes: bool, context: &Context) -> Result<(), Problem> {
    let store = store(project)?;
    let Some(holder) = store.holder(account, &context.holder("state unlock")).await? else {
        context.tell(&text!("{account} is not locked", account));
        return Ok(());
    };
    let who = Holder::said(holder.as_ref());
    if !store.is_shared() {
        return Err(Problem::error(Code::Locked, text!("the state is locked by {who}", who))
            .about(account)
            .help(text!(
                "the lock is the operating system's: it is free as soon as that process has ended"
            )));
    }
    context.note(&text!("{account} is locked by {who}", account, who));
    if !yes {
        let question = text!("Free it? Only if its holder is dead, and only `yes` is taken for yes: ");
        let otherwise = text!("give --yes if you know that its holder is dead");
        prompt::agreed(&question, otherwise, context).await?;
    }
    store.free(account, holder.as_ref()).await?;
    context.tell(&text!("{account} is free; run `mpform plan` to see what its holder left", account));
    Ok(())
}

fn address(text: &str) -> Result<Address, Problem> {
    Address::parse(text).ok_or_else(|| {
        Problem::error(Code::BadValue, text!("`{text}` is not an address", text))
            .help(text!("an address is ACCOUNT/KIND/KEY, e.g. shop/keyword/营业时间"))
    })
}

fn not_remembered(address: &Address) -> Problem {
    Problem::error(Code::DanglingReference, text!("nothing is remembered of it"))
        .about(address)
        .help(text!("`mpform state list` shows what is"))
}

/// Prints the states that could not be saved, account by account, so that a person can save them.
pub(super) fn by_hand(unsaved: &[(String, String)], context: &Context) {
    for (account, text) in unsaved {
        context.note(&text!(
            "the state of {account} could not be saved; this is it, to be saved by hand:",
            account
        ));
        context.print_json(&text);
    }
}

/// Saves a state that was changed by hand; one that can't be saved is printed, to be saved by hand as well.
async fn save(state: Open, context: &Context) -> Result<(), Problem> {
    state.close().await.map_err(|(problem, text)| {
        context.print_json(&text);
        problem
    })
}

fn nothing_known(account: &str) -> Problem {
    Problem::error(Code::UnknownAccount, text!("nothing is remembered of this account"))
        .about(account)
        .help(text!("`mpform state list` shows what is; `--env` chooses the environment"))
}
