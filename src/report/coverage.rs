//! Coverage as a person reads it, and for programs.

use serde_json::{Value, json};

use super::columns::{escape, pad, truncate, width};
use super::{Role, Style};
use crate::coverage::{Coverage, Fired};
use crate::text;

/// So many texts that no rule answers are shown to a person.
const SHOWN: usize = 40;

/// All of it, its lines fitted to so many columns.
pub fn text(found: &Coverage, style: Style, columns: usize) -> String {
    let mut parts = vec![head(found, style)];
    parts.extend(unanswered(found, style, columns));
    parts.extend(rules(found, style, columns));
    if !found.others.is_empty() {
        let total: usize = found.others.values().sum();
        let kinds: Vec<_> =
            found.others.iter().map(|(kind, count)| format!("{} {count}", escape(kind))).collect();
        let kinds = kinds.join(", ");
        let line = match total {
            1 => text!("not counted: 1 message that is no text ({kinds})", kinds),
            _ => text!("not counted: {total} messages that are no texts ({kinds})", total, kinds),
        };
        parts.push(style.said(Role::Faint, &line));
    }
    parts.join("\n\n") + "\n"
}

fn head(found: &Coverage, style: Style) -> String {
    let name = &found.account;
    let since = found.since.format("%Y-%m-%d %H:%M %:z");
    let came = match found.texts {
        0 => text!("{name}: no texts since {since}", name, since),
        1 => text!("{name}: 1 text since {since}, judged by the rules as they are now", name, since),
        count => text!(
            "{name}: {count} texts since {since}, judged by the rules as they are now",
            name,
            count,
            since
        ),
    };
    style.said(Role::Heading, &came)
}

fn unanswered(found: &Coverage, style: Style, columns: usize) -> Option<String> {
    if found.texts == 0 {
        return None;
    }
    if found.unanswered.is_empty() {
        return Some(style.said(Role::Create, &text!("a rule answers each of them")));
    }
    let (left, texts) = (found.left(), found.texts);
    let title = if found.default {
        text!("no rule answers {left} of {texts}; the default reply is sent:", left, texts)
    } else {
        text!("no rule answers {left} of {texts}; nothing is sent:", left, texts)
    };
    let mut lines = vec![style.said(Role::Warning, &title)];
    let digits = found.unanswered[0].count.to_string().len();
    for one in found.unanswered.iter().take(SHOWN) {
        let blank = || style.say(&text!("(blank)")).into();
        let shown = if one.text.is_empty() { blank() } else { escape(&one.text) };
        lines.push(format!(
            "  {:>digits$}  {}",
            one.count,
            truncate(&shown, columns.saturating_sub(digits + 4))
        ));
    }
    if let Some(rest) = found.unanswered.get(SHOWN..).filter(|rest| !rest.is_empty()) {
        let count: usize = rest.iter().map(|one| one.count).sum();
        let line =
            text!("  and {rest} more, sent {count} times; `--json` shows all", rest = rest.len(), count);
        lines.push(style.said(Role::Faint, &line));
    }
    Some(lines.join("\n"))
}

fn rules(found: &Coverage, style: Style, columns: usize) -> Vec<String> {
    let (fired, never): (Vec<&Fired>, Vec<&Fired>) =
        found.rules.iter().partition(|rule| rule.alone + rule.shared > 0);
    let mut parts = vec![];
    if let Some(most) = fired.iter().map(|rule| rule.alone + rule.shared).max() {
        let digits = most.to_string().len();
        let room = columns.saturating_sub(digits + 40).max(20);
        let names: Vec<_> = fired.iter().map(|rule| cut(&rule.name, room)).collect();
        let widest = names.iter().map(|name| width(name)).max().unwrap_or_default();
        let mut lines = vec![style.said(Role::Heading, &text!("rules that answer:"))];
        for (rule, name) in fired.iter().zip(&names) {
            let number = rule.alone + rule.shared;
            let line = match rule.shared {
                0 => format!("  {number:>digits$}  {name}"),
                shared => {
                    let note = match shared {
                        1 => text!("(1 fits other rules too)"),
                        _ => text!("({shared} fit other rules too)", shared),
                    };
                    format!("  {number:>digits$}  {}  {}", pad(name, widest), style.said(Role::Faint, &note))
                }
            };
            lines.push(line);
        }
        parts.push(lines.join("\n"));
    }
    if !never.is_empty() && found.texts > 0 {
        let mut lines = vec![style.said(Role::Heading, &text!("rules that answer nothing:"))];
        let room = columns.saturating_sub(4);
        lines.extend(never.iter().map(|rule| format!("  {}", cut(&rule.name, room))));
        parts.push(lines.join("\n"));
    }
    if found.rules.is_empty() {
        parts.push(style.say(&text!("there are no rules")));
    }
    parts
}

