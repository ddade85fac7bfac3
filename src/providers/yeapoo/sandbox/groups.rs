//! Groups: local rows that WeChat never hears of.

use serde_json::json;

use super::check::{NAME, required};
use super::members::become_ungrouped_if_alone;
use super::route::{Ask, Refusal, Reply, Route, Takes, data, void};
use super::store::{Group, Store};
use crate::order::sort_by_key;

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "*/group", Takes::Strings, create),
    Route::new("GET", "*/group", Takes::Nothing, list),
    Route::new("PUT", "*/group/*", Takes::Strings, rename),
    Route::new("DELETE", "*/group/*", Takes::Nothing, delete),
];

fn create(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let name = required(&ask.body, "name", NAME)?;
    let id = store.ids.id();
    store.groups.push(Group { account: ask.account().to_owned(), id: id.clone(), name, deleted: None });
    data(id)
}

fn list(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let mut groups: Vec<&Group> = store
        .groups
        .iter()
        .filter(|group| group.account == ask.account() && group.deleted.is_none())
        .collect();
    // The server sorts ids as numbers, so hexadecimal ones stand where their leading digits put them.
    sort_by_key(&mut groups, |group| (leading_number(&group.id), &group.id));
    let groups: Vec<_> = groups
        .iter()
        .map(|group| json!({ "id": group.id, "name": group.name, "num": count(store, ask.account(), &group.id) }))
        .collect();
    let total = store
        .followers
        .values()
        .filter(|follower| follower.account == ask.account() && follower.subscribed && !follower.blocked)
        .count();
    data(json!({ "total": total, "groups": groups }))
}

/// Flags for the two special groups, membership rows (of phantoms too) for all others.
pub(super) fn count(store: &Store, account: &str, group: &str) -> usize {
    let followers = store.followers.values().filter(|follower| follower.account == account);
    match group {
        "0" => followers.filter(|follower| follower.ungrouped && follower.subscribed).count(),
        "1" => followers.filter(|follower| follower.blocked && follower.subscribed).count(),
        _ => store.members.keys().filter(|member| member.account == account && member.group == group).count(),
    }
}

