//! One change, carried out. What is begun is in the state before the vendor hears of it, and what has ended after.

use std::sync::{Mutex, PoisonError};

use super::event::Event;
use super::settle::{Look, Sought, look};
use super::shared::Shared;
use super::{Options, Tell, View};
use crate::clock::Clock;
use crate::desired::DesiredAccount;
use crate::model::{Action, Address, Body, KindInfo, RemoteId, Shape, kind_named};
use crate::plan::{Change, is_commit};
use crate::problem::{Code, Problem};
use crate::providers::{AnyWriter, Happened, Lane, Links, VendorError, Watch, Writes};
use crate::state::store::Begun;
use crate::state::{Draft, Entry, Intent, Record};
use crate::text;
use crate::words::Text;

/// How often a change whose answer was lost is looked at and begun again.
const ROUNDS: usize = 2;

/// All that carrying out a change takes.
pub(super) struct Step<'a> {
    pub(super) desired: &'a DesiredAccount,
    pub(super) reads: &'a View<'a>,
    pub(super) writes: &'a dyn Writes,
    pub(super) shared: &'a Shared,
    pub(super) clock: &'a Clock,
    pub(super) tell: &'a Tell<'a>,
}

/// What is being done right now: it changes when a look shows that half of it is done.
enum Doing {
    Create,
    Update { id: RemoteId, have: Body },
    Delete { id: RemoteId, address: Address },
    Commit,
}

