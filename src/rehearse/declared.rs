//! An account as it is declared.

use serde::de::DeserializeOwned;

use super::{Account, Button, Does, Material, Rule, Says};
use crate::desired::{DesiredAccount, Wanted};
use crate::model::kinds::{self, Keyword, Reply};
use crate::model::{Address, Kind};
use crate::providers::Conversation;

impl Account {
    /// As it is declared. What is not declared is not known.
    pub fn declared(desired: &DesiredAccount, conversation: Conversation) -> Self {
        let of = |kind: &'static str| {
            desired.resources.values().filter(move |wanted| wanted.kind.name == kind && wanted.body.is_some())
        };
        let rules = of(Keyword::NAME).filter_map(|wanted| {
            let rule: Keyword = body(wanted)?;
            Some(Rule {
                key: Some(wanted.address.last().into_owned()),
                name: wanted.natural.clone(),
                id: None,
                words: rule.matches.unwrap_or_default(),
                says: rule.reply.map_or(Says::Undeclared, |reply| says(&reply, desired)),
                place: Some(wanted.origin.clone()),
            })
        });
        let fixed = |key: &str| desired.resources.get(&Address::new(&desired.name, Reply::NAME, [key]));
        let reply = |key: &str| match fixed(key) {
            None => Says::Undeclared,
            Some(wanted) => body(wanted).map_or(Says::Nothing, |reply| says(&reply, desired)),
        };
        let below: Vec<_> = of(kinds::Button::NAME).filter_map(|wanted| wanted.address.parent()).collect();
        let buttons = of(kinds::Button::NAME).filter_map(|wanted| {
            let button: kinds::Button = body(wanted)?;
            let does = match (button.link, button.reply) {
                _ if below.contains(&wanted.address) => Does::Opens,
                (Some(link), _) => Does::Link(link),
                (None, Some(reply)) => Does::Says(says(&reply, desired)),
                // A click key that was set on WeChat's own side: the server knows no answer.
                (None, None) => Does::Says(Says::Nothing),
            };
            let path = wanted.address.within_kind().to_owned();
            Some(Button { path, does, place: Some(wanted.origin.clone()) })
        });
        Self {
            name: desired.name.clone(),
            conversation,
            rules: rules.collect(),
            subscribe: reply("subscribe"),
            default: reply("default"),
            default_at: fixed("default").map(|wanted| wanted.origin.clone()),
            buttons: buttons.collect(),
        }
    }
}

fn body<T: DeserializeOwned>(wanted: &Wanted) -> Option<T> {
    wanted.body.as_ref()?.read().ok()
}

fn says(reply: &Reply, desired: &DesiredAccount) -> Says {
    if let Some(text) = &reply.text {
        return Says::Text(text.clone());
    }
    if let Some(raw) = &reply.raw {
        let (kind, id) = (raw.kind.to_lowercase(), Some(raw.id.clone()));
        return Says::Material(Material { key: None, name: String::new(), kind, id });
    }
    let Some(link) = &reply.material else { return Says::Undeclared };
    let wanted = desired.resources.get(&Address::new(&desired.name, kinds::Material::NAME, [link.key()]));
    let forms = wanted.and_then(|wanted| Some(wanted.body.as_ref()?.tree()));
    // A material's body has one field that says what it is.
    let kind = KINDS.iter().find(|kind| forms.as_ref().is_some_and(|body| body.get(kind).is_some()));
    Says::Material(Material {
        key: Some(link.key().to_owned()),
        name: wanted.map(|wanted| wanted.natural.clone()).unwrap_or_default(),
        kind: kind.copied().unwrap_or_default().to_owned(),
        id: None,
    })
}

/// What a material can be.
const KINDS: &[&str] = &["image", "voice", "video", "news"];
