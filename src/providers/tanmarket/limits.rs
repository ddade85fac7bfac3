//! What of a plan means nothing at Tanmarket. Its documents give no lengths, so none are checked.

use serde_json::Value;

use crate::model::kinds::Scheduled;
use crate::model::{Finding, Kind};
use crate::problem::Code;
use crate::text;

/// What is wrong with one body.
pub(super) fn limits(kind: &str, body: &Value) -> Vec<Finding> {
    if kind != Scheduled::NAME || body.get("grace").is_none() {
        return vec![];
    }
    vec![Finding::error(
        Code::NotKept,
        ["grace".into()],
        text!("`grace` at tanmarket"),
        text!("take it out: the vendor sends each message by itself, when it is due"),
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn who_does_not_send_has_no_grace() {
        let found = limits("sop", &json!({"grace": "30m", "delivery": "assistant"}));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].code, &found[0].path[..]), (Code::NotKept, &["grace".into()][..]));
        assert!(limits("sop", &json!({"delivery": "manual", "schedule": {"ahead": "7d"}})).is_empty());
    }
}
