//! Tells others how a run ended: one summary for each webhook, whatever came of the run.
//!
//! That somebody could not be told never makes a run fail; it is a warning. An address is as secret as a password, so
//! of a webhook only its host is ever named.

mod body;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::future::join_all;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::clock::Clock;
use crate::config::{Format, Occasion, Webhook};
use crate::http::{Answer, Client, Limits, Post, Throttle, Writer};
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::{Lang, Text};

/// Nobody waits longer for a receiver.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The command.
    pub occasion: Occasion,
    /// The project, by its folder.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Whether it went wrong.
    pub failed: bool,
    /// The line that sums it up.
    pub summary: Text,
    /// The same as numbers.
    pub counts: Value,
    /// What went wrong, then what was done.
    pub items: Vec<Item>,
    /// Where the run can be looked at.
    pub link: Option<String>,
}

/// One thing that was done, or was not.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it was done to; nothing for the run itself.
    pub address: Option<String>,
    /// In a word, e.g. `created`.
    pub outcome: Text,
    /// Why, where it went wrong.
    pub why: Option<Text>,
}

/// Tells all who want to hear of it, side by side. What could not be told is a warning.
pub async fn tell(hooks: &[Webhook], notice: &Notice, lang: Lang, clock: &Clock) -> Vec<Problem> {
    let listening = hooks.iter().filter(|hook| hook.on.contains(&notice.occasion));
    let told =
        join_all(listening.map(|hook| async move { (hook, post(hook, notice, lang, clock).await) })).await;
    told.into_iter().filter_map(|(hook, told)| told.err().map(|why| untold(hook, why))).collect()
}

async fn post(hook: &Webhook, notice: &Notice, lang: Lang, clock: &Clock) -> Result<(), Text> {
    let throttle = Throttle::new(Limits { concurrency: 1, requests_per_second: None, timeout: PATIENCE });
    let client = Client::new([], throttle, clock.clone())?;
    let secret = hook.secret.as_ref().map(ExposeSecret::expose_secret);
    let signed = body::signed(hook.format, secret, clock.now());
    let url = signed.url(hook.webhook.expose_secret());
    let body = Bytes::from(body::body(hook.format, notice, lang, &signed).to_string());
    let content_type = "application/json; charset=utf-8";
    let post = Post { headers: &[], content_type, body, with_account_headers: false, confidential: true };
    let answer = tokio::time::timeout(PATIENCE, send(&client, &url, post)).await;
    judged(hook.format, &answer.map_err(|_| text!("no answer in time"))??)
}

async fn send(client: &Arc<Client>, url: &str, post: Post<'_>) -> Result<Answer, Text> {
    Writer::new(client).post(url, post).await.map_err(|failure| failure.message().clone())
}

/// Robots say no inside of HTTP 200.
fn judged(format: Format, answer: &Answer) -> Result<(), Text> {
    let status = answer.status;
    if !(200..=299).contains(&status) {
        return Err(text!("HTTP {status}", status));
    }
    let field = match format {
        Format::Json => return Ok(()),
        Format::Wecom | Format::Dingtalk => "errcode",
        Format::Feishu => "code",
    };
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match said.get(field) {
        Some(code) if *code == 0 => Ok(()),
        // The message may quote the address.
        Some(code) => Err(text!("it was refused with code {code}", code)),
        None => Err(text!("the answer is not the JSON that was expected")),
    }
}

fn untold(hook: &Webhook, why: Text) -> Problem {
    let host = hook.host().unwrap_or_default();
    let message = text!("{host} could not be told how the run ended: {why}", host, why);
    let problem = Problem::warning(Code::NotTold, message)
        .help(text!("what was done stays done; see to the webhook's address, format and secret"));
    match &hook.place {
        Some(place) => problem.at(place.clone()),
        None => problem,
    }
}
