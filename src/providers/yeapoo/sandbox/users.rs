//! Followers: listed, read and fetched from WeChat.

use serde_json::{Value, json};

use super::page::Page;
use super::route::{Ask, Refusal, Reply, Route, Takes, data, void};
use super::store::{Follower, Group, Store, Time};
use crate::order::sort_by_key;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "*/user/fetch", Takes::Nothing, fetch),
    Route::new("GET", "*/user", Takes::Nothing, list),
    Route::new("GET", "*/user/*", Takes::Nothing, read),
    Route::new("GET", "*/user/groups/*", Takes::Nothing, groups),
];

/// How long WeChat takes to hand over the followers.
const ARRIVAL_MS: i64 = 1000;

/// A GET that wipes: with `force`, followers, memberships and groups are gone before WeChat is asked.
fn fetch(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let account = ask.account();
    if store.groups.iter().any(|group| group.account == account) {
        if ask.filled("force").is_none() {
            return Err(Refusal::new(400, "follower info has already been fetched"));
        }
        store.members.retain(|member, _| member.account != account);
        store.followers.retain(|_, follower| follower.account != account);
        store.groups.retain(|group| group.account != account);
    }
    import_followers(store, account, ask.now)?;
    void()
}

/// Groups at once, followers later.
pub(super) fn import_followers(store: &mut Store, id: &str, now: Time) -> Result<(), Refusal> {
    store.token(id)?;
    let wechat = store.account(id)?.wechat.clone();
    let builtin = [("0", "未分组"), ("1", "黑名单"), ("2", "星标组")];
    let builtin = builtin.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned()));
    store.groups.extend(builtin.chain(wechat.groups).map(|(group, name)| Group {
        account: id.to_owned(),
        id: group,
        name,
        deleted: None,
    }));
    if let Some(account) = store.accounts.get_mut(id) {
        account.arriving = Some((now + ARRIVAL_MS, wechat.followers));
    }
    Ok(())
}

fn list(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let group = ask
        .param("group")
        .ok_or_else(|| Refusal::thrown("Required String parameter 'group' is not present"))?;
    let page = Page::of(ask)?;
    let account = ask.account();
    let special = |fits: fn(&Follower) -> bool| {
        let mut found: Vec<&Follower> = store
            .followers
            .values()
            .filter(|follower| follower.account == account && follower.subscribed && fits(follower))
            .collect();
        sort_by_key(&mut found, |follower| std::cmp::Reverse(follower.subscribe_time));
        let count = found.len();
        (found, count)
    };
    let (found, count) = match group {
        "-1" => special(|_| true),
        "0" => special(|follower| follower.ungrouped),
        "1" => special(|follower| follower.blocked),
        _ => members(store, account, group),
    };
    let users: Vec<Value> = page
        .cut(found)
        .into_iter()
        .map(|user| json!({ "openid": user.openid, "nickname": user.nickname, "avatar": avatar(user) }))
        .collect();
    data(json!({ "user": users, "pagination": page.json(count) }))
}

/// The count is of membership rows, the list only of followers that exist and are subscribed.
fn members<'a>(store: &'a Store, account: &str, group: &str) -> (Vec<&'a Follower>, usize) {
    let mut rows: Vec<_> = store
        .members
        .iter()
        .filter(|(member, _)| member.account == account && member.group == group)
        .collect();
    sort_by_key(&mut rows, |(_, joined)| std::cmp::Reverse(**joined));
    let count = rows.len();
    let found = rows.into_iter().filter_map(|(member, _)| store.followers.get(&member.openid));
    (found.filter(|follower| follower.subscribed).collect(), count)
}

pub(super) fn avatar(user: &Follower) -> String {
    format!("http://wx.qlogo.cn/mmopen/{}/0", user.openid)
}

fn read(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let user = store.followers.get(ask.id()).ok_or_else(Refusal::no_row)?;
    data(json!({
        "openid": user.openid,
        "info_id": user.account,
        "nickname": user.nickname,
        "country": user.country,
        "province": user.province,
        "city": user.city,
        "gender": user.gender,
        "avatar": avatar(user),
        "language": "zh_CN",
        "unionid": null,
        "remark": null,
        "subscribed": user.subscribed,
        "subscribe_time": user.subscribe_time,
        "unsubscribe_time": user.unsubscribe_time,
        "ungrouped": user.ungrouped,
        "blocked": user.blocked,
    }))
}

