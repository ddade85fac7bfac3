//! Messages that are sent, or were: a line each for people, an object each for programs.

use crate::text;
use crate::words::Text;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::columns::{escape, pad};
use super::{Role, Style};
use crate::model::{Address, Zone};
use crate::problem::Problem;
use crate::providers::Status;
use crate::sending::event::{Ending, Tally, Told};
use crate::state::{Outcome, Sending};

/// The lines of a message that came to its end, without a line break behind the last.
pub fn told(told: &Told, zone: Zone, style: Style) -> String {
    let (mark, role) = match told.ending {
        Ending::Sent => ("✓", Role::Create),
        Ending::Failed => ("✗", Role::Delete),
        Ending::Uncertain => ("?", Role::Warning),
        Ending::Skipped => ("·", Role::Faint),
        Ending::Due => ("+", Role::Create),
    };
    let Told { run, step, item, to, at, what, .. } = told;
    let earlier = if told.earlier { text!(", begun earlier") } else { Text::default() };
    let mut lines = vec![format!(
        "{} {} {}{}",
        style.paint(role, &format!("{mark} {}", pad(&style.say(&word(told.ending)), 9))),
        when(*at, zone),
        style.say(&message(run, (*step, *item), to, what)),
        style.said(Role::Faint, &earlier),
    )];
    if let Some(Problem { message, help, .. }) = &told.problem {
        lines.push(format!("    {}", escape(&style.say(message))));
        let help = help.iter().map(|help| {
            format!("    {} {}", style.said(Role::Faint, &text!("help:")), escape(&style.say(help)))
        });
        lines.extend(help);
    }
    lines.join("\n")
}

/// The line below everything.
pub fn sum(tally: Tally, style: Style) -> String {
    let Tally { sent, failed, uncertain, skipped } = tally;
    let sum = text!(
        "Messages: {sent} sent, {failed} failed, {uncertain} uncertain, {skipped} held back.",
        sent,
        failed,
        uncertain,
        skipped
    );
    style.said(if tally.is_clean() { Role::Emphasis } else { Role::Delete }, &sum)
}

/// One line of `sop run --json`. The keys and their meaning are a contract: what is here stays; something may be added.
pub fn told_json(told: &Told, zone: Zone) -> Value {
    let Told { run, step, item, to, at, what, ending, earlier, id, problem, .. } = told;
    json!({
        "event": "message",
        "account": run.account(),
        "run": run,
        "step": step,
        "item": item,
        "to": to,
        "at": at.with_timezone(&zone).to_rfc3339(),
        "what": what,
        "outcome": ending.as_str(),
        "begun_earlier": earlier,
        "id": id,
        "code": problem.as_ref().map(|problem| problem.code.as_str()),
        "error": problem.as_ref().map(|problem| problem.message.en()),
    })
}

/// The last of those lines.
pub fn sum_json(tally: Tally) -> Value {
    let Tally { sent, failed, uncertain, skipped } = tally;
    json!({"event": "summary", "sent": sent, "failed": failed, "uncertain": uncertain, "skipped": skipped})
}

/// A message that was sent, or begun.
#[derive(Clone, Debug)]
pub struct Past {
    /// The run.
    pub run: Address,
    /// What is remembered of it.
    pub sending: Sending,
    /// How far it has come, where the vendor tells.
    pub status: Option<Status>,
}

/// Messages that were sent, or begun, in the order in which they were.
pub fn history(past: &[Past], zone: Zone, style: Style) -> String {
    let lines = past.iter().map(|one| {
        let Sending { step, item, to, what, begun, .. } = &one.sending;
        let (ending, role, more) = came(&one.sending.outcome);
        let status = one.status.as_ref().map(|status| text!("; {status}", status = progress(status)));
        format!(
            "{} {} {}{}{}\n",
            when(*begun, zone),
            style.paint(role, &pad(&style.say(&word(ending)), 9)),
            style.say(&message(&one.run, (*step, *item), to, what)),
            style.paint(Role::Faint, &escape(&more)),
            escape(&style.say(&status.unwrap_or_default())),
        )
    });
    lines.collect()
}

/// The same for programs.
pub fn history_json(past: &[Past], zone: Zone) -> Value {
    let time = |at: DateTime<Utc>| at.with_timezone(&zone).to_rfc3339();
    let message = |one: &Past| {
        let Sending { step, item, at, to, what, begun, mark, outcome, .. } = &one.sending;
        let (id, why) = match outcome {
            Outcome::Begun => (None, None),
            Outcome::Doubtful { why } | Outcome::NotSent { why } => (None, Some(why)),
            Outcome::Sent { id } => (id.as_ref(), None),
        };
        json!({
            "account": one.run.account(),
            "run": one.run,
            "step": step,
            "item": item,
            "to": to,
            "what": what,
            "at": time(*at),
            "begun": time(*begun),
            "outcome": came(outcome).0.as_str(),
            "id": id,
            "mark": mark,
            "error": why,
            "status": one.status.as_ref().map(|status| json!({
                "word": status.word,
                "total": status.total,
                "filtered": status.filtered,
                "sent": status.sent,
                "failed": status.failed,
            })),
        })
    };
    json!({
        "format_version": "1.0",
        "timezone": zone.name(),
        "messages": past.iter().map(message).collect::<Vec<_>>(),
    })
}