impl Step<'_> {
    /// Why nothing new may begin, if so.
    pub(super) fn why_not(&self, options: &Options) -> Option<Text> {
        if let Some(why) = options.stop.get() {
            return Some(why.clone());
        }
        let state = self.shared.state();
        state.broken().map(|why| text!("the state can't be written ({why}), so nothing new is begun", why))
    }

    /// Whether a change may run beside others.
    pub(super) fn lane(&self, change: &Change) -> Lane {
        match self.writes.writer(change.address.kind()) {
            Some(writer) if !change.replace => writer.lane(change.action, change.want.as_ref()),
            // What is replaced at once is also deleted.
            Some(writer) if kind_named(change.address.kind()).is_some_and(|kind| kind.commit.is_none()) => {
                writer.lane(Action::Create, change.want.as_ref())
            }
            _ => Lane::Alone,
        }
    }

    /// Carries a change out.
    pub(super) async fn take(&self, change: &Change) -> Result<(), Problem> {
        let (Some(kind), Some(writer)) =
            (kind_named(change.address.kind()), self.writes.writer(change.address.kind()))
        else {
            return Err(Problem::error(Code::Failed, text!("its vendor does not keep this kind"))
                .about(&change.address));
        };
        self.begin(change, kind, writer.as_ref()).await?;
        let doing = match (change.action, &change.id) {
            _ if is_commit(&change.address) => Doing::Commit,
            (Action::Delete, Some(id)) => Doing::Delete { id: id.clone(), address: change.address.clone() },
            (Action::Update, Some(id)) if !change.replace => {
                Doing::Update { id: id.clone(), have: change.have.clone().unwrap_or_default() }
            }
            _ => Doing::Create,
        };
        self.until_known(change, kind, writer.as_ref(), doing).await?;
        // A part of a draft makes room before the whole is made public.
        if change.replace && kind.commit.is_some() {
            self.clear(change, kind, writer.as_ref()).await
        } else {
            Ok(())
        }
    }

    /// Unmakes the object that a change has put another in the place of.
    pub(super) async fn clear_away(&self, change: &Change) -> Result<(), Problem> {
        match (kind_named(change.address.kind()), self.writes.writer(change.address.kind())) {
            (Some(kind), Some(writer)) => self.clear(change, kind, writer.as_ref()).await,
            _ => Ok(()),
        }
    }

    async fn clear(&self, change: &Change, kind: &KindInfo, writer: &dyn AnyWriter) -> Result<(), Problem> {
        let Some(id) = &change.id else { return Ok(()) };
        let doing = Doing::Delete { id: id.clone(), address: change.address.beside(id) };
        self.until_known(change, kind, writer, doing).await
    }

    /// Writes down that it is about to be made, and comes back when that is safe.
    async fn begin(&self, change: &Change, kind: &KindInfo, writer: &dyn AnyWriter) -> Result<(), Problem> {
        let Some(begun) = self.noted(change, kind, writer) else { return Ok(()) };
        begun.ticket.safe().await.map_err(|why| {
            self.shared.state().record(begun.undo);
            let message = text!("the state can't be written ({why}), so it was not begun", why);
            let problem = Problem::error(Code::State, message).about(&change.address);
            problem.help(text!("check the state folder's permissions and the disk's free space"))
        })
    }

    fn noted(&self, change: &Change, kind: &KindInfo, writer: &dyn AnyWriter) -> Option<Begun> {
        let mut state = self.shared.state();
        if kind.commit.is_some() && !is_commit(&change.address) {
            let draft = state.state().drafts.get(kind.name).cloned().unwrap_or_default();
            if !draft.pending {
                state.record(Entry::Draft {
                    kind: kind.name.to_owned(),
                    draft: Draft { pending: true, ..draft },
                });
            }
        }
        if change.action != Action::Create && !change.replace {
            return None;
        }
        // What was begun then, and not what is wanted now, may be left somewhere.
        let before = state.state().intents.get(&change.address).filter(|intent| intent.id.is_none());
        if let Some(before) = before.filter(|before| before.want.is_object()) {
            self.shared.leave(writer.unlisted(&before.want));
        }
        let intent = self.intent(change, None);
        // What reaches people must be known before it is begun, whatever happens to the machine.
        Some(state.begin(change.address.clone(), intent, kind.shape == Shape::Plans))
    }

    fn intent(&self, change: &Change, id: Option<RemoteId>) -> Intent {
        let want = change.want.clone().unwrap_or_default();
        Intent { natural: self.natural(change), id, begun: Some(self.clock.now()), want }
    }

    fn natural(&self, change: &Change) -> String {
        self.desired
            .resources
            .get(&change.address)
            .map_or_else(|| change.address.last().into_owned(), |wanted| wanted.natural.clone())
    }

    /// Does it; where the answer was lost, looks what came of it, and does what is left.
    async fn until_known(
        &self,
        change: &Change,
        kind: &KindInfo,
        writer: &dyn AnyWriter,
        mut doing: Doing,
    ) -> Result<(), Problem> {
        let mut last = None;
        for _ in 0..=ROUNDS {
            let made = Mutex::new(None);
            let error = match self.once(change, writer, &doing, &made).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
            let settled = (self.reads)().reader(kind.name).is_some_and(|reader| reader.settled());
            if settled && error.happened == Happened::Maybe {
                // It can't be taken back, and a list may be late: what was begun is looked at by a later plan.
                return Err(failed(change, &error, Code::Uncertain));
            }
            if error.happened == Happened::No {
                if matches!(doing, Doing::Create) && made.is_none() {
                    self.shared.state().record(Entry::Drop { address: change.address.clone() });
                }
                return Err(failed(change, &error, Code::Failed));
            }
            doing = match self.settle(change, kind, doing, made).await {
                Some(Some(next)) => next,
                Some(None) => return Ok(()),
                None => return Err(failed(change, &error, Code::Uncertain)),
            };
            last = Some(error);
        }
        // The last look showed that it did not happen, so there is nothing to be uncertain of.
        if matches!(doing, Doing::Create) {
            self.shared.state().record(Entry::Drop { address: change.address.clone() });
        }
        let error = last.unwrap_or_else(|| VendorError::not_sent(text!("it was not tried")));
        Err(failed(change, &error, Code::Failed))
    }

    async fn once(
        &self,
        change: &Change,
        writer: &dyn AnyWriter,
        doing: &Doing,
        made: &Mutex<Option<RemoteId>>,
    ) -> Result<(), VendorError> {
        let nothing = Body::default();
        let want = change.want.as_ref().unwrap_or(&nothing);
        let key = change.address.last();
        let watch = Watching { step: self, change, made };
        match doing {
            Doing::Create => {
                let id = writer.create(&key, want, &self.links(change), &watch).await?;
                self.keep(change, id);
            }
            Doing::Update { id, have } => {
                writer.update(id, have, want, &self.links(change), &watch).await?;
                self.keep(change, id.clone());
            }
            Doing::Delete { id, address } => {
                writer.delete(&key, id).await?;
                self.forget(address);
            }
            Doing::Commit => {
                writer.commit(&self.order(change)).await?;
                self.committed(&change.address);
            }
        }
        Ok(())
    }

    /// Looks what came of it: nothing inside is left to do, or something, or it can't be known.
    async fn settle(
        &self,
        change: &Change,
        kind: &KindInfo,
        doing: Doing,
        made: Option<RemoteId>,
    ) -> Option<Option<Doing>> {
        let reads = (self.reads)();
        let reader = reads.reader(kind.name)?;
        let target = match &doing {
            Doing::Create => made,
            Doing::Update { id, .. } | Doing::Delete { id, .. } => Some(id.clone()),
            // Nothing tells whether a draft was made public.
            Doing::Commit => return None,
        };
        let parent = change.address.parent().and_then(|parent| self.id_of(&parent));
        let sought = Sought {
            kind,
            id: target.as_ref(),
            natural: &self.natural(change),
            parent: parent.as_ref(),
            want: change.want.as_ref(),
            shared: self.shared,
        };
        let looked = look(reader.as_ref(), sought).await.ok()?;
        match (doing, looked) {
            (Doing::Delete { address, .. }, Look::Absent) => {
                self.forget(&address);
                Some(None)
            }
            (doing @ Doing::Delete { .. }, _) => Some(Some(doing)),
            (Doing::Create, Look::Absent) => Some(Some(Doing::Create)),
            (_, Look::AsWanted(id)) => {
                self.keep(change, id);
                Some(None)
            }
            (_, Look::Otherwise(id, have)) => Some(Some(Doing::Update { id, have })),
            (Doing::Update { .. } | Doing::Commit, Look::Absent) => None,
        }
    }

    fn keep(&self, change: &Change, id: RemoteId) {
        let from_now_on = kind_named(change.address.kind()).is_some_and(|kind| kind.shape == Shape::Plans);
        let record = Record::new(id, change.want.clone().unwrap_or_default(), change.protect)
            .since(from_now_on.then(|| self.clock.now()));
        let address = change.address.clone();
        let mut state = self.shared.state();
        let Some(old) = change.id.as_ref().filter(|_| change.replace) else {
            return state.record(Entry::Keep { address, record });
        };
        let beside = address.beside(old);
        if state.state().resources.contains_key(&address) {
            return state.record(Entry::Replace { address, record, old: beside });
        }
        // Found and never written down: from now on it is, so that it is not lost if it can't be deleted.
        let before = Record::new(old.clone(), change.have.clone().unwrap_or_default(), false);
        state.record(Entry::Keep { address: beside, record: before.replaced(address.clone()) });
        state.record(Entry::Keep { address, record });
    }

    fn forget(&self, address: &Address) {
        self.shared.state().record(Entry::Forget { address: address.clone() });
    }

    fn committed(&self, address: &Address) {
        // What was committed is read afterwards.
        let draft = Draft { pending: false, committed: None };
        self.shared.state().record(Entry::Draft { kind: address.kind().to_owned(), draft });
    }

    fn id_of(&self, address: &Address) -> Option<RemoteId> {
        self.shared.state().state().resources.get(address).map(|record| record.id.clone())
    }

    /// The ids of what a commit may put into order, as far as they are known. Its body is the list of their addresses.
    fn order(&self, change: &Change) -> Vec<RemoteId> {
        let order = change.want.as_ref().and_then(|want| want.read::<Vec<Address>>().ok());
        order.iter().flatten().filter_map(|address| self.id_of(address)).collect()
    }

    fn links(&self, change: &Change) -> Links {
        let mut links = Links::default();
        let wanted = self.desired.resources.get(&change.address);
        for address in wanted.into_iter().flat_map(|wanted| &wanted.links) {
            if let Some(id) = self.id_of(address) {
                let is_path = kind_named(address.kind()).is_some_and(KindInfo::is_whole);
                let key = if is_path { address.within_kind().into() } else { address.last() };
                links.insert(address.kind(), &key, id);
            }
        }
        links
    }
}

/// Listens to one write.
struct Watching<'a> {
    step: &'a Step<'a>,
    change: &'a Change,
    made: &'a Mutex<Option<RemoteId>>,
}

impl Watch for Watching<'_> {
    fn made(&self, id: &RemoteId) {
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.clone());
        let intent = self.step.intent(self.change, Some(id.clone()));
        let address = self.change.address.clone();
        self.step.shared.state().record(Entry::Begin { address, intent });
    }

    fn sent(&self, sent: u64, of: u64) {
        let address = self.change.address.clone();
        (self.step.tell)(&Event::Sent { address, sent, of });
    }
}

const LOOK_AGAIN: Text = text!("run `mpform plan`: it looks what came of it");

fn failed(change: &Change, error: &VendorError, code: Code) -> Problem {
    let problem = Problem { code, ..error.problem(&change.address) };
    if code == Code::Uncertain { problem.help(LOOK_AGAIN) } else { problem }
}
