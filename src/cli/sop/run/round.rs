//! One look at what is due, and sending it.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};

use super::Args;
use super::voice::Voice;
use crate::audit::Messages;
use crate::cli::session::{
    self, INTERRUPTED, Project, Session, abreast, another_account, interrupted, opened, store,
};
use crate::cli::state::by_hand;
use crate::cli::{Context, Exit, Selection, notice, trail};
use crate::config::Occasion;
use crate::config::suggest;
use crate::desired::{Declared, Forbidden, against_policy};
use crate::http;
use crate::model::Address;
use crate::model::sop::Sop;
use crate::plan::{FailedAccount, Globs};
use crate::problem::{Code, Level, Problem};
use crate::providers::SentBy;
use crate::report;
use crate::sending::event::{Event, Tally, Told};
use crate::sending::{self, Account, Due, Options, Outcome, Wants, Work, due};
use crate::state::store::{Open, Store};
use crate::state::{Identity, Sending, State};
use crate::text;

/// What was selected.
pub(super) struct Selected<'a> {
    /// Where the states are.
    pub(super) store: Store,
    pub(super) accounts: Vec<One<'a>>,
    /// Accounts that were selected as well, and why nothing can be done with them.
    pub(super) failed: Vec<FailedAccount>,
    targets: Globs,
    /// What the policy has against plans that may be armed: it may have become stricter since.
    forbidden: Vec<Forbidden>,
}

/// One account.
pub(super) struct One<'a> {
    account: session::Account<'a>,
    pub(super) plans: Account<'a>,
}

/// How a round ended.
#[derive(Default)]
pub(super) struct Round {
    pub(super) exit: Exit,
    /// Something went wrong, and not only that somebody else is at work.
    pub(super) wrong: bool,
    /// Nothing was due, and nothing was to be looked up.
    pub(super) idle: bool,
    /// When something falls due next, as far as it is near.
    pub(super) next: Option<DateTime<Utc>>,
    pub(super) interrupted: bool,
    /// How each message ended, and how many how.
    told: Vec<Told>,
    tally: Tally,
}

/// The accounts whose messages we send.
pub(super) fn selected<'a>(
    args: &Args,
    project: &'a Project,
    now: DateTime<Utc>,
) -> Result<Selected<'a>, Vec<Problem>> {
    let selection = Selection { accounts: args.accounts.clone(), ..Selection::default() };
    let mut session = Session::open(project, &selection)?;
    let store = store(project).map_err(|problem| vec![problem])?;
    let failed = std::mem::take(&mut session.failed);
    let targets = Globs::new(args.target.iter().map(String::as_str))
        .map_err(|message| vec![Problem::error(Code::BadValue, message).help(text!("correct --target"))])?;
    let ours = session.accounts.into_iter().filter_map(|account| {
        let by_us = account.config.provider.plans.filter(|plans| plans.sent_by == SentBy::Us)?;
        let plans = match project.desired.sops.get(&account.config.name) {
            Some(sops) => Account::of(sops, account.desired),
            // It declares none any more, but something may have been left open.
            None => Account {
                name: &account.config.name,
                sent_by: by_us.sent_by,
                recipients: by_us.recipients,
                plans: vec![],
            },
        };
        Some(One { account, plans })
    });
    let accounts: Vec<_> = ours.collect();
    let declared = accounts.iter().flat_map(|one| one.plans.plans.iter());
    let known: Vec<_> = declared.map(|plan| plan.planned.address.as_str()).collect();
    let names_nothing = |pattern: &&String| {
        let of_plan = pattern.split('@').next().unwrap_or_default();
        Globs::new([of_plan]).is_ok_and(|glob| !known.iter().any(|address| glob.matches(address)))
    };
    let missed: Vec<_> = args
        .target
        .iter()
        .filter(names_nothing)
        .map(|pattern| {
            Problem::error(
                Code::DanglingReference,
                text!("`--target {pattern}` names no plan that is sent from here", pattern),
            )
            .help(suggest(
                pattern,
                known.iter().copied(),
                text!("`mpform sop list` shows the plans"),
            ))
        })
        .collect();
    if !missed.is_empty() {
        return Err(missed);
    }
    let plans = accounts.iter().filter_map(|one| project.desired.sops.get(one.plans.name));
    let forbidden = plans.flat_map(|sops| {
        let grace = |of: &Declared| of.planned.sop.grace.unwrap_or(Sop::GRACE).delta();
        let longest = sops.declared.values().map(grace).max().unwrap_or_default();
        against_policy(&project.config.policy, sops, now - longest)
    });
    let forbidden = forbidden.filter(|one| one.problem.level == Level::Error).collect();
    Ok(Selected { store, accounts, failed, targets, forbidden })
}

