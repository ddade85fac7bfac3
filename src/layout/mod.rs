//! The canonical layout of a YAML file: two blanks a level, comments and blank lines kept, and not a word of its meaning
//! changed.
//!
//! A library that lays out YAML (`pretty_yaml`) was tried: it moves aligned comments, takes a Chinese letter for one column, and
//! breaks long brackets into brackets. So the parser's events are printed here. What was printed is read again and must say the
//! same, comments included; if it does not, there is no result. Nothing here reads or writes a file.

mod block;
mod build;
mod flat;
mod print;
mod same;
mod scan;
mod tree;

use std::sync::Arc;

use crate::config::{ended, parse};
use crate::problem::{Code, Place, Problem, Source};
use crate::text;

use build::Why;

/// A file's text in the canonical layout, or why there is none.
///
/// Lines end as they did: with `\r\n` if the first one does. Byte order marks at the beginning go.
///
/// # Errors
/// What the reader of the configuration says of a text that it can't read to its end; a key that has no canonical form;
/// a layout that would mean something else.
pub fn canonical(name: &str, text: &str) -> Result<String, Vec<Problem>> {
    let text = &ended(text.trim_start_matches('\u{feff}').to_owned());
    let source = Arc::new(Source::new(name, text.as_str()));
    let mut problems = vec![];
    if !parse(&source, &mut problems).whole {
        // A key that is there twice is for `validate` to tell.
        problems.retain(|problem| matches!(problem.code, Code::Syntax | Code::TooMuch));
        return Err(problems);
    }
    let returns = text.find('\n').is_some_and(|at| text[..at].ends_with('\r'));
    let unix = text.replace("\r\n", "\n").replace('\r', "\n");
    let source = Arc::new(Source::new(name, unix));
    let file = build::file(&source.text).map_err(|stuck| vec![told(stuck.why, &source, stuck.at)])?;
    let comments = same::comments(&file);
    let printed = print::file(&source.text, file);
    if let Err(at) = same::check(text, &source.text, &comments, &printed) {
        return Err(vec![told(Why::Lost, &source, at)]);
    }
    Ok(if returns { printed.replace('\n', "\r\n") } else { printed })
}

fn told(why: Why, source: &Arc<Source>, at: usize) -> Problem {
    let line = source.text[at..].lines().next().unwrap_or_default().trim_end();
    let place = Place::new(source, at..at + line.len());
    match why {
        Why::LongKey => Problem::error(Code::Layout, text!("a key that goes over several lines"))
            .at(place)
            .help(text!("write the key in one line; the file was left as it is")),
        Why::OddKey => Problem::error(Code::Layout, text!("a key that is no text")).at(place).help(text!(
            "a key is text; put it in quotes if it begins with `[`, `{{` or `?`; the file was left as it is"
        )),
        Why::BareText => Problem::error(Code::Layout, text!("a document that is a text")).at(place).help(
            text!("a document is a mapping that begins with `account: NAME`; the file was left as it is"),
        ),
        Why::Unquoted => Problem::error(Code::Layout, text!("a text that begins with a sign of YAML"))
            .at(place)
            .help(text!("put it in quotes; the file was left as it is")),
        Why::Directive => Problem::error(Code::Layout, text!("an unknown directive"))
            .at(place)
            .help(text!("take it out, or make it a comment; the file was left as it is")),
        Why::Mark => Problem::error(Code::Layout, text!("a byte order mark within the file"))
            .at(place)
            .help(text!("take the mark (U+FEFF) out; the file was left as it is")),
        Why::Lost => Problem::error(
            Code::LayoutDiffers,
            text!("in the canonical layout this would say something else"),
        )
        .at(place)
        .help(text!(
            "this is a flaw of mpform, please report it with these lines; the file was left as it is"
        )),
    }
}

#[cfg(test)]
mod tests;
