//! What an answer says by its status and its form, whoever the vendor is: what stands inside the envelope is each
//! vendor's own to read.

use serde::de::{DeserializeOwned, Error as _};

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

/// Keeps a secret out of what is shown of an answer: a gateway may show the request that it did not like. It can't be
/// printed.
#[derive(Clone, Copy)]
pub(super) struct Mask<'a>(pub(super) &'a str);

impl Mask<'_> {
    /// A text without the secret, nor as JSON often writes it.
    pub(super) fn over(self, text: &str) -> String {
        let secret = self.0.trim();
        if secret.is_empty() {
            return text.to_owned();
        }
        text.replace(secret, "•••").replace(&secret.replace('/', r"\/"), "•••")
    }

    /// The first words of a body, on one line.
    pub(super) fn begins(self, body: &[u8]) -> Text {
        // Cut only behind the mask: half a secret is no secret that a mask knows.
        let text = self.over(&String::from_utf8_lossy(body));
        let words: Vec<_> = text.split_whitespace().take(60).collect();
        let line: String = words.join(" ").chars().take(120).collect();
        if line.is_empty() { text!("an empty answer") } else { Text::verbatim(line) }
    }

    /// The JSON of an answer, or why there is none.
    pub(super) fn json<T: DeserializeOwned>(self, call: &str, answer: &Answer) -> Result<T, VendorError> {
        let refused = |message: Text| VendorError::refused(call, message);
        let http = |message: Text| refused(message).code(format!("HTTP {}", answer.status));
        let begins = || self.begins(&answer.body);
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
                // The reason may hold what stands there.
                (
                    text!("not the JSON that was expected ({error})", error = self.over(&error.to_string())),
                    None,
                )
            };
            let refused = refused(text!("{what}: {begins}", what, begins = begins()))
                .may_pass(Again::Soon)
                .maybe_happened();
            hint.into_iter().fold(refused, VendorError::hint)
        })
    }
}

/// Every envelope is an object. Serde also reads one from a list, field by field, and what the list lacks would look
/// as if it were left out.
fn object<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
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
pub(super) fn json<T: DeserializeOwned>(call: &str, answer: &Answer) -> Result<T, VendorError> {
    Mask("").json(call, answer)
}

/// The first words of a body, on one line.
pub(super) fn begins(body: &[u8]) -> Text {
    Mask("").begins(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_secret_is_not_shown_either() {
        let mask = Mask("k/e+y");
        for (said, shown) in [
            ("<p>k/e+y</p>", "<p>•••</p>"),
            (r#"{"appkey": "k\/e+y"}"#, r#"{"appkey": "•••"}"#),
            (" a\n b ", "a b"),
            (" ", "an empty answer"),
        ] {
            assert_eq!(mask.begins(said.as_bytes()).en(), shown);
        }
        let cut = format!("{}k/e+y", "-".repeat(118));
        assert!(!mask.begins(cut.as_bytes()).en().contains('k'));
        let spaced = format!("-{}k/e+y", " ".repeat(397));
        assert_eq!(mask.begins(spaced.as_bytes()).en(), "- •••");
        assert_eq!(Mask("").over("ab"), "ab");
    }
}
