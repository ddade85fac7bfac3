//! What people do in the vendor's console and no API offers: groups come, change and go.
//!
//! Only calls by hand get here (`Running::call`), with bodies of the seed's own form.

use serde_json::Value;

use super::fields::{self, Refusal};
use super::seed::Group;
use super::store::App;

/// The paths behind the base.
pub(super) const CALLS: [&str; 2] = ["console/put", "console/remove"];

/// `console/put` adds a group or puts it in the place of the one with its chat; `console/remove` takes `{chat}` out.
pub(super) fn run(app: &mut App, call: &str, body: Value) -> Result<Value, Refusal> {
    if call == "console/remove" {
        let chat = fields::filled(&body, "chat")?;
        let before = app.groups.len();
        app.groups.retain(|group| group.chat != chat);
        return if app.groups.len() < before { Ok(Value::Null) } else { Err(Refusal::field("chat")) };
    }
    let group: Group = serde_json::from_value(body).map_err(|error| Refusal::failed(error.to_string()))?;
    if !app.sales.iter().any(|sales| sales.id == group.owner) {
        return Err(Refusal::field("owner"));
    }
    match app.groups.iter_mut().find(|old| old.chat == group.chat) {
        Some(old) => *old = group,
        None => app.groups.push(group),
    }
    Ok(Value::Null)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{Desk, WORLD};

    #[test]
    fn groups_come_change_and_go() {
        let mut desk = Desk::new(WORLD);
        let mut total = |call: &str, body| {
            assert_eq!(desk.by_hand(call, &body).code, Some(0), "{body}");
            desk.data("groupSop/getGroupList", &json!({}))["totalCount"].as_i64()
        };
        assert_eq!(total("console/put", json!({"chat": "wr3", "name": "新", "owner": "4516"})), Some(3));
        assert_eq!(total("console/put", json!({"chat": "wr3", "name": "改", "owner": "4516"})), Some(3));
        assert_eq!(total("console/remove", json!({"chat": "wr1"})), Some(2));
        assert_eq!(desk.by_hand("console/remove", &json!({"chat": "wr1"})).code, Some(40417));
        assert_eq!(
            desk.by_hand("console/put", &json!({"chat": "x", "name": "x", "owner": "1"})).code,
            Some(40417)
        );
        assert_eq!(desk.signed("console/remove", &json!({"chat": "wr2"})).status, 404, "not for clients");
    }
}
