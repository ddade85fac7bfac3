//! What an account holds, and what it will hold once the plan is carried out: for those who would rather see it than
//! read a list of changes. Pure.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::shown::afterwards;
use super::{Plan, is_commit};
use crate::desired::DesiredAccount;
use crate::live::LiveAccount;
use crate::model::{Action, Address, Body, RemoteId, Rule, kind_named};

/// One account.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// The kinds that were read; of the others nothing is known.
    pub read: Vec<&'static str>,
    /// What is declared in its order, then what else is there.
    pub objects: Vec<Object>,
}

/// Something that is there before or after.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its address, or the one that it would have.
    pub address: Address,
    /// The vendor's id, if it is there already.
    pub id: Option<RemoteId>,
    /// What the plan does about it.
    pub fate: Fate,
    /// It is there, and nobody has seen what it is.
    pub unread: bool,
    /// What it is; nothing if it is not there, or not read.
    pub before: Option<Body>,
    /// What it will be; nothing if it will not be there, or was not read.
    pub after: Option<Body>,
    /// Its place among its siblings as it is declared. What goes or comes beside it moves it without a change of its own.
    pub place: Option<Value>,
}

/// What a plan does about an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It makes, changes or unmakes it.
    Changed,
    /// It is as it should be.
    Unchanged,
    /// Nobody lists it.
    Unmanaged,
    /// The plan was not asked about it.
    Outside,
}

impl Picture {
    /// As it is live, in the order in which it is declared.
    pub fn before(desired: &DesiredAccount, live: &LiveAccount) -> Self {
        let declared = desired.resources.keys();
        let owned = live.claims.keys().filter(|address| !desired.resources.contains_key(*address));
        let ours = declared.chain(owned).map(|address| {
            let claim = live.claims.get(address);
            let (id, body) = (claim.map(|claim| claim.id.clone()), claim.map(|claim| claim.body.clone()));
            let declared = desired.resources.get(address).and_then(|wanted| wanted.body.as_ref());
            let place = rank(address).zip(declared).map(|(field, body)| body.tree()[field].clone());
            Object { place, ..Object::new(address, id, body) }
        });
        let others = live.others.iter().map(|other| {
            let object = Object::new(&other.address, Some(other.id.clone()), other.body.clone());
            Object { unread: other.body.is_none(), ..object }
        });
        let objects = ours.chain(others).collect();
        Self { read: desired.managed.keys().copied().collect(), objects }
    }

    /// With the plan carried out.
    #[must_use]
    pub fn after(mut self, plan: &Plan) -> Self {
        let unchanged: HashSet<_> = plan.unchanged.iter().collect();
        let unmanaged: HashSet<_> = plan.unmanaged.iter().map(|live| &live.address).collect();
        for object in &mut self.objects {
            if unchanged.contains(&object.address) {
                object.fate = Fate::Unchanged;
                if let (Some(field), Some(place), Some(after)) =
                    (rank(&object.address), object.place.take(), object.after.as_mut())
                {
                    *after = after.with(field, place);
                }
            } else if unmanaged.contains(&object.address) {
                object.fate = Fate::Unmanaged;
            }
        }
        let mut places: HashMap<_, _> =
            self.objects.iter().enumerate().map(|(nth, object)| (object.address.clone(), nth)).collect();
        for change in plan.changes.iter().filter(|change| !is_commit(&change.address)) {
            let nth = *places.entry(change.address.clone()).or_insert_with(|| {
                self.objects.push(Object::new(&change.address, change.id.clone(), change.have.clone()));
                self.objects.len() - 1
            });
            let object = &mut self.objects[nth];
            object.fate = Fate::Changed;
            let kind = kind_named(change.address.kind());
            object.after = match (change.action, &change.want, kind) {
                (Action::Delete, ..) => None,
                (Action::Create, want, _) => want.clone(),
                (Action::Update, Some(want), Some(kind)) => {
                    Some(afterwards(change.have.as_ref(), want, kind))
                }
                (Action::Update, ..) => object.before.clone(),
            };
        }
        self.objects.retain(|object| object.unread || object.before.is_some() || object.after.is_some());
        self
    }
}

