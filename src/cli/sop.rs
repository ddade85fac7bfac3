//! `mpform sop`: recurring plans, as they will run, as they are sent, and as they were.

mod history;
mod resolve;
mod run;
pub(super) mod show;

use super::wrong::Wrong;
use chrono::NaiveDate;

use super::{Accounts, Context, Exit};
use crate::model::Address;
use crate::model::schedule::Date;
use crate::problem::{Code, Problem};
use crate::text;

/// What to do with recurring plans.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Lists the runs of recurring plans, with how far each has come and the time of each message
    #[command(after_help = "Example:\n  mpform sop list --account shop --from 2026-12-01 --to 2026-12-31")]
    List {
        #[command(flatten)]
        accounts: Accounts,
        /// The first day; default: today
        #[arg(long, value_name = "DATE", value_parser = date)]
        from: Option<NaiveDate>,
        /// The last day; default: 30 days after the first
        #[arg(long, value_name = "DATE", value_parser = date)]
        to: Option<NaiveDate>,
        /// Prints the runs as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Shows a month of messages as a table, or for calendar programs
    #[command(
        after_help = "Example:\n  mpform sop calendar --month 2026-12\n  mpform sop calendar --month 2026-12 --ics > december.ics"
    )]
    Calendar {
        #[command(flatten)]
        accounts: Accounts,
        /// The month; default: this one
        #[arg(long, value_name = "YYYY-MM", value_parser = month_of)]
        month: Option<NaiveDate>,
        /// Prints it as iCalendar (RFC 5545), an event for each message
        #[arg(long)]
        ics: bool,
    },
    /// Sends what is armed and due, each message once
    #[command(
        after_help = "Example:\n  mpform sop run\n  mpform sop run --watch\n  mpform sop run --dry-run"
    )]
    Run(run::Args),
    /// Shows what was sent, to whom, and what came of it
    #[command(
        after_help = "Example:\n  mpform sop history --since 2026-11-01\n  mpform sop history --run shop/sop/monday-brief@2026-11-23"
    )]
    History(history::Args),
    /// Says of a message of which nobody knows whether it went out
    #[command(after_help = "Example:\n  mpform sop resolve shop/sop/monday-brief@2026-11-23 --to vip --sent")]
    Resolve(resolve::Args),
}

impl Command {
    /// True if it may take another time for the present: nothing is written, and nothing is sent.
    pub(super) fn only_looks(&self) -> bool {
        match self {
            Self::List { .. } | Self::Calendar { .. } => true,
            Self::Run(args) => args.dry_run,
            // What a vendor says of a message it says now.
            Self::History(_) | Self::Resolve(_) => false,
        }
    }
}

/// Shows recurring plans, or sends them.
pub(super) async fn run(command: &Command, context: &Context) -> Exit {
    match command {
        Command::List { .. } | Command::Calendar { .. } => show::run(command, context).await,
        Command::Run(args) => run::run(args, context).await,
        Command::History(args) => history::run(args, context).await,
        Command::Resolve(args) => resolve::run(args, context).await,
    }
}

/// The address of a run.
fn run_address(text: &str) -> Result<Address, Problem> {
    Address::parse(text).filter(|address| address.of_run().is_some()).ok_or_else(|| {
        Problem::error(Code::BadValue, text!("`{text}` is no run of a plan", text))
            .help(text!("a run is named by its plan and its date, e.g. shop/sop/monday-brief@2026-11-23"))
    })
}

fn date(text: &str) -> Result<NaiveDate, Wrong> {
    Ok(Date::try_from(text.to_owned())?.0)
}

fn month_of(text: &str) -> Result<NaiveDate, Wrong> {
    date(&format!("{text}-01")).map_err(|_| Wrong(text!("write year and month, e.g. 2026-12")))
}
