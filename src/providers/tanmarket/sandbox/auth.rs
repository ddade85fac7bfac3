//! Who is asking: the signature over the exact bytes, and the clock.

use chrono::DateTime;
use indexmap::IndexMap;
use sha2::{Digest as _, Sha256};

use super::fields::Refusal;
use super::store::App;
use crate::hex::hex;
use crate::sandbox::Request;

/// The app that the request is signed for.
///
/// The order is ours: what is missing, then the clock, then the signature. A clock that is wrong is told even if the
/// signature is wrong as well.
pub(super) fn admit<'a>(
    apps: &'a mut IndexMap<String, App>,
    request: &Request,
) -> Result<&'a mut App, Refusal> {
    if request.by_hand {
        let wanted = request.params().into_iter().find(|(name, _)| name == "appId").map(|(_, id)| id);
        let found = match wanted {
            Some(id) => apps.get_mut(&id),
            None => apps.values_mut().next(),
        };
        return found.ok_or_else(|| Refusal::failed("no such app"));
    }
    let header = |name: &str, shown: &str| {
        request.header(name).filter(|value| !value.is_empty()).ok_or_else(|| Refusal::field(shown))
    };
    let (app_id, timestamp, signed) =
        (header("appid", "appId")?, header("timestamp", "timestamp")?, header("sign", "sign")?);
    // An unknown app has no key to check a signature with; the code for it is not published.
    let app = apps.get_mut(app_id).ok_or_else(Refusal::sign)?;
    let digits = timestamp.len() == 13 && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let told: i64 = timestamp.parse().ok().filter(|_| digits).ok_or_else(Refusal::clock)?;
    if told.abs_diff(request.now) > app.skew_ms {
        return Err(Refusal::clock());
    }
    if signed != sign(app_id, timestamp, &request.body, &app.key) {
        return Err(Refusal::sign());
    }
    // Most clients never send it. What the server does with a wrong one is not published; ours refuses it.
    if let Some(key) = request.header("appkey") {
        if key != app.key {
            return Err(Refusal::sign());
        }
        app.key_headers += 1;
    }
    Ok(app)
}

/// Lower-case hexadecimal SHA-256 of app id, time, body and key without anything between them.
pub(super) fn sign(app_id: &str, timestamp: &str, body: &[u8], app_key: &str) -> String {
    let mut hash = Sha256::new();
    for part in [app_id.as_bytes(), timestamp.as_bytes(), body, app_key.as_bytes()] {
        hash.update(part);
    }
    hex(&hash.finalize())
}

/// A time as HTTP writes it.
pub(super) fn http_date(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).unwrap_or_default().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::json;

    use super::super::testing::{APP, Desk, KEY};
    use super::*;

    #[test]
    fn the_check_vectors() {
        let sign = |body: &str| sign(APP, "1700000000000", body.as_bytes(), KEY);
        assert_eq!(sign(""), "81378b66e94a93185ce2da1e69ffd8ce186256c19869f45fc01c166b9bf46b9f");
        assert_eq!(
            sign(r#"{"pageNo":1,"pageSize":10}"#),
            "afd61c2b42308c0d276704428e71b124a7d941544e63fbd484a8893f1a10302b"
        );
        assert_eq!(
            sign(r#"{"title":"示例"}"#),
            "5012a86b4380f64c2826cbd02a9bcc5aa7d46b00c0db42a92efc166a33d32baa"
        );
    }

    #[test]
    fn the_bytes_that_were_sent_are_signed_and_no_others() {
        let mut desk = Desk::demo();
        let (now, list) = (desk.now.to_string(), "/api/v3/groupSop/getGroupList");
        let mut code = |signed: &str, sent: &'static str| {
            let signature = sign(APP, &now, signed.as_bytes(), KEY);
            let headers = [("appid", APP), ("timestamp", &now), ("sign", &signature)];
            desk.raw("POST", list, &headers, Bytes::from_static(sent.as_bytes())).code
        };
        assert_eq!(code(r#"{"pageNo":1}"#, r#"{"pageNo":1}"#), Some(0));
        assert_eq!(code(r#"{"pageNo":1}"#, r#"{"pageNo": 1}"#), Some(1002));
        assert_eq!(code("", ""), Some(0), "no body: the empty string stands in its place");
        assert_eq!(code("{}", ""), Some(1002));
    }

    #[test]
    fn a_signature_in_capitals_or_of_another_app_is_none() {
        let mut desk = Desk::demo();
        let now = desk.now.to_string();
        let right = sign(APP, &now, b"", KEY);
        let mut code = |app: &str, signature: &str| {
            let headers = [("appid", app), ("timestamp", &now), ("sign", signature)];
            desk.raw("POST", "/api/v3/groupSop/getGroupList", &headers, Bytes::new()).code
        };
        assert_eq!(code(APP, &right.to_uppercase()), Some(1002));
        assert_eq!(code("wwOTHER", &right), Some(1002));
        assert_eq!(code(APP, ""), Some(40417));
        assert_eq!(code("", &right), Some(40417));
        assert_eq!(code(APP, &right), Some(0));
    }

    #[test]
    fn the_clock_may_be_five_minutes_off() {
        let mut desk = Desk::demo();
        let mut code = |off: i64| {
            let timestamp = (desk.now + off).to_string();
            desk.signed_at(&timestamp, "groupSop/getGroupList", &json!({})).code
        };
        assert_eq!(code(300_000), Some(0));
        assert_eq!(code(-300_000), Some(0));
        assert_eq!(code(300_001), Some(1003));
        assert_eq!(code(-300_001), Some(1003));
        let seconds = (desk.now / 1000).to_string();
        assert_eq!(desk.signed_at(&seconds, "groupSop/getGroupList", &json!({})).code, Some(1003));
    }

    #[test]
    fn the_right_time_stands_in_the_date_header() {
        let mut desk = Desk::demo();
        let answer = desk.signed_at("1700000000000", "groupSop/getGroupList", &json!({}));
        assert_eq!((answer.status, answer.code), (200, Some(1003)));
        assert!(answer.headers.contains(&("date", "Mon, 05 Jan 2026 01:00:00 GMT".to_owned())));
    }

    #[test]
    fn an_app_key_header_is_counted_if_it_is_right() {
        let mut desk = Desk::demo();
        let now = desk.now.to_string();
        let signature = sign(APP, &now, b"", KEY);
        let mut code = |key: &str| {
            let headers = [("appid", APP), ("timestamp", &now), ("sign", &signature), ("appkey", key)];
            desk.raw("POST", "/api/v3/groupSop/getGroupList", &headers, Bytes::new()).code
        };
        assert_eq!(code(KEY), Some(0));
        assert_eq!(code("wrong"), Some(1002));
        assert_eq!(desk.app()["app_key_headers"], 1);
    }
}
