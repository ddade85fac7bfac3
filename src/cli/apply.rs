//! `mpform apply`.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::plan::{complain, explain, show};
use super::session::{
    ABREAST, INTERRUPTED, Project, Session, interrupted, left_behind, limits, locked, unmatched,
};
use super::state::by_hand;
use super::{Context, Exit, Selection};
use super::{notice, prompt, saved, trace, trail};
use crate::apply::event::{Done, Event};
use crate::apply::{self, Options, Outcome, Work};
use crate::audit::Changes;
use crate::config::Occasion;
use crate::http;
use crate::notify::Notice;
use crate::plan::Plan;
use crate::plan::file;
use crate::plan::saved::{Saved, Standing};
use crate::problem::{Code, Problem};
use crate::report;
use crate::report::apply::Talk;
use crate::report::json;
use crate::report::progress::Progress;
use crate::report::turns::Turns;
use crate::state::State;
use crate::state::store::Open;
use crate::text;

/// Arguments of `apply`.
#[derive(Clone, Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("agreed").args(["yes", "file"]).multiple(true)))]
pub(super) struct Args {
    /// A plan that `mpform plan -o FILE` wrote: it is carried out as it was shown, without asking, or not at all
    #[arg(value_name = "FILE", conflicts_with_all = ["target", "account", "shard", "allow_deletes", "rebind"])]
    pub(super) file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Does not ask
    #[arg(long)]
    pub(super) yes: bool,
    /// Prints one JSON event a line; needs --yes or FILE
    #[arg(long, requires = "agreed")]
    pub(super) json: bool,
    /// Changes under way at once in one account; default: twice as many as calls
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) parallelism: Option<u16>,
    /// What was planned has been shown already.
    #[arg(skip)]
    pub(super) shown: bool,
}

/// Shows the plan, asks, carries it out.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let saved = match args.file.as_deref().map(|path| saved::read(path, context)).transpose() {
        Ok(saved) => saved,
        Err(problem) => return complain(context, &[problem]),
    };
    let environment = saved.as_ref().map(Saved::environment).or(context.environment.as_deref());
    let Some(project) = Project::for_accounts(environment, context) else { return Exit::Error };
    match applied(args, saved.as_ref(), &project, context).await {
        Ok(Ended { exit, notice }) => {
            if let Some(notice) = notice {
                notice::deliver(&notice, &project, context).await;
            }
            exit
        }
        Err(Stopped { problems, said }) => {
            if !said {
                context.complain(&problems);
            }
            notice::stopped(Occasion::Apply, &problems, &project, context).await;
            Exit::Error
        }
    }
}

/// How it ended, and what others hear of it.
struct Ended {
    exit: Exit,
    notice: Option<Notice>,
}

/// Why nothing was done.
struct Stopped {
    problems: Vec<Problem>,
    /// They have been shown already.
    said: bool,
}

impl From<Vec<Problem>> for Stopped {
    fn from(problems: Vec<Problem>) -> Self {
        Self { problems, said: false }
    }
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        vec![problem].into()
    }
}

async fn applied(
    args: &Args,
    saved: Option<&Saved>,
    project: &Project,
    context: &Context,
) -> Result<Ended, Stopped> {
    let selection = saved.map(|saved| saved::selection(saved, project)).transpose()?;
    let selection = selection.unwrap_or_else(|| args.selection.clone());
    let mut session = Session::open(project, &selection)?;
    selection.accounts.note(session.accounts.len() + session.failed.len(), context);
    session.saved = saved;
    // The locks come first: what is planned must still hold when it is carried out.
    let states = locked(&mut session, "apply", context).await;
    let Agreed { plans, whole } = agreed(&session, &selection, &states, args, context).await?;
    let all_planned = whole.failed.is_empty();
    let known_by = saved.map_or_else(|| file::known_by(&whole), |saved| saved.digest().to_owned());
    let audit = if whole.is_empty() {
        None
    } else {
        Some(Changes::new(trail::log("apply", Some(known_by), project, context)?, &whole))
    };
    let work = work(&session, plans, states, args.parallelism);
    if !args.json && !args.shown && !whole.is_empty() {
        context.say("");
    }
    let Some(mut outcome) = carry_out(work, audit.as_ref(), args, context).await else {
        context.complain(&[stopped_at_once()]);
        // Whoever asked twice waits for nobody to be told.
        return Ok(Ended { exit: Exit::Partial, notice: None });
    };
    context.complain(&outcome.problems);
    by_hand(&outcome.unsaved, context);
    let clean = outcome.tally.failed + outcome.tally.skipped == 0
        && outcome.tally.verified
        && outcome.problems.is_empty()
        && all_planned;
    outcome.problems.extend(whole.failed.into_iter().flat_map(|failed| failed.problems));
    let begun = notice::begun(Occasion::Apply, project, context);
    let notice = report::notice::applied(begun, outcome.tally, &outcome.done, &outcome.problems);
    Ok(Ended { exit: if clean { Exit::Done } else { Exit::Partial }, notice })
}

