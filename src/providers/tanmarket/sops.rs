//! Runs at Tanmarket. A run is made once in each of its groups, is known by its title, and stays as it was made: the
//! vendor has no call to change, delete or even read one. What can be read is which groups carry which titles.
//!
//! A create that is repeated makes a second SOP in real customer groups. So what a group carries already is looked at
//! before, what came of it is looked at after, and what may have been made is looked at by a later plan before it is asked for again.

use std::collections::BTreeMap;

use tokio::sync::OnceCell;

use super::api::{Create, ReadApi, WriteApi, surely_not};
use super::chosen::{self, Chosen};
use super::groups::{Group, groups};
use super::request::{Body, Counting, body};
use crate::http::retry::{Again, until_it_passes};
use crate::model::kinds::Scheduled;
use crate::model::sop::Own;
use crate::model::{Action, Finding, RemoteId};
use crate::problem::Code;
use crate::providers::{Found, Happened, Lane, Links, Reader, VendorError, Watch, Writer};
use crate::text;
use crate::words::Text;

const NO_CALL: Text = text!("the vendor has no call for that");
const IN_THE_CONSOLE: Text = text!("change or delete it in the vendor's console");

/// Reads runs. One view asks for the list once, and answers everything from it.
pub(super) struct Sops {
    api: ReadApi,
    counting: Counting,
    list: OnceCell<Vec<Group>>,
}

impl Sops {
    pub(super) fn new(api: ReadApi, counting: Counting) -> Self {
        Self { api, counting, list: OnceCell::new() }
    }

    async fn groups(&self) -> Result<&[Group], VendorError> {
        self.list.get_or_try_init(|| groups(&self.api)).await.map(Vec::as_slice)
    }
}

impl Reader<Scheduled> for Sops {
    const SETTLED: bool = true;

    async fn list(&self) -> Result<Vec<Found<Scheduled>>, VendorError> {
        let mut titles: BTreeMap<&str, Vec<&Group>> = BTreeMap::new();
        for group in self.groups().await? {
            for title in group.titles.iter().filter(|title| !title.is_empty()) {
                titles.entry(title).or_default().push(group);
            }
        }
        let found = |(title, groups): (&str, Vec<&Group>)| Found {
            id: title.into(),
            natural: title.to_owned(),
            parent: None,
            built_in: false,
            body: Some(shown(title, &groups)),
        };
        Ok(titles.into_iter().map(found).collect())
    }

    /// What was made stays as it was made, and a list may cease to show it: what is known of it is what it is. A run
    /// that nothing is known of but its title is taken for the wanted one, in those of the wanted groups that carry it:
    /// its messages can't be read. If none of them does, the title is another's, and the run is not there.
    async fn read(
        &self,
        id: &RemoteId,
        want: Option<&Scheduled>,
        known: Option<&Scheduled>,
    ) -> Result<Option<Scheduled>, VendorError> {
        if let Some(known) = known {
            return Ok(Some(known.clone()));
        }
        let live = self.groups().await?;
        let carriers: Vec<_> = live.iter().filter(|group| group.titles.contains(id.as_str())).collect();
        let Some(want) = want else {
            return Ok((!carriers.is_empty()).then(|| shown(id.as_str(), &carriers)));
        };
        let mut carried = chosen::resolved(&want.audience, live)?;
        carried.retain(|one| carriers.iter().any(|group| group.chat == one.chat));
        if carried.is_empty() {
            return Ok(None);
        }
        let mut have = want.clone();
        chosen::put(&mut have.audience, &carried);
        Ok(Some(have))
    }

    /// Says which groups an audience comes to. Those of a run that is created already stay as they are.
    async fn fit(
        &self,
        want: &mut Scheduled,
        have: Option<(&RemoteId, &Scheduled)>,
    ) -> Result<Vec<Finding>, VendorError> {
        if let Some((_, have)) = have {
            want.rests_on.clone_from(&have.rests_on);
            let Some(groups) = have.audience.0.get("groups") else { return Ok(vec![]) };
            let findings = chosen::missed(&want.audience, groups, self.groups().await?)?;
            want.audience.0.insert("groups".to_owned(), groups.clone());
            return Ok(findings);
        }
        let live = self.groups().await?;
        let words = chosen::words_of(&want.audience)?;
        let mut findings = chosen::check(&want.audience, live)?;
        let comes_to = chosen::resolved(&want.audience, live)?;
        if comes_to.is_empty() && !words.allow_empty {
            findings.push(Finding::error(
                Code::EmptyAudience,
                ["audience".into()],
                text!("of {live} groups the audience selects none", live = live.len()),
                text!("widen `select`, or write `allow_empty: true` if that is meant"),
            ));
        }
        chosen::put(&mut want.audience, &comes_to);
        want.rests_on = self.counting.said(want.delivery);
        Ok(findings)
    }
}

