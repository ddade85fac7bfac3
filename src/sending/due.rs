//! What is due. Pure: the same plans, the same state and the same time give the same messages.
//!
//! A message is due if its plan is armed as it is declared, if it falls due after the arming and within its grace, and
//! if it is not out of our hands already.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Days, TimeDelta, Utc};

use super::armed::{Arming, arming};
use super::{Account, Plan};
use crate::model::kinds::Scheduled;
use crate::model::sop::{Own, Planned, Run, Sop};
use crate::model::{Address, Kind};
use crate::providers::SentBy;
use crate::state::{Identity, Sending, State, of_words};

/// What is due in one account.
#[derive(Clone, Debug, Default)]
pub struct Due {
    /// The messages, in the order in which they fell due.
    pub messages: Vec<Message>,
    /// Plans that were armed and edited since, with messages that are due by what was armed.
    pub held: Vec<Held>,
    /// Plans that were never armed, with messages that are due by what is declared.
    pub unarmed: Vec<Held>,
    /// Runs with messages that did not go out within their grace, which ended within the last day.
    pub missed: Vec<Missed>,
    /// Plans that are armed, and no longer declared.
    pub gone: Vec<Address>,
    /// The next moment at which something falls due, today or tomorrow.
    pub next: Option<DateTime<Utc>>,
}

/// A plan of which nothing is sent, although something is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The plan.
    pub plan: Address,
    /// How many messages are due.
    pub messages: usize,
}

/// A run of which something is too late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// The run.
    pub run: Address,
    /// How many messages.
    pub messages: usize,
}

/// One message that is due.
#[derive(Clone, Debug)]
pub struct Message {
    /// The run.
    pub run: Address,
    /// The step, from 1.
    pub step: usize,
    /// Which of the step's messages, from 1.
    pub item: usize,
    /// Who gets it.
    pub to: String,
    /// When it fell due.
    pub at: DateTime<Utc>,
    /// Until when it may go out.
    pub until: DateTime<Utc>,
    /// What it says.
    pub body: Arc<Own>,
    /// The plan's audience.
    pub audience: Arc<Own>,
    /// The fingerprint of what it says.
    pub fingerprint: String,
    /// Which of equal messages of the run to this recipient, from 1.
    pub nth: u32,
}

impl Message {
    /// By what it is known.
    pub fn identity(&self) -> Identity {
        let Self { run, to, fingerprint, nth, .. } = self;
        Identity { run: run.clone(), to: to.clone(), fingerprint: fingerprint.clone(), nth: *nth }
    }

    /// True if it may go out at a time, as far as that goes.
    pub fn may_go(&self, now: DateTime<Utc>) -> bool {
        self.at <= now && now <= self.until
    }
}

