//! The two creates. There is no update, no delete and no get, and a create that is repeated makes a second SOP.

use chrono::{Days, NaiveDateTime, NaiveTime};
use serde_json::Value;

use super::datas;
use super::fields::{self, Refusal};
use super::ids::Ids;
use super::seed::Task;
use super::store::{App, Sop, Step};
use crate::sandbox::china;

/// By days, counted from the day of the create.
pub(super) fn corporate(app: &App, body: &Value, now: i64) -> Result<Sop, Refusal> {
    let title = fields::filled(body, "title")?.to_owned();
    let mode = fields::integer(body, "mode")?.unwrap_or(1);
    let mut chats = Vec::new();
    for info in fields::list(body, "groupInfos")? {
        let chat = fields::filled(info, "chatId")?;
        let owner = info.get("chatOwner").and_then(fields::id).ok_or_else(|| Refusal::field("chatOwner"))?;
        if owner_of(app, chat)? != owner {
            return Err(Refusal::failed(format!("群主不匹配: {chat}")));
        }
        chats.push(chat.to_owned());
    }
    let mut steps = Vec::new();
    for content in fields::list(body, "sopContents")? {
        let day = fields::integer(content, "showDate")?.ok_or_else(|| Refusal::field("showDate"))?;
        let days = u64::try_from(day - app.first_day).map_err(|_| Refusal::field("showDate"))?;
        let time = exact(fields::filled(content, "showTime")?, "%H:%M", NaiveTime::parse_from_str)
            .ok_or_else(|| Refusal::field("showTime"))?;
        let date = china(now).date().checked_add_days(Days::new(days));
        let at = date.ok_or_else(|| Refusal::field("showDate"))?.and_time(time);
        // A time that has passed already is taken without a word.
        steps.push(Step { at, datas: datas::check(content)? });
    }
    let endpoint = "addGroupCorporate";
    Ok(Sop { id: String::new(), endpoint, title, mode, instruction: None, made: now, chats, steps })
}

/// By absolute times, in China.
pub(super) fn assistant(app: &App, body: &Value) -> Result<Sop, Refusal> {
    let title = fields::filled(body, "title")?.to_owned();
    let instruction = fields::text(body, "instruction")?.map(str::to_owned);
    let owners: Option<Vec<String>> = fields::list(body, "owners")?.iter().map(fields::id).collect();
    let owners = owners.ok_or_else(|| Refusal::field("owners"))?;
    let mut chats = Vec::new();
    for chat in fields::list(body, "chatIds")? {
        let chat = chat.as_str().ok_or_else(|| Refusal::field("chatIds"))?;
        if !owners.iter().any(|owner| owner_of(app, chat).as_deref() == Ok(owner)) {
            owner_of(app, chat)?;
            return Err(Refusal::failed(format!("群主不匹配: {chat}")));
        }
        chats.push(chat.to_owned());
    }
    let mut steps = Vec::new();
    for content in fields::list(body, "sopContents")? {
        let text = fields::filled(content, "sendTime")?;
        let at = exact(text, "%Y-%m-%d %H:%M", NaiveDateTime::parse_from_str)
            .ok_or_else(|| Refusal::field("sendTime"))?;
        steps.push(Step { at, datas: datas::check(content)? });
    }
    // Rows called manual have mode 1 and others 0 (what it means is not published).
    let (endpoint, mode) = ("addGroupAssistant", 0);
    Ok(Sop { id: String::new(), endpoint, title, mode, instruction, made: 0, chats, steps })
}

/// Keeps what was checked: a SOP with an entry in each of its groups.
pub(super) fn keep(app: &mut App, ids: &mut Ids, mut sop: Sop, now: i64) {
    sop.id = ids.id(now);
    sop.made = now;
    let at = china(now).format("%Y-%m-%d %H:%M").to_string();
    for chat in &sop.chats {
        let Some(group) = app.groups.iter_mut().find(|group| group.chat == *chat) else { continue };
        let task = Task {
            id: ids.id(now),
            sop: sop.id.clone(),
            title: sop.title.clone(),
            mode: sop.mode,
            at: at.clone(),
        };
        // The list is in no strict order: every third is in front of the one before it.
        let count = group.tasks.len();
        group.tasks.insert(if count % 3 == 2 { count - 1 } else { count }, task);
    }
    app.sops.push(sop);
}

/// All or nothing: one chat that nobody knows, and nothing is made. The real server's answer is not published.
fn owner_of<'a>(app: &'a App, chat: &str) -> Result<&'a str, Refusal> {
    app.group(chat)
        .map(|group| group.owner.as_str())
        .ok_or_else(|| Refusal::failed(format!("群不存在: {chat}")))
}

/// A time that is written exactly as the format writes it.
fn exact<T>(text: &str, format: &str, read: fn(&str, &str) -> chrono::ParseResult<T>) -> Option<T> {
    let digits = format.replace("%Y", "0000").replace('%', "0");
    read(text, format).ok().filter(|_| text.len() == digits.len())
}

#[cfg(test)]
mod tests;