impl Object {
    fn new(address: &Address, id: Option<RemoteId>, body: Option<Body>) -> Self {
        let (address, before, after) = (address.clone(), body.clone(), body);
        Self { address, id, fate: Fate::Outside, unread: false, before, after, place: None }
    }
}

/// The field that holds the place among siblings.
fn rank(address: &Address) -> Option<&'static str> {
    kind_named(address.kind())?.rules.path_of(Rule::Rank)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::{By, Claim, Other};
    use crate::plan::Change;
    use serde_json::json;

    fn address(text: &str) -> Address {
        Address::parse(text).expect("an address")
    }

    fn change(action: Action, at: &str, have: Option<&Value>, want: Option<&Value>) -> Change {
        Change {
            address: address(at),
            action,
            replace: false,
            id: None,
            fields: vec![],
            requires: vec![],
            after: vec![],
            notes: vec![],
            drift: vec![],
            origin: None,
            have: have.map(Body::new),
            want: want.map(Body::new),
            protect: false,
            held: false,
            replaced_by: None,
        }
    }

    fn desired() -> DesiredAccount {
        DesiredAccount::of_kinds("shop", [("keyword", crate::desired::Managed::default())].into())
    }

    fn claim(id: &str, body: &Value) -> Claim {
        Claim { id: id.into(), body: Body::new(body), by: By::State, built_in: false }
    }

    #[test]
    fn a_plan_is_carried_out_on_paper() {
        let (old, both) =
            (json!({"reply": {"text": "old"}}), json!({"reply": {"raw": 1, "text": "a"}, "name": "n"}));
        let live = LiveAccount {
            claims: [
                (address("shop/keyword/goes"), claim("1", &old)),
                (address("shop/keyword/stays"), claim("2", &old)),
                (address("shop/keyword/turns"), claim("3", &both)),
            ]
            .into(),
            others: vec![
                Other {
                    address: address("shop/keyword/theirs"),
                    id: "4".into(),
                    body: Some(Body::new(&old)),
                },
                Other { address: address("shop/keyword/unseen"), id: "5".into(), body: None },
            ],
            ..LiveAccount::default()
        };
        let want = json!({"reply": {"text": "b"}});
        let others = live
            .others
            .iter()
            .map(|other| super::super::Live { address: other.address.clone(), id: other.id.clone() });
        let plan = Plan {
            changes: vec![
                change(Action::Delete, "shop/keyword/goes", Some(&old), None),
                change(Action::Update, "shop/keyword/turns", Some(&both), Some(&want)),
                change(Action::Create, "shop/keyword/new", None, Some(&want)),
                change(Action::Update, "shop/menu", None, Some(&json!([]))),
            ],
            unchanged: vec![address("shop/keyword/stays")],
            unmanaged: others.collect(),
            ..Plan::default()
        };
        let picture = Picture::before(&desired(), &live).after(&plan);
        assert_eq!(picture.read, ["keyword"]);
        let seen: Vec<_> = picture
            .objects
            .iter()
            .map(|object| {
                (object.address.last().into_owned(), object.fate, object.after.as_ref().map(Body::tree))
            })
            .collect();
        let row = |name: &str, fate, after| (name.to_owned(), fate, after);
        assert_eq!(
            seen,
            [
                row("goes", Fate::Changed, None),
                row("stays", Fate::Unchanged, Some(old.clone())),
                row("turns", Fate::Changed, Some(json!({"reply": {"text": "b"}, "name": "n"}))),
                row("theirs", Fate::Unmanaged, Some(old)),
                row("unseen", Fate::Unmanaged, None),
                row("new", Fate::Changed, Some(want)),
            ]
        );
        assert!(picture.objects[4].unread && !picture.objects[3].unread);
    }

    #[test]
    fn what_the_plan_was_not_asked_about_stays_as_it_is() {
        let live = LiveAccount {
            claims: [(address("shop/keyword/a"), claim("1", &json!({})))].into(),
            ..LiveAccount::default()
        };
        let picture = Picture::before(&desired(), &live).after(&Plan::default());
        assert_eq!(picture.objects[0].fate, Fate::Outside);
        assert_eq!(picture.objects[0].after, picture.objects[0].before);
    }
}
