//! `mpform sop`: recurring plans, as they will run. Offline, and nothing is written.

use chrono::{Datelike, Days, NaiveDate};

use super::session::Project;
use super::{Context, Exit};
use crate::config::suggest;
use crate::model::schedule::Date;
use crate::model::sop::{Planned, Run};
use crate::plan::Globs;
use crate::problem::{Code, Problem, any_error};
use crate::report::sop::Runs;
use crate::report::{ical, month, sop};

/// So many days are listed if nobody says.
const DAYS: u64 = 30;

/// What to do with recurring plans.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Lists the runs of recurring plans, with the time of each message
    #[command(after_help = "Example:\n  mpform sop list --account shop --from 2026-12-01 --to 2026-12-31")]
    List {
        #[command(flatten)]
        which: Which,
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
        which: Which,
        /// The month; default: this one
        #[arg(long, value_name = "YYYY-MM", value_parser = month_of)]
        month: Option<NaiveDate>,
        /// Prints it as iCalendar (RFC 5545), an event for each message
        #[arg(long)]
        ics: bool,
    },
}

/// Whose plans.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Only these accounts; `*` works
    #[arg(long, value_name = "NAME")]
    account: Vec<String>,
}

/// Shows recurring plans. The time is the context's, so `--now` shows them as they will be then.
pub(super) fn run(command: &Command, context: &Context) -> Exit {
    // Nothing is asked of a vendor, so nothing needs what the environment knows.
    let (project, problems) = Project::load(context, true);
    context.complain(&problems);
    let Some(project) = project.filter(|_| !any_error(&problems)) else { return Exit::Error };
    let today = context.now.with_timezone(&project.config.timezone).date_naive();
    match show(command, &project, today, context) {
        Ok(()) => Exit::Done,
        Err(problem) => {
            context.complain([&problem]);
            Exit::Error
        }
    }
}

fn show(command: &Command, project: &Project, today: NaiveDate, context: &Context) -> Result<(), Problem> {
    match command {
        Command::List { which, from, to, json } => {
            let from = from.unwrap_or(today);
            let to = to.or_else(|| from.checked_add_days(Days::new(DAYS))).unwrap_or(from);
            if to < from {
                let message = format!("--to {to} lies before --from {from}");
                return Err(
                    Problem::error(Code::BadValue, message).help("put the earlier date behind --from")
                );
            }
            let found = found(which, project, (from, to), |planned| planned.runs(from, to))?;
            if *json {
                context.print(&format!("{:#}\n", sop::json(&found)));
            } else {
                context.print(&sop::list(&found, context.style, context.width));
            }
        }
        Command::Calendar { which, month, ics } => {
            let first = month.or_else(|| today.with_day(1)).unwrap_or(today);
            let last = first.with_day(first.num_days_in_month().into()).unwrap_or(first);
            let found = found(which, project, (first, last), |planned| planned.runs_touching(first, last))?;
            if *ics {
                context.print(&ical::calendar(&found, context.now));
            } else {
                context.print(&month::table(&found, context.style, context.width));
            }
        }
    }
    if !context.quiet {
        context.say("note: this version shows plans; it does not arm or send them yet");
    }
    Ok(())
}

fn found<'a>(
    which: &Which,
    project: &'a Project,
    (from, to): (NaiveDate, NaiveDate),
    runs: impl Fn(&'a Planned) -> Vec<Run<'a>>,
) -> Result<Runs<'a>, Problem> {
    let names = Globs::new(which.account.iter().map(String::as_str))
        .map_err(|message| Problem::error(Code::BadValue, message).help("correct --account"))?;
    let all = || project.config.accounts.keys();
    if !names.is_empty() && !all().any(|name| names.matches(name)) {
        let message = format!("there is no account `{}`", which.account.join("`, `"));
        let help = suggest(&which.account[0], all().map(String::as_str), "");
        return Err(Problem::error(Code::UnknownAccount, message).help(help));
    }
    let chosen = project.desired.sops.iter().filter(|(name, _)| names.is_empty() || names.matches(name));
    let plans = chosen.flat_map(|(_, sops)| sops.declared.values()).map(|declared| {
        let (line, _) = declared.origin.line_column();
        let place = format!("{}:{line}", declared.origin.source.name);
        (&declared.planned, place, runs(&declared.planned))
    });
    Ok(Runs { from, to, zone: project.config.timezone, plans: plans.collect() })
}

fn date(text: &str) -> Result<NaiveDate, String> {
    Date::try_from(text.to_owned()).map(|date| date.0).map_err(|words| words.replace("\nhelp: ", "; "))
}

fn month_of(text: &str) -> Result<NaiveDate, String> {
    date(&format!("{text}-01")).map_err(|_| "write year and month, e.g. 2026-12".to_owned())
}
