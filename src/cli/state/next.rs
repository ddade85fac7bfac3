//! What the next plan makes of an address whose state was changed by hand.

use crate::cli::session::Project;
use crate::model::{Address, KindInfo, Shape, kind_named};
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

/// What is to become of an address.
enum Fate<'a> {
    /// It is declared there.
    Declared(&'a crate::problem::Place),
    /// It is declared as `none`.
    None,
    /// Nobody declares it, and its kind is read.
    Undeclared { others_go: bool },
    /// Its kind is not read.
    Unread,
    /// The project has no such account.
    NoAccount,
}

fn fate<'a>(project: &'a Project, address: &Address) -> Fate<'a> {
    let Some(desired) = project.desired.accounts.get(address.account()) else { return Fate::NoAccount };
    let Some(managed) = desired.managed.get(address.kind()) else { return Fate::Unread };
    match desired.resources.get(address) {
        Some(wanted) if wanted.body.is_some() => Fate::Declared(&wanted.origin),
        Some(_) => Fate::None,
        None => {
            let whole = kind_named(address.kind()).is_some_and(KindInfo::is_whole);
            Fate::Undeclared { others_go: managed.prune || (managed.section && whole) }
        }
    }
}

/// What the next plan makes of something that is remembered.
pub(super) fn of_ours(project: &Project, address: &Address, protect: bool) -> Text {
    match fate(project, address) {
        Fate::Declared(origin) => {
            let place = format!("{}:{}", origin.source.name, origin.line_column().0);
            text!("the plan compares {address} with what is declared ({place})", address, place)
        }
        Fate::None | Fate::Undeclared { .. } if protect => {
            text!("{address} is not declared, and protected: the plan is refused until it is", address)
        }
        Fate::None | Fate::Undeclared { .. } => {
            text!("{address} is not declared: the plan deletes it", address)
        }
        Fate::Unread => text!("nothing of its kind is declared: an apply lets go of {address}", address),
        Fate::NoAccount => {
            text!(
                "the project has no account {account}: nothing is planned for it",
                account = address.account()
            )
        }
    }
}

/// What the next plan makes of an address of which nothing is remembered any more.
pub(super) fn of_forgotten(project: &Project, address: &Address) -> Text {
    match fate(project, address) {
        Fate::Declared(origin) => {
            let place = format!("{}:{}", origin.source.name, origin.line_column().0);
            text!(
                "{address} is declared ({place}): the plan takes what has its name for it, or makes it if nothing has",
                address,
                place
            )
        }
        Fate::None => text!("{address} is declared as none: the plan deletes what has its name", address),
        Fate::Undeclared { others_go: true } => {
            text!("what is neither declared nor remembered of its kind goes: the plan deletes it")
        }
        Fate::Undeclared { others_go: false } | Fate::Unread => {
            text!("it is unmanaged now: the plan leaves it alone")
        }
        Fate::NoAccount => {
            text!(
                "the project has no account {account}: nothing is planned for it",
                account = address.account()
            )
        }
    }
}

/// Says that nobody knows, since the configuration is wrong.
pub(super) const UNKNOWN: Text =
    text!("the configuration has errors (`mpform validate`): what a plan makes of it can't be said");

/// An address that something of its kind can have.
pub(super) fn check(address: &Address) -> Result<&'static KindInfo, Problem> {
    let wrong = |message: Text, help: Text| Problem::error(Code::BadValue, message).about(address).help(help);
    let Some(kind) = kind_named(address.kind()) else {
        let kinds: Vec<_> = crate::model::kinds().iter().map(|kind| kind.name).collect();
        let message = text!("there is no kind `{kind}`", kind = address.kind());
        return Err(wrong(message, text!("the kinds are {kinds}", kinds = kinds.join(", "))));
    };
    let parts = address.key().count();
    let fits = match kind.shape {
        Shape::Map | Shape::Plans => parts == 1,
        Shape::Named(names) => parts == 1 && names.contains(&&*address.last()),
        Shape::Tree(levels) => (1..=levels).contains(&parts),
    };
    let help = match kind.shape {
        Shape::Map | Shape::Plans => text!("its key is one part; a `/` in it is written `%2F`"),
        Shape::Named(names) => text!("its key is one of {names}", names = names.join(", ")),
        Shape::Tree(levels) => text!("its key has up to {levels} parts", levels),
    };
    if fits { Ok(kind) } else { Err(wrong(text!("no {kind} has such an address", kind = kind.name), help)) }
}
