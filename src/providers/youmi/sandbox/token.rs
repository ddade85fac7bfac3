//! Client credentials become a token, and a token opens the API.

use serde_json::{Value, json};

use super::Refusal;
use super::store::{Store, Token};
use crate::sandbox::{Answer, Request};

/// The token endpoint, with the errors of OAuth 2 (RFC 6749, section 5.2).
pub(super) fn grant(store: &mut Store, request: &Request) -> Answer {
    let Some(form) = request.form() else { return refuse("invalid_request") };
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    if field("grant_type") != "client_credentials" {
        return refuse("unsupported_grant_type");
    }
    let Some(client) =
        store.clients.get(field("client_id")).filter(|client| client.secret == field("client_secret"))
    else {
        return refuse("invalid_client");
    };
    if field("scope") != client.scope {
        return refuse("invalid_scope");
    }
    let seconds = client.expires_in;
    let token = format!("sandbox-{}", store.ids.next());
    let body = json!({
        "access_token": token,
        "expires_in": seconds,
        "token_type": "Bearer",
        "scope": client.scope,
    });
    let until = Some(request.now.saturating_add(i64::from(seconds) * 1000));
    // Those given out before stay good until they end.
    store.tokens.insert(token, Token { client: field("client_id").to_owned(), until });
    Answer::json(None, &body)
}

fn refuse(error: &str) -> Answer {
    Answer { status: 400, ..Answer::json(None, &json!({ "error": error })) }
}

/// The client that a request comes from.
///
/// The vendor has two ways to say that a token is no good, and which means what is not published. Here the one that
/// nobody gave out is HTTP 401 and the one that has ended is code 10003, so that both are met.
pub(super) fn admit(store: &Store, request: &Request) -> Result<String, Refusal> {
    if request.by_hand {
        let wanted = request.params().into_iter().find(|(name, _)| name == "client").map(|(_, id)| id);
        let id = wanted.or_else(|| store.clients.keys().next().cloned());
        return id.filter(|id| store.clients.contains_key(id)).ok_or(Refusal::Unauthorized);
    }
    let header = request.header("authorization").unwrap_or_default();
    let (scheme, token) = header.split_once(' ').unwrap_or_default();
    let known = store.tokens.get(token.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"));
    let known = known.ok_or(Refusal::Unauthorized)?;
    match known.until {
        Some(until) if until <= request.now => Err(Refusal::code(10_003, "token无效")),
        _ => Ok(known.client.clone()),
    }
}

/// The tokens that a client was given, for tests to count.
pub(super) fn given(store: &Store, client: &str) -> Value {
    let own = store.tokens.values().filter(|token| token.client == client && token.until.is_some());
    json!(own.count())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{Desk, WORLD};

    const FORM: &str =
        "client_id=c1&client_secret=s%20%2B1&grant_type=client_credentials&scope=Ls.Qkl.PublicApi";

    #[test]
    fn credentials_become_a_token() {
        let mut desk = Desk::new(WORLD);
        let (status, answer) = desk.form(FORM);
        assert_eq!(
            (status, &answer["expires_in"], &answer["token_type"]),
            (200, &json!(3600), &json!("Bearer"))
        );
        let token = answer["access_token"].as_str().expect("a token").to_owned();
        assert_eq!(desk.send_as(&format!("Bearer {token}"), &Desk::text("f1")).code, Some(20_000));
        assert_ne!(desk.form(FORM).1["access_token"], token.as_str(), "another one each time");
        assert_eq!(
            desk.send_as(&format!("bearer {token}"), &Desk::text("f1")).code,
            Some(20_000),
            "both are good"
        );
        assert_eq!(desk.client()["tokens_given"], 2);
    }

    #[test]
    fn wrong_credentials_are_refused() {
        let mut desk = Desk::new(WORLD);
        let mut error = |from: &str, to: &str| {
            let (status, answer) = desk.form(&FORM.replace(from, to));
            assert_eq!(status, 400);
            answer["error"].as_str().expect("an error").to_owned()
        };
        assert_eq!(error("c1", "c2"), "invalid_client");
        assert_eq!(error("s%20%2B1", "s+"), "invalid_client");
        assert_eq!(error("client_credentials", "password"), "unsupported_grant_type");
        assert_eq!(error("PublicApi", "Other"), "invalid_scope");
        assert_eq!(error("&scope=Ls.Qkl.PublicApi", ""), "invalid_scope");
        let json = desk.post("/connect/token", &[("content-type", "application/json")], "{}");
        assert_eq!((json.status, &json.value()["error"]), (400, &json!("invalid_request")));
        assert_eq!(desk.client()["tokens_given"], 0);
    }

    #[test]
    fn a_token_ends_by_the_clock() {
        let mut desk = Desk::new(WORLD);
        let token = format!("Bearer {}", desk.form(FORM).1["access_token"].as_str().expect("a token"));
        desk.now += 3_599_999;
        assert_eq!(desk.send_as(&token, &Desk::text("f1")).code, Some(20_000));
        desk.now += 1;
        let refused = desk.send_as(&token, &Desk::text("f1"));
        assert_eq!((refused.status, refused.code), (200, Some(10_003)));
        assert_eq!(refused.value()["succeed"], false);
        assert_eq!(desk.send_as("Bearer t", &Desk::text("f1")).code, Some(20_000), "one that never ends");
    }

    #[test]
    fn a_token_that_nobody_gave_out_is_http_401() {
        let mut desk = Desk::new(WORLD);
        for header in ["", "Bearer", "Bearer nonsense", "Basic t", "t"] {
            let refused = desk.send_as(header, &Desk::text("f1"));
            assert_eq!((refused.status, refused.code), (401, None), "{header}");
        }
    }
}
