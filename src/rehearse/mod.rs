//! What an account answers, rehearsed: nobody is asked and nothing is sent. It is the same for what is declared and for
//! what is live, and a test is held against it.
//!
//! Pure. Which keyword fits a text is the vendor's to say ([`Conversation`]); what follows from that is said here.

use crate::model::RemoteId;
use crate::model::kinds::{Match, RawReply};
use crate::problem::Place;
use crate::providers::Conversation;

mod declared;
mod judge;
mod live;
mod react;

pub use judge::{Outcome, Ran, Tally, Tested, run};
pub use react::{Act, By, Possible, Reaction, react};

/// An account, as far as it answers.
#[derive(Clone)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// How its vendor answers.
    pub conversation: Conversation,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// What new followers get.
    pub subscribe: Says,
    /// What is said when nothing else fits.
    pub default: Says,
    /// Where the default reply is declared.
    pub default_at: Option<Place>,
    /// Its buttons.
    pub buttons: Vec<Button>,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its key, if it is declared.
    pub key: Option<String>,
    /// Its name in the vendor's console.
    pub name: String,
    /// The vendor's id, if it is live.
    pub id: Option<RemoteId>,
    /// Its keywords.
    pub words: Vec<Match>,
    /// What it answers.
    pub says: Says,
    /// Where it is declared.
    pub place: Option<Place>,
}

/// A button.
#[derive(Clone, Debug)]
pub struct Button {
    /// Its path of names, as an address writes it.
    pub path: String,
    /// What pressing it does.
    pub does: Does,
    /// Where it is declared.
    pub place: Option<Place>,
}

/// What pressing a button does.
#[derive(Clone, Debug, PartialEq)]
pub enum Does {
    /// Opens the buttons below it.
    Opens,
    /// Opens a page.
    Link(String),
    /// Says something.
    Says(Says),
}

/// What is said.
#[derive(Clone, Debug, PartialEq)]
pub enum Says {
    /// A text.
    Text(String),
    /// A material.
    Material(Material),
    /// Nothing.
    Nothing,
    /// Whatever is live: it is not declared.
    Undeclared,
}

/// A material that is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
    /// Its key, if it is declared.
    pub key: Option<String>,
    /// Its name, as the vendor's console shows it; empty if it is not known.
    pub name: String,
    /// What it is: `image`, `news`, …
    pub kind: String,
    /// The vendor's id, if it is known.
    pub id: Option<String>,
}

impl Material {
    /// True if the vendor calls it so.
    fn is(&self, raw: &RawReply) -> bool {
        self.kind.eq_ignore_ascii_case(&raw.kind) && self.id.as_deref() == Some(&raw.id)
    }
}

impl Account {
    /// The rule that a name means: the one with this key, or else those with this name.
    pub fn rules_called(&self, name: &str) -> Vec<usize> {
        let all = || self.rules.iter().enumerate();
        let keyed = all().find(|(_, rule)| rule.key.as_deref() == Some(name));
        match keyed {
            Some((nth, _)) => vec![nth],
            None => all().filter(|(_, rule)| rule.name == name).map(|(nth, _)| nth).collect(),
        }
    }

    /// The keywords of all rules.
    fn words(&self) -> Vec<&[Match]> {
        self.rules.iter().map(|rule| rule.words.as_slice()).collect()
    }
}

#[cfg(test)]
mod tests;