impl One<'_> {
    /// What is remembered, if it is of this account.
    pub(super) async fn state(&self, store: &Store) -> Result<State, Problem> {
        let state = store.read(self.plans.name).await?;
        self.is_same(&state).map(|()| state)
    }

    fn is_same(&self, state: &State) -> Result<(), Problem> {
        another_account(&self.account, state).map_or(Ok(()), Err)
    }
}

impl Selected<'_> {
    /// True for a run that is meant, and that may go out.
    pub(super) fn wants(&self, run: &Address) -> bool {
        self.is_meant(run) && self.against(run).next().is_none()
    }

    fn is_meant(&self, run: &Address) -> bool {
        let plan = run.of_run();
        let matches = |address: &Address| self.targets.matches(address.as_str());
        self.targets.is_empty() || matches(run) || plan.as_ref().is_some_and(matches)
    }

    /// What the policy has against a run: against its time, or against what its plan says whenever that is.
    fn against<'s>(&'s self, run: &'s Address) -> impl Iterator<Item = &'s Problem> {
        self.forbidden.iter().filter(|one| one.forbids(run)).map(|one| &one.problem)
    }

    /// Says of plans why nothing of them goes out. True if something was promised.
    pub(super) fn complain(&self, due: &Due, voice: &Voice<'_>) -> bool {
        let mut forbidden: Vec<&Problem> = vec![];
        for message in due.messages.iter().filter(|message| self.is_meant(&message.run)) {
            for problem in self.against(&message.run) {
                if !forbidden.contains(&problem) {
                    forbidden.push(problem);
                }
            }
        }
        voice.complain(forbidden.iter().copied());
        let held: Vec<_> = due.held.iter().filter(|held| self.wants(&held.plan)).collect();
        for held in &held {
            let why = match held.messages {
                1 => text!("1 message is due, and it is not armed as it is declared: nothing of it goes out"),
                count => text!(
                    "{count} messages are due, and it is not armed as it is declared: nothing of it goes out",
                    count
                ),
            };
            let problem = Problem::error(Code::NotArmed, why).about(&held.plan);
            voice.complain([&problem.help(
                text!("put it back as it was, or run `mpform apply` to arm it as it is: what is due until then is missed"),
            )]);
        }
        for unarmed in due.unarmed.iter().filter(|held| self.wants(&held.plan)) {
            let plan = &unarmed.plan;
            voice.note(&match unarmed.messages {
                1 => text!(
                    "note: {plan}: 1 message is due, and it was never armed; `mpform apply` arms it for what falls due from then on",
                    plan
                ),
                count => text!(
                    "note: {plan}: {count} messages are due, and it was never armed; `mpform apply` arms it for what falls due from then on",
                    plan,
                    count
                ),
            });
        }
        for missed in due.missed.iter().filter(|missed| self.is_meant(&missed.run)) {
            let run = &missed.run;
            voice.note(&match missed.messages {
                1 => text!(
                    "note: {run}: 1 message did not go out within the grace and is missed; run `mpform sop run` more often than the shortest `grace`",
                    run
                ),
                count => text!(
                    "note: {run}: {count} messages did not go out within the grace and are missed; run `mpform sop run` more often than the shortest `grace`",
                    run,
                    count
                ),
            });
        }
        for gone in due.gone.iter().filter(|plan| self.wants(plan)) {
            voice.note(&text!(
                "note: {gone}: armed, and no longer declared: nothing of it goes out; `mpform apply` takes it back",
                gone
            ));
        }
        !held.is_empty() || !forbidden.is_empty()
    }
}

/// Sends what is due now, and tells whoever wants to hear how it ended.
pub(super) async fn round(args: &Args, project: &Project, voice: &Voice<'_>, context: &Context) -> Round {
    let round = sent(args, project, voice, context).await;
    let begun = notice::begun(Occasion::SopRun, project, context);
    if let Some(notice) = report::notice::sent(begun, round.tally, &round.told, &voice.errors()) {
        notice::deliver(&notice, project, context).await;
    }
    round
}

