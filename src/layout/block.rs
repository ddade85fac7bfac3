//! Texts of several lines behind `|` and `>`: their lines without the indentation of their file.

use super::build::is_marker;
use super::scan::Scan;
use super::tree::Block;

/// Takes the block whose head begins here and which reads as `value`.
pub(super) fn take(scan: &mut Scan<'_>, value: &str) -> Block {
    let head = scan.word();
    let rest = scan.rest();
    let gap = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    scan.at += gap;
    if scan.rest().starts_with('#') {
        scan.comment();
    }
    scan.at += usize::from(scan.rest().starts_with('\n'));
    let start = scan.at;
    let own = indentation(scan.rest(), value);
    let is_hollow = value.trim_matches(['\n', ' ']).is_empty();
    let mut lines: Vec<String> = vec![];
    // The lines that are surely its own, and the bytes up to the end of the last of them.
    let (mut sure, mut end, mut at) = (0, start, start);
    let keeps = head.contains('+');
    for line in scan.rest().split_inclusive('\n') {
        let bare = line.strip_suffix('\n').unwrap_or(line);
        let blanks = bare.len() - bare.trim_start_matches(' ').len();
        let is_blank = blanks == bare.len();
        if (!is_blank && (blanks < own || is_hollow)) || is_marker(bare) {
            break;
        }
        at += line.len();
        lines.push(bare.get(own..).unwrap_or_default().to_owned());
        if keeps || !is_blank || blanks > own {
            (sure, end) = (lines.len(), at);
        }
    }
    lines.truncate(sure);
    scan.at = end;
    let digit = if head.contains(|c: char| c.is_ascii_digit()) { "2" } else { "" };
    let chomp = if keeps {
        "+"
    } else if head.contains('-') {
        "-"
    } else {
        ""
    };
    let head = format!("{}{digit}{chomp}", &head[..1]);
    Block { head, lines, start, keeps }
}

/// How far the lines are indented. The first that shows anything has in the text what is left of its blanks.
fn indentation(written: &str, value: &str) -> usize {
    let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let shows = |line: &&str| !line.trim_matches(' ').is_empty();
    let first = |text: &str| text.split('\n').find(shows).map(blanks);
    if let Some(has) = first(value) {
        return first(written).unwrap_or_default().saturating_sub(has);
    }
    // Nothing but blanks, or nothing at all.
    let widest = |text: &str| text.split('\n').take_while(|line| !shows(line)).map(blanks).max().unwrap_or(0);
    match widest(value) {
        0 => widest(written).max(1),
        has => widest(written).saturating_sub(has),
    }
}
