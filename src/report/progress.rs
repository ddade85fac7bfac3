//! How far an apply has come: a bar where somebody watches, else a line now and then. It only listens, and writes
//! to stderr at most.

use crate::text;
use crate::words::{Lang, Text};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Style;
use super::columns::{escape, truncate};
use crate::apply::event::{Ending, Event};
use crate::model::{Address, size};

/// Without a bar, at most one line in this time.
const PAUSE: Duration = Duration::from_secs(10);

/// A current address is cut to so many columns, so that the bar stays on one line.
const ADDRESS: usize = 40;

/// Listens to the events of an apply and shows how far it has come.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    total: usize,
    ended: usize,
    failed: usize,
    /// What is being worked on, the latest last.
    running: Vec<Address>,
    /// The file that goes out: what for, bytes sent, bytes in all.
    sent: Option<(Address, u64, u64)>,
    lang: Lang,
    verifying: bool,
    last: Option<Instant>,
}

impl Progress {
    /// A bar on stderr, for a terminal. Keep other output off its line with [`Progress::suspend`].
    pub fn bar(style: Style) -> Self {
        let template = if style.colour {
            "{spinner} [{bar:24.green}] {pos}/{len} {wide_msg:.dim}"
        } else {
            "{spinner} [{bar:24}] {pos}/{len} {wide_msg}"
        };
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(look) = ProgressStyle::with_template(template) {
            bar.set_style(look.progress_chars("━╸ "));
        }
        Self { bar: Some(bar), ..Self::plain(style.lang) }
    }

    /// Plain lines, for a log. The caller prints what [`Progress::hear`] returns.
    pub fn plain(lang: Lang) -> Self {
        Self {
            bar: None,
            total: 0,
            ended: 0,
            failed: 0,
            running: vec![],
            sent: None,
            lang,
            verifying: false,
            last: None,
        }
    }

    /// Takes an event in. Without a bar it returns a line once enough time has passed since the last one.
    pub fn hear(&mut self, event: &Event, now: Instant) -> Option<String> {
        match event {
            Event::Begin { changes, .. } => {
                self.total = *changes;
                self.last = Some(now);
                self.show(|bar| bar.set_length(*changes as u64));
            }
            Event::Start { address, .. } => self.running.push(address.clone()),
            Event::Sent { address, sent, of } => self.sent = Some((address.clone(), *sent, *of)),
            // In whose turn it is told is nothing to the progress.
            Event::Change(_) => {}
            Event::End { done, .. } => {
                self.running.retain(|address| *address != done.address);
                self.ended += 1;
                self.failed += usize::from(done.ending == Ending::Failed);
                self.show(|bar| bar.inc(1));
            }
            Event::Verify { account } => {
                self.running.retain(|address| address.account() != account);
                self.verifying = self.running.is_empty();
            }
            Event::Summary(_) => {
                self.show(ProgressBar::finish_and_clear);
                return None;
            }
        }
        // Only a bar says at every event what is being done.
        self.show(|bar| bar.set_message(self.doing().to(self.lang)));
        self.tick(now)
    }

    /// The line that is due by now, if one is: call it from a timer where a single change may take long.
    pub fn tick(&mut self, now: Instant) -> Option<String> {
        if let Some(bar) = &self.bar {
            bar.tick();
            return None;
        }
        if now.saturating_duration_since(self.last?) < PAUSE {
            return None;
        }
        self.last = Some(now);
        let doing = self.doing();
        let tried = text!("{ended} of {total} tried", ended = self.ended, total = self.total);
        let line = if doing.is_empty() { tried } else { Text::joined([tried, doing], ", ") };
        Some(line.to(self.lang))
    }

