//! For unit tests: an app of a sandbox that is served, at a time that stands still.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::api::{Caller, ReadApi, WriteApi};
use super::request::Counting;
use super::sops::{Sops, SopsWriter};
use crate::clock::Clock;
use crate::http::{Client, Limits, Reader, Throttle, Writer};
use crate::model::RemoteId;
use crate::model::kinds::Scheduled;
use crate::providers::{Links, VendorError, Watch, Writer as _};
use crate::sandbox::{Running, Sandbox, Seed};

/// Three groups of two owners, made on three days.
pub(super) const WORLD: &str = r#"
tanmarket:
  apps:
    ww1:
      app_key: k-e-y
      creator: 4545
      sales: [{id: "4516", name: 甲, department: 一部}, {id: "4633", name: 乙, department: 二部}]
      tags: [{id: 1, name: 重点}, {id: 2, name: 老客}]
      groups:
        - {chat: wr1, name: 一群, owner: "4516", created: "2026-01-01 00:00:00", tags: [1, 2]}
        - {chat: wr2, name: 二群, owner: "4516", created: "2026-01-02 23:59:59", tags: [2]}
        - {chat: wr3, name: 三店, owner: "4633", created: "2026-01-03 12:00:00", found_by: ["4516"]}
"#;

pub(super) struct Bench {
    pub(super) sandbox: Running,
    pub(super) clock: Clock,
    pub(super) caller: Caller,
    pub(super) counting: Counting,
}

impl Bench {
    /// A sandbox with this seed, whose clock and ours both say Monday 2026-01-05, 09:00 in China.
    pub(super) async fn new(seed: &str) -> Self {
        Self::at(seed, "2026-01-05T01:00:00Z").await
    }

    pub(super) async fn at(seed: &str, now: &str) -> Self {
        let now: DateTime<Utc> = now.parse().expect("a time");
        let address = "127.0.0.1:0".parse().expect("an address");
        let sandbox = Sandbox::new().seed(Seed::yaml(seed)).starting_at(now.timestamp_millis()).tick_ms(0);
        let sandbox = sandbox.start(address).await.expect("starts");
        let root = format!("{}/apiServer", sandbox.url()).parse().expect("an address");
        let caller = Caller { root, app_id: "ww1".into(), app_key: "k-e-y".into(), send_app_key: false };
        let counting = Counting { first_day: 1, mode: 1 };
        Self { sandbox, clock: Clock::by_hand(now), caller, counting }
    }

    fn client(&self) -> Arc<Client> {
        let throttle = Throttle::new(Limits {
            concurrency: 4,
            requests_per_second: None,
            timeout: crate::http::TIMEOUT,
        });
        Client::new([], throttle, self.clock.clone()).expect("a client")
    }

    pub(super) fn read_api(&self) -> ReadApi {
        ReadApi::new(Reader::new(&self.client()), &self.caller)
    }

    pub(super) fn write_api(&self) -> WriteApi {
        WriteApi::new(Writer::new(&self.client()), &self.caller)
    }

    pub(super) fn reader(&self) -> Sops {
        Sops::new(self.read_api(), self.counting)
    }

    /// A writer of a process of its own.
    pub(super) fn writer(&self) -> SopsWriter {
        SopsWriter { api: self.write_api(), counting: self.counting }
    }

    /// The endpoints that were called since the last look.
    pub(super) fn calls(&self) -> Vec<String> {
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let calls = self.sandbox.journal().iter().map(|entry| name(&entry.path)).collect();
        self.sandbox.clear_journal();
        calls
    }

    pub(super) fn app(&self) -> Value {
        self.sandbox.state()["tanmarket"]["apps"]["ww1"].clone()
    }

    /// How many messages each group would get, by chat.
    pub(super) fn messages(&self) -> Vec<usize> {
        let app = self.app();
        let groups = app["groups"].as_array().expect("groups").iter();
        groups.map(|group| group["messages"].as_array().map_or(0, Vec::len)).collect()
    }
}

/// A run on 2026-01-07 with an audience.
pub(super) fn run(audience: Value) -> Scheduled {
    let steps = json!([{"when": "day 1, 2026-01-07 10:00", "send": [{"text": "早"}]}]);
    serde_json::from_value(
        json!({"title": "早报 2026-01-07", "delivery": "manual", "audience": audience, "steps": steps}),
    )
    .expect("a run")
}

/// The same to groups by their chats and owners.
pub(super) fn run_to(groups: &[(&str, &str)]) -> Scheduled {
    let groups: Vec<_> = groups.iter().map(|(chat, owner)| json!({"chat": chat, "owner": owner})).collect();
    run(json!({"groups": groups}))
}

struct Unwatched;

impl Watch for Unwatched {
    fn made(&self, _: &RemoteId) {}
    fn sent(&self, _: u64, _: u64) {}
}

pub(super) async fn create(writer: &SopsWriter, run: &Scheduled) -> Result<RemoteId, VendorError> {
    writer.create("早报", run, &Links::default(), &Unwatched).await
}

pub(super) async fn update(
    writer: &SopsWriter,
    have: &Scheduled,
    want: &Scheduled,
) -> Result<(), VendorError> {
    writer.update(&have.title.as_str().into(), have, want, &Links::default(), &Unwatched).await
}