/// An uncertain message in a few words.
pub fn uncertain(run: &Address, one: &Sending) -> Text {
    message(run, (one.step, one.item), &one.to, &one.what)
}

fn word(ending: Ending) -> Text {
    match ending {
        Ending::Sent => text!("sent"),
        Ending::Failed => text!("failed"),
        Ending::Uncertain => text!("uncertain"),
        Ending::Skipped => text!("held back"),
        Ending::Due => text!("due"),
    }
}

fn when(at: DateTime<Utc>, zone: Zone) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

fn message(run: &Address, (step, item): (usize, usize), to: &str, what: &str) -> Text {
    let step = if item > 1 { format!("{step}.{item}") } else { step.to_string() };
    let (run, to, what) = (escape(run.as_str()), escape(to), escape(what));
    text!("{run} step {step}, to {to}: {what}", run, step, to, what)
}

fn came(outcome: &Outcome) -> (Ending, Role, String) {
    match outcome {
        Outcome::Begun => (Ending::Uncertain, Role::Warning, String::new()),
        Outcome::Doubtful { why } => (Ending::Uncertain, Role::Warning, format!(" ({why})")),
        Outcome::Sent { id } => {
            (Ending::Sent, Role::Create, id.as_ref().map(|id| format!(" (id {id})")).unwrap_or_default())
        }
        Outcome::NotSent { why } => (Ending::Failed, Role::Delete, format!(" ({why})")),
    }
}

fn progress(status: &Status) -> Text {
    let Status { word, total, sent, failed, .. } = status;
    let of = |number: &Option<u64>| number.map_or_else(|| "?".to_owned(), |number| number.to_string());
    match (sent, failed) {
        (None, None) => Text::verbatim(word),
        _ => text!(
            "{word}: {sent} of {total} got it, {failed} did not",
            word,
            sent = of(sent),
            total = of(total),
            failed = of(failed)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sop::Own;
    use crate::problem::Code;
    use crate::state::of_words;

    fn run() -> Address {
        Address::parse("shop/sop/monday@2026-11-23").expect("an address")
    }

    fn sending(outcome: Outcome) -> Sending {
        let words = Own::of(&json!({"text": "早上好"}));
        Sending {
            step: 2,
            item: 1,
            at: DateTime::UNIX_EPOCH,
            to: "vip".to_owned(),
            what: words.to_string(),
            fingerprint: of_words(&words),
            nth: 1,
            audience: String::new(),
            mark: None,
            begun: DateTime::UNIX_EPOCH,
            outcome,
        }
    }

    #[test]
    fn a_message_is_told_in_a_line_and_why_below_it() {
        let of = |ending| Told::of_earlier(&run(), &sending(Outcome::Begun), ending);
        let failed = of(Ending::Failed).why(Problem::error(Code::NotSent, "no").help("try again"));
        let zone = Zone::CHINA;
        let all = [of(Ending::Sent), failed, of(Ending::Uncertain), of(Ending::Skipped)];
        let lines: Vec<_> = all.iter().map(|one| told(one, zone, Style::PLAIN)).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        ✓ sent      1970-01-01 08:00 shop/sop/monday@2026-11-23 step 2, to vip: text 早上好, begun earlier
        ✗ failed    1970-01-01 08:00 shop/sop/monday@2026-11-23 step 2, to vip: text 早上好, begun earlier
            no
            help: try again
        ? uncertain 1970-01-01 08:00 shop/sop/monday@2026-11-23 step 2, to vip: text 早上好, begun earlier
        · held back 1970-01-01 08:00 shop/sop/monday@2026-11-23 step 2, to vip: text 早上好, begun earlier
        ");
        assert_eq!(told_json(&all[1], zone)["outcome"], "failed");
        assert_eq!(
            sum(Tally::of(&all), Style::PLAIN),
            "Messages: 1 sent, 1 failed, 1 uncertain, 1 held back."
        );
    }

    #[test]
    fn what_was_sent_is_shown_with_how_far_it_has_come() {
        let status = Status {
            word: "send success".into(),
            total: Some(3),
            filtered: Some(3),
            sent: Some(2),
            failed: Some(1),
        };
        let past = |outcome, status| Past { run: run(), sending: sending(outcome), status };
        let all = [
            past(Outcome::Sent { id: Some("7".into()) }, Some(status)),
            past(Outcome::Begun, None),
            past(Outcome::NotSent { why: "no".into() }, None),
        ];
        insta::assert_snapshot!(history(&all, Zone::CHINA, Style::PLAIN), @r"
        1970-01-01 08:00 sent      shop/sop/monday@2026-11-23 step 2, to vip: text 早上好 (id 7); send success: 2 of 3 got it, 1 did not
        1970-01-01 08:00 uncertain shop/sop/monday@2026-11-23 step 2, to vip: text 早上好
        1970-01-01 08:00 failed    shop/sop/monday@2026-11-23 step 2, to vip: text 早上好 (no)
        ");
        let found = history_json(&all, Zone::UTC);
        assert_eq!(
            (&found["messages"][0]["id"], &found["messages"][2]["outcome"]),
            (&json!("7"), &json!("failed"))
        );
        assert_eq!(
            found["messages"][0]["status"],
            json!({"word": "send success", "total": 3, "filtered": 3, "sent": 2, "failed": 1})
        );
    }
}
