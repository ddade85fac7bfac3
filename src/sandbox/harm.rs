//! What becomes of an answer under a fault.

use bytes::Bytes;
use serde_json::Value;

use super::fault::Fault;
use super::vendor::Vendor;
use super::wire::{Answer, Request};

/// What the other side gets to see.
#[derive(Debug)]
pub(super) enum Reply {
    /// A whole answer.
    Whole(Answer),
    /// The connection is dropped.
    Dropped,
    /// Nothing, for ever.
    Nothing,
    /// An answer, each byte of whose body comes after a pause of so many milliseconds.
    Slow(Answer, u64),
    /// An answer that is filled up to so many bytes, which are announced or not.
    Filled(Answer, u64, bool),
    /// The port is shut for so many milliseconds, after an answer or without one.
    Shut(Option<Answer>, u64),
}

impl Reply {
    /// What of it is an answer.
    pub(super) fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Whole(answer) | Self::Slow(answer, _) | Self::Filled(answer, ..) => Some(answer),
            Self::Shut(answer, _) => answer.as_ref(),
            Self::Dropped | Self::Nothing => None,
        }
    }
}

/// What comes back from a vendor under a fault.
pub(super) fn hit(vendor: &mut dyn Vendor, request: &Request, fault: Option<&Fault>) -> Reply {
    let Some(fault) = fault else { return Reply::Whole(vendor.answer(request)) };
    let done = fault.lets_work().then(|| vendor.answer(request));
    let whole = |answer: Option<Answer>| answer.map_or(Reply::Dropped, Reply::Whole);
    match fault {
        Fault::Delay { .. } | Fault::Meanwhile(_) => whole(done),
        Fault::ResetBefore | Fault::ResetAfter => Reply::Dropped,
        Fault::Refuse { ms, .. } => Reply::Shut(done, *ms),
        Fault::Hang { .. } => Reply::Nothing,
        Fault::Drip { ms } => done.map_or(Reply::Dropped, |answer| Reply::Slow(answer, *ms)),
        Fault::Large { bytes, length } => {
            done.map_or(Reply::Dropped, |answer| Reply::Filled(answer, *bytes, *length))
        }
        Fault::Code { code, message } => Reply::Whole(vendor.refuse(*code, message)),
        Fault::Status { status } => {
            Reply::Whole(Answer::html(*status, &format!("{status} from the gateway")))
        }
        Fault::RetryAfter { seconds } => {
            let page = Answer::html(429, "429 Too Many Requests");
            Reply::Whole(page.with("retry-after", seconds.to_string()))
        }
        Fault::Redirect { status, to } => {
            Reply::Whole(Answer::html(*status, "Moved").with("location", to.clone()))
        }
        Fault::Html => Reply::Whole(Answer::html(200, "Please log in")),
        Fault::Cut => whole(done.map(|mut answer| {
            answer.body.truncate(answer.body.len() / 2);
            answer
        })),
        Fault::Malformed => whole(done.map(malformed)),
        Fault::Alter { at, to } => whole(done.map(|answer| altered(answer, at, to.as_ref()))),
        Fault::ContentType { value } => whole(done.map(|answer| answer.with("content-type", value.clone()))),
    }
}

/// A comma before the last bracket, as in many a language but JSON.
fn malformed(mut answer: Answer) -> Answer {
    let (start, end) = answer.body.split_at(answer.body.len().saturating_sub(1));
    answer.body = Bytes::from([start, b",", end].concat());
    answer
}

/// What is no JSON, or has nothing there, stays as it is.
fn altered(mut answer: Answer, at: &str, to: Option<&Value>) -> Answer {
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
    match (at.rsplit_once('/'), to) {
        (None, Some(to)) => body = to.clone(),
        (None, None) => {
            answer.body = Bytes::new();
            return answer;
        }
        (Some((above, last)), to) => {
            let Some(parent) = above.split('/').skip(1).try_fold(&mut body, entry) else { return answer };
            match (to, entry(parent, last)) {
                (Some(to), Some(there)) => *there = to.clone(),
                // A member that is not there yet.
                (Some(to), None) => {
                    if let Value::Object(members) = parent {
                        members.insert(last.to_owned(), to.clone());
                    }
                }
                (None, _) => take_out(parent, last),
            }
        }
    }
    answer.code = body["code"].as_i64().or(answer.code);
    answer.body = Bytes::from(body.to_string());
    answer
}

/// The entry of this name or place; `*` is the first.
fn entry<'a>(of: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    match of {
        Value::Object(members) => match name {
            "*" => members.values_mut().next(),
            name => members.get_mut(name),
        },
        Value::Array(list) => match name {
            "*" => list.first_mut(),
            name => list.get_mut(name.parse::<usize>().ok()?),
        },
        _ => None,
    }
}

fn take_out(of: &mut Value, name: &str) {
    match of {
        Value::Object(members) => {
            let first = members.keys().next().cloned();
            if let Some(name) = if name == "*" { first } else { Some(name.to_owned()) } {
                members.remove(&name);
            }
        }
        Value::Array(list) => {
            let nth = if name == "*" { Some(0) } else { name.parse().ok() };
            if let Some(nth) = nth.filter(|nth| *nth < list.len()) {
                list.remove(nth);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn alter(body: &Value, at: &str, to: Option<Value>) -> Value {
        altered(Answer::json(None, body), at, to.as_ref()).value()
    }

    #[test]
    fn any_part_becomes_another_or_goes() {
        let body =
            json!({"code": 200, "data": {"keyword": [{"id": 1}, {"id": 2}], "news": {"a": 1, "b": 2}}});
        let part = |at: &str, to| alter(&body, at, to)["data"].clone();
        assert_eq!(part("/data", Some(json!(7))), json!(7));
        assert_eq!(part("/data", Some(Value::Null)), Value::Null);
        assert_eq!(part("/data/keyword/0", None)["keyword"], json!([{"id": 2}]));
        assert_eq!(part("/data/keyword/*/id", Some(json!("x")))["keyword"][0]["id"], "x");
        assert_eq!(part("/data/news/*", None)["news"], json!({"b": 2}));
        assert_eq!(part("/data/more", Some(json!(1)))["more"], 1);
        for nowhere in ["/data/keyword/9", "/data/keyword/a", "/nothing/0"] {
            assert_eq!(alter(&body, nowhere, None), body, "{nowhere}");
        }
        assert_eq!(alter(&body, "", Some(json!([]))), json!([]));
        assert_eq!(alter(&body, "", None), Value::Null);
        let answer = altered(Answer::json(Some(200), &body), "/code", Some(&json!(500)));
        assert_eq!(answer.code, Some(500));
    }

    #[test]
    fn a_comma_too_many_is_no_json() {
        for body in [json!({}), json!([]), json!({"a": {"b": [1]}})] {
            let answer = malformed(Answer::json(None, &body));
            assert!(serde_json::from_slice::<Value>(&answer.body).is_err(), "{:?}", answer.body);
        }
    }
}
