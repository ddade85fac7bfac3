//! A request and an answer, as a vendor sees them: whole, in memory, without HTTP's machinery.

use bytes::Bytes;
use serde_json::Value;

/// One request, fully read.
#[derive(Debug, Clone)]
pub struct Request {
    /// Upper-case method.
    pub method: String,
    /// The path as sent, still percent-encoded.
    pub path: String,
    /// The query as sent, without `?`; empty if there was none.
    pub query: String,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body, whole.
    pub body: Bytes,
    /// Where this server is reached, without a slash at the end: `http://127.0.0.1:4321`.
    pub base: String,
    /// The logical time in milliseconds since 1970.
    pub now: i64,
    /// Made by hand in the vendor's own console: no credentials are asked for.
    pub by_hand: bool,
}

impl Request {
    /// One that is made by hand; `path` may carry a query.
    pub(super) fn made_by_hand(
        method: &str,
        path: &str,
        content_type: Option<&str>,
        body: Bytes,
        base: &str,
    ) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let headers = content_type.map(|one| ("content-type".to_owned(), one.to_owned()));
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.into_iter().collect(),
            body,
            base: base.to_owned(),
            now: 0,
            by_hand: true,
        }
    }

    /// The same with a JSON body; null sends none.
    pub(super) fn json_by_hand(method: &str, path: &str, body: &Value, base: &str) -> Self {
        match body {
            Value::Null => Self::made_by_hand(method, path, None, Bytes::new(), base),
            body => {
                let bytes = Bytes::from(body.to_string());
                Self::made_by_hand(method, path, Some("application/json"), bytes, base)
            }
        }
    }

    /// Path and query as they stood in the request line.
    pub fn target(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// A header's first value; the name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The decoded segments between the path's slashes; empty ones (a trailing slash) are left out.
    pub fn segments(&self) -> Vec<String> {
        self.path.split('/').filter(|part| !part.is_empty()).map(|part| decode(part, false)).collect()
    }

    /// The decoded query parameters in order.
    pub fn params(&self) -> Vec<(String, String)> {
        pairs(&self.query)
    }

    /// The decoded fields of a body that is an urlencoded form; none if it is no such form.
    pub fn form(&self) -> Option<Vec<(String, String)>> {
        let kind = self.header("content-type")?.split(';').next()?.trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return None;
        }
        std::str::from_utf8(&self.body).ok().map(pairs)
    }
}

fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true), decode(value, true))
        })
        .collect()
}

/// One answer, ready to be sent.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The vendor's own code inside the body, if it has one.
    pub code: Option<i64>,
    /// Headers besides the length.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// A JSON body with HTTP status 200.
    pub fn json(code: Option<i64>, body: &Value) -> Self {
        Self {
            status: 200,
            code,
            headers: vec![("content-type", "application/json;charset=utf-8".to_owned())],
            body: Bytes::from(body.to_string()),
        }
    }

    /// An HTML page, as containers and gateways answer.
    pub fn html(status: u16, title: &str) -> Self {
        let body = format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>");
        Self {
            status,
            code: None,
            headers: vec![("content-type", "text/html;charset=utf-8".to_owned())],
            body: Bytes::from(body),
        }
    }

    /// A file.
    pub fn file(content_type: &str, body: Bytes) -> Self {
        Self { status: 200, code: None, headers: vec![("content-type", content_type.to_owned())], body }
    }

    /// The same with a header, in place of the one of that name.
    pub(super) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        if !value.is_empty() {
            self.headers.push((name, value));
        }
        self
    }

    /// The body as JSON; null if it isn't any.
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The `data` of the vendors' common envelope; null if there is none.
    pub fn data(&self) -> Value {
        self.value().get_mut("data").map(Value::take).unwrap_or(Value::Null)
    }
}

/// Undoes percent-encoding; bytes that are no UTF-8 are replaced, and `+` is a space in queries only.
pub(crate) fn decode(text: &str, plus: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'%', [high, low, behind @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                bytes.push(hex(*high) * 16 + hex(*low));
                rest = behind;
            }
            (b'+', _) if plus => bytes.push(b' '),
            _ => bytes.push(first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit - b'A' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_percent_and_plus() {
        assert_eq!(decode("%E5%9B%BE+a%2", false), "图+a%2");
        assert_eq!(decode("a+b%20c", true), "a b c");
    }

    #[test]
    fn a_trailing_slash_makes_no_segment() {
        let request = Request {
            method: "GET".into(),
            path: "/v1/demo/group/".into(),
            query: "a=1&b&c=%2F".into(),
            headers: vec![],
            body: Bytes::new(),
            base: String::new(),
            now: 0,
            by_hand: false,
        };
        assert_eq!(request.segments(), ["v1", "demo", "group"]);
        assert_eq!(
            request.params(),
            [("a".into(), "1".into()), ("b".into(), String::new()), ("c".into(), "/".into())]
        );
        assert_eq!(request.target(), "/v1/demo/group/?a=1&b&c=%2F");
    }
}
