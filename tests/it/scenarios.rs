//! Stories, told in YAML: an edit, a command, and what is expected of its output, its exit code and its calls.
//!
//! A step may change files (`files`), do something by hand in the vendor's console (`hand`), and run a command
//! (`run`). Of what a step does not mention nothing is expected, except that a command ends with 0.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::world::{FOLLOWERS, World, changes, without_ids};

mod thousand;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    /// What it is about, in a sentence.
    about: String,
    /// What the sandbox holds at first; followers only, if it is left out.
    #[serde(default)]
    seed: Option<String>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// What happens here, and why it is expected.
    does: String,
    /// The resources of the account, without the line that names it.
    #[serde(default)]
    shop: Option<String>,
    /// Other files.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Calls behind mpform's back: method, path below the account, body. `{NAME}` stands for the id of the live
    /// group, rule or button of that name.
    #[serde(default)]
    hand: Vec<(String, String, Value)>,
    #[serde(default)]
    run: Option<String>,
    #[serde(default)]
    exit: i32,
    /// The changes of `plan --json`: action, address and fields.
    #[serde(default)]
    plans: Option<Vec<String>>,
    /// Lines that stand on stdout, in this order.
    #[serde(default)]
    out: Vec<String>,
    /// Lines that stand on stderr, in this order.
    #[serde(default)]
    err: Vec<String>,
    /// The writes, in this order, without account and ids.
    #[serde(default)]
    calls: Option<Vec<String>>,
    /// The menu as followers see it.
    #[serde(default)]
    shown: Option<Value>,
}

/// Runs one file.
fn tell(name: &str) {
    let path = format!("{}/tests/scenarios/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the scenario is there");
    let scenario: Scenario = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let world = World::new(scenario.seed.as_deref().unwrap_or(FOLLOWERS));
    for step in &scenario.steps {
        play(&world, step, &format!("{} ({name}): {}", scenario.about, step.does));
    }
}

fn play(world: &World, step: &Step, what: &str) {
    if let Some(shop) = &step.shop {
        world.shop(shop);
    }
    for (name, text) in &step.files {
        world.write(name, text);
    }
    for (method, path, body) in &step.hand {
        world.hand(method, &with_ids(world, path), with_ids_in(world, body));
    }
    world.sandbox.clear_journal();
    if let Some(plans) = &step.plans {
        let ran = world.run("plan --json");
        assert_eq!(ran.code, Some(0), "{what}\n{}{}", ran.out, ran.err);
        assert_eq!(&changes(&ran.json()), plans, "{what}");
        assert_eq!(world.writes(), Vec::<String>::new(), "{what}");
    }
    if let Some(run) = &step.run {
        let ran = world.run(run);
        assert_eq!(ran.code, Some(step.exit), "{what}\n{}{}", ran.out, ran.err);
        in_order(&without_ids(&ran.out), &step.out, what);
        in_order(&without_ids(&ran.err), &step.err, what);
    }
    if let Some(calls) = &step.calls {
        assert_eq!(&world.writes(), calls, "{what}");
    }
    if let Some(shown) = &step.shown {
        assert_eq!(&menu_on_the_phone(&world.live()), shown, "{what}");
    }
}

/// Each of these lines stands in the text, below the one before it.
#[track_caller]
fn in_order(text: &str, lines: &[String], what: &str) {
    let mut left = text.lines().map(str::trim);
    for line in lines {
        assert!(left.any(|one| one == line.trim()), "{what}\nno line `{line}` (in this order) in:\n{text}");
    }
}

/// The published menu: names, and for those below a button a list.
fn menu_on_the_phone(live: &Value) -> Value {
    let name = |button: &Value| match button["sub_button"].as_array() {
        Some(below) => {
            let below: Vec<_> = below.iter().map(|one| one["name"].clone()).collect();
            serde_json::json!({ button["name"].as_str().unwrap_or_default(): below })
        }
        None => button["name"].clone(),
    };
    live["published"]["button"].as_array().into_iter().flatten().map(name).collect()
}

/// `{NAME}` becomes the id of what has that name.
#[track_caller]
fn with_ids(world: &World, text: &str) -> String {
    let (Some(from), Some(to)) = (text.find('{'), text.find('}')) else { return text.to_owned() };
    let name = &text[from + 1..to];
    let live = world.live();
    let buttons = live["menu"].as_array().into_iter().flatten();
    let below = buttons.clone().flat_map(|top| top["sub_button"].as_array().into_iter().flatten());
    let rest = ["groups", "rules"].into_iter().flat_map(|list| live[list].as_array().into_iter().flatten());
    let specials = ["subscribe", "default"].into_iter().map(|key| &live[key]);
    let found = buttons.chain(below).chain(rest).chain(specials).find(|one| one["name"] == name);
    let id = found.and_then(|one| one["id"].as_str()).unwrap_or_else(|| panic!("nothing is named {name}"));
    format!("{}{id}{}", &text[..from], &text[to + 1..])
}

fn with_ids_in(world: &World, body: &Value) -> Value {
    let Some(fields) = body.as_object() else { return body.clone() };
    let field = |(name, value): (&String, &Value)| match value.as_str() {
        Some(text) if text.starts_with('{') => (name.clone(), with_ids(world, text).into()),
        _ => (name.clone(), value.clone()),
    };
    fields.iter().map(field).collect::<serde_json::Map<_, _>>().into()
}

macro_rules! scenarios {
    ($($name:ident)+) => {
        $(
            #[test]
            fn $name() {
                tell(stringify!($name));
            }
        )+

        #[test]
        fn every_file_is_told() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios");
            let mut files: Vec<_> = std::fs::read_dir(folder)
                .expect("a folder")
                .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(str::to_owned))
                .collect();
            files.sort();
            let mut told = vec![$(stringify!($name)),+];
            told.sort_unstable();
            assert_eq!(files, told);
        }
    };
}

scenarios! {
    first_apply
    renamed
    moved
    menu_order
    button_to_sub_menu
    text_changed
    changed_by_hand
    prune
    released
    members_at_least
    strangers
    gone_by_hand
    fixed_replies
    hidden_rule
    double_button
    same_names
    exchanged
}
