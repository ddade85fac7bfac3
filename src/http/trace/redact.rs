//! What of a call may be written down. By type first: whatever stands in a header, a parameter or a field of this name is
//! a secret, known or not. Then by value: what the account shows to be let in, wherever it turns up.

use reqwest::Url;
use reqwest::header::HeaderMap;
use serde_json::{Map, Value, json};

use super::Secrets;

/// What stands where something is left out.
pub(super) const HIDDEN: &str = "•••";

/// So many bytes of a body are written.
const MOST: usize = 64 * 1024;

/// Fields and parameters, without `_` and `-`, that hold what lets somebody in.
const FIELDS: [&str; 14] = [
    "token",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "clientsecret",
    "appsecret",
    "appkey",
    "apikey",
    "secret",
    "sign",
    "signature",
    "password",
    "authorization",
    "msgsignature",
];

/// Parts of the names of headers that do.
const HEADERS: [&str; 8] = ["auth", "cookie", "token", "secret", "key", "sign", "session", "password"];

fn is_secret_field(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    FIELDS.contains(&name.to_ascii_lowercase().as_str())
}

/// An address without name and password, and without what its parameters hide.
pub(super) fn url(url: &Url, secrets: &Secrets) -> String {
    let mut shown = url.clone();
    // Both fail only for addresses that can't have one.
    let (_, _) = (shown.set_username(""), shown.set_password(None));
    shown.set_query(None);
    let mut text = secrets.out_of(shown.as_str());
    if let Some(query) = url.query() {
        text.push('?');
        text.push_str(&form(query, secrets));
    }
    text
}

/// `a=1&b=2` without what the names say is secret.
fn form(text: &str, secrets: &Secrets) -> String {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_secret_field(name) => format!("{name}={HIDDEN}"),
        _ => secrets.out_of(pair),
    };
    text.split('&').map(pair).collect::<Vec<_>>().join("&")
}

/// Headers by name, those of one name together.
pub(super) fn headers(headers: &HeaderMap, secrets: &Secrets) -> Value {
    let mut shown = Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter().map(|value| {
            let hidden = value.is_sensitive() || HEADERS.iter().any(|part| name.as_str().contains(part));
            if hidden {
                HIDDEN.to_owned()
            } else {
                secrets.out_of(&String::from_utf8_lossy(value.as_bytes()))
            }
        });
        shown.insert(name.to_string(), values.collect::<Vec<_>>().join(", ").into());
    }
    Value::Object(shown)
}

/// A body: JSON as it is, anything else as text, and only the beginning of a long one.
pub(super) fn body(bytes: &[u8], secrets: &Secrets) -> Value {
    if let Ok(json) = serde_json::from_slice::<Value>(bytes) {
        let json = fields(json, secrets);
        let text = json.to_string();
        return if text.len() <= MOST { json } else { cut(&text, bytes.len()) };
    }
    let begin = &bytes[..bytes.len().min(MOST)];
    let text = String::from_utf8_lossy(begin);
    let is_form = text.contains('=') && !text.contains(['<', '{', ' ', '\n']);
    let text = if is_form { form(&text, secrets) } else { secrets.out_of(&text) };
    if bytes.len() > MOST { cut(&text, bytes.len()) } else { text.into() }
}

fn cut(text: &str, size: usize) -> Value {
    let end = (0..=MOST.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    json!({"begins": text[..end], "size": size})
}

fn fields(json: Value, secrets: &Secrets) -> Value {
    match json {
        Value::String(text) => secrets.out_of(&text).into(),
        Value::Array(items) => items.into_iter().map(|item| fields(item, secrets)).collect(),
        Value::Object(entries) => {
            let entry = |(name, value): (String, Value)| {
                let value = match value {
                    Value::String(_) | Value::Number(_) if is_secret_field(&name) => HIDDEN.into(),
                    value => fields(value, secrets),
                };
                (secrets.out_of(&name), value)
            };
            Value::Object(entries.into_iter().map(entry).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;
    use secrecy::SecretString;

    fn known() -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add(&SecretString::from("s3cr3t"));
        secrets
    }

    #[test]
    fn what_is_secret_by_its_name_is_hidden_whatever_it_holds() {
        let body =
            br#"{"access_token": "a", "x": [{"App-Secret": "b", "sign": 7}], "text": "hi", "keyword": "k"}"#;
        let shown = super::body(body, &Secrets::default());
        let want = json!({"access_token": "•••", "x": [{"App-Secret": "•••", "sign": "•••"}], "text": "hi", "keyword": "k"});
        assert_eq!(shown, want);
        assert_eq!(
            super::body(b"client_id=c&client_secret=x", &known()),
            json!("client_id=c&client_secret=•••")
        );
    }

    #[test]
    fn what_is_known_is_hidden_wherever_it_stands() {
        assert_eq!(body(br#"{"s3cr3t": "is s3cr3t"}"#, &known()), json!({"•••": "is •••"}));
        assert_eq!(body(b"<p>s3cr3t</p>", &known()), json!("<p>•••</p>"));
        let at = Url::parse("https://me:pw@x.test/s3cr3t/a?sign=1&openid=o1&q=s3cr3t").expect("an address");
        assert_eq!(url(&at, &known()), "https://x.test/•••/a?sign=•••&openid=o1&q=•••");
    }

    #[test]
    fn headers_keep_their_names() {
        let mut map = HeaderMap::new();
        map.insert("x-shop", HeaderValue::from_static("s3cr3t"));
        map.insert("set-cookie", HeaderValue::from_static("a=b"));
        map.append("set-cookie", HeaderValue::from_static("c=d"));
        map.insert("content-type", HeaderValue::from_static("text/html"));
        let mut own = HeaderValue::from_static("mine");
        own.set_sensitive(true);
        map.insert("x-own", own);
        let want =
            json!({"x-shop": "•••", "set-cookie": "•••, •••", "content-type": "text/html", "x-own": "•••"});
        assert_eq!(headers(&map, &known()), want);
    }

    #[test]
    fn a_long_body_is_cut() {
        let long = "长".repeat(MOST);
        let shown = body(long.as_bytes(), &Secrets::default());
        assert_eq!(shown["size"], long.len());
        assert!(
            shown["begins"]
                .as_str()
                .is_some_and(|text| text.len() <= MOST && text.ends_with(['长', '\u{fffd}']))
        );
        let shown = body(json!({"a": long}).to_string().as_bytes(), &Secrets::default());
        assert!(
            shown["begins"]
                .as_str()
                .is_some_and(|text| text.starts_with("{\"a\":\"长") && text.len() <= MOST)
        );
    }
}
