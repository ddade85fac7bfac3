//! A file as the one part of a form, in the bytes that old Java servers understand.
//!
//! Written by hand, since these servers are particular: the name in raw UTF-8 (they ignore `filename*=`, and show
//! `%E6` as it stands), a length ahead of it (some proxies refuse chunks), and nothing in the name that could end
//! it early, for which servers know several escapes and agree on none.

use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use futures::stream::{Stream, try_unfold};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use super::Upload;
use super::streamed::Streaming;
use crate::text;
use crate::words::Text;

/// What is read at once.
pub(super) const CHUNK: usize = 64 * 1024;

const CHANGED: Text = text!("the file changed since it was read; run `mpform plan` again");

/// What stands around the file.
pub(super) struct Form {
    boundary: String,
    opening: Bytes,
    closing: Bytes,
}

impl Form {
    pub(super) fn around(upload: &Upload) -> Self {
        // A file can't hold its own fingerprint, so it needs no dice to find a boundary that is not in it.
        let hash = &upload.sha256;
        let boundary = format!("mpform-{}", hash.get(..40).unwrap_or(hash));
        let Upload { mime, .. } = upload;
        let name: String = upload.name.chars().map(harmless).collect();
        let opening = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: {mime}\r\n\r\n"
        );
        let closing = format!("\r\n--{boundary}--\r\n");
        Self { boundary, opening: opening.into(), closing: closing.into() }
    }

    pub(super) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// The length of the whole with a file of this size.
    pub(super) fn length(&self, size: u64) -> u64 {
        (self.opening.len() + self.closing.len()) as u64 + size
    }
}

fn harmless(character: char) -> char {
    if character.is_control() || matches!(character, '"' | '\\') { '_' } else { character }
}

/// A form on its way. It holds the last chunk back until the whole file is known to be the one that was wanted:
/// the length is promised already, so without its end the form is none, and the server throws it away.
pub(super) struct Sending {
    upload: Upload,
    file: File,
    opening: Option<Bytes>,
    held: Option<Bytes>,
    closing: Option<Bytes>,
    /// None when the whole file is read and found right.
    streaming: Option<Streaming>,
    sent: u64,
    stopped: Arc<OnceLock<Text>>,
}

impl Sending {
    /// Opens the file. Why it was not sent to its end will stand in `stopped`.
    ///
    /// # Errors
    /// When the file can't be read, or can be seen at once to be another one.
    pub(super) async fn open(upload: Upload, form: Form, stopped: Arc<OnceLock<Text>>) -> Result<Self, Text> {
        let unread = |error| unreadable(&upload, &error);
        let file = File::open(&upload.path).await.map_err(unread)?;
        let about = file.metadata().await.map_err(unread)?;
        if about.is_file() && about.len() != upload.size {
            return Err(CHANGED);
        }
        Ok(Self {
            upload,
            file,
            opening: Some(form.opening),
            held: None,
            closing: Some(form.closing),
            streaming: Some(Streaming::default()),
            sent: 0,
            stopped,
        })
    }

    pub(super) fn stream(self) -> impl Stream<Item = Result<Bytes, String>> + Send {
        try_unfold(self, |mut sending| async move {
            match sending.next().await {
                Ok(chunk) => Ok(chunk.map(|chunk| (chunk, sending))),
                Err(why) => {
                    let said = why.en();
                    let _ = sending.stopped.set(why);
                    Err(said)
                }
            }
        })
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Text> {
        if let Some(opening) = self.opening.take() {
            return Ok(Some(opening));
        }
        while let Some(mut streaming) = self.streaming.take() {
            let mut chunk = BytesMut::with_capacity(CHUNK);
            let read = self.file.read_buf(&mut chunk).await;
            if read.map_err(|error| unreadable(&self.upload, &error))? == 0 {
                let found = streaming.finish();
                if found.size != self.upload.size || found.sha256 != self.upload.sha256 {
                    return Err(CHANGED);
                }
                break;
            }
            streaming.add(&chunk);
            // A file that grows would run over the length that was promised, and could run on for ever.
            if streaming.size() > self.upload.size {
                return Err(CHANGED);
            }
            self.streaming = Some(streaming);
            if let Some(earlier) = self.held.replace(chunk.freeze()) {
                return Ok(Some(self.tell(earlier)));
            }
        }
        if let Some(last) = self.held.take() {
            return Ok(Some(self.tell(last)));
        }
        Ok(self.closing.take())
    }

    fn tell(&mut self, chunk: Bytes) -> Bytes {
        self.sent += chunk.len() as u64;
        (self.upload.sent)(self.sent);
        chunk
    }
}

fn unreadable(upload: &Upload, error: &std::io::Error) -> Text {
    text!("can't read {path}: {error}", path = upload.path.display(), error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::loopback::noise;
    use crate::http::streamed::fingerprint;
    use futures::StreamExt as _;
    use std::path::Path;

    fn upload(path: &Path, wanted: &[u8]) -> Upload {
        let fingerprint = fingerprint(wanted);
        Upload {
            path: path.to_owned(),
            name: "a".to_owned(),
            mime: "image/jpeg",
            size: fingerprint.size,
            sha256: fingerprint.sha256,
            sent: Arc::new(|_| ()),
        }
    }

    #[test]
    fn no_name_ends_early() {
        let mut upload = upload(Path::new("a"), b"");
        upload.name = "海\"报\\ 1\r\nX: y.jpg".to_owned();
        let opening = Form::around(&upload).opening;
        let opening = std::str::from_utf8(&opening).expect("text");
        assert!(opening.contains("; filename=\"海_报_ 1__X: y.jpg\"\r\nContent-Type: "), "{opening}");
    }

    /// What of a file goes out when it turns out, after it was opened, to hold something else.
    async fn goes_out(wanted: &[u8], found: &[u8]) -> (usize, Option<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        std::fs::write(&path, wanted).expect("writes");
        let upload = upload(&path, wanted);
        let form = Form::around(&upload);
        let around = form.opening.len();
        let stopped = Arc::new(OnceLock::new());
        let sending = Sending::open(upload, form, Arc::clone(&stopped)).await.expect("opens");
        std::fs::write(&path, found).expect("writes");
        let chunks: Vec<_> = sending.stream().collect().await;
        let out: usize = chunks.iter().flatten().map(Bytes::len).sum();
        (out - around, stopped.get().map(Text::en))
    }

    #[tokio::test]
    async fn a_file_that_changes_under_way_stops_before_its_end() {
        let wanted = noise(2 * CHUNK);
        let mut other = wanted.clone();
        other[5] ^= 1;
        let changed = Some(CHANGED.en());
        assert_eq!(goes_out(&wanted, &other).await, (CHUNK, changed.clone()));
        assert_eq!(goes_out(&wanted, &wanted[..CHUNK + 1]).await, (CHUNK, changed.clone()));
        assert_eq!(goes_out(&wanted, &noise(9 * CHUNK)).await, (CHUNK, changed.clone()));
        assert_eq!(goes_out(b"", b"x").await, (0, changed.clone()));
        assert_eq!(goes_out(b"x", b"").await, (0, changed));
    }
}
