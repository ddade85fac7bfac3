//! `mpform coverage`.

use super::wrong::Wrong;
use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, TimeZone, Utc};
use futures::future::join;

use super::plan::complain;
use super::session::{Project, known, one_account};
use super::{Context, Exit};
use crate::coverage::{Coverage, coverage};
use crate::http;
use crate::live::talk;
use crate::model::kinds::Keyword;
use crate::model::{RemoteId, Zone};
use crate::problem::{Code, Problem};
use crate::providers::{Reads, VendorError};
use crate::report;
use crate::text;
use crate::words::Text;

/// How far back it looks if nobody says.
const DAYS: u64 = 30;
/// What is said when nothing else fits.
const DEFAULT: &str = "default";

/// Arguments of `coverage`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The account
    #[arg(value_name = "ACCOUNT")]
    account: String,
    /// Messages from then on, in the project's time zone; default: the last 30 days
    #[arg(long, value_name = "DATE", value_parser = moment)]
    since: Option<Moment>,
    /// Prints what was found as one JSON object
    #[arg(long)]
    json: bool,
}

/// A moment as somebody writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// On the clocks of the project's time zone.
    Local(NaiveDateTime),
    Exact(DateTime<FixedOffset>),
}

/// Shows which texts no rule answers and which rules never fire. Writes nothing, neither at a vendor nor in the state.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let Some(project) = Project::for_work(context) else { return Exit::Error };
    match find(args, &project, context).await {
        Ok(found) if args.json => context.print_json(&report::coverage::json(&found)),
        Ok(found) => context.print(&report::coverage::text(&found, context.style, context.width)),
        Err(problems) => return complain(context, &problems),
    }
    Exit::Done
}

async fn find(args: &Args, project: &Project, context: &Context) -> Result<Coverage, Vec<Problem>> {
    let since = since(args.since, project.config.timezone, context.now).map_err(|problem| vec![problem])?;
    let account = one_account(project, &args.account)?;
    let name = &account.config.name;
    let reader = || http::Reader::new(&account.client);
    let reads = account.connect.reads(reader());
    let (Some(messages), Some(conversation)) =
        (account.connect.messages(reader()), account.config.provider.conversation)
    else {
        let message = text!("{name} does not show what was received", name = account.config.provider.name);
        let problem = Problem::error(Code::NotOffered, message).about(name);
        return Err(vec![problem.help(text!("name an account of a vendor that does, e.g. yeapoo"))]);
    };
    let failed = |error: VendorError| vec![error.problem(name)];
    known(&account, reads.as_ref()).await?;
    let received = messages.received(since.with_timezone(&Utc));
    let (received, rules) = join(received, rules(reads.as_ref())).await;
    let (received, (rules, default)) = (received.map_err(failed)?, rules.map_err(failed)?);
    Ok(coverage((name, since), &received, &rules, default, conversation))
}

/// The rules that are live, whoever made them, and whether something is said where none fits.
async fn rules(reads: &dyn Reads) -> Result<(Vec<(RemoteId, Keyword)>, bool), VendorError> {
    let (rules, replies) = join(talk::rules(reads), talk::replies(reads)).await;
    Ok((rules?, replies?.iter().any(|found| found.natural == DEFAULT)))
}

fn since(asked: Option<Moment>, zone: Zone, now: DateTime<Utc>) -> Result<DateTime<Zone>, Problem> {
    let bad = |message: Text, help: Text| Problem::error(Code::BadValue, message).help(help);
    let since = match asked {
        None => now.checked_sub_days(Days::new(DAYS)).unwrap_or(now).with_timezone(&zone),
        Some(Moment::Exact(moment)) => moment.with_timezone(&zone),
        Some(Moment::Local(local)) => zone.from_local_datetime(&local).earliest().ok_or_else(|| {
            bad(
                text!("{local} is left out by the clocks of {zone}", local, zone),
                text!("name a moment an hour later"),
            )
        })?,
    };
    if since > now {
        let help = text!("name a day or moment in the past, e.g. --since 2026-11-01");
        return Err(bad(text!("{since} lies ahead", since = since.format("%Y-%m-%d %H:%M %:z")), help));
    }
    Ok(since)
}

fn moment(text: &str) -> Result<Moment, Wrong> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(Moment::Exact(moment));
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    let forms = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let time = || forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    day.or_else(time).map(Moment::Local).ok_or_else(|| Wrong(text!("write 2026-11-01 or 2026-11-01T09:30")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Result<String, Problem> {
        let now = "2026-11-22T01:00:00Z".parse().expect("a time");
        let asked = (!text.is_empty()).then(|| moment(text).expect("a moment"));
        since(asked, Zone::CHINA, now).map(|since| since.to_rfc3339())
    }

    #[test]
    fn days_and_moments_are_the_project_s() {
        assert_eq!(at("2026-11-01").as_deref(), Ok("2026-11-01T00:00:00+08:00"));
        assert_eq!(at("2026-11-01 09:30").as_deref(), Ok("2026-11-01T09:30:00+08:00"));
        assert_eq!(at("2026-11-01T09:30:00Z").as_deref(), Ok("2026-11-01T17:30:00+08:00"));
        assert_eq!(at("").as_deref(), Ok("2026-10-23T09:00:00+08:00"));
    }

    #[test]
    fn what_is_no_moment_or_lies_ahead_is_refused() {
        assert!(moment("yesterday").is_err() && moment("2026-13-01").is_err());
        assert!(at("2026-11-23").is_err_and(|problem| problem.message.en().contains("lies ahead")));
    }
}
