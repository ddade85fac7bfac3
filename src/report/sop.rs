//! Recurring plans as a list: for people by plan and run, for programs run by run.

use super::words::{day, messages, moment, state};
use crate::order::sort_by;
use crate::text;
use crate::words::Text;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::columns::{escape, pad, truncate, width};
use super::value::compact;
use super::{Role, Style};
use crate::model::sop::{Due, Own, Planned, Run};
use crate::model::{Address, Zone};
use crate::sending::RunState;

/// The runs of plans in some days.
pub struct Runs<'a> {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Where the days begin.
    pub zone: Zone,
    /// Each plan with the place where it is declared (`file:line`) and its runs.
    pub plans: Vec<(&'a Planned, String, Vec<Run<'a>>)>,
    /// How far each run has come, where that is shown.
    pub states: BTreeMap<Address, RunState>,
}

impl<'a> Runs<'a> {
    pub(super) fn state(&self, run: &Run<'_>) -> RunState {
        let of_itself = if run.start.starts.is_some() { RunState::Scheduled } else { RunState::Skipped };
        self.states.get(&run.address).copied().unwrap_or(of_itself)
    }

    pub(super) fn runs(&self) -> impl Iterator<Item = &Run<'a>> {
        self.plans.iter().flat_map(|(_, _, runs)| runs)
    }

    /// Every message that is due in the days, by its time.
    pub(super) fn dues(&self) -> Vec<(&Run<'a>, &Due<'a>)> {
        let all = self.runs().flat_map(|run| run.dues.iter().map(move |due| (run, due)));
        let mut dues: Vec<_> =
            all.filter(|(_, due)| (self.from..=self.to).contains(&due.at.date_naive())).collect();
        sort_by(&mut dues, |(run, due), (other, than)| {
            (due.at, &run.address, due.nth).cmp(&(than.at, &other.address, than.nth))
        });
        dues
    }
}

/// The list, its lines fitted to so many columns.
pub fn list(found: &Runs<'_>, style: Style, columns: usize) -> String {
    if found.plans.is_empty() {
        return style.say(&text!("there are no recurring plans (`sops:`)")) + "\n";
    }
    let mut parts = vec![];
    for (planned, place, runs) in &found.plans {
        let address = style.paint(Role::Heading, &escape(planned.address.as_str()));
        let to = audience(&planned.sop.audience, style);
        let about = style.say(&text!("{title}, to {{{to}}}", title = escape(&planned.title()), to));
        let mut lines =
            vec![format!("{address}  {about} {}", style.paint(Role::Faint, &format!("({place})")))];
        if runs.is_empty() {
            lines.push(style.said(Role::Faint, &text!("  no run in these days")));
        }
        let state = |run| style.say(&state(found.state(run)));
        let wide = runs.iter().map(|run| width(&state(run))).max().unwrap_or_default();
        lines.extend(runs.iter().flat_map(|run| {
            let head = format!("  @{}  {}  ", run.start.date, pad(&state(run), wide));
            lines_of(run, &head, style, columns)
        }));
        parts.push(lines.join("\n"));
    }
    parts.push(style.say(&sum(found)));
    parts.join("\n\n") + "\n"
}

fn lines_of(run: &Run<'_>, head: &str, style: Style, columns: usize) -> Vec<String> {
    let indent = " ".repeat(width(head));
    let mut rest: Vec<String> = vec![];
    if let Some(why) = &run.start.why {
        let why = escape(why);
        let what = match run.start.starts.map(|starts| day(&starts, style.lang)) {
            None => text!("dropped ({why})", why),
            Some(day) => text!("moved to {day} ({why})", day, why),
        };
        rest.push(style.said(Role::Warning, &what));
    }
    for due in &run.dues {
        let when = moment(&due.at, style.lang);
        let room = columns.saturating_sub(width(head) + width(&when) + 2);
        rest.push(format!("{when}  {}", said(due, room)));
    }
    let with_head = |(nth, line): (usize, String)| {
        let front = if nth == 0 { head } else { &indent };
        format!("{front}{line}")
    };
    rest.into_iter().enumerate().map(with_head).collect()
}

/// What is sent, in so many columns.
pub(super) fn said(due: &Due<'_>, room: usize) -> String {
    let items: Vec<_> =
        due.step.send.iter().map(|message| escape(&message.to_string()).into_owned()).collect();
    truncate(&items.join(", "), room.max(10)).into_owned()
}

/// Who gets it, as the configuration says it; of many only the first.
pub(super) fn audience(audience: &Own, style: Style) -> String {
    let said = |value: &Value| match value.as_array() {
        Some(items) if items.len() > FEW => {
            let first: Vec<_> = items.iter().take(FEW).map(compact).collect();
            let (first, rest) = (first.join(", "), items.len() - FEW);
            style.say(&text!("[{first} and {rest} more]", first, rest))
        }
        _ => compact(value),
    };
    let fields = audience.0.iter().map(|(name, value)| format!("{}: {}", escape(name), said(value)));
    fields.collect::<Vec<_>>().join(", ")
}

/// So many recipients are named.
const FEW: usize = 3;

/// The line below everything.
pub(super) fn sum(found: &Runs<'_>) -> Text {
    let messages = messages(found.dues().len());
    let held = found.runs().filter(|run| run.start.starts.is_some()).count();
    let dropped = found.runs().count() - held;
    let runs = match (held, dropped) {
        (1, 0) => text!("1 run"),
        (held, 0) => text!("{held} runs", held),
        (1, dropped) => text!("1 run, {dropped} dropped", dropped),
        (held, dropped) => text!("{held} runs, {dropped} dropped", held, dropped),
    };
    let Runs { from, to, zone, .. } = found;
    text!("{runs}; {messages} from {from} to {to}, {zone}.", runs, messages, from, to, zone)
}

/// The same for programs. The keys and their meaning are a contract: what is here stays; something may be added.
pub fn json(found: &Runs<'_>) -> Value {
    let mut runs: Vec<_> = found.runs().collect();
    sort_by(&mut runs, |one, other| {
        (one.start.day(), &one.address).cmp(&(other.start.day(), &other.address))
    });
    let runs: Vec<_> = runs
        .into_iter()
        .map(|run| {
            json!({
                "run": run.address,
                "sop": run.of.address,
                "account": run.of.address.account(),
                "title": run.title(),
                "date": run.start.date.to_string(),
                "starts": run.start.starts.map(|day| day.to_string()),
                "state": found.state(run).as_str(),
                "skipped_by": run.start.why,
                "audience": run.of.sop.audience,
                "steps": run.dues.iter().map(step).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "format_version": "1.0",
        "timezone": found.zone.name(),
        "from": found.from.to_string(),
        "to": found.to.to_string(),
        "runs": runs,
    })
}

fn step(due: &Due<'_>) -> Value {
    json!({"step": due.nth + 1, "day": due.step.day, "at": due.at.to_rfc3339(), "send": due.step.send})
}
