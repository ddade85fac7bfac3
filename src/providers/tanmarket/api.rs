//! Tanmarket's address, signed calls, envelope and codes.
//!
//! Every endpoint is a POST, and every answer HTTP 200, failures too: whether it went well is only in `code`. The
//! documented answer of a create is `{}`, so an answer without a code says nothing: it may have happened.

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::sign::sign;
use crate::http::retry::{Again, until_it_passes};
use crate::http::{self, Answer};
use crate::providers::answer::{begins, json};
use crate::providers::{Happened, VendorError};
use crate::text;
use crate::words::Text;

/// The code of a wrong signature.
const BAD_SIGN: i64 = 1002;
/// The code of a clock that is too far off.
const BAD_CLOCK: i64 = 1003;
/// The code of a parameter that the vendor does not take.
const BAD_PARAMETER: i64 = 40417;

/// What the vendor documents as a read. Nothing else ever goes through a [`http::Reader`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Read {
    /// The groups with the SOPs that each carries.
    GroupList,
}

/// What makes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Create {
    /// A SOP that staff send by hand, by days from its creation.
    Corporate,
    /// A SOP that goes out through the assistant, by absolute times.
    Assistant,
}

impl Read {
    fn name(self) -> &'static str {
        match self {
            Self::GroupList => "getGroupList",
        }
    }
}

impl Create {
    fn name(self) -> &'static str {
        match self {
            Self::Corporate => "addGroupCorporate",
            Self::Assistant => "addGroupAssistant",
        }
    }
}

/// Who calls, and how a call is signed.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) root: Url,
    pub(super) app_id: String,
    pub(super) app_key: SecretString,
    /// Puts the key itself on the wire as well.
    pub(super) send_app_key: bool,
}

/// What can be read.
#[derive(Debug)]
pub(super) struct ReadApi {
    http: http::Reader,
    caller: Caller,
}

/// What can be written; it can read as well.
#[derive(Debug)]
pub(super) struct WriteApi {
    http: http::Writer,
    pub(super) read: ReadApi,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    code: Value,
    #[serde(default)]
    message: Value,
    #[serde(default)]
    data: Value,
}

impl Caller {
    fn url(&self, name: &str) -> Url {
        let mut url = self.root.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v3", "groupSop", name]);
        }
        url
    }

    fn headers(&self, at: DateTime<Utc>, body: &[u8]) -> Result<HeaderMap, VendorError> {
        let timestamp = at.timestamp_millis().to_string();
        let signature = sign(&self.app_id, &timestamp, body, &self.app_key);
        let key = self.send_app_key.then(|| self.app_key.expose_secret());
        let signed = [("appid", &*self.app_id), ("timestamp", &timestamp), ("sign", &signature)];
        let mut headers = HeaderMap::new();
        for (name, value) in signed.into_iter().chain(key.map(|key| ("appkey", key))) {
            let mut value = HeaderValue::from_str(value).map_err(|_| {
                VendorError::not_sent(text!("`{name}` has characters that a header can't have", name))
                    .hint(text!("correct it in the account's settings"))
            })?;
            value.set_sensitive(matches!(name, "sign" | "appkey"));
            headers.insert(HeaderName::from_static(name), value);
        }
        Ok(headers)
    }
}

impl ReadApi {
    pub(super) fn new(http: http::Reader, caller: &Caller) -> Self {
        // Not only where it goes along: what is signed with it may be shown with it.
        http.keep(&caller.app_key);
        Self { http, caller: caller.clone() }
    }

    /// What time it is here.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.http.now()
    }

    /// Asks, again where that may help. Each time is signed anew, since a signature has its time in it.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        read: Read,
        body: &impl Serialize,
    ) -> Result<T, VendorError> {
        let call = call_name(read.name());
        let (url, body) = (self.caller.url(read.name()), bytes_of(body)?);
        let answer = until_it_passes(|| async {
            let at = self.http.now();
            let headers = self.caller.headers(at, &body)?;
            let answer = self.http.ask(url.as_str(), body.clone(), headers).await;
            let answer = answer.map_err(|failure| VendorError::unanswered(&call, &failure))?;
            data(&call, &answer, at, &self.http)
        })
        .await?;
        serde_json::from_value(answer).map_err(|error| {
            VendorError::refused(
                &call,
                text!("the answer has another shape than the document's: {error}", error),
            )
            .without(&self.http.secrets())
        })
    }
}

