//! What a list does not show, and should: it is looked for once more before it is taken for gone, or made.

use super::Kinds;
use crate::desired::Wanted;
use crate::providers::VendorError;
use crate::state::State;

/// So many further looks at most: where somebody changes an account all the time there is no end to it.
const LOOKS: usize = 5;

/// Looks again at a list in which something is missed, as long as that shows anything new.
pub(super) async fn looked_for(kind: &mut Kinds<'_>, state: &State) -> Result<(), VendorError> {
    for _ in 0..LOOKS {
        if !misses_something(kind, state) {
            break;
        }
        let again = kind.reader.list_again().await?;
        if kind.found.take(again) == 0 {
            break;
        }
    }
    Ok(())
}

/// True if something is remembered, was begun or is wanted, and the list does not show it.
fn misses_something(kind: &Kinds<'_>, state: &State) -> bool {
    let name = kind.info.name;
    let mut owned = state.resources.iter().filter(|(address, _)| address.kind() == name);
    let mut begun = state.intents.iter().filter(|(address, _)| address.kind() == name);
    owned.any(|(_, record)| kind.found.by_id(&record.id).is_none())
        || begun.any(|(_, intent)| match &intent.id {
            Some(id) => kind.found.by_id(id).is_none(),
            None => kind.found.named(&intent.natural).next().is_none(),
        })
        || kind.wanted.iter().any(|wanted| !is_shown(kind, wanted, state))
}

/// True if the list shows what may be the wanted one. Of what is known by its content a name alone says nothing: there
/// it is the one that the state remembers, with the content that it was given.
fn is_shown(kind: &Kinds<'_>, wanted: &Wanted, state: &State) -> bool {
    // Also what is to be gone: what a list leaves out would stay.
    let Some(body) = wanted.body.as_ref().filter(|_| kind.info.by_content) else {
        return kind.found.named(&wanted.natural).next().is_some();
    };
    let known = state.resources.get(&wanted.address);
    known.is_some_and(|known| {
        kind.found.by_id(&known.id).is_some() && (kind.info.same_content)(body, &known.applied)
    })
}
