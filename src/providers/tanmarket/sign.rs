//! The signature of a request: over the exact bytes that are sent, so whoever signs also sends (source: four public
//! clients that run against the vendor agree).

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};

use crate::hex::hex;

/// Lower-case hexadecimal SHA-256 of app id, time in milliseconds, body and key, without anything between them.
pub(super) fn sign(app_id: &str, timestamp: &str, body: &[u8], app_key: &SecretString) -> String {
    let mut hash = Sha256::new();
    for part in [app_id.as_bytes(), timestamp.as_bytes(), body, app_key.expose_secret().as_bytes()] {
        hash.update(part);
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_vectors() {
        let key = SecretString::from("demo-key-not-real");
        let sign = |body: &str| sign("wwDEMO0000000001_abc123", "1700000000000", body.as_bytes(), &key);
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
}
