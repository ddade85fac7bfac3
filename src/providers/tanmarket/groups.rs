//! getGroupList: the customer groups, and by title which SOPs each of them carries. It is all that can be read back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::api::{Read, ReadApi};
use crate::providers::VendorError;
use crate::providers::wire;
use crate::text;

/// The largest page in production use elsewhere in this API; the limit is not published.
const PAGE: usize = 100;
/// How often a list that does not make up its count is read.
const PASSES: usize = 5;

/// What a group list can be asked for. Of its filters none is sent: the values of `conditionOp` and the form of the times
/// are not published, tags are asked for by id and answered by name, and the document's own example asks for one
/// `userId` and gets the groups of another owner. So the whole list is read once, and what is meant picked out here.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    /// The owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<u64>,
    /// Part of the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    keyword: Option<String>,
    /// Tags, by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tag_group_ids: Vec<i64>,
    /// Whether one of the tags is enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    condition_op: Option<i64>,
    /// The group was made then or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    start_create_time: Option<String>,
    /// The group was made then or earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_create_time: Option<String>,
    /// From 1.
    page_no: usize,
    page_size: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(deserialize_with = "wire::number")]
    total_count: usize,
    #[serde(default, deserialize_with = "wire::or_empty")]
    result: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    chat_id: String,
    #[serde(default, deserialize_with = "wire::or_empty")]
    chat_name: String,
    #[serde(default, deserialize_with = "wire::text")]
    sales_id: String,
    #[serde(default, deserialize_with = "wire::or_empty")]
    sales_name: String,
    #[serde(default, deserialize_with = "wire::or_empty")]
    tasks: Vec<Task>,
    #[serde(default, deserialize_with = "wire::or_empty")]
    tag_group_names: Vec<String>,
    #[serde(default, deserialize_with = "wire::or_empty")]
    create_time_group: String,
}

#[derive(Deserialize)]
struct Task {
    #[serde(default, deserialize_with = "wire::or_empty")]
    title: String,
}

/// A customer group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// The vendor's id.
    pub(super) chat: String,
    /// What it is called.
    pub(super) name: String,
    /// The id of the member of staff who owns it.
    pub(super) owner: String,
    /// The name of that.
    pub(super) owner_name: String,
    /// Its tags, by name.
    pub(super) tags: BTreeSet<String>,
    /// The day in China on which it was made, if the list says so.
    pub(super) created: Option<NaiveDate>,
    /// The titles of the SOPs that it carries: the list gives them in no strict order, and one title many times.
    pub(super) titles: BTreeSet<String>,
}

impl From<Row> for Group {
    fn from(row: Row) -> Self {
        let day = row.create_time_group.split(' ').next().unwrap_or_default();
        Self {
            chat: row.chat_id,
            name: row.chat_name,
            owner: row.sales_id,
            owner_name: row.sales_name,
            tags: row.tag_group_names.into_iter().collect(),
            created: NaiveDate::parse_from_str(day, "%Y-%m-%d").ok(),
            titles: row.tasks.into_iter().map(|task| task.title).collect(),
        }
    }
}

/// Every group, in the order of the chats' ids.
///
/// # Errors
/// Also a list that does not make up its own count, however often it is read: what a list lacks is never taken for
/// gone.
pub(super) async fn groups(api: &ReadApi) -> Result<Vec<Group>, VendorError> {
    let (mut shown, mut said) = (0, 0);
    for _ in 0..PASSES {
        let (found, count) = once(api).await?;
        if found.len() == count {
            return Ok(found.into_values().collect());
        }
        (shown, said) = (found.len(), count);
    }
    let message = text!("the list is to have {said} groups, and shows {shown}", said, shown);
    Err(VendorError::refused("POST getGroupList", message)
        .hint(text!("run the command again; somebody may be changing groups meanwhile")))
}

/// One pass over all pages, by chat, and the count that the last page gave. Groups that come or go meanwhile move
/// others from page to page, so one may show twice and another not at all.
async fn once(api: &ReadApi) -> Result<(BTreeMap<String, Group>, usize), VendorError> {
    let (mut found, mut rows, mut page_no) = (BTreeMap::new(), 0, 1);
    loop {
        let request = Request { page_no, page_size: PAGE, ..Request::default() };
        let page: Page = api.ask(Read::GroupList, &request).await?;
        let length = page.result.len();
        rows += length;
        found.extend(page.result.into_iter().map(|row| (row.chat_id.clone(), row.into())));
        // The server may make its pages shorter than it was asked to; one that gives the same page for ever ends here
        // as well.
        let endless = rows > page.total_count.saturating_mul(2).saturating_add(PAGE);
        if length == 0 || found.len() >= page.total_count || endless {
            return Ok((found, page.total_count));
        }
        page_no += 1;
    }
}

#[cfg(test)]
mod tests;
