//! What a vendor's sandbox gives to the chassis.

use serde_json::Value;

use super::wire::{Answer, Request};

/// One vendor's server. Requests come one at a time.
pub trait Vendor: Send {
    /// The vendor's name in the journal.
    fn name(&self) -> &'static str;
    /// Whether a path (without query) belongs to this vendor.
    fn claims(&self, path: &str) -> bool;
    /// Whether a request changes something, whatever its method says.
    fn is_write(&self, method: &str, path: &str) -> bool;
    /// Lets happen what was due by `now`: before a request is answered, and before anybody looks.
    fn settle(&mut self, now: i64) {
        let _ = now;
    }
    /// Does what the request asks and answers it.
    fn answer(&mut self, request: &Request) -> Answer;
    /// An error in the vendor's own envelope, for the fault `code`.
    fn refuse(&self, code: i64, message: &str) -> Answer;
    /// Back to the seed; `now` is the clock's start.
    fn reset(&mut self, now: i64);
    /// Everything it holds, for tests to look at.
    fn dump(&self) -> Value;
}
