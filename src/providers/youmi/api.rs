//! The one call that sends, its envelope and its codes.
//!
//! A message is sent by one call and never by a second one, with a single exception: where the vendor refused the token,
//! it did not look at the message. Whatever else goes wrong, that it certainly was not sent is said only where the
//! vendor says so.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::token::Tokens;
use crate::http::{Answer, Post, Writer};
use crate::providers::answer::json;
use crate::providers::number::number;
use crate::providers::{Happened, VendorError};
use crate::text;
use crate::words::Text;

const CALL: &str = "POST v2/ChatMess/doSendPublicMes";
const PATH: [&str; 3] = ["v2", "ChatMess", "doSendPublicMes"];
/// The token is not valid.
const TOKEN_INVALID: i64 = 10_003;

/// What is known of a code.
enum Meaning {
    /// The vendor has looked at the message and turned it down before it sent anything.
    Checked(Text),
    /// Nobody knows how far the message had come, as with every code that the vendor has not published.
    Broke(Text),
}

/// The API of one account.
#[derive(Debug)]
pub(super) struct Api {
    http: Writer,
    root: Url,
    tenant: Option<SecretString>,
    tokens: Arc<Tokens>,
}

/// What came of one call.
enum Verdict {
    /// The message is queued, under the id of its task if there is one.
    Queued(Option<String>),
    /// The token was refused, and nothing else looked at.
    TokenRefused(VendorError),
}

impl Api {
    pub(super) fn new(http: Writer, root: &Url, tenant: Option<String>, tokens: Arc<Tokens>) -> Self {
        Self { http, root: root.clone(), tenant: tenant.map(SecretString::from), tokens }
    }

    /// True if the vendor gives the account a token. One that the account brings along shows only when it is used.
    pub(super) async fn admitted(&self) -> Result<bool, VendorError> {
        self.tokens.get(&self.http, &self.root, None).await?;
        Ok(self.tokens.can_renew())
    }

    /// Sends a message and gives the id of its task.
    pub(super) async fn send(&self, body: &Value) -> Result<Option<String>, VendorError> {
        let body = Bytes::from(body.to_string());
        let token = self.tokens.get(&self.http, &self.root, None).await?;
        let refused = match self.send_as(&token, body.clone()).await? {
            Verdict::Queued(task) => return Ok(task),
            Verdict::TokenRefused(error) if !self.tokens.can_renew() => return Err(error),
            Verdict::TokenRefused(_) => token,
        };
        let token = self.tokens.get(&self.http, &self.root, Some(&refused)).await?;
        match self.send_as(&token, body).await? {
            Verdict::Queued(task) => Ok(task),
            Verdict::TokenRefused(error) => Err(error),
        }
    }

    async fn send_as(&self, token: &SecretString, body: Bytes) -> Result<Verdict, VendorError> {
        let bearer = SecretString::from(format!("Bearer {}", token.expose_secret()));
        let tenant = self.tenant.iter().map(|tenant| ("TenantId", tenant));
        let headers: Vec<_> = [("Authorization", &bearer)].into_iter().chain(tenant).collect();
        let mut url = self.root.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(PATH);
        }
        let post = Post {
            headers: &headers,
            content_type: "application/json",
            body,
            with_account_headers: true,
            confidential: false,
        };
        let answer = self.http.post(url.as_str(), post).await;
        let answer = answer.map_err(|failure| VendorError::unanswered(CALL, &failure))?;
        verdict(&answer)
    }
}

/// The vendor's envelope. Whether it went well stands in `succeed` alone: codes of success there are several.
#[derive(Deserialize)]
struct Envelope {
    succeed: bool,
    #[serde(default)]
    errmsg: Value,
    #[serde(default)]
    errdesc: Value,
    #[serde(default, rename = "requestId")]
    request: Value,
    #[serde(default)]
    values: Value,
}

