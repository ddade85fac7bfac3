//! Plans whose keys changed although nobody said so.

use std::collections::HashMap;

use crate::desired::DesiredAccount;
use crate::model::Address;
use crate::state::State;

/// Runs that go on under the key of another plan, from and to: at the vendor a run is known by its title alone, so one
/// that is declared under another key is still the same. Taken for a new one it would be made twice.
pub fn renamed(desired: &DesiredAccount, state: &State) -> Vec<(Address, Address)> {
    let is_free = |address: &Address| address.of_run().is_some() && !desired.resources.contains_key(address);
    let made = state.resources.iter().map(|(address, record)| (record.id.as_str(), address));
    let begun = state.intents.iter().map(|(address, intent)| (intent.natural.as_str(), address));
    let titles: HashMap<_, _> = made.chain(begun).filter(|(_, address)| is_free(address)).collect();
    let wanted = desired.resources.values().filter(|wanted| wanted.address.of_run().is_some());
    wanted
        .filter_map(|wanted| Some(((*titles.get(wanted.natural.as_str())?).clone(), wanted.address.clone())))
        .collect()
}