/// What is due in an account now.
pub fn due(account: &Account<'_>, state: &State, now: DateTime<Utc>) -> Due {
    let mut found = Due::default();
    for plan in &account.plans {
        let address = &plan.planned.address;
        let held = |planned: &Planned, since| {
            let messages = of_plan(account, planned, state, since, now).0.len();
            (messages > 0).then(|| Held { plan: address.clone(), messages })
        };
        match arming(plan, state) {
            Arming::As(planned, since) => {
                let (messages, missed) = of_plan(account, &planned, state, since, now);
                found.messages.extend(messages);
                found.missed.extend(missed);
                found.next = found.next.into_iter().chain(next(&planned, now)).min();
            }
            Arming::Otherwise(armed, since) => {
                found.held.extend(held(armed.as_deref().unwrap_or(plan.planned), since));
            }
            Arming::Not if plan.body.is_some() => {
                found.unarmed.extend(held(plan.planned, DateTime::<Utc>::MIN_UTC));
            }
            Arming::Not => {}
        }
    }
    let order = |message: &Message| (message.at, message.run.clone(), message.step, message.item);
    found.messages.sort_by_cached_key(order);
    let declared: BTreeSet<_> = account.plans.iter().map(|plan: &Plan<'_>| &plan.planned.address).collect();
    let is_plan = |address: &&Address| address.kind() == Scheduled::NAME && address.of_run().is_none();
    let armed = state.resources.keys().filter(is_plan).filter(|_| account.sent_by == SentBy::Us);
    found.gone = armed.filter(|address| !declared.contains(address)).cloned().collect();
    found
}

pub(super) fn grace(planned: &Planned) -> TimeDelta {
    planned.sop.grace.unwrap_or(Sop::GRACE).delta()
}

/// The runs of which something may be due from one moment to another.
fn runs_between(planned: &Planned, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Run<'_>> {
    let day = |moment: DateTime<Utc>| moment.with_timezone(&planned.zone).date_naive();
    planned.runs_touching(day(from), day(to))
}

/// What is due of a plan, and by run how much became too late within the last day.
fn of_plan(
    account: &Account<'_>,
    planned: &Planned,
    state: &State,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> (Vec<Message>, Vec<Missed>) {
    let grace = grace(planned);
    let from = now - TimeDelta::days(1);
    let is_meant = |at| since < at && at <= now && from <= at + grace;
    let open = open_between(account, planned, state, &is_meant, from - grace, now);
    let (due, late): (Vec<_>, Vec<_>) = open.into_iter().partition(|message| message.may_go(now));
    let mut missed: Vec<Missed> = vec![];
    for message in late {
        match missed.last_mut().filter(|late| late.run == message.run) {
            Some(late) => late.messages += 1,
            None => missed.push(Missed { run: message.run, messages: 1 }),
        }
    }
    (due, missed)
}

/// By run and time, how many messages from one moment to another nobody has sent yet, whether armed or not.
pub fn open(
    account: &Account<'_>,
    state: &State,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> BTreeMap<(Address, DateTime<Utc>), usize> {
    let mut open = BTreeMap::new();
    for plan in &account.plans {
        for message in open_between(account, plan.planned, state, &|at| from < at && at <= to, from, to) {
            *open.entry((message.run, message.at)).or_default() += 1;
        }
    }
    open
}

/// The messages of the runs from one moment to another that are in nobody's hands, of the moments that are meant.
fn open_between(
    account: &Account<'_>,
    planned: &Planned,
    state: &State,
    is_meant: &dyn Fn(DateTime<Utc>) -> bool,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<Message> {
    let grace = grace(planned);
    let recipients = account.recipients(&planned.sop.audience);
    let audience = Arc::new(planned.sop.audience.clone());
    let mut messages = vec![];
    for run in runs_between(planned, from, to) {
        let items = items(&run);
        let is_due = |item: &Item<'_>| is_meant(item.at);
        if !items.iter().any(is_due) {
            continue;
        }
        let bodies: Vec<_> = items.iter().map(|item| Arc::new(item.body.clone())).collect();
        let known = by_recipient(state, &run.address);
        for to in &recipients {
            let known = known.get(to.as_str()).map(Vec::as_slice).unwrap_or_default();
            for ((item, standing), body) in items.iter().zip(standings(&items, known)).zip(&bodies) {
                let Standing::Open { nth } = standing else { continue };
                if !is_due(item) {
                    continue;
                }
                messages.push(Message {
                    run: run.address.clone(),
                    step: item.step,
                    item: item.item,
                    to: to.clone(),
                    at: item.at,
                    until: item.at + grace,
                    body: Arc::clone(body),
                    audience: Arc::clone(&audience),
                    fingerprint: item.fingerprint.clone(),
                    nth,
                });
            }
        }
    }
    messages
}

fn next(planned: &Planned, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let tomorrow = now.checked_add_days(Days::new(1)).unwrap_or(now);
    let runs = runs_between(planned, now, tomorrow);
    let dues = runs.iter().flat_map(|run| run.dues.iter().map(|due| due.at.with_timezone(&Utc)));
    dues.filter(|at| *at > now).min()
}

/// One message of a run, whoever gets it.
pub(super) struct Item<'a> {
    pub(super) step: usize,
    pub(super) item: usize,
    pub(super) at: DateTime<Utc>,
    pub(super) body: &'a Own,
    pub(super) fingerprint: String,
}

/// The messages of a run, by the time at which they are due.
pub(super) fn items<'a>(run: &Run<'a>) -> Vec<Item<'a>> {
    let dues = run.dues.iter();
    dues.flat_map(|due| {
        let at = due.at.with_timezone(&Utc);
        let step = due.nth + 1;
        let item = move |(nth, body): (usize, &'a Own)| Item {
            step,
            item: nth + 1,
            at,
            body,
            fingerprint: of_words(body),
        };
        due.step.send.iter().enumerate().map(item)
    })
    .collect()
}

/// What is out of our hands of a run, by recipient.
pub(super) fn by_recipient<'a>(state: &'a State, run: &Address) -> HashMap<&'a str, Vec<&'a Sending>> {
    let mut known: HashMap<&str, Vec<&Sending>> = HashMap::new();
    for sending in state.sends.get(run).into_iter().flatten().filter(|sending| sending.is_out()) {
        known.entry(&sending.to).or_default().push(sending);
    }
    known
}

/// How a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing<'a> {
    /// It is out of our hands.
    Out(&'a Sending),
    /// It is not, and would be the nth of its equals.
    Open {
        /// Which of equal messages.
        nth: u32,
    },
}

/// Which of a run's messages to one recipient are out of our hands.
///
/// Each that went out stands for one of its equals in the plan, as long as there are any: so of equal messages never
/// more go out than the plan has, however it was edited in between. It stands for the one of its own time; else for
/// the one of its own number; else for the last that there is, since that might still go out.
pub(super) fn standings<'a>(items: &[Item<'_>], known: &[&'a Sending]) -> Vec<Standing<'a>> {
    let mut standings = vec![Standing::Open { nth: 0 }; items.len()];
    let mut equals: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, item) in items.iter().enumerate() {
        equals.entry(&item.fingerprint).or_default().push(place);
    }
    for (fingerprint, places) in equals {
        let known: Vec<_> = known.iter().copied().filter(|one| one.fingerprint == fingerprint).collect();
        let mut open: Vec<(u32, usize)> = (1..).zip(places).collect();
        let mut left = known.clone();
        let mut stand = |fits: &dyn Fn(&Sending, u32, usize) -> bool| {
            left.retain(|one| {
                let place = open.iter().rposition(|(nth, place)| fits(one, *nth, *place));
                let Some(place) = place else { return true };
                standings[open.remove(place).1] = Standing::Out(one);
                false
            });
        };
        stand(&|one, _, place| items[place].at == one.at);
        stand(&|one, nth, _| nth == one.nth);
        stand(&|_, _, _| true);
        let mut taken: BTreeSet<u32> = known.iter().map(|one| one.nth).collect();
        for (nth, place) in open {
            let free = (nth..).chain(1..nth).find(|nth| !taken.contains(nth)).unwrap_or(nth);
            taken.insert(free);
            standings[place] = Standing::Open { nth: free };
        }
    }
    standings
}
