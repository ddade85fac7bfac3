use super::*;
use crate::desired::Managed;
use crate::model::{RemoteId, kinds};
use crate::problem::Place;
use serde_json::json;

fn at(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn wanted(address: &str, body: &Value) -> Wanted {
    let source = std::sync::Arc::new(crate::problem::Source::new("shop.yaml", "x: 1\n"));
    let address = at(address);
    Wanted {
        kind: kind_named(address.kind()).expect("a kind"),
        natural: address.last().into_owned(),
        address,
        body: Some(Body::new(body)),
        links: vec![],
        protect: None,
        ignore: vec![],
        lapsed: false,
        origin: Place::new(&source, 0..1),
        node: None,
    }
}

/// An account in which some things were applied, are live and are wanted; `Null` stands for what is not.
struct Account {
    desired: DesiredAccount,
    live: LiveAccount,
    state: State,
}

impl Account {
    fn new(rows: &[(&str, Value, Value, Value)]) -> Self {
        let managed =
            kinds().iter().map(|kind| (kind.name, Managed { section: true, prune: false })).collect();
        let mut account = Self {
            desired: DesiredAccount::of_kinds("shop", managed),
            live: LiveAccount::default(),
            state: State::new("default", "shop"),
        };
        for (address, applied, live, want) in rows {
            let id = RemoteId::from(*address);
            if !applied.is_null() {
                account.state.resources.insert(at(address), Record::new(id.clone(), applied.clone(), false));
            }
            if !live.is_null() {
                let claim = Claim { id, body: Body::new(live), by: By::State, built_in: false };
                account.live.claims.insert(at(address), claim);
            }
            if !want.is_null() {
                account.desired.resources.insert(at(address), wanted(address, want));
                account.live.wanted.insert(at(address), Body::new(want));
            }
        }
        account
    }

    fn drift(&self) -> Drift {
        drift(&self.desired, &self.live, &self.state, &Globs::default())
    }

    /// A line per field: path, whose, and what was applied, is live and is wanted.
    fn shown(&self) -> Vec<String> {
        let drift = self.drift();
        let line = |one: &Drifted| {
            let fields = one.fields.iter().map(|field| {
                let FieldChange { path, before, after } = &field.change;
                format!(" {path} {:?} {before} {after} {}", field.verdict, field.wanted)
            });
            format!("{} {:?}{}", one.address, one.verdict(), fields.collect::<String>())
        };
        drift.drifted.iter().map(line).collect()
    }
}

fn rule(text: &str) -> Value {
    json!({"name": "时间", "match": ["几点"], "reply": {"text": text}})
}

fn rules(applied: &Value, live: &Value, want: &Value) -> Account {
    Account::new(&[("shop/keyword/时间", applied.clone(), live.clone(), want.clone())])
}

#[test]
fn what_nobody_touched_is_no_drift() {
    let account = rules(&rule("一"), &rule("一"), &rule("一"));
    assert!(account.drift().is_empty());
    assert_eq!(account.drift().as_applied, 1);
    // Nor is what only the configuration changes.
    assert!(rules(&rule("一"), &rule("一"), &rule("二")).drift().is_empty());
}

#[test]
fn the_three_verdicts() {
    let shown = |live, want| rules(&rule("一"), &rule(live), &rule(want)).shown();
    assert_eq!(shown("二", "一"), [r#"shop/keyword/时间 Others reply.text Others "一" "二" "一""#]);
    assert_eq!(shown("二", "三"), [r#"shop/keyword/时间 Both reply.text Both "一" "二" "三""#]);
    assert_eq!(shown("二", "二"), [r#"shop/keyword/时间 Agreed reply.text Agreed "一" "二" "二""#]);
}

#[test]
fn what_is_gone_is_missed_while_it_is_declared() {
    let gone = rules(&rule("一"), &Value::Null, &rule("一"));
    assert_eq!(gone.shown(), ["shop/keyword/时间 Others"]);
    assert_eq!(gone.drift().count(), Count { deleted: 1, ..Count::default() });
    assert_eq!(rules(&rule("一"), &Value::Null, &Value::Null).shown(), ["shop/keyword/时间 Agreed"]);
}

#[test]
fn what_goes_anyway_and_was_changed_is_both() {
    let shown = rules(&rule("一"), &rule("二"), &Value::Null).shown();
    assert_eq!(shown, [r#"shop/keyword/时间 Both reply.text Both "一" "二" null"#]);
}

#[test]
fn another_of_its_name_is_told_apart_from_what_we_began() {
    let mut account = rules(&rule("一"), &rule("一"), &rule("一"));
    let claim = account.live.claims.get_mut(&at("shop/keyword/时间")).expect("it is live");
    claim.id = "new".into();
    claim.by = By::NaturalKey;
    let drift = account.drift();
    assert_eq!(drift.drifted[0].fate, Fate::Remade("new".into()));
    assert_eq!(drift.drifted[0].verdict(), Verdict::Agreed);
    account.live.claims[&at("shop/keyword/时间")].by = By::Intent;
    assert!(account.drift().is_empty());
}

#[test]
fn what_is_left_to_others_is_nobodys_drift() {
    let group = |members: &[&str]| json!({"name": "VIP", "members": members});
    let bare = json!({"name": "VIP"});
    let of = |live: &Value, want: &Value| {
        Account::new(&[("shop/group/vip", group(&["a"]), live.clone(), want.clone())])
    };
    assert_eq!(of(&group(&["b"]), &group(&["a"])).shown().len(), 1);
    // No longer managed: it was not even read.
    assert!(of(&bare, &bare).drift().is_empty());
    let mut ignored = of(&group(&["b"]), &group(&["b"]));
    ignored.desired.resources[&at("shop/group/vip")].ignore = vec!["members".into()];
    assert!(ignored.drift().is_empty());
    // Further members of a group that is to have at least some.
    let mut more = of(&group(&["a", "b"]), &group(&["a", "b"]));
    let said = json!({"name": "VIP", "members": ["a"], "members_mode": "at_least"});
    more.desired.resources[&at("shop/group/vip")].body = Some(said.into());
    assert!(more.drift().is_empty());
    more.live.claims[&at("shop/group/vip")].body = group(&["b"]).into();
    assert_eq!(more.shown(), [r#"shop/group/vip Others members Others ["a","b"] ["b"] ["a","b"]"#]);
}

fn menu(live: [u32; 3]) -> Account {
    let row = |nth: usize, name: &'static str, key: &'static str| {
        let body = |position: u32| json!({"name": name, "link": "https://m", "position": position});
        let place = u32::try_from(nth).expect("small");
        (key, body(place), body(live[nth - 1]), body(place))
    };
    Account::new(&[row(1, "甲", "shop/menu/甲"), row(2, "乙", "shop/menu/乙"), row(3, "丙", "shop/menu/丙")])
}

#[test]
fn places_are_compared_as_an_order() {
    assert!(menu([1, 2, 3]).drift().is_empty());
    // Something that is not ours stands in front.
    assert!(menu([2, 3, 4]).drift().is_empty());
    let swapped = menu([2, 1, 3]).shown();
    assert_eq!(
        swapped,
        ["shop/menu/乙 Others position Others 2 1 2", "shop/menu/甲 Others position Others 1 2 1"]
    );
    // One that is gone moves nothing.
    let mut account = menu([1, 2, 2]);
    account.live.claims.shift_remove(&at("shop/menu/乙"));
    assert_eq!(account.shown(), ["shop/menu/乙 Others"]);
}

#[test]
fn a_draft_that_we_left_unpublished_tells_nothing() {
    let mut account = menu([1, 2, 3]);
    let committed = |pending| crate::state::Draft { pending, committed: Some("ours".into()) };
    account.live.drafts.insert("menu", "theirs".into());
    account.state.drafts.insert("menu".into(), committed(false));
    assert_eq!(account.drift().drafts, [at("shop/menu")]);
    account.state.drafts.insert("menu".into(), committed(true));
    assert!(account.drift().is_empty());
    account.state.drafts.insert("menu".into(), committed(false));
    account.live.drafts.insert("menu", "ours".into());
    assert!(account.drift().is_empty());
}

#[test]
fn kinds_without_a_section_are_not_looked_at() {
    let mut account = rules(&rule("一"), &Value::Null, &Value::Null);
    account.desired.managed.clear();
    let drift = account.drift();
    assert!(drift.is_empty());
    assert_eq!(drift.released.len(), 1);
}
