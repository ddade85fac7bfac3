//! `mpform state`.

use serde_json::json;

use super::session::{Project, store};
use super::{Context, Exit};
use crate::model::Address;
use crate::problem::{Code, Problem};
use crate::state::State;

/// What to do with the state.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Lists what is ours: address and the vendor's id
    #[command(after_help = "Example:\n  mpform state list --account shop")]
    List {
        /// Only this account
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
    },
    /// Shows all that is remembered of one resource, as JSON
    #[command(after_help = "Example:\n  mpform state show shop/keyword/营业时间")]
    Show {
        /// The resource's address
        address: String,
    },
    /// Says who holds an account's lock; a lock on this machine dies with its holder and needs no unlocking
    #[command(after_help = "Example:\n  mpform state unlock shop")]
    Unlock {
        /// The account
        account: String,
    },
}

/// Looks into the state; writes nothing.
pub(super) fn run(command: &Command, context: &Context) -> Exit {
    let (project, problems) = Project::load(context, true);
    let Some(project) = project else {
        context.complain(&problems);
        return Exit::Error;
    };
    let result = match command {
        Command::List { account } => list(&project, account.as_deref(), context),
        Command::Show { address } => show(&project, address, context),
        Command::Unlock { account } => unlock(&project, account, context),
    };
    match result {
        Ok(()) => Exit::Done,
        Err(problem) => {
            context.complain([&problem]);
            Exit::Error
        }
    }
}

fn list(project: &Project, only: Option<&str>, context: &Context) -> Result<(), Problem> {
    let store = store(project);
    let accounts = store.accounts()?;
    if accounts.is_empty() {
        context.say(&format!("nothing is remembered in the environment {}", project.config.environment));
    }
    if let Some(name) = only.filter(|name| !accounts.iter().any(|account| account == name)) {
        return Err(nothing_known(name));
    }
    for account in accounts.iter().filter(|name| only.is_none_or(|only| only == *name)) {
        let state = store.read(account)?;
        for (address, record) in &state.resources {
            let protect = if record.protect { "  protected" } else { "" };
            context.print(&format!("{address}  {}{protect}\n", record.id));
        }
        for address in state.intents.keys() {
            context.print(&format!("{address}  begun, end unknown: the next plan looks\n"));
        }
    }
    Ok(())
}

fn show(project: &Project, text: &str, context: &Context) -> Result<(), Problem> {
    let address = Address::parse(text).ok_or_else(|| {
        Problem::error(Code::BadValue, format!("`{text}` is not an address"))
            .help("an address is ACCOUNT/KIND/KEY, e.g. shop/keyword/营业时间")
    })?;
    let state: State = store(project).read(address.account())?;
    let record = state.resources.get(&address).ok_or_else(|| {
        Problem::error(Code::DanglingReference, "nothing is remembered of it")
            .about(&address)
            .help("`mpform state list` shows what is")
    })?;
    let shown = json!({
        "address": address, "id": record.id, "protect": record.protect,
        "fingerprint": record.fingerprint, "applied": record.applied,
    });
    context.print(&format!("{shown:#}\n"));
    Ok(())
}

fn unlock(project: &Project, account: &str, context: &Context) -> Result<(), Problem> {
    match store(project).holder(account, &context.holder("state unlock"))? {
        None => {
            context.print(&format!("{account} is not locked\n"));
            Ok(())
        }
        Some(holder) => {
            let who = holder.map_or_else(|| "another process".to_owned(), |holder| holder.to_string());
            Err(Problem::error(Code::Locked, format!("the state is locked by {who}"))
                .about(account)
                .help("the lock is the operating system's: it is free as soon as that process has ended"))
        }
    }
}

fn nothing_known(account: &str) -> Problem {
    Problem::error(Code::UnknownAccount, "nothing is remembered of this account")
        .about(account)
        .help("`mpform state list` shows what is; `--env` chooses the environment")
}
