//! The plan and the events of an apply for programs. The keys, their order and their meaning are a contract: what is
//! here stays; something may be added. The plan's stand in [`crate::plan::file`].

use serde_json::{Value, json};

use crate::apply::event::{Done, Ending, Event};
use crate::plan::drift::{Drift, Drifted, Fate, Verdict};
use crate::plan::file::{FORMAT_VERSION, File};
use crate::plan::{Live, Plan};
use crate::problem::Problem;

/// The plan as one object.
pub fn plan(plan: &Plan) -> Value {
    // Plain data: it can't fail.
    serde_json::to_value(File::from(plan)).unwrap_or_default()
}

/// Drift as one object.
pub fn drift(drift: &Drift) -> Value {
    let count = drift.count();
    let failed = drift
        .failed
        .iter()
        .map(|failed| json!({"account": failed.account, "problems": problems(&failed.problems)}));
    json!({
        "format_version": FORMAT_VERSION,
        "tool_version": env!("CARGO_PKG_VERSION"),
        "environment": drift.environment,
        "summary": {
            "others": count.others,
            "both": count.both,
            "agreed": count.agreed,
            "deleted": count.deleted,
            "drafts": drift.drafts.len(),
            "as_applied": drift.as_applied,
            "unmanaged": drift.unmanaged,
        },
        "drift": drift.drifted.iter().map(drifted).collect::<Vec<_>>(),
        "drafts": drift.drafts,
        "released": lives(&drift.released),
        "warnings": problems(&drift.warnings),
        "failed": failed.collect::<Vec<_>>(),
    })
}

fn problems(problems: &[Problem]) -> Vec<Value> {
    problems.iter().map(Problem::to_json).collect()
}

fn lives(lives: &[Live]) -> Vec<Value> {
    lives.iter().map(|live| json!({"address": live.address, "id": live.id})).collect()
}

fn drifted(one: &Drifted) -> Value {
    let (fate, live_id) = match &one.fate {
        Fate::Changed => ("changed", Some(&one.id)),
        Fate::Remade(id) => ("remade", Some(id)),
        Fate::Deleted => ("deleted", None),
    };
    let fields = one.fields.iter().map(|field| {
        json!({
            "path": field.change.path,
            "verdict": verdict(field.verdict),
            "applied": field.change.before,
            "live": field.change.after,
            "wanted": field.wanted,
        })
    });
    json!({
        "address": one.address,
        "account": one.address.account(),
        "kind": one.address.kind(),
        "id": one.id,
        "live_id": live_id,
        "fate": fate,
        "verdict": verdict(one.verdict()),
        "declared": one.declared,
        "fields": fields.collect::<Vec<_>>(),
    })
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Others => "others",
        Verdict::Both => "both",
        Verdict::Agreed => "agreed",
    }
}

/// One line of `apply --json`; none for what is only said to people.
pub fn event(event: &Event) -> Option<Value> {
    match event {
        Event::Change(done) => Some(ended(done)),
        Event::Summary(tally) => {
            let mut summary = json!({
                "event": "summary",
                "done": tally.done,
                "failed": tally.failed,
                "skipped": tally.skipped,
                "verified": tally.verified,
            });
            if tally.left_over > 0 {
                summary["left_over"] = tally.left_over.into();
            }
            Some(summary)
        }
        _ => None,
    }
}

fn ended(done: &Done) -> Value {
    let outcome = match done.ending {
        Ending::Done => "done",
        Ending::Failed => "failed",
        Ending::Skipped => "skipped",
    };
    json!({
        "event": "change",
        "address": done.address,
        "action": done.action,
        "outcome": outcome,
        "error": done.problem.as_ref().map(|problem| problem.message.en()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::event::Tally;
    use crate::report::fixture;

    #[test]
    fn a_plan_is_one_object_with_the_promised_keys() {
        let mut value = plan(&fixture::small());
        value["tool_version"] = json!("…");
        insta::assert_snapshot!(serde_json::to_string_pretty(&value).expect("plain data"), @r#"
        {
          "format_version": "1.0",
          "tool_version": "…",
          "environment": "default",
          "summary": {
            "create": 0,
            "update": 1,
            "delete": 0,
            "unchanged": 1,
            "unmanaged": 1
          },
          "changes": [
            {
              "address": "shop/keyword/营业时间",
              "account": "shop",
              "kind": "keyword",
              "action": "update",
              "id": "5f31",
              "fields": [
                {
                  "path": "reply.text",
                  "before": "每天 10:00–22:00",
                  "after": "每天 9:30–22:00"
                }
              ],
              "requires": [
                "shop/group/vip"
              ],
              "notes": [
                "changed outside mpform since the last apply: reply.text"
              ]
            }
          ],
          "unmanaged": [
            {
              "address": "shop/keyword/旧",
              "id": "77"
            }
          ],
          "refusals": [],
          "warnings": [],
          "upcoming": [],
          "adopted": [
            {
              "address": "shop/group/vip",
              "id": "12"
            }
          ],
          "released": [],
          "forgotten": [],
          "failed": []
        }
        "#);
    }

    #[test]
    fn a_replacement_says_so_and_the_rest_does_not() {
        let value = plan(&fixture::full());
        let changes = value["changes"].as_array().expect("a list");
        let replaced: Vec<_> = changes.iter().filter(|change| change.get("replace").is_some()).collect();
        assert_eq!(replaced.len(), 1);
        assert_eq!(replaced[0]["action"], "update");
        let publish = changes.iter().find(|change| change["address"] == "shop/menu").expect("a publish");
        assert_eq!(publish["fields"], json!([{"path": "published"}]));
    }

    #[test]
    fn events_are_lines() {
        let lines: Vec<_> = fixture::events().iter().filter_map(event).map(|line| line.to_string()).collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        {"event":"change","address":"shop/keyword/营业时间","action":"create","outcome":"done","error":null}
        {"event":"change","address":"shop/menu/新品","action":"update","outcome":"failed","error":"yeapoo says 45009: reach max api daily quota limit"}
        {"event":"change","address":"shop/menu/新品/官网","action":"delete","outcome":"skipped","error":"needs shop/menu/新品"}
        {"event":"summary","done":1,"failed":1,"skipped":1,"verified":true}
        "#);
        assert!(event(&Event::Verify { account: "shop".into() }).is_none());
        assert!(event(&Event::Summary(Tally::default())).is_some());
    }
}
