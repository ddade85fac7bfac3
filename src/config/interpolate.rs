//! `${env.NAME}`, `${var.NAME}`, `${…:-default}` and `$${` inside scalar values.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::nearest::nearest;
use super::node::{Node, Style};
use super::policy::Pattern;
use super::vars::Vars;
use crate::problem::{Code, MOST, Place, Problem, enough};
use crate::text;
use crate::words::Text;

/// Looks up an environment variable. This room never reads the environment by itself.
pub type Env = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// A value that was put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) text: String,
    /// False if a missing variable left a hole in it.
    pub(super) whole: bool,
}

/// What `${env.…}` may read.
#[derive(Clone, Copy)]
pub(super) enum Allowed<'a> {
    /// Everything: accounts, state.
    Everything,
    /// What the project's `env:` lists.
    Listed(&'a [Pattern]),
}

/// The environment as one part of the configuration sees it.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) env: &'a Env,
    pub(super) allowed: Allowed<'a>,
    /// A missing environment variable gets a stand-in and a warning.
    pub(super) stand_in: bool,
    /// How many bytes were put in so far.
    pub(super) spent: &'a AtomicUsize,
}

/// How many bytes vars may put into a project: each may be made of others many times.
const MOST_FILLED: usize = 64 * 1024 * 1024;
/// How many vars, or values in the place of missing ones, may stand inside of each other.
pub(super) const DEEPEST: usize = 64;

/// Where vars come from.
pub(super) trait Look {
    /// The value of a var; `None` if there is none.
    fn var(&mut self, name: &str, at: &Place, problems: &mut Vec<Problem>) -> Option<Known>;
    /// The var nearest to a name that is none.
    fn nearest(&self, name: &str) -> Option<String>;
}

/// The node with its `${…}` filled in. `env` and `vars` are of one account; a missing name goes to `problems`.
pub fn interpolate(node: &Node, vars: &Vars, problems: &mut Vec<Problem>) -> Node {
    fill(node, &mut vars.looker(), vars.surroundings(), problems)
}

pub(super) fn fill(
    node: &Node,
    look: &mut dyn Look,
    around: Surroundings<'_>,
    problems: &mut Vec<Problem>,
) -> Node {
    changed(node, look, around, problems).unwrap_or_else(|| node.clone())
}

/// The node filled in, or nothing if there is nothing to fill in: then it stays shared.
fn changed(
    node: &Node,
    look: &mut dyn Look,
    around: Surroundings<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Node> {
    if let Some(text) = node.text() {
        if !text.contains("${") {
            return None;
        }
        let known = Filler { node, look, around, problems, depth: 0 }.text(text, 0);
        let style = match (known.whole, known.text.is_empty(), node.is_plain()) {
            (false, ..) => Style::Unknown,
            // An empty var is an empty text, not a value that was left out.
            (true, false, true) => Style::Plain,
            _ => Style::Quoted,
        };
        return Some(node.with_text(&known.text, style));
    }
    if node.is_sequence() {
        let mut items: Option<Vec<Node>> = None;
        for (nth, item) in node.items().iter().enumerate() {
            if let Some(item) = changed(item, look, around, problems) {
                items.get_or_insert_with(|| node.items().to_vec())[nth] = item;
            }
        }
        return items.map(|items| node.with_items(items));
    }
    let mut entries: Option<Vec<(Node, Node)>> = None;
    for (nth, (_, value)) in node.entries().iter().enumerate() {
        if let Some(value) = changed(value, look, around, problems) {
            entries.get_or_insert_with(|| node.entries().to_vec())[nth].1 = value;
        }
    }
    entries.map(|entries| node.with_entries(entries))
}

/// Fills in one scalar.
pub(super) struct Filler<'a> {
    pub(super) node: &'a Node,
    pub(super) look: &'a mut dyn Look,
    pub(super) around: Surroundings<'a>,
    pub(super) problems: &'a mut Vec<Problem>,
    /// In how many values that stand in for missing ones this is.
    pub(super) depth: usize,
}

