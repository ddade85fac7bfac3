//! Groups of followers. They live in Yeapoo's own database; WeChat is never told.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::try_join_all;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::api::{Counts, Look, Page, Pagination, ReadApi, WriteApi, is_code_500, is_unknown_id};
use crate::model::kinds::Group;
use crate::model::{Action, Finding, RemoteId};
use crate::problem::Code;
use crate::providers::wire;
use crate::providers::{Found, Lane, Links, Reader, VendorError, Watch, Writer};
use crate::text;
use crate::words::Text;

/// Followers sent in one call; a batch is one transaction.
const BATCH: usize = 500;
/// The pseudo-group of everybody who follows.
const EVERYBODY: &str = "-1";
/// The blacklist, as a group.
const BLACKLIST: &str = "1";

/// Reads groups.
pub(super) struct Groups {
    api: Arc<ReadApi>,
    listing: OnceCell<Listing>,
    everybody: OnceCell<BTreeSet<String>>,
    blacklist: OnceCell<BTreeSet<String>>,
}

#[derive(Debug, Deserialize)]
struct Listing {
    /// Followers of the account, not groups.
    #[serde(default, deserialize_with = "wire::number")]
    total: usize,
    groups: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    #[serde(deserialize_with = "wire::text")]
    id: String,
    #[serde(deserialize_with = "wire::text")]
    name: String,
}

