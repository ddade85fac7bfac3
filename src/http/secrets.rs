//! What an account shows to be let in, kept out of what is told of answers: a vendor, or a gateway in front of it, may show
//! the request that it did not like. Text of theirs becomes a message of ours only through here.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

use crate::hex::hex;

/// What stands where a secret stood.
const MASK: &str = "•••";
/// Bytes of a secret that are hidden wherever they stand: a message may be cut, and half a secret helps to guess the rest.
const PIECE: usize = 8;
/// Shorter than this nothing is a secret, and hiding it would only spoil messages.
const SHORTEST: usize = 4;
/// What addresses leave as it is (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Everything that must not show. It can't be printed.
///
/// Every call takes a copy, and hardly any adds to it: they are copied only then.
#[derive(Clone, Default)]
pub struct Secrets(Arc<Vec<SecretString>>);

impl Secrets {
    /// The same and one more, as a setting or a header has it.
    pub fn add(&mut self, secret: &SecretString) {
        if !self.0.iter().any(|known| known.expose_secret() == secret.expose_secret()) {
            Arc::make_mut(&mut self.0).push(secret.clone());
        }
    }

    /// The same and one more, as a request carries it.
    pub(super) fn add_bytes(&mut self, secret: &[u8]) {
        if !self.0.iter().any(|known| known.expose_secret().as_bytes() == secret) {
            self.add(&SecretString::from(String::from_utf8_lossy(secret).into_owned()));
        }
    }

    /// A text without any of them, in whole or in pieces, plain or in a usual encoding.
    pub fn out_of(&self, text: &str) -> String {
        let (mut short, mut pieces) = (vec![], HashSet::new());
        for form in self.0.iter().flat_map(|secret| parts(secret.expose_secret())).flat_map(forms) {
            if form.len() < PIECE {
                short.push(form);
            } else {
                pieces.extend(form.as_bytes().windows(PIECE).map(<[u8]>::to_vec));
            }
        }
        let mut hidden = vec![false; text.len()];
        for (at, window) in text.as_bytes().windows(PIECE).enumerate() {
            if pieces.contains(window) {
                hidden[at..at + PIECE].fill(true);
            }
        }
        for form in short {
            for (at, found) in text.match_indices(&form) {
                hidden[at..at + found.len()].fill(true);
            }
        }
        let mut shown = String::with_capacity(text.len());
        let mut before = false;
        for (at, character) in text.char_indices() {
            let now = hidden[at..at + character.len_utf8()].contains(&true);
            match (now, before) {
                (false, _) => shown.push(character),
                (true, false) => shown.push_str(MASK),
                (true, true) => {}
            }
            before = now;
        }
        shown
    }
}

/// Shows that there are some.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.0.len())
    }
}

/// What of a value is secret: neither the scheme in front of a token nor that of an address is. What Basic carries is as
/// secret as what carries it.
fn parts(value: &str) -> Vec<String> {
    let value = value.trim();
    let (scheme, token) = match value.split_once(' ') {
        Some((scheme, token)) if scheme.chars().all(|c| c.is_ascii_alphabetic()) => (scheme, token.trim()),
        _ => ("", value),
    };
    let token = ["https://", "http://"].iter().find_map(|front| token.strip_prefix(front)).unwrap_or(token);
    let mut parts = vec![token.to_owned()];
    let carried = STANDARD_NO_PAD.decode(token.trim_end_matches('=')).ok();
    if let (true, Some(carried)) = (scheme.eq_ignore_ascii_case("basic"), carried) {
        parts.push(String::from_utf8_lossy(&carried).into_owned());
    }
    // A cookie and its like hold several: each may be shown alone.
    let apart: Vec<_> = parts.iter().flat_map(|part| part.split([' ', ';', ',', '=', ':', '"'])).collect();
    let apart: Vec<_> = apart.into_iter().filter(|word| word.len() >= PIECE).map(str::to_owned).collect();
    parts.extend(apart);
    parts.retain(|part| part.len() >= SHORTEST);
    parts
}

