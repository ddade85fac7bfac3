//! What of an account can't be declared, and why: found out by declaring it and looking what would change.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::assets;
use crate::model::{Body, KindInfo, RemoteId, Shape};
use crate::order::sort_by_key;
use crate::providers::Found;
use crate::text;
use crate::words::Text;

/// What becomes of a live object that can't be declared as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stands there as a comment, for this reason.
    Aside(Text),
    /// It is declared without some of its fields, each with the reason.
    Without(BTreeMap<String, Text>),
}

/// The fates of all that can't be declared as it is.
#[derive(Debug, Default)]
pub(super) struct Fates {
    objects: HashMap<(&'static str, RemoteId), Fate>,
    trees: HashMap<&'static str, Text>,
}

impl Fates {
    pub(super) fn of(&self, info: &KindInfo, id: &RemoteId) -> Option<&Fate> {
        self.objects.get(&(info.name, id.clone()))
    }

    /// Why a kind that is a whole is left out.
    pub(super) fn tree(&self, info: &KindInfo) -> Option<&Text> {
        self.trees.get(info.name)
    }

    /// Leaves an object out, or the whole that it is part of. False if it is left out already.
    pub(super) fn aside(&mut self, info: &KindInfo, id: &RemoteId, why: &Text) -> bool {
        if info.is_whole() {
            return self.trees.insert(info.name, why.clone()).is_none();
        }
        let fate = Fate::Aside(why.clone());
        match self.objects.get_mut(&(info.name, id.clone())) {
            Some(Fate::Aside(_)) => false,
            Some(other) => {
                *other = fate;
                true
            }
            None => self.objects.insert((info.name, id.clone()), fate).is_none(),
        }
    }

    /// Leaves a field out; the object, if that has been tried.
    pub(super) fn without(&mut self, info: &KindInfo, id: &RemoteId, field: &str, why: &Text) -> bool {
        let forms = matches!(info.shape, Shape::Named(_)) || field == "name" || info.is_whole();
        let fate =
            self.objects.entry((info.name, id.clone())).or_insert_with(|| Fate::Without(BTreeMap::new()));
        match fate {
            Fate::Without(fields) if !forms && !fields.contains_key(field) => {
                fields.insert(field.to_owned(), why.clone());
                true
            }
            _ => self.aside(info, id, why),
        }
    }

    /// Objects whose files no project can hold.
    pub(super) fn unfit(&mut self, info: &'static KindInfo, found: &[Found<Value>]) {
        for one in found {
            if let Some(why) = one.body.as_ref().and_then(|body| assets::unfit(body, info)) {
                self.aside(info, &one.id, &why);
            }
        }
    }

    /// Objects of one name: without a state nothing tells which of them is meant.
    pub(super) fn twins(&mut self, info: &'static KindInfo, found: &[Found<Value>]) {
        if info.is_whole() {
            return;
        }
        let mut named: BTreeMap<_, Vec<&Found<Value>>> = BTreeMap::new();
        for one in found {
            let files = one.body.as_ref().map(|body| assets::fingerprints(body, info)).unwrap_or_default();
            named.entry((&one.natural, files)).or_default().push(one);
        }
        let named = named
            .into_iter()
            .flat_map(|((name, _), named)| alike(info, named).into_iter().map(move |alike| (name, alike)));
        for (name, twins) in named.filter(|(_, twins)| twins.len() > 1) {
            let mut ids: Vec<_> = twins.iter().map(|one| one.id.as_str()).collect();
            ids.sort_unstable();
            let (count, ids) = (twins.len(), Text::joined(ids.into_iter().map(Text::verbatim), " and "));
            let why = if info.by_content {
                text!(
                    "{count} live objects with the same content are named `{name}` ({ids}), and nothing tells which of them is meant",
                    count,
                    name,
                    ids
                )
            } else {
                text!(
                    "{count} live objects are named `{name}` ({ids}), and nothing tells which of them is meant",
                    count,
                    name,
                    ids
                )
            };
            for one in twins.iter().filter(|one| !one.built_in) {
                self.aside(info, &one.id, &why);
            }
        }
    }

    /// Everything that is left out: kind, id where it is one object, and the words for it.
    pub(super) fn all(&self) -> Vec<(&'static str, Option<&RemoteId>, Text)> {
        let mut all = vec![];
        for ((kind, id), fate) in &self.objects {
            match fate {
                Fate::Aside(why) => all.push((*kind, Some(id), why.clone())),
                Fate::Without(fields) => all.extend(
                    fields
                        .iter()
                        .map(|(field, why)| (*kind, Some(id), text!("without `{field}`: {why}", field, why))),
                ),
            }
        }
        all.extend(self.trees.iter().map(|(kind, why)| (*kind, None, why.clone())));
        sort_by_key(&mut all, |(kind, id, why)| (*kind, *id, why.en()));
        all
    }
}

/// Objects of one name, parted by what tells them apart.
fn alike<'a>(info: &KindInfo, named: Vec<&'a Found<Value>>) -> Vec<Vec<&'a Found<Value>>> {
    if !info.by_content {
        return vec![named];
    }
    let mut parted: Vec<(Option<Body>, Vec<&Found<Value>>)> = vec![];
    for one in named {
        let body = one.body.as_ref().map(Body::new);
        let same = |other: &Option<Body>| {
            body.as_ref().zip(other.as_ref()).is_some_and(|(one, other)| {
                (info.same_content)(one, other) && (info.same_content)(other, one)
            })
        };
        match parted.iter_mut().find(|(first, _)| same(first)) {
            Some((_, alike)) => alike.push(one),
            None => parted.push((body, vec![one])),
        }
    }
    parted.into_iter().map(|(_, alike)| alike).collect()
}
