//! `mpform doctor`.

use crate::state::store::Holder;
use crate::words::Text;
use std::time::Duration;

use super::plan::complain;
use super::session::{Account, Project, Session, abreast, another_account, declared, store};
use super::{Accounts, Context, Exit, Selection};
use crate::http;
use crate::live;
use crate::model::kind_named;
use crate::problem::{Code, Problem};
use crate::report::Role;
use crate::state::store::Store;
use crate::text;
use chrono::{DateTime, TimeDelta, Utc};

/// Arguments of `doctor`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    accounts: Accounts,
}

/// How far a vendor's clock may be from ours: its dates are whole seconds, and a slow answer is no wrong clock.
const CLOCKS_APART: TimeDelta = TimeDelta::seconds(60);

/// What was found out about one account.
struct Finding {
    /// What was asked and what came back.
    said: Vec<Text>,
    problems: Vec<Problem>,
    /// What is odd, and keeps nothing from working.
    odd: Option<Problem>,
    took: Duration,
}

/// Asks every account for everything that can be listed. Writes nothing, neither at a vendor nor in the state.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let environment = context.environment.as_deref();
    let Some(project) = Project::for_accounts(environment, context) else { return Exit::Error };
    let selection = Selection { accounts: args.accounts.clone(), ..Selection::default() };
    let session = match Session::open(&project, &selection) {
        Ok(session) => session,
        Err(problems) => return complain(context, &problems),
    };
    if declared(&project).next().is_none() {
        context.note(&text!("the project has no accounts"));
    }
    args.accounts.note(session.accounts.len() + session.failed.len(), context);
    let store = match store(&project) {
        Ok(store) => store,
        Err(problem) => return complain(context, &[problem]),
    };
    let found = abreast(session.accounts.iter().map(|account| examine(account, &store, context))).await;
    let (mut found, mut failed) =
        (session.accounts.iter().zip(found).peekable(), session.failed.iter().peekable());
    let mut findings = vec![];
    for name in declared(&project) {
        if let Some((account, finding)) = found.next_if(|(account, _)| account.config.name == name) {
            context.print(&format!("{}\n", line(account, &finding, context)));
            findings.push(finding);
        } else if let Some(failed) = failed.next_if(|failed| failed.account == name) {
            let said = first_line(&failed.problems, context);
            context.print(&format!("{}\n", marked(false, name, &said, context)));
            let took = Duration::ZERO;
            findings.push(Finding { said: vec![], problems: failed.problems.clone(), odd: None, took });
        }
    }
    let (mut odd, mut problems) = (vec![], vec![]);
    for finding in findings {
        odd.extend(finding.odd);
        problems.extend(finding.problems);
    }
    if !(odd.is_empty() && problems.is_empty()) {
        context.say("");
    }
    context.complain(&odd);
    if problems.is_empty() { Exit::Done } else { complain(context, &problems) }
}

async fn examine(account: &Account<'_>, store: &Store, context: &Context) -> Finding {
    let name = &account.config.name;
    let (mut said, mut problems) = (vec![], vec![]);
    match store.read(name).await {
        Ok(state) => {
            match state.resources.len() {
                0 => said.push(text!("nothing remembered")),
                number => said.push(text!("{number} remembered", number)),
            }
            problems.extend(another_account(account, &state));
        }
        Err(problem) => problems.push(problem),
    }
    match store.holder(name, &context.holder("doctor")).await {
        Ok(None) => said.push(text!("not locked")),
        Ok(Some(holder)) => {
            let who = Holder::said(holder.as_ref());
            let help = if store.is_shared() {
                text!("if it died, `mpform state unlock {name}` frees it", name)
            } else {
                text!("it is free as soon as that process has ended")
            };
            problems.push(
                Problem::error(Code::Locked, text!("the state is locked by {who}", who))
                    .about(name)
                    .help(help),
            );
        }
        Err(problem) => problems.push(problem),
    }
    let reads = account.connect.reads(http::Reader::new(&account.client));
    let begun = tokio::time::Instant::now();
    match live::reach(name, account.config.provider, reads.as_ref()).await {
        Ok(counts) => {
            let kinds = account.config.provider.kinds.iter().filter_map(|kind| kind_named(kind));
            let counts: Vec<_> = kinds
                .filter_map(|kind| Some(format!("{} {}", kind.section, counts.get(kind.name)?)))
                .collect();
            let reached = match (counts.is_empty(), account.connect.sends(http::Writer::new(&account.client)))
            {
                (true, Some(sends)) => sends.admitted().await.map(|admitted| match admitted {
                    true => text!("its credentials are taken"),
                    false => text!("not asked: whether its token is taken shows when something is sent"),
                }),
                _ => Ok(text!("lists {counts}", counts = counts.join(", "))),
            };
            match reached {
                Ok(reached) => said.insert(0, reached),
                Err(error) => problems.push(error.problem(name)),
            }
        }
        Err(wrong) => problems.extend(wrong),
    }
    let odd = account.client.date().and_then(|(theirs, came)| {
        let ours = context.now + TimeDelta::from_std(came.duration_since(begun)).unwrap_or_default();
        clock(name, &theirs, ours)
    });
    Finding { said, problems, odd, took: begun.elapsed() }
}

