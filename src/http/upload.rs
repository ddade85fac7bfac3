//! Uploads, streamed from disk and hashed on the way.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Body, Method};

use super::form::{Form, Sending};
use super::throttle::Permit;
use super::trace::Sent;
use super::{Answer, Failure, Writer};
use crate::text;

/// Bytes in a second on the slowest line that is waited for.
const SLOWEST: u64 = 16 * 1024;

/// A file to be uploaded.
#[derive(Clone)]
pub struct Upload {
    /// Where it stands.
    pub path: PathBuf,
    /// The file name that the server is told; what could end it early (quotes, line breaks) arrives as `_`.
    pub name: String,
    /// Its media type.
    pub mime: &'static str,
    /// The bytes that it must have.
    pub size: u64,
    /// The SHA-256 that it must have, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Told the bytes of the file sent so far.
    pub sent: Arc<dyn Fn(u64) + Send + Sync>,
}

impl Writer {
    /// One POST of one file as `multipart/form-data` in the part `file`, once.
    ///
    /// A file that is not the one that was wanted is never uploaded: it is hashed while it is sent, and its end only
    /// goes out when size and hash are right.
    ///
    /// # Errors
    /// When there is no whole answer, or the file can't be read or is another one.
    pub async fn upload(&self, url: &str, file: Upload) -> Result<Answer, Failure> {
        let client = &self.reader().0;
        let Permit { visit, .. } = &client.enter().await;
        let size = file.size;
        let form = Form::around(&file);
        let sent = Sent::file(&file);
        let content_type = HeaderValue::try_from(form.content_type())
            .map_err(|_| Failure::Ours(text!("`{hash}` is no hash", hash = file.sha256)))?;
        let mut headers = client.headers.clone();
        headers.insert(CONTENT_TYPE, content_type);
        headers.insert(CONTENT_LENGTH, form.length(size).into());
        let stopped = Arc::new(OnceLock::new());
        let sending = Sending::open(file, form, Arc::clone(&stopped)).await.map_err(Failure::Ours)?;
        client.count();
        let mut request = client.request(Method::POST, url, headers)?;
        *request.timeout_mut() = Some(client.timeout() + on_a_slow_line(size));
        *request.body_mut() = Some(Body::wrap_stream(sending.stream()));
        let secrets = client.secrets();
        let answer = async {
            let begun = client.begin(request, &sent, secrets.clone(), visit).await?;
            client.whole(begun, secrets, visit, None).await
        };
        let answer = answer.await;
        // Whatever came back, if anything: a form without its end is no upload.
        match stopped.get() {
            Some(why) => Err(Failure::Ours(why.clone())),
            None => answer,
        }
    }
}