/// A run as a list shows it: which groups carry it, and nothing of what it sends.
fn shown(title: &str, groups: &[&Group]) -> Scheduled {
    let mut audience = Own::default();
    let chosen: Vec<_> = groups.iter().map(|group| Chosen::of(group)).collect();
    chosen::put(&mut audience, &chosen);
    Scheduled {
        title: title.to_owned(),
        delivery: None,
        schedule: None,
        timezone: None,
        calendars: indexmap::IndexMap::new(),
        rests_on: None,
        audience,
        steps: vec![],
        grace: None,
    }
}

/// Makes runs.
pub(super) struct SopsWriter {
    pub(super) api: WriteApi,
    pub(super) counting: Counting,
}

impl SopsWriter {
    /// Makes a run in those of its groups that do not carry it yet, with one call.
    async fn make(&self, run: &Scheduled) -> Result<(), VendorError> {
        let wanted = chosen::standing(&run.audience)?;
        let live = groups(&self.api.read).await?;
        let missing: Vec<_> = wanted.iter().filter(|one| !carries(&live, &one.chat, &run.title)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let body = body(run, &missing, self.counting, self.api.read.now())?;
        let answer = match &body {
            Body::Corporate(body) => self.api.create(Create::Corporate, body).await,
            Body::Assistant(body) => self.api.create(Create::Assistant, body).await,
        };
        let error = answer.err();
        if let Some(error) = error.as_ref().filter(|error| surely_not(error)) {
            return Err(error.clone());
        }
        self.look(run, &wanted, missing.len(), error).await
    }

    /// Looks what came of a create: all that counts is which groups carry the title now. A list may take a moment to
    /// show what was made.
    async fn look(
        &self,
        run: &Scheduled,
        wanted: &[Chosen],
        asked_for: usize,
        answered: Option<VendorError>,
    ) -> Result<(), VendorError> {
        let call = "POST getGroupList";
        let refused = answered.as_ref().is_some_and(|error| error.happened == Happened::No);
        let why =
            answered.as_ref().map_or_else(Text::default, |error| text!(" ({error})", error = error.text()));
        let looked = until_it_passes(|| async {
            let live = groups(&self.api.read).await.map_err(|error| VendorError {
                // It has been tried often enough in there.
                again: Again::No,
                message: text!(
                    "the run was asked for{why}, and what came of it can't be read: {message}",
                    why,
                    message = error.message
                ),
                ..error.maybe_happened()
            })?;
            let carry = wanted.iter().filter(|one| carries(&live, &one.chat, &run.title)).count();
            if carry == wanted.len() {
                return Ok(());
            }
            let message = text!(
                "the run was asked for{why}, and {carry} of {wanted} groups carry its title",
                why,
                carry,
                wanted = wanted.len()
            );
            let unmade = refused && carry + asked_for == wanted.len();
            let again = if unmade { Again::No } else { Again::Soon };
            let error = VendorError::refused(call, message).may_pass(again).hint(text!(
                "look into the vendor's console before it is asked for again: a list may be late"
            ));
            Err(if unmade { error } else { error.maybe_happened() })
        })
        .await;
        match (looked, answered) {
            // The vendor said no, and a look bears it out.
            (Err(looked), Some(answered)) if looked.happened == Happened::No => Err(answered),
            (looked, _) => looked,
        }
    }
}

fn carries(live: &[Group], chat: &str, title: &str) -> bool {
    live.iter().any(|group| group.chat == chat && group.titles.contains(title))
}

impl Writer<Scheduled> for SopsWriter {
    fn lane(&self, _: Action, _: Option<&Scheduled>) -> Lane {
        // A create looks at what is there before and after.
        Lane::Alone
    }

    async fn create(
        &self,
        _: &str,
        want: &Scheduled,
        _: &Links,
        _: &dyn Watch,
    ) -> Result<RemoteId, VendorError> {
        self.make(want).await?;
        Ok(want.title.as_str().into())
    }

    async fn update(
        &self,
        _: &RemoteId,
        _: &Scheduled,
        _: &Scheduled,
        _: &Links,
        _: &dyn Watch,
    ) -> Result<(), VendorError> {
        Err(VendorError::not_sent(NO_CALL).hint(IN_THE_CONSOLE))
    }

    async fn delete(&self, _: &str, _: &RemoteId) -> Result<(), VendorError> {
        Err(VendorError::not_sent(NO_CALL).hint(IN_THE_CONSOLE))
    }
}

#[cfg(test)]
mod tests;