/// A plan that was shown, and that nobody objects to.
struct Agreed {
    /// By account, in the order of the session.
    plans: Vec<Plan>,
    /// All of them as one.
    whole: Plan,
}

/// Plans, shows the plan and asks.
async fn agreed(
    session: &Session<'_>,
    selection: &Selection,
    states: &[Open],
    args: &Args,
    context: &Context,
) -> Result<Agreed, Stopped> {
    let (saved, project) = (session.saved, session.project);
    let remembered: Vec<_> = states.iter().map(Open::state).collect();
    let plans = session.plan(&remembered).await;
    let mut whole = session.joined(plans.iter().cloned());
    whole.warnings.extend(left_behind(project).await);
    let mut is_done = false;
    match saved.map(|saved| saved.standing(&whole, &saved::now(session))) {
        None => whole.refusals.extend(unmatched(session, selection, &whole)),
        Some(Standing::Moved(moved)) => whole.refusals.extend(moved),
        Some(Standing::Done) => is_done = true,
        Some(Standing::Holds) => {}
    }
    let seen = args.shown && !whole.is_empty();
    if args.json || seen || (args.yes && context.quiet) {
        explain(&whole, context);
    } else {
        show(&whole, false, context);
    }
    let none_planned = !whole.failed.is_empty() && plans.iter().all(|plan| !plan.failed.is_empty());
    // A plan that was saved is carried out as a whole.
    if whole.is_refused() || none_planned || (saved.is_some() && !whole.failed.is_empty()) {
        let failed = whole.failed.into_iter().flat_map(|failed| failed.problems);
        return Err(Stopped { problems: whole.refusals.into_iter().chain(failed).collect(), said: true });
    }
    if is_done {
        context.note(&text!("everything in the plan file is done already; nothing is written"));
    }
    if !whole.is_empty() && !args.yes && saved.is_none() {
        ask(session, &remembered, &whole, context).await?;
    }
    Ok(Agreed { plans, whole })
}

/// Asks, and looks once more: while somebody reads, somebody else may change what they read about.
async fn ask(
    session: &Session<'_>,
    states: &[&State],
    shown: &Plan,
    context: &Context,
) -> Result<(), Problem> {
    if context.can_ask {
        context.say("");
    }
    let question = text!("Apply these changes? Only `yes` is taken for yes: ");
    prompt::agreed(&question, text!("give --yes to apply what was shown without asking"), context).await?;
    let again = session.joined(session.plan(states).await);
    let same = json::plan(&again)["changes"] == json::plan(shown)["changes"];
    if same && !again.is_refused() {
        Ok(())
    } else {
        Err(Problem::error(
            Code::Declined,
            text!("what is live changed while you were reading; nothing was written"),
        )
        .help(text!("run it again to see the plan as it is now")))
    }
}

fn work<'a>(
    session: &'a Session<'_>,
    plans: Vec<Plan>,
    states: Vec<Open>,
    parallelism: Option<u16>,
) -> Vec<Work<'a>> {
    let together = session.accounts.iter().zip(plans).zip(states);
    let readable = together.filter(|((_, plan), _)| plan.failed.is_empty());
    let work = readable.map(|((account, plan), mut state)| {
        if let Some(entry) = State::moves(&plan.moved) {
            state.record(entry);
        }
        let writes = account.connect.writes(http::Writer::new(&account.client), &session.project.config.root);
        let identity = account.connect.identity();
        Work {
            desired: account.desired,
            plan,
            provider: account.config.provider,
            reads: Box::new(|| account.connect.reads(http::Reader::new(&account.client))),
            writes,
            state,
            parallelism: parallelism.map_or_else(|| 2 * limits(account.config).concurrency, usize::from),
            identity: identity.into_iter().map(|(setting, value)| (setting.to_owned(), value)).collect(),
        }
    });
    work.collect()
}

