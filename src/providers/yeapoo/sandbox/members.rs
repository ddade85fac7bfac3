//! Who is in which group, and the traps of the special ones.

use serde_json::Value;

use super::check::{LONGTEXT, cast, optional, required, text};
use super::route::{Ask, Refusal, Reply, Route, Takes, void};
use super::store::{Follower, Member, Store};

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "*/user/add", Takes::Strings, |store, ask| single(store, ask, add)),
    Route::new("POST", "*/user/rm", Takes::Strings, |store, ask| single(store, ask, remove)),
    Route::new("POST", "*/user/add/batch", Takes::Objects, |store, ask| batch(store, ask, add)),
    Route::new("POST", "*/user/rm/batch", Takes::Objects, |store, ask| batch(store, ask, remove)),
];

type Change = fn(&mut Store, &Ask<'_>, &str, &str);

fn single(store: &mut Store, ask: &Ask<'_>, change: Change) -> Result<Reply, Refusal> {
    let openid = required(&ask.body, "openid", LONGTEXT)?;
    let group = optional(&ask.body, "group_id", LONGTEXT)?.unwrap_or_default();
    change(store, ask, &openid, &group);
    void()
}

fn batch(store: &mut Store, ask: &Ask<'_>, change: Change) -> Result<Reply, Refusal> {
    let openids = match ask.body.get("openid") {
        Some(Value::Array(items)) => items,
        None | Some(Value::Null) => return Err(Refusal::null()),
        Some(other) => return Err(cast(other, "util.List")),
    };
    let group = text(&ask.body, "group_id")?.unwrap_or_default();
    let openids: Vec<&str> = openids
        .iter()
        .map(|openid| openid.as_str().ok_or_else(|| cast(openid, "String")))
        .collect::<Result<_, _>>()?;
    openids.iter().for_each(|openid| change(store, ask, openid, group));
    void()
}

/// Neither the group nor the follower is checked: phantoms are rows like any other.
fn add(store: &mut Store, ask: &Ask<'_>, openid: &str, group: &str) {
    let account = ask.account();
    if group == "0" || group == "1" {
        store.members.retain(|member, _| !(member.account == account && member.openid == openid));
    } else {
        let member = Member { account: account.into(), group: group.into(), openid: openid.into() };
        store.members.entry(member).or_insert(ask.now);
    }
    flag(store, openid, |follower| {
        follower.ungrouped = group == "0";
        follower.blocked = group == "1";
    });
}

fn remove(store: &mut Store, ask: &Ask<'_>, openid: &str, group: &str) {
    match group {
        "0" => {}
        // Without looking whether he was blocked at all.
        "1" => flag(store, openid, |follower| {
            follower.blocked = false;
            follower.ungrouped = true;
        }),
        _ => {
            let member = Member { account: ask.account().into(), group: group.into(), openid: openid.into() };
            store.members.shift_remove(&member);
            become_ungrouped_if_alone(store, openid);
        }
    }
}

/// Whoever is in no group any more counts as ungrouped, even if blocked.
pub(super) fn become_ungrouped_if_alone(store: &mut Store, openid: &str) {
    if store.groups_of(openid).is_empty() {
        flag(store, openid, |follower| follower.ungrouped = true);
    }
}

fn flag(store: &mut Store, openid: &str, change: impl FnOnce(&mut Follower)) {
    if let Some(follower) = store.followers.get_mut(openid) {
        change(follower);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{Desk, WORLD};

    const VIP: &str = "aa000000000000000000000000000000";

    fn groups(desk: &mut Desk, openid: &str) -> Vec<String> {
        let data = desk.get(&format!("/v1/a/user/groups/{openid}"));
        let groups = data.as_array().expect("groups");
        groups.iter().filter_map(|group| group["group_id"].as_str()).map(str::to_owned).collect()
    }

    fn flags(desk: &mut Desk, openid: &str) -> (Value, Value) {
        let user = desk.get(&format!("/v1/a/user/{openid}"));
        (user["ungrouped"].clone(), user["blocked"].clone())
    }

    fn post(desk: &mut Desk, call: &str, openid: &str, group: &str) {
        desk.data("POST", &format!("/v1/a/user/{call}"), json!({"openid": openid, "group_id": group}));
    }

    #[test]
    fn adding_keeps_other_groups_and_is_idempotent() {
        let mut desk = Desk::new(WORLD);
        post(&mut desk, "add", "o1", "100");
        post(&mut desk, "add", "o1", "100");
        assert_eq!(groups(&mut desk, "o1"), [VIP, "100"]);
    }

    #[test]
    fn adding_to_any_group_unblocks() {
        let mut desk = Desk::new(WORLD);
        post(&mut desk, "add", "o3", VIP);
        assert_eq!(flags(&mut desk, "o3"), (json!(false), json!(false)));
    }

    #[test]
    fn group_0_and_1_drop_all_memberships() {
        let mut desk = Desk::new(WORLD);
        post(&mut desk, "add", "o1", "1");
        assert_eq!(groups(&mut desk, "o1"), ["1"]);
        assert_eq!(flags(&mut desk, "o1"), (json!(false), json!(true)));
        post(&mut desk, "add", "o1", "0");
        assert_eq!(groups(&mut desk, "o1"), ["0"]);
    }

    #[test]
    fn removing_from_the_blacklist_does_not_look() {
        let mut desk = Desk::new(WORLD);
        post(&mut desk, "rm", "o1", "1");
        assert_eq!(flags(&mut desk, "o1"), (json!(true), json!(false)));
        assert_eq!(groups(&mut desk, "o1"), [VIP]);
        post(&mut desk, "rm", "o1", "0");
        assert_eq!(groups(&mut desk, "o1"), [VIP], "removing from 0 does nothing");
    }

    #[test]
    fn removing_a_blocked_follower_from_a_foreign_group_puts_him_in_both() {
        let mut desk = Desk::new(WORLD);
        post(&mut desk, "rm", "o3", VIP);
        assert_eq!(groups(&mut desk, "o3"), ["0", "1"]);
    }

    #[test]
    fn the_last_group_left_means_ungrouped() {
        let mut desk = Desk::new(WORLD);
        post(&mut desk, "add", "o1", "100");
        post(&mut desk, "rm", "o1", VIP);
        assert_eq!(flags(&mut desk, "o1").0, json!(false));
        post(&mut desk, "rm", "o1", "100");
        assert_eq!(groups(&mut desk, "o1"), ["0"]);
    }

    #[test]
    fn phantoms_count_but_are_not_listed() {
        let mut desk = Desk::new(WORLD);
        post(&mut desk, "add", "nobody", VIP);
        let data = desk.get(&format!("/v1/a/user?group={VIP}"));
        assert_eq!(data["user"].as_array().map(Vec::len), Some(1));
        assert_eq!(data["pagination"]["count"], 2);
        assert_eq!(groups(&mut desk, "nobody"), [VIP], "a phantom has groups");
        post(&mut desk, "add", "o2", "no-such-group");
        assert_eq!(desk.get("/v1/a/user?group=0")["user"], json!([]), "lost from 0");
    }

    #[test]
    fn a_missing_group_is_the_group_without_a_name() {
        let mut desk = Desk::new(WORLD);
        desk.data("POST", "/v1/a/user/add", json!({"openid": "o2"}));
        assert_eq!(groups(&mut desk, "o2"), [""]);
        assert_eq!(desk.code("POST", "/v1/a/user/add", json!({"group_id": VIP})), 500);
    }

    #[test]
    fn batches_are_strict() {
        let mut desk = Desk::new(WORLD);
        let path = "/v1/a/user/add/batch";
        desk.data("POST", path, json!({"openid": [], "group_id": VIP}));
        desk.data("POST", path, json!({"openid": ["o2", "o3"], "group_id": VIP}));
        assert_eq!(desk.get(&format!("/v1/a/user?group={VIP}"))["pagination"]["count"], 3);
        assert_eq!(desk.code("POST", path, json!({"openid": "o2", "group_id": VIP})), 500);
        assert_eq!(desk.code("POST", path, json!({"openid": ["o2"], "group_id": 100})), 500);
        assert_eq!(desk.message("POST", path, json!({"group_id": VIP})), "null");
        desk.data("POST", "/v1/a/user/rm/batch", json!({"openid": ["o2", "o3"], "group_id": VIP}));
        assert_eq!(desk.get(&format!("/v1/a/user?group={VIP}"))["pagination"]["count"], 1);
    }
}
