//! Recurring plans from the file to the message, at all three vendors: what is armed, what is created, what goes out,
//! and that nothing goes out twice.

use mpform::cli::Exit;
use mpform::sandbox::{Fault, Rule};
use serde_json::{Value, json};

use crate::town::Town;

mod faults;
mod kill;
mod lost;
mod time;
pub(crate) mod trial;

pub(crate) const SHOP: &str = "\
account: shop
groups: {vip: {members: [o-001, o-002]}}
sops:
  letter:
    schedule: {start: 2026-11-23, repeat: FREQ=WEEKLY;BYDAY=MO}
    audience: {group: vip}
    steps:
      - {day: 1, at: \"10:00\", send: [{text: 周一好}]}
      - {day: 3, at: \"10:00\", send: [{text: 周三好}]}
";
pub(crate) const CARE: &str = "\
account: care
sops:
  hello:
    schedule: {start: 2026-11-23, repeat: FREQ=DAILY}
    audience: {from: wxid_shop, channel: wechat, friends: [ajie, lin]}
    steps: [{day: 1, at: \"10:00\", send: [{text: 早上好}, {image: {url: https://m/a.jpg, format: jpg}}]}]
";
pub(crate) const COMMUNITY: &str = "\
account: community
sops:
  brief:
    title: 早报
    schedule: {start: 2026-11-23, repeat: FREQ=WEEKLY;BYDAY=MO}
    audience: {select: {tags: [重点]}}
    steps:
      - {day: 1, at: \"10:00\", send: [{text: 早上好}]}
      - {day: 3, at: \"18:30\", send: [{link: {title: 官网, url: https://m}}]}
";

fn town() -> Town {
    let town = Town::new();
    for (name, text) in [("shop.yaml", SHOP), ("care.yaml", CARE), ("community.yaml", COMMUNITY)] {
        town.write(name, text);
    }
    town
}

/// What youmi was asked to send: to whom, and what.
fn youmi(sent: &[(String, Value)]) -> Vec<String> {
    let messages = sent.iter().filter(|(path, _)| path.contains("doSendPublicMes"));
    let said = |body: &Value| format!("{} {}", body["ToUserName"], body["MsgType"]).replace('"', "");
    let mut messages: Vec<_> = messages.map(|(_, body)| said(body)).collect();
    // Recipients are sent to side by side, each in order.
    messages.sort_by_key(|message| message.split(' ').next().map(str::to_owned));
    messages
}

/// What yeapoo was asked to send to many.
fn broadcasts(sent: &[(String, Value)]) -> usize {
    sent.iter().filter(|(path, _)| path.ends_with("/masssend/send")).count()
}

#[test]
fn apply_arms_and_creates_and_sends_nothing() {
    let town = town();
    assert_eq!(
        town.planned(),
        [
            "create shop/group/vip",
            "create shop/sop/letter",
            "create community/sop/brief@2026-11-23",
            "create community/sop/brief@2026-11-30",
            "create care/sop/hello",
        ]
    );
    assert_eq!(town.sent(), []);
    town.apply();
    let sent = town.sent();
    assert_eq!((youmi(&sent).len(), broadcasts(&sent)), (0, 0));
    let created = sent.iter().filter(|(path, _)| path.ends_with("addGroupCorporate"));
    let titles: Vec<_> = created.map(|(_, body)| body["title"].clone()).collect();
    assert_eq!(titles, ["早报 2026-11-23", "早报 2026-11-30"]);
    assert_eq!(town.planned(), Vec::<String>::new());
    assert_eq!(town.sent(), []);
}

#[test]
fn what_is_due_goes_out_once() {
    let town = town();
    town.apply();
    town.run("sop run").expect(Exit::Done);
    town.sent();
    town.until("2026-11-23 10:05");
    town.run("sop run").expect(Exit::Done);
    let sent = town.sent();
    assert_eq!(youmi(&sent), ["ajie text", "ajie image", "lin text", "lin image"]);
    assert_eq!(broadcasts(&sent), 1);
    town.run("sop run").expect(Exit::Done);
    assert_eq!(town.sent(), []);
    // A day later only what is due then.
    town.until("2026-11-24 10:05");
    town.run("sop run").expect(Exit::Done);
    let sent = town.sent();
    assert_eq!((youmi(&sent).len(), broadcasts(&sent)), (4, 0));
    town.until("2026-11-25 10:05");
    town.run("sop run").expect(Exit::Done);
    assert_eq!(broadcasts(&town.sent()), 1);
}

#[test]
fn what_fell_due_before_the_arming_or_too_long_ago_stays_unsent() {
    let town = Town::at("2026-11-23 10:01");
    town.write("care.yaml", CARE);
    town.apply();
    town.run("sop run").expect(Exit::Done);
    assert_eq!(youmi(&town.sent()), Vec::<String>::new(), "it was due a minute before the arming");
    town.until("2026-11-24 10:31");
    town.run("sop run").expect(Exit::Done);
    assert_eq!(youmi(&town.sent()), Vec::<String>::new(), "its grace of half an hour is over");
    town.run("sop list").expect(Exit::Done).shows(&["missed"]);
}

#[test]
fn a_lost_state_loses_messages_and_doubles_none() {
    let town = town();
    town.apply();
    town.until("2026-11-23 10:05");
    town.run("sop run").expect(Exit::Done);
    town.lose_state();
    town.sent();
    town.run("sop run");
    assert_eq!(town.sent(), [], "nothing is armed");
    // Runs are found by their titles; a new one has come within reach.
    assert_eq!(
        town.planned(),
        ["create shop/sop/letter", "create community/sop/brief@2026-12-07", "create care/sop/hello"]
    );
    town.apply();
    town.run("sop run").expect(Exit::Done);
    let sent = town.sent();
    assert_eq!((youmi(&sent).len(), broadcasts(&sent)), (0, 0), "what was due before is not sent again");
    let created = sent.iter().filter(|(path, _)| path.contains("addGroup"));
    let titles: Vec<_> = created.map(|(_, body)| body["title"].clone()).collect();
    assert_eq!(titles, ["早报 2026-12-07"], "nothing is created twice");
}

#[test]
fn a_definition_that_nobody_applied_is_not_sent() {
    let town = town();
    town.apply();
    town.write("care.yaml", &CARE.replace("早上好}", "早上好呀}"));
    town.until("2026-11-23 10:05");
    town.sent();
    town.run("sop run --account care").expect(Exit::Error).says(&["MP118", "care/sop/hello"]);
    assert_eq!(town.sent(), []);
    // Taken back, it is what was reviewed.
    town.write("care.yaml", CARE);
    town.run("sop run --account care").expect(Exit::Done);
    assert_eq!(youmi(&town.sent()).len(), 4);
}

#[test]
fn an_edit_in_the_middle_of_a_run_repeats_nothing() {
    let town = town();
    town.apply();
    town.until("2026-11-23 10:05");
    town.run("sop run").expect(Exit::Done);
    // The step that went out is moved to later the same day, another is put before it.
    let moved = CARE.replace(
        "[{day: 1, at: \"10:00\", send: [{text: 早上好}, {image: {url: https://m/a.jpg, format: jpg}}]}]",
        "[{day: 1, at: \"12:00\", send: [{text: 中午好}]}, {day: 1, at: \"14:00\", send: [{text: 早上好}, {image: {url: https://m/a.jpg, format: jpg}}]}]",
    );
    town.write("care.yaml", &moved);
    town.apply();
    let plan: Value = serde_json::from_str(&town.run("plan --json").out).expect("a plan");
    let upcoming = plan["upcoming"].as_array().expect("a list").iter();
    let today: Vec<_> = upcoming.filter(|one| one["run"] == "care/sop/hello@2026-11-23").collect();
    assert_eq!(today.len(), 1, "what went out is not announced: {today:?}");
    assert_eq!((&today[0]["at"], &today[0]["messages"]), (&json!("2026-11-23T12:00:00+08:00"), &json!(2)));
    town.sent();
    town.until("2026-11-23 14:05");
    town.run("sop run").expect(Exit::Done);
    let sent = town.sent();
    assert_eq!(
        youmi(&sent),
        Vec::<String>::new(),
        "12:00 is over, and what moved to 14:00 went out at 10:00"
    );
}

#[test]
fn a_run_that_was_created_stays_as_it_was() {
    let town = town();
    town.apply();
    town.sent();
    town.write("community.yaml", &COMMUNITY.replace("早上好", "大家早"));
    let plan = town.run("plan").expect(Exit::Done);
    let plan = plan.says(&["MP115", "community/sop/brief@2026-11-23", "community/sop/brief@2026-11-30"]);
    assert!(plan.out.contains("No changes."), "{}", plan.out);
    // The one after them is made as it is declared now.
    town.until("2026-11-23 20:00");
    assert_eq!(town.planned(), ["create community/sop/brief@2026-12-07"]);
    town.write("community.yaml", "account: community\nsops: {}\n");
    let plan = town.run("plan").expect(Exit::Done).says(&["it still goes out"]);
    assert!(plan.out.contains("No changes."), "{}", plan.out);
    town.apply();
    assert_eq!(town.sent(), []);
}

#[test]
fn plan_tells_what_falls_due() {
    let town = town();
    let plan: Value = serde_json::from_str(&town.run("plan --json").out).expect("a plan");
    let upcoming = plan["upcoming"].as_array().expect("a list");
    let at = |run: &str| -> Vec<(String, u64)> {
        let of = upcoming.iter().filter(|one| one["run"] == run);
        of.map(|one| {
            (one["at"].as_str().expect("a time").to_owned(), one["messages"].as_u64().expect("a number"))
        })
        .collect()
    };
    assert_eq!(at("care/sop/hello@2026-11-24"), [("2026-11-24T10:00:00+08:00".to_owned(), 4)]);
    assert_eq!(
        at("community/sop/brief@2026-11-23"),
        [("2026-11-23T10:00:00+08:00".to_owned(), 2), ("2026-11-25T18:30:00+08:00".to_owned(), 2)]
    );
    assert_eq!(at("shop/sop/letter@2026-11-23").len(), 2);
}

#[test]
fn a_policy_holds_for_groups_that_the_vendor_was_asked_for() {
    let town = town();
    let twice = format!(
        "{COMMUNITY}  more:\n    title: 加餐\n    schedule: {{start: 2026-11-23}}\n    audience: {{groups: [{{chat: wr1, owner: \"4516\"}}]}}\n    steps: [{{day: 1, at: \"11:00\", send: [{{text: 加餐}}]}}]\n"
    );
    town.write("community.yaml", &twice);
    town.write(
        "mpform.yaml",
        &(crate::town::PROJECT.to_owned() + "policy: {max_messages_per_audience_per_day: 1}\n"),
    );
    town.run("plan --account community").expect(Exit::Error).says(&[
        "MP112",
        "community/sop/more@2026-11-23",
        "2 messages on 2026-11-23",
    ]);
    assert_eq!(town.sent(), []);
}

#[test]
fn who_joined_and_who_left_is_said_of_the_next_run() {
    let town = town();
    town.apply();
    let put = |group: Value| town.sandbox.call("POST", "/apiServer/api/v3/console/put", group);
    put(json!({"chat": "wr3", "name": "三群", "owner": "4633", "tags": [7001]}));
    town.sandbox.call("POST", "/apiServer/api/v3/console/remove", json!({"chat": "wr1"}));
    town.until("2026-11-23 20:00");
    town.run("plan").expect(Exit::Done).shows(&[
        "community/sop/brief@2026-12-07 will be created",
        "since the run of 2026-11-30 1 joined: 三群; 1 left: 一群",
    ]);
}

#[test]
fn a_year_of_runs() {
    let town = Town::at("2026-11-22 20:00");
    town.write("care.yaml", &CARE.replace("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO"));
    town.write(
        "community.yaml",
        &COMMUNITY.replace("FREQ=WEEKLY;BYDAY=MO", "\"FREQ=MONTHLY;BYMONTHDAY=29,31\""),
    );
    let mut day = crate::town::beijing("2026-11-23 10:05");
    let (mut created, mut messages) = (vec![], 0);
    for _ in 0..53 {
        town.apply();
        town.until(&day.with_timezone(&chrono_tz::Asia::Shanghai).format("%Y-%m-%d %H:%M").to_string());
        town.run("sop run").expect(Exit::Done);
        let sent = town.sent();
        messages += youmi(&sent).len();
        let runs = sent.iter().filter(|(path, _)| path.contains("addGroup"));
        created.extend(runs.map(|(_, body)| body["title"].as_str().expect("a title").to_owned()));
        day += chrono::TimeDelta::weeks(1);
    }
    assert_eq!(messages, 53 * 4);
    let once: std::collections::BTreeSet<_> = created.iter().collect();
    assert_eq!(once.len(), created.len(), "no run is created twice: {created:?}");
    assert!(
        created.contains(&"早报 2027-01-31".to_owned())
            && !created.iter().any(|title| title.contains("2027-02"))
    );
}

#[test]
fn doctor_says_whether_credentials_are_taken() {
    let town = town();
    town.run("doctor").expect(Exit::Done).shows(&["✓ care", "its credentials are taken", "lists sops 0"]);
    assert_eq!(youmi(&town.sent()), Vec::<String>::new());
    town.write("mpform.yaml", &crate::town::PROJECT.replace("secret-of-client", "another"));
    let ran = town.run("doctor --account care").expect(Exit::Error).shows(&["✗ care"]);
    assert!(!ran.err.contains("another"), "{}", ran.err);
}

#[test]
fn a_policy_that_became_stricter_holds_what_is_armed() {
    let town = town();
    town.apply();
    let strict =
        |policy: &str| town.write("mpform.yaml", &format!("{}policy: {policy}\n", crate::town::PROJECT));
    town.until("2026-11-23 10:05");
    town.sent();
    for (policy, code) in
        [("{forbidden_words: [早上]}", "MP027"), ("{quiet_hours: \"09:00-11:00\"}", "MP111")]
    {
        strict(policy);
        town.run("sop run --account care").expect(Exit::Error).says(&[code, "care/sop/hello@2026-11-23"]);
        assert_eq!(town.sent(), []);
    }
    // What it has against another time is nothing against this one.
    strict("{quiet_hours: \"22:00-08:00\"}");
    town.run("sop run --account care").expect(Exit::Done);
    assert_eq!(youmi(&town.sent()).len(), 4);
}

#[test]
fn a_policy_holds_each_of_two_runs_that_land_on_one_day() {
    let town = Town::new();
    let moved = CARE.replace(
        "FREQ=DAILY}",
        "FREQ=DAILY, skip: [2026-11-23, 2026-11-24], when_skipped: next_workday, until: 2026-11-24}",
    );
    town.write("care.yaml", &moved);
    town.apply();
    town.until("2026-11-25 10:05");
    let with = |policy: &str| {
        town.write("mpform.yaml", &format!("{}policy: {policy}\n", crate::town::PROJECT));
        town.sent();
        town.run("sop run --account care")
    };
    with("{quiet_hours: \"09:00-11:00\"}").expect(Exit::Error).says(&["MP111", "in 1 more run"]);
    assert_eq!(town.sent(), []);
    // Two of the four to each may go out: those of one of the runs.
    with("{max_messages_per_audience_per_day: 2}").expect(Exit::Error).says(&["MP112", "hello@2026-11-24"]);
    assert_eq!(youmi(&town.sent()), ["ajie text", "ajie image", "lin text", "lin image"]);
}

#[test]
fn a_policy_holds_for_the_run_that_is_meant() {
    let town = town();
    let policy = "policy: {forbidden_words: [早上]}\n";
    town.write("mpform.yaml", &(crate::town::PROJECT.to_owned() + policy));
    let run = "community/sop/brief@2026-11-30";
    town.run(&format!("apply --yes --target {run}")).expect(Exit::Error).says(&["MP027", run]);
    assert_eq!(town.sent(), []);
}

#[test]
fn a_plan_says_all_that_goes_out() {
    let town = town();
    town.write("care.yaml", &CARE.replace("    steps:", "    ignore: [steps]\n    steps:"));
    town.run("validate").expect(Exit::Error).says(&[
        "MP014",
        "care.yaml:6:5",
        "nothing live that could be left alone",
    ]);
}

#[test]
fn what_is_missed_is_told() {
    let town = town();
    town.apply();
    town.until("2026-11-23 10:05");
    town.write("care.yaml", &CARE.replace("早上好}", "早上好呀}"));
    town.run("plan").expect(Exit::Done).says(&["MP117", "4 messages are due now by what is armed"]);
    town.write("care.yaml", CARE);
    town.until("2026-11-23 10:31");
    town.run("sop run --account care")
        .expect(Exit::Done)
        .says(&["care/sop/hello@2026-11-23: 4 messages did not go out"]);
    town.lose_state();
    town.write("community.yaml", &COMMUNITY.replace("早报", "午报"));
    town.run("plan").expect(Exit::Done).says(&["MP117", "community/sop/brief@2026-11-23", "it is missed"]);
}

#[test]
fn history_looks_back_a_week() {
    let town = town();
    town.apply();
    town.until("2026-11-23 10:05");
    town.run("sop run").expect(Exit::Done);
    let letter = "shop/sop/letter@2026-11-23 step 1, to vip";
    town.run("sop history").expect(Exit::Done).shows(&[letter]);
    town.until("2026-12-02 09:00");
    let later = town.run("sop history").expect(Exit::Done);
    assert_eq!(later.out, "nothing was sent since 2026-11-25; `--since` looks further back\n");
    town.run("sop history --since 2026-11-23").expect(Exit::Done).shows(&[letter]);
    town.run("sop history --run shop/sop/letter@2026-11-23").expect(Exit::Done).shows(&[letter]);
    let none = town.run("sop history --run shop/sop/letter@2026-11-30").expect(Exit::Done);
    assert_eq!(none.out, "nothing of shop/sop/letter@2026-11-30 was sent yet\n");
}

#[test]
fn the_example_shop_has_a_plan_of_each_vendors() {
    let mut town = Town::with(mpform::sandbox::Seed::Demo, "2026-11-22 20:00");
    let from = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/shop");
    crate::world::copy(&from, &town.path(""));
    let project = std::fs::read_to_string(from.join("mpform.yaml")).expect("is there");
    town.write("mpform.yaml", &project.replace("http://127.0.0.1:7070", town.sandbox.url()));
    town.environment = Some("sandbox".to_owned());
    let plans = ["shop/sop/vip-letter", "community/sop/monday-brief@2026-11-23", "care/sop/weekend-call"];
    for plan in plans {
        assert!(town.planned().contains(&format!("create {plan}")), "{plan}");
    }
    town.apply();
    assert_eq!(town.planned(), Vec::<String>::new());
    town.sent();
    town.until("2026-11-27 16:01");
    town.run("sop run").expect(Exit::Done).shows(&["Messages: 6 sent, 0 failed"]);
    assert_eq!(youmi(&town.sent()).len(), 6);
    town.until("2026-12-01 10:01");
    town.run("sop run").expect(Exit::Done).shows(&["shop/sop/vip-letter@2026-12-01 step 1, to vip"]);
    assert_eq!(broadcasts(&town.sent()), 1);
    town.until("2026-12-02 10:01");
    town.run("sop run").expect(Exit::Done).shows(&["material poster"]);
    town.run("sop list --from 2026-11-23 --to 2026-12-03")
        .shows(&["@2026-12-01  sent", "@2026-11-30  created"]);
}

#[test]
fn no_secret_shows() {
    let town = town();
    let mut all = String::new();
    let mut run = |line: &str| {
        let ran = town.run(line);
        all += &(ran.out + &ran.err);
    };
    run(&format!("plan -o {}", town.path("plan.json").display()));
    for line in ["validate", "plan --json", "plan --markdown", "apply --yes", "doctor -v"] {
        run(line);
    }
    town.until("2026-11-23 10:05");
    town.sandbox.fault(Rule::new("POST", "connect/token", Fault::Html).always());
    run("sop run --json");
    town.sandbox.clear_faults();
    town.sandbox.fault(Rule::new("POST", "doSendPublicMes", Fault::Status { status: 401 }));
    for line in ["sop run", "sop history --json", "sop list --json", "state list", "drift"] {
        run(line);
    }
    town.write("mpform.yaml", &(crate::town::PROJECT.to_owned() + "policy: [nonsense]\n"));
    run("plan");
    let mut folders = vec![town.path("")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|ending| ending != "yaml") {
                all += &std::fs::read_to_string(&path).unwrap_or_default();
            }
        }
    }
    assert!(all.contains("care/sop/hello@2026-11-23") && town.path("plan.json").exists());
    for secret in ["key-of-ww1", "secret-of-client"] {
        assert!(!all.contains(secret), "{secret} shows");
    }
}

#[test]
fn a_run_under_another_key_is_the_same_run() {
    let town = town();
    town.apply();
    town.sent();
    town.write("community.yaml", &COMMUNITY.replace("brief:", "news:"));
    let plan = town.run("plan").expect(Exit::Done);
    plan.shows(&["community/sop/brief@2026-11-23 → community/sop/news@2026-11-23", "No changes."]);
    town.apply();
    assert!(!town.run("state list").out.contains("sop/brief"));
    // Also for others: who is not among its groups is told.
    let others = COMMUNITY
        .replace("brief:", "more:")
        .replace("{select: {tags: [重点]}}", "{groups: [{chat: wr3, owner: \"4633\"}]}");
    town.write("community.yaml", &others);
    town.run("plan").expect(Exit::Done).shows(&["No changes."]).says(&["MP115", "does not go to 三群 (wr3)"]);
    town.apply();
    assert_eq!(town.sent(), []);
}
