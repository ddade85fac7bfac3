use serde_json::{Value, json};

use super::super::testing::{Bench, WORLD, create, run, run_to, update};
use super::*;
use crate::problem::Level;
use crate::sandbox::{Fault, Rule};

const TITLE: &str = "早报 2026-01-07";
const TWO: [(&str, &str); 2] = [("wr1", "4516"), ("wr2", "4516")];

fn chats(run: &Scheduled) -> Vec<String> {
    chosen::standing(&run.audience).expect("groups").into_iter().map(|one| one.chat).collect()
}

async fn have(bench: &Bench, want: Option<&Scheduled>) -> Option<Scheduled> {
    bench.reader().read(&TITLE.into(), want, None).await.expect("a read")
}

#[tokio::test]
async fn what_was_made_is_listed_by_its_title_and_read_back_as_it_is_wanted() {
    let bench = Bench::new(WORLD).await;
    let want = run_to(&TWO);
    assert_eq!(create(&bench.writer(), &want).await, Ok(TITLE.into()));
    assert_eq!(bench.calls(), ["getGroupList", "addGroupCorporate", "getGroupList"]);
    let found = bench.reader().list().await.expect("a list");
    assert_eq!((found.len(), found[0].natural.as_str(), found[0].id.as_str()), (1, TITLE, TITLE));
    let body = found[0].body.as_ref().expect("a body");
    assert_eq!((chats(body), body.steps.len()), (vec!["wr1".into(), "wr2".into()], 0));
    // With the names that were planned, nothing differs.
    let mut fitted = want.clone();
    assert_eq!(bench.reader().fit(&mut fitted, None).await, Ok(vec![]));
    assert_eq!(have(&bench, Some(&fitted)).await, Some(fitted));
    assert_eq!(bench.messages(), [1, 1, 0]);
    assert_eq!(bench.app()["sops"][0]["steps"][0]["at"], "2026-01-07 10:00");
}

#[tokio::test]
async fn everything_that_goes_through_a_reader_is_the_one_documented_read() {
    let bench = Bench::new(WORLD).await;
    let reader = bench.reader();
    reader.list().await.expect("a list");
    reader.read(&TITLE.into(), None, None).await.expect("a read");
    reader.read(&TITLE.into(), Some(&run_to(&TWO)), None).await.expect("a read");
    reader.fit(&mut run(json!({"select": {}})), None).await.expect("findings");
    assert_eq!(bench.sandbox.writes(), []);
    assert_eq!(bench.calls(), ["getGroupList"], "a view asks once");
}

#[tokio::test]
async fn what_is_known_of_a_run_is_what_it_is_though_no_list_shows_it() {
    let bench = Bench::new(WORLD).await;
    let known = run_to(&TWO);
    let read = bench.reader().read(&TITLE.into(), Some(&run_to(&[])), Some(&known)).await;
    assert_eq!(read, Ok(Some(known)));
    assert_eq!(have(&bench, Some(&run_to(&TWO))).await, None);
    assert_eq!(have(&bench, None).await, None);
}

#[tokio::test]
async fn a_title_in_a_group_that_is_not_wanted_is_anothers() {
    let bench = Bench::new(WORLD).await;
    create(&bench.writer(), &run_to(&[("wr3", "4633")])).await.expect("made");
    assert_eq!(have(&bench, Some(&run_to(&TWO))).await, None);
    let partly = have(&bench, Some(&run_to(&[("wr1", "4516"), ("wr3", "4633")]))).await.expect("there");
    assert_eq!(chats(&partly), ["wr3"]);
}

#[tokio::test]
async fn a_group_that_carries_the_title_is_left_out() {
    let bench = Bench::new(WORLD).await;
    create(&bench.writer(), &run_to(&[("wr1", "4516")])).await.expect("made");
    create(&bench.writer(), &run_to(&TWO)).await.expect("made");
    create(&bench.writer(), &run_to(&TWO)).await.expect("there");
    assert_eq!(bench.messages(), [1, 1, 0]);
    assert_eq!(bench.sandbox.writes().len(), 2, "where none is left nothing is sent");
}

#[tokio::test]
async fn an_audience_comes_to_groups_by_name_and_owner() {
    let bench = Bench::new(WORLD).await;
    let groups = |want: &Scheduled| want.audience.0["groups"].clone();
    let mut want = run(json!({"select": {"owner": "4516"}}));
    assert_eq!(bench.reader().fit(&mut want, None).await, Ok(vec![]));
    assert_eq!(
        groups(&want),
        json!([
            {"chat": "wr1", "owner": "4516", "name": "一群", "owner_name": "甲"},
            {"chat": "wr2", "owner": "4516", "name": "二群", "owner_name": "甲"},
        ])
    );
    assert_eq!(want.audience.0["select"], json!({"owner": "4516"}));
    for (audience, levels) in [
        (json!({"select": {"owner": "1"}}), vec![(Code::EmptyAudience, Level::Error)]),
        (json!({"select": {"owner": "1"}, "allow_empty": true}), vec![]),
        (json!({"groups": [{"chat": "wr9", "owner": "1"}]}), vec![(Code::DanglingReference, Level::Error)]),
        (json!({"groups": [{"chat": "wr1", "owner": "1"}]}), vec![(Code::DanglingReference, Level::Warning)]),
    ] {
        let found = bench.reader().fit(&mut run(audience.clone()), None).await.expect("findings");
        assert_eq!(found.iter().map(|one| (one.code, one.level)).collect::<Vec<_>>(), levels, "{audience}");
    }
}

