//! What an answer says by its status and its form, whoever the vendor is: what stands inside the envelope is each
//! vendor's own to read.

use serde::Deserialize;
use serde::de::Error as _;

use super::VendorError;
use crate::http::Answer;
use crate::http::retry::Again;
use crate::text;
use crate::words::Text;

/// What an HTML page usually means.
const NOT_THE_API: Text =
    text!("is `base_url` the API's address, and does no login page or proxy stand in front of it?");
/// What a redirect usually means.
const ELSEWHERE: Text = text!("check `base_url`: it is the API's own address");
/// What too many requests ask for.
const SLOWER: Text = text!("lower `limits: {{requests_per_second: …}}` of the account");

/// So much of a body is looked at for its first words.
const LOOKED_AT: usize = 16 * 1024;

/// The first words of an answer, on one line.
pub(super) fn begins(answer: &Answer) -> Text {
    // Cut only behind the mask: half a secret is no secret that a mask knows.
    let body = &answer.body[..answer.body.len().min(LOOKED_AT)];
    let text = answer.secrets.out_of(&String::from_utf8_lossy(body));
    let words: Vec<_> = text.split_whitespace().take(60).collect();
    let line: String = words.join(" ").chars().take(120).collect();
    if line.is_empty() { text!("an empty answer") } else { Text::verbatim(line) }
}

/// Every envelope is an object. Serde also reads one from a list, field by field, and what the list lacks would look
/// as if it were left out.
fn object<'a, T: Deserialize<'a>>(body: &'a [u8]) -> serde_json::Result<T> {
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err(serde_json::Error::custom("a list instead of an object"));
    }
    serde_json::from_slice(body)
}

/// Says where an answer would lead.
pub(super) fn redirected(answer: &Answer) -> Text {
    match &answer.redirect {
        Some(to) => text!("the answer redirects to {to}, which is not followed", to),
        None => text!("the answer redirects elsewhere, which is not followed"),
    }
}

/// The JSON of an answer, or why there is none.
pub(super) fn json<'a, T: Deserialize<'a>>(
    call: impl Into<String> + Copy,
    answer: &'a Answer,
) -> Result<T, VendorError> {
    let refused = |message: Text| VendorError::refused(call, message);
    let http = |message: Text| refused(message).code(format!("HTTP {}", answer.status));
    let begins = || begins(answer);
    let again = || answer.retry_after.map_or(Again::Soon, Again::After);
    match answer.status {
        200..=299 => {}
        429 => return Err(http(text!("too many requests")).hint(SLOWER).may_pass(again())),
        404 => return Err(http(text!("no such path"))),
        300..=399 => {
            let refused = http(redirected(answer)).hint(ELSEWHERE);
            // "See other" is what follows on a form that was taken.
            return Err(if answer.status == 303 { refused.maybe_happened() } else { refused });
        }
        400..=407 | 409..=498 => return Err(http(begins())),
        // Whatever broke down, and 408 and 499: somebody on the way had enough of waiting. How far the call has
        // come nobody knows.
        _ => return Err(http(begins()).may_pass(again()).maybe_happened()),
    }
    object(&answer.body).map_err(|error| {
        let (what, hint) = if answer.content_type.contains("html") {
            (text!("an HTML page instead of JSON"), Some(NOT_THE_API))
        } else {
            (text!("not the JSON that was expected ({error})", error), None)
        };
        let refused = refused(text!("{what}: {begins}", what, begins = begins()))
            .may_pass(Again::Soon)
            .maybe_happened();
        // The reason may hold what stands there.
        hint.into_iter().fold(refused, VendorError::hint).without(&answer.secrets)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::http::Secrets;
    use secrecy::SecretString;

    fn answer(body: &str) -> Answer {
        let mut secrets = Secrets::default();
        secrets.add(&SecretString::from("k/e+y"));
        let body = body.to_owned().into();
        Answer {
            status: 400,
            content_type: "text/plain".to_owned(),
            retry_after: None,
            redirect: None,
            body,
            secrets,
        }
    }

    #[test]
    fn half_a_secret_is_not_shown_either() {
        for (said, shown) in [
            ("<p>k/e+y</p>", "<p>•••</p>"),
            (r#"{"appkey": "k\/e+y"}"#, r#"{"appkey": "•••"}"#),
            (" a\n b ", "a b"),
            (" ", "an empty answer"),
        ] {
            assert_eq!(begins(&answer(said)).en(), shown);
        }
        let cut = format!("{}k/e+y", "-".repeat(118));
        assert!(!begins(&answer(&cut)).en().contains('k'));
        let spaced = format!("-{}k/e+y", " ".repeat(397));
        assert_eq!(begins(&answer(&spaced)).en(), "- •••");
    }

    #[test]
    fn a_wrong_value_is_named_without_the_secret() {
        let answer = Answer { status: 200, ..answer(r#""not what k/e+y opens""#) };
        let error = json::<u64>("GET x", &answer).expect_err("no number").to_string();
        assert!(error.contains("•••") && !error.contains("k/e+y"), "{error}");
    }
}
