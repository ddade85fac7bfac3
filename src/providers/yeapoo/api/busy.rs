//! How the server says that too much is under way: inside HTTP 200 and with the code of everything else that goes wrong,
//! so that only the words of its database are left to tell it by. Nothing hangs on them but how many calls are made at
//! once.

use serde_json::Value;

use super::Envelope;

/// What MySQL says of both, a deadlock and a lock that others held too long.
const AGAIN: &str = "try restarting transaction";

/// So long an answer that says it may be.
const LONGEST: usize = 16 * 1024;

/// True for an answer of the server that transactions were in each other's way.
pub(in crate::providers::yeapoo) fn is_overloaded(body: &[u8]) -> bool {
    // Most answers are good ones, and not looked into twice.
    body.len() <= LONGEST
        && std::str::from_utf8(body).is_ok_and(|body| body.contains(AGAIN))
        && serde_json::from_slice::<Envelope>(body).is_ok_and(|envelope| is_500(&envelope.code))
}

fn is_500(code: &Value) -> bool {
    code.as_u64() == Some(500) || code.as_str() == Some("500")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_database_says_counts() {
        let deadlock =
            "StatementCallback; Deadlock found when trying to get lock; try restarting transaction";
        let body = |code: &str, data: &str| {
            format!(r#"{{"code":{code},"message":"{deadlock}","data":{data}}}"#).into_bytes()
        };
        assert!(is_overloaded(&body("500", "null")) && is_overloaded(&body("\"500\"", "null")));
        assert!(!is_overloaded(&body("200", "null")));
        let quoted = format!(r#"{{"code":200,"message":"OK","data":{{"content":"{deadlock}"}}}}"#);
        assert!(!is_overloaded(quoted.as_bytes()) && !is_overloaded(b"try restarting transaction"));
        assert!(!is_overloaded(br#"{"code":500,"message":"Incorrect result size"}"#));
    }
}
