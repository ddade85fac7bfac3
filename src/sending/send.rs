//! The messages of one account, each on its own way: written down, sent, and written down again.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;
use futures::stream;
use indexmap::IndexMap;

use super::event::{Ending, Event, Told, in_short};
use super::run::{Options, Tell, Wants};
use super::{Account, Message, due};
use crate::model::sop::Own;
use crate::model::{Address, Link};
use crate::problem::{Code, Problem};
use crate::providers::{Happened, Links, Lost, Outgoing, Sends, Settled, VendorError, numbered};
use crate::state::store::Open;
use crate::state::{Entry, Identity, Outcome, Sending, of_words};
use crate::text;
use crate::words::Text;

/// Messages that were begun further apart than this are not taken for each other, whatever they say: a vendor's list
/// tells the minute.
const NEAR: TimeDelta = TimeDelta::minutes(10);

/// Sends one account's messages.
pub(super) struct Sender<'a> {
    sends: &'a dyn Sends,
    state: Mutex<Open>,
    parallelism: usize,
    options: &'a Options,
    tell: &'a Tell<'a>,
    told: Mutex<Vec<Told>>,
}

impl<'a> Sender<'a> {
    pub(super) fn new(
        sends: &'a dyn Sends,
        state: Open,
        parallelism: usize,
        options: &'a Options,
        tell: &'a Tell<'a>,
    ) -> Self {
        let parallelism = parallelism.max(1);
        Self { sends, state: Mutex::new(state), parallelism, options, tell, told: Mutex::default() }
    }

