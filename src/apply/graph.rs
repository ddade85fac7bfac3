//! The order of one account's changes: what is needed first, as many at once as allowed, some only alone.

use std::collections::{HashMap, HashSet, VecDeque};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use indexmap::IndexMap;

use super::event::{Done, Ending, Event};
use super::shared::Shared;
use super::step::Step;
use super::{Options, Outcome, Tell, Work, verify};
use crate::model::{Action, Address, kind_named};
use crate::plan::{Change, Plan, Resumed, users};
use crate::problem::{Code, Problem};
use crate::providers::{Lane, numbered};
use crate::state::store::Open;
use crate::state::{Draft, Entry};
use crate::text;
use crate::words::Text;

/// Carries out one account's changes, reads back what was written and saves the state.
pub(super) async fn account(mut work: Work<'_>, options: &Options, tell: &Tell<'_>) -> Outcome {
    remember(&work.plan, &work.identity, &mut work.state);
    let account = work.desired.name.clone();
    let changes = std::mem::take(&mut work.plan.changes);
    let parallelism = work.parallelism.max(1);
    let shared = Shared::new(work.state);
    let step = Step {
        desired: work.desired,
        reads: work.reads.as_ref(),
        writes: work.writes.as_ref(),
        shared: &shared,
        clock: &options.clock,
        tell,
    };
    let mut outcome =
        Outcome { done: run(&changes, &step, parallelism, options, tell).await, ..Outcome::default() };
    let done =
        outcome.done.iter().filter(|done| done.ending == Ending::Done).map(|done| &done.address).collect();
    let left = clear_away(&changes, &done, &step, options).await;
    tell(&Event::Verify { account: account.clone() });
    outcome.problems.extend(
        verify::account(work.desired, work.provider, work.reads.as_ref(), &changes, &done, &shared).await,
    );
    outcome.done.extend(left);
    outcome.tally.left_over = work.writes.left_over() + shared.left_over();
    if outcome.tally.left_over > 0 {
        shared.state().record(Entry::LeftOver { count: outcome.tally.left_over as u64 });
    }
    if let Err((problem, text)) = shared.into_state().close().await {
        outcome.problems.push(problem.about(&account));
        outcome.unsaved.push((account, text));
    }
    outcome
}

/// Takes into the state what was learnt without writing anything: adoptions, releases, how the account is reached.
pub fn remember(plan: &Plan, identity: &IndexMap<String, String>, state: &mut Open) {
    for (_, keep) in &plan.rebound {
        state.record(Entry::Rebind { identity: identity.clone(), keep: keep.clone() });
    }
    if state.state().identity != *identity {
        state.record(Entry::Identity { identity: identity.clone() });
    }
    for resumed in &plan.resumed {
        let Resumed { address, record, old } = resumed.clone();
        state.record(Entry::Replace { address, record, old });
    }
    for learnt in &plan.learnt {
        let record =
            state.state().learnt(&learnt.address, learnt.id.clone(), learnt.body.clone(), learnt.protect);
        let known = state.state().resources.get(&learnt.address) == Some(&record);
        if !known || state.state().intents.contains_key(&learnt.address) {
            state.record(Entry::Keep { address: learnt.address.clone(), record });
        }
    }
    for gone in plan.released.iter().chain(&plan.forgotten) {
        if !state.state().resources.contains_key(&gone.address) {
            continue;
        }
        state.record(Entry::Forget { address: gone.address.clone() });
    }
    for (_, kind, draft) in &plan.drafts {
        let draft = Draft { pending: false, committed: Some(draft.clone()) };
        state.record(Entry::Draft { kind: (*kind).to_owned(), draft });
    }
    for address in &plan.abandoned {
        state.record(Entry::Drop { address: address.clone() });
    }
}

