//! What the apps hold, in a form that tests can read.

use serde_json::{Map, Value, json};

use super::seed::Group;
use super::store::{App, Sop, Store};
use crate::order::sort_by_key;
use crate::sandbox::china;

/// `{apps: {APPID: {groups, sops, app_key_headers}}}`; each group with its `tasks` and the `messages` it would get.
pub(super) fn dump(store: &Store) -> Value {
    let apps: Map<String, Value> = store.apps.iter().map(|(id, app)| (id.clone(), self::app(app))).collect();
    json!({ "apps": apps })
}

fn app(app: &App) -> Value {
    json!({
        "groups": app.groups.iter().map(|group| self::group(app, group)).collect::<Vec<_>>(),
        "sops": app.sops.iter().map(sop).collect::<Vec<_>>(),
        "app_key_headers": app.key_headers,
    })
}

fn group(app: &App, group: &Group) -> Value {
    let tasks = group.tasks.iter().map(|task| {
        json!({ "id": task.id, "sop": task.sop, "title": task.title, "mode": task.mode, "at": task.at })
    });
    json!({
        "chat": group.chat,
        "name": group.name,
        "owner": group.owner,
        "tasks": tasks.collect::<Vec<_>>(),
        "messages": messages(app, &group.chat),
    })
}

/// All that reaches a group, by time. One that was named twice in a request gets it twice.
fn messages(app: &App, chat: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for sop in &app.sops {
        for _ in sop.chats.iter().filter(|one| *one == chat) {
            found.extend(
                sop.steps.iter().flat_map(|step| step.datas.iter().map(move |data| (sop, step, data))),
            );
        }
    }
    sort_by_key(&mut found, |(_, step, _)| step.at);
    let message = |(sop, step, data): (&Sop, &super::store::Step, &Value)| {
        json!({
            "at": step.at.format("%Y-%m-%d %H:%M").to_string(),
            "past": step.at < china(sop.made),
            "sop": sop.id,
            "title": sop.title,
            "data": data,
        })
    };
    found.into_iter().map(message).collect()
}

fn sop(sop: &Sop) -> Value {
    let steps = sop
        .steps
        .iter()
        .map(|step| json!({ "at": step.at.format("%Y-%m-%d %H:%M").to_string(), "datas": step.datas }));
    json!({
        "id": sop.id,
        "endpoint": sop.endpoint,
        "title": sop.title,
        "mode": sop.mode,
        "instruction": sop.instruction,
        "made": china(sop.made).format("%Y-%m-%d %H:%M:%S").to_string(),
        "chats": sop.chats,
        "steps": steps.collect::<Vec<_>>(),
    })
}