impl WriteApi {
    pub(super) fn new(http: http::Writer, caller: &Caller) -> Self {
        let read = ReadApi::new(http.reader().clone(), caller);
        Self { http, read }
    }

    /// Makes something; sent once, whatever comes back.
    ///
    /// # Errors
    /// Also an answer that says nothing: the documented one is `{}`. Then it may have happened.
    pub(super) async fn create(&self, create: Create, body: &impl Serialize) -> Result<(), VendorError> {
        let call = call_name(create.name());
        let body = bytes_of(body)?;
        let (caller, at) = (&self.read.caller, self.read.now());
        let headers = caller.headers(at, &body)?;
        let url = caller.url(create.name());
        let answer = self.http.send_with(Method::POST, url.as_str(), body, headers).await;
        let answer = answer.map_err(|failure| VendorError::unanswered(&call, &failure))?;
        data(&call, &answer, at, self.http.reader()).map(drop)
    }
}

/// True if the vendor has surely done nothing: the request did not go out, or was looked at and turned down. What -1 and
/// codes that nobody has published leave behind is not known.
pub(super) fn surely_not(error: &VendorError) -> bool {
    let turned_down = |code: &str| {
        code.starts_with("HTTP")
            || [BAD_SIGN, BAD_CLOCK, BAD_PARAMETER].iter().any(|known| known.to_string() == code)
    };
    error.happened == Happened::No && error.code.as_deref().is_none_or(turned_down)
}

fn call_name(name: &str) -> String {
    format!("POST {name}")
}

fn bytes_of(body: &impl Serialize) -> Result<Bytes, VendorError> {
    let bytes = serde_json::to_vec(body);
    bytes.map(Bytes::from).map_err(|error| VendorError::not_sent(text!("no JSON: {error}", error)))
}

/// What an answer holds, or why it holds nothing; `at` is the time that the request was signed with.
fn data(call: &str, answer: &Answer, at: DateTime<Utc>, http: &http::Reader) -> Result<Value, VendorError> {
    let envelope: Envelope = json(call, answer)?;
    let code = match &envelope.code {
        Value::Number(code) => code.as_i64(),
        Value::String(code) => code.parse().ok(),
        _ => None,
    };
    let Some(code) = code else {
        let message = text!("an answer without a code: {body}", body = begins(answer));
        return Err(VendorError::refused(call, message).may_pass(Again::Soon).maybe_happened());
    };
    let message = match envelope.message {
        Value::String(message) => Text::verbatim(answer.secrets.out_of(&message)),
        _ => text!("(no message)"),
    };
    let refused = |message: Text| Err(VendorError::refused(call, message).code(code));
    match code {
        0 => Ok(envelope.data),
        BAD_SIGN => refused(message).map_err(|error| error.hint(
            text!("the signature is not the one that the vendor reckons: check `app_id` and `app_key` of the account"),
        )),
        BAD_CLOCK => {
            let here = at.to_rfc3339_opts(SecondsFormat::Secs, true);
            let there = match http.date() {
                Some(date) => text!("the vendor's clock says {date}", date),
                None => text!("the vendor does not say what its clock says"),
            };
            refused(text!("{message}: the clock here says {here}, {there}", message, here, there))
                .map_err(|error| error.hint(text!("set this machine's clock by the network")))
        }
        BAD_PARAMETER => refused(message)
            .map_err(|error| error.hint(text!("the vendor does not take a value of the request; it is named in the message"))),
        // A failure of no special kind may pass. Only reads are made again.
        _ => refused(message).map_err(|error| error.may_pass(Again::Soon)),
    }
}

#[cfg(test)]
mod tests;
