//! `mpform sop run`: sends what is armed and due.

mod round;
mod voice;

use crate::text;
use std::time::Duration;

use chrono::{DateTime, Utc};

use self::round::{Round, round, selected};
use self::voice::Voice;
use crate::cli::session::{Project, abreast, interrupted};
use crate::cli::{Accounts, Context, Exit};
use crate::problem::any_error;
use crate::sending::due;
use crate::sending::event::{Ending, Event, Told};

/// Arguments of `sop run`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    pub(super) accounts: Accounts,
    /// Only these plans or runs; `*` and `**` work
    #[arg(long, value_name = "ADDRESS")]
    pub(super) target: Vec<String>,
    /// Stays, and sends each message when it is due
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) watch: bool,
    /// Shows what would be sent now, and sends nothing; takes --now
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Prints one JSON event a line
    #[arg(long)]
    pub(super) json: bool,
}

/// So long a watch sleeps at most: what was armed meanwhile counts from then on.
const NAP: Duration = Duration::from_secs(60);

/// Sends what is due.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let environment = context.environment.as_deref();
    let Some(project) = Project::for_accounts(environment, context) else { return Exit::Error };
    let voice = Voice::new(args.json, project.config.timezone, context);
    if args.dry_run {
        return dry_run(args, &project, &voice, context).await;
    }
    if args.watch {
        return watch(args, project, &voice, context).await;
    }
    let round = round(args, &project, &voice, context).await;
    if round.idle && !args.json && !context.quiet {
        context.note(&text!("nothing is due"));
    }
    if !round.idle || args.json {
        voice.sum();
    }
    round.exit
}

/// Sends now, and whenever something is due, until somebody interrupts it.
async fn watch(args: &Args, project: Project, voice: &Voice<'_>, context: &Context) -> Exit {
    let stop = interrupted();
    tokio::pin!(stop);
    if !context.quiet {
        context.note(&text!("watching: each message goes out when it is due; Ctrl-C ends it"));
    }
    let (mut project, mut first, mut wrong) = (Some(project), true, false);
    loop {
        let mut wait = NAP;
        if let Some(project) = &project {
            let Round { exit, wrong: went_wrong, next, interrupted, .. } =
                round(args, project, voice, context).await;
            // That somebody else is at work is nothing wrong: it is tried again.
            wrong |= went_wrong;
            if interrupted {
                voice.sum();
                return Exit::Partial;
            }
            if first
                && exit == Exit::Error
                && next.is_none()
                && selected(args, project, context.clock.now()).is_err()
            {
                return Exit::Error;
            }
            wait = next.map_or(NAP, |next| until(next, context.clock.now()));
        }
        first = false;
        tokio::select! {
            () = &mut stop => {
                voice.sum();
                return if wrong { Exit::Partial } else { Exit::Done };
            }
            () = context.clock.sleep(wait) => {}
        }
        project = load(voice, context);
    }
}

fn until(next: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (next - now).to_std().unwrap_or_default().min(NAP)
}

/// The project as it is by now; nothing while it has errors.
fn load(voice: &Voice<'_>, context: &Context) -> Option<Project> {
    let mut fresh = context.within(context.root.clone(), &context.clock, (*context.variables).clone());
    fresh.environment.clone_from(&context.environment);
    fresh.vars.clone_from(&context.vars);
    let (project, mut problems) = Project::load(&fresh, false);
    if let Some(project) = &project {
        project.put_aside(&mut problems);
    }
    voice.complain(&problems);
    project.filter(|_| !any_error(&problems))
}

async fn dry_run(args: &Args, project: &Project, voice: &Voice<'_>, context: &Context) -> Exit {
    let selected = match selected(args, project, context.now) {
        Ok(selected) => selected,
        Err(problems) => {
            context.complain(&problems);
            return Exit::Error;
        }
    };
    let (mut exit, mut count) = (Exit::Done, 0);
    for problem in selected.failed.iter().flat_map(|failed| &failed.problems) {
        context.complain([problem]);
        exit = Exit::Error;
    }
    let looks = abreast(selected.accounts.iter().map(async |one| one.state(&selected.store).await)).await;
    for (one, state) in selected.accounts.iter().zip(looks) {
        let state = match state {
            Ok(state) => state,
            Err(problem) => {
                context.complain([&problem]);
                exit = Exit::Error;
                continue;
            }
        };
        let due = due(&one.plans, &state, context.now);
        if selected.complain(&due, voice) {
            exit = Exit::Error;
        }
        for message in due.messages.iter().filter(|message| selected.wants(&message.run)) {
            voice.tell(&Event::Message(Box::new(Told::of(message, Ending::Due))));
            count += 1;
        }
    }
    if !args.json {
        context.tell(&match count {
            1 => text!("1 message would be sent now."),
            _ => text!("{count} messages would be sent now.", count),
        });
    }
    exit
}
