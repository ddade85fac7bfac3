//! Credentials that somebody wrote where none may stand. They are refused by name, with the place where they go: "unknown
//! key" would send their reader looking for a typing mistake.

use crate::problem::{Code, Place, Problem};
use crate::text;

/// Keys by the type they would stand in; the types are named as in the code.
const KEYS: &[(&str, &[&str])] = &[(
    "StateText",
    &[
        "access_key",
        "access_key_id",
        "access_key_secret",
        "secret_access_key",
        "secret_key",
        "secret_id",
        "secret",
        "session_token",
        "security_token",
        "token",
        "credentials",
        "profile",
    ],
)];

/// True if a type never gets such a key, since it would hold a credential.
pub(super) fn is_credential(kind: &str, key: &str) -> bool {
    KEYS.iter().any(|(of, keys)| *of == kind && keys.contains(&key))
}

/// The problem of writing one down.
pub(super) fn credential(key: &str, place: Place) -> Problem {
    Problem::error(Code::UnknownKey, text!("`{key}`: credentials of the state's bucket stand in no file", key))
        .at(place)
        .help(text!(
            "take it out, and give it by the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (s3), \
             ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET (oss), TENCENTCLOUD_SECRET_ID and \
             TENCENTCLOUD_SECRET_KEY (cos), OBS_ACCESS_KEY_ID and OBS_SECRET_ACCESS_KEY (obs)"
        ))
}
