//! Client credentials become a token (OAuth 2, RFC 6749 section 4.4). It is kept in memory and nowhere else: a new one
//! costs one call, and one that lies on a disk is one more thing to guard.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::http::retry::{Again, until_it_passes};
use crate::http::{Answer, Post, Writer};
use crate::providers::answer::redirected;
use crate::providers::{Happened, VendorError};
use crate::text;
use crate::words::Text;

/// So long before its end a token is renewed: a message may wait for its turn, and clocks differ. Of a short-lived one
/// at most half of its life is given away.
const EARLY: TimeDelta = TimeDelta::seconds(60);

/// The answers to a refused client that RFC 6749, section 5.2, knows. Anything else is not repeated: it may hold what
/// was asked with.
const REFUSALS: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

/// What an account shows for a token.
#[derive(Debug)]
pub(super) enum Credentials {
    /// The token itself.
    Token(SecretString),
    /// A client that is given tokens.
    Client { url: Url, id: String, secret: SecretString, scope: String },
}

/// The tokens of one account, one at a time.
#[derive(Debug)]
pub(super) struct Tokens {
    credentials: Credentials,
    held: Mutex<Option<Held>>,
}

#[derive(Debug)]
struct Held {
    token: SecretString,
    /// From when on it is not used any more; none if the vendor did not say how long it lasts.
    until: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    /// In seconds. The vendor's document leaves the answer out; what is not there is not believed to be zero.
    #[serde(default)]
    expires_in: Value,
}

impl Tokens {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self { credentials, held: Mutex::default() }
    }

    /// Whether a token that the vendor refused can be replaced.
    pub(super) fn can_renew(&self) -> bool {
        matches!(self.credentials, Credentials::Client { .. })
    }

    /// A token that is good by our clock and is not the `refused` one. Whoever comes while it is fetched waits for it.
    ///
    /// # Errors
    /// When none was given out. No message has been sent for it.
    pub(super) async fn get(
        &self,
        http: &Writer,
        home: &Url,
        refused: Option<&SecretString>,
    ) -> Result<SecretString, VendorError> {
        let (url, id, secret, scope) = match &self.credentials {
            Credentials::Token(token) => {
                http.reader().keep(token);
                return Ok(token.clone());
            }
            Credentials::Client { url, id, secret, scope } => (url, id, secret, scope),
        };
        http.reader().keep(secret);
        let mut held = self.held.lock().await;
        let is_refused = |token: &SecretString| {
            refused.is_some_and(|refused| refused.expose_secret() == token.expose_secret())
        };
        if let Some(Held { token, until }) = &*held
            && until.is_none_or(|until| http.reader().now() < until)
            && !is_refused(token)
        {
            return Ok(token.clone());
        }
        let form = url_form(&[
            ("client_id", id),
            ("client_secret", secret.expose_secret()),
            ("grant_type", "client_credentials"),
            ("scope", scope),
        ]);
        let got = fetch(http, url, home, form).await?;
        let token = got.token.clone();
        http.reader().keep(&token);
        *held = Some(got);
        Ok(token)
    }
}

/// Asking for a token does nothing else, so it may be asked for again.
async fn fetch(http: &Writer, url: &Url, home: &Url, form: Bytes) -> Result<Held, VendorError> {
    let call = format!("POST {}", place(url));
    until_it_passes(|| async {
        let asked = http.reader().now();
        let post = Post {
            headers: &[],
            content_type: "application/x-www-form-urlencoded",
            body: form.clone(),
            // They are for the gateway in front of the API. What gives out tokens is somebody else's server, unless
            // it is reached through the same gateway.
            with_account_headers: url.origin() == home.origin(),
            confidential: true,
        };
        let answer = http.post(url.as_str(), post).await;
        let answer = answer.map_err(|failure| VendorError {
            // Whatever became of the call: the message has not been sent.
            happened: Happened::No,
            ..VendorError::unanswered(&call, &failure)
        })?;
        granted(&call, &answer, asked)
    })
    .await
}

