//! Which rule answers a message, and why, for people.

use super::tests_run::place;
use super::words;
use crate::providers::{Step, Why};
use crate::rehearse::{Account, By, Possible, Reaction, Says};
use crate::report::columns::{escape, pad, width};
use crate::report::text::diff::wrap;
use crate::report::{Role, Style};

/// What a message would be answered, in so many columns.
pub fn ask(
    account: &Account,
    message: &str,
    reaction: &Reaction<'_>,
    style: Style,
    columns: usize,
) -> String {
    let mut parts = vec![style.paint(Role::Heading, &head(message, reaction))];
    parts.extend(reaction.possible.iter().filter_map(|one| block(account, one, style, columns)));
    if reaction.step == Some(Step::Nobody) {
        let words = "step 3, a search for the message's single words, practically never finds a keyword";
        parts.push(style.paint(Role::Faint, words));
    }
    parts.extend(others(account, reaction, style, columns));
    parts.join("\n\n") + "\n"
}

fn head(message: &str, reaction: &Reaction<'_>) -> String {
    let message = escape(message);
    let many = reaction.possible.len();
    match (reaction.step, reaction.possible.first().and_then(|one| one.act.says())) {
        (Some(Step::Exact), _) if many > 1 => {
            format!("“{message}” is a keyword of {many} rules, any of which may answer (step 1)")
        }
        (Some(Step::Exact), _) => format!("“{message}” is a keyword of a rule, which answers (step 1)"),
        (Some(Step::Fuzzy), _) if many > 1 => {
            format!("“{message}” is part of fuzzy keywords of {many} rules, any of which may answer (step 2)")
        }
        (Some(Step::Fuzzy), _) => {
            format!("“{message}” is part of a fuzzy keyword of a rule, which answers (step 2)")
        }
        (_, Some(Says::Nothing)) => format!("no rule answers “{message}”, and there is no default reply"),
        (_, Some(Says::Undeclared)) => {
            format!("no rule answers “{message}”; whether there is a default reply is not declared here")
        }
        _ => format!("no rule answers “{message}”: the default reply is sent (step 4)"),
    }
}

/// Who answers and what; nothing where nobody does.
fn block(account: &Account, one: &Possible<'_>, style: Style, columns: usize) -> Option<String> {
    let mut rows: Vec<(&str, String)> = vec![];
    let at = |at: &Option<_>| at.as_ref().map(|at| format!("  ({})", place(at))).unwrap_or_default();
    match &one.by {
        By::Rule(nth, keywords) => {
            let rule = &account.rules[*nth];
            rows.push(("rule", format!("{}{}", words::rule(rule), at(&rule.place))));
            rows.extend(keywords.iter().map(|nth| ("keyword", words::word(&rule.words[*nth]))));
            rows.push(("reply", words::act(&one.act)));
        }
        _ if matches!(one.act.says(), Some(Says::Text(_) | Says::Material(_))) => {
            rows.extend(account.default_at.as_ref().map(|at| ("default", place(at))));
            rows.push(("reply", words::act(&one.act)));
        }
        _ => return None,
    }
    let room = columns.saturating_sub(11);
    let lines = rows.iter().flat_map(|(label, text)| {
        let label = style.paint(Role::Faint, &pad(label, 7));
        let lines = wrap(text, room).into_iter().enumerate().map(move |(nth, row)| {
            if nth == 0 { format!("  {label}  {row}") } else { format!("{}{row}", " ".repeat(11)) }
        });
        lines.collect::<Vec<_>>()
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

fn others(account: &Account, reaction: &Reaction<'_>, style: Style, columns: usize) -> Option<String> {
    if reaction.others.is_empty() {
        return None;
    }
    let named: Vec<_> = reaction
        .others
        .iter()
        .map(|other| {
            let rule = &account.rules[other.hit.rule];
            let keyword = words::word(&rule.words[other.hit.keyword]);
            (format!("{}: {}", escape(&words::rule(rule)), escape(&keyword)), reason(other.why))
        })
        .collect();
    let widest = named.iter().map(|(name, _)| width(name)).max().unwrap_or_default();
    let mut lines = vec![style.paint(Role::Heading, "these do not answer:")];
    for (name, why) in &named {
        if widest + width(why) + 6 <= columns {
            lines.push(format!("  {}  {}", pad(name, widest), style.paint(Role::Faint, why)));
        } else {
            lines.push(format!("  {name}"));
            lines.push(format!("      {}", style.paint(Role::Faint, why)));
        }
    }
    Some(lines.join("\n"))
}

fn reason(why: Why) -> &'static str {
    match why {
        Why::Shadowed => "contains the message, but an exact keyword comes first",
        Why::Quote => "contains the message, but the quote breaks the search",
        Why::Blanks => "would fit without the blanks around the message",
        Why::Reversed => "is part of the message, and not the other way round",
        Why::Part => "is only part of the message",
    }
}
