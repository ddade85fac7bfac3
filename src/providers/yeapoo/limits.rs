//! What yeapoo, and the WeChat behind it, refuse or spoil. Each limit names its source: the column widths and
//! comparisons are those of the vendor's published server, the menu's those of WeChat's menu/create.

use crate::words::Text;
use std::collections::HashMap;

use serde_json::Value;

use crate::desired::Wanted;
use crate::model::{Address, Finding, Step};
use crate::problem::{Code, Problem};
use crate::text;

mod broadcast;
mod keywords;
mod materials;

pub(super) use broadcast::material as sent;

/// Characters of a group's, rule's or button's name.
const NAME: usize = 100;
/// Characters of a text.
const TEXT: usize = 1000;
/// Characters of a keyword.
const KEYWORD: usize = 500;
/// Characters of a reply's id.
const REPLY_ID: usize = 45;
/// Characters of a link.
const LINK: usize = 2000;
/// Buttons at the top, and buttons below one of them.
const BUTTONS: (usize, usize) = (3, 5);
/// Bytes of a button's name, at the top and below.
const BUTTON_NAME: (usize, usize) = (16, 60);
/// What a reply may be made of; the vendor takes any case.
const REPLY_TYPES: &[&str] = &["text", "image", "voice", "video", "music", "news"];
/// Names by which the vendor keeps the replies to a subscription and to everything else.
const SPECIAL_RULES: &[&str] = &["__subscribe", "__default"];

/// What is wrong with one body, or (an empty list or mapping) with an empty section.
pub(super) fn limits(kind: &str, body: &Value) -> Vec<Finding> {
    let mut found = vec![];
    match kind {
        "group" => name(body, text!("group"), &mut found),
        "keyword" => {
            name(body, text!("rule"), &mut found);
            special(body, &mut found);
            keywords::keywords(body, &mut found);
            reply(&body["reply"], &["reply"], &mut found);
        }
        "material" => materials::material(body, &mut found),
        "reply" => reply(body, &[], &mut found),
        "sop" => broadcast::plan(body, &mut found),
        "menu" if body.is_array() => found.push(Finding::error(
            Code::CannotBeEmpty,
            [],
            text!("an empty menu"),
            text!(
                "yeapoo's API cannot remove a published menu (source: WeChat refuses an empty menu/create); \
             keep one button, or take `menu` out to leave the menu alone"
            ),
        )),
        "menu" => {
            name(body, text!("button"), &mut found);
            shown(body, &mut found);
            link(body, &mut found);
            reply(&body["reply"], &["reply"], &mut found);
        }
        _ => {}
    }
    found
}

/// What is wrong with an account's bodies together.
pub(super) fn together(all: &[&Wanted]) -> Vec<Problem> {
    let mut problems = menu_size(all);
    let mut names: HashMap<(&str, &str), Vec<&Wanted>> = HashMap::new();
    for wanted in all.iter().filter(|wanted| wanted.body.is_some()) {
        if !matches!(wanted.kind.name, "group" | "material" | "keyword") {
            continue;
        }
        // A name that is empty has been reported, and one that is not known is no name.
        if !wanted.natural.is_empty() {
            let named = names.entry((wanted.kind.name, &wanted.natural)).or_default();
            let before = named.iter().find(|before| same_content(wanted, before));
            problems.extend(before.map(|before| same_name(wanted, before)));
            named.push(wanted);
        }
    }
    problems.extend(keywords::together(all));
    problems
}

fn menu_size(all: &[&Wanted]) -> Vec<Problem> {
    let mut siblings: HashMap<Option<Address>, usize> = HashMap::new();
    let mut problems = vec![];
    for wanted in all.iter().filter(|wanted| wanted.kind.name == "menu" && wanted.body.is_some()) {
        let parent = wanted.address.parent();
        let most = if parent.is_some() { BUTTONS.1 } else { BUTTONS.0 };
        let is_top = parent.is_none();
        let count = siblings.entry(parent).or_default();
        *count += 1;
        // The first that is too many stands for all of them.
        if *count == most + 1 {
            let (message, help) = if is_top {
                (
                    text!("more than {most} buttons at the top", most),
                    text!("WeChat takes at most {most} at the top (source: WeChat's menu/create)", most),
                )
            } else {
                (
                    text!("more than {most} buttons below one button", most),
                    text!(
                        "WeChat takes at most {most} below one button (source: WeChat's menu/create)",
                        most
                    ),
                )
            };
            problems.push(
                Problem::error(Code::MenuSize, message)
                    .at(wanted.origin.clone())
                    .about(&wanted.address)
                    .help(help),
            );
        }
    }
    problems
}

/// True if nothing would tell the two apart at the vendor's.
fn same_content(wanted: &Wanted, other: &Wanted) -> bool {
    let bodies = wanted.body.as_ref().zip(other.body.as_ref());
    let same = wanted.kind.same_content;
    // What one of them leaves open the other may say.
    !wanted.kind.by_content || bodies.is_some_and(|(one, other)| same(one, other) || same(other, one))
}

fn same_name(wanted: &Wanted, before: &Wanted) -> Problem {
    let place = |wanted: &Wanted| wanted.place_of(&["name".into()]);
    let kind = wanted.kind.name;
    if wanted.kind.by_content {
        return Problem::error(
            Code::Duplicate,
            text!("the same {kind} twice: `{natural}`", kind, natural = wanted.natural),
        )
        .at(wanted.origin.clone().labelled(text!("again here")))
        .at(before.origin.clone().labelled(text!("first here")))
        .about(&wanted.address)
        .help(text!("a live one is found by its content, so they would be one; keep one of the two"));
    }
    let natural = &wanted.natural;
    let message = match kind {
        "group" => text!("two groups named `{natural}`", natural),
        "keyword" => text!("two keywords named `{natural}`", natural),
        _ => text!("two materials named `{natural}`", natural),
    };
    Problem::error(Code::Duplicate, message)
        .at(place(wanted).labelled(text!("again here")))
        .at(place(before).labelled(text!("first here")))
        .about(&wanted.address)
        .help(text!("they would be one live object: a live one is found by its name; give one another name"))
}

