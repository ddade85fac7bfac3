//! A harness for plans: all vendors' sandboxes and commands in this process, by one clock that a test moves.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use mpform::cli::{Context, Exit, run_words};
use mpform::clock::Clock;
use mpform::sandbox::{Running, Sandbox, Seed};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::world::copy;

/// Sandboxes, a project folder and a clock.
pub(crate) struct Town {
    pub(crate) sandbox: Running,
    pub(crate) clock: Clock,
    began: DateTime<Utc>,
    folder: TempDir,
    pub(crate) environment: Option<String>,
    runtime: Runtime,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) exit: Exit,
}

/// Accounts of all vendors at the sandbox, their resources beside.
pub(crate) const PROJECT: &str = "\
version: 1
include: [\"*.yaml\"]
accounts:
  shop: {provider: yeapoo, base_url: \"${env.SANDBOX}\", info_id: shop, limits: {timeout: 2s}}
  community:
    provider: tanmarket
    base_url: \"${env.SANDBOX}/apiServer\"
    app_id: ww1
    app_key: key-of-ww1
    limits: {requests_per_second: 100000, timeout: 2s}
  care:
    provider: youmi
    base_url: \"${env.SANDBOX}\"
    token_url: \"${env.SANDBOX}/connect/token\"
    client_id: client
    client_secret: secret-of-client
    limits: {requests_per_second: 100000, timeout: 2s}
";

/// What the vendors hold before mpform comes.
pub(crate) const SEED: &str = "
accounts:
  shop:
    app_id: wx1
    app_secret: s
    crowd: [{prefix: o-, count: 12, nickname: 顾客}]
tanmarket:
  apps:
    ww1:
      app_key: key-of-ww1
      sales: [{id: \"4516\", name: 甲, department: 一部}, {id: \"4633\", name: 乙, department: 二部}]
      tags: [{id: 7001, name: 重点}]
      groups:
        - {chat: wr1, name: 一群, owner: \"4516\", tags: [7001]}
        - {chat: wr2, name: 二群, owner: \"4516\", tags: [7001]}
        - {chat: wr3, name: 三群, owner: \"4633\"}
youmi:
  clients:
    client:
      secret: secret-of-client
      accounts:
        - wechat: wxid_shop
          relation: 0
          friends: [ajie, lin, man]
          crowd: [{prefix: guest-, count: 50}]
";

/// A moment in Beijing.
pub(crate) fn beijing(text: &str) -> DateTime<Utc> {
    let local = format!("{}:00+08:00", text.replace(' ', "T"));
    DateTime::parse_from_rfc3339(&local).expect("a time").with_timezone(&Utc)
}

/// [`PROJECT`] with one of its accounts only.
pub(crate) fn project_of(account: &str) -> String {
    let is_account = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let mut taken = true;
    let lines = PROJECT.lines().filter(|line| {
        if is_account(line) {
            taken = line.trim_start().starts_with(&format!("{account}:"));
        }
        taken
    });
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// A folder that costs no disk's time, where there is one: before each message its intent is flushed to the disk.
fn in_memory() -> TempDir {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    folder.expect("a folder")
}

impl Town {
    /// On a Sunday evening, the day before the plans of most tests begin.
    pub(crate) fn new() -> Self {
        Self::at("2026-11-22 20:00")
    }

    pub(crate) fn at(moment: &str) -> Self {
        Self::seeded(moment, SEED)
    }

    /// At a moment, at vendors that hold something else.
    pub(crate) fn seeded(moment: &str, seed: &str) -> Self {
        let town = Self::with(Seed::yaml(seed), moment);
        town.write("mpform.yaml", PROJECT);
        town
    }

    /// With an empty folder, and vendors that begin with this.
    pub(crate) fn with(seed: Seed, moment: &str) -> Self {
        let now = beijing(moment);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("runs");
        let sandbox = Sandbox::new().seed(seed).starting_at(now.timestamp_millis()).tick_ms(0);
        let started = sandbox.start("127.0.0.1:0".parse().expect("an address"));
        let sandbox = runtime.block_on(started).expect("the sandbox starts");
        let (clock, folder) = (Clock::by_hand(now), in_memory());
        Self { sandbox, clock, began: now, folder, environment: None, runtime }
    }

    /// Leaves one account in the project: whatever runs sets up the connections of each.
    pub(crate) fn only(self, account: &str) -> Self {
        self.write("mpform.yaml", &project_of(account));
        self
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("writes");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Moves all clocks on.
    pub(crate) fn until(&self, moment: &str) {
        let to = beijing(moment);
        let by = (to - self.clock.now()).to_std().expect("time goes on");
        self.clock.set(to);
        self.sandbox.advance(by);
        assert!(by > Duration::ZERO, "time goes on");
    }

    /// Runs a command; arguments are split at blanks.
    pub(crate) fn run(&self, arguments: &str) -> Ran {
        self.run_in(self.folder.path().to_owned(), arguments)
    }

    /// Runs a command on the project in a folder.
    pub(crate) fn run_in(&self, folder: PathBuf, arguments: &str) -> Ran {
        let variables = BTreeMap::from([
            ("SANDBOX".to_owned(), self.sandbox.url().to_owned()),
            ("USER".to_owned(), "tester".to_owned()),
            // What stands in an exported project instead of the secrets of this one.
            ("COMMUNITY_APP_KEY".to_owned(), "key-of-ww1".to_owned()),
            ("CARE_CLIENT_SECRET".to_owned(), "secret-of-client".to_owned()),
        ]);
        let (mut context, said) = Context::kept(folder, self.clock.clone(), variables);
        context.environment.clone_from(&self.environment);
        let words: Vec<_> = arguments.split_whitespace().collect();
        let exit = self.runtime.block_on(run_words(&words, &context));
        let scrub = |text: String| text.replace(self.sandbox.url(), "$URL");
        Ran { out: scrub(said.out.text()), err: scrub(said.err.text()), exit }
    }

    /// Applies, and everything must go well.
    #[track_caller]
    pub(crate) fn apply(&self) -> Ran {
        self.run("apply --yes").expect(Exit::Done)
    }

    /// The changes of a plan: action and address.
    #[track_caller]
    pub(crate) fn planned(&self) -> Vec<String> {
        let plan: Value = serde_json::from_str(&self.run("plan --json").out).expect("a plan");
        let changes = plan["changes"].as_array().expect("a list").iter();
        changes.map(|change| format!("{} {}", change["action"], change["address"]).replace('"', "")).collect()
    }

    /// The messages that a vendor was asked to send since the last look: path and body.
    pub(crate) fn sent(&self) -> Vec<(String, Value)> {
        let calls = self
            .sandbox
            .writes()
            .into_iter()
            .map(|call| (call.path.clone(), serde_json::from_str(&call.body).unwrap_or_default()));
        let calls = calls.collect();
        self.sandbox.clear_journal();
        calls
    }

    /// Keeps what is remembered by now, for [`Town::again`].
    pub(crate) fn keep(&self) {
        copy(&self.path(".mpform"), &self.path(".kept"));
    }

    /// Everything once more: the vendors as they were at the start, what is remembered as it was kept, and a moment.
    pub(crate) fn again(&self, moment: &str) {
        self.sandbox.reset();
        self.lose_state();
        copy(&self.path(".kept"), &self.path(".mpform"));
        self.clock.set(self.began);
        self.until(moment);
    }

    pub(crate) fn lose_state(&self) {
        std::fs::remove_dir_all(self.path(".mpform")).expect("there is a state");
    }
}

impl Ran {
    #[track_caller]
    pub(crate) fn expect(self, exit: Exit) -> Self {
        assert_eq!(self.exit, exit, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn shows(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.out.contains(word), "no `{word}` in:\n{}\nstderr:\n{}", self.out, self.err);
        }
        self
    }

    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.err.contains(word), "no `{word}` in:\n{}\nstdout:\n{}", self.err, self.out);
        }
        self
    }
}
