//! The list of groups: filters, pages, and the SOPs of each.

use chrono::NaiveDateTime;
use serde_json::{Value, json};

use super::fields::{self, Refusal};
use super::seed::{Group, Task};
use super::store::App;
use crate::order::sort_by;

/// The size of a page that names none; the document does not say.
const PAGE: i64 = 10;
/// Larger pages are cut to this, and the answer says so. The largest in use elsewhere; the real limit is not published.
const LARGEST: i64 = 100;

pub(super) fn list(app: &App, body: &Value) -> Result<Value, Refusal> {
    let filter = Filter::of(body)?;
    let number = fields::integer(body, "pageNo")?.unwrap_or(1);
    let size = fields::integer(body, "pageSize")?.unwrap_or(PAGE).min(LARGEST);
    if number < 1 {
        return Err(Refusal::field("pageNo"));
    }
    if size < 1 {
        return Err(Refusal::field("pageSize"));
    }
    let mut found: Vec<&Group> = app.groups.iter().filter(|group| filter.fits(app, group)).collect();
    // The newest first, as the document's answer has them.
    sort_by(&mut found, |one, other| other.created.cmp(&one.created));
    let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from((number - 1).saturating_mul(size)).unwrap_or(usize::MAX);
    let take = usize::try_from(size).unwrap_or(usize::MAX);
    let rows: Vec<Value> = found.into_iter().skip(skip).take(take).map(|group| row(app, group)).collect();
    Ok(json!({
        "totalCount": count,
        "totalPage": (count + size - 1) / size,
        "pageNo": number,
        "pageSize": size,
        "result": rows,
    }))
}

struct Filter {
    user: Option<String>,
    keyword: Option<String>,
    tags: Vec<i64>,
    all_tags: bool,
    from: Option<String>,
    to: Option<String>,
}

impl Filter {
    fn of(body: &Value) -> Result<Self, Refusal> {
        let user = match body.get("userId") {
            None | Some(Value::Null) => None,
            Some(value) => Some(fields::id(value).ok_or_else(|| Refusal::field("userId"))?),
        };
        let tags = match body.get("tagGroupIds") {
            None | Some(Value::Null) => vec![],
            Some(Value::Array(ids)) => ids
                .iter()
                .map(|id| fields::id(id).and_then(|id| id.parse().ok()))
                .collect::<Option<_>>()
                .ok_or_else(|| Refusal::field("tagGroupIds"))?,
            Some(_) => return Err(Refusal::field("tagGroupIds")),
        };
        // The values are not published: 0 for any of them and 1 for all is our choice.
        let all_tags = match fields::integer(body, "conditionOp")? {
            None | Some(0) => false,
            Some(1) => true,
            Some(_) => return Err(Refusal::field("conditionOp")),
        };
        let keyword = fields::text(body, "keyword")?.filter(|word| !word.is_empty()).map(str::to_owned);
        let (from, to) = (time(body, "startCreateTime")?, time(body, "endCreateTime")?);
        Ok(Self { user, keyword, tags, all_tags, from, to })
    }

    fn fits(&self, app: &App, group: &Group) -> bool {
        // Asked for one user, the server answers groups of another owner too: the document's own example does.
        let user = self.user.as_ref().is_none_or(|user| {
            group.owner == *user || (!app.strict && group.found_by.iter().any(|other| other == user))
        });
        let has = |tag: &i64| group.tags.contains(tag);
        let tagged = self.tags.is_empty()
            || if self.all_tags { self.tags.iter().all(has) } else { self.tags.iter().any(has) };
        user && tagged
            && self.keyword.as_ref().is_none_or(|word| group.name.contains(word.as_str()))
            && self.from.as_ref().is_none_or(|from| group.created >= *from)
            && self.to.as_ref().is_none_or(|to| group.created <= *to)
    }
}

/// The format is not published; this is the one that the answer's times have.
fn time(body: &Value, name: &str) -> Result<Option<String>, Refusal> {
    let Some(text) = fields::text(body, name)?.filter(|text| !text.is_empty()) else { return Ok(None) };
    let read = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok();
    match read.map(|time| time.to_string()).filter(|written| written == text) {
        Some(time) => Ok(Some(time)),
        None => Err(Refusal::field(name)),
    }
}

fn row(app: &App, group: &Group) -> Value {
    let sales = app.sales.iter().find(|sales| sales.id == group.owner);
    let tags = app.tags.iter().filter(|tag| group.tags.contains(&tag.id));
    json!({
        "salesId": group.owner,
        "salesName": sales.map(|sales| &sales.name),
        "departmentName": sales.map(|sales| &sales.department),
        "chatId": group.chat,
        "chatName": group.name,
        "tasks": group.tasks.iter().map(|one| task(app, group, one)).collect::<Vec<_>>(),
        "calendars": [],
        "tagGroupNames": tags.map(|tag| &tag.name).collect::<Vec<_>>(),
        "createTimeGroup": group.created,
    })
}

/// No contents: what a SOP sends can't be read back.
fn task(app: &App, group: &Group, task: &Task) -> Value {
    json!({
        "id": task.id,
        "sopInfoId": task.sop,
        "title": task.title,
        "chatId": group.chat,
        "chatName": if group.nameless { "" } else { &group.name },
        "owner": null,
        "ownerName": null,
        // The only value that was published; what others mean is not known.
        "sendStatus": 1,
        "creatorId": app.creator,
        "mode": task.mode,
        "startTime": task.at,
        "ownerId": null,
        "sendStatusDetail": null,
        "startTimeExport": null,
        "qwSalesId": null,
    })
}

#[cfg(test)]
mod tests;
