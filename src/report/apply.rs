//! What a person reads while a plan is carried out: a line per change that came to its end, and at the end what is
//! left to do.

use super::columns::escape;
use super::words::{action, done, not_done, perhaps};
use super::{Role, Style};
use crate::apply::event::{Done, Ending, Event, Tally};
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

/// Listens to the events of an apply and says what they mean.
#[derive(Debug, Default)]
pub struct Talk {
    style: Style,
    failed: Vec<Done>,
    uncertain: Vec<Done>,
    skipped: Vec<Done>,
}

impl Talk {
    /// One that has heard nothing yet.
    pub fn new(style: Style) -> Self {
        Self { style, ..Self::default() }
    }

    /// What to print for an event, without a line break at its end; none if there is nothing to say.
    pub fn hear(&mut self, event: &Event) -> Option<String> {
        match event {
            Event::Change(done) => {
                match done.ending {
                    Ending::Done => {}
                    Ending::Failed if is_uncertain(done) => self.uncertain.push(done.clone()),
                    Ending::Failed => self.failed.push(done.clone()),
                    Ending::Skipped => self.skipped.push(done.clone()),
                }
                Some(line(done, self.style))
            }
            Event::Summary(tally) => Some(self.closing(*tally)),
            _ => None,
        }
    }

    fn closing(&self, tally: Tally) -> String {
        let mut parts = vec![];
        let lists = [
            (Role::Delete, text!("Failed:"), &self.failed),
            (Role::Warning, text!("Uncertain:"), &self.uncertain),
            (Role::Warning, text!("Not tried:"), &self.skipped),
        ];
        for (role, title, these) in lists {
            if !these.is_empty() {
                parts.push(self.listed(role, &title, these));
            }
        }
        if let Some(next) = self.next(tally) {
            let title = self.style.said(Role::Heading, &text!("Next:"));
            parts.push(format!("{title} {}", self.style.say(&next)));
        }
        let Tally { done, failed, skipped, verified, left_over } = tally;
        if left_over > 0 {
            parts.push(self.style.say(&self::left_over(left_over as u64)));
        }
        let sum = text!("Apply: {done} done, {failed} failed, {skipped} not tried.", done, failed, skipped);
        let read_back = verified && done > 0 && failed + skipped == 0;
        let read_back = read_back.then(|| text!(" Read back: as declared."));
        let role = if failed + skipped > 0 { Role::Delete } else { Role::Emphasis };
        parts.push(self.style.said(role, &Text::joined([Some(sum), read_back].into_iter().flatten(), "")));
        // An empty line between the changes and what is said about all of them.
        format!("\n{}", parts.join("\n\n"))
    }

    fn listed(&self, role: Role, title: &Text, these: &[Done]) -> String {
        let mut lines = vec![self.style.said(role, title)];
        for done in these {
            let action = self.style.say(&action(done.action));
            lines.push(format!("    {} ({action})", escape(done.address.as_str())));
            let Some(problem) = &done.problem else { continue };
            lines.push(format!("        {}", escape(&self.style.say(&problem.message))));
            if let Some(help) = &problem.help {
                lines.push(format!(
                    "        {} {}",
                    self.style.said(Role::Faint, &text!("help:")),
                    escape(&self.style.say(help))
                ));
            }
        }
        lines.join("\n")
    }

    fn next(&self, tally: Tally) -> Option<Text> {
        if !self.uncertain.is_empty() {
            return Some(text!(
                "run `mpform plan`: it reads what the vendor holds and shows whether the uncertain changes happened"
            ));
        }
        if tally.failed + tally.skipped > 0 {
            return Some(text!("run `mpform apply` again: it does what is left, and nothing twice"));
        }
        (!tally.verified && tally.done > 0)
            .then(|| text!("run `mpform plan`: what was written could not be read back as declared"))
    }
}

/// What is said of things that nobody can find again.
pub fn left_over(count: u64) -> Text {
    if count == 1 {
        return text!(
            "1 text or cover may be left at the vendor that nothing uses: no list shows it, and no follower does."
        );
    }
    text!(
        "{count} texts or covers may be left at the vendor that nothing uses: no list shows them, and no follower does.",
        count
    )
}

/// The line of a change that came to its end.
fn line(one: &Done, style: Style) -> String {
    let address = escape(one.address.as_str());
    let fate = match one.ending {
        Ending::Done => done(one.action, &one.address),
        Ending::Failed if is_uncertain(one) => perhaps(one.action, &one.address),
        Ending::Failed => not_done(one.action, &one.address),
        Ending::Skipped => text!("not tried"),
    };
    let reason = one.problem.as_ref().filter(|_| one.ending != Ending::Done);
    let said = match reason {
        Some(Problem { message, .. }) => {
            escape(&style.say(&text!("{fate}: {message}", fate, message))).into_owned()
        }
        None => style.say(&fate),
    };
    let (mark, role) = match one.ending {
        Ending::Done => ("✓", Role::Create),
        Ending::Failed if is_uncertain(one) => ("?", Role::Warning),
        Ending::Failed => ("✗", Role::Delete),
        Ending::Skipped => return style.paint(Role::Faint, &format!("· {address} {said}")),
    };
    format!("{} {address} {said}", style.paint(role, mark))
}

fn is_uncertain(done: &Done) -> bool {
    done.problem.as_ref().is_some_and(|problem| problem.code == Code::Uncertain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn told(events: &[Event], style: Style) -> String {
        let mut talk = Talk::new(style);
        events.iter().filter_map(|event| talk.hear(event)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn says_what_was_done_what_failed_and_what_was_not_tried() {
        insta::assert_snapshot!(told(&fixture::events(), Style::PLAIN), @"
        ✓ shop/keyword/营业时间 created
        ✗ shop/menu/新品 not updated: yeapoo says 45009: reach max api daily quota limit
        · shop/menu/新品/官网 not tried: needs shop/menu/新品

        Failed:
            shop/menu/新品 (update)
                yeapoo says 45009: reach max api daily quota limit
                help: the quota is given back at midnight

        Not tried:
            shop/menu/新品/官网 (delete)
                needs shop/menu/新品

        Next: run `mpform apply` again: it does what is left, and nothing twice

        Apply: 1 done, 1 failed, 1 not tried.
        ");
    }

    #[test]
    fn an_uncertain_change_is_neither_done_nor_failed() {
        let events = fixture::uncertain_events();
        insta::assert_snapshot!(told(&events, Style::PLAIN), @"
        ? shop/keyword/营业时间 perhaps created: the connection was lost before the answer came

        Uncertain:
            shop/keyword/营业时间 (create)
                the connection was lost before the answer came

        Next: run `mpform plan`: it reads what the vendor holds and shows whether the uncertain changes happened

        Apply: 0 done, 1 failed, 0 not tried.
        ");
    }

    #[test]
    fn a_whole_apply_ends_in_one_line() {
        let tally = Tally { done: 3, verified: true, ..Tally::default() };
        let said = told(&[Event::Verify { account: "shop".into() }, Event::Summary(tally)], Style::PLAIN);
        assert_eq!(said, "\nApply: 3 done, 0 failed, 0 not tried. Read back: as declared.");
    }
}
