//! Which rule answers a message, and why, for people.

use super::tests_run::place;
use super::words;
use crate::providers::{Step, Why};
use crate::rehearse::{Account, By, Possible, Reaction, Says};
use crate::report::columns::{escape, pad, width};
use crate::report::text::diff::wrap;
use crate::report::{Role, Style};
use crate::text;
use crate::words::Text;

/// What a message would be answered, in so many columns.
pub fn ask(
    account: &Account,
    message: &str,
    reaction: &Reaction<'_>,
    style: Style,
    columns: usize,
) -> String {
    let mut parts = vec![style.said(Role::Heading, &head(message, reaction))];
    parts.extend(reaction.possible.iter().filter_map(|one| block(account, one, style, columns)));
    if reaction.step == Some(Step::Nobody) {
        let words =
            text!("step 3, a search for the message's single words, practically never finds a keyword");
        parts.push(style.said(Role::Faint, &words));
    }
    parts.extend(others(account, reaction, style, columns));
    parts.join("\n\n") + "\n"
}

fn head(message: &str, reaction: &Reaction<'_>) -> Text {
    let message = escape(message);
    let many = reaction.possible.len();
    match (reaction.step, reaction.possible.first().and_then(|one| one.act.says())) {
        (Some(Step::Exact), _) if many > 1 => {
            text!("“{message}” is a keyword of {many} rules, any of which may answer (step 1)", message, many)
        }
        (Some(Step::Exact), _) => {
            text!("“{message}” is a keyword of a rule, which answers (step 1)", message)
        }
        (Some(Step::Fuzzy), _) if many > 1 => {
            text!(
                "“{message}” is part of fuzzy keywords of {many} rules, any of which may answer (step 2)",
                message,
                many
            )
        }
        (Some(Step::Fuzzy), _) => {
            text!("“{message}” is part of a fuzzy keyword of a rule, which answers (step 2)", message)
        }
        (_, Some(Says::Nothing)) => {
            text!("no rule answers “{message}”, and there is no default reply", message)
        }
        (_, Some(Says::Undeclared)) => {
            text!(
                "no rule answers “{message}”; whether there is a default reply is not declared here",
                message
            )
        }
        _ => text!("no rule answers “{message}”: the default reply is sent (step 4)", message),
    }
}

/// Who answers and what; nothing where nobody does.
fn block(account: &Account, one: &Possible<'_>, style: Style, columns: usize) -> Option<String> {
    let labels = [text!("rule"), text!("keyword"), text!("reply"), text!("default")];
    let [rule, keyword, reply, default] = labels.map(|label| style.say(&label));
    // Of every block, so that those of several rules stand alike.
    let widest =
        [&rule, &keyword, &reply, &default].map(|label| width(label)).into_iter().max().unwrap_or_default();
    let at = |at: &Option<_>| at.as_ref().map(|at| format!("  ({})", place(at))).unwrap_or_default();
    let act = style.say(&words::act(&one.act));
    let mut rows = vec![];
    match &one.by {
        By::Rule(nth, keywords) => {
            let of = &account.rules[*nth];
            rows.push((&rule, format!("{}{}", words::rule(of), at(&of.place))));
            rows.extend(keywords.iter().map(|nth| (&keyword, style.say(&words::word(&of.words[*nth])))));
        }
        _ if matches!(one.act.says(), Some(Says::Text(_) | Says::Material(_))) => {
            rows.extend(account.default_at.as_ref().map(|at| (&default, place(at))));
        }
        _ => return None,
    }
    rows.push((&reply, act));
    let indent = widest + 4;
    let room = columns.saturating_sub(indent);
    let lines = rows.iter().flat_map(|(label, text)| {
        let label = style.paint(Role::Faint, &pad(label, widest));
        let lines = wrap(text, room).into_iter().enumerate().map(move |(nth, row)| {
            if nth == 0 { format!("  {label}  {row}") } else { format!("{}{row}", " ".repeat(indent)) }
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
            let name = words::rule(rule);
            let named =
                text!("{name}: {keyword}", name, keyword = words::word(&rule.words[other.hit.keyword]));
            (escape(&style.say(&named)).into_owned(), style.say(&reason(other.why)))
        })
        .collect();
    let widest = named.iter().map(|(name, _)| width(name)).max().unwrap_or_default();
    let mut lines = vec![style.said(Role::Heading, &text!("these do not answer:"))];
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

fn reason(why: Why) -> Text {
    match why {
        Why::Shadowed => text!("contains the message, but an exact keyword comes first"),
        Why::Quote => text!("contains the message, but the quote breaks the search"),
        Why::Blanks => text!("would fit without the blanks around the message"),
        Why::Reversed => text!("is part of the message, and not the other way round"),
        Why::Part => text!("is only part of the message"),
    }
}
