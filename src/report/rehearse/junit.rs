//! Tests that were run, as the XML that pipelines read. Without times: the same tests make the same bytes.

use std::fmt::Write as _;

use super::words;
use crate::model::case::Case;
use crate::rehearse::{Outcome, Tally, Tested};
use crate::text;

/// The whole file.
pub fn junit(tested: &[Tested<'_>]) -> String {
    let Tally { passed, failed, not_run } = Tally::of(tested);
    let all = passed + failed + not_run;
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mpform\" tests=\"{all}\" failures=\"{failed}\" errors=\"{not_run}\">\n"
    );
    for one in tested {
        suite(one, &mut xml);
    }
    xml + "</testsuites>\n"
}

fn suite(tested: &Tested<'_>, xml: &mut String) {
    let Tally { passed, failed, not_run } = Tally::of(std::slice::from_ref(tested));
    let (name, all) = (quoted(tested.name), passed + failed + not_run);
    // Writing to a string can't fail.
    let _ = writeln!(
        xml,
        "  <testsuite name=\"{name}\" tests=\"{all}\" failures=\"{failed}\" errors=\"{not_run}\" skipped=\"0\">"
    );
    match &tested.outcome {
        Outcome::Ran(account, ran) => {
            for ran in ran {
                let inside = (!ran.passed()).then(|| {
                    let answered = |one| text!("answered: {what}", what = words::answered(account, one)).en();
                    let would: Vec<_> = ran.reaction.possible.iter().map(answered).collect();
                    let expected = text!("expected: {what}", what = words::expected(&ran.case.expect)).en();
                    let body = quoted(&would.join("\n"));
                    format!("<failure message=\"{}\" type=\"answer\">{body}</failure>", quoted(&expected))
                });
                case(tested.name, ran.case, inside.as_deref(), xml);
            }
        }
        Outcome::NotRun(cases, problems) => {
            let messages: Vec<_> = problems.iter().map(|problem| problem.message.en()).collect();
            let error = format!("<error message=\"{}\" type=\"not run\"/>", quoted(&messages.join("; ")));
            cases.iter().for_each(|one| case(tested.name, one, Some(&error), xml));
        }
    }
    xml.push_str("  </testsuite>\n");
}

fn case(account: &str, case: &Case, inside: Option<&str>, xml: &mut String) {
    let (file, line) = (quoted(&case.place.source.name), case.place.line_column().0);
    let (account, name) = (quoted(account), quoted(&case.on.to_string()));
    let _ =
        write!(xml, "    <testcase classname=\"{account}\" name=\"{name}\" file=\"{file}\" line=\"{line}\"");
    match inside {
        Some(inside) => {
            let _ = writeln!(xml, ">\n      {inside}\n    </testcase>");
        }
        None => xml.push_str("/>\n"),
    }
}

/// A text as it may stand in an attribute or between tags. What XML has no way to say is written as `\u{…}`.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => quoted.push_str("&amp;"),
            '<' => quoted.push_str("&lt;"),
            '>' => quoted.push_str("&gt;"),
            '"' => quoted.push_str("&quot;"),
            // A reader would make blanks of them in an attribute.
            '\n' | '\r' | '\t' => {
                let _ = write!(quoted, "&#{};", u32::from(character));
            }
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(character));
            }
            other => quoted.push(other),
        }
    }
    quoted
}