#[tokio::test]
async fn who_joins_after_a_run_was_made_is_not_among_those_that_get_it() {
    let bench = Bench::new(WORLD).await;
    let have = run(json!({"groups": [{"chat": "wr1", "owner": "4516"}], "select": {"owner": "4516"}}));
    let mut want = run(json!({"select": {"owner": "4516"}}));
    let id = TITLE.into();
    // Whoever comes too late is told, whether selected or named.
    for mut want in [want.clone(), run_to(&TWO)] {
        let found = bench.reader().fit(&mut want, Some((&id, &have))).await.expect("findings");
        assert_eq!(found.iter().map(|one| one.code).collect::<Vec<_>>(), [Code::Settled]);
        assert!(found[0].message.en().ends_with("does not go to 二群 (wr2)"), "{}", found[0].message.en());
        assert_eq!(chats(&want), ["wr1"]);
    }
    want.audience = have.audience.clone();
    want.audience.0.shift_remove("select");
    assert_eq!(bench.reader().fit(&mut want, Some((&id, &have))).await, Ok(vec![]));
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_looking() {
    for fault in [Fault::ResetAfter, Fault::Cut] {
        let bench = Bench::new(&WORLD.replace("creator:", "create_answer: envelope\n      creator:")).await;
        bench.sandbox.fault(Rule::new("POST", "addGroup", fault));
        assert_eq!(create(&bench.writer(), &run_to(&TWO)).await, Ok(TITLE.into()));
        assert_eq!(bench.messages(), [1, 1, 0]);
    }
}

#[tokio::test]
async fn what_may_have_been_made_is_uncertain_until_a_look_shows_it() {
    let bench = Bench::new(WORLD).await;
    bench.sandbox.fault(Rule::new("POST", "addGroup", Fault::ResetBefore));
    let writer = bench.writer();
    let error = create(&writer, &run_to(&TWO)).await.expect_err("unknown");
    assert_eq!(error.happened, Happened::Maybe);
    assert!(error.message.en().contains("0 of 2 groups carry its title"), "{error}");
    assert_eq!(bench.sandbox.writes().len(), 1);
    // A later plan, after a look of its own, may.
    create(&bench.writer(), &run_to(&TWO)).await.expect("made");
    assert_eq!(bench.messages(), [1, 1, 0]);
}

#[tokio::test]
async fn what_came_of_it_is_unknown_where_no_look_is_possible() {
    let bench = Bench::new(WORLD).await;
    bench.sandbox.fault(Rule::new("POST", "getGroupList", Fault::Status { status: 404 }).skip(1).always());
    let error = create(&bench.writer(), &run_to(&TWO)).await.expect_err("unknown");
    assert_eq!(error.happened, Happened::Maybe);
    assert_eq!(bench.messages(), [1, 1, 0]);
}

#[tokio::test]
async fn a_refusal_is_one() {
    let bench = Bench::new(WORLD).await;
    let writer = bench.writer();
    for code in [40417, 1002, -1, 7] {
        let refuse = Fault::Code { code, message: "不行".into() };
        bench.sandbox.fault(Rule::new("POST", "addGroup", refuse));
        let error = create(&writer, &run_to(&TWO)).await.expect_err("refused");
        assert_eq!((error.happened, error.code), (Happened::No, Some(code.to_string())));
        bench.sandbox.clear_faults();
    }
    create(&writer, &run_to(&TWO)).await.expect("made");
    assert_eq!(bench.messages(), [1, 1, 0]);
}

/// The vendor checks owners; nothing is made, and no look is needed to know what it said.
#[tokio::test]
async fn a_group_that_the_vendor_refuses_makes_nothing() {
    let bench = Bench::new(WORLD).await;
    let error =
        create(&bench.writer(), &run_to(&[("wr1", "4516"), ("wr2", "1")])).await.expect_err("refused");
    assert_eq!((error.happened, error.code.as_deref()), (Happened::No, Some("-1")));
    assert_eq!(bench.messages(), [0, 0, 0]);
}

#[tokio::test]
async fn nothing_is_sent_for_what_is_due_already() {
    let bench = Bench::at(WORLD, "2026-01-07T03:00:00Z").await;
    let error = create(&bench.writer(), &run_to(&TWO)).await.expect_err("too late");
    assert_eq!((error.happened, error.call.as_str()), (Happened::No, "nothing sent"));
    assert_eq!(bench.sandbox.writes(), []);
}

#[tokio::test]
async fn nothing_can_change_or_go() {
    let bench = Bench::new(WORLD).await;
    let (have, mut want) = (run_to(&TWO), run_to(&TWO));
    want.steps[0].send = serde_json::from_value(json!([{"text": "晚"}])).expect("items");
    let error = update(&bench.writer(), &have, &want).await.expect_err("no call");
    assert_eq!((error.message.en(), error.happened), (NO_CALL.en(), Happened::No));
    assert!(bench.writer().delete("早报", &TITLE.into()).await.is_err());
    assert_eq!(bench.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn an_audience_of_nobody_makes_nothing() {
    let bench = Bench::new(WORLD).await;
    let nobody = run(json!({"groups": [], "allow_empty": true}));
    assert_eq!(create(&bench.writer(), &nobody).await, Ok(TITLE.into()));
    assert_eq!(bench.sandbox.writes(), []);
}

#[tokio::test]
async fn the_assistant_is_asked_by_times() {
    let mut bench = Bench::new(WORLD).await;
    bench.counting.first_day = 0;
    let mut want = run_to(&TWO);
    want.delivery = Some(crate::model::sop::Delivery::Assistant);
    create(&bench.writer(), &want).await.expect("made");
    let sop: Value = bench.app()["sops"][0].clone();
    assert_eq!(
        (&sop["endpoint"], &sop["steps"][0]["at"]),
        (&json!("addGroupAssistant"), &json!("2026-01-07 10:00"))
    );
}
