//! What an app holds.

use chrono::NaiveDateTime;
use indexmap::IndexMap;
use serde_json::Value;

use super::ids::Ids;
use super::seed::{self, CreateAnswer, Group, Sales, Tag, World};

#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) apps: IndexMap<String, App>,
    pub(super) ids: Ids,
}

impl Store {
    pub(super) fn of(world: &World) -> Self {
        let apps = world.apps.iter().map(|(id, app)| (id.clone(), App::of(app))).collect();
        Self { apps, ids: Ids::default() }
    }
}

#[derive(Debug)]
pub(super) struct App {
    pub(super) key: String,
    pub(super) first_day: i64,
    pub(super) skew_ms: u64,
    pub(super) strict: bool,
    /// A create is answered by an envelope, not by nothing.
    pub(super) envelope: bool,
    pub(super) creator: u64,
    pub(super) sales: Vec<Sales>,
    pub(super) tags: Vec<Tag>,
    pub(super) groups: Vec<Group>,
    /// In the order of their making; those of the seed are known by their tasks only.
    pub(super) sops: Vec<Sop>,
    /// How many requests carried the key itself.
    pub(super) key_headers: u64,
}

impl App {
    fn of(app: &seed::App) -> Self {
        let crowd = app.crowd.iter().flat_map(|crowd| {
            (1..=crowd.count).map(|number| Group {
                chat: format!("{}{number:03}", crowd.prefix),
                name: format!("{}{number:03}", crowd.name),
                owner: crowd.owner.clone(),
                created: crowd.created.clone(),
                found_by: vec![],
                tags: vec![],
                nameless: false,
                tasks: vec![],
            })
        });
        Self {
            key: app.app_key.clone(),
            first_day: i64::from(app.first_day),
            skew_ms: u64::from(app.skew_seconds) * 1000,
            strict: app.strict_user_filter,
            envelope: app.create_answer == CreateAnswer::Envelope,
            creator: app.creator,
            sales: app.sales.clone(),
            tags: app.tags.clone(),
            groups: app.groups.iter().cloned().chain(crowd).collect(),
            sops: vec![],
            key_headers: 0,
        }
    }

    pub(super) fn group(&self, chat: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.chat == chat)
    }
}

/// What was made by one create.
#[derive(Debug)]
pub(super) struct Sop {
    pub(super) id: String,
    pub(super) endpoint: &'static str,
    pub(super) title: String,
    pub(super) mode: i64,
    pub(super) instruction: Option<String>,
    /// When it was made, in milliseconds since 1970.
    pub(super) made: i64,
    /// Chats as they were asked for: one that was named twice is in it twice.
    pub(super) chats: Vec<String>,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug)]
pub(super) struct Step {
    /// The time in China.
    pub(super) at: NaiveDateTime,
    /// As they came.
    pub(super) datas: Vec<Value>,
}
