//! For unit tests: an account of a sandbox that is served.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::api::Api;
use super::send::Sender;
use super::token::{Credentials, Tokens};
use crate::clock::Clock;
use crate::http::{Client, Limits, Throttle, Writer};
use crate::model::sop::Own;
use crate::providers::{Links, Outgoing, Sends as _, VendorError};
use crate::sandbox::{Running, Sandbox, Seed};

const WORLD: &str = "
youmi:
  clients:
    c1:
      secret: s +&1
      tokens: [good]
      accounts:
        - {wechat: wx1, friends: [f1, f2], former: [f8]}
        - {wechat: ww1, relation: 3, friends: [f3]}
      takeovers: [{key: k1, wechat: wx1, friend: f2}]
";

/// The sandbox, our account of it, and our clock.
pub(super) struct Desk {
    pub(super) sandbox: Running,
    pub(super) sender: Arc<Sender>,
    clock: Clock,
}

impl Desk {
    /// An account with a client's credentials.
    pub(super) async fn new() -> Self {
        Self::with("s +&1").await
    }

    /// The same with this secret.
    pub(super) async fn with(secret: &str) -> Self {
        Self::of(|base| Credentials::Client {
            url: format!("{base}/connect/token").parse().expect("an address"),
            id: "c1".into(),
            secret: secret.into(),
            scope: "Ls.Qkl.PublicApi".into(),
        })
        .await
    }

    pub(super) async fn of(credentials: impl FnOnce(&str) -> Credentials) -> Self {
        let address = "127.0.0.1:0".parse().expect("an address");
        let sandbox = Sandbox::new().seed(Seed::yaml(WORLD)).start(address).await.expect("starts");
        let clock = Clock::by_hand(DateTime::UNIX_EPOCH);
        let throttle = Throttle::new(Limits {
            concurrency: 4,
            requests_per_second: None,
            timeout: crate::http::TIMEOUT,
        });
        let client = Client::new([("x-gate", &SecretString::from("gate"))], throttle, clock.clone());
        let http = Writer::new(&client.expect("a client"));
        let url = sandbox.url().parse().expect("an address");
        let tokens = Arc::new(Tokens::new(credentials(sandbox.url())));
        let sender = Arc::new(Sender { api: Api::new(http, &url, Some("1001".into()), tokens) });
        Self { sandbox, sender, clock }
    }

    /// Sends a text to somebody.
    pub(super) async fn say(&self, to: &str) -> Result<Option<String>, VendorError> {
        let audience = json!({"from": "wx1", "channel": "wechat", "friends": [to]});
        self.send(audience, to, json!({"text": "早"})).await
    }

    pub(super) async fn send(
        &self,
        audience: Value,
        to: &str,
        message: Value,
    ) -> Result<Option<String>, VendorError> {
        let (audience, message) = (own(audience), own(message));
        let links = Links::default();
        let outgoing = Outgoing { audience: &audience, to, message: &message, links: &links };
        self.sender.send(&outgoing, None).await
    }

    /// What was asked, a word each: `token` or `send`.
    pub(super) fn asked(&self) -> Vec<&'static str> {
        let asked = self.sandbox.journal();
        let word = |path: &str| if path.ends_with("/connect/token") { "token" } else { "send" };
        asked.iter().map(|entry| word(&entry.path)).collect()
    }

    /// The messages that somebody has got, as the vendor took them.
    pub(super) fn got(&self, wechat: &str, friend: &str) -> Vec<Value> {
        let mut state = self.sandbox.state();
        let got = state["youmi"]["clients"]["c1"]["accounts"][wechat]["recipients"][friend].take();
        got.as_array().cloned().unwrap_or_default()
    }

    /// Moves our clock alone.
    pub(super) fn wait(&self, seconds: i64) {
        let now: DateTime<Utc> = self.clock.now();
        self.clock.set(now + TimeDelta::seconds(seconds));
    }

    /// Moves the vendor's clock alone.
    pub(super) fn vendor_waits(&self, seconds: u64) {
        self.sandbox.advance(Duration::from_secs(seconds));
    }
}

pub(super) fn own(value: Value) -> Own {
    serde_json::from_value(value).expect("fields")
}
