//! Sends the messages of plans through the mass send.
//!
//! The call answers without an id, says 200 also when WeChat refused, and is never safe to repeat: the server asks
//! WeChat up to three times, and where it can't read WeChat's answer it says 500 after the message went out, up to
//! three times, and lists nothing. So every 500 may have gone out, and what is not in the list has not surely stayed
//! at home.

use std::sync::Arc;

use chrono::{SubsecRound, TimeDelta};
use futures::future::BoxFuture;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::api::WriteApi;
use super::masssend;
use super::materials::Table;
use super::sops::{Audience, Gender, Item};
use crate::model::kinds::{Group, Material};
use crate::model::sop::ALL;
use crate::model::{Link, RemoteId};
use crate::providers::{Lost, Outgoing, Sends, Sent, Settled, VendorError};
use crate::text;

/// The pseudo-group of all followers, blocked ones too.
const EVERYBODY: &str = "-1";

/// The field that leaves followers out.
const GENDER: &str = "gender";

/// How the list calls a text.
const TEXT: &str = "text";

/// How a mass send calls news.
const NEWS: &str = "mpnews";

/// A message that the server lists is listed when WeChat has answered, which it waits for three times at most. A material
/// that was listed later than this after a message was begun was sent by somebody else.
const BUSY: TimeDelta = TimeDelta::minutes(5);

/// The server's only code that says for sure that WeChat was not asked: there is nobody to send to.
const NOBODY: &str = "400";

/// Sends messages.
pub(super) struct Broadcast {
    pub(super) api: Arc<WriteApi>,
}

/// What goes out, as the mass send and its list call it.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    kind: &'static str,
    id: String,
}

impl Shown {
    /// What a mark of [`Broadcast::prepare`] stands for.
    fn of(item: &Item, mark: &str) -> Result<Self, VendorError> {
        if item.text.is_some() {
            return Ok(Self { kind: TEXT, id: mark.to_owned() });
        }
        let id = RemoteId::from(mark);
        let kind = match Table::of(&id) {
            Some(Table::Image) => "image",
            Some(Table::Voice) => "voice",
            Some(Table::News) => NEWS,
            Some(Table::Video) => return Err(VendorError::not_sent(text!("a video can't be sent to many"))),
            None => return Err(VendorError::not_sent(text!("{id} is no material's id", id))),
        };
        Ok(Self { kind, id: id.plain().to_owned() })
    }

    /// The vendor's document lists news as `news`, its server as they were sent.
    fn is(&self, sent: &Sent) -> bool {
        let is_kind = sent.kind == self.kind || (self.kind == NEWS && sent.kind == Table::News.word());
        is_kind && sent.material == self.id
    }
}

fn item(message: &Outgoing<'_>) -> Result<Item, VendorError> {
    message
        .message
        .typed()
        .map_err(|error| VendorError::not_sent(text!("the message is not one of yeapoo's: {error}", error)))
}

fn audience(message: &Outgoing<'_>) -> Result<Audience, VendorError> {
    let audience = message.audience.typed();
    audience
        .map_err(|error| VendorError::not_sent(text!("the audience is not one of yeapoo's: {error}", error)))
}

/// The call's body. Fields of the user's own go along, but say neither what is sent nor to whom.
fn body(
    message: &Outgoing<'_>,
    audience: &Audience,
    item: Item,
    shown: &Shown,
) -> Result<Value, VendorError> {
    let group = if audience.group == ALL {
        EVERYBODY
    } else {
        message.links.id(&Link::<Group>::new(&audience.group))?.plain()
    };
    let gender = match audience.gender {
        // `0` is only those whose gender WeChat does not know.
        Gender::Any => None,
        Gender::Male => Some("1"),
        Gender::Female => Some("2"),
    };
    let mut body: Map<String, Value> = item.extra.unwrap_or_default().0;
    body.retain(|name, _| name != GENDER);
    body.insert("group_id".into(), group.into());
    body.insert("msg_type".into(), shown.kind.into());
    body.insert("msg_id".into(), shown.id.as_str().into());
    body.extend(gender.map(|gender| (GENDER.into(), gender.into())));
    Ok(Value::Object(body))
}

