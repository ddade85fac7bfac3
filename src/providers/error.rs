//! What a vendor, or the way to it, says no with.

use std::fmt;

use crate::http::retry::{Again, MayPass};
use crate::http::{Failure, Secrets};
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

/// Whether the call that failed did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Certainly not.
    No,
    /// Nobody knows until it is looked at.
    Maybe,
}

/// What to do when it is not the vendor's fault.
const OURS: Text = text!("see to the file and the disk, then run the command again");

/// What to do when the vendor was not asked.
const NOT_SENT: Text = text!("run `mpform plan` to see what is left");

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorError {
    /// The call: method and path below the account, nothing secret.
    pub call: String,
    /// The vendor's own code, or `HTTP` and the status where it did not come to that.
    pub code: Option<String>,
    /// The vendor's own message, or what was wrong with its answer.
    pub message: Text,
    /// Whether it did something.
    pub happened: Happened,
    /// Whether the same call may pass if it is made again. Only reads are.
    pub again: Again,
    /// What to do next, where that is known better than by the rule.
    pub hint: Option<Text>,
}

impl VendorError {
    /// Stands for the call where none was made.
    pub const NO_CALL: &'static str = "nothing sent";

    /// The vendor said no, for good.
    pub fn refused(call: impl Into<String>, message: impl Into<Text>) -> Self {
        Self {
            call: call.into(),
            code: None,
            message: message.into(),
            happened: Happened::No,
            again: Again::No,
            hint: None,
        }
    }

    /// We did not even ask: what was wanted can't be said to the vendor.
    pub fn not_sent(message: impl Into<Text>) -> Self {
        Self::refused(Self::NO_CALL, message).hint(NOT_SENT)
    }

    /// There was no whole answer.
    pub fn unanswered(call: impl Into<String>, failure: &Failure) -> Self {
        let (happened, again, hint) = match failure {
            Failure::Unsent(_) => (Happened::No, Again::Soon, None),
            Failure::Lost(_) => (Happened::Maybe, Again::Soon, None),
            Failure::Ours(_) => (Happened::No, Again::No, Some(OURS)),
            Failure::Untrusted { help, .. } => (Happened::No, Again::No, Some(help.clone())),
        };
        Self { call: call.into(), code: None, message: failure.message().clone(), happened, again, hint }
    }

    /// True if the vendor itself said no, and not the way to it.
    pub fn answered(&self) -> bool {
        self.code.as_deref().is_some_and(|code| !code.starts_with("HTTP"))
    }

    /// The same with the vendor's code.
    #[must_use]
    pub fn code(mut self, code: impl fmt::Display) -> Self {
        self.code = Some(code.to_string());
        self
    }

    /// The same, and it may pass if it is tried again.
    #[must_use]
    pub fn may_pass(mut self, again: Again) -> Self {
        self.again = again;
        self
    }

    /// The same, and nobody knows whether it did something.
    #[must_use]
    pub fn maybe_happened(mut self) -> Self {
        self.happened = Happened::Maybe;
        self
    }

    /// The same with what to do next.
    #[must_use]
    pub fn hint(mut self, hint: Text) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The same without what may not show of the vendor's words.
    #[must_use]
    pub fn without(mut self, secrets: &Secrets) -> Self {
        let masked = |text: &str| secrets.out_of(text);
        self.message = self.message.with_plain(&masked);
        self.code = self.code.map(|code| masked(&code));
        self
    }

    /// `GET keyword/5f…: code 500: …`
    pub fn text(&self) -> Text {
        let (call, message) = (&self.call, &self.message);
        match &self.code {
            Some(http) if http.starts_with("HTTP") => text!("{call}: {http}: {message}", call, http, message),
            Some(code) => text!("{call}: code {code}: {message}", call, code, message),
            None if call == Self::NO_CALL => text!("nothing sent: {message}", message),
            None => text!("{call}: {message}", call, message),
        }
    }

    /// As a problem about an address or account.
    pub fn problem(&self, about: impl fmt::Display) -> Problem {
        let by_rule = || match (self.happened, self.code.as_deref()) {
            (_, Some("HTTP 404")) => text!("the vendor has no such path: check `base_url`"),
            (_, None) if self.again == Again::No => {
                text!("run the command again; if it stays, ask the vendor with the message above")
            }
            (Happened::No, None) => text!("check `base_url` and the network, then run the command again"),
            _ => text!("run the command again; if it stays, ask the vendor with the code and message above"),
        };
        Problem::error(Code::Vendor, self.text()).about(about).help(self.hint.clone().unwrap_or_else(by_rule))
    }
}

/// In English.
impl fmt::Display for VendorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en())
    }
}

impl std::error::Error for VendorError {}

impl MayPass for VendorError {
    fn again(&self) -> Again {
        self.again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(error: &VendorError) -> String {
        error.problem("shop").help.unwrap_or_default().en()
    }

    #[test]
    fn a_fault_of_this_side_is_neither_the_networks_nor_tried_again() {
        let ours = VendorError::unanswered("GET image/5f", &Failure::Ours("can't write a.jpg: full".into()));
        assert_eq!((ours.happened, ours.again), (Happened::No, Again::No));
        assert_eq!(help(&ours), OURS.en());
        let unsent = VendorError::unanswered("GET group", &Failure::Unsent("can't reach a:80".into()));
        assert!(help(&unsent).contains("the network"));
    }

    #[test]
    fn only_what_was_not_sent_is_left_to_do() {
        assert_eq!(help(&VendorError::not_sent("a click key can't be set")), NOT_SENT.en());
        let read = VendorError::refused("GET group", "the list does not come to an end");
        assert!(help(&read).contains("ask the vendor with the message above"));
    }
}
