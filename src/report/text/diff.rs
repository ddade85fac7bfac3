//! Two texts side by side: the lines that differ, a little of what stands around them, and within a line the
//! characters that differ. What changes is always shown whole; only what does not change may be cut.

use crate::text;
use crate::words::Lang;
use similar::{ChangeTag, DiffOp, DiffTag, InlineChange, InlineChangeMode, InlineChangeOptions, TextDiff};

use crate::report::columns::{characters, escape, truncate, width};
use crate::report::{Role, Style};

/// How many lines that stay are shown around those that don't.
const CONTEXT: usize = 2;

/// A stretch without a change in a line that changes is shown whole up to so many characters.
const LONG_STRETCH: usize = 160;

/// How much of a longer one is shown at either end.
const STRETCH_END: usize = 40;

/// A line that comes or goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Side {
    Gone,
    Come,
}

impl Side {
    fn marker(self) -> &'static str {
        match self {
            Self::Gone => "-",
            Self::Come => "+",
        }
    }

    fn role(self) -> Role {
        match self {
            Self::Gone => Role::Delete,
            Self::Come => Role::Create,
        }
    }

    fn changed(self) -> Role {
        match self {
            Self::Gone => Role::Gone,
            Self::Come => Role::Come,
        }
    }
}

/// A stretch of a line, and what it is.
struct Piece {
    kind: PieceKind,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PieceKind {
    Same,
    Changed,
    /// Says what was left out; not part of the text.
    Cut,
}

/// `before → after`; with colour, the characters that differ stand out.
pub(super) fn arrow(before: &str, after: &str, style: Style) -> String {
    let (mut gone, mut come) = (String::new(), String::new());
    for (side, pieces) in pieces_of(before, after, style.lang) {
        let painted = if side == Side::Gone { &mut gone } else { &mut come };
        for piece in pieces {
            painted.push_str(&paint(side, &piece, style));
        }
    }
    format!("{gone} → {come}")
}

/// The lines that differ, with their surroundings, in so many columns.
pub(in crate::report) fn lines(before: &str, after: &str, style: Style, room: usize) -> Vec<String> {
    // The last line break of a YAML block says nothing if both have it. If only one has it, it is an empty line
    // that comes or goes.
    let (before, after) = match (before.strip_suffix('\n'), after.strip_suffix('\n')) {
        (Some(before), Some(after)) => (before, after),
        _ => (before, after),
    };
    let (before, after) = (format!("{before}\n"), format!("{after}\n"));
    let diff = TextDiff::from_lines(before.as_str(), after.as_str());
    let context = |line: &str| {
        let line = escape(bare(line));
        format!("  {}", truncate(&line, room.saturating_sub(2)))
    };
    let unchanged = |from: usize, to: usize| match (to.saturating_sub(from), diff.old_slice(from)) {
        (0, _) | (_, None) => None,
        (1, Some(line)) => Some(context(line)),
        (many, _) => Some(style.said(Role::Faint, &text!("  … {many} lines unchanged", many))),
    };
    let mut shown = vec![];
    let mut seen = 0;
    for group in diff.grouped_ops(CONTEXT) {
        for op in &group {
            shown.extend(unchanged(seen, op.old_range().start));
            seen = op.old_range().end;
            if op.tag() == DiffTag::Equal {
                shown.extend(diff.iter_changes(op).map(|line| context(line.value())));
                continue;
            }
            for line in inline(&diff, op) {
                let side = if line.tag() == ChangeTag::Delete { Side::Gone } else { Side::Come };
                shown.extend(rows(side, &pieces(line.values(), style.lang), style, room));
            }
        }
    }
    shown.extend(unchanged(seen, diff.old_len()));
    shown
}

/// A whole line that comes or goes, wrapped.
pub(in crate::report) fn line(side: Side, text: &str, style: Style, room: usize) -> Vec<String> {
    rows(side, &[Piece { kind: PieceKind::Same, text: escape(text).into_owned() }], style, room)
}

/// A text cut into rows of so many columns, line breaks kept, escaped.
pub(in crate::report) fn wrap(text: &str, room: usize) -> Vec<String> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut rows = vec![];
    for line in text.split('\n') {
        let mut row = String::new();
        let mut filled = 0;
        for character in characters(&escape(line)) {
            if filled + width(character) > room && filled > 0 {
                rows.push(std::mem::take(&mut row));
                filled = 0;
            }
            row.push_str(character);
            filled += width(character);
        }
        rows.push(row);
    }
    rows
}

/// Longer stretches than these are not compared character by character: the work grows with the square.
const LONG: usize = 4_000;

/// The lines of a change, the characters that differ marked. It takes as long as it takes: a time limit would show more
/// on a faster machine.
fn inline<'d>(
    diff: &'d TextDiff<'_, '_, str>,
    op: &DiffOp,
) -> impl Iterator<Item = InlineChange<'d, str>> + 'd {
    let old: usize = op.old_range().filter_map(|line| diff.old_slice(line)).map(str::len).sum();
    let new: usize = op.new_range().filter_map(|line| diff.new_slice(line)).map(str::len).sum();
    // No two texts are so much alike.
    let min_ratio = if old.max(new) > LONG { 2.0 } else { 0.4 };
    let mut options = InlineChangeOptions::new();
    options.mode(InlineChangeMode::Graphemes).semantic_cleanup(true).min_ratio(min_ratio);
    diff.iter_inline_changes_with_options_deadline(op, options, None)
}

