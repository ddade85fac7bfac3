//! What an account may do when a follower does something.

use super::{Account, Does, Says};
use crate::model::case::{Event, On};
use crate::providers::{Other, Step};

/// Everything that may happen. Where the vendor takes any of several rules it is more than one thing.
#[derive(Clone, Debug)]
pub struct Reaction<'a> {
    /// How the answer to a message is found.
    pub step: Option<Step>,
    /// What may happen, at least one thing.
    pub possible: Vec<Possible<'a>>,
    /// Keywords that do not answer, although one may think so.
    pub others: Vec<Other>,
}

/// One thing that may happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Possible<'a> {
    /// Who answers.
    pub by: By,
    /// What follows.
    pub act: Act<'a>,
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// A rule, by some of its keywords.
    Rule(usize, Vec<usize>),
    /// The default reply.
    Default,
    /// The greeting of new followers.
    Subscribe,
    /// A button.
    Button(usize),
    /// A button that is not there.
    NoButton,
}

/// What follows.
#[derive(Clone, Debug, PartialEq)]
pub enum Act<'a> {
    /// Something is said.
    Says(&'a Says),
    /// A rule's reply can't be sent by the vendor, and the default reply is sent instead.
    Instead(&'a Says),
    /// A page opens.
    Link(&'a str),
    /// The buttons below open.
    Opens,
}

impl<'a> Act<'a> {
    /// What is said; `None` if something opens.
    pub fn says(&self) -> Option<&'a Says> {
        match self {
            Self::Says(says) | Self::Instead(says) => Some(says),
            Self::Link(_) | Self::Opens => None,
        }
    }
}

/// What an account may do when a follower does this.
pub fn react<'a>(account: &'a Account, on: &On) -> Reaction<'a> {
    let one = |by, act| Reaction { step: None, possible: vec![Possible { by, act }], others: vec![] };
    match on {
        On::Say(text) => hear(account, text),
        On::Event(Event::Subscribe) => one(By::Subscribe, account.said(&account.subscribe)),
        On::Click(button) => {
            let pressed = account.buttons.iter().position(|one| one.path == button.within_kind());
            match pressed.map(|nth| (nth, &account.buttons[nth].does)) {
                None => one(By::NoButton, Act::Says(&Says::Nothing)),
                Some((nth, Does::Opens)) => one(By::Button(nth), Act::Opens),
                Some((nth, Does::Link(link))) => one(By::Button(nth), Act::Link(link)),
                Some((nth, Does::Says(says))) => one(By::Button(nth), account.said(says)),
            }
        }
    }
}

fn hear<'a>(account: &'a Account, text: &str) -> Reaction<'a> {
    let words = account.words();
    let others = (account.conversation.others)(&words, text);
    let answer = (account.conversation.answers)(&words, &[text]).pop();
    let (step, winners) = answer.map_or((Step::Nobody, vec![]), |answer| (answer.step, answer.winners));
    let mut possible: Vec<Possible> = vec![];
    for hit in winners {
        match possible.last_mut() {
            Some(Possible { by: By::Rule(rule, keywords), .. }) if *rule == hit.rule => {
                keywords.push(hit.keyword);
            }
            _ => {
                let act = account.said(&account.rules[hit.rule].says);
                possible.push(Possible { by: By::Rule(hit.rule, vec![hit.keyword]), act });
            }
        }
    }
    if possible.is_empty() {
        possible.push(Possible { by: By::Default, act: account.said(&account.default) });
    }
    Reaction { step: Some(step), possible, others }
}

impl Account {
    /// What comes of a reply that the vendor may be unable to send.
    fn said<'a>(&'a self, says: &'a Says) -> Act<'a> {
        match says {
            says if !self.is_mute(says) => Act::Says(says),
            _ if self.is_mute(&self.default) => Act::Instead(&Says::Nothing),
            _ => Act::Instead(&self.default),
        }
    }

    fn is_mute(&self, says: &Says) -> bool {
        matches!(says, Says::Material(material) if self.conversation.mute.contains(&material.kind.as_str()))
    }
}