/// How long a file may be on its way.
pub(super) fn on_a_slow_line(size: u64) -> Duration {
    Duration::from_secs(size / SLOWEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::form::CHUNK;
    use crate::http::loopback::{Loopback, account, answer, noise};
    use crate::http::streamed::fingerprint;
    use std::path::Path;
    use std::sync::Mutex;

    fn poster(path: &Path, wanted: &[u8]) -> Upload {
        let fingerprint = fingerprint(wanted);
        Upload {
            path: path.to_owned(),
            name: "海报 1.jpg".to_owned(),
            mime: "image/jpeg",
            size: fingerprint.size,
            sha256: fingerprint.sha256,
            sent: Arc::new(|_| ()),
        }
    }

    async fn upload_to(server: &Loopback, file: Upload) -> Result<Answer, Failure> {
        Writer::new(&account()).upload(&server.url("/up?a=1"), file).await
    }

    #[tokio::test]
    async fn these_bytes_go_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        for content in [noise(2 * CHUNK + 9), b"\r\n--".to_vec(), vec![]] {
            std::fs::write(&path, &content).expect("writes");
            let server = Loopback::start([answer("200 OK", "Content-Type: text/json\r\n", b"{}")]).await;
            let file = poster(&path, &content);
            let boundary = format!("mpform-{}", &file.sha256[..40]);
            let got = upload_to(&server, file).await.expect("an answer");
            assert_eq!(
                (got.status, got.content_type.as_str(), &got.body[..]),
                (200, "text/json", &b"{}"[..])
            );

            let [request] = server.requests().await.try_into().expect("one request");
            let head = request.head.to_ascii_lowercase();
            assert!(head.starts_with("post /up?a=1 http/1.1\r\n"), "{head}");
            assert!(head.contains("\r\nx-token: secret\r\n"), "{head}");
            let form = format!("\r\ncontent-type: multipart/form-data; boundary={boundary}\r\n");
            assert!(head.contains(&form), "{head}");
            assert_eq!(head.matches("content-length").count(), 1, "{head}");
            assert!(!head.contains("transfer-encoding"), "{head}");
            assert_eq!(request.promised(), request.body.len());
            let opening = format!(
                "--{boundary}\r\n\
                 Content-Disposition: form-data; name=\"file\"; filename=\"海报 1.jpg\"\r\n\
                 Content-Type: image/jpeg\r\n\r\n"
            );
            let closing = format!("\r\n--{boundary}--\r\n");
            assert!(request.body == [opening.as_bytes(), &content, closing.as_bytes()].concat());
        }
    }

    #[tokio::test]
    async fn tells_how_far_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let content = noise(CHUNK + 9);
        std::fs::write(&path, &content).expect("writes");
        let told = Arc::new(Mutex::new(vec![]));
        let mut file = poster(&path, &content);
        let listener = Arc::clone(&told);
        file.sent = Arc::new(move |bytes| listener.lock().expect("no panic").push(bytes));
        let server = Loopback::start([answer("200 OK", "", b"")]).await;
        upload_to(&server, file).await.expect("an answer");
        assert_eq!(*told.lock().expect("no panic"), [CHUNK as u64, content.len() as u64]);
    }

    #[tokio::test]
    async fn a_changed_file_never_arrives_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let wanted = noise(3 * CHUNK);
        let mut other = wanted.clone();
        other[7] ^= 1;
        std::fs::write(&path, &other).expect("writes");
        let server = Loopback::start([answer("200 OK", "", b"thanks")]).await;
        let failure = upload_to(&server, poster(&path, &wanted)).await.expect_err("another file");
        let changed = "the file changed since it was read; run `mpform plan` again";
        assert!(matches!(&failure, Failure::Ours(why) if why.en() == changed), "{failure:?}");
        let [request] = server.requests().await.try_into().expect("one request");
        assert!(request.body.len() < wanted.len(), "{}", request.body.len());
    }

    #[tokio::test]
    async fn what_can_be_seen_at_once_makes_no_call() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let client = account();
        let url = "http://127.0.0.1:1/up";
        let failure = Writer::new(&client).upload(url, poster(&path, b"x")).await.expect_err("no file");
        assert!(matches!(&failure, Failure::Ours(why) if why.en().starts_with("can't read ")), "{failure:?}");
        std::fs::write(&path, b"longer").expect("writes");
        let failure = Writer::new(&client).upload(url, poster(&path, b"x")).await.expect_err("another file");
        assert!(matches!(&failure, Failure::Ours(why) if why.en().contains("changed")), "{failure:?}");
        assert_eq!(client.calls(), 0);
    }

    #[tokio::test]
    async fn no_connection_is_unsent_and_no_answer_is_lost() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        std::fs::write(&path, b"x").expect("writes");
        let closed = Loopback::start([]).await;
        let url = closed.url("/up");
        closed.requests().await;
        let failure = Writer::new(&account()).upload(&url, poster(&path, b"x")).await.expect_err("nobody");
        assert!(
            matches!(&failure, Failure::Unsent(why) if why.en().starts_with("can't reach ")),
            "{failure:?}"
        );
        let silent = Loopback::start([vec![]]).await;
        let failure = upload_to(&silent, poster(&path, b"x")).await.expect_err("no answer");
        assert!(matches!(failure, Failure::Lost(_)), "{failure:?}");
    }

    #[test]
    fn a_slow_line_is_waited_for() {
        assert_eq!(on_a_slow_line(0), Duration::ZERO);
        assert_eq!(on_a_slow_line(16 * 1024 * 1024), Duration::from_secs(1024));
    }
}
