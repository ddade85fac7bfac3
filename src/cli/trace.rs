//! `--trace-http` and `-v`: what went over the wire, for whoever has to find out why a vendor says no.

use std::path::Path;

use super::Context;
use crate::http::Trace;
use crate::http::trace::{self, Detail, Refused, Talk};
use crate::problem::{Code, Problem};
use crate::text;

/// Begins to tell calls where that was asked for.
pub(super) fn begin(context: &mut Context, path: Option<&Path>) -> Result<(), Problem> {
    let file = path.map(|path| trace::open(path).map_err(|refused| problem(path, &refused))).transpose()?;
    let detail = match context.verbose {
        0 | 1 => None,
        2 => Some(Detail::Calls),
        _ => Some(Detail::Headers),
    };
    let talk = detail.map(|detail| {
        let say = context.teller();
        (detail, Box::new(move |line: &str| say(line)) as Talk)
    });
    context.trace = Trace::new(file, talk);
    Ok(())
}

/// Says at the end how much was called, and that the file is not whole.
pub(super) fn end(context: &Context) {
    if let Some(error) = context.trace.broken() {
        context.note(&text!("warning: the trace of calls is not whole: {error}", error));
    }
    let calls = context.trace.sum().calls;
    if context.verbose > 0 && calls > 0 {
        context.note(&text!("{calls} calls made", calls));
    }
}

fn problem(path: &Path, refused: &Refused) -> Problem {
    let path = path.display();
    let (message, help) = match refused {
        Refused::Taken => (
            text!("{path} is no trace of calls, and is not overwritten by one", path),
            text!("give `--trace-http` a file that is not there yet"),
        ),
        Refused::Unwritable(error) => (
            text!("can't write the trace of calls to {path}: {error}", path, error),
            text!("give `--trace-http` a file in a folder that is there and can be written to"),
        ),
    };
    Problem::error(Code::Trace, message).help(help)
}
