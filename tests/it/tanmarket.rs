//! Plans at Tanmarket, from the command line: runs are created ahead, once, and the vendor sends them.

use mpform::cli::Exit;
use mpform::sandbox::{Fault, Rule};
use serde_json::{Value, json};

use crate::town::{Ran, Town, beijing, project_of};

/// A weekly plan for the groups of one owner.
const PLANS: &str = "\
account: community
sops:
  brief:
    title: 周一早报
    schedule: {start: 2026-11-23, repeat: FREQ=WEEKLY;BYDAY=MO, ahead: 8d}
    audience: {select: {owner: 4516}}
    steps:
      - {day: 1, at: \"10:00\", send: [{text: \"#客户昵称# 早上好\"}]}
      - {day: 3, at: \"18:30\", send: [{link: {title: 官网, url: \"https://m.example.com\"}}]}
";
const FIRST: &str = "community/sop/brief@2026-11-23";
const SECOND: &str = "community/sop/brief@2026-11-30";

fn town(plans: &str) -> Town {
    let town = Town::new().only("community");
    town.write("community.yaml", plans);
    town
}

/// The same plan, for one run.
fn of_one_run() -> String {
    PLANS.replace(", repeat: FREQ=WEEKLY;BYDAY=MO, ahead: 8d", "")
}

fn once() -> Town {
    town(&of_one_run())
}

fn app(town: &Town) -> Value {
    town.sandbox.state()["tanmarket"]["apps"]["ww1"].clone()
}

/// What each group gets, by chat: time and title.
fn messages(town: &Town, chat: &str) -> Vec<String> {
    let app = app(town);
    let group = app["groups"].as_array().expect("groups").iter().find(|group| group["chat"] == chat);
    let messages = group.expect("the group")["messages"].as_array().expect("messages").iter();
    messages.map(|one| format!("{} {}", one["at"], one["title"]).replace('"', "")).collect()
}

fn once_each(town: &Town) {
    for chat in ["wr1", "wr2"] {
        assert_eq!(
            messages(town, chat),
            ["2026-11-23 10:00 周一早报 2026-11-23", "2026-11-25 18:30 周一早报 2026-11-23"]
        );
    }
    assert_eq!(messages(town, "wr3"), Vec::<String>::new());
}

fn break_creates(town: &Town, fault: Fault) {
    town.sandbox.fault(Rule::new("POST", "addGroup", fault));
}

fn json_of(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", ran.out, ran.err))
}

#[test]
fn a_plan_shows_each_run_with_its_groups_and_apply_creates_it_once() {
    let town = town(PLANS);
    let plan = json_of(&town.run("plan --json").expect(Exit::Done));
    let changes = plan["changes"].as_array().expect("changes");
    let named: Vec<_> = changes.iter().map(|change| (&change["action"], &change["address"])).collect();
    assert_eq!(named, [(&json!("create"), &json!(FIRST)), (&json!("create"), &json!(SECOND))]);
    let shown = town.run("plan").expect(Exit::Done);
    shown.shows(&[FIRST, "一群", "二群", "甲"]);
    assert_eq!(town.sandbox.writes(), []);

    town.apply();
    let bodies = town.sent();
    assert_eq!(
        bodies[0],
        (
            "/apiServer/api/v3/groupSop/addGroupCorporate".to_owned(),
            json!({
                "groupInfos": [
                    {"chatId": "wr1", "chatOwner": "4516"},
                    {"chatId": "wr2", "chatOwner": "4516"},
                ],
                "title": "周一早报 2026-11-23",
                "mode": 1,
                // Sunday, the day of the create, is day 1.
                "sopContents": [
                    {"showDate": 2, "showTime": "10:00", "sopDatas": [{"type": 1, "content": "#客户昵称# 早上好"}]},
                    {"showDate": 4, "showTime": "18:30",
                        "sopDatas": [{"type": 3, "title": "官网", "link": "https://m.example.com"}]},
                ],
            })
        )
    );
    assert_eq!((bodies.len(), &bodies[1].1["title"]), (2, &json!("周一早报 2026-11-30")));
    assert_eq!(
        messages(&town, "wr1"),
        [
            "2026-11-23 10:00 周一早报 2026-11-23",
            "2026-11-25 18:30 周一早报 2026-11-23",
            "2026-11-30 10:00 周一早报 2026-11-30",
            "2026-12-02 18:30 周一早报 2026-11-30",
        ]
    );
    assert_eq!(town.planned(), Vec::<String>::new());
    town.apply();
    assert_eq!(town.sent(), []);
    // The next one comes when it is time.
    town.until("2026-11-29 09:00");
    assert_eq!(town.planned(), ["create community/sop/brief@2026-12-07"]);
}

#[test]
fn a_run_that_is_created_and_not_declared_is_told_until_its_last_message() {
    let town = town(PLANS);
    town.apply();
    let with = |from: &str, to: &str| town.write("community.yaml", &PLANS.replace(from, to));
    // It is declared all the same: only the next one is not to be made so early.
    with("ahead: 8d", "ahead: 0m");
    assert_eq!(town.run("plan --json").expect(Exit::Done).err, "");
    with("BYDAY=MO", "BYDAY=TU");
    let plan = town.run("plan").expect(Exit::Done);
    plan.says(&[FIRST, SECOND, "it still goes out"]);
    town.until("2026-12-02 18:29");
    town.run("plan").says(&["MP115", SECOND, "it still goes out"]);
    town.until("2026-12-02 18:31");
    let plan = town.run("plan");
    assert!(!plan.err.contains("MP115"), "{}", plan.err);
}

#[test]
fn hours_of_ahead_count() {
    let town = town(&PLANS.replace("ahead: 8d", "ahead: 3h"));
    assert_eq!(town.planned(), Vec::<String>::new());
    town.until("2026-11-22 21:00");
    assert_eq!(town.planned(), [format!("create {FIRST}")]);
}

#[test]
fn a_lost_state_finds_its_runs_again_by_title() {
    let town = once();
    town.apply();
    town.lose_state();
    assert_eq!(town.planned(), Vec::<String>::new());
    town.apply();
    assert_eq!(town.sandbox.writes().len(), 1);
    once_each(&town);
    // An edit is too late, and said so.
    town.write("community.yaml", &of_one_run().replace("早上好", "晚上好"));
    town.run("plan").expect(Exit::Done).says(&["MP115", "it was created before"]);
    assert_eq!(town.planned(), Vec::<String>::new());
}

#[test]
fn a_title_that_another_group_carries_is_nobodys_run() {
    let town = once();
    let body = json!({"title": "周一早报 2026-11-23", "groupInfos": [{"chatId": "wr3", "chatOwner": "4633"}],
        "sopContents": [{"showDate": 2, "showTime": "08:00", "sopDatas": [{"type": 1, "content": "别的"}]}]});
    town.sandbox.call("POST", "/api/v3/groupSop/addGroupCorporate?appId=ww1", body);
    assert_eq!(town.planned(), [format!("create {FIRST}")]);
    town.apply();
    assert_eq!((messages(&town, "wr1").len(), messages(&town, "wr3").len()), (2, 1));
}

#[test]
fn an_answer_that_is_lost_makes_nothing_twice() {
    let town = once();
    break_creates(&town, Fault::ResetAfter);
    town.apply();
    assert_eq!(town.planned(), Vec::<String>::new());
    town.apply();
    assert_eq!(town.sandbox.writes().len(), 1);
    once_each(&town);
}

#[test]
fn a_create_that_never_arrived_is_made_by_the_next_apply() {
    let town = once();
    break_creates(&town, Fault::ResetBefore);
    let ran = town.run("apply --yes").expect(Exit::Partial);
    ran.says(&[FIRST, "0 of 2 groups carry its title", "Uncertain"]);
    assert_eq!(town.sandbox.writes().len(), 1, "never blindly again");
    // A list may be late: it is not asked for again so soon, and a person may say what came of it.
    town.run("plan").expect(Exit::Done).says(&["MP116", "not asked for again so soon", "sop resolve"]);
    assert_eq!(town.planned(), Vec::<String>::new());
    town.run("apply --yes");
    assert_eq!(town.sandbox.writes().len(), 1);
    town.run("sop list").shows(&["uncertain"]);
    town.until("2026-11-22 20:03");
    assert_eq!(town.planned(), [format!("create {FIRST}")]);
    town.apply();
    once_each(&town);
    assert_eq!(town.planned(), Vec::<String>::new());
}

#[test]
fn what_came_of_a_create_is_unknown_while_no_list_can_be_read() {
    let town = once();
    // The plan asks for the list, and the create before it sends; what comes after fails.
    let list = Rule::new("POST", "getGroupList", Fault::Status { status: 404 });
    town.sandbox.fault(list.skip(2).always());
    let ran = town.run("apply --yes").expect(Exit::Partial);
    ran.says(&["Uncertain:", "perhaps created"]);
    town.run("plan").expect(Exit::Error);
    town.sandbox.clear_faults();
    assert_eq!(town.planned(), Vec::<String>::new());
    town.apply();
    once_each(&town);
}

#[test]
fn a_refusal_says_what_the_vendor_said() {
    let town = once();
    break_creates(&town, Fault::Code { code: 40417, message: "参数校验失败: showDate".into() });
    town.run("apply --yes").expect(Exit::Partial).says(&["code 40417: 参数校验失败: showDate"]);
    assert_eq!(town.sandbox.writes().len(), 1);
    town.apply();
    once_each(&town);
}

#[test]
fn a_wrong_key_and_a_wrong_clock_are_named() {
    let town = once();
    let project = project_of("community");
    town.write("mpform.yaml", &project.replace("key-of-ww1", "another-key"));
    let ran = town.run("plan").expect(Exit::Error).says(&["code 1002", "app_key"]);
    assert!(!ran.err.contains("another-key") && !ran.out.contains("another-key"));
    town.write("mpform.yaml", &project);
    town.clock.set(beijing("2026-11-22 21:00"));
    town.run("plan").expect(Exit::Error).says(&[
        "code 1003",
        "the clock here says 2026-11-22T13:00:00Z",
        "the vendor's clock says Sun, 22 Nov 2026 12:00:00 GMT",
        "set this machine's clock",
    ]);
}

#[test]
fn the_assistant_gets_times_and_days_may_begin_at_0() {
    let town = once();
    town.write(
        "mpform.yaml",
        &project_of("community").replace("app_id: ww1", "app_id: ww1\n    first_day: 0"),
    );
    let plan = std::fs::read_to_string(town.path("community.yaml")).expect("reads");
    let other = plan
        .replace("  brief:", "  other:")
        .replace("周一早报", "助手")
        .replace("account: community\nsops:\n", "");
    town.write(
        "community.yaml",
        &(plan + &other.replace("    audience", "    delivery: assistant\n    audience")),
    );
    town.apply();
    let sent = town.sent();
    let of = |path: &str| sent.iter().find(|(at, _)| at.ends_with(path)).map(|(_, body)| body).expect("sent");
    assert_eq!(of("addGroupCorporate")["sopContents"][0]["showDate"], 1);
    let assistant = of("addGroupAssistant");
    assert_eq!(
        (&assistant["chatIds"], &assistant["owners"], &assistant["sopContents"][1]["sendTime"]),
        (&json!(["wr1", "wr2"]), &json!(["4516"]), &json!("2026-11-25 18:30"))
    );
    assert_eq!(town.planned(), Vec::<String>::new());
}

#[test]
fn an_audience_of_nobody_or_of_unknown_groups_is_refused() {
    let town = once();
    let plan = std::fs::read_to_string(town.path("community.yaml")).expect("reads");
    let with =
        |audience: &str| town.write("community.yaml", &plan.replace("{select: {owner: 4516}}", audience));
    with("{select: {name_contains: 没有}}");
    town.run("plan").expect(Exit::Error).says(&["MP113", "the audience selects none"]);
    with("{groups: [{chat: wr1, owner: 4516}, {chat: wr9, owner: 4516}]}");
    town.run("apply --yes").expect(Exit::Error).says(&["MP012", "shows no group wr9", "community.yaml:6:"]);
    assert_eq!(town.sandbox.writes(), []);
    with("{select: {name_contains: 没有}, allow_empty: true}");
    town.apply();
    assert_eq!((town.sandbox.writes(), town.planned()), (vec![], vec![]));
}

#[test]
fn who_joins_later_gets_later_runs_only() {
    let town = town(PLANS);
    town.apply();
    town.sent();
    let group = json!({"chat": "wr4", "name": "四群", "owner": "4516"});
    town.sandbox.call("POST", "/api/v3/console/put?appId=ww1", group);
    assert_eq!(town.planned(), Vec::<String>::new());
    town.until("2026-11-29 09:00");
    town.apply();
    let sent = town.sent();
    assert_eq!((sent.len(), sent[0].1["groupInfos"].as_array().map(Vec::len)), (1, Some(3)));
    // Who leaves the list leaves its runs as they are.
    town.sandbox.call("POST", "/api/v3/console/remove?appId=ww1", json!({"chat": "wr1"}));
    assert_eq!(town.planned(), Vec::<String>::new());
}

#[test]
fn a_list_that_ceases_to_show_a_run_changes_nothing() {
    let town = once();
    town.apply();
    town.sent();
    for (chat, name) in [("wr1", "一群"), ("wr2", "二群")] {
        let group = json!({"chat": chat, "name": name, "owner": "4516"});
        town.sandbox.call("POST", "/api/v3/console/put?appId=ww1", group);
    }
    assert_eq!(town.run("plan --json").expect(Exit::Done).err, "");
    assert_eq!(town.planned(), Vec::<String>::new());
    town.apply();
    assert_eq!(town.sent(), []);
}

#[test]
fn an_account_of_plans_only_is_exported_without_them() {
    let town = once();
    town.apply();
    let to = town.path("out");
    town.run(&format!("export community -o {}", to.display()))
        .expect(Exit::Done)
        .says(&["0 objects of community exported"]);
}
