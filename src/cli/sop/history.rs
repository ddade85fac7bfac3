//! `mpform sop history`: what was sent, as it is remembered, and how far it has come where the vendor tells.

use futures::future::join_all;

use super::run_address;
use crate::cli::session::{Account, Project, Session, store};
use crate::cli::{Context, Exit, Selection};
use crate::http;
use crate::model::Address;
use crate::problem::{Code, Problem};
use crate::report::sending::{self, Past};
use crate::state::{Outcome, State};
use crate::text;

/// Arguments of `sop history`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Only these accounts; `*` works
    #[arg(long, value_name = "NAME")]
    account: Vec<String>,
    /// Only this run
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// Prints the messages as one JSON object
    #[arg(long)]
    json: bool,
}

/// Shows what was sent.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let Some(project) = Project::for_work(context) else { return Exit::Error };
    match past(args, &project, context).await {
        Ok(past) => {
            let zone = project.config.timezone;
            if args.json {
                context.print(&format!("{:#}\n", sending::history_json(&past, zone)));
            } else {
                context.print(&sending::history(&past, zone, context.style));
            }
            Exit::Done
        }
        Err(problems) => {
            context.complain(&problems);
            Exit::Error
        }
    }
}

async fn past(args: &Args, project: &Project, context: &Context) -> Result<Vec<Past>, Vec<Problem>> {
    let only = args.run.as_deref().map(run_address).transpose().map_err(|problem| vec![problem])?;
    let selection = Selection { account: args.account.clone(), ..Selection::default() };
    let session = Session::open(project, &selection)?;
    let mut all = vec![];
    for account in &session.accounts {
        let state = store(project).read(&account.config.name).map_err(|problem| vec![problem])?;
        all.extend(of_account(account, &state, only.as_ref(), context).await);
    }
    // By the time at which they went, as a diary has it.
    all.sort_by(|one, other| {
        let order =
            |past: &Past| (past.sending.begun, past.run.clone(), past.sending.step, past.sending.item);
        order(one).cmp(&order(other))
    });
    Ok(all)
}

async fn of_account(
    account: &Account<'_>,
    state: &State,
    only: Option<&Address>,
    context: &Context,
) -> Vec<Past> {
    let wanted = state.sendings().filter(|(run, _)| only.is_none_or(|only| only == *run));
    let mut past: Vec<_> = wanted
        .map(|(run, sending)| Past { run: run.clone(), sending: sending.clone(), status: None })
        .collect();
    let Some(messages) = account.connect.messages(http::Reader::new(&account.client)) else { return past };
    let ask = past.iter().map(|past| async {
        match &past.sending.outcome {
            Outcome::Sent { id: Some(id) } => messages.status(id).await,
            _ => Ok(None),
        }
    });
    let mut said = false;
    let told = join_all(ask).await;
    for (past, status) in past.iter_mut().zip(told) {
        match status {
            Ok(status) => past.status = status,
            Err(error) if !said => {
                said = true;
                let why = text!("how far they have come is not known: {error}", error = error.text());
                let problem = Problem::warning(Code::Vendor, why).about(&account.config.name);
                context.complain([&problem.help(text!("what is remembered is shown all the same"))]);
            }
            Err(_) => {}
        }
    }
    past
}