/// Says of a failed call whether the message may have gone out.
fn judged(error: VendorError) -> VendorError {
    match error.code.as_deref() {
        Some(NOBODY) => error.hint(
            text!("nobody is in this audience: add somebody to the group, or say `allow_empty: true` if that is fine"),
        ),
        // A gateway that gave up on a request that it was passing on.
        Some("HTTP 408") => error.maybe_happened(),
        // WeChat may have been asked by then.
        _ if error.answered() => error.maybe_happened(),
        _ => error,
    }
}

impl Sends for Broadcast {
    /// A text is made for this message alone, and never one that is there already: so its id is in the list if this
    /// message went out, and only then. Of a material the mark is which one was meant.
    fn prepare<'a>(
        &'a self,
        message: &'a Outgoing<'a>,
    ) -> BoxFuture<'a, Result<Option<String>, VendorError>> {
        Box::pin(async move {
            let item = item(message)?;
            if let Some(text) = &item.text {
                return self.api.make(&["text"], &json!({"content": text})).await.map(Some);
            }
            let Some(key) = &item.material else {
                return Err(VendorError::not_sent(text!("neither a text nor a material")));
            };
            let id = message.links.id(&Link::<Material>::new(key))?;
            Shown::of(&item, id.as_str())?;
            Ok(Some(id.as_str().to_owned()))
        })
    }

    fn send<'a>(
        &'a self,
        message: &'a Outgoing<'a>,
        mark: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<String>, VendorError>> {
        Box::pin(async move {
            // Without a mark nobody could tell later that it went out.
            let mark = mark.ok_or_else(|| VendorError::not_sent(text!("the message was not prepared")))?;
            let (item, audience) = (item(message)?, audience(message)?);
            let shown = Shown::of(&item, mark)?;
            let body = body(message, &audience, item, &shown)?;
            let path = ["masssend", "send"];
            let front = [self.api.read.info_id()];
            let call = self.api.send_to(Method::POST, (&front, &path), &[], Some(&body));
            match call.await {
                Ok(Value::String(id)) if !id.is_empty() => Ok(Some(id)),
                Ok(Value::Number(id)) => Ok(Some(id.to_string())),
                // It went out; that the list can't be read only hides its id.
                Ok(_) => {
                    Ok(masssend::newest(&self.api.read, |sent| shown.is(sent)).await.unwrap_or_default())
                }
                Err(error) if audience.allow_empty && error.code.as_deref() == Some(NOBODY) => Ok(None),
                Err(error) => Err(judged(error)),
            }
        })
    }

    /// A text that is listed went out, and so did a material if it was listed just then, once, and not for another
    /// message. That something is not listed proves nothing: what WeChat did, and the server could not read its word for,
    /// never is.
    fn settle<'a>(&'a self, lost: &'a Lost<'a>) -> BoxFuture<'a, Result<Settled, VendorError>> {
        Box::pin(async move {
            // Nothing is sent without a mark.
            let Some(mark) = lost.mark else { return Ok(Settled::NotSent) };
            let item = item(&lost.message)?;
            let shown = Shown::of(&item, mark)?;
            let listed = masssend::whole(&self.api.read).await?;
            // The vendor keeps whole seconds.
            let begun = lost.begun.trunc_subsecs(0);
            let just_then = |sent: &&Sent| (begun..=begun + BUSY).contains(&sent.at);
            let candidate = |sent: &&Sent| {
                let is_anothers = lost.taken.contains(&sent.id);
                shown.is(sent) && !is_anothers && (item.text.is_some() || just_then(sent))
            };
            let ours: Vec<_> = listed.iter().filter(candidate).collect();
            Ok(match ours[..] {
                [sent] => Settled::Sent(id(sent)),
                _ => Settled::Unknown,
            })
        })
    }
}

fn id(sent: &Sent) -> Option<String> {
    Some(sent.id.clone()).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests;