async fn run(
    changes: &[Change],
    step: &Step<'_>,
    parallelism: usize,
    options: &Options,
    tell: &Tell<'_>,
) -> Vec<Done> {
    let mut waiting: VecDeque<_> = changes.iter().map(|change| (change, step.lane(change))).collect();
    let mut running = FuturesUnordered::new();
    let (mut alone, mut trouble) = (false, false);
    let mut ended: HashMap<Address, Ending> = HashMap::new();
    let all: HashSet<&Address> = changes.iter().map(|change| &change.address).collect();
    let mut results = InOrder { changes, waiting: HashMap::new(), told: vec![] };
    let mut end = |done: Done, ended: &mut HashMap<Address, Ending>| {
        ended.insert(done.address.clone(), done.ending);
        results.take(done, tell);
    };
    loop {
        if let Some(why) = step.why_not(options) {
            for (change, _) in waiting.drain(..) {
                end(skipped(change, why.clone()), &mut ended);
            }
        }
        // What can't be tried any more ends here, and may stop others in turn.
        while std::mem::take(&mut trouble) {
            let mut still = VecDeque::with_capacity(waiting.len());
            for (change, lane) in waiting.drain(..) {
                match stopped(change, &ended) {
                    Some(why) => {
                        end(skipped(change, why), &mut ended);
                        trouble = true;
                    }
                    None => still.push_back((change, lane)),
                }
            }
            waiting = still;
        }
        let mut nth = 0;
        let mut alone_waits = false;
        while nth < waiting.len() && running.len() < parallelism {
            let (change, lane) = waiting[nth];
            let mut first = change.requires.iter().chain(&change.after);
            let ready = first.all(|need| !all.contains(need) || ended.contains_key(need));
            // Those that go alone keep the order of the plan among themselves.
            let may = ready && (lane == Lane::Free || (!alone && !alone_waits));
            alone_waits |= lane == Lane::Alone && !may;
            if !may {
                nth += 1;
                continue;
            }
            waiting.remove(nth);
            tell(&Event::Start { address: change.address.clone(), action: change.action });
            // Whoever heard of it may have reason to stop it.
            if let Some(why) = step.why_not(options) {
                let done = skipped(change, why);
                tell(&Event::End { done: done.clone(), request: None });
                end(done, &mut ended);
                continue;
            }
            alone |= lane == Lane::Alone;
            running.push(async move { (change, lane, numbered(step.take(change)).await) });
        }
        match running.next().await {
            Some((change, lane, (result, request))) => {
                if lane == Lane::Alone {
                    alone = false;
                }
                trouble |= result.is_err();
                let ending = if result.is_ok() { Ending::Done } else { Ending::Failed };
                let done = Done {
                    address: change.address.clone(),
                    action: change.action,
                    ending,
                    problem: result.err(),
                };
                tell(&Event::End { done: done.clone(), request });
                end(done, &mut ended);
            }
            None if waiting.is_empty() => break,
            // Nothing runs and nothing is ready: what is left waits for each other, which no plan should say.
            None => {
                trouble = true;
                if let Some((change, _)) = waiting.pop_front() {
                    end(skipped(change, text!("what it needs is not tried either")), &mut ended);
                }
            }
        }
    }
    results.told
}

/// Unmakes objects that have been replaced, once nothing points at them any more. Tells of those that stay, and why:
/// the next plan deletes them.
async fn clear_away(
    changes: &[Change],
    done: &HashSet<&Address>,
    step: &Step<'_>,
    options: &Options,
) -> Vec<Done> {
    let (users, mut left) = (users(changes), vec![]);
    // Parts of a draft have made room already.
    let replaced = changes.iter().filter(|change| change.replace && !is_draft(change));
    for change in replaced.filter(|change| done.contains(&change.address)) {
        let Some(old) = change.id.as_ref().map(|id| change.address.beside(id)) else { continue };
        let user = users.get(&change.address).into_iter().flatten().find(|user| !done.contains(*user));
        let why = user.map(|user| text!("needs {user}", user)).or_else(|| step.why_not(options));
        let ended = |ending, problem: Option<Problem>| Done {
            address: old.clone(),
            action: Action::Delete,
            ending,
            problem: problem.map(|problem| problem.about(&old)),
        };
        let why = why.or_else(|| {
            (step.tell)(&Event::Start { address: old.clone(), action: Action::Delete });
            step.why_not(options)
        });
        let (done, request) = match why {
            Some(why) => (ended(Ending::Skipped, Some(Problem::error(Code::Failed, why))), None),
            None => match numbered(step.clear_away(change)).await {
                (Ok(()), request) => (ended(Ending::Done, None), request),
                (Err(problem), request) => (ended(Ending::Failed, Some(problem)), request),
            },
        };
        (step.tell)(&Event::End { done: done.clone(), request });
        if done.ending == Ending::Done {
            continue;
        }
        (step.tell)(&Event::Change(done.clone()));
        left.push(done);
    }
    left
}

fn is_draft(change: &Change) -> bool {
    kind_named(change.address.kind()).is_some_and(|kind| kind.commit.is_some())
}

/// Tells endings in the order of the plan, however the answers came in.
struct InOrder<'a> {
    changes: &'a [Change],
    waiting: HashMap<Address, Done>,
    told: Vec<Done>,
}

impl InOrder<'_> {
    fn take(&mut self, done: Done, tell: &Tell<'_>) {
        self.waiting.insert(done.address.clone(), done);
        while let Some(done) =
            self.changes.get(self.told.len()).and_then(|next| self.waiting.remove(&next.address))
        {
            tell(&Event::Change(done.clone()));
            self.told.push(done);
        }
    }
}

/// Why a change can't be tried any more, if something it needs did not come to be.
fn stopped(change: &Change, ended: &HashMap<Address, Ending>) -> Option<Text> {
    let lost = |need: &&Address| ended.get(*need).is_some_and(|ending| *ending != Ending::Done);
    change.requires.iter().find(lost).map(|need| text!("needs {need}", need))
}

fn skipped(change: &Change, why: Text) -> Done {
    let problem = Problem::error(Code::Failed, why).about(&change.address);
    Done {
        address: change.address.clone(),
        action: change.action,
        ending: Ending::Skipped,
        problem: Some(problem),
    }
}
