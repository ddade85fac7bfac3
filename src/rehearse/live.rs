//! An account as it is live.

use std::collections::HashMap;

use super::{Account, Button, Does, Material, Rule, Says};
use crate::desired::{DesiredAccount, Wanted};
use crate::live::talk::Talk;
use crate::model::kinds::{self, Keyword, Reply};
use crate::model::{Address, Kind, RemoteId};
use crate::providers::Conversation;
use crate::state::State;

impl Account {
    /// As it is live. What is declared as well goes by its key: it is known by the id that the state remembers, or else
    /// by its name.
    pub fn live(talk: Talk, desired: &DesiredAccount, state: &State, conversation: Conversation) -> Self {
        let Talk { rules, replies, buttons, materials } = talk;
        let named: Vec<_> =
            rules.iter().map(|(id, rule)| (id.clone(), rule.name.clone().unwrap_or_default())).collect();
        let keys = Keys::new(Keyword::NAME, &named, desired, state);
        let shown = Shown {
            keys: Keys::new(kinds::Material::NAME, &materials, desired, state),
            materials: &materials,
        };
        let rules = rules.into_iter().zip(named).map(|((id, rule), (_, name))| {
            let wanted = keys.wanted(&id);
            Rule {
                key: wanted.map(|wanted| wanted.address.last().into_owned()),
                name,
                words: rule.matches.unwrap_or_default(),
                says: shown.says(rule.reply.as_ref()),
                place: wanted.map(|wanted| wanted.origin.clone()),
                id: Some(id),
            }
        });
        let reply = |key: &str| {
            let found = replies.iter().find(|found| found.natural == key);
            found.map_or(Says::Nothing, |found| shown.says(found.body.as_ref()))
        };
        let rules = rules.collect();
        let mut paths: HashMap<RemoteId, Address> = HashMap::new();
        for button in &buttons {
            let above = button.parent.as_ref().and_then(|parent| paths.get(parent));
            let path = match above {
                Some(above) => above.child(&button.natural),
                None => Address::new(&desired.name, kinds::Button::NAME, [button.natural.as_str()]),
            };
            paths.insert(button.id.clone(), path);
        }
        let opens = |id: &RemoteId| buttons.iter().any(|below| below.parent.as_ref() == Some(id));
        let buttons = buttons.iter().map(|found| {
            let body = found.body.as_ref();
            let does = match body.and_then(|body| body.link.as_ref()) {
                _ if opens(&found.id) => Does::Opens,
                Some(link) => Does::Link(link.clone()),
                None => Does::Says(shown.says(body.and_then(|body| body.reply.as_ref()))),
            };
            let address = &paths[&found.id];
            let place = desired.resources.get(address).map(|wanted| wanted.origin.clone());
            Button { path: address.within_kind().to_owned(), does, place }
        });
        Self {
            name: desired.name.clone(),
            conversation,
            rules,
            subscribe: reply("subscribe"),
            default: reply("default"),
            default_at: None,
            buttons: buttons.collect(),
        }
    }
}

/// Which declared resource a live object of one kind is.
struct Keys<'a>(HashMap<RemoteId, &'a Wanted>);

impl<'a> Keys<'a> {
    fn new(kind: &str, objects: &[(RemoteId, String)], desired: &'a DesiredAccount, state: &State) -> Self {
        let mut keys = HashMap::new();
        let of_kind = || desired.resources.values().filter(|wanted| wanted.kind.name == kind);
        let remembered = |wanted: &Wanted| state.resources.get(&wanted.address).map(|record| &record.id);
        let mut found = vec![];
        for wanted in of_kind() {
            let is = |id: &RemoteId| remembered(wanted) == Some(id);
            if let Some((id, _)) = objects.iter().find(|(id, _)| is(id)) {
                keys.insert(id.clone(), wanted);
                found.push(&wanted.address);
            }
        }
        for wanted in of_kind().filter(|wanted| !found.contains(&&wanted.address)) {
            let free = |id: &RemoteId| !keys.contains_key(id);
            let named = objects.iter().find(|(id, name)| *name == wanted.natural && free(id));
            if let Some((id, _)) = named {
                keys.insert(id.clone(), wanted);
            }
        }
        Self(keys)
    }

    fn wanted(&self, id: &RemoteId) -> Option<&'a Wanted> {
        self.0.get(id).copied()
    }
}

/// The materials that live answers show.
struct Shown<'a> {
    keys: Keys<'a>,
    materials: &'a [(RemoteId, String)],
}

impl Shown<'_> {
    fn says(&self, reply: Option<&Reply>) -> Says {
        let Some(reply) = reply else { return Says::Nothing };
        if let Some(text) = &reply.text {
            return Says::Text(text.clone());
        }
        let Some(raw) = &reply.raw else { return Says::Nothing };
        let id = raw.material();
        let named = self.materials.iter().find(|(known, _)| *known == id);
        Says::Material(Material {
            key: self.keys.wanted(&id).map(|wanted| wanted.address.last().into_owned()),
            name: named.map(|(_, name)| name.clone()).unwrap_or_default(),
            kind: raw.kind.to_lowercase(),
            id: Some(raw.id.clone()),
        })
    }
}
