//! A message is checked and queued.

use serde_json::Value;

use super::Refusal;
use super::kinds;
use super::seed::Client;
use super::store::{Message, Status, Store};
use crate::sandbox::Request;

/// Queues what the request asks for and gives the id of its task. Nothing keeps a second call from a second message.
pub(super) fn send(store: &mut Store, client: &str, request: &Request) -> Result<String, Refusal> {
    let body: Value = serde_json::from_slice(&request.body).map_err(|_| Refusal::field("body"))?;
    let relation =
        body.get("RelationType").and_then(Value::as_i64).filter(|relation| (0..4).contains(relation));
    let relation = relation.ok_or_else(|| Refusal::field("RelationType"))?;
    kinds::check(&body, relation)?;
    let Some(known) = store.clients.get(client) else { return Err(Refusal::Unauthorized) };
    let (wechat, friend) = recipient(known, &body, relation)?;
    let due = request.now.saturating_add(i64::from(known.delivery_seconds) * 1000);
    let task = store.ids.next();
    store.messages.push(Message {
        task: task.clone(),
        client: client.to_owned(),
        wechat,
        friend,
        at: request.now,
        due,
        status: Status::Queued,
        tenant: request.header("tenantid").map(str::to_owned),
        body,
    });
    Ok(task)
}

/// From whom and to whom. A takeover key stands in the place of both.
fn recipient(client: &Client, body: &Value, relation: i64) -> Result<(String, String), Refusal> {
    let name = |name: &str| kinds::filled(body, name).ok();
    let (wechat, friend) = match name("TakeOverKey") {
        // The code is not published.
        Some(key) => match client.takeovers.iter().find(|takeover| takeover.key == key) {
            Some(takeover) => (takeover.wechat.as_str(), takeover.friend.as_str()),
            None => return Err(Refusal::code(200_019, "接管标识无效")),
        },
        None => (
            name("WechatId").ok_or_else(|| Refusal::code(200_014, "缺少运营号ID"))?,
            name("ToUserName").ok_or_else(|| Refusal::code(200_008, "缺少好友标识"))?,
        ),
    };
    let account = client.account(wechat).ok_or_else(|| Refusal::code(200_018, "微信号不存在"))?;
    if i64::from(account.relation) != relation {
        return Err(Refusal::field("RelationType"));
    }
    let in_list = |list: &[String]| list.iter().any(|one| one == friend);
    if in_list(&account.former) {
        return Err(Refusal::code(200_022, "不是好友关系"));
    }
    if !in_list(&account.friends) && !in_list(&account.unreachable) {
        return Err(Refusal::code(200_009, "好友不存在"));
    }
    Ok((wechat.to_owned(), friend.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{Desk, WORLD};
    use super::*;

    #[test]
    fn a_message_is_queued_and_its_result_comes_later() {
        let mut desk = Desk::new(WORLD);
        let answer = desk.send(&Desk::text("f1")).value();
        let keys: Vec<&String> = answer.as_object().expect("an envelope").keys().collect();
        assert_eq!(keys, ["requestId", "errmsg", "succeed", "msgTime", "values", "errdesc"]);
        assert_eq!((&answer["errmsg"], &answer["succeed"]), (&json!(20_000), &json!(true)));
        assert_eq!(answer["msgTime"], "2026-01-05 09:00:00");
        let message = desk.messages("wx1", "f1")[0].take();
        assert_eq!((&message["taskId"], &message["status"]), (&answer["values"]["taskId"], &json!("queued")));
        assert_eq!(
            (&message["at"], &message["message"]["Text"]),
            (&json!("2026-01-05 09:00:00"), &json!("早"))
        );
        desk.now += 5_000;
        assert_eq!(desk.messages("wx1", "f1")[0]["status"], "sent");
    }

    #[test]
    fn a_call_that_is_repeated_sends_a_second_message() {
        let mut desk = Desk::new(WORLD);
        let tasks: Vec<Value> =
            (0..2).map(|_| desk.send(&Desk::text("f1")).value()["values"]["taskId"].take()).collect();
        assert_ne!(tasks[0], tasks[1]);
        let kept: Vec<Value> =
            desk.messages("wx1", "f1").iter_mut().map(|one| one["taskId"].take()).collect();
        assert_eq!(kept, tasks, "in order");
    }

    #[test]
    fn a_friend_who_can_not_be_reached_shows_in_the_result_only() {
        let mut desk = Desk::new(WORLD);
        assert_eq!(desk.code(&Desk::text("f9")), 20_000);
        desk.now += 5_000;
        assert_eq!(desk.messages("wx1", "f9")[0]["status"], "failed");
    }

    #[test]
    fn who_is_not_known_has_a_code_of_its_own() {
        let mut desk = Desk::new(WORLD);
        let mut code = |name: &str, value: Value| {
            let mut body = Desk::text("f1");
            body[name] = value;
            desk.code(&body)
        };
        assert_eq!(code("ToUserName", json!("stranger")), 200_009);
        assert_eq!(code("ToUserName", json!("f8")), 200_022);
        assert_eq!(code("ToUserName", json!(null)), 200_008);
        assert_eq!(code("WechatId", json!("")), 200_014);
        assert_eq!(code("WechatId", json!("wx9")), 200_018);
        assert_eq!(code("RelationType", json!(3)), 200_012, "another channel than the account's");
        assert_eq!(code("RelationType", json!(4)), 200_012);
        assert_eq!(code("RelationType", json!("0")), 200_012);
        assert_eq!(code("TakeOverKey", json!("nonsense")), 200_019);
        assert_eq!(code("Text", json!("")), 200_012);
        assert!(
            desk.client()["accounts"]["wx1"]["recipients"].as_object().is_some_and(serde_json::Map::is_empty)
        );
    }

    #[test]
    fn a_takeover_key_stands_for_both() {
        let mut desk = Desk::new(WORLD);
        let body = json!({"TakeOverKey": "k1", "RelationType": 0, "MsgType": "text", "Text": "早"});
        assert_eq!(desk.code(&body), 20_000);
        assert_eq!(desk.messages("wx1", "f2").len(), 1);
    }

    #[test]
    fn a_tenant_is_accepted_and_kept() {
        let mut desk = Desk::new(WORLD);
        let headers = [("authorization", "Bearer t"), ("tenantid", "1001")];
        desk.post(super::super::SEND, &headers, &Desk::text("f1").to_string());
        assert_eq!(desk.messages("wx1", "f1")[0]["tenant"], "1001");
    }
}