fn leading_number(id: &str) -> u128 {
    let digits: String = id.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// By id alone: WeChat's small ids are shared, so this renames the groups of all accounts.
fn rename(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let name = required(&ask.body, "name", NAME)?;
    store
        .groups
        .iter_mut()
        .filter(|group| group.id == ask.id() && group.deleted.is_none())
        .for_each(|group| group.name.clone_from(&name));
    void()
}

/// Soft, and by id alone; only the members are those of the path's account.
fn delete(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let clash = store.groups.iter().find(|group| {
        group.id == ask.id()
            && store.groups.iter().any(|other| {
                other.id != group.id
                    && other.account == group.account
                    && other.deleted == Some(ask.now)
                    && other.name.to_lowercase() == group.name.to_lowercase()
            })
    });
    if let Some(group) = clash {
        // The unique key is account, name and second of deletion.
        return Err(Refusal::thrown(format!(
            "Duplicate entry '{}-{}' for key 'uk_name'",
            group.account, group.name
        )));
    }
    store
        .groups
        .iter_mut()
        .filter(|group| group.id == ask.id())
        .for_each(|group| group.deleted = Some(ask.now));
    let (account, id) = (ask.account(), ask.id());
    let left: Vec<String> = store
        .members
        .keys()
        .filter(|member| member.account == account && member.group == id)
        .map(|member| member.openid.clone())
        .collect();
    store.members.retain(|member, _| !(member.account == account && member.group == id));
    left.iter().for_each(|openid| become_ungrouped_if_alone(store, openid));
    void()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{Desk, WORLD};

    const VIP: &str = "/v1/a/group/aa000000000000000000000000000000";

    fn names(desk: &mut Desk, account: &str) -> Vec<String> {
        let data = desk.get(&format!("/v1/{account}/group"));
        let groups = data["groups"].as_array().expect("groups");
        groups.iter().map(|group| group["name"].as_str().expect("a name").to_owned()).collect()
    }

    fn num(desk: &mut Desk, id: &str) -> Value {
        let data = desk.get("/v1/a/group");
        let groups = data["groups"].as_array().expect("groups");
        groups.iter().find(|group| group["id"] == id).map_or(Value::Null, |group| group["num"].clone())
    }

    #[test]
    fn total_counts_followers_and_builtins_are_listed() {
        let mut desk = Desk::new(WORLD);
        assert_eq!(desk.get("/v1/a/group")["total"], 2, "o3 is blocked");
        assert_eq!(names(&mut desk, "a"), ["未分组", "vip", "黑名单", "星标组", "微信组"]);
        assert_eq!(num(&mut desk, "0"), 1);
        assert_eq!(num(&mut desk, "1"), 1);
    }

    #[test]
    fn names_need_not_be_unique() {
        let mut desk = Desk::new(WORLD);
        let one = desk.id("POST", "/v1/a/group", json!({"name": "x"}));
        assert_ne!(one, desk.id("POST", "/v1/a/group", json!({"name": "x"})));
        assert_eq!(desk.code("POST", "/v1/a/group", json!({"name": ""})), 200);
        assert_eq!(desk.code("POST", "/v1/a/group", json!({})), 500);
        assert_eq!(desk.code("POST", "/v1/a/group", json!({"name": "字".repeat(101)})), 500);
    }

    #[test]
    fn numbers_become_names() {
        let mut desk = Desk::new(WORLD);
        desk.id("POST", "/v1/a/group", json!({"name": 123}));
        assert!(names(&mut desk, "a").contains(&"123".to_owned()));
        assert_eq!(desk.code("POST", "/v1/a/group", json!({"name": ["x"]})), 500);
    }

    #[test]
    fn small_ids_are_shared_by_all_accounts() {
        let mut desk = Desk::new(WORLD);
        desk.data("PUT", "/v1/a/group/100", json!({"name": "改名"}));
        assert!(names(&mut desk, "b").contains(&"改名".to_owned()));
        desk.data("DELETE", "/v1/a/group/100", json!(null));
        assert!(!names(&mut desk, "b").contains(&"改名".to_owned()));
    }

    #[test]
    fn members_of_a_deleted_group_become_ungrouped() {
        let mut desk = Desk::new(WORLD);
        desk.data("DELETE", VIP, json!(null));
        assert_eq!(num(&mut desk, "0"), 2);
        assert_eq!(desk.get("/v1/a/user/groups/o1"), json!([{"group_id": "0"}]));
        assert_eq!(desk.data("DELETE", VIP, json!(null)), json!(null), "deleting again is silent");
        assert_eq!(desk.data("PUT", VIP, json!({"name": "y"})), json!(null), "so is renaming");
        assert_eq!(desk.data("DELETE", "/v1/a/group/unknown", json!(null)), json!(null));
    }

    #[test]
    fn twins_can_not_be_deleted_in_one_second() {
        let mut desk = Desk::new(WORLD);
        let one = desk.id("POST", "/v1/a/group", json!({"name": "Twin"}));
        let two = desk.id("POST", "/v1/a/group", json!({"name": "tWIN"}));
        desk.data("DELETE", &format!("/v1/a/group/{one}"), json!(null));
        assert!(
            desk.message("DELETE", &format!("/v1/a/group/{two}"), json!(null)).contains("Duplicate entry")
        );
        assert!(names(&mut desk, "a").contains(&"tWIN".to_owned()), "rolled back");
        desk.now += 1000;
        desk.data("DELETE", &format!("/v1/a/group/{two}"), json!(null));
        assert!(
            desk.message("DELETE", &format!("/v1/a/group/{one}"), json!(null)).contains("Duplicate"),
            "a twin deleted long ago counts too"
        );
    }
}
