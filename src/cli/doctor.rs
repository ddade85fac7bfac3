//! `mpform doctor`.

use std::time::Duration;

use futures::future::join_all;

use super::plan::complain;
use super::session::{Account, Project, Session, another_account, store};
use super::{Context, Exit, Selection};
use crate::http;
use crate::live;
use crate::model::kind_named;
use crate::problem::{Code, Problem};
use crate::report::Role;
use crate::state::store::Store;

/// Arguments of `doctor`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Only these accounts; `*` works
    #[arg(long, value_name = "NAME")]
    account: Vec<String>,
}

/// What was found out about one account.
struct Finding {
    /// What was asked and what came back.
    said: Vec<String>,
    problems: Vec<Problem>,
    took: Duration,
}

/// Asks every account for everything that can be listed. Writes nothing, neither at a vendor nor in the state.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let Some(project) = Project::for_work(context) else { return Exit::Error };
    let selection = Selection { account: args.account.clone(), ..Selection::default() };
    let session = match Session::open(&project, &selection) {
        Ok(session) => session,
        Err(problems) => return complain(context, &problems),
    };
    if session.accounts.is_empty() {
        context.say("the project has no accounts");
    }
    let store = store(&project);
    let found = join_all(session.accounts.iter().map(|account| examine(account, &store, context))).await;
    for (account, finding) in session.accounts.iter().zip(&found) {
        context.print(&format!("{}\n", line(account, finding, context)));
    }
    let problems: Vec<_> = found.into_iter().flat_map(|finding| finding.problems).collect();
    if problems.is_empty() {
        return Exit::Done;
    }
    context.say("");
    complain(context, &problems)
}

async fn examine(account: &Account<'_>, store: &Store, context: &Context) -> Finding {
    let name = &account.config.name;
    let (mut said, mut problems) = (vec![], vec![]);
    match store.read(name) {
        Ok(state) => {
            match state.resources.len() {
                0 => said.push("nothing remembered".to_owned()),
                number => said.push(format!("{number} remembered")),
            }
            problems.extend(another_account(account, &state));
        }
        Err(problem) => problems.push(problem),
    }
    match store.holder(name, &context.holder("doctor")) {
        Ok(None) => said.push("not locked".to_owned()),
        Ok(Some(holder)) => {
            let who = holder.map_or_else(|| "another process".to_owned(), |holder| holder.to_string());
            problems.push(
                Problem::error(Code::Locked, format!("the state is locked by {who}"))
                    .about(name)
                    .help("it is free as soon as that process has ended"),
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
            said.insert(0, format!("lists {}", counts.join(", ")));
        }
        Err(wrong) => problems.extend(wrong),
    }
    Finding { said, problems, took: begun.elapsed() }
}

fn line(account: &Account<'_>, finding: &Finding, context: &Context) -> String {
    let identity: Vec<_> = account.connect.identity().into_values().collect();
    let who = format!("{} ({}, {})", account.config.name, account.config.provider.name, identity.join(", "));
    let (mark, said) = match finding.problems.first() {
        None => (context.style.paint(Role::Create, "✓"), finding.said.join("; ")),
        Some(first) => {
            let message = first.message.lines().next().unwrap_or_default().to_owned();
            (context.style.paint(Role::Delete, "✗"), message)
        }
    };
    let mut line = format!("{mark} {who}: {said}");
    // How long it took is never the same twice.
    if context.verbose > 0 {
        line += &format!(" ({} ms, {} calls)", finding.took.as_millis(), account.client.calls());
    }
    line
}
