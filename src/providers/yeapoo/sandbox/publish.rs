//! The menu on its way to WeChat and back.

use serde_json::{Value, json};

use super::menu::{TOP, children};
use super::route::{Ask, Refusal, Reply, Route, Takes, void};
use super::store::{Button, Store};

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "*/menu/publish", Takes::Nothing, publish),
    Route::new("GET", "*/menu/fetch", Takes::Nothing, fetch),
];

/// WeChat's limits: top buttons, and buttons under one.
const WIDTH: usize = 3;
const DEPTH: usize = 5;

/// All or nothing: one unbound leaf is a `null` that WeChat refuses.
fn publish(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    store.token(ask.account())?;
    let menu = built(store, ask.account());
    if !wechat_takes(&menu) {
        return Err(Refusal::thrown("publish menu failed"));
    }
    if let Some(account) = store.accounts.get_mut(ask.account()) {
        account.wechat.menu = Some(menu);
    }
    void()
}

/// What the server posts to WeChat.
pub(super) fn built(store: &Store, account: &str) -> Value {
    let buttons: Vec<Value> = children(store, account, TOP)
        .into_iter()
        .map(|(id, button)| {
            let below: Vec<Value> =
                children(store, account, id).into_iter().map(|(_, button)| leaf(button)).collect();
            if below.is_empty() { leaf(button) } else { json!({ "name": button.name, "sub_button": below }) }
        })
        .collect();
    json!({ "button": buttons })
}

fn leaf(button: &Button) -> Value {
    match button.kind {
        Some("view") => json!({ "type": "view", "name": button.name, "url": button.url }),
        Some(kind) => json!({ "type": kind, "name": button.name, "key": button.keycode }),
        None => Value::Null,
    }
}

fn wechat_takes(menu: &Value) -> bool {
    let buttons = menu["button"].as_array().map(Vec::as_slice).unwrap_or_default();
    let fits = |button: &Value| {
        let named = button["name"].as_str().is_some_and(|name| !name.is_empty());
        let target = button.get("url").or_else(|| button.get("key"));
        named && target.and_then(Value::as_str).is_some_and(|target| !target.is_empty())
    };
    !buttons.is_empty()
        && buttons.len() <= WIDTH
        && buttons.iter().all(|button| match button["sub_button"].as_array() {
            Some(below) => below.len() <= DEPTH && below.iter().all(fits),
            None => fits(button),
        })
}

/// A GET that wipes: with `force` the local menu is gone before WeChat is asked.
fn fetch(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let account = ask.account();
    if store.buttons.values().any(|button| button.account == account) {
        if ask.filled("force").is_none() {
            return Err(Refusal::new(400, "menu info has already been fetched"));
        }
        store.buttons.retain(|_, button| button.account != account);
    }
    import_menu(store, account)?;
    void()
}

/// Keys and links come back; what a key answered with does not.
pub(super) fn import_menu(store: &mut Store, account: &str) -> Result<(), Refusal> {
    store.token(account)?;
    let menu = store.account(account)?.wechat.menu.clone().unwrap_or_default();
    let buttons = menu["button"].as_array().cloned().unwrap_or_default();
    for (sequence, button) in (1..).zip(&buttons) {
        let id = import(store, account, TOP, sequence, button);
        let below = button["sub_button"].as_array().cloned().unwrap_or_default();
        for (sequence, button) in (1..).zip(&below) {
            import(store, account, &id, sequence, button);
        }
    }
    Ok(())
}

fn import(store: &mut Store, account: &str, parent: &str, sequence: i64, button: &Value) -> String {
    let text = |key: &str| button[key].as_str().map(str::to_owned);
    let kind = match button["type"].as_str() {
        Some("view") => Some("view"),
        Some("click") => Some("click"),
        _ => None,
    };
    let id = store.ids.id();
    let row = Button {
        account: account.to_owned(),
        parent: parent.to_owned(),
        name: text("name").unwrap_or_default(),
        sequence,
        kind,
        keycode: text("key"),
        url: text("url"),
        reply_id: None,
        reply_type: None,
    };
    store.buttons.insert(id.clone(), row);
    id
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{Desk, WORLD};

    fn link(desk: &mut Desk, parent: &str, sequence: i64) -> String {
        let body = json!({"parent_id": parent, "name": "b", "sequence": sequence});
        let id = desk.id("POST", "/v1/a/menu", body);
        let bind = json!({"menu_id": id, "reply_id": "http://x", "reply_type": "link"});
        desk.data("POST", "/v1/a/menu/bind", bind);
        id
    }

    fn publish(desk: &mut Desk) -> String {
        desk.message("POST", "/v1/a/menu/publish", json!(null))
    }

    #[test]
    fn an_empty_menu_can_not_be_published() {
        let mut desk = Desk::new(WORLD);
        assert_eq!(publish(&mut desk), "publish menu failed");
    }

    #[test]
    fn one_unbound_leaf_fails_the_whole() {
        let mut desk = Desk::new(WORLD);
        let top = link(&mut desk, "0", 1);
        assert_eq!(publish(&mut desk), "OK");
        let sub = desk.id("POST", "/v1/a/menu", json!({"parent_id": top, "name": "s", "sequence": 1}));
        assert_eq!(publish(&mut desk), "publish menu failed");
        desk.data("POST", "/v1/a/menu/bind", json!({"menu_id": sub, "reply_id": "t", "reply_type": "text"}));
        assert_eq!(publish(&mut desk), "OK");
        let published = desk.vendor.store.accounts["a"].wechat.menu.clone().expect("a menu");
        assert_eq!(published["button"][0]["sub_button"][0]["type"], "click");
    }

    #[test]
    fn wechat_takes_three_and_five() {
        let mut desk = Desk::new(WORLD);
        let tops: Vec<String> = (1..=3).map(|n| link(&mut desk, "0", n)).collect();
        (1..=5).for_each(|n| drop(link(&mut desk, &tops[0], n)));
        assert_eq!(publish(&mut desk), "OK");
        let sixth = link(&mut desk, &tops[0], 6);
        assert_eq!(publish(&mut desk), "publish menu failed");
        desk.data("DELETE", &format!("/v1/a/menu/{sixth}"), json!(null));
        link(&mut desk, "0", 4);
        assert_eq!(publish(&mut desk), "publish menu failed");
    }

    #[test]
    fn a_forced_fetch_wipes_and_loses_bindings() {
        let mut desk = Desk::new(WORLD);
        let id = link(&mut desk, "0", 1);
        desk.data("POST", "/v1/a/menu/bind", json!({"menu_id": id, "reply_id": "t", "reply_type": "text"}));
        publish(&mut desk);
        assert_eq!(desk.code("GET", "/v1/a/menu/fetch", json!(null)), 400);
        assert_eq!(desk.code("GET", "/v1/a/menu/fetch?force=", json!(null)), 400);
        desk.get("/v1/a/menu/fetch?force=0");
        let menu = desk.get("/v1/a/menu");
        assert_eq!((&menu[0]["type"], &menu[0]["reply_id"]), (&json!("click"), &json!(null)));
        assert_ne!(menu[0]["id"], json!(id));
    }

    #[test]
    fn a_fetch_without_a_menu_at_wechat_leaves_nothing() {
        let mut desk = Desk::new(WORLD);
        link(&mut desk, "0", 1);
        desk.get("/v1/a/menu/fetch?force=1");
        assert_eq!(desk.get("/v1/a/menu"), json!([]));
    }
}
