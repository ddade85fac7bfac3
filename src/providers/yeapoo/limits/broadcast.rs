//! What a mass send of yeapoo's takes. It answers 200 also when WeChat refused the message, so what WeChat would refuse
//! must be known before.

use serde_json::Value;

use super::{TEXT, four_bytes, too_long};
use crate::model::{Finding, Step};
use crate::problem::Code;

/// What is wrong with a recurring plan.
pub(super) fn plan(body: &Value, found: &mut Vec<Finding>) {
    let of_others = [
        (
            vec!["delivery"],
            "`delivery` at yeapoo",
            "take it out: a mass send of yeapoo's has no other way to go out",
        ),
        (
            vec!["schedule", "ahead"],
            "`ahead` at yeapoo",
            "take it out: yeapoo creates no runs, each message is sent when it is due",
        ),
    ];
    for (path, message, help) in of_others {
        if body.pointer(&format!("/{}", path.join("/"))).is_some() {
            found.push(Finding::error(Code::NotKept, path.into_iter().map(Step::from), message, help));
        }
    }
    for (nth, step) in body["steps"].as_array().into_iter().flatten().enumerate() {
        let items = step["send"].as_array().map(Vec::as_slice).unwrap_or_default();
        let path = |item: usize| vec!["steps".into(), nth.into(), "send".into(), item.into()];
        if items.len() > 1 {
            found.push(Finding::error(
                Code::NotExactlyOne,
                path(1),
                "more than one message in a step",
                "a mass send of yeapoo's is one text or material; write a step for each",
            ));
        }
        for (item, text) in
            items.iter().enumerate().filter_map(|(nth, item)| Some((nth, item["text"].as_str()?)))
        {
            let mut path = path(item);
            path.push("text".into());
            too_long(text, TEXT, Code::TextTooLong, &path, "the text", found);
            four_bytes(text, &path, found);
            if let Some(what) = breaks(text) {
                found.push(spoilt(path, format!("{what} in a text that is sent to many")));
            }
        }
    }
}

/// What is wrong with a material that is sent to many.
pub(super) fn material(body: &Value, found: &mut Vec<Finding>) {
    if body.get("video").is_some() {
        found.push(Finding::error(
            Code::Spoilt,
            [],
            "a video can't be sent to many",
            "send news or an image that leads to it (source: yeapoo's server sends videos in a form that WeChat refuses)",
        ));
    }
    for article in body["news"].as_array().into_iter().flatten() {
        // The server escapes quotes in the content, and nothing else.
        let fields = [("title", true), ("digest", true), ("author", true), ("content", false)];
        for (field, quotes) in fields {
            let text = article[field].as_str().unwrap_or_default();
            let what = if quotes { breaks(text) } else { breaks(&text.replace('"', "")) };
            if let Some(what) = what {
                found.push(spoilt(vec![], format!("{what} in the `{field}` of news that are sent to many")));
                break;
            }
        }
    }
}

/// What the vendor's server would put into JSON as it stands.
fn breaks(text: &str) -> Option<&'static str> {
    text.chars().find_map(|c| match c {
        '"' => Some("a quote (\")"),
        '\\' => Some("a backslash"),
        '\n' | '\r' => Some("a line break"),
        _ if c.is_ascii_control() => Some("a control character"),
        _ => None,
    })
}

fn spoilt(path: Vec<Step>, message: String) -> Finding {
    let help = "take it out: write “…” for quotes, and one line (source: yeapoo's server does not escape it, WeChat refuses the \
                message, and the server says 200 all the same)";
    Finding::error(Code::Spoilt, path, message, help)
}