async fn sent(args: &Args, project: &Project, voice: &Voice<'_>, context: &Context) -> Round {
    let mut round = Round { idle: true, ..Round::default() };
    let selected = match selected(args, project, context.clock.now()) {
        Ok(selected) => selected,
        Err(problems) => {
            voice.complain(&problems);
            round.exit = Exit::Error;
            round.idle = false;
            return round;
        }
    };
    let wants = |run: &Address| selected.wants(run);
    let common = Common { selected: &selected, wants: &wants, given_up: voice.given_up(), voice, context };
    for problem in selected.failed.iter().flat_map(|failed| &failed.problems) {
        common.fails(problem, &mut round);
    }
    let store = &selected.store;
    // A look first: nobody is kept from anything while there is nothing to do.
    let looks = selected.accounts.iter().map(async |one| one.state(store).await);
    let mut wanted = vec![];
    for (one, state) in selected.accounts.iter().zip(abreast(looks).await) {
        match state {
            Ok(state) if one.has_work(&state, &common, &mut round) => wanted.push(one),
            Ok(_) => {}
            Err(problem) => common.fails(&problem, &mut round),
        }
    }
    let names: Vec<_> = wanted.iter().map(|one| one.plans.name.to_owned()).collect();
    let states = opened(store, &names, &context.holder("sop run"), context.lock_timeout).await;
    let mut work = vec![];
    for (one, state) in wanted.into_iter().zip(states) {
        match state.and_then(|state| one.work(state, &common)) {
            Ok(one) => work.push(one),
            Err(problem) => common.fails(&problem, &mut round),
        }
    }
    if work.is_empty() {
        return round;
    }
    round.idle = false;
    let audit = match trail::log("sop run", None, project, context) {
        Ok(log) => Messages::new(log),
        Err(problem) => {
            common.fails(&problem, &mut round);
            return round;
        }
    };
    let (mut outcome, interrupted) = send(work, &audit, voice, context).await;
    outcome.problems.extend(audit.broken());
    round.interrupted = interrupted;
    voice.give_up(outcome.given_up);
    voice.complain(&outcome.problems);
    (round.told, round.tally) = (outcome.told, outcome.tally);
    by_hand(&outcome.unsaved, context);
    if interrupted || !outcome.tally.is_clean() || !outcome.problems.is_empty() {
        round.exit = Exit::Partial;
        round.wrong = true;
    }
    round
}

/// What all accounts of a round have in common.
struct Common<'b> {
    selected: &'b Selected<'b>,
    wants: &'b Wants<'b>,
    given_up: HashSet<Identity>,
    voice: &'b Voice<'b>,
    context: &'b Context,
}

impl Common<'_> {
    /// One account's failure keeps nobody from the others.
    fn fails(&self, problem: &Problem, round: &mut Round) {
        self.voice.complain([problem]);
        round.exit = Exit::Error;
        round.wrong |= problem.code != Code::Locked;
        round.idle = false;
    }
}

impl One<'_> {
    /// Whether there is something to do, by what is remembered.
    fn has_work(&self, state: &State, common: &Common<'_>, round: &mut Round) -> bool {
        let Common { selected, wants, given_up, voice, context, .. } = common;
        let due = due(&self.plans, state, context.clock.now());
        if selected.complain(&due, voice) {
            round.exit = Exit::Error;
            round.wrong = true;
            round.idle = false;
        }
        round.next = round.next.into_iter().chain(due.next).min();
        let open = |(run, one): (&Address, &Sending)| {
            one.is_uncertain() && wants(run) && !given_up.contains(&one.identity(run))
        };
        due.messages.iter().any(|message| wants(&message.run)) || state.sendings().any(open)
    }

    /// What there is to do, with the account's state locked.
    fn work<'b>(&'b self, state: Open, common: &Common<'b>) -> Result<Work<'b>, Problem> {
        self.is_same(state.state())?;
        let sends = self.account.connect.sends(http::Writer::new(&self.account.client)).ok_or_else(|| {
            Problem::error(Code::NotOffered, text!("its vendor takes no messages from here"))
                .about(self.plans.name)
                .help(text!("look for a newer mpform"))
        })?;
        let Account { name, sent_by, recipients, ref plans } = self.plans;
        let account = Account { name, sent_by, recipients, plans: plans.clone() };
        let parallelism = session::limits(self.account.config).concurrency;
        let given_up = common.given_up.clone();
        Ok(Work { account, sends, state, parallelism, wants: common.wants, given_up })
    }
}

/// Sends; the first interruption lets what is under way end, the second does not. True if there was one.
async fn send(
    work: Vec<Work<'_>>,
    audit: &Messages,
    voice: &Voice<'_>,
    context: &Context,
) -> (Outcome, bool) {
    let stop = Arc::new(OnceLock::new());
    let options =
        Options { clock: context.clock.clone(), stop: Arc::clone(&stop), patience: Options::PATIENCE };
    voice.begin(work.iter().map(|work| work.account.name.to_owned()).collect());
    let tell = |event: &Event| {
        // What can't be written down must not go out.
        if let Err(problem) = audit.hear(event) {
            let _ = options.stop.set(problem.message);
        }
        voice.tell(event);
    };
    let running = sending::run(work, &options, &tell);
    tokio::pin!(running);
    tokio::select! {
        ended = &mut running => return (ended, false),
        () = interrupted() => {
            let _ = stop.set(INTERRUPTED);
            context.note(&text!("interrupted: no new message goes out; those under way are finished (once more stops at once)"));
        }
    }
    let outcome = tokio::select! {
        ended = &mut running => ended,
        () = interrupted() => {
            let problem = Problem::error(Code::UncertainSend, text!("stopped in the middle of what was under way"))
                .help(text!("run `mpform sop run` again: it looks what came of it"));
            voice.rest();
            Outcome { problems: vec![problem], ..Outcome::default() }
        }
    };
    (outcome, true)
}