impl Filler<'_> {
    /// `text` is part of the node's, `offset` bytes into it.
    pub(super) fn text(&mut self, text: &str, offset: usize) -> Known {
        let mut filled = Known { text: String::with_capacity(text.len()), whole: true };
        let mut rest = 0;
        while let Some(found) = text[rest..].find("${").map(|at| rest + at) {
            if text[rest..found].ends_with('$') {
                filled.text.push_str(&text[rest..found - 1]);
                filled.text.push_str("${");
                rest = found + 2;
                continue;
            }
            filled.text.push_str(&text[rest..found]);
            let Some(end) = closing(text, found + 2) else {
                let place = self.node.place_within(offset + found..offset + text.len());
                self.report(
                    Code::MissingVariable,
                    text!("`${{` without its `}}`"),
                    place,
                    text!("close it, or write `$${{` for a literal `${{`"),
                );
                filled.text.push_str(&text[found..]);
                return Known { whole: false, ..filled };
            };
            let value = self.reference(&text[found + 2..end], offset + found..offset + end + 1);
            if !self.affords(&value.text, offset + found..offset + end + 1) {
                return Known { whole: false, ..filled };
            }
            filled.text.push_str(&value.text);
            filled.whole &= value.whole;
            rest = end + 1;
        }
        filled.text.push_str(&text[rest..]);
        filled
    }

    /// The value of what stands between the braces; `span` is that of the whole `${…}`.
    fn reference(&mut self, inner: &str, span: Range<usize>) -> Known {
        let (name, default) = match inner.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inner, None),
        };
        let default_at = span.start + 2 + name.len() + 2;
        let place = self.node.place_within(span);
        let found = match name.split_once('.') {
            Some(("env", name)) if is_name(name) => match self.env(name, &place, default.is_some()) {
                Ok(found) => found,
                Err(()) => return hole(),
            },
            Some(("var", name)) if is_name(name) => match self.look.var(name, &place, self.problems) {
                None if default.is_none() && enough(self.problems) => return hole(),
                None if default.is_none() => {
                    let help = match self.look.nearest(name) {
                        Some(near) => text!("did you mean `${{var.{near}}}`?", near),
                        None => text!("add it: `vars: {{{name}: …}}`", name),
                    };
                    self.report(Code::MissingVariable, text!("there is no var `{name}`", name), place, help);
                    return hole();
                }
                found => found,
            },
            _ => {
                self.report(
                    Code::MissingVariable,
                    text!("`${{{inner}}}` is neither `${{env.NAME}}` nor `${{var.NAME}}`", inner),
                    place,
                    text!("write `$${{` for a literal `${{`"),
                );
                return hole();
            }
        };
        match (found, default) {
            (Some(found), None) => found,
            (Some(found), Some(_)) if !found.text.is_empty() => found,
            (_, Some(_)) if self.depth >= DEEPEST => {
                self.too_deep(place);
                hole()
            }
            (_, Some(default)) => {
                self.depth += 1;
                let known = self.text(default, default_at);
                self.depth -= 1;
                known
            }
            (None, None) => hole(),
        }
    }

    /// An environment variable; `Err` if its absence has been reported.
    fn env(&mut self, name: &str, place: &Place, has_default: bool) -> Result<Option<Known>, ()> {
        if let Allowed::Listed(patterns) = self.around.allowed
            && !patterns.iter().any(|pattern| pattern.is_match(name))
        {
            self.report(
                Code::EnvNotAllowed,
                text!("`{name}` may not be read from the environment here", name),
                place.clone(),
                text!(
                    "allow it in mpform.yaml: `env: [{name}]`; only `accounts`, `state` and `notify` read freely",
                    name
                ),
            );
            return Err(());
        }
        if let Some(text) = (self.around.env)(name) {
            return Ok(Some(Known { text, whole: true }));
        }
        if has_default {
            return Ok(None);
        }
        if self.around.stand_in {
            let room = self.problems.len() < 100 * MOST;
            self.problems.extend(room.then(|| {
                Problem::warning(
                    Code::StandIn,
                    text!("`{name}` is not set, a stand-in was checked instead", name),
                )
                .at(place.clone())
                .help(text!("set {name} before plan and apply", name))
            }));
            return Ok(Some(Known { text: format!("stand-in-for-{name}"), whole: false }));
        }
        self.report(
            Code::MissingVariable,
            text!("the environment variable `{name}` is not set", name),
            place.clone(),
            text!("set {name}, or give a default: `${{env.{name}:-…}}`", name),
        );
        Err(())
    }

    /// False once more was put in than a project may hold; that is said where it happens.
    fn affords(&mut self, value: &str, span: Range<usize>) -> bool {
        let before = self.around.spent.fetch_add(value.len(), Ordering::Relaxed);
        let after = before.saturating_add(value.len());
        if before <= MOST_FILLED && after > MOST_FILLED {
            let message = text!("vars put more than {most} MiB into this project", most = MOST_FILLED >> 20);
            let place = self.node.place_within(span);
            self.report(
                Code::TooMuch,
                message,
                place,
                text!("see that no var is made of others many times over; long texts belong into files"),
            );
        }
        after <= MOST_FILLED
    }

    fn too_deep(&mut self, place: Place) {
        let message = text!("more than {deepest} values stand inside of each other here", deepest = DEEPEST);
        self.report(Code::TooMuch, message, place, text!("write the value out"));
    }

    fn report(&mut self, code: Code, message: Text, place: Place, help: Text) {
        if !enough(self.problems) {
            self.problems.push(Problem::error(code, message).at(place).help(help));
        }
    }
}

fn hole() -> Known {
    Known { text: String::new(), whole: false }
}

/// The `}` that closes a `${` whose inside begins at `from`; a default may have `${…}` of its own.
fn closing(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0;
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                depth += 1;
                at += 1;
            }
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// The nearest of some names, owned.
pub(super) fn nearest_of<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(name, names).map(str::to_owned)
}
