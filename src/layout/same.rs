//! Whether two texts say the same: the same documents, values, quotes or none, tags, anchors, duplicate keys and all, and the
//! same comments.

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};

use super::build;
use super::tree::File;

/// The comments of a file, sorted: one may change its place among others.
pub(super) fn comments(file: &File) -> Vec<String> {
    let mut comments: Vec<_> = file.comments.iter().map(|comment| comment.text.clone()).collect();
    comments.sort_unstable();
    comments
}

/// Holds what was printed against what was there. Else where they part, as a place in `unix`, which is `text` with other
/// ends of lines.
pub(super) fn check(text: &str, unix: &str, old: &[String], printed: &str) -> Result<(), usize> {
    let (mut before, mut after) = (events(text), events(printed));
    loop {
        match (before.next(), after.next()) {
            (None, None) => break,
            (Some((one, _)), Some((other, _))) if one == other => {}
            (one, _) => {
                let line = one.map_or(0, |(_, line)| line);
                return Err(unix.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum());
            }
        }
    }
    let new = build::file(printed).map(|file| comments(&file)).unwrap_or_default();
    let lost = old
        .iter()
        .find(|comment| !new.contains(comment))
        .or(new.iter().find(|comment| !old.contains(comment)));
    match lost {
        _ if new == old => Ok(()),
        lost => Err(lost.and_then(|comment| unix.find(comment.as_str())).unwrap_or_default()),
    }
}

/// The events of a text with their lines, without what a layout may change. An error is one, too.
fn events(text: &str) -> impl Iterator<Item = (Option<Event<'_>>, usize)> {
    let mut parser = Parser::new(StrInput::new(text));
    let mut over = false;
    std::iter::from_fn(move || {
        if over {
            return None;
        }
        match parser.next_event()? {
            Ok((event, span)) => Some((Some(plain(event)), span.start.line())),
            Err(error) => {
                over = true;
                Some((None, error.marker().line()))
            }
        }
    })
}

fn plain(event: Event<'_>) -> Event<'_> {
    match event {
        Event::DocumentStart(_) => Event::DocumentStart(true),
        Event::Scalar(text, style, anchor, tag) => {
            let style =
                if style == ScalarStyle::Plain { ScalarStyle::Plain } else { ScalarStyle::DoubleQuoted };
            Event::Scalar(text, style, anchor, tag)
        }
        other => other,
    }
}