/// Objects, where the document shows strings. A phantom has groups though he doesn't exist.
fn groups(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let mut found = store.groups_of(ask.id());
    if found.is_empty() {
        let user = store.followers.get(ask.id()).ok_or_else(Refusal::no_row)?;
        found.extend(user.ungrouped.then_some("0"));
        found.extend(user.blocked.then_some("1"));
    }
    data(found.into_iter().map(|group| json!({ "group_id": group })).collect::<Vec<Value>>())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{Desk, WORLD};

    fn openids(data: &Value) -> Vec<&str> {
        data["user"].as_array().expect("users").iter().filter_map(|user| user["openid"].as_str()).collect()
    }

    fn crowd(count: u32) -> Desk {
        Desk::new(&format!(
            "accounts: {{a: {{app_id: x, app_secret: y, crowd: [{{prefix: o-, count: {count}, nickname: 粉丝}}]}}}}"
        ))
    }

    #[test]
    fn special_groups() {
        let mut desk = Desk::new(WORLD);
        assert_eq!(openids(&desk.get("/v1/a/user?group=0")), ["o2"]);
        assert_eq!(openids(&desk.get("/v1/a/user?group=1")), ["o3"]);
        assert_eq!(openids(&desk.get("/v1/a/user?group=-1")).len(), 3);
        assert_eq!(openids(&desk.get("/v1/a/user?group=unknown")), [""; 0]);
        assert_eq!(desk.code("GET", "/v1/a/user", json!(null)), 500);
    }

    #[test]
    fn pages_are_capped_without_a_word() {
        let mut desk = crowd(120);
        let data = desk.get("/v1/a/user?group=0&size=500");
        assert_eq!(data["user"].as_array().map(Vec::len), Some(100));
        assert_eq!(data["pagination"], json!({"index": 1, "size": 100, "count": 120}));
        assert_eq!(
            desk.get("/v1/a/user?group=0&size=100&index=2")["user"].as_array().map(Vec::len),
            Some(20)
        );
        assert_eq!(desk.get("/v1/a/user?group=0")["user"].as_array().map(Vec::len), Some(10));
        assert_eq!(desk.get("/v1/a/user?group=0&index=99")["user"], json!([]));
        assert_eq!(desk.get("/v1/a/user?group=0&size=0")["user"], json!([]));
        for wrong in ["index=0", "index=-1", "size=-1", "size=x"] {
            assert_eq!(desk.code("GET", &format!("/v1/a/user?group=0&{wrong}"), json!(null)), 500, "{wrong}");
        }
    }

    #[test]
    fn the_whole_row_has_sixteen_keys() {
        let mut desk = Desk::new(WORLD);
        let user = desk.get("/v1/b/user/o2");
        assert_eq!(user.as_object().map(serde_json::Map::len), Some(16));
        assert_eq!(
            (&user["info_id"], &user["gender"], &user["ungrouped"]),
            (&json!("a"), &json!(2), &json!(true))
        );
        assert_eq!(desk.code("GET", "/v1/a/user/unknown", json!(null)), 500);
    }

    #[test]
    fn groups_are_objects() {
        let mut desk = Desk::new(WORLD);
        assert_eq!(
            desk.get("/v1/a/user/groups/o1"),
            json!([{"group_id": "aa000000000000000000000000000000"}])
        );
        assert_eq!(desk.get("/v1/a/user/groups/o2"), json!([{"group_id": "0"}]));
        assert_eq!(desk.get("/v1/a/user/groups/o3"), json!([{"group_id": "1"}]));
        assert_eq!(desk.code("GET", "/v1/a/user/groups/unknown", json!(null)), 500);
    }

    #[test]
    fn a_forced_fetch_loses_hand_made_groups_and_answers_before_the_followers_are_in() {
        let mut desk = Desk::new(WORLD);
        assert_eq!(desk.code("GET", "/v1/a/user/fetch", json!(null)), 400);
        assert_eq!(desk.code("GET", "/v1/a/user/fetch?force=%20", json!(null)), 400);
        desk.get("/v1/a/user/fetch?force=0");
        assert_eq!(openids(&desk.get("/v1/a/user?group=-1")), [""; 0]);
        assert_eq!(desk.get("/v1/a/group")["groups"].as_array().map(Vec::len), Some(4));
        desk.now += 2000;
        assert_eq!(openids(&desk.get("/v1/a/user?group=0")).len(), 3);
    }
}