fn cut(name: &str, room: usize) -> String {
    truncate(&escape(name), room).into_owned()
}

/// The same for programs. The keys and their meaning are a contract: what is here stays; something may be added.
pub fn json(found: &Coverage) -> Value {
    let unanswered: Vec<_> =
        found.unanswered.iter().map(|one| json!({"text": one.text, "count": one.count})).collect();
    let rules: Vec<_> = found
        .rules
        .iter()
        .map(|rule| {
            json!({"id": rule.id, "name": rule.name, "count": rule.alone + rule.shared, "shared": rule.shared})
        })
        .collect();
    json!({
        "format_version": crate::plan::file::FORMAT_VERSION,
        "tool_version": env!("CARGO_PKG_VERSION"),
        "account": found.account,
        "since": found.since.to_rfc3339(),
        "summary": {
            "texts": found.texts,
            "unanswered": found.left(),
            "rules": found.rules.len(),
            "never": found.rules.iter().filter(|rule| rule.alone + rule.shared == 0).count(),
        },
        "default_reply": found.default,
        "unanswered": unanswered,
        "rules": rules,
        "not_text": found.others,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::TimeZone;
    use insta::assert_snapshot;

    use super::*;
    use crate::coverage::Unanswered;
    use crate::model::{RemoteId, Zone};

    fn found() -> Coverage {
        let rule = |name: &str, alone, shared| Fired {
            id: RemoteId::from(format!("id-{name}")),
            name: name.into(),
            alone,
            shared,
        };
        let left = |text: &str, count| Unanswered { text: text.into(), count };
        Coverage {
            account: "shop".into(),
            since: Zone::CHINA.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap(),
            texts: 150,
            others: BTreeMap::from([("image".into(), 3), ("voice".into(), 1)]),
            unanswered: vec![
                left("请问优惠活动有吗，我想给妈妈买一束花，今天下午能送到吗，谢谢你们了", 102),
                left("a\u{1b}[31m\n停车", 7),
                left("", 1),
            ],
            rules: vec![rule("营业时间", 12, 3), rule("地址和停车", 0, 25), rule("退换货", 0, 0)],
            default: true,
        }
    }

    #[test]
    fn for_people() {
        assert_snapshot!(text(&found(), Style::PLAIN, 60), @r"
        shop: 150 texts since 2026-01-01 00:00 +08:00, judged by the rules as they are now

        no rule answers 110 of 150; the default reply is sent:
          102  请问优惠活动有吗，我想给妈妈买一束花，今天下午能送到…
            7  a\u{1b}[31m⏎停车
            1  (blank)

        rules that answer:
          15  营业时间    (3 fit other rules too)
          25  地址和停车  (25 fit other rules too)

        rules that answer nothing:
          退换货

        not counted: 4 messages that are no texts (image 3, voice 1)
        ");
    }

    #[test]
    fn nothing_came() {
        let nothing =
            Coverage { texts: 0, unanswered: vec![], rules: vec![], others: BTreeMap::new(), ..found() };
        assert_snapshot!(text(&nothing, Style::PLAIN, 60), @"
        shop: no texts since 2026-01-01 00:00 +08:00

        there are no rules
        ");
    }

    #[test]
    fn many_texts_are_cut_for_people_only() {
        let unanswered = (0..45).map(|n| Unanswered { text: format!("t{n}"), count: 2 }).collect();
        let found = Coverage { unanswered, ..found() };
        assert!(text(&found, Style::PLAIN, 60).contains("  and 5 more, sent 10 times; `--json` shows all\n"));
        assert_eq!(json(&found)["unanswered"].as_array().map(Vec::len), Some(45));
    }
}
