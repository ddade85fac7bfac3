//! Words for what is expected and what may happen.

use crate::model::case::{Expect, Wants};
use crate::model::kinds::Match;
use crate::rehearse::{Account, Act, By, Material, Possible, Rule, Says};

/// What a test expects.
pub(super) fn expected(expect: &Expect) -> String {
    let wants = match expect {
        Expect::Default => return "the default reply".to_owned(),
        Expect::Nothing => return "no answer".to_owned(),
        Expect::Answer(wants) => wants,
    };
    let Wants { rule, text, text_contains, material, raw, link } = wants.as_ref();
    let mut parts = vec![];
    parts.extend(rule.as_ref().map(|rule| format!("rule {rule}")));
    parts.extend(text.as_ref().map(|text| format!("the text {text}")));
    parts.extend(text_contains.as_ref().map(|part| format!("a text with {part}")));
    parts.extend(material.as_ref().map(|key| format!("material {key}")));
    parts.extend(raw.as_ref().map(|raw| format!("{} {}", raw.kind, raw.id)));
    parts.extend(link.as_ref().map(|link| format!("the page {link}")));
    parts.join(", ")
}

/// What would come, and from whom.
pub(super) fn answered(account: &Account, possible: &Possible<'_>) -> String {
    let act = act(&possible.act);
    match (&possible.by, possible.act.says()) {
        (By::NoButton, _) => "there is no such button".to_owned(),
        (By::Default, Some(Says::Text(_) | Says::Material(_))) => format!("the default reply: {act}"),
        (by, _) => format!("{}: {act}", self::by(account, by)),
    }
}

/// Who answers.
pub(super) fn by(account: &Account, by: &By) -> String {
    match by {
        By::Rule(nth, keywords) => {
            let of = &account.rules[*nth];
            let words: Vec<_> = keywords.iter().map(|nth| word(&of.words[*nth])).collect();
            format!("rule {}, keyword {}", rule(of), words.join(", "))
        }
        By::Default => "no rule".to_owned(),
        By::Subscribe => "the greeting".to_owned(),
        By::Button(_) | By::NoButton => "the button".to_owned(),
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
pub(super) fn word(word: &Match) -> String {
    if word.fuzzy { format!("{} (fuzzy)", word.content) } else { word.content.clone() }
}

/// What follows.
pub(super) fn act(act: &Act<'_>) -> String {
    match act {
        Act::Says(says) => self::says(says),
        Act::Instead(says) => {
            let default = self::says(says);
            format!("the vendor can't send its reply, and sends the default reply instead: {default}")
        }
        Act::Link(link) => format!("opens {link}"),
        Act::Opens => "opens a sub-menu".to_owned(),
    }
}

/// What is said.
pub(super) fn says(says: &Says) -> String {
    match says {
        Says::Text(text) => text.clone(),
        Says::Material(shown) => material(shown),
        Says::Nothing => "nothing is said".to_owned(),
        Says::Undeclared => "what is said is not declared here; `--live` shows it".to_owned(),
    }
}

fn material(shown: &Material) -> String {
    let Material { key, name, kind, id } = shown;
    match (key, id.as_deref().unwrap_or_default()) {
        (Some(key), _) if name.is_empty() || name == key => format!("{kind} (material {key})"),
        (Some(key), _) => format!("{kind} {name} (material {key})"),
        (None, id) if name.is_empty() => format!("{kind} {id} (not managed)"),
        (None, id) => format!("{kind} {name} (not managed, id {id})"),
    }
}