    /// The state, and what was told, in that order.
    pub(super) fn into_parts(self) -> (Open, Vec<Told>) {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        (state, self.told.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn state(&self) -> MutexGuard<'_, Open> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, told: Told) {
        (self.tell)(&Event::Message(Box::new(told.clone())));
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(told);
    }

    /// The vendor's ids of messages that are known to have gone out.
    fn taken(&self) -> HashSet<String> {
        let state = self.state();
        let sent = state.state().sendings().filter_map(|(_, one)| match &one.outcome {
            Outcome::Sent { id } => id.clone(),
            _ => None,
        });
        sent.collect()
    }

    /// What is due now.
    pub(super) fn due(&self, account: &Account<'_>) -> Vec<Message> {
        due(account, self.state().state(), self.options.clock.now()).messages
    }

    /// Looks what came of messages that earlier runs left open. Gives back those that did not go out.
    pub(super) async fn settle(
        &self,
        wants: &Wants<'_>,
        given_up: &mut HashSet<Identity>,
    ) -> Vec<(Address, Sending)> {
        let open: Vec<_> = {
            let state = self.state();
            let open = state.state().sendings().filter(|(run, one)| {
                one.is_uncertain() && wants(run) && !given_up.contains(&one.identity(run))
            });
            open.map(|(run, one)| (run.clone(), one.clone())).collect()
        };
        let taken = if open.is_empty() { HashSet::new() } else { self.taken() };
        let looks = stream::iter(&open).map(|(run, one)| self.look(run, one, &taken));
        let looked: Vec<_> = looks.buffered(self.parallelism).collect().await;
        let mut left = vec![];
        for ((run, one), looked) in open.into_iter().zip(looked) {
            let told = |ending| Told::of_earlier(&run, &one, ending);
            let identity = one.identity(&run);
            match looked {
                Ok(Settled::Sent(id)) => {
                    self.end(&identity, Outcome::Sent { id: id.clone() });
                    self.tell(told(Ending::Sent).id(id));
                }
                Ok(Settled::NotSent) if self.options.clock.now() - one.begun < self.options.patience => {
                    let problem =
                        uncertain(&run, &one.to, text!("it may still be on its way"), None).help(LOOK_AGAIN);
                    self.tell(told(Ending::Uncertain).why(problem));
                }
                Ok(Settled::NotSent) => {
                    let why = text!("its answer was lost, and the vendor does not show it");
                    self.end(&identity, Outcome::NotSent { why: why.en() });
                    left.push((run, one));
                }
                Ok(Settled::Unknown) => {
                    given_up.insert(identity);
                    let why = match &one.outcome {
                        Outcome::Doubtful { why } => Text::verbatim(why),
                        _ => text!("nothing at the vendor tells"),
                    };
                    let problem = uncertain(&run, &one.to, why, None);
                    self.tell(told(Ending::Uncertain).why(problem));
                }
                Err(why) => self.tell(told(Ending::Uncertain).why(uncertain(&run, &one.to, why, None))),
            }
        }
        left
    }

    async fn look(&self, run: &Address, one: &Sending, taken: &HashSet<String>) -> Result<Settled, Text> {
        if let Some(why) = self.options.stop.get() {
            return Err(why.clone());
        }
        let (message, audience, links) = {
            let state = self.state();
            let words = |known_by| state.state().bodies.get(known_by).cloned();
            let (Some(message), Some(audience)) = (words(&one.fingerprint), words(&one.audience)) else {
                return Ok(Settled::Unknown);
            };
            let links = links(&state, run, [&message, &audience]);
            (message, audience, links)
        };
        let message = Outgoing { audience: &audience, to: &one.to, message: &message, links: &links };
        let lost = Lost { message, mark: one.mark.as_deref(), begun: one.begun, taken };
        let settled = self.sends.settle(&lost).await.map_err(|error| error.text())?;
        let settled = self.claimed(settled, &one.identity(run), one.mark.as_deref(), one.begun);
        // What the vendor itself broke down with is in no list, whether it went out or not.
        let proves_nothing = matches!(one.outcome, Outcome::Doubtful { .. }) && settled == Settled::NotSent;
        Ok(if proves_nothing { Settled::Unknown } else { settled })
    }

    /// What shows at the vendor is this message only if it can be no other: others may have taken it meanwhile, or be
    /// looked for by the same mark.
    fn claimed(
        &self,
        settled: Settled,
        identity: &Identity,
        mark: Option<&str>,
        begun: DateTime<Utc>,
    ) -> Settled {
        let Settled::Sent(id) = &settled else { return settled };
        let state = self.state();
        let may_be_it = |other: &Sending| match &other.outcome {
            Outcome::Sent { id: Some(theirs) } => Some(theirs) == id.as_ref(),
            Outcome::NotSent { .. } => false,
            Outcome::Sent { id: None } | Outcome::Begun | Outcome::Doubtful { .. } => {
                mark.is_some() && other.mark.as_deref() == mark && (other.begun - begun).abs() < NEAR
            }
        };
        let mut others = state.state().sendings().filter(|(run, other)| other.identity(run) != *identity);
        if others.any(|(_, other)| may_be_it(other)) { Settled::Unknown } else { settled }
    }

    /// Tells of messages of earlier runs that did not go out and are not due any more.
    pub(super) fn too_late(&self, left: Vec<(Address, Sending)>, due: &[Message]) {
        let same = |run: &Address, one: &Sending, message: &Message| {
            message.run == *run && message.to == one.to && message.fingerprint == one.fingerprint
        };
        for (run, one) in left {
            if !due.iter().any(|message| same(&run, &one, message)) {
                let problem = Problem::error(
                    Code::NotSent,
                    text!("it did not go out in an earlier run, and is not due any more"),
                );
                let problem = problem.about(&run).help(text!("send it by hand if it still matters"));
                self.tell(Told::of_earlier(&run, &one, Ending::Failed).why(problem));
            }
        }
    }

    /// Sends messages: recipients side by side, to each of them one after the other.
    pub(super) async fn send(&self, due: &[Message]) {
        let mut to: IndexMap<&str, Vec<usize>> = IndexMap::new();
        for (nth, message) in due.iter().enumerate() {
            to.entry(&message.to).or_default().push(nth);
        }
        let in_order = Mutex::new(InOrder::default());
        let in_order = &in_order;
        let each = stream::iter(to.into_values()).map(|messages| async move {
            // Steps of which something did not go out: what comes after it in them would come out of order.
            let mut held: HashSet<(&Address, usize)> = HashSet::new();
            for nth in messages {
                let message = &due[nth];
                let step = (&message.run, message.step);
                let told = match self.why_not() {
                    Some(problem) => Told::of(message, Ending::Skipped).why(problem.about(&message.run)),
                    None if held.contains(&step) => {
                        let why = text!("held back, since what comes before it in its step did not go out");
                        let problem = Problem::error(Code::NotSent, why).about(&message.run).help(AGAIN);
                        Told::of(message, Ending::Skipped).why(problem)
                    }
                    None => self.told_of(message).await,
                };
                if told.ending == Ending::Failed {
                    held.insert(step);
                }
                let mut in_order = in_order.lock().unwrap_or_else(PoisonError::into_inner);
                in_order.take(nth, told).into_iter().for_each(|told| self.tell(told));
            }
        });
        each.buffer_unordered(self.parallelism).collect::<Vec<()>>().await;
    }

    /// Why nothing new may go out, if so.
    fn why_not(&self) -> Option<Problem> {
        if let Some(why) = self.options.stop.get() {
            return Some(Problem::error(Code::NotSent, why.clone()).help(AGAIN));
        }
        let state = self.state();
        let why = |why| text!("the state can't be written ({why}), so nothing new goes out", why);
        state.broken().map(|error| Problem::error(Code::State, why(error)).help(DISK))
    }

    /// Sends it, and tells at once how it ended if it was begun.
    async fn told_of(&self, message: &Message) -> Told {
        let links = links(&self.state(), &message.run, [&*message.body, &*message.audience]);
        let outgoing =
            Outgoing { audience: &message.audience, to: &message.to, message: &message.body, links: &links };
        let mark = match self.sends.prepare(&outgoing).await {
            Ok(mark) => mark,
            Err(error) => return Told::of(message, Ending::Failed).why(not_sent(&message.run, &error)),
        };
        let (told, request) = numbered(self.once(message, outgoing, mark)).await;
        (self.tell)(&Event::End { told: Box::new(told.clone()), request });
        told
    }

    /// The same of what is prepared, and marked so that it can be found again.
    async fn once(&self, message: &Message, outgoing: Outgoing<'_>, mark: Option<String>) -> Told {
        let about = &message.run;
        let failed = |problem: Problem| Told::of(message, Ending::Failed).why(problem.about(about));
        (self.tell)(&Event::Start(Box::new(Told::of(message, Ending::Due))));
        // Whoever heard of it may have reason to stop it.
        if let Some(problem) = self.why_not() {
            return Told::of(message, Ending::Skipped).why(problem.about(about));
        }
        let begun = self.options.clock.now();
        let too_late = || {
            Problem::error(Code::NotSent, text!("its grace was over before it could go out"))
                .help(text!("give the plan more `grace`, or run `mpform sop run` more often"))
        };
        if !message.may_go(begun) {
            return failed(too_late());
        }
        let identity = message.identity();
        if let Err(problem) = self.begin(message, mark.clone(), begun).await {
            return failed(problem);
        }
        // Writing it down may have taken long.
        if !message.may_go(self.options.clock.now()) {
            self.end(&identity, Outcome::NotSent { why: too_late().message.en() });
            return failed(too_late());
        }
        let lost = match self.sends.send(&outgoing, mark.as_deref()).await {
            Ok(id) => {
                self.end(&identity, Outcome::Sent { id: id.clone() });
                return Told::of(message, Ending::Sent).id(id);
            }
            Err(error) if error.happened == Happened::No => {
                self.end(&identity, Outcome::NotSent { why: error.to_string() });
                return failed(not_sent(about, &error));
            }
            Err(error) => error,
        };
        let taken = self.taken();
        let asked = Lost { message: outgoing, mark: mark.as_deref(), begun, taken: &taken };
        let looked = self.sends.settle(&asked).await;
        let looked = looked.map(|settled| self.claimed(settled, &identity, mark.as_deref(), begun));
        if let Ok(Settled::Sent(id)) = looked {
            self.end(&identity, Outcome::Sent { id: id.clone() });
            return Told::of(message, Ending::Sent).id(id);
        }
        let mut problem = uncertain(about, &message.to, lost.text(), lost.hint.as_ref());
        if lost.answered() {
            self.end(&identity, Outcome::Doubtful { why: lost.to_string() });
            return Told::of(message, Ending::Uncertain).why(problem);
        }
        // That it does not show yet says nothing: the vendor may still be at it. The next run looks again.
        if looked != Ok(Settled::Unknown) {
            problem = problem.help(LOOK_AGAIN);
        }
        Told::of(message, Ending::Uncertain).why(problem)
    }

    /// Writes down that a message is about to go out.
    async fn begin(
        &self,
        message: &Message,
        mark: Option<String>,
        begun: DateTime<Utc>,
    ) -> Result<(), Problem> {
        let identity = message.identity();
        let sending = Sending {
            step: message.step,
            item: message.item,
            at: message.at,
            to: message.to.clone(),
            what: in_short(&message.body),
            fingerprint: message.fingerprint.clone(),
            nth: message.nth,
            audience: of_words(&message.audience),
            mark,
            begun,
            outcome: Outcome::Begun,
        };
        let ticket = {
            let mut state = self.state();
            let mut known = state.state().sends.get(&message.run).into_iter().flatten();
            // What is due was worked out a while ago, and this is what must never be wrong.
            if known.any(|one| one.is_out() && one.is_known_by(&identity)) {
                return Err(
                    Problem::error(Code::NotSent, text!("it is out of our hands already")).help(AGAIN)
                );
            }
            let entry = state.state().begin_send(&message.run, sending, &message.body, &message.audience);
            state.record_durably(entry)
        };
        ticket.safe().await.map_err(|why| {
            let why = text!("the state can't be written ({why}), so it was not sent", why);
            self.end(&identity, Outcome::NotSent { why: why.en() });
            Problem::error(Code::State, why).help(DISK)
        })
    }

    fn end(&self, identity: &Identity, outcome: Outcome) {
        self.state().record(Entry::Outcome { identity: identity.clone(), outcome });
    }
}

const AGAIN: Text = text!("run `mpform sop run` again within its grace");
const LOOK_AGAIN: Text = text!(
    "run `mpform sop run` again in two minutes: it looks what came of it, and sends nothing again on a guess"
);
const DISK: Text = text!("check the state folder's permissions and the disk's free space");

/// The vendor's ids of what a message and its audience point at.
fn links(state: &Open, run: &Address, words: [&Own; 2]) -> Links {
    let mut links = Links::default();
    for own in words {
        let (_, to) = Link::collect(|| serde_json::to_value(own));
        for link in to {
            if let Some(record) = state.state().resources.get(&link.address(run.account())) {
                links.insert(link.kind, &link.key, record.id.clone());
            }
        }
    }
    links
}

fn not_sent(run: &Address, error: &VendorError) -> Problem {
    Problem { code: Code::NotSent, ..error.problem(run) }.help(AGAIN)
}

/// `hint` is what the vendor's answer gives to do.
fn uncertain(run: &Address, to: &str, why: Text, hint: Option<&Text>) -> Problem {
    let problem = Problem::error(Code::UncertainSend, text!("nobody knows whether it went out: {why}", why));
    problem.about(run).help(match hint {
        Some(hint) => text!("{hint}; then run `mpform sop resolve {run}` with --sent or --not-sent", hint, run),
        None => text!("ask {to}, or look at the vendor's; then run `mpform sop resolve {run}` with --sent or --not-sent", to = format!("{to:?}"), run),
    })
}

/// Tells in the order in which messages fell due, however the answers came in.
#[derive(Default)]
struct InOrder {
    next: usize,
    waiting: HashMap<usize, Told>,
}

impl InOrder {
    /// Takes an ending in, and gives back what can be told now.
    fn take(&mut self, nth: usize, told: Told) -> Vec<Told> {
        self.waiting.insert(nth, told);
        let mut ready = vec![];
        while let Some(told) = self.waiting.remove(&self.next) {
            self.next += 1;
            ready.push(told);
        }
        ready
    }
}
