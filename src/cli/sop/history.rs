//! `mpform sop history`: what was sent, as it is remembered, and how far it has come where the vendor tells.

use chrono::{DateTime, Days, NaiveDate, NaiveTime};
use futures::future::join_all;

use super::{date, run_address};
use crate::cli::plan::complain;
use crate::cli::session::{Account, Project, Session, abreast};
use crate::cli::{Accounts, Context, Exit, Selection};
use crate::http;
use crate::model::schedule::instant;
use crate::model::{Address, Zone};
use crate::order::sort_by;
use crate::problem::{Code, Problem};
use crate::report::sending::{self, Past};
use crate::state::{Outcome, Sending, State};
use crate::text;
use crate::words::Text;

/// So many days back are looked at, if nobody says otherwise: the vendor is asked about every message of them.
const DAYS: Days = Days::new(7);

/// Arguments of `sop history`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    accounts: Accounts,
    /// All of this run, and nothing else
    #[arg(long, value_name = "RUN", conflicts_with = "since")]
    run: Option<String>,
    /// Messages from that day on; default: the last 7 days. What is uncertain is always shown
    #[arg(long, value_name = "DATE", value_parser = date)]
    since: Option<NaiveDate>,
    /// Prints the messages as one JSON object
    #[arg(long)]
    json: bool,
}

/// Shows what was sent.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let environment = context.environment.as_deref();
    let Some(project) = Project::for_accounts(environment, context) else { return Exit::Error };
    match past(args, &project, context).await {
        Ok((past, failed)) => {
            let zone = project.config.timezone;
            if args.json {
                context.print_json(&sending::history_json(&past, zone));
            } else if past.is_empty() {
                context.tell(&nothing(args, &project, context));
            } else {
                context.print(&sending::history(&past, zone, context.style));
            }
            if failed.is_empty() { Exit::Done } else { complain(context, &failed) }
        }
        Err(problems) => {
            context.complain(&problems);
            Exit::Error
        }
    }
}

/// The first moment of the days that are asked for.
fn since(args: &Args, project: &Project, context: &Context) -> DateTime<Zone> {
    let zone = project.config.timezone;
    let today = context.now.with_timezone(&zone).date_naive();
    let day = args.since.or_else(|| today.checked_sub_days(DAYS)).unwrap_or(today);
    instant(zone, day, NaiveTime::MIN)
}

fn nothing(args: &Args, project: &Project, context: &Context) -> Text {
    match &args.run {
        Some(run) => text!("nothing of {run} was sent yet", run),
        None => {
            let since = since(args, project, context).format("%Y-%m-%d");
            text!("nothing was sent since {since}; `--since` looks further back", since)
        }
    }
}

async fn past(
    args: &Args,
    project: &Project,
    context: &Context,
) -> Result<(Vec<Past>, Vec<Problem>), Vec<Problem>> {
    let only = args.run.as_deref().map(run_address).transpose().map_err(|problem| vec![problem])?;
    let selection = Selection { accounts: args.accounts.clone(), ..Selection::default() };
    let mut session = Session::open(project, &selection)?;
    args.accounts.note(session.accounts.len() + session.failed.len(), context);
    let states = session.remembered().await;
    let since = since(args, project, context);
    let wanted = |run: &Address, sending: &Sending| match &only {
        Some(only) => only == run,
        None => sending.begun >= since || sending.is_uncertain(),
    };
    let accounts = session.accounts.iter().zip(&states);
    let found = abreast(accounts.map(|(account, state)| of_account(account, state, &wanted, context))).await;
    let mut all: Vec<_> = found.into_iter().flatten().collect();
    // By the time at which they went, as a diary has it.
    sort_by(&mut all, |one, other| {
        let order =
            |past: &Past| (past.sending.begun, past.run.clone(), past.sending.step, past.sending.item);
        order(one).cmp(&order(other))
    });
    let mut failed = std::mem::take(&mut session.failed);
    session.sort(&mut failed);
    Ok((all, failed.into_iter().flat_map(|failed| failed.problems).collect()))
}

async fn of_account(
    account: &Account<'_>,
    state: &State,
    wanted: &dyn Fn(&Address, &Sending) -> bool,
    context: &Context,
) -> Vec<Past> {
    let wanted = state.sendings().filter(|(run, sending)| wanted(run, sending));
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