/// What is odd about a vendor's clock, as HTTP writes it; nothing about one that can't be read.
fn clock(name: &str, theirs: &str, ours: DateTime<Utc>) -> Option<Problem> {
    let ahead = DateTime::parse_from_rfc2822(theirs).ok()?.to_utc() - ours;
    if ahead.abs() <= CLOCKS_APART {
        return None;
    }
    let apart = match ahead.abs() {
        time if time < TimeDelta::minutes(2) => text!("a minute"),
        time if time < TimeDelta::minutes(120) => text!("{count} minutes", count = time.num_minutes()),
        time if time < TimeDelta::hours(48) => text!("{count} hours", count = time.num_hours()),
        time => text!("{count} days", count = time.num_days()),
    };
    let message = if ahead > TimeDelta::zero() {
        text!("the vendor's clock is {apart} ahead of ours", apart)
    } else {
        text!("the vendor's clock is {apart} behind ours", apart)
    };
    let problem = Problem::warning(Code::Clock, message);
    Some(
        problem
            .about(name)
            .help(text!("set this machine's clock by the network; if it is right, tell the vendor")),
    )
}

fn line(account: &Account<'_>, finding: &Finding, context: &Context) -> String {
    let identity: Vec<_> = account.connect.identity().into_values().collect();
    let who = format!("{} ({}, {})", account.config.name, account.config.provider.name, identity.join(", "));
    let is_well = finding.problems.is_empty();
    let said = if is_well {
        context.style.say(&Text::joined(finding.said.iter().cloned(), "; "))
    } else {
        first_line(&finding.problems, context)
    };
    let mut line = marked(is_well, &who, &said, context);
    // How long it took is never the same twice.
    if context.verbose > 0 {
        let (ms, calls) = (finding.took.as_millis(), account.client.calls());
        line += &context.style.say(&text!(" ({ms} ms, {calls} calls)", ms, calls));
    }
    line
}

fn first_line(problems: &[Problem], context: &Context) -> String {
    let first = problems.first().map(|problem| problem.message.to(context.style.lang)).unwrap_or_default();
    first.lines().next().unwrap_or_default().to_owned()
}

fn marked(is_well: bool, who: &str, said: &str, context: &Context) -> String {
    let (mark, role) = if is_well { ("✓", Role::Create) } else { ("✗", Role::Delete) };
    format!("{} {}", context.style.paint(role, mark), context.style.say(&text!("{who}: {said}", who, said)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(theirs: &str) -> Option<String> {
        let ours = "2026-11-22T01:00:00Z".parse().expect("a time");
        clock("shop", theirs, ours).map(|problem| problem.message.en())
    }

    #[test]
    fn clocks_that_differ_are_told() {
        assert_eq!(said("Sun, 22 Nov 2026 01:01:00 GMT"), None);
        assert_eq!(said("Sun, 22 Nov 2026 00:59:00 GMT"), None);
        let told = |theirs: &str| said(theirs).unwrap_or_default();
        assert_eq!(told("Sun, 22 Nov 2026 01:01:01 GMT"), "the vendor's clock is a minute ahead of ours");
        assert_eq!(told("Sat, 21 Nov 2026 23:30:00 GMT"), "the vendor's clock is 90 minutes behind ours");
        assert_eq!(told("Sun, 22 Nov 2026 09:00:00 GMT"), "the vendor's clock is 8 hours ahead of ours");
        assert_eq!(told("Thu, 01 Jan 2026 00:00:00 GMT"), "the vendor's clock is 325 days behind ours");
    }

    #[test]
    fn a_date_that_cannot_be_read_says_nothing() {
        assert_eq!(said("yesterday"), None);
        assert_eq!(said(""), None);
    }
}