/// None if it was stopped at once.
async fn carry_out(
    work: Vec<Work<'_>>,
    audit: Option<&Changes>,
    args: &Args,
    context: &Context,
) -> Option<Outcome> {
    let stop = Arc::new(OnceLock::new());
    let options = Options { accounts: ABREAST, clock: context.clock.clone(), stop: Arc::clone(&stop) };
    let nothing = work.iter().all(|work| work.plan.is_empty());
    let voice = Mutex::new(Voice::new(args.json, nothing, context));
    let steps = trace::Changes::of(&context.trace);
    let tell = |event: &Event| {
        steps.hear(event);
        // What can't be written down must not be done.
        if let Some(Err(problem)) = audit.map(|audit| audit.hear(event)) {
            let _ = options.stop.set(problem.message);
        }
        voice.lock().unwrap_or_else(PoisonError::into_inner).tell(event, context);
    };
    let running = apply::run(work, &options, &tell);
    tokio::pin!(running);
    let mut outcome = None;
    tokio::select! {
        ended = &mut running => outcome = Some(ended),
        () = interrupted() => {
            let _ = stop.set(INTERRUPTED);
            context.note(&text!("interrupted: no new change is begun; those under way are finished (once more stops at once)"));
        }
    }
    if outcome.is_none() {
        tokio::select! {
            ended = &mut running => outcome = Some(ended),
            () = interrupted() => voice.lock().unwrap_or_else(PoisonError::into_inner).rest(context),
        }
    }
    let unlogged = audit.and_then(Changes::broken);
    outcome.map(|outcome| Outcome {
        problems: unlogged.into_iter().chain(outcome.problems).collect(),
        ..outcome
    })
}

/// Interrupted twice. What was begun is in the state's journal, and the next run looks what came of it.
fn stopped_at_once() -> Problem {
    Problem::error(Code::Uncertain, text!("stopped in the middle of what was under way"))
        .help(text!("run `mpform plan`: it looks what came of it"))
}

/// Tells what happens: JSON lines to stdout, or lines and progress to stderr.
struct Voice {
    json: bool,
    nothing: bool,
    quiet: bool,
    talk: Talk,
    progress: Progress,
    turns: Turns<Event>,
}

impl Voice {
    fn new(json: bool, nothing: bool, context: &Context) -> Self {
        let style = context.talk_style;
        let progress =
            if context.can_draw && !json { Progress::bar(style) } else { Progress::plain(style.lang) };
        let (quiet, turns) = (context.quiet, Turns::default());
        Self { json, nothing, quiet, talk: Talk::new(style), progress, turns }
    }

    fn tell(&mut self, event: &Event, context: &Context) {
        if !self.json {
            let line = self.progress.hear(event, tokio::time::Instant::now().into_std());
            self.say(line.filter(|_| !self.nothing && !self.quiet), context);
        }
        let told = match event {
            Event::Begin { accounts, .. } => {
                self.turns = Turns::new(accounts.clone());
                return;
            }
            Event::Change(done) => self.turns.take(done.address.account(), event.clone()),
            Event::Verify { account } => self.turns.over(account),
            Event::Summary(_) => vec![event.clone()],
            Event::Start { .. } | Event::Sent { .. } | Event::End { .. } => return,
        };
        told.iter().for_each(|event| self.in_turn(event, context));
    }

    /// What was kept back, since it was not its account's turn.
    fn rest(&mut self, context: &Context) {
        let rest = self.turns.rest();
        rest.iter().for_each(|event| self.in_turn(event, context));
    }

    fn in_turn(&mut self, event: &Event, context: &Context) {
        if self.json {
            if let Some(line) = json::event(event) {
                context.print_json(&line.to_string());
            }
            return;
        }
        let line = self.talk.hear(event);
        // A quiet run still says how it ended and what went wrong.
        let matters = matches!(event, Event::Summary(_) | Event::Change(Done { problem: Some(_), .. }));
        self.say(line.filter(|_| !self.nothing && (!self.quiet || matters)), context);
    }

    fn say(&self, line: Option<String>, context: &Context) {
        if let Some(line) = line {
            self.progress.suspend(|| context.say(&line));
        }
    }
}
