//! What an answer says by its status and its form, whoever the vendor is: what stands inside the envelope is each
//! vendor's own to read.

use serde::de::DeserializeOwned;

use super::VendorError;
use crate::http::Answer;
use crate::http::retry::Again;

/// What an HTML page usually means.
const NOT_THE_API: &str =
    "is `base_url` the API's address, and does no login page or proxy stand in front of it?";

/// The JSON of an answer, or why there is none.
pub(super) fn json<T: DeserializeOwned>(call: &str, answer: &Answer) -> Result<T, VendorError> {
    let refused = |message: String| VendorError::refused(call, message);
    match answer.status {
        200..=299 => {}
        429 => {
            let again = answer.retry_after.map_or(Again::Soon, Again::After);
            return Err(refused("too many requests".to_owned()).code("HTTP 429").may_pass(again));
        }
        404 => return Err(refused("no such path".to_owned()).code("HTTP 404")),
        300..=399 => {
            return Err(refused("the answer redirects elsewhere, which is not followed".to_owned())
                .code(format!("HTTP {}", answer.status)));
        }
        400..=407 | 409..=498 => return Err(refused(begins(&answer.body)).code(format!("HTTP {}", answer.status))),
        // Whatever broke down, and 408 and 499: somebody on the way had enough of waiting. How far the call has come
        // nobody knows.
        status => {
            let again = answer.retry_after.map_or(Again::Soon, Again::After);
            return Err(refused(begins(&answer.body))
                .code(format!("HTTP {status}"))
                .may_pass(again)
                .maybe_happened());
        }
    }
    serde_json::from_slice(&answer.body).map_err(|error| {
        let (what, hint) = if answer.content_type.contains("html") {
            ("an HTML page instead of JSON".to_owned(), Some(NOT_THE_API))
        } else {
            (format!("not the JSON that was expected ({error})"), None)
        };
        let refused =
            refused(format!("{what}: {}", begins(&answer.body))).may_pass(Again::Soon).maybe_happened();
        hint.into_iter().fold(refused, VendorError::hint)
    })
}

/// The first words of a body, on one line.
pub(super) fn begins(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(400)]);
    let words: Vec<_> = text.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(120).collect();
    if line.is_empty() { "an empty answer".to_owned() } else { line }
}