#[derive(Deserialize)]
struct Members {
    #[serde(deserialize_with = "wire::maybe")]
    user: Option<Vec<Member>>,
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Member {
    #[serde(deserialize_with = "wire::text")]
    openid: String,
}

#[derive(Deserialize)]
struct Follower {
    #[serde(default = "yes", deserialize_with = "wire::truth")]
    subscribed: bool,
}

fn yes() -> bool {
    true
}

/// Ids that WeChat gave are plain numbers. They are shared by all accounts: renaming or deleting group 100 does it
/// to every account's group 100.
fn is_built_in(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

impl Groups {
    pub(super) fn new(api: &Arc<ReadApi>) -> Self {
        Self {
            api: Arc::clone(api),
            listing: OnceCell::new(),
            everybody: OnceCell::new(),
            blacklist: OnceCell::new(),
        }
    }

    async fn listing(&self) -> Result<&Listing, VendorError> {
        self.listing.get_or_try_init(|| self.api.get(&["group"], &[])).await
    }

    /// The count of a page may exceed what can be listed, since it counts openids that follow no more.
    async fn members(&self, group: &str) -> Result<Vec<String>, VendorError> {
        let open = |page: Members| Page { items: page.user, pagination: page.pagination };
        let members = self
            .api
            .pages(
                &["user"],
                &[("group", group)],
                open,
                |member: &Member| &member.openid,
                Counts::More,
                Look::First,
            )
            .await?;
        let sorted: BTreeSet<_> = members.into_iter().map(|member| member.openid).collect();
        Ok(sorted.into_iter().collect())
    }

    /// Those of some openids that are on the blacklist: adding one to any group takes it off.
    async fn blocked(&self, openids: &[&String]) -> Result<BTreeSet<String>, VendorError> {
        let has_one = self.listing().await?.groups.iter().any(|group| group.id == BLACKLIST);
        if openids.is_empty() || !has_one {
            return Ok(BTreeSet::new());
        }
        let blacklist = self.blacklist.get_or_try_init(|| async {
            Ok::<_, VendorError>(self.members(BLACKLIST).await?.into_iter().collect())
        });
        let blacklist: &BTreeSet<String> = blacklist.await?;
        Ok(openids
            .iter()
            .filter(|openid| blacklist.contains(**openid))
            .map(|openid| (*openid).clone())
            .collect())
    }

    /// Those of some openids that do not follow the account. Asks for each by itself, or for everybody, whichever
    /// takes fewer calls.
    async fn strangers(&self, openids: &[&String]) -> Result<BTreeSet<String>, VendorError> {
        if openids.is_empty() {
            return Ok(BTreeSet::new());
        }
        if openids.len() > self.listing().await?.total / 100 + 1 || self.everybody.initialized() {
            let everybody = self.everybody.get_or_try_init(|| async {
                Ok::<_, VendorError>(self.members(EVERYBODY).await?.into_iter().collect())
            });
            let everybody = everybody.await?;
            let strangers = openids.iter().filter(|openid| !everybody.contains(**openid));
            return Ok(strangers.map(|openid| (*openid).clone()).collect());
        }
        let asked = openids.iter().map(|openid| async move {
            match self.api.get::<Follower>(&["user", openid], &[]).await {
                Ok(follower) => Ok((!follower.subscribed).then(|| (*openid).clone())),
                Err(error) if is_unknown_id(&error) => Ok(Some((*openid).clone())),
                Err(error) => Err(error),
            }
        });
        Ok(try_join_all(asked).await?.into_iter().flatten().collect())
    }
}

/// The first few of some members.
fn some(who: &BTreeSet<String>) -> String {
    let some: Vec<_> = who.iter().take(3).map(String::as_str).collect();
    some.join(", ") + if who.len() > some.len() { ", …" } else { "" }
}

/// A warning about members that are wanted and can't be.
fn left_out(code: Code, who: &BTreeSet<String>, message: Text, help: Text) -> Option<Finding> {
    (!who.is_empty()).then(|| Finding::warning(code, ["members".into()], message, help))
}

impl Reader<Group> for Groups {
    async fn list(&self) -> Result<Vec<Found<Group>>, VendorError> {
        let found = self.listing().await?.groups.iter().map(|group| Found {
            id: RemoteId::from(group.id.clone()),
            natural: group.name.clone(),
            parent: None,
            built_in: is_built_in(&group.id),
            body: Some(Group { name: Some(group.name.clone()), ..Group::default() }),
        });
        Ok(found.collect())
    }

    /// The list shows all but the members; they are read only where somebody compares them.
    async fn read(
        &self,
        id: &RemoteId,
        want: Option<&Group>,
        _: Option<&Group>,
    ) -> Result<Option<Group>, VendorError> {
        let listed = self.listing().await?.groups.iter().find(|group| group.id == id.as_str());
        let Some(listed) = listed else { return Ok(None) };
        let members = match want {
            Some(Group { members: Some(_), .. }) => Some(self.members(id.as_str()).await?),
            _ => None,
        };
        Ok(Some(Group { name: Some(listed.name.clone()), members, ..Group::default() }))
    }

    /// The server takes any openid as a member, counts it, and never lists one that does not follow: such a
    /// member would be added again by every apply.
    async fn fit(
        &self,
        want: &mut Group,
        have: Option<(&RemoteId, &Group)>,
    ) -> Result<Vec<Finding>, VendorError> {
        let mut found = vec![];
        if let Some((id, have)) = have.filter(|(id, _)| is_built_in(id.as_str())) {
            if want.name != have.name {
                found.push(Finding::error(
                    Code::BuiltIn,
                    ["name".into()],
                    text!("group {id} came from WeChat and can't be renamed", id),
                    text!("its name is shared by every account of the vendor; keep the name it has"),
                ));
            }
            if matches!(id.as_str(), "0" | "1") && want.members.is_some() {
                found.push(Finding::error(
                    Code::BuiltIn,
                    ["members".into()],
                    text!("the members of group {id} are not kept as members", id),
                    text!("0 are the followers in no group and 1 is the blacklist; leave `members` out"),
                ));
                return Ok(found);
            }
        }
        let known = have.and_then(|(_, have)| have.members.as_deref()).unwrap_or_default();
        let Some(members) = &mut want.members else { return Ok(found) };
        let new: Vec<_> = members.iter().filter(|openid| known.binary_search(openid).is_err()).collect();
        let strangers = self.strangers(&new).await?;
        let blocked = self.blocked(&new).await?;
        members.retain(|openid| !strangers.contains(openid) && !blocked.contains(openid));
        found.extend(left_out(
            Code::NotAFollower,
            &strangers,
            match (strangers.len(), some(&strangers)) {
                (1, some) => text!("1 member is not following the account: {some}", some),
                (count, some) => text!("{count} members are not following the account: {some}", count, some),
            },
            text!(
                "they are left out, since the vendor can't show them as members; take them out of the list"
            ),
        ));
        found.extend(left_out(
            Code::Blacklisted,
            &blocked,
            match (blocked.len(), some(&blocked)) {
                (1, some) => text!("1 member is on the blacklist: {some}", some),
                (count, some) => text!("{count} members are on the blacklist: {some}", count, some),
            },
            text!(
                "they are left out, since joining a group would take them off it; take them out of the list"
            ),
        ));
        Ok(found)
    }
}

/// Writes groups.
pub(super) struct GroupsWriter {
    pub(super) api: Arc<WriteApi>,
}

impl GroupsWriter {
    async fn send_members(&self, call: &str, group: &str, openids: &[&String]) -> Result<(), VendorError> {
        for batch in openids.chunks(BATCH) {
            let body = json!({"openid": batch, "group_id": group});
            self.send_batch(call, &body).await?;
        }
        Ok(())
    }

    /// Batches with followers in common may run into a deadlock, which the server rolls back: the same batch goes
    /// through a moment later. Both calls leave a follower who is right already as he is.
    async fn send_batch(&self, call: &str, body: &Value) -> Result<(), VendorError> {
        let path = ["user", call, "batch"];
        for _ in 0..2 {
            match self.api.send(Method::POST, &path, Some(body)).await {
                Err(error) if is_code_500(&error) => tokio::time::sleep(Duration::from_millis(50)).await,
                other => return other.map(|_| ()),
            }
        }
        self.api.send(Method::POST, &path, Some(body)).await.map(|_| ())
    }

    async fn is_gone(&self, id: &RemoteId) -> Result<bool, VendorError> {
        let listing: Listing = self.api.read.get(&["group"], &[]).await?;
        Ok(listing.groups.iter().all(|group| group.id != id.as_str()))
    }

    fn refuse_built_in(id: &RemoteId) -> Result<(), VendorError> {
        if is_built_in(id.as_str()) {
            return Err(VendorError::not_sent(text!("group {id} is shared by all accounts", id)));
        }
        Ok(())
    }
}

impl Writer<Group> for GroupsWriter {
    fn lane(&self, action: Action, want: Option<&Group>) -> Lane {
        let members = want.is_none_or(|want| want.members.is_some());
        if action == Action::Delete || members { Lane::Alone } else { Lane::Free }
    }

    async fn create(
        &self,
        key: &str,
        want: &Group,
        _: &Links,
        watch: &dyn Watch,
    ) -> Result<RemoteId, VendorError> {
        let name = want.name.as_deref().unwrap_or(key);
        let id = RemoteId::from(self.api.make(&["group"], &json!({"name": name})).await?);
        watch.made(&id);
        let members: Vec<_> = want.members.iter().flatten().collect();
        self.send_members("add", id.as_str(), &members).await?;
        Ok(id)
    }

    async fn update(
        &self,
        id: &RemoteId,
        have: &Group,
        want: &Group,
        _: &Links,
        _: &dyn Watch,
    ) -> Result<(), VendorError> {
        if let Some(name) = want.name.as_ref().filter(|name| have.name.as_ref() != Some(name)) {
            Self::refuse_built_in(id)?;
            self.api.send(Method::PUT, &["group", id.as_str()], Some(&json!({"name": name}))).await?;
        }
        let Some(members) = &want.members else { return Ok(()) };
        let (have, want): (BTreeSet<_>, BTreeSet<_>) =
            (have.members.iter().flatten().collect(), members.iter().collect());
        // First in, then out: a follower who is left in no group for a moment is counted as ungrouped.
        let (come, go): (Vec<_>, Vec<_>) =
            (want.difference(&have).copied().collect(), have.difference(&want).copied().collect());
        self.send_members("add", id.as_str(), &come).await?;
        self.send_members("rm", id.as_str(), &go).await
    }

    /// Two groups of one name can't be deleted within one second: the second is refused and passes a second later.
    async fn delete(&self, _: &str, id: &RemoteId) -> Result<(), VendorError> {
        Self::refuse_built_in(id)?;
        let path = ["group", id.as_str()];
        for _ in 0..2 {
            match self.api.send(Method::DELETE, &path, None).await {
                Ok(_) => return Ok(()),
                Err(error) if !is_code_500(&error) => return Err(error),
                Err(_) if self.is_gone(id).await? => return Ok(()),
                Err(_) => tokio::time::sleep(Duration::from_millis(1100)).await,
            }
        }
        self.api.send(Method::DELETE, &path, None).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_numbers_are_built_in() {
        assert!(is_built_in("0") && is_built_in("100"));
        assert!(!is_built_in("5f0c") && !is_built_in("-1") && !is_built_in(""));
    }
}
