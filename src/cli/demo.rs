//! `mpform demo`: the whole tour on accounts that live in this process.

use crate::text;
use crate::words::Text;
use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use super::{Context, Exit, Selection, apply, drift, plan, run_words};
use crate::clock::Clock;
use crate::report::Role;
use crate::sandbox::{Running, Sandbox, Seed};
use crate::state::atomic;

/// The project of the tour.
const PROJECT: &str = include_str!("../../examples/demo/mpform.yaml");
/// The account it is about.
const ACCOUNT: &str = "/v1/demo";

/// When the tour begins: at nine on a Monday in Beijing, when the sandbox's own time begins as well.
const BEGINS: &str = "2026-01-05T01:00:00Z";

/// Runs the tour. Needs no network and no settings, and leaves nothing behind.
pub(super) async fn run(context: &Context) -> Exit {
    match tour(context).await {
        Ok(()) => Exit::Done,
        Err(error) => {
            context.fail(&text!("the tour came to a halt: {error}", error = format!("{error:#}")));
            Exit::Error
        }
    }
}

async fn tour(context: &Context) -> anyhow::Result<()> {
    let sandbox = Sandbox::new().seed(Seed::Demo).start("127.0.0.1:0".parse()?).await?;
    let folder = tempfile::tempdir()?;
    atomic::write(&folder.path().join("mpform.yaml"), PROJECT.as_bytes())?;
    let tour = Tour { outer: context, folder, clock: Clock::by_hand(BEGINS.parse()?), sandbox };

    tour.chapter(&text!("An account that has been in use for years: a menu, rules, groups. Its configuration is new. What would change?"));
    tour.plan(Exit::Changes).await?;
    anyhow::ensure!(tour.sandbox.writes().is_empty(), "a plan wrote something");

    tour.chapter(&text!("Apply it. Unmanaged rules and groups are left alone."));
    tour.apply().await?;
    let writes = tour.sandbox.writes().len();

    tour.chapter(&text!("Plan again: nothing is left to do."));
    tour.plan(Exit::Done).await?;
    tour.apply().await?;
    anyhow::ensure!(tour.sandbox.writes().len() == writes, "a second apply wrote something");

    tour.chapter(&text!("Somebody changes two things by hand in the vendor's console …"));
    tour.by_hand()?;

    tour.chapter(&text!("… which shows as drift, and which the next plan would undo."));
    tour.drift().await?;
    tour.plan(Exit::Changes).await?;

    tour.chapter(&text!("Repair it."));
    tour.apply().await?;
    tour.plan(Exit::Done).await?;

    tour.chapter(&text!(
        "Plans: Tanmarket sends its run by itself; the others are armed. An hour later, cron runs this:"
    ));
    tour.wait(Duration::from_secs(65 * 60));
    tour.sop("sop run").await?;
    let writes = tour.sandbox.writes().len();
    tour.chapter(&text!("Run it again: no message goes out twice."));
    tour.sop("sop run").await?;
    anyhow::ensure!(tour.sandbox.writes().len() == writes, "a second run sent something");
    tour.sop("sop history").await?;
    tour.chapter(&text!(
        "That was {calls} calls to the sandbox, {writes} of them writes.",
        calls = tour.sandbox.journal().len(),
        writes = tour.sandbox.writes().len()
    ));
    tour.sandbox.stop().await;
    Ok(())
}

struct Tour<'a> {
    outer: &'a Context,
    folder: TempDir,
    /// Stands still but for [`Tour::wait`], so that every tour is the same.
    clock: Clock,
    sandbox: Running,
}

impl Tour<'_> {
    /// The surroundings of a command of the tour, now.
    fn inner(&self) -> Context {
        let variables = BTreeMap::from([("DEMO_URL".to_owned(), self.sandbox.url().to_owned())]);
        self.outer.within(self.folder.path().to_owned(), &self.clock, variables)
    }

    fn wait(&self, long: Duration) {
        self.clock.set(self.clock.now() + long);
        self.sandbox.advance(long);
    }

    async fn sop(&self, line: &str) -> anyhow::Result<()> {
        self.command(line);
        let exit = run_words(&line.split(' ').collect::<Vec<_>>(), &self.inner()).await;
        anyhow::ensure!(exit == Exit::Done, "{line} ended with {exit:?}");
        Ok(())
    }

    fn chapter(&self, text: &Text) {
        let text = self.outer.style.say(text);
        self.outer.print(&format!("\n{}\n", self.outer.style.paint(Role::Heading, &format!("# {text}"))));
    }

    fn command(&self, line: &str) {
        self.outer
            .print(&format!("\n{}\n\n", self.outer.style.paint(Role::Emphasis, &format!("$ mpform {line}"))));
    }

    async fn plan(&self, expected: Exit) -> anyhow::Result<()> {
        self.command("plan");
        let exit =
            plan::run(&plan::Args { detailed_exitcode: true, ..plan::Args::default() }, &self.inner()).await;
        anyhow::ensure!(exit == expected, "plan ended with {exit:?} and not {expected:?}");
        Ok(())
    }

    async fn drift(&self) -> anyhow::Result<()> {
        self.command("drift");
        let exit =
            drift::run(&drift::Args { detailed_exitcode: true, ..drift::Args::default() }, &self.inner())
                .await;
        anyhow::ensure!(exit == Exit::Changes, "drift ended with {exit:?}");
        Ok(())
    }

    async fn apply(&self) -> anyhow::Result<()> {
        self.command("apply --yes");
        let args = apply::Args {
            file: None,
            selection: Selection::default(),
            yes: true,
            json: false,
            parallelism: None,
            shown: true,
        };
        let exit = apply::run(&args, &self.inner()).await;
        anyhow::ensure!(exit == Exit::Done, "apply ended with {exit:?}");
        Ok(())
    }

    /// What a colleague does in the vendor's console: another text for a rule, and a button renamed.
    fn by_hand(&self) -> anyhow::Result<()> {
        let call = |method: &str, path: &str, body: serde_json::Value| {
            let answer = self.sandbox.call(method, &format!("{ACCOUNT}/{path}"), body);
            answer.data()
        };
        let text = call("POST", "text", json!({"content": "今天盘点，下午三点关门"}));
        let rules = call("GET", "keyword?size=100", serde_json::Value::Null);
        let rule = rules["keyword"].as_array().into_iter().flatten().find(|rule| rule["name"] == "营业时间");
        let rule = rule
            .and_then(|rule| rule["id"].as_str())
            .ok_or_else(|| anyhow::anyhow!("the rule is not there"))?;
        call(
            "PUT",
            &format!("keyword/{rule}"),
            json!({"rule_name": "营业时间", "reply_id": text, "reply_type": "text"}),
        );
        self.outer.tell(&text!("  the rule 营业时间 now answers: 今天盘点，下午三点关门"));

        let menu = call("GET", "menu", serde_json::Value::Null);
        let below =
            menu[2]["sub_button"].as_array().into_iter().flatten().find(|button| button["name"] == "关于");
        let about = below
            .and_then(|button| button["id"].as_str())
            .ok_or_else(|| anyhow::anyhow!("the button is not there"))?;
        call("PUT", &format!("menu/{about}"), json!({"name": "关于我们", "sequence": 1}));
        self.outer.tell(&text!("  the button 关于 is now called 关于我们"));
        Ok(())
    }
}
