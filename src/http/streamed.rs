//! What is known of a file that went by in pieces.

use sha2::{Digest as _, Sha256};

use crate::hex::hex;

/// A file's fingerprint, as it streamed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Streamed {
    /// SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

/// A fingerprint in the making.
#[derive(Default)]
pub(super) struct Streaming {
    digest: Sha256,
    size: u64,
}

impl Streaming {
    pub(super) fn add(&mut self, chunk: &[u8]) {
        self.digest.update(chunk);
        self.size += chunk.len() as u64;
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn finish(self) -> Streamed {
        Streamed { sha256: hex(&self.digest.finalize()), size: self.size }
    }
}

#[cfg(test)]
pub(super) fn fingerprint(bytes: &[u8]) -> Streamed {
    let mut streaming = Streaming::default();
    streaming.add(bytes);
    streaming.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_have_the_fingerprint_of_the_whole() {
        let mut streaming = Streaming::default();
        streaming.add(b"a");
        streaming.add(b"bc");
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(streaming.finish(), Streamed { sha256: abc.to_owned(), size: 3 });
    }
}
