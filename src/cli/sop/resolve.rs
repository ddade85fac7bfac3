//! `mpform sop resolve`: what nobody could find out a person says. Offline; only the state is written.

use super::run_address;
use crate::audit::Write;
use crate::cli::session::{Project, store};
use crate::cli::{Context, Exit, trail};
use crate::model::{Address, RemoteId};
use crate::problem::{Code, Problem};
use crate::report::sending::uncertain;
use crate::state::{Entry, Outcome, Record, Sending, State};
use crate::text;
use crate::words::Text;

/// Arguments of `sop resolve`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("outcome").args(["sent", "not_sent"]).required(true)))]
pub(in crate::cli) struct Args {
    /// The run
    #[arg(value_name = "RUN")]
    run: String,
    /// Only the messages to this recipient
    #[arg(long, value_name = "RECIPIENT")]
    to: Option<String>,
    /// Only the messages of this step, counted from 1
    #[arg(long, value_name = "N")]
    step: Option<usize>,
    /// They went out
    #[arg(long)]
    sent: bool,
    /// They did not: within their grace `sop run` sends them
    #[arg(long)]
    not_sent: bool,
}

/// Ends what is uncertain.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let (project, problems) = Project::load(context, true);
    let Some(project) = project else {
        context.complain(&problems);
        return Exit::Error;
    };
    match resolve(args, &project, context).await {
        Ok(()) => Exit::Done,
        Err(problem) => {
            context.complain([&problem]);
            Exit::Error
        }
    }
}

async fn resolve(args: &Args, project: &Project, context: &Context) -> Result<(), Problem> {
    let run = run_address(&args.run)?;
    let store = store(project)?;
    // A look first: what is not there needs neither a lock nor a folder.
    entries(args, &run, &store.read(run.account()).await?)?;
    let mut open = store.open(run.account(), &context.holder("sop resolve"), context.lock_timeout).await?;
    let entries = entries(args, &run, open.state())?;
    let log = trail::log("sop resolve", None, project, context)?;
    let write = Write::of(&run, if args.sent { "resolve_sent" } else { "resolve_not_sent" });
    let saved = async {
        for (entry, _) in &entries {
            open.record(entry.clone());
        }
        open.close().await.map_err(|(problem, text)| {
            context.print_json(&text);
            problem
        })
    };
    trail::told(&log, write, saved, context).await?;
    for (_, what) in &entries {
        context.tell(&if args.sent {
            text!("{what} is taken for sent", what)
        } else {
            text!("{what} is taken for not sent", what)
        });
    }
    Ok(())
}

/// What is to be written, each with what it is about.
fn entries(args: &Args, run: &Address, state: &State) -> Result<Vec<(Entry, Text)>, Problem> {
    let outcome = if args.sent {
        Outcome::Sent { id: None }
    } else {
        Outcome::NotSent { why: "somebody said so (`mpform sop resolve`)".to_owned() }
    };
    let meant = |one: &&Sending| {
        one.is_uncertain()
            && args.to.as_ref().is_none_or(|to| *to == one.to)
            && args.step.is_none_or(|step| step == one.step)
    };
    let sendings = state.sends.get(run).into_iter().flatten().filter(meant);
    let mut entries: Vec<_> = sendings
        .map(|one| {
            let entry = Entry::Outcome { identity: one.identity(run), outcome: outcome.clone() };
            (entry, uncertain(run, one))
        })
        .collect();
    // A run that a vendor was to be given is one thing, whatever is in it.
    let whole = args.to.is_none() && args.step.is_none();
    if let Some(intent) = state.intents.get(run).filter(|_| whole) {
        let id = || intent.id.clone().unwrap_or_else(|| RemoteId::from(intent.natural.clone()));
        let record = || Record::new(id(), intent.want.clone(), false);
        let entry = if args.sent {
            Entry::Keep { address: run.clone(), record: record() }
        } else {
            Entry::Drop { address: run.clone() }
        };
        entries.push((entry, Text::verbatim(run.to_string())));
    }
    if entries.is_empty() {
        return Err(nothing(run, state));
    }
    Ok(entries)
}

fn nothing(run: &Address, state: &State) -> Problem {
    let sendings = state.sendings().filter(|(_, one)| one.is_uncertain());
    let mut open: Vec<_> = sendings.map(|(run, one)| uncertain(run, one)).collect();
    let runs = state.intents.keys().filter(|address| address.kind() == run.kind());
    open.extend(runs.map(|run| Text::verbatim(run.to_string())));
    let help = if open.is_empty() {
        text!("nothing of {account} is", account = run.account())
    } else {
        text!("what is uncertain: {open}", open = Text::joined(open, "; "))
    };
    Problem::error(Code::DanglingReference, text!("nothing like that is uncertain")).about(run).help(help)
}
