//! Binding an account, filling in its credentials, and the developers' leftovers.

use serde_json::json;

use super::check::{LONGTEXT, required};
use super::ids::hash;
use super::publish::import_menu;
use super::route::{Ask, Refusal, Reply, Route, Takes, data, void};
use super::store::{Account, Store};
use super::users::import_followers;

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "bind", Takes::Strings, bind),
    Route::new("POST", "bind/fillin", Takes::Objects, fill_in),
    Route::new("GET", "bind/refresh/*", Takes::Nothing, refresh),
    Route::new("GET", "*/qr/test/*/*", Takes::Nothing, qr),
    Route::new("GET", "*/qr/test2", Takes::Nothing, qr),
];

/// Idempotent by WeChat id.
fn bind(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let weixin_id = required(&ask.body, "weixin_id", 100)?;
    let known = store.accounts.iter().find(|(_, account)| account.weixin_id == weixin_id);
    let (id, token) = match known {
        Some((id, account)) => (id.clone(), account.token.clone()),
        None => {
            let id = store.ids.id();
            let token = hash(&id);
            let account = Account { weixin_id, token: token.clone(), ..Account::default() };
            store.accounts.insert(id.clone(), account);
            (id, token)
        }
    };
    data(json!({ "id": id, "url": format!("{}/wx/{id}", ask.base), "token": token }))
}

/// Keeps the credentials first and imports then, so a failure leaves them changed.
fn fill_in(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let id = required(&ask.body, "id", LONGTEXT)?;
    let app_id = required(&ask.body, "app_id", 100)?;
    let secret = required(&ask.body, "app_secret", 100)?;
    match store.accounts.get_mut(&id) {
        Some(account) => account.app = Some((app_id, secret)),
        None => return Err(Refusal { code: 400, ..Refusal::no_row() }),
    }
    store.token(&id).map_err(|refusal| Refusal { code: 400, ..refusal })?;
    if store.groups.iter().any(|group| group.account == id && group.id == "0") {
        return Err(Refusal::new(400, format!("Duplicate entry '0-{id}' for key 'PRIMARY'")));
    }
    import_followers(store, &id, ask.now)?;
    import_menu(store, &id)?;
    void()
}

fn refresh(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    store.account(ask.account())?;
    void()
}

fn qr(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    store.token(ask.account())?;
    void()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{Desk, WORLD};

    #[test]
    fn binding_twice_gives_the_same_account() {
        let mut desk = Desk::empty();
        let first = desk.data("POST", "/v1/bind", json!({"weixin_id": "gh_1"}));
        assert_eq!(first, desk.data("POST", "/v1/bind", json!({"weixin_id": "gh_1"})));
        let id = first["id"].as_str().expect("an id");
        assert_eq!(first["url"], format!("http://sandbox/wx/{id}"));
        assert_eq!(desk.code("POST", "/v1/bind", json!({})), 500);
    }

    #[test]
    fn fill_in_works_once_and_keeps_credentials_when_it_fails() {
        let mut desk = Desk::empty();
        let id = desk.data("POST", "/v1/bind", json!({"weixin_id": "gh_1"}))["id"].clone();
        let publish = format!("/v1/{}/menu/publish", id.as_str().expect("an id"));
        assert!(desk.message("POST", &publish, json!(null)).contains("errcode"), "WeChat's raw error");
        let bad = json!({"id": id, "app_id": "wx1", "app_secret": "bad"});
        assert_eq!(desk.code("POST", "/v1/bind/fillin", bad), 400);
        let good = json!({"id": id, "app_id": "wx1", "app_secret": "s"});
        assert_eq!(desk.data("POST", "/v1/bind/fillin", good.clone()), json!(null));
        assert_eq!(desk.code("POST", "/v1/bind/fillin", good), 400);
        let groups = desk.data("GET", &format!("/v1/{}/group", id.as_str().expect("an id")), json!(null));
        assert_eq!(groups["groups"].as_array().map(Vec::len), Some(3));
        assert_eq!(
            desk.code("POST", "/v1/bind/fillin", json!({"id": "x", "app_id": "a", "app_secret": "b"})),
            400
        );
        assert_eq!(desk.code("POST", "/v1/bind/fillin", json!({"app_id": "a", "app_secret": "b"})), 500);
    }

    #[test]
    fn refresh_tells_whether_the_account_exists() {
        let mut desk = Desk::new(WORLD);
        assert_eq!(desk.code("GET", "/v1/bind/refresh/a", json!(null)), 200);
        assert_eq!(desk.code("GET", "/v1/bind/refresh/nobody", json!(null)), 500);
    }

    #[test]
    fn an_unknown_account_looks_empty() {
        let mut desk = Desk::new(WORLD);
        assert_eq!(desk.data("GET", "/v1/nobody/group", json!(null)), json!({"total": 0, "groups": []}));
        assert_eq!(desk.data("GET", "/v1/nobody/menu", json!(null)), json!([]));
        assert_eq!(desk.code("POST", "/v1/nobody/group", json!({"name": "x"})), 200);
        assert_eq!(desk.code("POST", "/v1/nobody/menu/publish", json!(null)), 500);
        assert_eq!(desk.code("GET", "/v1/nobody/menu/fetch", json!(null)), 500);
    }
}