fn name(body: &Value, what: Text, found: &mut Vec<Finding>) {
    let Some(name) = body.get("name").and_then(Value::as_str) else { return };
    let path = || [Step::from("name")];
    if name.trim().is_empty() {
        found.push(Finding::error(
            Code::EmptyName,
            path(),
            text!("a {what} with an empty name", what),
            text!("give it a name, or leave `name` out where it defaults to the key"),
        ));
    }
    too_long(name, NAME, Code::NameTooLong, &path(), text!("the {what}'s name", what), found);
    four_bytes(name, &path(), found);
}

fn special(body: &Value, found: &mut Vec<Finding>) {
    let Some(name) = body.get("name").and_then(Value::as_str) else { return };
    if SPECIAL_RULES.iter().any(|special| special.eq_ignore_ascii_case(name)) {
        found.push(Finding::error(
            Code::BadValue,
            ["name".into()],
            text!("`{name}` is no keyword rule's name", name),
            text!("use `replies:` (source: the vendor keeps the replies `subscribe` and `default` as rules of such names)"),
        ));
    }
}

fn reply(body: &Value, at: &[&str], found: &mut Vec<Finding>) {
    let path =
        |steps: &[&str]| -> Vec<Step> { at.iter().chain(steps).map(|step| Step::from(*step)).collect() };
    if let Some(text) = body.get("text").and_then(Value::as_str) {
        too_long(text, TEXT, Code::TextTooLong, &path(&["text"]), text!("the text"), found);
        four_bytes(text, &path(&["text"]), found);
    }
    let Some(raw) = body.get("raw") else { return };
    if let Some(id) = raw.get("id").and_then(Value::as_str) {
        too_long(id, REPLY_ID, Code::TextTooLong, &path(&["raw", "id"]), text!("the id"), found);
    }
    let Some(kind) = raw.get("type").and_then(Value::as_str) else { return };
    if !REPLY_TYPES.iter().any(|known| known.eq_ignore_ascii_case(kind)) {
        found.push(Finding::error(
            Code::BadValue,
            path(&["raw", "type"]),
            text!("`{kind}` is no type of a reply", kind),
            text!(
                "the vendor takes {reply_types} (source: its keyword and menu/bind calls)",
                reply_types = REPLY_TYPES.join(", ")
            ),
        ));
    } else if kind.eq_ignore_ascii_case("music") {
        found.push(Finding::warning(
            Code::NeverFires,
            path(&["raw", "type"]),
            text!("a reply of type `music` is never answered"),
            text!("use `voice` (source: the vendor accepts `music` and builds no message for it)"),
        ));
    }
}

/// What WeChat shows of a button's name.
fn shown(body: &Value, found: &mut Vec<Finding>) {
    let Some(name) = body.get("name").and_then(Value::as_str) else { return };
    let is_top = body.get("parent").is_none();
    let most = if is_top { BUTTON_NAME.0 } else { BUTTON_NAME.1 };
    if name.len() > most {
        let length = name.len();
        let message = match is_top {
            true => text!(
                "the name has {length} bytes, more than the {most} of a button at the top",
                length,
                most
            ),
            false => {
                text!(
                    "the name has {length} bytes, more than the {most} of a button in a sub-menu",
                    length,
                    most
                )
            }
        };
        found.push(Finding::warning(
            Code::NameShown,
            ["name".into()],
            message,
            text!("WeChat cuts it off or refuses it; write at most {most} Chinese characters (source: WeChat's menu/create)", most = most / 3),
        ));
    }
}

fn link(body: &Value, found: &mut Vec<Finding>) {
    let Some(link) = body.get("link").and_then(Value::as_str) else { return };
    too_long(link, LINK, Code::TextTooLong, &["link".into()], text!("the link"), found);
    let lower = link.to_ascii_lowercase();
    if !lower.starts_with("http://") && !lower.starts_with("https://") {
        found.push(Finding::warning(
            Code::BadValue,
            ["link".into()],
            text!("a link that is neither http nor https"),
            text!("write the whole address, e.g. https://m.example.com (source: WeChat's menu/create opens web pages only)"),
        ));
    }
}

fn too_long(text: &str, most: usize, code: Code, path: &[Step], what: Text, found: &mut Vec<Finding>) {
    // No text has more characters than bytes.
    let length = if text.len() <= most { return } else { text.chars().count() };
    if length > most {
        found.push(Finding::error(
            code,
            path.iter().cloned(),
            text!("{what} has {length} characters", what, length),
            text!("shorten it to {most} (source: the vendor's database keeps {most} characters and refuses more)", most),
        ));
    }
}

fn four_bytes(text: &str, path: &[Step], found: &mut Vec<Finding>) {
    if let Some(wide) = text.chars().find(|c| c.len_utf8() == 4) {
        found.push(Finding::warning(
            Code::Characters,
            path.iter().cloned(),
            text!("`{wide}` may be refused", wide),
            text!("write it without emoji (source: the vendor's published server keeps 3-byte UTF-8 only and refuses such \
             a text as a whole; a deployment may differ)"),
        ));
    }
}

#[cfg(test)]
mod tests;