/// The one line before and the one after, each in pieces.
fn pieces_of(before: &str, after: &str, lang: Lang) -> Vec<(Side, Vec<Piece>)> {
    let (before, after) = ([before], [after]);
    let diff = TextDiff::from_slices(&before, &after);
    let mut both = vec![];
    for op in diff.ops() {
        for line in inline(&diff, op) {
            let side = if line.tag() == ChangeTag::Delete { Side::Gone } else { Side::Come };
            both.push((side, pieces(line.values(), lang)));
        }
    }
    both
}

fn pieces(values: &[(bool, &str)], lang: Lang) -> Vec<Piece> {
    let mut kept: Vec<(bool, String)> = vec![];
    for (nth, (changed, text)) in values.iter().enumerate() {
        let between =
            nth > 0 && values.get(nth + 1).is_some_and(|(next, text)| *next && !bare(text).is_empty());
        let changed = *changed || (between && is_crumb(text));
        match kept.last_mut() {
            Some((last, kept)) if *last == changed => kept.push_str(bare(text)),
            _ => kept.push((changed, bare(text).to_owned())),
        }
    }
    // A line that changed from end to end is marked well enough by its `-` or `+`.
    let partly = kept.iter().any(|(changed, text)| !changed && !text.trim().is_empty());
    let marked = kept.into_iter().map(|(changed, text)| {
        let kind = if changed && partly { PieceKind::Changed } else { PieceKind::Same };
        Piece { kind, text: escape(&text).into_owned() }
    });
    if partly { marked.flat_map(|piece| shorten(piece, lang)).collect() } else { marked.collect() }
}

/// A Latin letter, digit or sign or two that both happen to have: to leave a gap in the marks for them would only
/// confuse.
fn is_crumb(text: &str) -> bool {
    text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn shorten(piece: Piece, lang: Lang) -> Vec<Piece> {
    let all = characters(&piece.text);
    if piece.kind == PieceKind::Changed || all.len() <= LONG_STRETCH {
        return vec![piece];
    }
    let end = all.len() - STRETCH_END;
    let cut = text!("⟨{count} characters unchanged⟩", count = end - STRETCH_END).to(lang);
    vec![
        Piece { kind: PieceKind::Same, text: all[..STRETCH_END].concat() },
        Piece { kind: PieceKind::Cut, text: cut },
        Piece { kind: PieceKind::Same, text: all[end..].concat() },
    ]
}

fn bare(line: &str) -> &str {
    line.strip_suffix('\n').unwrap_or(line)
}

fn paint(side: Side, piece: &Piece, style: Style) -> String {
    let role = match piece.kind {
        PieceKind::Same => side.role(),
        PieceKind::Changed => side.changed(),
        PieceKind::Cut => Role::Faint,
    };
    style.paint(role, &piece.text)
}

/// The rows of one line: its marker, then so much as fits, the rest below. Without colour, `^` stands below what
/// changed.
fn rows(side: Side, pieces: &[Piece], style: Style, room: usize) -> Vec<String> {
    let room = room.saturating_sub(2).max(8);
    if pieces.iter().all(|piece| piece.text.is_empty()) {
        return vec![style.paint(side.role(), &format!("{} ⏎", side.marker()))];
    }
    let mut rows: Vec<Vec<Piece>> = vec![vec![]];
    let mut filled = 0;
    for piece in pieces {
        let whole = piece.kind == PieceKind::Cut;
        let parts = if whole { vec![piece.text.as_str()] } else { characters(&piece.text) };
        for part in parts {
            if filled + width(part) > room && filled > 0 {
                rows.push(vec![]);
                filled = 0;
            }
            filled += width(part);
            if let Some(last) = rows.last_mut().and_then(|row| extend(row, piece.kind)) {
                last.push_str(part);
            }
        }
    }
    let mut shown = vec![];
    for (nth, row) in rows.iter().enumerate() {
        let marker = if nth == 0 { side.marker() } else { "↳" };
        let painted: String = row.iter().map(|piece| paint(side, piece, style)).collect();
        shown.push(format!("{} {painted}", style.paint(side.role(), marker)));
        if !style.colour && row.iter().any(|piece| piece.kind == PieceKind::Changed) {
            let below = row.iter().map(|piece| {
                let mark = if piece.kind == PieceKind::Changed { "^" } else { " " };
                mark.repeat(width(&piece.text))
            });
            shown.push(format!("  {}", below.collect::<String>()).trim_end().to_owned());
        }
    }
    shown
}

/// The text of the last piece of a row, which is of this kind, begun if need be.
fn extend(row: &mut Vec<Piece>, kind: PieceKind) -> Option<&mut String> {
    if row.last().is_none_or(|last| last.kind != kind) {
        row.push(Piece { kind, text: String::new() });
    }
    row.last_mut().map(|last| &mut last.text)
}