/// What an answer says.
fn verdict(answer: &Answer) -> Result<Verdict, VendorError> {
    if answer.status == 401 {
        let error =
            VendorError::refused(CALL, text!("the token was refused")).code("HTTP 401").hint(CREDENTIALS);
        return Ok(Verdict::TokenRefused(error));
    }
    if let Some(id) =
        serde_json::from_slice::<Envelope>(&answer.body).ok().and_then(|said| word(&said.request))
    {
        number(&answer.secrets.out_of(&id));
    }
    let said = match json::<Envelope>(CALL, answer) {
        Ok(said) if said.succeed => return Ok(Verdict::Queued(word(&said.values["taskId"]))),
        Ok(said) => said,
        // A refusal may come with a status of its own; one that says that it succeeded is none.
        Err(error) => match serde_json::from_slice::<Envelope>(&answer.body) {
            Ok(said) if said.succeed => return Err(error.maybe_happened()),
            Ok(said) if error.happened == Happened::No => said,
            _ => return Err(error),
        },
    };
    let code = word(&said.errmsg);
    let error = refusal(&said, code.as_deref()).without(&answer.secrets);
    match code.and_then(|code| code.parse().ok()) {
        Some(TOKEN_INVALID) => Ok(Verdict::TokenRefused(error)),
        Some(code) if matches!(meaning(code), Some(Meaning::Checked(_))) => Err(error),
        _ => Err(error.maybe_happened()),
    }
}

const CREDENTIALS: Text = text!(
    "check `token`, or `client_id` and `client_secret`, of the account, and that they are for \
    this `base_url`"
);

/// The vendor's no, with its words and the number by which it finds the request again.
fn refusal(said: &Envelope, code: Option<&str>) -> VendorError {
    let said_why = word(&said.errdesc).map(Text::verbatim);
    let why = said_why.unwrap_or_else(|| text!("(no message)"));
    let message = match word(&said.request) {
        Some(id) => text!("{why} (request {id})", why, id),
        None => why,
    };
    let error = VendorError::refused(CALL, message);
    let error = error.code(code.unwrap_or("(none)"));
    match code.and_then(|code| code.parse().ok()).and_then(meaning) {
        Some(Meaning::Checked(hint) | Meaning::Broke(hint)) => error.hint(hint),
        None => error,
    }
}

/// What the codes mean. They are published for version 1 of the API, which has the same envelope.
fn meaning(code: i64) -> Option<Meaning> {
    use Meaning::{Broke, Checked};
    Some(match code {
        TOKEN_INVALID => Checked(CREDENTIALS),
        10_005 => Checked(text!(
            "the vendor found data that do not fit together; check `extra` and `raw` of the message"
        )),
        10_006 => {
            Checked(text!("the vendor's time is another; check this machine's clock with `mpform doctor`"))
        }
        200_008 => Checked(text!("the vendor got no friend's id; check `friends` of the audience")),
        200_009 => {
            Checked(text!("the vendor knows no such friend; check `friends` and `from` of the audience"))
        }
        200_010 => Checked(text!("the vendor knows no such member of staff; check `from` of the audience")),
        200_011 => Broke(text!("something went wrong at the vendor's; ask it with the request's number")),
        200_012 => Checked(text!(
            "the vendor takes a field for wrong; check the message and `channel` of the audience"
        )),
        200_013 => Broke(text!("the vendor's messenger failed; ask it with the request's number")),
        200_014 | 200_015 => {
            Checked(text!("the vendor got no account that sends; check `from` of the audience"))
        }
        200_018 => Checked(text!("the vendor knows no such WechatId; check `from` of the audience")),
        200_019 => Broke(text!(
            "the vendor could not do it; check `takeover_keys` of the audience, or ask it with the request's number"
        )),
        200_022 => {
            Checked(text!("they are no friend of the account any more; take them out of the audience"))
        }
        _ => return None,
    })
}

/// A text, or a number as text; an empty one is none.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