fn granted(call: &str, answer: &Answer, asked: DateTime<Utc>) -> Result<Held, VendorError> {
    let refused = |message: Text| {
        VendorError::refused(call, text!("no token: {message}", message))
            .hint(text!("check `client_id`, `client_secret`, `scope` and `token_url` of the account"))
    };
    let http = || format!("HTTP {}", answer.status);
    match answer.status {
        200..=299 => {}
        300..=399 => {
            return Err(refused(redirected(answer)).code(http()));
        }
        429 | 500.. => {
            let again = answer.retry_after.map_or(Again::Soon, Again::After);
            return Err(refused(text!("the server has none to give now")).code(http()).may_pass(again));
        }
        _ => {
            let said: Option<Value> = serde_json::from_slice(&answer.body).ok();
            let word = said.as_ref().and_then(|said| said["error"].as_str());
            let word = word
                .filter(|word| REFUSALS.contains(word))
                .map_or_else(|| text!("the client was refused"), Text::verbatim);
            return Err(refused(word).code(http()));
        }
    }
    let Ok(granted) = serde_json::from_slice::<Granted>(&answer.body) else {
        return Err(refused(text!("the answer is not the JSON that was expected")));
    };
    if granted.access_token.expose_secret().trim().is_empty() {
        return Err(refused(text!("the answer holds an empty one")));
    }
    let seconds = match &granted.expires_in {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let lasts = seconds.and_then(TimeDelta::try_seconds);
    let until = lasts.and_then(|lasts| asked.checked_add_signed(lasts - EARLY.min(lasts / 2)));
    Ok(Held { token: granted.access_token, until })
}

/// Host and path, by which people know it.
fn place(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}{}", url.host_str().unwrap_or_default(), url.path())
}

fn url_form(fields: &[(&str, &str)]) -> Bytes {
    let one = |(key, value): &(&str, &str)| format!("{key}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    fields.iter().map(one).collect::<Vec<_>>().join("&").into()
}

#[cfg(test)]
mod tests {
    use crate::providers::Happened;
    use crate::providers::youmi::testing::Desk;
    use crate::sandbox::{Fault, Rule};

    #[tokio::test]
    async fn a_token_is_kept_until_shortly_before_its_end() {
        let desk = Desk::new().await;
        desk.say("f1").await.expect("sent");
        desk.wait(3600 - 61);
        desk.say("f1").await.expect("sent");
        assert_eq!(desk.asked(), ["token", "send", "send"]);
        desk.wait(1);
        desk.say("f1").await.expect("sent");
        assert_eq!(desk.asked(), ["token", "send", "send", "token", "send"]);
    }

    #[tokio::test]
    async fn several_at_once_fetch_it_once() {
        let desk = Desk::new().await;
        let sent = futures::future::join_all((0..4).map(|_| desk.say("f1"))).await;
        assert!(sent.iter().all(Result::is_ok), "{sent:?}");
        assert_eq!(desk.asked().iter().filter(|word| **word == "token").count(), 1);
    }

    #[tokio::test]
    async fn one_that_the_vendor_refuses_is_replaced_once() {
        let desk = Desk::new().await;
        desk.say("f1").await.expect("sent");
        desk.sandbox.clear_journal();
        // The vendor's clock runs ahead: code 10003.
        desk.vendor_waits(3601);
        desk.say("f1").await.expect("sent");
        assert_eq!(desk.asked(), ["send", "token", "send"]);
        assert_eq!(desk.got("wx1", "f1").len(), 2);
        // It forgot the token: HTTP 401.
        desk.sandbox.reset();
        desk.say("f1").await.expect("sent");
        assert_eq!(desk.asked(), ["send", "token", "send"]);
        assert_eq!(desk.got("wx1", "f1").len(), 1);
    }

    #[tokio::test]
    async fn one_that_is_always_refused_is_not_replaced_again() {
        for fault in [Fault::Status { status: 401 }, Fault::Code { code: 10_003, message: String::new() }] {
            let desk = Desk::new().await;
            desk.sandbox.fault(Rule::new("POST", "doSendPublicMes", fault).always());
            let error = desk.say("f1").await.expect_err("refused");
            assert_eq!(error.happened, Happened::No);
            assert_eq!(desk.asked(), ["token", "send", "token", "send"]);
        }
    }

    #[tokio::test]
    async fn a_client_that_is_refused_sends_nothing_and_tells_no_secret() {
        let desk = Desk::with("not-it").await;
        let error = desk.say("f1").await.expect_err("refused");
        let shown = error.to_string();
        assert!(shown.contains("127.0.0.1:") && shown.contains("invalid_client"), "{shown}");
        assert!(!shown.contains("not-it") && !shown.contains("c1"), "{shown}");
        assert_eq!((error.happened, desk.asked()), (Happened::No, vec!["token"]));
    }

    #[tokio::test]
    async fn asking_for_one_is_tried_again_and_sends_nothing() {
        let desk = Desk::new().await;
        let faults = [Fault::ResetAfter, Fault::Status { status: 503 }];
        for (nth, fault) in (0..).zip(faults) {
            desk.sandbox.fault(Rule::new("POST", "/connect/token", fault).skip(nth));
        }
        desk.say("f1").await.expect("sent");
        assert_eq!(desk.asked(), ["token", "token", "token", "send"]);
        desk.wait(7200);
        desk.sandbox.fault(Rule::new("POST", "/connect/token", Fault::Html));
        let error = desk.say("f1").await.expect_err("no token");
        assert_eq!(error.happened, Happened::No, "{error}");
        assert_eq!(desk.got("wx1", "f1").len(), 1);
    }
}
