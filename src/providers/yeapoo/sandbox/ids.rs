//! Ids that look random and are the same in every run.

use sha2::{Digest as _, Sha256};

use crate::hex::hex;

/// A counter, hashed.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    last: u64,
}

impl Ids {
    /// 32 lower-case hexadecimal digits.
    pub(super) fn id(&mut self) -> String {
        self.last += 1;
        hash(&format!("yeapoo {}", self.last))
    }

    /// The same for something that never changes: two sandboxes never give one id to two contents.
    pub(super) fn id_of(&mut self, content: &str) -> String {
        self.last += 1;
        hash(&format!("yeapoo {} {content}", self.last))
    }

    /// The same with dashes.
    pub(super) fn uuid(&mut self) -> String {
        let id = self.id();
        format!("{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..])
    }

    /// Six characters, as before the names of uploaded files.
    pub(super) fn short(&mut self) -> String {
        self.id()[..6].to_owned()
    }
}

/// The first 128 bits of a text's SHA-256.
pub(super) fn hash(text: &str) -> String {
    hash_bytes(text.as_bytes())
}

/// The first 128 bits of some bytes' SHA-256.
pub(super) fn hash_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_in_every_run_and_well_formed() {
        let (mut one, mut two) = (Ids::default(), Ids::default());
        let id = one.id();
        assert_eq!(id, two.id());
        assert_ne!(id, one.id());
        assert_eq!(id.len(), 32);
        assert!(id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)));
        assert_eq!(one.uuid().len(), 36);
    }
}
