//! Words for what is expected and what may happen.

use crate::model::case::{Expect, Wants};
use crate::model::kinds::Match;
use crate::rehearse::{Account, Act, By, Material, Possible, Rule, Says};
use crate::text;
use crate::words::Text;

/// What a test expects.
pub(super) fn expected(expect: &Expect) -> Text {
    let wants = match expect {
        Expect::Default => return text!("the default reply"),
        Expect::Nothing => return text!("no answer"),
        Expect::Answer(wants) => wants,
    };
    let Wants { rule, text, text_contains, material, raw, link } = wants.as_ref();
    let mut parts = vec![];
    parts.extend(rule.as_ref().map(|rule| text!("rule {rule}", rule)));
    parts.extend(text.as_ref().map(|text| text!("the text {text}", text)));
    parts.extend(text_contains.as_ref().map(|part| text!("a text with {part}", part)));
    parts.extend(material.as_ref().map(|key| text!("material {key}", key)));
    parts.extend(raw.as_ref().map(|raw| Text::verbatim(format!("{} {}", raw.kind, raw.id))));
    parts.extend(link.as_ref().map(|link| text!("the page {link}", link)));
    Text::joined(parts, ", ")
}

/// What would come, and from whom.
pub(super) fn answered(account: &Account, possible: &Possible<'_>) -> Text {
    let act = act(&possible.act);
    match (&possible.by, possible.act.says()) {
        (By::NoButton, _) => text!("there is no such button"),
        (By::Default, Some(Says::Text(_) | Says::Material(_))) => text!("the default reply: {act}", act),
        (by, _) => text!("{by}: {act}", by = self::by(account, by), act),
    }
}

/// Who answers.
pub(super) fn by(account: &Account, by: &By) -> Text {
    match by {
        By::Rule(nth, keywords) => {
            let of = &account.rules[*nth];
            let keywords = Text::joined(keywords.iter().map(|nth| word(&of.words[*nth])), ", ");
            text!("rule {rule}, keyword {keywords}", rule = rule(of), keywords)
        }
        By::Default => text!("no rule"),
        By::Subscribe => text!("the greeting"),
        By::Button(_) | By::NoButton => text!("the button"),
    }
}

/// A rule: its key, and its name where that is another.
pub(super) fn rule(rule: &Rule) -> String {
    match &rule.key {
        Some(key) if *key != rule.name => format!("{key} ({})", rule.name),
        _ => rule.name.clone(),
    }
}

/// A keyword.
pub(super) fn word(word: &Match) -> Text {
    let content = &word.content;
    if word.fuzzy { text!("{content} (fuzzy)", content) } else { Text::verbatim(content) }
}

/// What follows.
pub(super) fn act(act: &Act<'_>) -> Text {
    match act {
        Act::Says(says) => self::says(says),
        Act::Instead(says) => {
            let default = self::says(says);
            text!("the vendor can't send its reply, and sends the default reply instead: {default}", default)
        }
        Act::Link(link) => text!("opens {link}", link),
        Act::Opens => text!("opens a sub-menu"),
    }
}

/// What is said.
fn says(says: &Says) -> Text {
    match says {
        Says::Text(text) => Text::lines(text),
        Says::Material(shown) => material(shown),
        Says::Nothing => text!("nothing is said"),
        Says::Undeclared => text!("what is said is not declared here; `--live` shows it"),
    }
}

fn material(shown: &Material) -> Text {
    let Material { key, name, kind, id } = shown;
    match (key, id.as_deref().unwrap_or_default()) {
        (Some(key), _) if name.is_empty() || name == key => text!("{kind} (material {key})", kind, key),
        (Some(key), _) => text!("{kind} {name} (material {key})", kind, name, key),
        (None, id) if name.is_empty() => text!("{kind} {id} (not managed)", kind, id),
        (None, id) => text!("{kind} {name} (not managed, id {id})", kind, name, id),
    }
}
