//! What was taken, in a form that tests can read.

use serde_json::{Map, Value, json};

use super::store::{Message, Store};
use super::token;
use crate::sandbox::china;

/// `{clients: {ID: {tokens_given, accounts: {WECHAT: {relation, recipients: {FRIEND: [message]}}}}}}`, each
/// recipient's messages in the order in which they were taken.
pub(super) fn dump(store: &Store) -> Value {
    let clients = store.clients.iter().map(|(id, client)| {
        let accounts: Map<String, Value> = client
            .accounts
            .iter()
            .map(|account| {
                let recipients = recipients(store, id, &account.wechat);
                let shown = json!({ "relation": account.relation, "recipients": recipients });
                (account.wechat.clone(), shown)
            })
            .collect();
        (id.clone(), json!({ "tokens_given": token::given(store, id), "accounts": accounts }))
    });
    json!({ "clients": clients.collect::<Map<String, Value>>() })
}

fn recipients(store: &Store, client: &str, wechat: &str) -> Map<String, Value> {
    let mut found: Map<String, Value> = Map::new();
    for one in store.messages.iter().filter(|one| one.client == client && one.wechat == wechat) {
        let list = found.entry(one.friend.clone()).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(message(one));
        }
    }
    found
}

fn message(message: &Message) -> Value {
    json!({
        "taskId": message.task,
        "at": china(message.at).format("%Y-%m-%d %H:%M:%S").to_string(),
        "status": message.status.name(),
        "tenant": message.tenant,
        "message": message.body,
    })
}
