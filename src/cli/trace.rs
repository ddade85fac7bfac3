//! `--trace-http`, `--timings` and `-v`: what went over the wire and how long it took, for whoever has to find out why
//! a vendor says no, or why it takes so long.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Context;
use crate::apply::event::Event;
use crate::http::trace::{self, Detail, Refused, Step, Talk};
use crate::http::{Sum, Trace};
use crate::model::Address;
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

/// Begins to tell calls where that was asked for.
pub(super) fn begin(
    context: &mut Context,
    path: Option<&Path>,
    timings: Option<&Path>,
) -> Result<(), Problem> {
    let file = path
        .map(|path| trace::open(path).map_err(|refused| no_file("--trace-http", path, &refused)))
        .transpose()?;
    let timings =
        timings.map(|path| trace::open_timings(path).map_err(|refused| no_file("--timings", path, &refused)));
    let detail = match context.verbose {
        0 | 1 => None,
        2 => Some(Detail::Calls),
        _ => Some(Detail::Headers),
    };
    let talk = detail.map(|detail| {
        let say = context.teller();
        (detail, Box::new(move |line: &str| say(line)) as Talk)
    });
    context.trace = Trace::new(file, talk).timed(timings.transpose()?);
    Ok(())
}

/// Says at the end what the calls came to, and that a file is not whole.
pub(super) fn end(context: &Context, own: Duration) {
    if let Some(error) = context.trace.broken() {
        context.note(&text!("warning: the trace of calls is not whole: {error}", error));
    }
    if let Err(error) = context.trace.finish() {
        context.note(&text!("warning: the timings could not be written: {error}", error));
    }
    let (sum, hits) = (context.trace.sum(), context.cache.hits());
    if context.verbose > 0 && sum.calls + hits > 0 {
        context.note(&summary(&sum, own, hits));
    }
}

fn summary(sum: &Sum, own: Duration, hits: usize) -> Text {
    text!(
        "{calls} calls made: {sent} out, {received} in; {under_way} s in calls, {own} s in mpform itself; {hits} cache hits",
        calls = sum.calls,
        sent = size(sum.sent),
        received = size(sum.received),
        under_way = format!("{:.2}", sum.under_way.as_secs_f64()),
        own = format!("{:.2}", own.as_secs_f64()),
        hits
    )
}

/// Bytes as people say them.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// How long a runtime was at work itself: the time in which it did not wait for the network, the disk or somebody.
#[derive(Clone)]
pub(super) struct Work {
    begun: Instant,
    rest: Arc<Mutex<Rest>>,
}

#[derive(Default)]
struct Rest {
    since: Option<Instant>,
    total: Duration,
}

impl Work {
    /// Counts from now on.
    pub(super) fn begin() -> Self {
        Self { begun: Instant::now(), rest: Arc::default() }
    }

    /// Nothing can be done until something comes.
    pub(super) fn rests(&self) {
        self.rest().since = Some(Instant::now());
    }

    /// Something came.
    pub(super) fn goes_on(&self) {
        let mut rest = self.rest();
        if let Some(since) = rest.since.take() {
            rest.total += since.elapsed();
        }
    }

    /// All work so far.
    pub(super) fn sum(&self) -> Duration {
        self.begun.elapsed().saturating_sub(self.rest().total)
    }

    fn rest(&self) -> std::sync::MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The changes of an apply as steps of it.
pub(super) struct Changes<'a> {
    trace: &'a Trace,
    under_way: Mutex<Steps>,
}

#[derive(Default)]
struct Steps {
    changes: HashMap<Address, Step>,
    looks: Vec<Step>,
}

impl<'a> Changes<'a> {
    pub(super) fn of(trace: &'a Trace) -> Self {
        Self { trace, under_way: Mutex::default() }
    }

    /// Something happened.
    pub(super) fn hear(&self, event: &Event) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Start { address, action } => {
                let step = self.trace.step(address.account(), format_args!("{action} {address}"));
                under_way.changes.insert(address.clone(), step);
            }
            Event::End { done, .. } => {
                under_way.changes.remove(&done.address);
            }
            Event::Verify { account } => under_way.looks.push(self.trace.step(account, "read back")),
            Event::Summary(_) => under_way.looks.clear(),
            Event::Begin { .. } | Event::Sent { .. } | Event::Change(_) => {}
        }
    }
}

/// Why an option's file can't be written to.
fn no_file(option: &str, path: &Path, refused: &Refused) -> Problem {
    let path = path.display();
    let (message, help) = match refused {
        Refused::Taken => (
            text!("{path} is nothing that `{option}` wrote, and is not overwritten", path, option),
            text!("give `{option}` a file that is not there yet", option),
        ),
        Refused::Unwritable(error) => (
            text!("can't write {path}: {error}", path, error),
            text!("give `{option}` a file in a folder that is there and can be written to", option),
        ),
    };
    Problem::error(Code::Trace, message).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_called_is_one_line_in_both_languages() {
        let sum =
            Sum { calls: 15_100, sent: 0, received: 4_712_345, under_way: Duration::from_millis(4_930) };
        let said = summary(&sum, Duration::from_millis(310), 7);
        assert_eq!(
            said.en(),
            "15100 calls made: 0 B out, 4.7 MB in; 4.93 s in calls, 0.31 s in mpform itself; 7 cache hits"
        );
        assert_eq!(
            said.to(crate::words::Lang::Zh),
            "共调用 15100 次：发出 0 B，收到 4.7 MB；调用用时 4.93 秒，mpform 自身用时 0.31 秒；缓存命中 7 次"
        );
        assert_eq!([size(999), size(1_500)], ["999 B", "1.5 kB"]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_does_not_work() {
        let work = Work::begin();
        tokio::time::advance(Duration::from_secs(1)).await;
        work.rests();
        tokio::time::advance(Duration::from_secs(5)).await;
        work.goes_on();
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(work.sum(), Duration::from_secs(3));
    }
}
