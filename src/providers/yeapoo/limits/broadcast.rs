//! What a mass send of yeapoo's takes. It answers 200 also when WeChat refused the message, so what WeChat would refuse
//! must be known before.

use serde_json::Value;

use super::{TEXT, four_bytes, too_long};
use crate::model::{Finding, Step};
use crate::problem::Code;
use crate::text;
use crate::words::Text;

/// Fields of the call that say what is sent and to whom.
const OURS: [&str; 4] = ["group_id", "gender", "msg_type", "msg_id"];

/// What is wrong with a recurring plan.
pub(super) fn plan(body: &Value, found: &mut Vec<Finding>) {
    for (nth, step) in body["steps"].as_array().into_iter().flatten().enumerate() {
        let items = step["send"].as_array().map(Vec::as_slice).unwrap_or_default();
        let path = |item: usize| vec!["steps".into(), nth.into(), "send".into(), item.into()];
        if items.len() > 1 {
            found.push(Finding::error(
                Code::NotExactlyOne,
                path(1),
                text!("more than one message in a step"),
                text!("a mass send of yeapoo's is one text or material; write a step for each"),
            ));
        }
        for (nth, item) in items.iter().enumerate() {
            let path = |field: &str| [path(nth), vec![field.into()]].concat();
            if let Some(sent) = item["text"].as_str() {
                text(sent, path("text"), found);
            }
            extra(&item["extra"], &path("extra"), found);
        }
    }
}

fn text(text: &str, path: Vec<Step>, found: &mut Vec<Finding>) {
    too_long(text, TEXT, Code::TextTooLong, &path, text!("the text"), found);
    four_bytes(text, &path, found);
    if let Some(what) = breaks(text) {
        found.push(spoilt(path, text!("{what} in a text that is sent to many", what)));
    }
}

/// Fields of the user's own go into the call as they stand.
fn extra(extra: &Value, path: &[Step], found: &mut Vec<Finding>) {
    for (field, value) in extra.as_object().into_iter().flatten() {
        let path = [path, &[field.as_str().into()]].concat();
        if OURS.contains(&field.as_str()) {
            found.push(Finding::error(
                Code::BadValue,
                path,
                text!("`{field}` in `extra`", field),
                text!("take it out: what is sent and to whom, the plan's `send` and `audience` say"),
            ));
        } else if value.is_array() || value.is_object() {
            found.push(Finding::error(
                Code::BadValue,
                path,
                text!("`{field}` in `extra` is neither a text nor a number", field),
                text!("write it as one (source: yeapoo's server reads the call's fields as texts and refuses any other)"),
            ));
        }
    }
}

/// What is wrong with a material that is sent to many.
pub(in super::super) fn material(body: &Value) -> Vec<Finding> {
    let mut found = vec![];
    if body.get("video").is_some() {
        found.push(Finding::error(
            Code::Spoilt,
            [],
            text!("a video can't be sent to many"),
            text!("send news or an image that leads to it (source: yeapoo's server sends videos in a form that WeChat refuses)"),
        ));
    }
    for article in body["news"].as_array().into_iter().flatten() {
        // The server escapes quotes in the content, and nothing else.
        let fields =
            [("title", true), ("digest", true), ("author", true), ("source_url", true), ("content", false)];
        for (field, quotes) in fields {
            let text = article[field].as_str().unwrap_or_default();
            let what = if quotes { breaks(text) } else { breaks(&text.replace('"', "")) };
            if let Some(what) = what {
                found.push(spoilt(
                    vec![],
                    text!("{what} in the `{field}` of news that are sent to many", what, field),
                ));
                break;
            }
        }
    }
    found
}

/// What the vendor's server would put into JSON as it stands.
fn breaks(text: &str) -> Option<Text> {
    text.chars().find_map(|c| match c {
        '"' => Some(text!("a quote (\")")),
        '\\' => Some(text!("a backslash")),
        '\n' | '\r' => Some(text!("a line break")),
        _ if c.is_ascii_control() => Some(text!("a control character")),
        _ => None,
    })
}

fn spoilt(path: Vec<Step>, message: Text) -> Finding {
    let help = text!(
        "take it out: write “…” for quotes, and one line (source: yeapoo's server does not escape it, WeChat refuses the \
                message, and the server says 200 all the same)"
    );
    Finding::error(Code::Spoilt, path, message, help)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::problem::Level;

    fn in_plan(item: &Value) -> Vec<(Code, Level)> {
        let mut found = vec![];
        plan(&json!({"steps": [{"send": [item]}]}), &mut found);
        found.into_iter().map(|finding| (finding.code, finding.level)).collect()
    }

    fn in_material(body: &Value) -> Vec<Code> {
        material(body).into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn what_the_server_would_break_is_refused() {
        for text in ["说\"好\"", "一\n二", "一\r", "\\", "\t"] {
            assert_eq!(in_plan(&json!({"text": text})), [(Code::Spoilt, Level::Error)], "{text:?}");
        }
        assert_eq!(in_plan(&json!({"text": "说“好”，<a href='https://a'>官网</a>"})), []);
        assert_eq!(in_plan(&json!({"text": "好".repeat(1000)})), []);
        assert_eq!(in_plan(&json!({"text": "好".repeat(1001)})), [(Code::TextTooLong, Level::Error)]);
        assert_eq!(in_plan(&json!({"text": "👍"})), [(Code::Characters, Level::Warning)]);
    }

    #[test]
    fn news_break_by_their_words_and_videos_never_go_out() {
        let article =
            |field: &str, text: &str| json!({"news": [{"title": "春", "content": "<p>"}, {field: text}]});
        for field in ["title", "digest", "author", "source_url"] {
            assert_eq!(in_material(&article(field, "\"")), [Code::Spoilt], "{field}");
        }
        assert_eq!(in_material(&article("content", "<p class=\"a\">")), [], "the server escapes these");
        assert_eq!(in_material(&article("content", "<p>\n</p>")), [Code::Spoilt]);
        assert_eq!(in_material(&json!({"video": {"file": "a.mp4"}})), [Code::Spoilt]);
        assert_eq!(in_material(&json!({"image": {"file": "a.jpg"}})), []);
        assert_eq!(in_material(&json!({"voice": {"file": "a.mp3"}})), []);
    }

    #[test]
    fn one_message_a_step() {
        let mut found = vec![];
        let body = json!({
            "steps": [{"send": [{"text": "一"}, {"text": "二"}]}],
        });
        plan(&body, &mut found);
        let codes: Vec<_> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [Code::NotExactlyOne]);
    }

    #[test]
    fn extra_fields_say_neither_what_nor_to_whom() {
        let extra = |extra: Value| in_plan(&json!({"text": "好", "extra": extra}));
        assert_eq!(extra(json!({"send_ignore_reprint": 1})), []);
        assert_eq!(extra(json!({"gender": "0"})), [(Code::BadValue, Level::Error)]);
        assert_eq!(extra(json!({"group_id": "-1"})), [(Code::BadValue, Level::Error)]);
        assert_eq!(extra(json!({"a": {}, "b": []})), [(Code::BadValue, Level::Error); 2]);
    }
}
