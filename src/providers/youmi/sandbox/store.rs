//! What the server holds: clients, tokens, and every message that was taken.

use indexmap::IndexMap;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::seed::{Client, World};

use crate::hex::hex;

#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) ids: Ids,
    pub(super) clients: IndexMap<String, Client>,
    pub(super) tokens: IndexMap<String, Token>,
    /// In the order in which they were taken.
    pub(super) messages: Vec<Message>,
}

#[derive(Debug)]
pub(super) struct Token {
    pub(super) client: String,
    /// Asked for at the token endpoint, and when it ends in milliseconds since 1970; none never ends.
    pub(super) until: Option<i64>,
}

#[derive(Debug)]
pub(super) struct Message {
    pub(super) task: String,
    pub(super) client: String,
    pub(super) wechat: String,
    pub(super) friend: String,
    pub(super) at: i64,
    /// When its result comes in.
    pub(super) due: i64,
    pub(super) status: Status,
    pub(super) tenant: Option<String>,
    /// The request's body as it came.
    pub(super) body: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Queued,
    Sent,
    Failed,
}

impl Status {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }
}

impl Store {
    pub(super) fn of(world: &World) -> Self {
        let mut store = Self { clients: world.clients.clone(), ..Self::default() };
        for (id, client) in &mut store.clients {
            for account in &mut client.accounts {
                let crowd = account.crowd.iter();
                let many = crowd
                    .flat_map(|crowd| (1..=crowd.count).map(|number| format!("{}{number:03}", crowd.prefix)));
                let many: Vec<String> = many.collect();
                account.friends.extend(many);
            }
            for token in &client.tokens {
                store.tokens.insert(token.clone(), Token { client: id.clone(), until: None });
            }
        }
        store
    }

    /// The results of what was queued and is due.
    pub(super) fn settle(&mut self, now: i64) {
        let Self { clients, messages, .. } = self;
        let due =
            messages.iter_mut().filter(|message| message.status == Status::Queued && message.due <= now);
        for message in due {
            let account = clients.get(&message.client).and_then(|client| client.account(&message.wechat));
            let fails = account.is_some_and(|account| account.unreachable.contains(&message.friend));
            message.status = if fails { Status::Failed } else { Status::Sent };
        }
    }
}

impl Client {
    pub(super) fn account(&self, wechat: &str) -> Option<&super::seed::Account> {
        self.accounts.iter().find(|account| account.wechat == wechat)
    }
}

/// Ids that look random and are the same in every run.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    last: u64,
}

impl Ids {
    /// 32 lower-case hexadecimal digits.
    pub(super) fn next(&mut self) -> String {
        self.last += 1;
        let hash = Sha256::digest(format!("youmi {}", self.last).as_bytes());
        hex(&hash[..16])
    }
}
