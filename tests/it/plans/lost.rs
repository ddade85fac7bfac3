//! What is remembered gets lost, or is of another account: messages are lost with it, and none goes out twice.

use mpform::cli::Exit;

use super::trial::got;
use crate::town::{SEED, Town};

/// Three days, and every day a run of them begins.
const CARE: &str = "\
account: care
sops:
  hello:
    schedule: {start: 2026-11-23, repeat: FREQ=DAILY;COUNT=2}
    audience: {from: wxid_shop, channel: wechat, friends: [ajie, lin]}
    steps:
      - {day: 1, at: \"10:00\", send: [{text: 一}]}
      - {day: 2, at: \"10:00\", send: [{text: 二}]}
      - {day: 2, at: \"18:00\", send: [{text: 二晚}]}
      - {day: 3, at: \"10:00\", send: [{text: 三}]}
";

fn town() -> Town {
    let town = Town::new().only("care");
    town.write("care.yaml", CARE);
    town.apply();
    town
}

/// How often one of the two got each text.
fn texts(town: &Town) -> Vec<(String, usize)> {
    let got = got(&town.sandbox).into_iter().filter(|((to, _), _)| to == "ajie");
    got.map(|((_, what), times)| (what, times)).collect()
}

fn many(list: &[(&str, usize)]) -> Vec<(String, usize)> {
    list.iter().map(|(words, times)| (format!("text {words}"), *times)).collect()
}

#[test]
fn a_state_that_is_lost_between_two_days() {
    let town = town();
    town.until("2026-11-23 10:05");
    town.run("sop run").expect(Exit::Done);
    town.until("2026-11-24 10:05");
    town.run("sop run").expect(Exit::Done);
    assert_eq!(texts(&town), many(&[("一", 2), ("二", 1)]));
    town.lose_state();
    town.run("sop run").expect(Exit::Done).says(&["it was never armed"]);
    town.apply();
    // What is still within its grace was due before the arming.
    town.run("sop run").expect(Exit::Done);
    assert_eq!(texts(&town), many(&[("一", 2), ("二", 1)]));
    // What comes after goes out, once for each run.
    for moment in
        ["2026-11-24 18:05", "2026-11-25 10:05", "2026-11-25 18:05", "2026-11-26 10:05", "2026-11-27 10:05"]
    {
        town.until(moment);
        town.run("sop run").expect(Exit::Done);
        town.run("sop run").expect(Exit::Done);
    }
    assert_eq!(texts(&town), many(&[("一", 2), ("三", 2), ("二", 2), ("二晚", 2)]));
}

/// Lost with messages that nobody knew anything of: they are not tried again.
#[test]
fn a_state_that_is_lost_with_uncertain_messages() {
    let town = town();
    town.until("2026-11-23 10:05");
    let lost = mpform::sandbox::Fault::ResetAfter;
    town.sandbox.fault(mpform::sandbox::Rule::new("", "doSendPublicMes", lost).always());
    town.run("sop run").expect(Exit::Partial);
    town.sandbox.clear_faults();
    town.lose_state();
    town.apply();
    town.until("2026-11-23 10:10");
    town.run("sop run").expect(Exit::Done);
    assert_eq!(texts(&town), many(&[("一", 1)]));
}

/// The account becomes another one in the middle of a run, and then the old one again: nobody gets anything twice.
#[test]
fn another_account_in_the_middle_of_a_run() {
    let seed = SEED.replace(
        "youmi:\n  clients:\n",
        "youmi:\n  clients:\n    other:\n      secret: secret-of-client\n      accounts: [{wechat: wxid_shop, relation: 0, friends: [ajie, lin]}]\n",
    );
    let town = Town::seeded("2026-11-22 20:00", &seed).only("care");
    town.write("care.yaml", CARE);
    town.apply();
    town.until("2026-11-23 10:05");
    town.run("sop run").expect(Exit::Done);
    let project = crate::town::project_of("care");
    town.write("mpform.yaml", &project.replace("client_id: client", "client_id: other"));
    town.sent();
    town.until("2026-11-23 10:10");
    for command in ["sop run", "plan", "apply --yes"] {
        town.run(command).expect(Exit::Error).says(&["MP063", "`client_id` is other and was client"]);
        assert_eq!(town.sent(), [], "{command}");
    }
    town.run("apply --yes --rebind care").expect(Exit::Done);
    // What was due is known to have gone out, and was due before this account was armed.
    town.run("sop run").expect(Exit::Done);
    assert_eq!(town.sent(), []);
    // And back.
    town.write("mpform.yaml", &project);
    town.run("sop run").expect(Exit::Error).says(&["MP063"]);
    town.run("apply --yes --rebind care").expect(Exit::Done);
    town.run("sop run").expect(Exit::Done);
    assert_eq!(town.sent(), []);
    town.until("2026-11-24 10:05");
    town.run("sop run").expect(Exit::Done);
    assert_eq!(texts(&town), many(&[("一", 2), ("二", 1)]));
}

/// Without an arming nothing goes out, whatever else is remembered; armed anew, what went out before is known still.
#[test]
fn a_plan_that_is_taken_out_and_put_back_repeats_nothing() {
    let town = town();
    town.until("2026-11-23 09:55");
    town.apply();
    town.until("2026-11-23 10:05");
    town.run("sop run").expect(Exit::Done);
    town.write("care.yaml", "account: care\nsops: {}\n");
    town.apply();
    town.run("sop run").expect(Exit::Done);
    town.write("care.yaml", CARE);
    town.apply();
    town.run("sop run").expect(Exit::Done);
    assert_eq!(texts(&town), many(&[("一", 1)]));
    town.until("2026-11-24 10:05");
    town.run("sop run").expect(Exit::Done);
    assert_eq!(texts(&town), many(&[("一", 2), ("二", 1)]));
}
