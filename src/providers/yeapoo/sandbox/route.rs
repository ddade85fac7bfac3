//! From a request to the handler of its endpoint, with the checks that come before any handler.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::store::Store;
use crate::sandbox::{Part, Request};

/// An error inside HTTP 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: i64,
    pub(super) message: Option<String>,
}

impl Refusal {
    pub(super) fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: Some(message.into()) }
    }

    /// An exception with a text.
    pub(super) fn thrown(message: impl Into<String>) -> Self {
        Self::new(500, message)
    }

    /// A null pointer: no text at all.
    pub(super) fn null() -> Self {
        Self { code: 500, message: None }
    }

    /// A query that wanted exactly one row.
    pub(super) fn no_row() -> Self {
        Self::thrown("Incorrect result size: expected 1, actual 0")
    }
}

pub(super) enum Reply {
    Data(Value),
    File { content_type: &'static str, name: String, bytes: Bytes },
}

/// Calls that answer `data: null`.
pub(super) fn void() -> Result<Reply, Refusal> {
    Ok(Reply::Data(Value::Null))
}

/// Calls that answer something.
pub(super) fn data(value: impl Into<Value>) -> Result<Reply, Refusal> {
    Ok(Reply::Data(value.into()))
}

/// What an endpoint reads as its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    /// A map of strings: numbers and booleans are turned into strings.
    Strings,
    /// A map of objects: no conversion at all.
    Objects,
    /// A list of maps of objects.
    List,
    /// A form with a `file`.
    File,
}

pub(super) type Handler = fn(&mut Store, &Ask<'_>) -> Result<Reply, Refusal>;

/// One endpoint. The pattern stands behind `/v1/`; `*` is any one segment.
pub(super) struct Route {
    method: &'static str,
    pattern: &'static str,
    takes: Takes,
    pub(super) run: Handler,
}

impl Route {
    pub(super) const fn new(method: &'static str, pattern: &'static str, takes: Takes, run: Handler) -> Self {
        Self { method, pattern, takes, run }
    }

    fn args(&self, segments: &[String]) -> Option<Vec<String>> {
        let mut args = Vec::new();
        let mut segments = segments.iter();
        for part in self.pattern.split('/') {
            let segment = segments.next()?;
            if part == "*" {
                args.push(segment.clone());
            } else if part != segment {
                return None;
            }
        }
        segments.next().is_none().then_some(args)
    }
}

type Found<'a> = Result<(&'a Route, Vec<String>), Refusal>;

/// The endpoint for a method and a path; none if no endpoint has the path. Of several the most literal wins, and
/// a path whose literal pattern lacks the method falls back to an id of that name: `PUT keyword/subscribe` is
/// the rule with the id "subscribe".
pub(super) fn find<'a>(
    routes: impl Iterator<Item = &'a Route>,
    method: &str,
    segments: &[String],
) -> Option<Found<'a>> {
    let mapped: Vec<_> = routes.filter_map(|route| Some((route, route.args(segments)?))).collect();
    if mapped.is_empty() {
        return None;
    }
    let best =
        mapped.into_iter().filter(|(route, _)| route.method == method).min_by_key(|(_, args)| args.len());
    Some(best.ok_or_else(|| Refusal::thrown(format!("Request method '{method}' not supported"))))
}

/// What a handler sees of a request.
pub(super) struct Ask<'a> {
    args: Vec<String>,
    query: Vec<(String, String)>,
    pub(super) body: Value,
    pub(super) file: Option<Part>,
    /// Milliseconds since 1970, whole seconds: the database keeps no finer time.
    pub(super) now: i64,
    pub(super) base: &'a str,
}

impl<'a> Ask<'a> {
    pub(super) fn new(route: &Route, args: Vec<String>, request: &'a Request) -> Result<Self, Refusal> {
        let mut ask = Self {
            args,
            query: request.params(),
            body: Value::Null,
            file: None,
            now: request.now - request.now.rem_euclid(1000),
            base: &request.base,
        };
        match route.takes {
            Takes::Nothing => {}
            Takes::Strings => ask.body = strings(json_body(request)?)?,
            Takes::Objects => ask.body = objects(json_body(request)?)?,
            Takes::List => ask.body = list(json_body(request)?)?,
            Takes::File => {
                let parts = Part::all(request)
                    .ok_or_else(|| Refusal::thrown("Current request is not a multipart request"))?;
                ask.file = parts.into_iter().find(|part| part.name == "file" && part.file_name.is_some());
            }
        }
        acceptable(request)?;
        Ok(ask)
    }

    /// The INFO_ID of the path.
    pub(super) fn account(&self) -> &str {
        self.args.first().map_or("", String::as_str)
    }

    /// The id behind the INFO_ID.
    pub(super) fn id(&self) -> &str {
        self.args.get(1).map_or("", String::as_str)
    }

    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A query parameter that isn't blank.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.param(name).filter(|value| !value.trim().is_empty())
    }
}

fn json_body(request: &Request) -> Result<Value, Refusal> {
    let content_type = request.header("content-type").unwrap_or_default();
    if request.body.is_empty() && (content_type.is_empty() || is_json(content_type)) {
        return Err(Refusal::thrown("Required request body is missing"));
    }
    if !is_json(content_type) {
        return Err(Refusal::thrown(format!("Content type '{content_type}' not supported")));
    }
    serde_json::from_slice(&request.body)
        .map_err(|error| Refusal::thrown(format!("Could not read JSON: {error}")))
}

fn is_json(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

fn acceptable(request: &Request) -> Result<(), Refusal> {
    match request.header("accept") {
        Some(accept)
            if !["application/json", "application/*", "*/*"].iter().any(|kind| accept.contains(kind)) =>
        {
            Err(Refusal::thrown("Could not find acceptable representation"))
        }
        _ => Ok(()),
    }
}

fn strings(body: Value) -> Result<Value, Refusal> {
    let Value::Object(map) = objects(body)? else { return Err(unreadable("String")) };
    map.into_iter()
        .map(|(key, value)| match value {
            Value::Number(number) => Ok((key, Value::String(number.to_string()))),
            Value::Bool(truth) => Ok((key, Value::String(truth.to_string()))),
            Value::String(_) | Value::Null => Ok((key, value)),
            Value::Array(_) | Value::Object(_) => Err(unreadable("String")),
        })
        .collect::<Result<Map<String, Value>, Refusal>>()
        .map(Value::Object)
}

fn objects(body: Value) -> Result<Value, Refusal> {
    if body.is_object() { Ok(body) } else { Err(unreadable("LinkedHashMap")) }
}

fn list(body: Value) -> Result<Value, Refusal> {
    match body.as_array() {
        Some(items) if items.iter().all(Value::is_object) => Ok(body),
        _ => Err(unreadable("ArrayList")),
    }
}

fn unreadable(class: &str) -> Refusal {
    Refusal::thrown(format!("Could not read JSON: Can not deserialize instance of java.lang.{class}"))
}
