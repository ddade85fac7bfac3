//! The endpoints under `/_sandbox/`: the journal, the faults, the clock and the state, for tests in any language.

use serde::Deserialize;
use serde_json::{Value, json};

use super::core::Core;
use super::faults::Rule;
use super::wire::{Answer, Request};

const PREFIX: &str = "/_sandbox";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    ms: i64,
}

/// The answer to a control request; none if the path is a vendor's.
pub(super) fn answer(core: &Core, request: &Request) -> Option<Answer> {
    let rest = request.path.strip_prefix(PREFIX)?;
    if !rest.is_empty() && !rest.starts_with('/') {
        return None;
    }
    let what = rest.trim_matches('/');
    Some(match (request.method.as_str(), what) {
        ("GET", "journal") => {
            let writes = request.params().iter().any(|(name, value)| name == "writes" && value == "1");
            ok(&json!(core.entries(writes)))
        }
        ("DELETE", "journal") => {
            core.clear_journal();
            ok(&Value::Null)
        }
        ("GET", "faults") => ok(&json!(core.faults())),
        ("POST", "faults") => add_faults(core, request),
        ("DELETE", "faults") => {
            core.clear_faults();
            ok(&Value::Null)
        }
        ("POST", "reset") => {
            core.reset();
            ok(&Value::Null)
        }
        ("GET", "clock") => ok(&json!({ "now": core.advance(0) })),
        ("POST", "clock") => match serde_json::from_slice::<Advance>(&request.body) {
            Ok(advance) => ok(&json!({ "now": core.advance(advance.ms) })),
            Err(error) => wrong(&format!("can't read the step: {error}")),
        },
        ("GET", "state") => ok(&core.dump()),
        _ => Answer { status: 404, ..Answer::json(None, &json!({ "error": "no such control endpoint" })) },
    })
}

/// One rule or a list of them.
fn add_faults(core: &Core, request: &Request) -> Answer {
    let rules = serde_json::from_slice::<Value>(&request.body).and_then(|value| match value {
        Value::Array(_) => serde_json::from_value::<Vec<Rule>>(value),
        _ => serde_json::from_value::<Rule>(value).map(|rule| vec![rule]),
    });
    match rules {
        Ok(rules) => {
            rules.into_iter().for_each(|rule| core.add_fault(rule));
            ok(&json!(core.faults()))
        }
        Err(error) => wrong(&format!("can't read the fault rules: {error}")),
    }
}

fn ok(value: &Value) -> Answer {
    Answer::json(None, value)
}

fn wrong(message: &str) -> Answer {
    Answer { status: 400, ..Answer::json(None, &json!({ "error": message })) }
}
