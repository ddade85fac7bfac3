//! Text replies: made and read, never listed, changed or deleted.

use serde_json::json;

use super::check::{TEXT, required};
use super::route::{Ask, Refusal, Reply, Route, Takes, data};
use super::store::Store;

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "*/text", Takes::Strings, create),
    Route::new("GET", "*/text/*", Takes::Nothing, read),
];

fn create(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let content = required(&ask.body, "content", TEXT)?;
    data(store.text(content))
}

fn read(store: &mut Store, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let content = store.texts.get(ask.id()).ok_or_else(Refusal::no_row)?;
    data(json!({ "id": ask.id(), "content": content }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{Desk, WORLD};

    #[test]
    fn made_and_read_through_any_account() {
        let mut desk = Desk::new(WORLD);
        let id = desk.id("POST", "/v1/a/text", json!({"content": " 你好\n<b> "}));
        assert_eq!(
            desk.data("GET", &format!("/v1/nobody/text/{id}"), json!(null)),
            json!({"id": id, "content": " 你好\n<b> "})
        );
    }

    #[test]
    fn limits() {
        let mut desk = Desk::new(WORLD);
        assert_eq!(desk.code("POST", "/v1/a/text", json!({"content": "字".repeat(1000)})), 200);
        assert_eq!(desk.code("POST", "/v1/a/text", json!({"content": "字".repeat(1001)})), 500);
        assert_eq!(desk.code("POST", "/v1/a/text", json!({"content": ""})), 200);
        assert_eq!(desk.code("POST", "/v1/a/text", json!({"content": "😀"})), 500);
        assert_eq!(desk.code("POST", "/v1/a/text", json!({})), 500);
    }

    #[test]
    fn neither_list_nor_update_nor_delete() {
        let mut desk = Desk::new(WORLD);
        let id = desk.id("POST", "/v1/a/text", json!({"content": 1.5}));
        assert_eq!(desk.data("GET", &format!("/v1/a/text/{id}"), json!(null))["content"], "1.5");
        assert_eq!(desk.message("GET", "/v1/a/text", json!(null)), "Request method 'GET' not supported");
        assert_eq!(desk.code("PUT", &format!("/v1/a/text/{id}"), json!({"content": "x"})), 500);
        assert_eq!(desk.code("DELETE", &format!("/v1/a/text/{id}"), json!(null)), 500);
        assert_eq!(desk.code("GET", "/v1/a/text/unknown", json!(null)), 500);
    }
}