    /// Runs something that prints, with the bar out of its way.
    pub fn suspend<R>(&self, print: impl FnOnce() -> R) -> R {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn show(&self, change: impl FnOnce(&ProgressBar)) {
        if let Some(bar) = &self.bar {
            change(bar);
        }
    }

    fn doing(&self) -> Text {
        let mut parts = vec![];
        if self.failed > 0 {
            parts.push(text!("{count} failed", count = self.failed));
        }
        if self.verifying {
            parts.push(text!("reading back what was written"));
        }
        // A file that is on its way takes longest, and its progress can be seen.
        let sending = self.sent.as_ref().filter(|(what, sent, of)| sent < of && self.running.contains(what));
        if let Some((address, sent, of)) = sending {
            let what = truncate(&escape(address.as_str()), ADDRESS).into_owned();
            parts.push(text!("now {what}, {sent} of {all} sent", what, sent = size(*sent), all = size(*of)));
        } else if let Some(address) = self.running.last() {
            let what = truncate(&escape(address.as_str()), ADDRESS).into_owned();
            parts.push(text!("now {what}", what));
        }
        if self.running.len() > 1 {
            parts.push(text!("{count} at once", count = self.running.len()));
        }
        Text::joined(parts, ", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::event::{Done, Tally};
    use crate::model::Action;

    fn start(key: &str) -> Event {
        Event::Start { address: Address::new("shop", "keyword", [key]), action: Action::Create }
    }

    fn failed(key: &str) -> Event {
        let address = Address::new("shop", "keyword", [key]);
        Event::End {
            done: Done { address, action: Action::Create, ending: Ending::Failed, problem: None },
            request: None,
        }
    }

    #[test]
    fn a_line_is_due_only_after_the_pause() {
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let mut progress = Progress::plain(Lang::En);
        assert_eq!(progress.tick(at(99)), None, "nothing has begun");
        assert_eq!(progress.hear(&Event::Begin { changes: 3, accounts: vec![] }, begin), None);
        assert_eq!(progress.hear(&start("营业时间"), at(2)), None);
        assert_eq!(progress.hear(&start("地址"), at(3)), None);
        let line = progress.tick(at(10));
        assert_eq!(line.as_deref(), Some("0 of 3 tried, now shop/keyword/地址, 2 at once"));
        assert_eq!(progress.hear(&failed("地址"), at(19)), None);
        let line = progress.tick(at(20));
        assert_eq!(line.as_deref(), Some("1 of 3 tried, 1 failed, now shop/keyword/营业时间"));
        let line = progress.hear(&Event::Verify { account: "shop".into() }, at(30));
        assert_eq!(line.as_deref(), Some("1 of 3 tried, 1 failed, reading back what was written"));
        assert_eq!(progress.hear(&Event::Summary(Tally::default()), at(99)), None);
    }

    #[test]
    fn a_file_that_is_on_its_way_is_what_is_shown() {
        let begin = Instant::now();
        let mut progress = Progress::plain(Lang::En);
        let sent = |sent| Event::Sent {
            address: Address::new("shop", "keyword", ["海报"]),
            sent,
            of: 3 * 1024 * 1024,
        };
        for event in
            [Event::Begin { changes: 2, accounts: vec![] }, start("海报"), start("地址"), sent(1536 * 1024)]
        {
            assert_eq!(progress.hear(&event, begin), None);
        }
        let line = progress.tick(begin + PAUSE);
        let shown = "0 of 2 tried, now shop/keyword/海报, 1.5 MiB of 3 MiB sent, 2 at once";
        assert_eq!(line.as_deref(), Some(shown));
        progress.hear(&sent(3 * 1024 * 1024), begin);
        let line = progress.tick(begin + PAUSE + PAUSE);
        assert_eq!(line.as_deref(), Some("0 of 2 tried, now shop/keyword/地址, 2 at once"));
    }

    #[test]
    fn a_bar_returns_no_lines_and_lets_others_print() {
        let mut progress = Progress::bar(Style::PLAIN);
        let now = Instant::now();
        assert_eq!(progress.hear(&Event::Begin { changes: 1, accounts: vec![] }, now), None);
        assert_eq!(progress.hear(&start("a"), now + PAUSE), None);
        assert_eq!(progress.suspend(|| 7), 7);
        assert_eq!(progress.hear(&Event::Summary(Tally::default()), now), None);
    }
}