/// A secret in every way of writing it that is usual where requests are shown.
fn forms(plain: String) -> Vec<String> {
    let json = serde_json::Value::from(plain.as_str()).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let slashes = json.replace('/', r"\/");
    let escaped = |is: fn(char) -> bool, write: fn(&mut String, char)| {
        json.chars().fold(String::new(), |mut all, c| {
            if is(c) {
                write(&mut all, c)
            } else {
                all.push(c)
            }
            all
        })
    };
    let utf16 = |all: &mut String, c: char| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(all, "\\u{unit:04x}");
        }
    };
    // What Java's writers escape so that it may stand in a page.
    let careful = escaped(|c| !c.is_ascii() || "<>&='".contains(c), utf16);
    let page = plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let page = page.replace('"', "&quot;").replace('\'', "&#39;");
    let percent = utf8_percent_encode(&plain, RESERVED).to_string();
    let strict = utf8_percent_encode(&plain, NON_ALPHANUMERIC).to_string();
    let form = percent.replace("%20", "+");
    let hex = hex(plain.as_bytes());
    let mut forms =
        vec![json, slashes, careful, page, form, lower(&percent), lower(&strict), percent, strict];
    forms.extend([hex.to_uppercase(), hex]);
    // Where something stands in front of it the same bytes are cut into other digits. What it shares with its
    // neighbours is left out.
    for skip in 0..3_usize {
        let Some(rest) = plain.as_bytes().get(skip..).map(|rest| &rest[..rest.len() / 3 * 3]) else {
            continue;
        };
        forms.extend([STANDARD_NO_PAD.encode(rest), URL_SAFE_NO_PAD.encode(rest)]);
    }
    forms.push(plain);
    forms.retain(|form| form.len() >= SHORTEST);
    forms.sort();
    forms.dedup();
    forms
}

/// The same with the digits of its `%` in lower case.
fn lower(percent: &str) -> String {
    let mut parts = percent.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        let (digits, rest) = part.split_at(part.len().min(2));
        format!("{all}%{}{rest}", digits.to_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(secret: &str, text: &str) -> String {
        let mut secrets = Secrets::default();
        secrets.add(&SecretString::from(secret));
        secrets.out_of(text)
    }

    #[test]
    fn a_secret_is_hidden_in_every_way_of_writing_it() {
        assert_eq!(told("s3cr3t", "secret=s3cr3t&x s3cr3t"), "secret=•••&x •••");
        assert_eq!(told("a\"b/c", r#"{"k": "a\"b/c", "l": "a\"b\/c"}"#), r#"{"k": "•••", "l": "•••"}"#);
        assert_eq!(told("a/b+c", "?a=a%2Fb%2Bc&b=a%2fb%2bc"), "?a=•••&b=•••");
        assert_eq!(told("密钥密钥", r"密钥密钥 \u5bc6\u94a5\u5bc6\u94a5"), "••• •••");
        assert_eq!(told("a&b'c=d", r"a&amp;b&#39;c=d a\u0026b\u0027c\u003dd"), "••• •••");
        assert_eq!(
            told("k-e-y k-e-y", "k-e-y%20k-e-y / k-e-y+k-e-y / 6b2d652d79206b2d652d79"),
            "••• / ••• / •••"
        );
    }

    #[test]
    fn base64_hides_wherever_it_begins() {
        let secret = "0123456789abcdefghij";
        for front in ["", "x", "xy", "user:"] {
            let text = STANDARD_NO_PAD.encode(format!("{front}{secret}"));
            let shown = told(secret, &text);
            assert!(shown.contains(MASK) && shown.len() < 20, "{front}: {shown}");
        }
    }

    #[test]
    fn a_piece_of_a_secret_is_hidden_too() {
        let secret = "0123456789abcdef";
        assert_eq!(told(secret, "token 01234567… is not known"), "token •••… is not known");
        assert_eq!(told(secret, "… 89abcdef"), "… •••");
        assert_eq!(told(secret, "0123456 is nothing"), "0123456 is nothing");
    }

    #[test]
    fn the_scheme_is_no_secret_and_what_it_carries_is() {
        assert_eq!(told("Bearer t0ken", "a Bearer token, not t0ken"), "a Bearer token, not •••");
        let basic = format!("Basic {}", STANDARD_NO_PAD.encode("shop:passw0rd"));
        assert_eq!(told(&basic, "shop:passw0rd, or passw0rd alone"), "•••, or ••• alone");
        assert_eq!(told("https://x.example.com/k", "https://y.test/"), "https://y.test/");
        assert_eq!(told("a=sessionid; b=trackingid", "unknown trackingid"), "unknown •••");
    }

    #[test]
    fn what_is_too_short_to_be_one_spoils_no_message() {
        assert_eq!(told("1", "code 1"), "code 1");
        assert_eq!(told(" ", "a b"), "a b");
    }

    #[test]
    fn nothing_is_printed() {
        let mut secrets = Secrets::default();
        secrets.add(&SecretString::from("s3cr3t"));
        secrets.add(&SecretString::from("s3cr3t"));
        assert_eq!(format!("{secrets:?}"), "1 secrets");
    }
}
