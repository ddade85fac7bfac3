//! Words for what is done to a resource.

use crate::model::kinds::Scheduled;
use crate::model::{Action, Address, Kind};
use crate::plan::is_commit;

/// What has been done. A plan whose messages we send is armed: no vendor hears of it.
pub(super) fn past(action: Action, address: &Address) -> &'static str {
    let is_armed = address.kind() == Scheduled::NAME && address.of_run().is_none();
    match action {
        Action::Update if is_commit(address) => "published",
        Action::Create if is_armed => "armed",
        Action::Update if is_armed => "armed anew",
        Action::Delete if is_armed => "disarmed",
        Action::Create => "created",
        Action::Update => "updated",
        Action::Delete => "deleted",
    }
}
